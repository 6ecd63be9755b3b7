"""Contracts, read and checked: who has one from when to when, and what it is worth."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import quoted
from custintel._elementwise import float_column
from custintel._frames import Frame, lazy, number_of_day, to_pandas
from custintel._text import translate as _
from custintel.errors import SchemaError

_EPOCH = pd.Timestamp("1970-01-01")
_NO_END = np.iinfo(np.int64).max // 4


def read_contracts(
    contracts: Frame, extra: Sequence[str], *, last_day: pd.Timestamp
) -> pd.DataFrame:
    """Return the contracts that had started by a day, with the numbers of their days.

    Columns: ``customer_id``, ``started``, ``ended`` (far away while it runs), those of `extra`.
    """
    _require_own_names(extra)
    columns = list(dict.fromkeys(["customer_id", "started_at", "ended_at", *extra]))
    table = to_pandas(lazy(contracts, columns, table="contracts"))
    for name in ("started_at", "ended_at"):
        table[name] = _instants(table[name], name)
    _require_start(table)
    found = table.assign(
        customer_id=table["customer_id"].astype("str"),
        started=_numbers(table["started_at"]),
        ended=_numbers(table["ended_at"].fillna(_EPOCH)),
    )
    found["ended"] = found["ended"].where(table["ended_at"].notna(), _NO_END)
    _require_order(found)
    return found[found["started"] <= number_of_day(last_day)].reset_index(drop=True)


def _require_own_names(extra: Sequence[str]) -> None:
    taken = sorted({"started", "ended"} & set(extra))
    if taken:
        raise SchemaError(
            _(
                "Column {name!r} of 'contracts' has a name that the days of the contracts take "
                "here. Give it another one.",
                name=taken[0],
            )
        )


def _instants(column: "pd.Series[Any]", name: str) -> "pd.Series[pd.Timestamp]":
    # A column without any end has no type of its own.
    if column.isna().all():
        return pd.Series(pd.NaT, index=column.index, dtype="datetime64[us]")
    if not pd.api.types.is_datetime64_dtype(column):
        raise SchemaError(
            _(
                "Column {name!r} of 'contracts' holds {kind}; it needs dates and times without "
                "time zone. Convert it first, as pandas.to_datetime does.",
                name=name,
                kind=column.dtype,
            )
        )
    return column


def _numbers(instants: "pd.Series[pd.Timestamp]") -> "pd.Series[int]":
    return (instants.dt.normalize() - _EPOCH).dt.days.astype("int64")


def _require_start(table: pd.DataFrame) -> None:
    without = table["started_at"].isna()
    if without.any():
        raise SchemaError(
            _(
                "{n} of {n_rows} rows of 'contracts' have no 'started_at': customers {examples}. "
                "Fill it, or leave them out.",
                n=int(without.sum()),
                n_rows=len(table),
                examples=quoted(table["customer_id"][without], most=3),
            )
        )


def _require_order(found: pd.DataFrame) -> None:
    backwards = found["ended"] < found["started"]
    if backwards.any():
        raise SchemaError(
            _(
                "{n} of {n_rows} rows of 'contracts' end before they start: customers "
                "{examples}. Correct the dates, or leave the rows out.",
                n=int(backwards.sum()),
                n_rows=len(found),
                examples=quoted(found["customer_id"][backwards], most=3),
            )
        )


def values_of(found: pd.DataFrame) -> "pd.Series[float]":
    """Return the value of each contract, or raise `SchemaError` unless all are 0 or more."""
    values = float_column(found["value"])
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        raise SchemaError(
            _(
                "{n} of {n_rows} rows of 'contracts' have no 'value' of 0 or more: customers "
                "{examples}. The value is what a contract brings in a year, or in any other "
                "unit of time that all share.",
                n=int(wrong.sum()),
                n_rows=len(found),
                examples=quoted(found["customer_id"][wrong], most=3),
            )
        )
    return values
