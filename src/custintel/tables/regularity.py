"""How regularly each customer purchases: the history, and the intervals between purchases.

Input is the canonical ``transactions`` table of any engine; output is one row per customer.
"""

from typing import Any

import narwhals as nw

from custintel._frames import Frame, Output, as_counts, finish, number_of_day, warn_refunds_alone
from custintel._time import Day, as_day
from custintel.tables.history import _purchase_days, _summary

_KEY = "customer_id"


def regularity_history(transactions: Frame, *, as_of: Day, output: Output = "pandas") -> Any:
    """Summarise each customer's purchases up to a day, and how regular they are.

    What `custintel.tables.purchase_history` counts, by the same rules, with two measures of
    the intervals between consecutive purchase days. A customer who buys every tenth day and
    one who buys as often, but in bursts, differ in the first: of intervals with the same sum,
    equal ones have the largest sum of logarithms.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included; later rows are ignored.
    output : {"pandas", "native"}, default="pandas"
        ``"native"`` returns the engine's own frame, unsorted, with ``customer_id`` as a
        column: for results too large for memory.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, sorted, one row per customer with a purchase.

        - ``frequency``, ``recency``, ``T``, ``monetary_value`` : as in `purchase_history`
        - ``sum_log_intervals`` : float, sum over the intervals between consecutive purchase
          days of the natural logarithm of their days, >= 0; 0 without repeat purchase
        - ``longest_pause`` : int, days of the longest of these intervals; 0 without repeat
          purchase. The pause that lasts at `as_of` is not among them

    Raises
    ------
    SchemaError
        If a column is missing.
    ValueError
        If `as_of` is not a date.

    References
    ----------
    Reutterer, T., Platzer, M. and Schröder, N. (2021). Leveraging purchase regularity for
    predicting customer behavior the easy way. International Journal of Research in Marketing
    38(1), 194-215.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-01-31", "2024-02-01"]),
    ...     "revenue": [10.0, 20.0, 40.0, 5.0],
    ... })
    >>> history = regularity_history(transactions, as_of="2024-02-10")
    >>> history[["frequency", "recency", "sum_log_intervals", "longest_pause"]].round(3)
                 frequency  recency  sum_log_intervals  longest_pause
    customer_id
    ann                  2       30              5.298             20
    bob                  0        0              0.000              0
    """
    last_day = number_of_day(as_day(as_of))
    days = _purchase_days(transactions, last_day)
    history = _summary(days, last_day).join(_intervals(days), on=_KEY, how="left")
    if output == "native":
        return history.filter(nw.col("frequency") >= 0).to_native()
    table = finish(history, index=_KEY, output=output)
    warn_refunds_alone(table.index[table["frequency"] < 0])
    counts = ["frequency", "recency", "T", "longest_pause"]
    return as_counts(table[table["frequency"] >= 0], counts)


def _intervals(days: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return ``sum_log_intervals`` and ``longest_pause`` of each customer."""
    # Refunds lie on purchase days: beside the purchase they make an interval of 0 days, in
    # whichever order an engine takes the two, and so do not count.
    before = nw.col("day").shift(1).over(_KEY, order_by="day")
    interval = (nw.col("day") - before).fill_null(0)
    at_least_a_day = nw.when(nw.col("interval") > 0).then(nw.col("interval")).otherwise(1)
    return (
        days.select(_KEY, "day")
        .with_columns(interval=interval)
        .with_columns(log_interval=at_least_a_day.cast(nw.Float64).log())
        .group_by(_KEY)
        .agg(
            nw.col("log_interval").sum().alias("sum_log_intervals"),
            nw.col("interval").max().alias("longest_pause"),
        )
        .with_columns(nw.col("longest_pause").cast(nw.Int64))
    )
