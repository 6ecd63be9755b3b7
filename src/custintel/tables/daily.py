"""First and repeat purchases, day by day."""

import narwhals as nw
import pandas as pd

from custintel._frames import Frame, day_number, lazy, number_of_day, to_pandas
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel.errors import SchemaError

_KEY = "customer_id"


def daily_purchases(
    transactions: Frame, *, as_of: Day, first_by: Day | None = None
) -> pd.DataFrame:
    """Count new customers and repeat purchases of each day.

    Purchases of one customer on one day count as one, as in `purchase_history`; refunds
    (negative lines) are no purchases.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included.
    first_by : date-like, optional
        Count only customers whose first purchase is on or before this day.

    Returns
    -------
    DataFrame
        Indexed by ``day``, every day from the first purchase to `as_of`.

        - ``n_new_customers`` : int, customers whose first purchase is on the day
        - ``n_repeat_purchases`` : int, customers who bought on the day and before it

    Raises
    ------
    SchemaError
        If a column is missing, or nobody bought in time.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-02"]),
    ...     "revenue": [10.0, 20.0, 5.0],
    ... })
    >>> daily_purchases(transactions, as_of="2024-01-03")["n_new_customers"].to_list()
    [1, 1, 0]
    """
    end = as_day(as_of)
    first_end = end if first_by is None else as_day(first_by, name="first_by")
    days = (
        lazy(transactions, [_KEY, "ordered_at", "revenue"])
        .filter(nw.col("revenue") >= 0)
        .with_columns(day=day_number("ordered_at"))
        .filter(nw.col("day") <= number_of_day(end))
        .select(_KEY, "day")
        .unique()
        .with_columns(first=nw.col("day").min().over(_KEY))
        .filter(nw.col("first") <= number_of_day(first_end))
        .with_columns(is_first=(nw.col("day") == nw.col("first")).cast(nw.Int64))
        .group_by("day")
        .agg(nw.col("is_first").sum(), nw.len().alias("n"))
    )
    counted = to_pandas(days)
    if counted.empty:
        raise SchemaError(
            _("Table 'transactions' has no purchase on or before {day:%Y-%m-%d}.", day=first_end)
        )
    day = pd.to_datetime(counted["day"].to_numpy(), unit="D")
    daily = pd.DataFrame(
        {
            "n_new_customers": counted["is_first"].to_numpy(),
            "n_repeat_purchases": (counted["n"] - counted["is_first"]).to_numpy(),
        },
        index=day,
    )
    every_day = pd.date_range(day.min(), end, freq="D", name="day")
    return daily.reindex(every_day, fill_value=0).astype("int64")
