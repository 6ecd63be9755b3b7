"""Pearson's correlation and its interval."""

import math

import numpy as np

from custintel._intervals import Floats, normal_quantile


def pearson_correlation(first: Floats, second: Floats, weight: Floats) -> float:
    """Return the weighted correlation; NaN if one of the two never varies."""
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return math.nan
    n = weight.sum()
    a, b = (values - weight @ values / n for values in (first, second))
    w_a = weight * a
    return float(w_a @ b) / math.sqrt(float(w_a @ a) * float(weight @ b**2))


def fisher_interval(r: float, n: int, level: float) -> tuple[float, float]:
    """Return the interval that is symmetric after Fisher's z transformation.

    >>> [round(bound, 2) for bound in fisher_interval(0.11, 946, 0.95)]
    [0.05, 0.17]
    """
    if n <= 3 or abs(r) == 1:
        return np.nan, np.nan
    middle, half = np.arctanh(r), normal_quantile(level) / np.sqrt(n - 3)
    return float(np.tanh(middle - half)), float(np.tanh(middle + half))
