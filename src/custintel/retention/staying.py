"""Survival curves: which share of customers stay how long."""

from typing import Any

import numpy as np
import pandas as pd

from custintel._intervals import Floats, normal_quantile
from custintel._text import translate as _
from custintel._warnings import warn
from custintel.errors import WeakResultWarning
from custintel.retention._durations_read import Durations, read_durations

_QUARTILES = {"q25_days": 0.25, "median_days": 0.5, "q75_days": 0.75}


def survival_curves(
    durations: pd.DataFrame, *, by: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Estimate the share of customers who stay longer than each number of days.

    The product-limit (Kaplan-Meier) estimate counts customers who are still there for as long
    as they were seen. It takes for granted that they leave no sooner and no later than the
    others of their age: a table that holds old customers only because they lasted needs its
    ``entered_days``.

    Parameters
    ----------
    durations : DataFrame
        ``duration_days`` (above 0), ``is_ended``, and if there is one ``entered_days``, from
        `custintel.retention.contract_durations` or a table of your own; and the column `by`.
    by : str, optional
        Column whose values have curves of their own. Rows without one are ``(missing)``.
    level : float, default=0.95
        Probability of the intervals at each number of days, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per group and number of days after which somebody left, in order, after a row
        for day 0.

        - ``group`` : str, value of `by`, or ``total``
        - ``days`` : float, >= 0
        - ``n_at_risk`` : int, customers who were under observation and still there on that day;
          on day 0 those whose observation starts there
        - ``n_ended`` : int, those of them who left with it
        - ``survival`` : float, 0-1, share that stay longer
        - ``survival_low``, ``survival_high`` : float, 0-1, bounds from Greenwood's variance,
          symmetric for the logarithm of the hazard; both 1 on day 0. Where the last left, 0
          and the bound that half a customer left would set

    Raises
    ------
    SchemaError
        If a column is missing, or a duration is not as described.
    ValueError
        If `level` is not between 0 and 1.

    Warns
    -----
    WeakResultWarning
        If a curve falls to 0 at an age of which few were seen, while others stayed longer.

    References
    ----------
    Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete
    observations. Journal of the American Statistical Association 53(282), 457-481.

    Kalbfleisch, J. D. and Prentice, R. L. (2002). The Statistical Analysis of Failure Time
    Data, 2nd ed. Wiley, section 1.4.

    Examples
    --------
    >>> import pandas as pd
    >>> durations = pd.DataFrame(
    ...     {"duration_days": [100, 200, 300, 300], "is_ended": [True, False, True, False]}
    ... )
    >>> curves = survival_curves(durations)
    >>> curves[["group", "days", "n_at_risk", "n_ended", "survival"]]
       group   days  n_at_risk  n_ended  survival
    0  total    0.0          4        0     1.000
    1  total  100.0          4        1     0.750
    2  total  300.0          2        1     0.375
    """
    z = normal_quantile(level)
    found = read_durations(durations, by=by)
    parts = [_curve(found.of(place), str(name), z) for place, name in enumerate(found.names)]
    return pd.concat(parts, ignore_index=True).astype({"group": "str"})


def survival_times(
    durations: pd.DataFrame, *, by: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Tell after how many days a quarter, half and three quarters of the customers have left.

    Parameters
    ----------
    durations : DataFrame
        As for `survival_curves`.
    by : str, optional
        As for `survival_curves`.
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by `by`, in the order of the names; one row ``total`` without it.

        - ``n_customers`` : int, >= 1, rows
        - ``n_ended`` : int, those who left
        - ``q25_days``, ``median_days``, ``q75_days`` : float, first day by which a quarter,
          half, three quarters have left; NaN where fewer were seen to
        - ``q25_days_low``, ``q25_days_high`` and likewise for the others : float, days on which
          the bounds of the curve get there; NaN and inf where they do not

    Raises
    ------
    SchemaError
        If a column is missing, or a duration is not as described.
    ValueError
        If `level` is not between 0 and 1.

    Warns
    -----
    WeakResultWarning
        As `survival_curves`.

    References
    ----------
    Brookmeyer, R. and Crowley, J. (1982). A confidence interval for the median survival time.
    Biometrics 38(1), 29-41.

    Examples
    --------
    >>> import pandas as pd
    >>> durations = pd.DataFrame(
    ...     {"duration_days": [100, 200, 300, 300], "is_ended": [True, False, True, False]}
    ... )
    >>> survival_times(durations)[["n_customers", "n_ended", "q25_days", "median_days"]]
           n_customers  n_ended  q25_days  median_days
    total            4        2     100.0        300.0
    """
    z = normal_quantile(level)
    found = read_durations(durations, by=by)
    rows = []
    for place, name in enumerate(found.names):
        part = found.of(place)
        curve = _curve(part, str(name), z)
        row: dict[str, Any] = {"n_customers": len(part.days), "n_ended": int(part.ended.sum())}
        for column, quantile in _QUARTILES.items():
            row[column] = _first_day(curve, "survival", quantile)
            row[f"{column}_low"] = _first_day(curve, "survival_low", quantile)
            high = _first_day(curve, "survival_high", quantile)
            row[f"{column}_high"] = np.inf if np.isnan(high) else high
        rows.append(row)
    return pd.DataFrame(rows, index=found.names)


def _curve(part: Durations, name: str, z: float) -> pd.DataFrame:
    start = int((part.entered == 0).sum())
    first = pd.DataFrame({"days": [0.0], "n_at_risk": [start], "n_ended": [0], "survival": [1.0]})
    first = first.assign(survival_low=1.0, survival_high=1.0)
    if not part.ended.any():
        return first.assign(group=name)[["group", *first.columns]]
    from statsmodels.duration.survfunc import SurvfuncRight

    entry = part.entered if part.is_late else None
    fitted = SurvfuncRight(part.days, part.ended.astype(int), entry=entry)
    ended, at_risk = fitted.n_events.astype(float), fitted.n_risk.astype(float)
    # Where all left, half a customer: Greenwood's variance has no value without any.
    left = np.maximum(at_risk - ended, 0.5)
    hazard = np.cumsum(np.log(at_risk / left) * (ended > 0))
    variance = np.cumsum(ended / (at_risk * left))
    gone = np.logical_or.accumulate(ended == at_risk)
    share = np.where(gone, 0.0, np.exp(-hazard))
    spread = np.exp(z * np.sqrt(variance) / np.where(hazard > 0, hazard, 1.0))
    low = np.where(gone, 0.0, np.exp(-hazard * spread))
    high = np.exp(-hazard / spread)
    _warn_gone(part, name, fitted.surv_times[gone])
    rows = pd.DataFrame(
        {
            "days": fitted.surv_times.astype(float),
            "n_at_risk": fitted.n_risk.astype("int64"),
            "n_ended": fitted.n_events.astype("int64"),
            "survival": share,
            "survival_low": low,
            "survival_high": high,
        }
    )
    table = pd.concat([first, rows[rows["n_ended"] > 0]], ignore_index=True)
    return table.assign(group=name)[["group", *first.columns]]


def _warn_gone(part: Durations, name: str, days: Floats) -> None:
    """Warn if the curve ends before the last customer does: too few were seen at that age."""
    n_later = int((part.days > days[0]).sum()) if len(days) else 0
    if n_later:
        message = _(
            "The curve of {name!r} falls to 0 on day {day:g}, where all {n} left who were seen "
            "at that age, though {n_later} stayed longer who were seen only later. Leave out "
            "the ages of which few are seen, or read nothing after that day.",
            name=name,
            day=float(days[0]),
            n=int(((part.entered < days[0]) & (part.days >= days[0])).sum()),
            n_later=n_later,
        )
        warn(message, WeakResultWarning)


def _first_day(curve: pd.DataFrame, column: str, quantile: float) -> float:
    shares: Floats = curve[column].to_numpy(float)
    reached = np.flatnonzero(shares <= 1 - quantile + 1e-9)
    return float(curve["days"].iloc[reached[0]]) if len(reached) else np.nan
