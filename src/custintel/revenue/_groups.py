"""What the values of a column hold: customers, orders and amounts, added up on any engine."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._frames import (
    Frame,
    as_counts,
    day_number,
    has_column,
    lazy,
    number_of_day,
    to_pandas,
)
from custintel._text import translate as _
from custintel._time import Day, Span, as_day, window_start
from custintel.errors import SchemaError
from custintel.revenue._ranking import places
from custintel.revenue.periods import MISSING

BEFORE_ALL = -1_000_000  # days: no calendar of an engine goes back that far
_COUNTS = ["n_customers", "n_orders", "n_lines", "n_refunds", "n_without_cost", "n_unknown"]


class Days(NamedTuple):
    """The first and the last day of a window, counted from 1970-01-01."""

    first: int
    last: int


def days_observed(as_of: Day, window: str | None) -> Days:
    """Return the days of a window that ends with `as_of`; without one, all up to it."""
    last_day = as_day(as_of)
    if window is None:
        return Days(BEFORE_ALL, number_of_day(last_day))
    first_day = window_start(last_day, Span.parse(window))
    return Days(number_of_day(first_day), number_of_day(last_day))


def read_lines(transactions: Frame, days: Days, names: Mapping[str, str]) -> nw.LazyFrame[Any]:
    """Return the lines of some days: ``day``, ``bought``, and each of `names` under its key.

    ``bought`` is 1 for a purchase and 0 for a refund. No other columns are kept, so that
    none of the table's own can be taken for one made here.
    """
    day = day_number("ordered_at")
    lines = (
        lazy(transactions, list(dict.fromkeys(["ordered_at", "revenue", *names.values()])))
        .filter(day >= days.first, day <= days.last)
        .select(
            day=day,
            bought=(nw.col("revenue") >= 0).cast(nw.Int64),
            **{ours: nw.col(theirs) for ours, theirs in names.items()},
        )
    )
    return _nan_as_null(lines)


def keys(transactions: Frame, by: str) -> dict[str, str]:
    """Return the columns that tell groups, customers and, if there are any, orders apart."""
    named = {"group": by, "customer": "customer_id"}
    return named | ({"order": "order_id"} if has_column(transactions, "order_id") else {})


def group_totals(
    transactions: Frame, *, by: str, days: Days, sums: Sequence[str] = ()
) -> pd.DataFrame:
    """Add up the lines of each value of `by`, refunds netted in amounts and counted apart.

    Indexed by `by`, largest revenue first. ``n_customers``, ``n_orders``, ``n_lines`` and
    ``sum_0``, ``sum_1`` … of the columns `sums` are of purchases. The ``cost`` of the
    ``n_without_cost`` lines that have none is 0, as is what is missing in ``n_unknown`` cells
    of `sums`.
    """
    has_cost = has_column(transactions, "cost")
    named = keys(transactions, by) | {"revenue": "revenue"}
    named |= {"cost": "cost"} if has_cost else {}
    added = {f"sum_{i}": column for i, column in enumerate(sums)}
    lines = read_lines(transactions, days, named | added)
    _require_numbers(lines, added)
    totals = to_pandas(_by_group(_measured(lines, list(added), has_cost=has_cost), list(added)))
    table = totals.set_index(labels(totals["group"], by)).drop(columns="group")
    if not table.index.is_unique:  # a value that is itself "(missing)"
        table = table.groupby(level=0, sort=False).sum()
    table = as_counts(table, _COUNTS)
    return largest_first(table)


def largest_first(table: pd.DataFrame, amount: str = "revenue") -> pd.DataFrame:
    """Return rows by falling amount, equal ones by name."""
    return table.iloc[np.argsort(ranks(table[amount]))]


def ranks(amounts: "pd.Series[Any]") -> NDArray[np.intp]:
    """Return the rank of each amount from 1, the largest first, equal ones by name."""
    # As parts of the largest: engines add up in different orders, and differ in the last bits.
    return places(amounts / (amounts.abs().max() or 1.0))


def with_rows(totals: pd.DataFrame, names: "pd.Index[Any]") -> pd.DataFrame:
    """Return totals with a row of zeros for each of `names` that has none."""
    lacking = names.difference(totals.index, sort=False)
    if lacking.empty:
        return totals
    return totals.reindex(totals.index.append(lacking).rename(totals.index.name), fill_value=0)


def labels(values: "pd.Series[Any]", name: str | None) -> "pd.Index[Any]":
    """Return values as an index of plain Python objects, ``(missing)`` where there is none."""
    # Every engine has its own type of text and of nothing.
    found = values.astype(object)
    index: pd.Index[Any] = pd.Index(found.where(found.notna(), MISSING).tolist(), name=name)
    return index


def as_text(column: str) -> nw.Expr:
    """Return the values of a column as text, missing where there is none.

    An empty text is a value like any other: what builds the tables takes it for missing.
    """
    return nw.when(~nw.col(column).is_null()).then(nw.col(column).cast(nw.String))


def counts_by_group(customers: nw.LazyFrame[Any]) -> "pd.Series[int]":
    """Count the rows of each ``group``."""
    counts = to_pandas(customers.group_by("group").agg(n=nw.len()))
    n = counts["n"].astype("int64").set_axis(labels(counts["group"], None))
    return n.groupby(level=0, sort=False).sum()


def _measured(lines: nw.LazyFrame[Any], added: list[str], *, has_cost: bool) -> nw.LazyFrame[Any]:
    """Return what each line adds to the totals."""
    is_known = ~nw.col("cost").is_null() if has_cost else nw.lit(value=False)
    is_bought = nw.col("bought") == 1
    unknown = [(is_bought & nw.col(name).is_null()).cast(nw.Int64) for name in added]
    bought_amounts = {
        name: nw.when(is_bought, ~nw.col(name).is_null())
        .then(nw.col(name).cast(nw.Float64))
        .otherwise(0.0)
        for name in added
    }
    return lines.with_columns(
        cost=nw.when(is_known).then(nw.col("cost")).otherwise(0.0) if has_cost else nw.lit(0.0),
        without_cost=1 - is_known.cast(nw.Int64),
        refunded=1 - nw.col("bought"),
        unknown=sum(unknown, nw.lit(0)),
        **bought_amounts,
    )


def _by_group(lines: nw.LazyFrame[Any], added: list[str]) -> nw.LazyFrame[Any]:
    amounts = ["revenue", "cost", *added]
    sums = [nw.col(name).sum() for name in amounts]
    with_orders = "order" in lines.collect_schema().names()
    orders = lines.group_by("group", "customer", *(["order"] if with_orders else [])).agg(
        *sums,
        # Without orders each row is one.
        (nw.col("bought").max() if with_orders else nw.col("bought").sum()).alias("orders"),
        nw.col("bought").sum().alias("lines"),
        nw.col("refunded").sum(),
        nw.col("without_cost").sum(),
        nw.col("unknown").sum(),
    )
    counted = "orders", "lines", "refunded", "without_cost", "unknown"
    counts = [nw.col(name).sum() for name in counted]
    customers = orders.group_by("group", "customer").agg(*sums, *counts)
    return (
        customers.with_columns(customers=(nw.col("orders") > 0).cast(nw.Int64))
        .group_by("group")
        .agg(*sums, *counts, nw.col("customers").sum())
        .select(
            "group",
            n_customers="customers",
            n_orders="orders",
            n_lines="lines",
            n_refunds="refunded",
            n_without_cost="without_cost",
            n_unknown="unknown",
            **{name: nw.col(name) for name in amounts},
        )
    )


def _nan_as_null(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return lines whose NaN are null, as pandas takes them: one kind of missing, one group."""
    schema = lines.collect_schema()
    floats = [name for name, dtype in schema.items() if dtype.is_float() and name != "revenue"]
    known = [nw.when(~nw.col(name).is_nan()).then(nw.col(name)).alias(name) for name in floats]
    return lines.with_columns(*known) if known else lines


def _require_numbers(lines: nw.LazyFrame[Any], named: Mapping[str, str]) -> None:
    schema = lines.collect_schema()
    for ours, theirs in named.items():
        if not schema[ours].is_numeric():
            raise SchemaError(
                _(
                    "Column {column!r} of 'transactions' holds {kind}, and a sum of it is "
                    "needed. Convert it to numbers, or name another column.",
                    column=theirs,
                    kind=schema[ours],
                )
            )
