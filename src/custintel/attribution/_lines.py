"""Touches and conversions, read from the engine that holds them.

As few columns as it takes, channels and customers as numbers: their names, row by row, would
take most of the memory.
"""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import quoted
from custintel._frames import Frame, has_column, lazy, to_pandas
from custintel._intervals import Floats
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.attribution._paths import LARGEST, Ints, coded
from custintel.errors import SchemaError, SetAsideWarning


@dataclass(frozen=True, slots=True, eq=False)
class Touches:
    """Touches as they come; ``customer`` and ``channel`` are places in the distinct ones.

    ``lines`` are their rows, with the numbers of customers and items, from 1, as ``who`` and
    ``what``; ``places`` holds the channel of each item.
    """

    customer: Ints
    instant: Ints  # microseconds
    channel: Ints
    customers: "pd.Index[Any]"
    names: "pd.Index[Any]"
    lines: nw.LazyFrame[Any]
    places: Ints

    def are_numbered(self) -> bool:
        """Return whether the touches have ids."""
        return "touch" in self.lines.collect_schema().names()


@dataclass(frozen=True, slots=True, eq=False)
class Conversions:
    """Conversions as they come, refunds left out."""

    customer: "pd.Series[Any]"
    instant: Ints
    value: Floats | None


def read_touches(touches: Frame, by: str, end: int) -> Touches:
    """Return the touches before an instant, with the column `by` as their channel."""
    named = _touch_lines(touches, by)
    items, customers = _numbered(named, "item", "what"), _numbered(named, "customer", "who")
    lines = named.join(items, on="item", how="left").join(customers, on="customer")
    lines = lines.drop("item", "customer")
    found = to_pandas(lines.select("who", "at", "what"))
    found["at"] = _instants(found["at"])
    found = found[found["at"] < end]
    held = to_pandas(items).sort_values("what")["item"]
    code = _codes(found["what"], len(held))
    is_used = np.bincount(code, minlength=len(held) + 1) > 0
    channel = coded(pd.Series([*held, None], dtype=object)[is_used])
    places = np.full(len(is_used), -1, np.int64)
    places[is_used] = channel.codes
    return Touches(
        _codes(found["who"]),
        found["at"].to_numpy(np.int64),
        places[code],
        pd.Index(to_pandas(customers).sort_values("who")["customer"]),
        channel.names,
        lines,
        places,
    )


def _touch_lines(touches: Frame, by: str) -> nw.LazyFrame[Any]:
    ids = ["touch_id"] if has_column(touches, "touch_id") else []
    needed = list(dict.fromkeys(["customer_id", "occurred_at", by, *ids]))
    return lazy(touches, needed, table="touches").select(
        customer=nw.col("customer_id"),
        at=nw.col("occurred_at"),
        item=nw.col(by),
        **({"touch": nw.col("touch_id")} if ids else {}),
    )


def _numbered(lines: nw.LazyFrame[Any], column: str, number: str) -> nw.LazyFrame[Any]:
    """Return the distinct values of a column, numbered from 1 in their order."""
    distinct = lines.select(column).filter(~nw.col(column).is_null()).unique()
    return distinct.with_columns(nw.col(column).rank("min").alias(number))


def _codes(numbers: "pd.Series[Any]", missing: int = -1) -> Ints:
    """Return numbers from 1 as places from 0; what is missing is at the place told."""
    return np.asarray(numbers.fillna(missing + 1).to_numpy(np.int64) - 1)


def tied_touches(seen: Touches, end: int) -> pd.DataFrame:
    """Return the touches that share customer and instant with others, in the stated order.

    Columns ``customer``, ``instant`` and ``channel`` as in `seen`; ``touch`` is a number that
    rises with the ``touch_id``, −1 where there is none.
    """
    counted = seen.lines.group_by("who", "at").agg(n=nw.len())
    shared = counted.filter(nw.col("n") > 1).drop("n")
    tied = to_pandas(seen.lines.join(shared, on=["who", "at"]))
    tied["at"] = _instants(tied["at"])
    tied = tied[tied["at"] < end]
    found = pd.DataFrame(
        {
            "customer": _codes(tied["who"]),
            "instant": tied["at"].to_numpy(),
            "touch": pd.factorize(tied["touch"], sort=True)[0],
            "channel": seen.places[_codes(tied["what"], len(seen.places) - 1)],
        }
    )
    return found.sort_values(["customer", "instant", "touch", "channel"], ignore_index=True)


def read_conversions(conversions: Frame, end: int) -> Conversions:
    """Return the conversions before an instant, and warn of refunds, which are none."""
    optional = {"value": "revenue", "conversion": "conversion_id"}
    held = {ours: name for ours, name in optional.items() if has_column(conversions, name)}
    needed = ["customer_id", "occurred_at", *held.values()]
    found = to_pandas(
        lazy(conversions, needed, table="conversions").select(
            customer=nw.col("customer_id"),
            at=nw.col("occurred_at"),
            **{ours: nw.col(name) for ours, name in held.items()},
        )
    )
    found["at"] = _instants(found["at"])
    found = found[found["at"] < end]
    if "value" in held:
        _require_amounts(found)
    if "conversion" in held:
        found = _whole_conversions(found)
    value = found["value"].to_numpy(float) if "value" in held else None
    is_refund = np.zeros(len(found), bool) if value is None else value < 0
    _warn_of_refunds(found["customer"][is_refund])
    kept = found[~is_refund]
    return Conversions(
        kept["customer"],
        kept["at"].to_numpy("int64"),
        None if value is None else value[~is_refund],
    )


def _instants(column: "pd.Series[Any]") -> Ints:
    return pd.to_datetime(column).to_numpy("datetime64[us]").astype(np.int64)


def _require_amounts(rows: pd.DataFrame) -> None:
    wrong = rows.loc[rows["value"].abs() > LARGEST, "customer"]
    if len(wrong):
        raise SchemaError(
            _n(
                "{n} row of 'conversions' has a revenue that is infinite or beyond {most:.0e}, "
                "that of customer {examples}. Correct it or leave it out.",
                "{n} rows of 'conversions' have a revenue that is infinite or beyond {most:.0e}, "
                "those of customers {examples}. Correct them or leave them out.",
                len(wrong),
                most=LARGEST,
                examples=quoted(wrong.sort_values(), most=3),
            )
        )


def _whole_conversions(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row for the rows of a customer that share an id; rows without one stay."""
    whole, names = pd.factorize(rows["conversion"])
    who = pd.factorize(rows["customer"])[0]
    alone = np.arange(len(rows)) + len(names)
    key = who * (len(names) + len(rows)) + np.where(whole < 0, alone, whole)
    rule = {"customer": "first", "at": "min", "value": "sum"}
    return rows.groupby(key, sort=False).agg({k: v for k, v in rule.items() if k in rows})


def _warn_of_refunds(customers: "pd.Series[Any]") -> None:
    if len(customers):
        message = _n(
            "{n} conversion has a revenue below zero and is taken for a refund, so it counts "
            "for nothing; its customer: {examples}.",
            "{n} conversions have a revenue below zero and are taken for refunds, so they "
            "count for nothing; their customers: {examples}.",
            len(customers),
            examples=quoted(customers.sort_values(), most=3),
        )
        warn(message, SetAsideWarning)
