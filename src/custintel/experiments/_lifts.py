"""Lifts of treated arms over a control: how much, how much of it, and whether by chance."""

import numpy as np
from scipy.special import chdtrc

from custintel._differences import Groups
from custintel._intervals import Bounds, Floats

_EXPECTED = 5.0  # Cochran's rule for the chi-square test of a table of four


def pearson_p(treated: Groups, control: Groups) -> Floats:
    """Return the p of Pearson's chi-square test that two rates are equal, without correction.

    >>> one, other = (Groups(np.array(500.0), np.array(r), np.nan, True) for r in (0.2, 0.25))
    >>> round(float(pearson_p(one, other)), 5)
    0.05833
    """
    n, m = treated.n, control.n
    common = (n * treated.mean + m * control.mean) / (n + m)
    gap = treated.mean - control.mean
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = gap**2 / (common * (1 - common) * (1 / n + 1 / m))
    # If all or none succeeded, nothing differs.
    return np.asarray(chdtrc(1, np.where((common > 0) & (common < 1), statistic, 0.0)))


def has_few(treated: Groups, control: Groups) -> Floats:
    """Return whether some count that is expected without any lift is below five."""
    common = (treated.n * treated.mean + control.n * control.mean) / (treated.n + control.n)
    least = np.minimum(treated.n, control.n) * np.minimum(common, 1 - common)
    return np.asarray(least < _EXPECTED)


def relative_bounds(treated: Groups, control: Groups, level: float) -> Bounds:
    """Return the bounds of mean / control's mean − 1, from the bounds of each (Donner & Zou 2012).

    With Student's bounds of means this is Fieller's interval, with Wilson's of rates it stays
    possible. NaN for means if that of the control may be zero or is below; without an upper
    end (infinite) for rates if that of the control may be zero.
    """
    one, two = treated.interval(level), control.interval(level)
    p1, p2 = treated.mean, control.mean
    with np.errstate(invalid="ignore", divide="ignore"):
        low = _ratio(p1, p2, one.low, two.high, sign=-1)
        high = _ratio(p1, p2, one.high, two.low, sign=1)
        high = np.where(two.low > 0, high, np.inf if treated.is_rate else np.nan)
    low = np.where((two.low > 0) | treated.is_rate, low, np.nan)
    known = p2 > 0
    return Bounds(np.where(known, low - 1, np.nan), np.where(known, high - 1, np.nan))


def _ratio(p1: Floats, p2: Floats, end: Floats, other: Floats, *, sign: int) -> Floats:
    product = p1 * p2
    under = other * (2 * p2 - other)
    inside = product**2 - end * (2 * p1 - end) * under
    return np.asarray((product + sign * np.sqrt(np.maximum(inside, 0.0))) / under)
