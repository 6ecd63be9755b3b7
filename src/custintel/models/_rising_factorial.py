"""Logarithms of rising factorials (c)_n = c (c+1) … (c+n−1), with their derivatives."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi, zeta

from custintel._intervals import Floats


@dataclass(frozen=True, slots=True)
class LogRising:
    """The logarithms, and their first and second derivatives by ln c."""

    value: Floats
    slope: Floats
    bend: Floats


@dataclass(frozen=True, slots=True)
class CountWeights:
    """How many customers have more than k, for k = 0, 1, …: sums over all in one pass."""

    n_beyond: Floats

    @classmethod
    def of(cls, counts: Floats, weight: Floats) -> "CountWeights":
        """Prepare the sums over customers with these counts."""
        by_count = np.bincount(counts.astype(np.intp), weight)
        return cls(by_count.sum() - np.cumsum(by_count)[:-1])

    def total(self, c: float) -> tuple[float, float, float]:
        """Return the weighted sum of ln (c)_n over customers, and its derivatives by ln c."""
        terms = c + np.arange(len(self.n_beyond))
        share = c / terms
        value = float(self.n_beyond @ np.log(terms))
        return value, float(self.n_beyond @ share), float(self.n_beyond @ (share - share**2))


def log_rising(c: Floats, n: Floats) -> LogRising:
    """Return ln (c)_n for each customer's own c."""
    end = c + n
    first = c * (psi(end) - psi(c))
    second = c * c * (zeta(2, end) - zeta(2, c))  # zeta(2, ·) is the trigamma function
    return LogRising(gammaln(end) - gammaln(c), first, first + second)
