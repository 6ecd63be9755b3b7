"""How revenue swings with the months or quarters of the year, and the days of the week."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_between
from custintel._frames import Frame, as_counts, day_number, lazy, number_of_day, to_pandas
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day, as_day
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue._cycles import cycle_length, require_gapless, season_name
from custintel.revenue._groups import labels
from custintel.revenue._period_columns import by_period
from custintel.revenue._ranking import places
from custintel.revenue.periods import TOTAL

_DAYS = 7
_MONDAY = 4  # days from 1970-01-01, a Thursday, to the first Monday


def seasonality_table(table: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Measure how far each month or quarter lies above or below an average one.

    Classical multiplicative decomposition: each amount is divided by the moving average of
    the year around it, which has no season; the ratios of a month are averaged over the
    years, and the averages scaled to a mean of 1. December 1.4 means 40 % above what the
    trend of the year would have.

    Parameters
    ----------
    table : DataFrame
        Items (index) × months or quarters (columns), from
        ``revenue_table(period="M", partial="drop")`` or printed; at least two whole years.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by the item (named as the table's index, or ``item``) and ``month`` (1-12) or
        ``quarter`` (1-4), in the order of the table.

        - ``seasonal_index`` : float, above 0, mean 1 over the year; NaN for an item whose
          moving average is not above zero everywhere
        - ``low``, ``high`` : float, its interval: Student's, on the log scale, the scatter
          of the ratios being taken as alike in all months. NaN if the table is so short
          that each month rests on one ratio
        - ``lowest``, ``highest`` : float, smallest and largest ratio of the years
        - ``n_years`` : int, ratios averaged; half a year at each end of the table has no
          moving average, so they are one fewer than the years

    Raises
    ------
    SchemaError
        If items or periods repeat, periods lack between the first and the last, are years
        or cover less than two of them, or an amount is missing or not a number.
    ValueError
        If `level` is not between 0 and 1.

    Warns
    -----
    WeakResultWarning
        If items have no index, or no interval can be given.

    References
    ----------
    Hyndman, R. J. and Athanasopoulos, G. (2021). Forecasting: principles and practice, 3rd
    edition, section 3.4. Melbourne: OTexts.

    Examples
    --------
    >>> import pandas as pd
    >>> quarters = pd.period_range("2021Q1", periods=12, freq="Q")
    >>> table = pd.DataFrame([[80, 100, 90, 130] * 3], index=["total"], columns=quarters)
    >>> seasonality_table(table)["seasonal_index"].round(2).to_list()
    [0.8, 1.0, 0.9, 1.3]
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    amounts = by_period(table)
    periods = pd.PeriodIndex(amounts.columns)
    season, cycle = _require_years(periods), cycle_length(periods)
    seasons = getattr(periods, season).to_numpy()
    ratios = _ratios_to_moving_average(amounts.to_numpy(), cycle)
    inside = seasons[cycle // 2 : len(seasons) - cycle // 2]
    measures = _of_ratios([ratios[:, inside == each] for each in range(1, cycle + 1)], level)
    _warn_of_missing(amounts.index, np.isnan(ratios[:, 0]))
    if ratios.shape[1] <= cycle:
        _warn_of_one_ratio(season)
    return _long(measures, amounts.index, season)


def weekday_table(
    transactions: Frame, *, as_of: Day, by: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Measure how far each day of the week lies above or below an average day.

    All whole weeks, Monday to Sunday, are added up: an index of 1.4 means that 1.4 seventh
    parts of the revenue came on that day. Lines before the first Monday and after the last
    Sunday are not used.

    Parameters
    ----------
    transactions : DataFrame
        ``ordered_at``, ``revenue`` and the column `by`; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    by : str, optional
        Column whose values become the items. Lines without a value are one item,
        ``(missing)``. By default all lines are one item, ``total``.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by the item (named as `by`, or ``item``), the largest revenue of these weeks
        first, equal ones by name, and ``weekday``, 1 for Monday to 7 for Sunday.

        - ``seasonal_index`` : float, mean 1 over the week; NaN for an item without revenue
          above zero in these weeks
        - ``low``, ``high`` : float, its interval: of a ratio of means over the weeks,
          Student's, on the log scale; both 0 for a day on which nothing was ever sold
        - ``n_weeks`` : int, whole weeks, those without a line included

    Raises
    ------
    SchemaError
        If a column is missing, or there are less than two whole weeks.
    ValueError
        If `as_of` is not a date, or `level` is not between 0 and 1.

    Warns
    -----
    WeakResultWarning
        If items have no index.

    References
    ----------
    Cochran, W. G. (1977). Sampling techniques, 3rd edition, chapter 6. New York: Wiley.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.date_range("2024-01-01", "2024-01-28")
    >>> transactions = pd.DataFrame(
    ...     {"ordered_at": days, "revenue": [10.0, 10.0, 10.0, 10.0, 20.0, 80.0, 0.0] * 4}
    ... )
    >>> weekday_table(transactions, as_of="2024-01-28")["seasonal_index"].to_list()
    [0.5, 0.5, 0.5, 0.5, 1.0, 4.0, 0.0]
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    last_day = number_of_day(as_day(as_of))
    cells = to_pandas(_by_day(transactions, by, last_day))
    first_day = int(cells["day"].min()) if len(cells) else last_day
    start = first_day + (_MONDAY - first_day) % _DAYS
    n_weeks = (last_day + 1 - start) // _DAYS
    if n_weeks < 2:
        raise SchemaError(
            _(
                "The transactions cover {n} whole weeks from Monday to Sunday; two are needed "
                "to tell the days of a week apart.",
                n=max(n_weeks, 0),
            )
        )
    names, weeks = _weeks(cells, start, n_weeks)
    measures = _of_weeks(weeks, level)
    measures["n_weeks"] = np.full((len(names), _DAYS), n_weeks)
    _warn_of_missing(names, np.isnan(measures["seasonal_index"][:, 0]))
    return _long(measures, names.rename(by), "weekday")


def _require_years(periods: pd.PeriodIndex) -> str:
    """Return what the periods are called, or raise `SchemaError` if they tell of no season."""
    season, needed = season_name(periods), 2 * cycle_length(periods)
    if season is None:
        raise SchemaError(
            _(
                "The columns of this table are years, which have no season. Make it with "
                "revenue_table(period='M', partial='drop')."
            )
        )
    require_gapless(periods)
    if len(periods) < needed:
        raise SchemaError(
            _(
                "This table covers {n} periods; two whole years, {needed} periods, are needed to "
                "tell the season from the trend.",
                n=len(periods),
                needed=needed,
            )
        )
    return season


def _ratios_to_moving_average(amounts: Floats, cycle: int) -> Floats:
    """Divide by the average of the year around each period; NaN rows where it is not above 0."""
    weights = np.full(cycle + 1, 1 / cycle)
    weights[[0, -1]] /= 2  # a year around a period ends with two half periods of one season
    windows = np.lib.stride_tricks.sliding_window_view(amounts, cycle + 1, axis=1)
    average = windows @ weights
    is_usable = (average > 0).all(axis=1, keepdims=True)
    half = cycle // 2
    inside = amounts[:, half : amounts.shape[1] - half]
    ratios: Floats = np.full(average.shape, np.nan)
    np.divide(inside, average, where=is_usable, out=ratios)
    return ratios


def _of_ratios(by_season: Sequence[Floats], level: float) -> dict[str, Floats]:
    """Return the measures, items × seasons, from the ratios, items × years, of each season."""
    n = np.array([ratios.shape[1] for ratios in by_season])
    mean = np.column_stack([ratios.mean(axis=1) for ratios in by_season])
    scatter = sum(
        ((ratios - ratios.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) for ratios in by_season
    )
    freedom = int(n.sum() - len(n))
    variance = scatter / freedom if freedom else np.full(len(mean), np.nan)
    scale = mean.mean(axis=1, keepdims=True)
    index = mean / scale
    error = np.sqrt(variance[:, None] / n) / scale
    low, high = _student_interval(index, error, freedom, level)
    return {
        "seasonal_index": index,
        "low": low,
        "high": high,
        "lowest": np.column_stack([ratios.min(axis=1) for ratios in by_season]),
        "highest": np.column_stack([ratios.max(axis=1) for ratios in by_season]),
        "n_years": np.broadcast_to(n, mean.shape),
    }


def _of_weeks(weeks: Floats, level: float) -> dict[str, Floats]:
    """Return the measures, items × days, from the revenue of each item, week and day."""
    n = weeks.shape[1]
    average_day = weeks.mean(axis=2, keepdims=True)
    mean = average_day.mean(axis=1)
    is_usable = mean > 0
    unknown = np.full((len(weeks), _DAYS), np.nan)
    index = np.divide(weeks.mean(axis=1), mean, where=is_usable, out=unknown.copy())
    residual = weeks - index[:, None, :] * average_day
    error = np.sqrt((residual**2).sum(axis=1) / (n - 1) / n)
    relative = np.divide(error, mean, where=is_usable, out=unknown)
    low, high = _student_interval(index, relative, n - 1, level)
    return {"seasonal_index": index, "low": low, "high": high}


def _student_interval(
    index: Floats, error: Floats, freedom: int, level: float
) -> tuple[Floats, Floats]:
    """Return bounds on the log scale; an index of 0 has none but itself, one below 0 none."""
    from scipy.stats import t

    if not freedom:
        return np.full(index.shape, np.nan), np.full(index.shape, np.nan)
    is_positive = index > 0
    unbounded = np.where(index == 0, 0.0, np.nan)
    spread = np.divide(error, index, where=is_positive, out=np.zeros(index.shape))
    factor = np.exp(np.minimum(t.ppf(0.5 + level / 2, freedom) * spread, 700.0))
    low = np.where(is_positive, index / factor, unbounded)
    return low, np.where(is_positive, index * factor, unbounded)


def _by_day(transactions: Frame, by: str | None, last_day: int) -> nw.LazyFrame[Any]:
    columns = dict.fromkeys(["ordered_at", "revenue", *([] if by is None else [by])])
    return (
        lazy(transactions, list(columns))
        .select(
            "revenue",
            item=nw.lit(TOTAL) if by is None else nw.col(by),
            day=day_number("ordered_at"),
        )
        .filter(nw.col("day") <= last_day)
        .group_by("item", "day")
        .agg(nw.col("revenue").sum())
    )


def _weeks(cells: pd.DataFrame, start: int, n_weeks: int) -> tuple[pd.Index, Floats]:
    """Return the items, largest first, and their revenue by week and day."""
    code, found = pd.factorize(labels(cells["item"], None))
    day = cells["day"].to_numpy("int64") - start
    is_inside = (day >= 0) & (day < n_weeks * _DAYS)
    place = code[is_inside] * n_weeks * _DAYS + day[is_inside]
    revenue = cells["revenue"].to_numpy(float)[is_inside]
    shape = len(found), n_weeks, _DAYS
    sums = np.bincount(place, revenue, int(np.prod(shape))).astype(float)
    weeks: Floats = sums.reshape(shape)
    # Engines add up in different orders: totals equal to a hundredth of a cent are equal.
    totals = pd.Series(weeks.sum(axis=(1, 2)).round(4), index=found)
    order = np.argsort(places(totals))
    return found[order], weeks[order]


def _long(measures: dict[str, Floats], items: pd.Index, season: str) -> pd.DataFrame:
    """Return one row per item and season from measures of items × seasons."""
    n_seasons = measures["seasonal_index"].shape[1]
    seasons = np.tile(np.arange(1, n_seasons + 1), len(items))
    names = [items.name or "item", season]
    index = pd.MultiIndex.from_arrays([items.repeat(n_seasons), seasons], names=names)
    columns = {name: each.ravel() for name, each in measures.items()}
    counts = [name for name in measures if name.startswith("n_")]
    return as_counts(pd.DataFrame(columns, index=index), counts)


def _warn_of_missing(items: pd.Index, is_missing: NDArray[np.bool_]) -> None:
    without = items[is_missing]
    if len(without):
        message = _n(
            "{n} of {n_items} items has no seasonal index, because its average revenue is not "
            "above zero throughout: {examples}. Begin the table later, or leave it out.",
            "{n} of {n_items} items have no seasonal index, because their average revenue is "
            "not above zero throughout: {examples}. Begin the table later, or leave them out.",
            len(without),
            n_items=len(items),
            examples=quoted(without, most=3),
        )
        warn(message, WeakResultWarning)


def _warn_of_one_ratio(season: str) -> None:
    message = _(
        "Each {season} rests on one ratio, so that no interval can be given: what is measured "
        "may be chance. A third year gives intervals.",
        season=season,
    )
    warn(message, WeakResultWarning)
