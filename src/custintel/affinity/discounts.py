"""Who buys at a discount, and who buys only then."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import require_between
from custintel._frames import (
    Frame,
    as_counts,
    day_number,
    has_column,
    is_missing,
    lazy,
    number_of_day,
    require_sums,
    to_pandas,
)
from custintel._shrinkage import shrunk_rates
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel.errors import SchemaError

MISSING = N_("(missing)")
_COUNTS = ["n_customers", "n_orders", "n_discounted", "n_only_discounted"]


def promotion_dependency(
    transactions: Frame, *, as_of: Day, by: str = "customer_id", level: float = 0.95
) -> pd.DataFrame:
    """Measure how much of what is bought is bought at a discount.

    Do customers wait for a sale? An order counts as discounted if any of its lines has a
    discount above zero. Of a customer with two orders, both discounted, nobody knows yet;
    so beside each share stands the one drawn towards those of the other rows, with its
    interval.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``, ``discount``, the column `by`, and
        ``order_id`` if there is one (without, each row is an order); pandas, polars, DuckDB,
        PySpark, pyarrow, or the path of a Parquet file. Refunds are left out. A line whose
        discount is missing has none.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    by : str, default="customer_id"
        Column whose values are the rows: customers, or ``channel``, ``category`` … Lines
        without a value are one row, ``(missing)``. An order counts in each row that it holds.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by `by`, in the order of the names as text.

        - ``n_customers`` : int, customers with a purchase
        - ``n_orders``, ``n_discounted`` : int, orders, and those with a discount
        - ``discounted_share`` : float, 0-1, the second over the first
        - ``shrunk_share``, ``shrunk_share_low``, ``shrunk_share_high`` : float, 0-1, drawn
          towards those of all rows
        - ``n_only_discounted`` : int, customers all of whose orders in the row have a discount
        - ``revenue``, ``discount`` : float, of purchases, currency of the table
        - ``discount_rate`` : float, 0-1, ``discount`` / (``revenue`` + ``discount``): part of
          the list price that was given up; NaN if nothing was charged

    Raises
    ------
    SchemaError
        If a column is missing, nobody bought in time, a discount is negative, or an amount lies
        beyond 1e30.
    ValueError
        If `as_of` or `level` is not as described.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-03-01", "2024-05-01", "2024-05-01"]),
    ...     "revenue": [8.0, 9.0, 20.0],
    ...     "discount": [2.0, 1.0, 0.0],
    ... })
    >>> table = promotion_dependency(transactions, as_of="2024-12-31")
    >>> table[["n_orders", "discounted_share", "n_only_discounted", "discount_rate"]]
                 n_orders  discounted_share  n_only_discounted  discount_rate
    customer_id
    ann                 2               1.0                  1           0.15
    bob                 1               0.0                  0           0.00
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    last_day = as_day(as_of)
    found = to_pandas(_groups(_lines(transactions, by, number_of_day(last_day))))
    if found.empty:
        raise SchemaError(
            _("Table 'transactions' has no purchase on or before {day:%Y-%m-%d}.", day=last_day)
        )
    _require_no_surcharge(found)
    table = _in_order(as_counts(found, _COUNTS), by)
    return _measured(table, level)


def _lines(transactions: Frame, by: str, last_day: int) -> nw.LazyFrame[Any]:
    """Return the purchases: their customer, group, order, amounts, and whether at a discount."""
    orders = ["order_id"] if has_column(transactions, "order_id") else []
    columns = dict.fromkeys(["customer_id", "ordered_at", "revenue", "discount", by, *orders])
    lines = (
        lazy(transactions, list(columns))
        .filter(day_number("ordered_at") <= last_day, nw.col("revenue") >= 0)
        .with_columns(
            discount=nw.when(~is_missing("discount", nw.Float64()))
            .then(nw.col("discount"))
            .otherwise(0.0)
        )
        .select(
            customer=nw.col("customer_id"),
            group=nw.col(by),
            order=nw.col("order_id") if orders else nw.lit(""),
            revenue=nw.col("revenue"),
            discount=nw.col("discount"),
            discounted=(nw.col("discount") > 0).cast(nw.Int64),
            surcharged=(nw.col("discount") < 0).cast(nw.Int64),
        )
    )
    require_sums(lines, {"revenue": "revenue", "discount": "discount"})
    if not orders:
        return lines
    return lines.group_by("group", "customer", "order").agg(
        nw.col("discounted").max(),
        *(nw.col(name).sum() for name in ("revenue", "discount", "surcharged")),
    )


def _groups(orders: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    sums = [nw.col(name).sum() for name in ("revenue", "discount", "surcharged")]
    customers = orders.group_by("group", "customer").agg(
        nw.len().alias("n_orders"), nw.col("discounted").sum().alias("n_discounted"), *sums
    )
    is_only = nw.col("n_orders") == nw.col("n_discounted")
    return (
        customers.with_columns(only=is_only.cast(nw.Int64))
        .group_by("group")
        .agg(
            nw.len().alias("n_customers"),
            nw.col("n_orders").sum(),
            nw.col("n_discounted").sum(),
            nw.col("only").sum().alias("n_only_discounted"),
            *sums,
        )
    )


def _require_no_surcharge(found: pd.DataFrame) -> None:
    n = int(found["surcharged"].sum())
    if n:
        raise SchemaError(
            _(
                "Column 'discount' of 'transactions' is negative on {n} lines: it holds what was "
                "taken off, 0 or more. Turn its sign, or make the table with "
                "custintel.tables.build_transactions(raw).",
                n=n,
            )
        )


def _in_order(found: pd.DataFrame, by: str) -> pd.DataFrame:
    group = found["group"].astype(object)
    is_missing_group = group.isna()
    names = [MISSING if gone else name for name, gone in zip(group, is_missing_group, strict=True)]
    order = np.lexsort((np.array([str(name) for name in names]), is_missing_group))
    return found.set_axis(pd.Index(names, name=by), axis="index").iloc[order]


def _measured(table: pd.DataFrame, level: float) -> pd.DataFrame:
    shrunk = shrunk_rates(table["n_discounted"], table["n_orders"], level=level)
    listed = (table["revenue"] + table["discount"]).to_numpy(float)
    return pd.DataFrame(
        {
            "n_customers": table["n_customers"],
            "n_orders": table["n_orders"],
            "n_discounted": table["n_discounted"],
            "discounted_share": table["n_discounted"] / table["n_orders"],
            "shrunk_share": shrunk.value,
            "shrunk_share_low": shrunk.low,
            "shrunk_share_high": shrunk.high,
            "n_only_discounted": table["n_only_discounted"],
            "revenue": table["revenue"].astype(float),
            "discount": table["discount"].astype(float),
            "discount_rate": np.divide(
                table["discount"].to_numpy(float),
                listed,
                out=np.full(len(table), np.nan),
                where=listed > 0,
            ),
        },
        index=table.index,
    )
