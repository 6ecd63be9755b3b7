"""Recency, frequency and monetary value, as of a date.

Input is the canonical ``transactions`` table of any engine; output is one row per customer.
Nothing here scores or names segments: see `rfm_scores` and `rfm_segments`.
"""

from typing import Any

import narwhals as nw

from custintel._frames import (
    Frame,
    Output,
    as_counts,
    day_number,
    finish,
    has_column,
    lazy,
    number_of_day,
    warn_refunds_alone,
)
from custintel._time import Day, as_day

_KEY = "customer_id"
_NO_DAY = 0  # of customers without any purchase, who are left out in the end


def rfm_table(transactions: Frame, *, as_of: Day, output: Output = "pandas") -> Any:
    """Summarise how recently, how often and how much each customer bought.

    Orders are counted, not lines: without an ``order_id`` column each row is an order. A
    refund (negative line) is netted against ``monetary`` and is no purchase, so it changes
    neither recency nor frequency. Customers with refunds alone are left out, and a warning
    counts them (not with native output).

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue`` and, if there is one, ``order_id``;
        pandas, polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file.
        Spark timestamps count in the time zone of the session.
    as_of : date-like
        Last day observed, included; later rows are ignored.
    output : {"pandas", "native"}, default="pandas"
        ``"native"`` returns the engine's own frame, unsorted, with ``customer_id`` as a
        column: for results too large for memory.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, sorted, one row per customer with a purchase.

        - ``recency_days`` : int, whole days from the last purchase to `as_of`, >= 0
        - ``frequency`` : int, distinct orders, >= 1
        - ``monetary`` : float, revenue net of refunds, in the currency of the table

    Raises
    ------
    SchemaError
        If a column is missing.
    ValueError
        If `as_of` is not a date.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann"],
    ...     "order_id": ["1", "2", "3"],
    ...     "ordered_at": pd.to_datetime(["2024-01-01", "2024-03-01", "2024-03-05"]),
    ...     "revenue": [5.0, 7.0, -2.0],
    ... })
    >>> rfm_table(transactions, as_of="2024-03-11")
                 recency_days  frequency  monetary
    customer_id
    ann                    10          2      10.0
    """
    last_day = number_of_day(as_day(as_of))
    customers = (
        _orders(transactions, last_day)
        .group_by(_KEY)
        .agg(
            nw.col("bought_on").max().alias("last"),
            nw.col("bought").sum().alias("frequency"),
            nw.col("revenue").sum().alias("monetary"),
        )
    )
    table = customers.select(
        _KEY,
        (last_day - nw.coalesce("last", nw.lit(_NO_DAY))).cast(nw.Int64).alias("recency_days"),
        nw.col("frequency").cast(nw.Int64),
        "monetary",
    )
    if output == "native":
        return table.filter(nw.col("frequency") > 0).to_native()
    customers_found = finish(table, index=_KEY, output=output)
    warn_refunds_alone(customers_found.index[customers_found["frequency"] == 0])
    bought = customers_found[customers_found["frequency"] > 0]
    return as_counts(bought, ["recency_days", "frequency"])


def _orders(transactions: Frame, last_day: int) -> nw.LazyFrame[Any]:
    """Return one row per order: its last purchase day, if it holds one, and net revenue."""
    with_orders = has_column(transactions, "order_id")
    columns = [_KEY, "ordered_at", "revenue", *(["order_id"] if with_orders else [])]
    lines = (
        lazy(transactions, columns)
        .with_columns(day=day_number("ordered_at"))
        .filter(nw.col("day") <= last_day)
        .with_columns(
            bought=(nw.col("revenue") >= 0).cast(nw.Int64),
            bought_on=nw.when(nw.col("revenue") >= 0).then(nw.col("day")),
        )
    )
    if not with_orders:
        return lines
    return lines.group_by(_KEY, "order_id").agg(
        nw.col("bought").max(), nw.col("bought_on").max(), nw.col("revenue").sum()
    )
