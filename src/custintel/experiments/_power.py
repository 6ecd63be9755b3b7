"""The chance to find a difference that is there, and what follows from it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, stdtrit

from custintel._intervals import Floats, normal_quantile

Numbers = Floats | float

_MOST = 1e15  # customers; an effect that needs more is none


@dataclass(frozen=True, slots=True)
class Rates:
    """Two rates, compared by the chi-square test (Fleiss, Levin & Paik 2003, section 4.2)."""

    baseline: float

    def power(self, effect: Numbers, n: Numbers, m: Numbers, level: float) -> Floats:
        """Return the chance to find `effect` with `n` treated and `m` control customers."""
        rate = self.baseline + np.asarray(effect, float)
        common = (n * rate + m * self.baseline) / (np.asarray(n, float) + m)
        alike = np.sqrt(common * (1 - common) * (1 / np.asarray(n, float) + 1 / m))
        unlike = np.sqrt(rate * (1 - rate) / n + self.baseline * (1 - self.baseline) / m)
        with np.errstate(divide="ignore", invalid="ignore"):
            z = (np.abs(effect) - normal_quantile(level) * alike) / unlike
        return np.asarray(ndtr(z))

    def largest(self) -> float:
        """Return the largest rise there can be."""
        return 1 - self.baseline


@dataclass(frozen=True, slots=True)
class Means:
    """Two means of outcomes that vary alike, compared by the t test."""

    sd: float

    def power(self, effect: Numbers, n: Numbers, m: Numbers, level: float) -> Floats:
        """Return the chance to find `effect` with `n` treated and `m` control customers."""
        free = np.asarray(n, float) + m - 2
        away = np.abs(effect) / (self.sd * np.sqrt(1 / np.asarray(n, float) + 1 / m))
        t = stdtrit(np.maximum(free, 1e-9), 0.5 + level / 2)
        # The noncentral t by a normal one (Abramowitz & Stegun 1964, 26.7.10).
        z = (away - t * (1 - 1 / (4 * free))) / np.sqrt(1 + t**2 / (2 * free))
        return np.asarray(np.where(free > 0, ndtr(z), 0.0))

    def largest(self) -> float:
        """Return a rise that any two arms would show."""
        return 1e6 * self.sd


def smallest_size(
    outcome: Rates | Means, effect: float, *, power: float, level: float, ratio: float
) -> float:
    """Return how many treated customers find `effect` with the `power` wanted; inf if none do.

    There are `ratio` control customers for each of them.
    """

    def excess(log_n: float) -> float:
        n = float(np.exp(log_n))
        return float(outcome.power(effect, n, ratio * n, level)) - power

    few, many = np.log(1 + 1 / min(ratio, 1.0)), np.log(_MOST)
    return float(np.exp(_root(excess, few, many)))


def smallest_effect(
    outcome: Rates | Means, n: float, m: float, *, power: float, level: float
) -> float:
    """Return the smallest rise that is found with the `power` wanted; NaN if none is."""
    most = outcome.largest()
    if not most > 0:
        return np.nan

    def excess(effect: float) -> float:
        return float(outcome.power(effect, n, m, level)) - power

    return _root(excess, most * 1e-12, most) if excess(most) > 0 else np.nan


def _root(excess: Callable[[float], float], low: float, high: float) -> float:
    if excess(low) >= 0:
        return low
    return float(brentq(excess, low, high, xtol=1e-13, rtol=1e-12)) if excess(high) > 0 else np.inf
