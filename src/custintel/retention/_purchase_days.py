"""The days on which customers purchased, read from transactions of any engine."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._frames import Frame, day_number, lazy, number_of_day, to_pandas
from custintel._runs import Ints, starts_of_runs
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel.errors import SchemaError

TOTAL = N_("total")
MISSING = N_("(missing)")


@dataclass(frozen=True, slots=True, eq=False)
class PurchaseDays:
    """Distinct purchase days, of units that follow one another, in order.

    A unit is a customer, or a customer's purchases with one value of a column. ``unit`` and
    ``day`` are of each purchase day, days being counted from 1970-01-01; ``customer`` and
    ``group`` are of each unit, the places of their names in ``customers`` and ``groups``.
    """

    unit: Ints
    day: Ints
    customer: Ints
    group: Ints
    customers: pd.Index
    groups: pd.Index
    refunds_alone: pd.Index
    last_day: int

    def starts(self) -> Ints:
        """Return the place of the first day of each unit."""
        return starts_of_runs(self.unit)

    def first(self) -> Ints:
        """Return the first purchase day of each unit."""
        return self.day[self.starts()]

    def last(self) -> Ints:
        """Return the last purchase day of each unit."""
        return np.asarray(self.day[np.append(self.starts()[1:], len(self.day)) - 1])

    def count(self) -> Ints:
        """Return the purchase days of each unit."""
        return np.diff(self.starts(), append=len(self.day))

    def last_upto(self, day: int) -> Ints:
        """Return the last purchase day of each unit on or before a day, −1 before the first."""
        span = int(self.last_day) + 2
        key = self.unit * span + self.day
        place = np.searchsorted(key, np.arange(len(self.customer)) * span + day, side="right")
        has_one = place > self.starts()
        return np.where(has_one, self.day[np.maximum(place - 1, 0)], -1)


def read_purchase_days(transactions: Frame, *, as_of: Day, by: str | None = None) -> PurchaseDays:
    """Read the distinct purchase days up to `as_of`, a unit for each customer and value of `by`.

    Refunds (negative lines) are no purchases; customers who have nothing else are listed.
    """
    last_day = as_day(as_of)
    lines = to_pandas(_days(transactions, number_of_day(last_day), by))
    bought = lines["bought"].to_numpy("int64") == 1
    if not bought.any():
        raise SchemaError(
            _("Table 'transactions' has no purchase on or before {day:%Y-%m-%d}.", day=last_day)
        )
    days = lines[bought]
    alone = set(lines["customer_id"][~bought]) - set(days["customer_id"]) if not all(bought) else ()
    customer, customers = _coded(days["customer_id"])
    if by is None:
        group, groups = np.zeros(len(days), np.int64), pd.Index([TOTAL], dtype="str")
    else:
        group, groups = _coded(days["group"])
    unit, day = customer * len(groups) + group, days["day"].to_numpy("int64")
    order = np.lexsort((day, unit))
    unit, day = unit[order], day[order]
    # 1 and "1" are two values for an engine, and one group here.
    is_first = np.append(True, (unit[1:] != unit[:-1]) | (day[1:] != day[:-1]))
    unit, day = unit[is_first], day[is_first]
    starts = starts_of_runs(unit)
    of_unit = unit[starts]
    return PurchaseDays(
        unit=np.repeat(np.arange(len(starts)), np.diff(starts, append=len(unit))),
        day=day,
        customer=of_unit // len(groups),
        group=of_unit % len(groups),
        customers=customers.rename("customer_id"),
        groups=groups.rename(by),
        refunds_alone=pd.Index(sorted(alone), dtype="str"),
        last_day=number_of_day(last_day),
    )


def _days(transactions: Frame, last_day: int, by: str | None) -> nw.LazyFrame[Any]:
    """Return the distinct days of each customer and value, and whether they purchased then."""
    group = [] if by is None else [by]
    keys = ["customer_id", *(["group"] if by is not None else []), "day"]
    named = [] if by is None else [nw.col(by).alias("group")]
    return (
        lazy(transactions, list(dict.fromkeys(["customer_id", "ordered_at", "revenue", *group])))
        .with_columns(*named, day=day_number("ordered_at"))
        .filter(nw.col("day") <= last_day)
        .with_columns(bought=(nw.col("revenue") >= 0).cast(nw.Int64))
        .group_by(*keys)
        .agg(nw.col("bought").max())
    )


def _coded(values: "pd.Series[Any]") -> tuple[Ints, pd.Index]:
    """Return the place of each value among the distinct ones, as text in order."""
    codes, found = pd.factorize(values)
    names = np.array([*(str(name) for name in found), MISSING], dtype=object)
    codes = np.where(codes < 0, len(found), codes)
    is_used = np.bincount(codes, minlength=len(names)) > 0
    distinct, place = np.unique(names[is_used], return_inverse=True)
    return place[(np.cumsum(is_used) - 1)[codes]], pd.Index(distinct, dtype="str")
