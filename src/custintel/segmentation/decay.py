"""Recency, frequency and monetary value in which old orders count less and less."""

import math
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
from custintel._time import Day, Span, as_day

_KEY = "customer_id"
_NO_DAY = 0  # of customers without any purchase, who are left out in the end


def decayed_rfm(
    transactions: Frame, *, as_of: Day, half_life: str = "6M", output: Output = "pandas"
) -> Any:
    """Summarise each customer's orders with weights that halve as time passes.

    An order of today counts 1, one that is a half-life old ½, one twice as old ¼:
    2^(−age / half_life). A customer who bought ten times long ago and one who buys now are
    so told apart, which plain frequency does not. `rfm_scores` and `rfm_segments` read the
    result as they read that of `rfm_table`.

    A refund (negative line) counts with its order, if it bears its ``order_id``, and so
    cancels what it refunds whatever the age; otherwise it counts with the weight of its own
    day. Customers with refunds alone are left out, and a warning counts them (not with
    native output).

    Parameters
    ----------
    transactions : DataFrame
        As for `rfm_table`: ``customer_id``, ``ordered_at``, ``revenue`` and, if there is one,
        ``order_id``, of any engine.
    as_of : date-like
        Last day observed, included; later rows are ignored.
    half_life : str, default="6M"
        Age at which an order counts half, with its unit; months are mean months.
    output : {"pandas", "native"}, default="pandas"
        ``"native"`` returns the engine's own frame, unsorted, with ``customer_id`` as a
        column.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, sorted, one row per customer with a purchase.

        - ``recency_days`` : int, whole days from the last purchase to `as_of`, >= 0
        - ``frequency`` : float, sum of the orders' weights, 0 up to their number
        - ``monetary`` : float, weighted revenue net of refunds, in the currency of the table

    Raises
    ------
    SchemaError
        If a column is missing.
    ValueError
        If `as_of` is not a date, or `half_life` no length of time.

    References
    ----------
    Cormode, G., Shkapenyuk, V., Srivastava, D. and Xu, B. (2009). Forward decay: a practical
    time decay model for streaming systems. IEEE 25th International Conference on Data
    Engineering, 138-149.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "order_id": ["1", "2", "3"],
    ...     "ordered_at": pd.to_datetime(["2024-12-01", "2024-12-31", "2024-11-01"]),
    ...     "revenue": [40.0, 10.0, 100.0],
    ... })
    >>> decayed_rfm(transactions, as_of="2024-12-31", half_life="30D")
                 recency_days  frequency  monetary
    customer_id
    ann                     0       1.50      30.0
    bob                    60       0.25      25.0
    """
    last_day = number_of_day(as_day(as_of))
    rate = math.log(2) / Span.parse(half_life).to("D")
    weight = ((nw.col("day") - last_day).cast(nw.Float64) * rate).exp()
    table = (
        _orders(transactions, last_day)
        .with_columns(weight=weight)
        .with_columns(
            frequency=nw.col("weight") * nw.col("bought").cast(nw.Float64),
            monetary=nw.col("weight") * nw.col("revenue"),
        )
        .group_by(_KEY)
        .agg(
            nw.col("bought").max(),
            nw.col("bought_on").max().alias("last"),
            nw.col("frequency").sum(),
            nw.col("monetary").sum(),
        )
        .select(
            _KEY,
            (last_day - nw.coalesce("last", nw.lit(_NO_DAY))).cast(nw.Int64).alias("recency_days"),
            "frequency",
            "monetary",
            "bought",
        )
    )
    if output == "native":
        return table.filter(nw.col("bought") > 0).drop("bought").to_native()
    customers = finish(table, index=_KEY, output=output)
    # Not `frequency > 0`: the weight of a purchase of long ago may be too small for a number.
    bought = customers.pop("bought") > 0
    warn_refunds_alone(customers.index[~bought])
    return as_counts(customers[bought], ["recency_days"])


def _orders(transactions: Frame, last_day: int) -> nw.LazyFrame[Any]:
    """Return one row per order: ``bought_on``, ``bought``, net ``revenue``, ``day`` that weighs."""
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
    orders = lines.group_by(_KEY, "order_id").agg(
        nw.col("bought").max(),
        nw.col("bought_on").max(),
        nw.col("day").max(),
        nw.col("revenue").sum(),
    )
    return orders.with_columns(day=nw.coalesce("bought_on", "day"))
