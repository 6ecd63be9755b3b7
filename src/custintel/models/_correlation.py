"""Pearson's correlation and its interval."""

import numpy as np

from custintel._intervals import Floats, normal_quantile


def pearson_correlation(first: Floats, second: Floats, weight: Floats) -> float:
    """Return the weighted correlation; NaN if one of the two never varies."""
    deviations = [values - np.average(values, weights=weight) for values in (first, second)]
    (a, ab), (_, b) = np.cov(deviations, aweights=weight, ddof=0)
    return float(ab / np.sqrt(a * b)) if a > 0 and b > 0 else float("nan")


def fisher_interval(r: float, n: int, level: float) -> tuple[float, float]:
    """Return the interval that is symmetric after Fisher's z transformation.

    >>> [round(bound, 2) for bound in fisher_interval(0.11, 946, 0.95)]
    [0.05, 0.17]
    """
    if n <= 3 or abs(r) == 1:
        return np.nan, np.nan
    middle, half = np.arctanh(r), normal_quantile(level) / np.sqrt(n - 3)
    return float(np.tanh(middle - half)), float(np.tanh(middle + half))
