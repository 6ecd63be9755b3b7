"""Revenue by item and period, from transactions."""

from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import require_choice
from custintel._frames import Frame, day_number, lazy, month_number, number_of_day, to_pandas
from custintel._text import mark as N_
from custintel._time import PERIOD_MONTHS, Day, as_day

TOTAL = N_("total")
MISSING = N_("(missing)")

# A first period whose first line comes after this part of it is taken as begun before the data.
_LATE_START = 0.1


def revenue_table(
    transactions: Frame,
    *,
    as_of: Day,
    by: str | None = None,
    period: Literal["Y", "Q", "M"] = "Y",
    partial: Literal["keep", "drop"] = "keep",
) -> pd.DataFrame:
    """Add up revenue by item and by calendar year, quarter or month.

    Refunds (negative lines) are netted in the period of their date. `index_table`,
    `growth_table`, `top_customers` and `concentration_table` read the result.

    Parameters
    ----------
    transactions : DataFrame
        ``ordered_at``, ``revenue`` and the column `by`; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    by : str, optional
        Column whose values become the rows: ``customer_id``, ``product_id``, ``category``,
        ``channel`` … Lines without a value are one row, ``(missing)``. By default all
        lines are one row, ``total``.
    period : {"Y", "Q", "M"}, default="Y"
        Calendar years, quarters or months.
    partial : {"keep", "drop"}, default="keep"
        ``"drop"`` leaves out periods that were not observed whole, which growth must not
        be measured on: the last one unless `as_of` is its last day, and the first one if
        its first line comes after a tenth of its days.

    Returns
    -------
    DataFrame
        Items (index, named as `by`), largest total first, equal ones by name; columns are
        a `PeriodIndex` with every period from the first line to `as_of`, also those
        without a line. With ``partial="keep"`` all cells add up to the observed revenue.

        - each period : float, revenue net of refunds, in the currency of the table; 0.0
          without a line

    Raises
    ------
    SchemaError
        If a column is missing.
    ValueError
        If `as_of` is not a date, or `period` or `partial` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "ordered_at": pd.to_datetime(["2022-03-01", "2024-05-01", "2024-06-01"]),
    ...     "revenue": [10.0, 30.0, -5.0],
    ...     "channel": ["web", "shop", "shop"],
    ... })
    >>> revenue_table(transactions, as_of="2024-12-31", by="channel")
             2022  2023  2024
    channel
    shop      0.0   0.0  25.0
    web      10.0   0.0   0.0
    """
    require_choice(period, tuple(PERIOD_MONTHS), name="period")
    require_choice(partial, ("keep", "drop"), name="partial")
    last_day = as_day(as_of)
    cells = to_pandas(_by_period(transactions, by, PERIOD_MONTHS[period], number_of_day(last_day)))
    periods = periods_observed(cells, last_day, period)
    table = _wide(cells, periods, by)
    if partial == "drop" and len(periods):
        first_day = pd.Timestamp(int(cells["first_day"].min()), unit="D")
        table = table[whole_periods(periods, first_day, last_day)]
    return _largest_first(table)


def _by_period(
    transactions: Frame, by: str | None, months: int, last_day: int
) -> nw.LazyFrame[Any]:
    """Return one row per item and period of so many months: net revenue, day of the first line."""
    columns = dict.fromkeys(["ordered_at", "revenue", *([] if by is None else [by])])
    item = nw.lit(TOTAL) if by is None else nw.col(by)
    return (
        lazy(transactions, list(columns))
        .select(
            "revenue",
            item=item,
            day=day_number("ordered_at"),
            period=month_number("ordered_at") // months,
        )
        .filter(nw.col("day") <= last_day)
        .group_by("item", "period")
        .agg(nw.col("revenue").sum(), nw.col("day").min().alias("first_day"))
    )


def periods_observed(cells: pd.DataFrame, last_day: pd.Timestamp, period: str) -> pd.PeriodIndex:
    """Return every period from the first of the cells to that of `last_day`, without gaps."""
    if cells.empty:
        return pd.PeriodIndex([], freq=period)
    first = pd.Period(ordinal=int(cells["period"].min()), freq=period)
    return pd.period_range(first, last_day.to_period(period))


def _wide(cells: pd.DataFrame, periods: pd.PeriodIndex, by: str | None) -> pd.DataFrame:
    if cells.empty:
        rows = [TOTAL] if by is None else []
        return pd.DataFrame(index=pd.Index(rows, name=by, dtype=object), columns=periods)
    # Plain Python objects: every engine has its own type of text and of nothing.
    items = cells["item"].astype(object)
    row, names = pd.factorize(items.where(items.notna(), MISSING))
    column = cells["period"].to_numpy("int64") - periods[0].ordinal
    shape = len(names), len(periods)
    sums = np.bincount(
        row * shape[1] + column, cells["revenue"].to_numpy(float), shape[0] * shape[1]
    )
    return pd.DataFrame(
        sums.reshape(shape), index=pd.Index(names.tolist(), name=by), columns=periods
    )


def whole_periods(
    periods: pd.PeriodIndex, first_day: pd.Timestamp, last_day: pd.Timestamp
) -> pd.PeriodIndex:
    """Return the periods without a last one that goes on, and a first one that begins late."""
    ends_early = periods[-1].end_time.normalize() > last_day
    whole = periods[:-1] if ends_early else periods
    start, end = periods[0].start_time, periods[0].end_time
    begins_late = (first_day - start) > _LATE_START * (end - start)
    return whole[1:] if begins_late else whole


def _largest_first(table: pd.DataFrame) -> pd.DataFrame:
    # Engines add up in different orders: totals equal to a hundredth of a cent are equal.
    totals = table.sum(axis=1).round(4).to_numpy(float)
    names = np.array([str(name) for name in table.index])
    # By position: rows named True and False would be read as a mask.
    return table.iloc[np.lexsort((names, -totals))]
