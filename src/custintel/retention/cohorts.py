"""Cohorts of customers by first purchase, followed period by period."""

import warnings
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import quoted, require_choice
from custintel._frames import Frame, day_number, lazy, month_number, number_of_day, to_pandas
from custintel._intervals import wilson_interval
from custintel._text import translate_plural as _n
from custintel._time import Day, as_day
from custintel.errors import SetAsideWarning

_MONTHS = {"M": 1, "Q": 3, "Y": 12}


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
        pyarrow, or the path of a Parquet or CSV file.
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
    require_choice(period, tuple(_MONTHS), name="period")
    last_day = as_day(as_of)
    activity = to_pandas(_by_customer_month(transactions, number_of_day(last_day)))
    activity["period"] = activity["month"].astype("int64") // _MONTHS[period]
    activity = _with_cohort(activity)
    alone = activity[activity["cohort"].isna()]
    if len(alone):
        warnings.warn(_refunds_alone(alone), SetAsideWarning, stacklevel=2)
    cells = _cells(activity[activity["cohort"].notna()], last_day.to_period(period).ordinal)
    return _finished(cells, period, last_day, level)


def _by_customer_month(transactions: Frame, last_day: int) -> nw.LazyFrame[Any]:
    """Return one row per customer and month: whether it holds a purchase, and net revenue."""
    return (
        lazy(transactions, ["customer_id", "ordered_at", "revenue"])
        .with_columns(
            day=day_number("ordered_at"),
            month=month_number("ordered_at"),
            bought=(nw.col("revenue") >= 0).cast(nw.Int64),
        )
        .filter(nw.col("day") <= last_day)
        .group_by("customer_id", "month")
        .agg(nw.col("revenue").sum(), nw.col("bought").max())
    )


def _with_cohort(activity: pd.DataFrame) -> pd.DataFrame:
    first = activity[activity["bought"] == 1].groupby("customer_id")["period"].min()
    return activity.assign(cohort=activity["customer_id"].map(first))


def _refunds_alone(alone: pd.DataFrame) -> str:
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


def _cells(activity: pd.DataFrame, last: int) -> pd.DataFrame:
    """Return the counts and revenue of each cohort (its number) in each period up to `last`."""
    cohort = activity["cohort"].astype("int64")
    number = (activity["period"] - cohort).clip(lower=0)
    # Several months of one quarter are one activity.
    buyers = activity["customer_id"].where(activity["bought"] == 1)
    keys = [cohort.rename("cohort"), number.rename("period_number")]
    counted = pd.DataFrame({"n_active": buyers, "revenue": activity["revenue"].astype(float)})
    cells = counted.groupby(keys).agg({"n_active": "nunique", "revenue": "sum"})
    return cells.reindex(_grid(np.unique(cohort), last), fill_value=0).reset_index()


def _grid(cohorts: "np.ndarray[Any, np.dtype[np.int64]]", last: int) -> pd.MultiIndex:
    n_periods = last - cohorts + 1
    numbers = [np.arange(n, dtype="int64") for n in n_periods]
    return pd.MultiIndex.from_arrays(
        [np.repeat(cohorts, n_periods), np.concatenate([*numbers, np.arange(0)])],
        names=["cohort", "period_number"],
    )


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
            "revenue": cells["revenue"].astype(float),
            "is_complete": followed.end_time.normalize() <= last_day,
        }
    )


def _periods(numbers: "pd.Series[int]", period: str) -> pd.PeriodIndex:
    """Return the periods with these numbers, counted from January 1970."""
    return pd.PeriodIndex.from_ordinals(numbers, freq=period)  # type: ignore[attr-defined,no-any-return]
