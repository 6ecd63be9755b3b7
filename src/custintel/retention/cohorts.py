"""Cohorts of customers by first purchase, followed period by period."""

from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import quoted, require_choice
from custintel._frames import Frame, day_number, lazy, month_number, number_of_day, to_pandas
from custintel._intervals import wilson_interval
from custintel._text import translate_plural as _n
from custintel._time import PERIOD_MONTHS, Day, as_day
from custintel._warnings import warn
from custintel.errors import SetAsideWarning


def cohort_table(
    transactions: Frame,
    *,
    as_of: Day,
    period: Literal["M", "Q", "Y"] = "M",
    level: float = 0.95,
) -> pd.DataFrame:
    """Follow the customers who first bought in the same period: how many buy again, and when.

    A customer is active in a period with a purchase in it. A refund (negative line) is no
    purchase: it is netted in the period of its date, or in period 0 if it comes before the
    first purchase. Someone who skips a period and comes back is active again, so a
    cohort's rate may rise: it is the share who bought, not who have never left.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    period : {"M", "Q", "Y"}, default="M"
        Calendar months, quarters or years, both for the cohorts and for what follows.
    level : float, default=0.95
        Probability of the interval around the rates, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per cohort and period up to `as_of`, in order, also where nobody bought.

        - ``cohort`` : Period of the first purchase; periods without new customers are not
          listed
        - ``period_number`` : int, periods since the first purchase; 0 is the cohort's own
        - ``n_customers`` : int, >= 1, size of the cohort
        - ``n_active`` : int, those of them with a purchase in the period
        - ``retention_rate`` : float, 0-1, ``n_active`` / ``n_customers``
        - ``retention_rate_low``, ``retention_rate_high`` : float, 0-1, Wilson interval; in
          period 0 both are 1, as every customer bought by definition
        - ``revenue`` : float, net of refunds, in the currency of the table
        - ``is_complete`` : bool, whether the period had ended by `as_of`; if not, the rate
          is likely to rise

    Raises
    ------
    SchemaError
        If a column is missing.
    ValueError
        If `as_of` is not a date, `period` is unknown, or `level` is not between 0 and 1.

    Warns
    -----
    SetAsideWarning
        If customers have refunds but no purchase: they belong to no cohort.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
    inference. Journal of the American Statistical Association 22(158), 209-212.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann"],
    ...     "ordered_at": pd.to_datetime(["2024-01-10", "2024-01-20", "2024-03-05"]),
    ...     "revenue": [10.0, 20.0, 5.0],
    ... })
    >>> cohorts = cohort_table(transactions, as_of="2024-03-20")
    >>> cohorts[["cohort", "period_number", "n_customers", "n_active", "is_complete"]]
        cohort  period_number  n_customers  n_active  is_complete
    0  2024-01              0            2         2         True
    1  2024-01              1            2         0         True
    2  2024-01              2            2         1        False
    """
    require_choice(period, tuple(PERIOD_MONTHS), name="period")
    last_day = as_day(as_of)
    activity = _activity(transactions, PERIOD_MONTHS[period], number_of_day(last_day))
    cells = to_pandas(_cells(activity))
    known = cells["cohort"].notna()
    if not known.all():
        warn(_refunds_alone(activity), SetAsideWarning)
    cells = _up_to(cells[known], last_day.to_period(period).ordinal)
    return _finished(cells, period, last_day, level)


def _activity(transactions: Frame, months: int, last_day: int) -> nw.LazyFrame[Any]:
    """Return one row per customer and period of so many months, with the customer's cohort."""
    activity = (
        lazy(transactions, ["customer_id", "ordered_at", "revenue"])
        .with_columns(
            day=day_number("ordered_at"),
            period=month_number("ordered_at") // months,
            bought=(nw.col("revenue") >= 0).cast(nw.Int64),
        )
        .filter(nw.col("day") <= last_day)
        .group_by("customer_id", "period")
        .agg(nw.col("revenue").sum(), nw.col("bought").max())
    )
    # A join, not a window: DuckDB 1.5 plans windows over a pandas frame as a copy of its scan,
    # and fails.
    cohorts = (
        activity.filter(nw.col("bought") == 1)
        .group_by("customer_id")
        .agg(nw.col("period").min().alias("cohort"))
    )
    return activity.join(cohorts, on="customer_id", how="left")


def _cells(activity: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return one row per cohort and period since: active customers, and net revenue."""
    age = nw.col("period") - nw.col("cohort")
    return (
        activity.with_columns(period_number=nw.when(age > 0).then(age).otherwise(0))
        .group_by("cohort", "period_number")
        .agg(nw.col("bought").sum().alias("n_active"), nw.col("revenue").sum())
    )


def _refunds_alone(activity: nw.LazyFrame[Any]) -> str:
    alone = to_pandas(activity.filter(nw.col("cohort").is_null()).select("customer_id", "revenue"))
    customers = alone["customer_id"].unique()
    return _n(
        "{n} customer has refunds of {amount} but no purchase, and belongs to no cohort: "
        "{examples}. The purchase may lie before the export begins.",
        "{n} customers have refunds of {amount} but no purchase, and belong to no cohort: "
        "{examples}. The purchases may lie before the export begins.",
        len(customers),
        amount=formats.number(-alone["revenue"].sum(), 2),
        examples=quoted(sorted(customers), most=3),
    )


def _up_to(cells: pd.DataFrame, last: int) -> pd.DataFrame:
    """Return the cells of every cohort, by its number, in every period up to `last`, in order."""
    cohorts = np.unique(cells["cohort"].to_numpy("int64"))
    n_periods = last - cohorts + 1
    numbers = [np.arange(n, dtype="int64") for n in n_periods]
    grid = pd.MultiIndex.from_arrays(
        [np.repeat(cohorts, n_periods), np.concatenate([*numbers, np.arange(0)])],
        names=["cohort", "period_number"],
    )
    types = {"cohort": "int64", "period_number": "int64", "n_active": "int64", "revenue": "float64"}
    indexed = cells.astype(types).set_index(["cohort", "period_number"])
    return indexed.reindex(grid, fill_value=0).reset_index()


def _finished(
    cells: pd.DataFrame, period: str, last_day: pd.Timestamp, level: float
) -> pd.DataFrame:
    sizes = cells.groupby("cohort")["n_active"].transform("first")
    low, high = wilson_interval(cells["n_active"], sizes, level)
    is_start = cells["period_number"] == 0
    followed = _periods(cells["cohort"] + cells["period_number"], period)
    return pd.DataFrame(
        {
            "cohort": _periods(cells["cohort"], period),
            "period_number": cells["period_number"],
            "n_customers": sizes,
            "n_active": cells["n_active"],
            "retention_rate": cells["n_active"] / sizes,
            "retention_rate_low": np.where(is_start, 1.0, low),
            "retention_rate_high": high,
            "revenue": cells["revenue"],
            "is_complete": followed.end_time.normalize() <= last_day,
        }
    )


def _periods(numbers: "pd.Series[int]", period: str) -> pd.PeriodIndex:
    """Return the periods with these numbers, counted from January 1970."""
    return pd.PeriodIndex.from_ordinals(numbers, freq=period)  # type: ignore[attr-defined,no-any-return]
