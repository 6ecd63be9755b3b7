"""Calibration: whether what is foretold with 30 % happens to 30 %."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import logit
from scipy.stats import rankdata

from custintel._checks import require_between, require_count
from custintel._intervals import Floats, normal_quantile, wilson_interval
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import WeakResultWarning
from custintel.evaluation._logistic_line import fit_logistic
from custintel.evaluation._predictions import Predictions, read_predictions

# Logits of 0 and 1 are infinite; one case in a million is as far as they are taken.
_NEAREST = 1e-6
# Logits nearer to one another than this are equal: rounding alone gives no slope.
_EQUAL = 1e-6


@dataclass(frozen=True, slots=True)
class CalibrationLine:
    """The line of the logit of the outcome on the logit of the probability.

    Attributes
    ----------
    slope, slope_low, slope_high : float
        1 for probabilities that spread as they should; below 1 they are too extreme, the usual
        sign of a model that has learned by heart; above 1 too timid. Missing (NaN) where they
        are all equal, or tell the outcomes apart without fault but for one probability that
        both may share, so that no line exists.
    intercept, intercept_low, intercept_high : float
        Of the same line: 0 if, besides a slope of 1, the level is right. Missing with the slope.
    in_the_large, in_the_large_low, in_the_large_high : float
        Intercept of the line whose slope is held at 1: above 0, more happened than was foretold;
        below 0, less.
    expected_events : float
        Sum of the probabilities.
    n_events, n_customers : int
        What happened, and to how many it could.
    level : float
        Of the intervals.
    """

    slope: float
    slope_low: float
    slope_high: float
    intercept: float
    intercept_low: float
    intercept_high: float
    in_the_large: float
    in_the_large_low: float
    in_the_large_high: float
    expected_events: float
    n_events: int
    n_customers: int
    level: float


def calibration_line(
    outcome: ArrayLike, probability: ArrayLike, *, level: float = 0.95
) -> CalibrationLine:
    """Fit the line of the logit of the outcome on the logit of the probability.

    Perfect probabilities have slope 1 and intercept 0 (Cox 1958). Two intercepts are in use: that
    of the fitted line, and that of the line with slope 1, the calibration in the large, which
    alone says whether the level is right whatever the slope.

    Parameters
    ----------
    outcome : array-like of shape (n,)
        1 or True for customers to whom it happened, 0 or False for the others; both occur.
    probability : array-like of shape (n,)
        What was foretold for each of them, 0-1.
    level : float, default=0.95
        Probability that each interval aims to cover, between 0 and 1.

    Returns
    -------
    CalibrationLine
        Slope, intercepts and their intervals.

    Raises
    ------
    SchemaError
        If outcome and probability do not belong together, values are missing, or only one of the
        outcomes occurs.
    ValueError
        If `level` is not between 0 and 1.

    Warns
    -----
    WeakResultWarning
        If probabilities are nearer to 0 or 1 than a millionth, as which they are then taken; or
        if no line exists.

    References
    ----------
    Cox, D. R. (1958). Two further applications of a model for binary regression. Biometrika
    45(3/4), 562-565.

    Van Calster, B., McLernon, D. J., van Smeden, M., Wynants, L. and Steyerberg, E. W. (2019).
    Calibration: the Achilles heel of predictive analytics. BMC Medicine 17, 230.

    Examples
    --------
    >>> outcome = [0, 0, 0, 1, 0, 1, 1, 1]
    >>> line = calibration_line(outcome, [0.2, 0.2, 0.2, 0.2, 0.8, 0.8, 0.8, 0.8])
    >>> round(line.slope, 3), round(abs(line.in_the_large), 3)  # 1 of 4 rather than 1 of 5
    (0.792, 0.0)
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    given = read_predictions(outcome, probability)
    _warn_of_certainty(given)
    found = line_of(given, level)
    if np.isnan(found.slope):
        _warn_of_no_line()
    return found


def line_of(given: Predictions, level: float) -> CalibrationLine:
    """Fit the line as `calibration_line` does, without a word about what is weak."""
    z = normal_quantile(level)
    logits = np.asarray(logit(np.clip(given.probability, _NEAREST, 1 - _NEAREST)))
    ones = np.ones((given.n, 1))
    level_only = fit_logistic(ones, given.is_event, offset=logits)
    large = float(level_only.coefficients[0])
    around = z * float(np.sqrt(level_only.covariance[0, 0]))
    slope, intercept, half_slope, half_intercept = np.full(4, np.nan)
    if _overlap(logits[given.is_event], logits[~given.is_event]):
        fit = fit_logistic(np.column_stack([ones, logits]), given.is_event)
        intercept, slope = fit.coefficients
        half_intercept, half_slope = z * np.sqrt(np.diag(fit.covariance))
    return CalibrationLine(
        slope=float(slope),
        slope_low=float(slope - half_slope),
        slope_high=float(slope + half_slope),
        intercept=float(intercept),
        intercept_low=float(intercept - half_intercept),
        intercept_high=float(intercept + half_intercept),
        in_the_large=large,
        in_the_large_low=large - around,
        in_the_large_high=large + around,
        expected_events=float(given.probability.sum()),
        n_events=given.n_events,
        n_customers=given.n,
        level=level,
    )


def _overlap(with_event: Floats, without: Floats) -> bool:
    """Return whether a line exists: neither outcome lies wholly on one side of the other."""
    overlap = min(with_event.max() - without.min(), without.max() - with_event.min())
    return bool(overlap > _EQUAL)


def calibration_table(
    outcome: ArrayLike, probability: ArrayLike, *, n_groups: int = 10, level: float = 0.95
) -> pd.DataFrame:
    """Compare what was foretold with what happened, in groups of similar probability.

    The groups are about equally large. Customers with the same probability stay together, so
    that the table does not depend on the order of the rows; groups that this leaves empty are
    not shown.

    Parameters
    ----------
    outcome : array-like of shape (n,)
        1 or True for customers to whom it happened, 0 or False for the others.
    probability : array-like of shape (n,)
        What was foretold for each of them, 0-1.
    n_groups : int, default=10
        Number of groups at most, 1 or more.
    level : float, default=0.95
        Probability that each interval aims to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by ``group``, 1 for the lowest probabilities.

        - ``n_customers`` : int, customers of the group
        - ``lowest_probability``, ``highest_probability`` : float, limits of the group, 0-1
        - ``probability`` : float, mean of what was foretold, 0-1
        - ``expected_events`` : float, sum of what was foretold
        - ``n_events`` : int, what happened
        - ``event_rate``, ``event_rate_low``, ``event_rate_high`` : float, 0-1, after Wilson
        - ``is_within`` : bool, whether the mean probability lies in that interval

    Raises
    ------
    SchemaError
        If outcome and probability do not belong together, or values are missing.
    ValueError
        If `n_groups` or `level` is not as described.

    Examples
    --------
    >>> table = calibration_table([0, 0, 1, 0, 1, 1], [0.1, 0.1, 0.4, 0.4, 0.4, 0.9], n_groups=3)
    >>> table[["n_customers", "probability", "event_rate", "is_within"]].round(2)
           n_customers  probability  event_rate  is_within
    group
    1                2          0.1        0.00       True
    2                3          0.4        0.67       True
    3                1          0.9        1.00       True
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    require_count(n_groups, name="n_groups")
    given = read_predictions(outcome, probability, both=False)
    # The middle rank of tied customers puts all of them in one group.
    middle = (rankdata(given.probability) - 0.5) / given.n
    frame = pd.DataFrame({"p": given.probability, "is_event": given.is_event.astype(np.int64)})
    grouped = frame.groupby(np.floor(middle * n_groups).astype(np.int64))
    n, events = grouped.size(), grouped["is_event"].sum()
    mean = grouped["p"].mean()
    low, high = wilson_interval(events, n, level)
    found = pd.DataFrame(
        {
            "n_customers": n,
            "lowest_probability": grouped["p"].min(),
            "highest_probability": grouped["p"].max(),
            "probability": mean,
            "expected_events": grouped["p"].sum(),
            "n_events": events,
            "event_rate": events / n,
            "event_rate_low": low,
            "event_rate_high": high,
            "is_within": (low <= mean) & (mean <= high),
        }
    )
    return found.set_axis(pd.RangeIndex(1, len(found) + 1, name="group"))


def _warn_of_certainty(given: Predictions) -> None:
    n = int(((given.probability < _NEAREST) | (given.probability > 1 - _NEAREST)).sum())
    if n:
        warn(
            _n(
                "{n} of {total} probabilities is 0 or 1 within a millionth: it is taken a "
                "millionth away, where its logit is finite. Look at the model that is so sure.",
                "{n} of {total} probabilities are 0 or 1 within a millionth: they are taken a "
                "millionth away, where their logits are finite. Look at the model that is so sure.",
                n,
                total=given.n,
            ),
            WeakResultWarning,
        )


def _warn_of_no_line() -> None:
    warn(
        _(
            "There is no calibration line: the probabilities are all equal, or tell the outcomes "
            "apart without fault. The slope is missing; look for a feature that knows the outcome."
        ),
        WeakResultWarning,
    )
