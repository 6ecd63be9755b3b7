"""How much more often something is seen in one group than in another, with intervals."""

import numpy as np
from numpy.typing import ArrayLike

from custintel._intervals import Bounds, Floats, normal_quantile

_STEPS = 70
_FURTHEST = 40.0  # on the log scale: ratios up to 1e17


def relative_rate_interval(
    cases: ArrayLike, n: ArrayLike, other_cases: ArrayLike, other_n: ArrayLike, *, level: float
) -> Bounds:
    """Return the score interval of the ratio of two independent rates (Koopman 1984).

    The bounds are the ratios that a score test would just not reject. Groups without cases
    are no exception: the ratio then goes down to 0, or up to inf. Both groups are larger
    than zero.

    >>> bounds = relative_rate_interval(36, 40, 16, 80, level=0.95)
    >>> round(float(bounds.low), 2), round(float(bounds.high), 2)
    (2.94, 7.15)
    """
    given = (np.asarray(each, np.float64) for each in (cases, n, other_cases, other_n))
    k1, n1, k2, n2 = np.broadcast_arrays(*given)
    z = normal_quantile(level)
    low = np.where(k1 > 0, _root(k1, n1, k2, n2, z), 0.0)
    high = np.where(k2 > 0, _root(k1, n1, k2, n2, -z), np.inf)
    return Bounds(low, high)


def _root(k1: Floats, n1: Floats, k2: Floats, n2: Floats, z: float) -> Floats:
    """Return the ratio at which the score, which falls as the ratio grows, is `z`."""
    low, high = np.full(k1.shape, -_FURTHEST), np.full(k1.shape, _FURTHEST)
    for _step in range(_STEPS):
        middle = (low + high) / 2
        is_below = _score(np.exp(middle), k1, n1, k2, n2) > z
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return np.asarray(np.exp((low + high) / 2))


def _score(ratio: Floats, k1: Floats, n1: Floats, k2: Floats, n2: Floats) -> Floats:
    a = ratio * (n1 + n2)
    b = ratio * (n1 + k2) + k1 + n2
    c = k1 + k2
    # Of the two roots this is the rate that is most likely if the ratio is right; written so
    # that nothing is lost where the ratio is large.
    rate = 2 * c / (b + np.sqrt(np.maximum(b * b - 4 * a * c, 0.0)))
    first = np.minimum(ratio * rate, 1.0)
    variance = first * (1 - first) / n1 + ratio**2 * rate * (1 - rate) / n2
    difference = k1 / n1 - ratio * k2 / n2
    return np.asarray(difference / np.sqrt(np.maximum(variance, np.finfo(float).tiny)))
