"""How visits, calls or orders changed after a date: a launch, a campaign, a press report."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from custintel._checks import quoted, require_between, require_choice, require_type
from custintel._intervals import Floats
from custintel._significance import q_values
from custintel._text import translate as _
from custintel._time import Day, Span, as_day
from custintel.campaigns._autoregression import Forecast, forecast

SEASONS = ("none", "year", "week")
_FEWEST = 12  # periods before, beside what the season takes
_YEAR = 365.25
_LEAST_GAP = 2


@dataclass(frozen=True, slots=True, eq=False)
class EventStudy:
    """What came after a date, beside what was expected without it.

    Parameters
    ----------
    table : DataFrame
        Indexed by ``period`` (first day), all periods: ``observed``, ``expected``,
        ``expected_low``, ``expected_high`` (float, in units of the series), ``is_after`` (bool);
        ``lift`` = observed ÷ expected − 1 with ``lift_low`` and ``lift_high``, ``p`` (two-sided)
        and ``q`` (Benjamini-Hochberg over the periods after), all NaN before the date. Before
        it ``expected`` is the forecast from the period before, without bounds (NaN).
    peaks : DataFrame
        Stretches in which visits were above what was expected, in order of time:
        ``starts_on``, ``peak_on``, ``ends_on`` (datetime, first days of periods), ``lift``,
        ``lift_low``, ``lift_high``, ``q`` of the peak. The second row is the second peak.
    lift, lift_low, lift_high : float
        Mean change within the window, as part of what was expected: that of the geometric
        means.
    p : float
        Two-sided, that nothing changed in the window.
    autocorrelation : float
        Of the errors, one period apart.
    event_on : Timestamp
        The date; the period that holds it is the first one after.
    window : str
        Time after the date that ``lift`` is of.

    Examples
    --------
    >>> weeks = pd.date_range("2024-01-01", periods=40, freq="7D")
    >>> rng = np.random.default_rng(1)
    >>> visits = pd.Series(np.exp(7 + 0.05 * rng.normal(size=40)), weeks)
    >>> visits.iloc[30:34] *= 1.5
    >>> study = event_study(visits, event_on=weeks[30], window="4W")
    >>> study.lift_low < 0.5 < study.lift_high, study.p < 0.001, len(study.peaks)
    (True, True, 1)
    """

    table: pd.DataFrame
    peaks: pd.DataFrame
    lift: float
    lift_low: float
    lift_high: float
    p: float
    autocorrelation: float
    event_on: pd.Timestamp
    window: str

    def plot(self, *, ax=None):  # type: ignore[no-untyped-def]
        """Draw the series with what was expected; see `custintel.plots.event_study_lines`.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.
        """
        from custintel.plots.event_studies import event_study_lines

        return event_study_lines(self.table, self.peaks, ax=ax)


def event_study(
    visits: pd.Series,
    *,
    event_on: Day,
    window: str = "8W",
    season: str = "none",
    trend: bool = False,
    level: float = 0.95,
) -> EventStudy:
    """Compare a daily or weekly series after a date with what it promised before.

    Visits of one week resemble those of the week before, so that an ordinary test of before
    against after finds changes where there are none. Here the logarithm of the series before
    the date is explained by its level, season and trend, with errors that remember the last one
    (AR(1)), and forecast; what differs from the forecast is the lift. It shows that something
    changed, not that the campaign did it: whatever else happened then is in it.

    Parameters
    ----------
    visits : Series
        Numbers above 0, indexed by the day, or the first day of the week: equally spaced, none
        left out, at least 12 of them before the date, and one after.
    event_on : date-like
        When it happened.
    window : str, default="8W"
        Time after the date over which the mean lift is taken, or up to the end of the series if
        that comes first.
    season : {'none', 'year', 'week'}, default="none"
        ``"year"``: one wave a year, for which a year before the date is needed; ``"week"``: a
        level for each day of the week, of daily series.
    trend : bool, default=False
        Whether the series grows or falls by a constant rate. Only if it clearly does: the
        forecast goes on with it.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1. Periods with a ``q`` of
        1 − `level` or less are taken for changed.

    Returns
    -------
    EventStudy
        The series beside its expectation, the lift in the window, and the peaks: stretches of
        changed periods above the expectation. Two periods or more that are not must lie
        between a peak and the next; a shorter pause does not end it.

    Raises
    ------
    TypeError
        If `visits` is no Series of numbers by date.
    ValueError
        If the series has gaps, zeros, or too few periods on either side of the date, or an
        argument is out of range.

    Notes
    -----
    The forecast averages over what the autocorrelation may be, by its restricted likelihood. Of
    3,000 simulated series without a change, of 62 weeks with a season of the year, p is 0.05 or
    less in 4.2 % at an autocorrelation of 0.5, and in 6.3 % at 0.8: strong memory needs longer
    series.

    References
    ----------
    Box, G. E. P. and Tiao, G. C. (1975). Intervention analysis with applications to economic
    and environmental problems. Journal of the American Statistical Association 70(349), 70-79.

    Harville, D. A. (1977). Maximum likelihood approaches to variance component estimation and
    to related problems. Journal of the American Statistical Association 72(358), 320-338.

    Examples
    --------
    >>> weeks = pd.date_range("2024-01-01", periods=60, freq="7D")
    >>> rng = np.random.default_rng(1)
    >>> visits = pd.Series(np.exp(7 + 0.05 * rng.normal(size=60)), weeks)
    >>> visits.iloc[30:34] *= 1.5
    >>> visits.iloc[50:53] *= 1.4
    >>> study = event_study(visits, event_on=weeks[30], window="4W")
    >>> [f"{day:%d %b}" for day in study.peaks["starts_on"]]
    ['29 Jul', '16 Dec']
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    require_choice(season, SEASONS, name="season")
    day = as_day(event_on, name="event_on")
    series, step = _checked(visits)
    index = pd.DatetimeIndex(series.index)
    is_after = np.asarray(index > day - step)
    x = _design(index, step, season=season, trend=trend)
    n_before = int((~is_after).sum())
    _require_periods(n_before, x.shape[1], int(is_after.sum()), season, index, day)
    y = np.log(series.to_numpy(float))
    found = forecast(y[:n_before], x[:n_before], x[n_before:])
    table = _table(series, is_after, found, level)
    n_window = max(round(Span.parse(window).to("D") / (step / pd.Timedelta(days=1))), 1)
    change = _mean_change(y[n_before:], found, n_window, level)
    return EventStudy(
        table=table,
        peaks=_peaks(table[is_after], level),
        **change,
        autocorrelation=found.autocorrelation,
        event_on=day,
        window=window,
    )


def _checked(visits: pd.Series) -> "tuple[pd.Series[float], pd.Timedelta]":
    what = _("a Series of numbers, indexed by day or week")
    require_type(visits, pd.Series, name="visits", what=what)
    if not isinstance(visits.index, pd.DatetimeIndex) or visits.index.tz is not None:
        raise TypeError(
            _(
                "visits is {what}, without time zone: make its index with pd.to_datetime, and "
                "with .tz_localize(None) if it has a time zone.",
                what=what,
            )
        )
    if visits.dtype.kind not in "iuf":
        raise TypeError(_("visits is {what}: got {kind}.", what=what, kind=visits.dtype))
    series = visits.astype(float).sort_index()
    series.index = pd.DatetimeIndex(series.index).normalize().astype("datetime64[us]")
    steps = np.diff(series.index.to_numpy())
    if len(steps) == 0 or (steps != steps[0]).any() or steps[0] <= np.timedelta64(0):
        irregular = series.index[1:][steps != np.median(steps)] if len(steps) else series.index
        raise ValueError(
            _(
                "visits has one number for each day, or each week, without gaps; the spacing "
                "changes at {examples}. Fill the gaps: a day without visits is not a missing day.",
                examples=quoted([f"{each:%Y-%m-%d}" for each in irregular], most=3) or _("none"),
            )
        )
    is_wrong = ~(np.isfinite(series) & (series > 0))
    if is_wrong.any():
        raise ValueError(
            _(
                "visits holds finite numbers above 0, as their logarithms are compared; {n} are "
                "not, such as that of {examples}. Add days up to weeks, or leave out the start.",
                n=int(is_wrong.sum()),
                examples=quoted([f"{each:%Y-%m-%d}" for each in series.index[is_wrong]], most=3),
            )
        )
    return series, pd.Timedelta(steps[0])


def _design(index: pd.DatetimeIndex, step: pd.Timedelta, *, season: str, trend: bool) -> Floats:
    """Return the columns of the regression: level, season, trend."""
    elapsed = np.asarray((index - index[0]) / pd.Timedelta(days=1), dtype=float)
    columns = [np.ones(len(index))]
    if season == "year":
        turn = 2 * np.pi * elapsed / _YEAR
        columns += [np.sin(turn), np.cos(turn)]
    elif season == "week":
        if step != pd.Timedelta(days=1):
            raise ValueError(_("season='week' is for daily series; this one is not."))
        columns += [(index.day_of_week == each).astype(float) for each in range(1, 7)]
    if trend:
        columns.append(elapsed / _YEAR)
    return np.column_stack(columns)


def _require_periods(
    n_before: int, n_columns: int, n_after: int, season: str, index: pd.Index, day: pd.Timestamp
) -> None:
    fewest = _FEWEST + n_columns
    is_short = season == "year" and (day - index[0]) < pd.Timedelta(days=364)
    if n_before < fewest or n_after < 1 or is_short:
        raise ValueError(
            _(
                "visits has {n_before} periods before {day:%Y-%m-%d} and {n_after} after; "
                "{fewest} before (of a season of the year, a year) and one after are needed.",
                n_before=n_before,
                day=day,
                n_after=n_after,
                fewest=fewest,
            )
        )


def _table(
    series: "pd.Series[float]",
    is_after: "np.typing.NDArray[np.bool_]",
    found: Forecast,
    level: float,
) -> pd.DataFrame:
    error = np.sqrt(np.diag(found.covariance))
    half = stdtrit(found.degrees_of_freedom, 0.5 + level / 2) * error
    gap = np.log(series.to_numpy(float)[is_after]) - found.mean
    p = 2 * stdtr(found.degrees_of_freedom, -np.abs(gap) / error)
    before = np.full(len(found.fitted), np.nan)
    after = {
        "expected_low": np.exp(found.mean - half),
        "expected_high": np.exp(found.mean + half),
        "lift": np.expm1(gap),
        "lift_low": np.expm1(gap - half),
        "lift_high": np.expm1(gap + half),
        "p": p,
        "q": q_values(p),
    }
    columns: dict[str, Any] = {
        "observed": series.to_numpy(float),
        "expected": np.exp(np.concatenate([found.fitted, found.mean])),
        "is_after": is_after,
    }
    columns |= {name: np.concatenate([before, values]) for name, values in after.items()}
    return pd.DataFrame(columns, index=series.index.rename("period"))


def _mean_change(y: Floats, found: Forecast, n_window: int, level: float) -> dict[str, float]:
    n = min(n_window, len(y))
    gap = float((y - found.mean)[:n].mean())
    error = float(np.sqrt(found.covariance[:n, :n].mean()))
    half = float(stdtrit(found.degrees_of_freedom, 0.5 + level / 2)) * error
    return {
        "lift": float(np.expm1(gap)),
        "lift_low": float(np.expm1(gap - half)),
        "lift_high": float(np.expm1(gap + half)),
        "p": float(2 * stdtr(found.degrees_of_freedom, -abs(gap) / error)),
    }


def _peaks(after: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return the stretches of changed periods above the expectation, each at its highest."""
    is_high = ((after["q"] <= 1 - level) & (after["lift"] > 0)).to_numpy()
    places = np.flatnonzero(is_high)
    breaks = np.flatnonzero(np.diff(places) > _LEAST_GAP) + 1
    rows = []
    for stretch in np.split(places, breaks) if len(places) else []:
        peak = after.iloc[stretch[int(np.argmax(after["lift"].to_numpy()[stretch]))]]
        days = after.index[[stretch[0], stretch[-1]]]
        figures = {name: float(peak[name]) for name in ("lift", "lift_low", "lift_high", "q")}
        rows.append({"starts_on": days[0], "peak_on": peak.name, "ends_on": days[1], **figures})
    names = ["starts_on", "peak_on", "ends_on", "lift", "lift_low", "lift_high", "q"]
    instants = dict.fromkeys(names[:3], "datetime64[us]")
    return pd.DataFrame(rows, columns=names).astype(instants | dict.fromkeys(names[3:], float))
