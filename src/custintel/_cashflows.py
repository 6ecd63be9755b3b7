"""Discounting: what amounts that come later are worth now."""

import numpy as np
from numpy.typing import ArrayLike

from custintel._intervals import Floats


def discount_factors(elapsed: ArrayLike, rate: ArrayLike) -> Floats:
    """Return what an amount of 1 is worth now when it comes after `elapsed` periods.

    `rate` is the effective rate of one of these periods: years go with a rate a year.

    >>> discount_factors([0, 1, 2], 0.25).round(6).tolist()
    [1.0, 0.8, 0.64]
    """
    return np.asarray((1 + np.asarray(rate, float)) ** -np.asarray(elapsed, float))


def rate_per_period(annual_rate: float, periods_per_year: float) -> float:
    """Return the effective rate of a period that fits `periods_per_year` times into a year.

    >>> round(rate_per_period(0.21, 2), 6)
    0.1
    """
    return float(np.expm1(np.log1p(annual_rate) / periods_per_year))


def geometric_sum(ratio: ArrayLike, n_terms: int | None) -> Floats:
    """Return 1 + ratio + ratio² + … of `n_terms` terms, or of all of them when None.

    The ratio is 0 or more, and below 1 when the terms do not end.

    >>> geometric_sum([0.5, 1.0], 3).tolist(), geometric_sum(0.5, None).tolist()
    ([1.75, 3.0], 2.0)
    """
    q = np.asarray(ratio, float)
    if n_terms is None:
        return np.asarray(1 / (1 - q))
    # Through the logarithm: 1 - q**n would lose its digits as q nears 1.
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.expm1(n_terms * np.log(q)) / (q - 1)
    return np.where(q == 1, float(n_terms), total)
