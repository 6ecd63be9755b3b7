"""Each customer's purchases in the four numbers that purchase models read.

Input is the canonical ``transactions`` table of any engine; output is one row per customer.
"""

from typing import Any

import narwhals as nw

from custintel._frames import (
    Frame,
    Output,
    as_counts,
    day_number,
    finish,
    lazy,
    number_of_day,
    warn_refunds_alone,
)
from custintel._time import Day, as_day, require_after

_KEY = "customer_id"
_NO_DAY = 0  # of refunds without any purchase: such customers are left out in the end


def purchase_history(transactions: Frame, *, as_of: Day, output: Output = "pandas") -> Any:
    """Summarise each customer's purchases up to a day, for purchase models.

    Purchases of one day count as one. A refund (negative line) is never a purchase: it is
    netted against the customer's last purchase day on or before it, or against the first
    one when it precedes them all. Customers with refunds alone are left out, and a warning
    counts them (not with native output).

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file.
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

        - ``frequency`` : int, purchase days after the first, >= 0
        - ``recency`` : int, days from the first purchase to the last, 0 if there is one only
        - ``T`` : int, days from the first purchase to `as_of`
        - ``monetary_value`` : float, mean revenue of the purchase days after the first, in
          the currency of the table; 0 if there is none

    Raises
    ------
    SchemaError
        If a column is missing.
    ValueError
        If `as_of` is not a date.

    References
    ----------
    Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting your customers" the easy
    way: an alternative to the Pareto/NBD model. Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-01-31", "2024-02-01"]),
    ...     "revenue": [10.0, 20.0, 40.0, 5.0],
    ... })
    >>> purchase_history(transactions, as_of="2024-02-10")
                 frequency  recency   T  monetary_value
    customer_id
    ann                  2       30  40            30.0
    bob                  0        0   9             0.0
    """
    last_day = number_of_day(as_day(as_of))
    history = _summary(_purchase_days(transactions, last_day), last_day)
    if output == "native":
        return history.filter(nw.col("frequency") >= 0).to_native()
    table = finish(history, index=_KEY, output=output)
    warn_refunds_alone(table.index[table["frequency"] < 0])
    return as_counts(table[table["frequency"] >= 0], ["frequency", "recency", "T"])


def purchase_holdout(transactions: Frame, *, calibration_end: Day, as_of: Day) -> Any:
    """Split purchases at a day: the history before it, and what each customer did after it.

    Parameters
    ----------
    transactions : DataFrame
        As for `purchase_history`.
    calibration_end : date-like
        Last day of the calibration period, included; the holdout starts the day after.
    as_of : date-like
        Last day of the holdout period, included.

    Returns
    -------
    DataFrame
        `purchase_history` as of `calibration_end`, with two more columns.

        - ``holdout_purchases`` : int, purchase days in the holdout, >= 0
        - ``holdout_days`` : int, length of the holdout, the same for all

    Raises
    ------
    SchemaError
        If a column is missing.
    ValueError
        If `as_of` does not come after `calibration_end`.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann"],
    ...     "ordered_at": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-01-31"]),
    ...     "revenue": [10.0, 20.0, 40.0],
    ... })
    >>> split = purchase_holdout(
    ...     transactions, calibration_end="2024-01-15", as_of="2024-02-15"
    ... )
    >>> split[["frequency", "T", "holdout_purchases", "holdout_days"]]
                 frequency   T  holdout_purchases  holdout_days
    customer_id
    ann                  1  14                  1            31
    """
    cut, end = as_day(calibration_end, name="calibration_end"), as_day(as_of)
    require_after(cut, end)
    history = purchase_history(transactions, as_of=cut)
    first, last = number_of_day(cut), number_of_day(end)
    days = (
        _purchase_days(transactions, last)
        .filter(nw.col("day") > first)
        .group_by(_KEY)
        .agg(nw.col("bought").sum().alias("holdout_purchases"))
    )
    bought = finish(days, index=_KEY, output="pandas")["holdout_purchases"]
    return history.assign(
        holdout_purchases=bought.reindex(history.index, fill_value=0).astype("int64"),
        holdout_days=last - first,
    )


def _purchase_days(transactions: Frame, last_day: int) -> nw.LazyFrame[Any]:
    """Return the days on which customers bought, and refunds moved to such days.

    Columns: ``customer_id``, ``day``, ``revenue``, ``bought`` (1 once per purchase day, 0 for
    what a refund takes off it).
    """
    lines = (
        lazy(transactions, [_KEY, "ordered_at", "revenue"])
        .with_columns(day=day_number("ordered_at"))
        .filter(nw.col("day") <= last_day)
        .select(_KEY, "day", "revenue")
    )
    purchases = lines.filter(nw.col("revenue") >= 0)
    refunds = lines.filter(nw.col("revenue") < 0)
    days = purchases.group_by(_KEY, "day").agg(nw.col("revenue").sum())
    return nw.concat(
        [
            days.with_columns(bought=nw.lit(1, nw.Int64)),
            _refunds_on_purchase_days(refunds, purchases).with_columns(bought=nw.lit(0, nw.Int64)),
        ]
    )


def _refunds_on_purchase_days(
    refunds: nw.LazyFrame[Any], purchases: nw.LazyFrame[Any]
) -> nw.LazyFrame[Any]:
    """Move each refund to the last purchase day on or before it, or else to the first one.

    Without any purchase its day is `_NO_DAY`.
    """
    # Minima and maxima alone are taken, so no tie can depend on the engine.
    refunded = refunds.group_by(_KEY, nw.col("day").alias("refunded_on")).agg(
        nw.col("revenue").sum()
    )
    # Days, not lines: one customer may stand for a shop's guests, with thousands a day.
    who = refunded.select(_KEY).unique()
    days = purchases.join(who, on=_KEY, how="semi").select(_KEY, "day").unique()
    is_before = nw.col("day") <= nw.col("refunded_on")
    return (
        refunded.join(days, on=_KEY, how="left")
        .with_columns(before=nw.when(is_before).then(nw.col("day")))
        .group_by(_KEY, "refunded_on")
        .agg(nw.col("before").max(), nw.col("day").min(), nw.col("revenue").max())
        .select(
            _KEY,
            nw.coalesce("before", "day", nw.lit(_NO_DAY)).cast(nw.Int64).alias("day"),
            "revenue",
        )
    )


def _summary(days: nw.LazyFrame[Any], last_day: int) -> nw.LazyFrame[Any]:
    is_repeat = nw.col("day") > nw.col("first")
    repeat_revenue = nw.when(is_repeat).then(nw.col("revenue")).otherwise(0.0)
    customers = (
        days.with_columns(first=nw.col("day").min().over(_KEY))
        .with_columns(repeat_revenue=repeat_revenue)
        .group_by(_KEY)
        .agg(
            nw.col("bought").sum().alias("n_days"),
            nw.col("day").max().alias("last"),
            nw.col("first").min(),
            nw.col("repeat_revenue").sum().alias("repeat_revenue"),
        )
    )
    frequency = nw.col("n_days").cast(nw.Int64) - 1
    mean = nw.col("repeat_revenue") / nw.col("frequency")
    return customers.with_columns(frequency=frequency).select(
        _KEY,
        "frequency",
        (nw.col("last") - nw.col("first")).cast(nw.Int64).alias("recency"),
        (last_day - nw.col("first")).cast(nw.Int64).alias("T"),
        nw.when(nw.col("frequency") > 0).then(mean).otherwise(0.0).alias("monetary_value"),
    )
