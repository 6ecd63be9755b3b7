"""Rates of groups that may share contacts, each of whom may count several times.

A contact who got three mailings is not three independent trials, and one who got mail by both
channels is in both groups. Both are allowed for by sums over contacts, so that nothing is
assumed of how the answers of one contact hang together. Where each contact counts once and in
one group alone, all of this is the usual comparison of two proportions.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from custintel._intervals import Bounds, Floats, wilson_interval


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the contacts of groups, of their trials and successes, squares and products."""

    n_contacts: Floats
    trials: Floats
    successes: Floats
    squared_trials: Floats
    products: Floats  # trials × successes
    squared_successes: Floats

    def rate(self) -> Floats:
        """Return the share of trials that succeeded, NaN without any."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.successes / self.trials

    def variance(self) -> Floats:
        """Return the variance of the rate, from how it differs between contacts."""
        p = self.rate()
        squares = self.squared_successes - 2 * p * self.products + p**2 * self.squared_trials
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.maximum(squares, 0.0) / self.trials**2

    def n_effective(self) -> Floats:
        """Return how many independent trials would tell as much: never more than there were.

        Without a success, or a failure, nothing tells how alike the answers of one contact are:
        then each contact is one trial.
        """
        p, variance = self.rate(), self.variance()
        with np.errstate(invalid="ignore", divide="ignore"):
            n = np.where(variance > 0, p * (1 - p) / variance, self.trials)
        return np.where((p > 0) & (p < 1), np.minimum(n, self.trials), self.n_contacts)

    def interval(self, level: float) -> Bounds:
        """Return Wilson's (1927) bounds of each rate, for as many trials as are effective."""
        n = self.n_effective()
        return Bounds(*wilson_interval(self.rate() * n, n, level))


@dataclass(frozen=True, slots=True)
class Common:
    """Sums over contacts in a group and in the other one: products of what they did in both."""

    successes: Floats  # here × there
    successes_trials: Floats  # successes here × trials there
    trials_successes: Floats
    trials: Floats

    def covariance(self, one: Totals, other: Totals, p: Floats, p_other: Floats) -> Floats:
        """Return the covariance of two rates, around the rates `p` and `p_other`."""
        away = self.successes - p_other * self.successes_trials - p * self.trials_successes
        with np.errstate(invalid="ignore", divide="ignore"):
            return (away + p * p_other * self.trials) / (one.trials * other.trials)


@dataclass(frozen=True, slots=True)
class Compared:
    """Difference and ratio of the rates of groups to that of the other one, and p."""

    difference: Floats
    difference_bounds: Bounds
    ratio: Floats
    ratio_bounds: Bounds
    p: Floats


def compared(one: Totals, other: Totals, common: Common, level: float) -> Compared:
    """Compare the rates of groups with that of another, whose arrays are as long.

    The bounds combine those of the two rates by the method of variance estimates recovery
    (Zou and Donner 2008, for ratios Donner and Zou 2012), with the correlation of the rates.
    """
    p, q = one.rate(), other.rate()
    correlation = _correlation(one, other, common)
    ends = one.interval(level), other.interval(level)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = p / q
    return Compared(
        difference=p - q,
        difference_bounds=_difference(p, q, ends, correlation),
        ratio=ratio,
        ratio_bounds=_ratio(p, q, ends, correlation),
        p=_score_p(one, other, common),
    )


def _correlation(one: Totals, other: Totals, common: Common) -> Floats:
    covariance = common.covariance(one, other, one.rate(), other.rate())
    scale = np.sqrt(one.variance() * other.variance())
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(scale > 0, np.clip(covariance / scale, -1.0, 1.0), 0.0)


def _difference(p: Floats, q: Floats, ends: tuple[Bounds, Bounds], correlation: Floats) -> Bounds:
    one, other = ends
    below = _distance(p - one.low, other.high - q, correlation)
    above = _distance(one.high - p, q - other.low, correlation)
    # Rounding must not push an end past what is possible.
    return Bounds(np.maximum(p - q - below, -1.0), np.minimum(p - q + above, 1.0))


def _distance(here: Floats, there: Floats, correlation: Floats) -> Floats:
    return np.sqrt(np.maximum(here**2 + there**2 - 2 * correlation * here * there, 0.0))


def _ratio(p: Floats, q: Floats, ends: tuple[Bounds, Bounds], correlation: Floats) -> Bounds:
    """Return the bounds of p ÷ q: where the bounds of p − ratio × q begin to hold 0."""
    one, other = ends
    low = _Quadratic(
        middle=p * q - correlation * (p - one.low) * (other.high - q),
        first=one.low * (2 * p - one.low),
        last=other.high * (2 * q - other.high),
    )
    high = _Quadratic(
        middle=p * q - correlation * (one.high - p) * (q - other.low),
        first=one.high * (2 * p - one.high),
        last=other.low * (2 * q - other.low),
    )
    return Bounds(low.lower_root(), high.upper_root())


@dataclass(frozen=True, slots=True)
class _Quadratic:
    """The equation last × x² − 2 × middle × x + first = 0."""

    middle: Floats
    first: Floats
    last: Floats

    def _root(self) -> Floats:
        return np.sqrt(np.maximum(self.middle**2 - self.first * self.last, 0.0))

    def lower_root(self) -> Floats:
        """Return the lower bound, in the form that stays whole where `last` crosses 0."""
        under = self.middle + self._root()
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.first == 0, 0.0, np.maximum(self.first / under, 0.0))

    def upper_root(self) -> Floats:
        """Return the upper bound, infinite where the rate divided by may be 0."""
        with np.errstate(invalid="ignore", divide="ignore"):
            root = (self.middle + self._root()) / self.last
        return np.where(self.last > 0, root, np.where(np.isnan(self.middle), np.nan, np.inf))


def _score_p(one: Totals, other: Totals, common: Common) -> Floats:
    """Return the two-sided p that the rates are equal, by the score test.

    Of contacts who count once, Pearson's chi-squared of two groups, and McNemar's of pairs.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (one.successes + other.successes) / (one.trials + other.trials)
        spread = pooled * (1 - pooled)
        parts = spread / one.n_effective(), spread / other.n_effective()
        most = np.sqrt(parts[0] * parts[1])
        shared = np.clip(common.covariance(one, other, pooled, pooled), -most, most)
        gap = np.abs(one.rate() - other.rate())
        p = 2 * ndtr(-gap / np.sqrt(parts[0] + parts[1] - 2 * shared))
    # Where nobody, or everybody, succeeded, there is no difference to test.
    return np.where(gap == 0, 1.0, p)
