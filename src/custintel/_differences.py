"""Differences between the means, or the rates, of groups that have no member in common."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from custintel._intervals import Bounds, Floats, wilson_interval
from custintel._significance import fisher_two_sided


@dataclass(frozen=True, slots=True)
class Groups:
    """Sizes, means and sums of squared deviations from them, of several groups.

    Arrays of one shape. Of a rate the mean is the share of successes.
    """

    n: Floats
    mean: Floats
    squares: Floats
    is_rate: bool

    def take(self, which: NDArray[np.intp]) -> "Groups":
        """Return the groups at some positions."""
        return Groups(self.n[which], self.mean[which], self.squares[which], self.is_rate)

    def others(self) -> "Groups":
        """Return, for each group, all other groups as one."""
        total = self.n.sum()
        middle = (self.n * self.mean).sum() / total if total else 0.0
        away = self.mean - middle  # so that large means lose no digits
        n = total - self.n
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = ((self.n * away).sum() - self.n * away) / n
            around = self.squares + self.n * away**2
            squares = np.maximum(around.sum() - around - n * mean**2, 0.0)
        return Groups(n, mean + middle, squares, self.is_rate)

    def interval(self, level: float) -> Bounds:
        """Return the bounds of each mean by Student's t, or of each rate by Wilson (1927)."""
        if self.is_rate:
            return Bounds(*wilson_interval(self.n * self.mean, self.n, level))
        with np.errstate(invalid="ignore", divide="ignore"):
            half = stdtrit(self.n - 1, 0.5 + level / 2) * np.sqrt(self._variance_of_mean())
        half = np.where(self.n > 1, half, np.nan)
        return Bounds(self.mean - half, self.mean + half)

    def difference(self, other: "Groups", level: float) -> Bounds:
        """Return the bounds of mean − other mean: Welch (1947), of rates Newcombe (1998)."""
        gap = self.mean - other.mean
        if self.is_rate:
            one, two = self.interval(level), other.interval(level)
            below = np.hypot(self.mean - one.low, two.high - other.mean)
            above = np.hypot(one.high - self.mean, other.mean - two.low)
            # Rounding must not push an end past what is possible.
            return Bounds(np.maximum(gap - below, -1.0), np.minimum(gap + above, 1.0))
        error, freedom = self._welch(other)
        with np.errstate(invalid="ignore"):
            half = np.where(error > 0, stdtrit(freedom, 0.5 + level / 2) * error, error)
        return Bounds(gap - half, gap + half)

    def p(self, other: "Groups") -> Floats:
        """Return the two-sided p of each difference: Welch's test, of rates Fisher's exact one."""
        if self.is_rate:
            wins, others = np.rint(self.n * self.mean), np.rint(other.n * other.mean)
            return fisher_two_sided(wins, self.n, wins + others, self.n + other.n)
        gap = np.abs(self.mean - other.mean)
        gap = np.where(gap > self._rounding(other), gap, 0.0)
        error, freedom = self._welch(other)
        with np.errstate(invalid="ignore", divide="ignore"):
            p = 2 * stdtr(freedom, -gap / error)
        # Groups without any variation: equal for sure, or different for sure.
        return np.asarray(np.where(error == 0, np.where(gap > 0, 0.0, 1.0), p))

    def standard_error(self, other: "Groups") -> Floats:
        """Return the standard error of each difference, 0 if nothing varies but the last digits."""
        return self._welch(other)[0]

    def _variance_of_mean(self) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.n > 1, self.squares / (self.n - 1) / self.n, np.nan)

    def _welch(self, other: "Groups") -> tuple[Floats, Floats]:
        """Return the standard errors of the differences and their degrees of freedom."""
        one, two = self._variance_of_mean(), other._variance_of_mean()
        with np.errstate(invalid="ignore", divide="ignore"):
            freedom = (one + two) ** 2 / (one**2 / (self.n - 1) + two**2 / (other.n - 1))
        error = np.sqrt(one + two)
        return np.where(error <= self._rounding(other), 0.0, error), freedom

    def _rounding(self, other: "Groups") -> Floats:
        """Return what sums of equal amounts may differ by, in the units of the means."""
        return np.asarray(1e-12 * np.maximum(np.abs(self.mean), np.abs(other.mean)))
