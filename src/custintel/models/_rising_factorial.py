"""Logarithms of rising factorials (c)_n = c (c+1) … (c+n−1), with their derivatives."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi, zeta

from custintel._intervals import Floats

_FEW = 64  # factors, which are added up faster than special functions are evaluated


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
    """Return ln (c)_n for each customer's own c and n."""
    return _added_up(c, n) if n.max() <= _FEW else _of_any_length(c, n)


def log_rising_up_to(c: float, most: int) -> LogRising:
    """Return ln (c)_n for n = 0, 1, …, `most`."""
    terms = c + np.arange(most)
    share = np.asarray(c / terms, dtype=float)

    def summed(values: Floats) -> Floats:
        return np.append(0.0, np.cumsum(values))

    return LogRising(summed(np.log(terms)), summed(share), summed(share - share**2))


def _added_up(c: Floats, n: Floats) -> LogRising:
    # With the longest first, each further factor concerns fewer customers at the front.
    order = np.argsort(-n.astype(np.int8), kind="stable")
    n_longer = len(n) - np.cumsum(np.bincount(n.astype(np.intp)))
    ordered = np.broadcast_to(c, n.shape)[order]
    value, slope, bend = np.zeros((3, len(n)))
    for k, rows in enumerate(map(slice, n_longer[:-1].tolist())):
        term = ordered[rows] + k
        share = ordered[rows] / term
        value[rows] += np.log(term)
        slope[rows] += share
        bend[rows] += share * (1 - share)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return LogRising(value[back], slope[back], bend[back])


def _of_any_length(c: Floats, n: Floats) -> LogRising:
    end = c + n
    first = c * (psi(end) - psi(c))
    second = c * c * (zeta(2, end) - zeta(2, c))  # zeta(2, ·) is the trigamma function
    return LogRising(gammaln(end) - gammaln(c), first, first + second)
