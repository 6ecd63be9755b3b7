"""What two means of outcomes with heavy tails may differ by: bootstrap and permutations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from custintel._intervals import Floats

N_RESAMPLES = 1999
# The largest outcomes are drawn one by one. Of very many, the others are drawn in cells of
# neighbours in size, which stand for their mean: this moves no bound by a part in 1,000.
_ALONE, _CELLS = 200, 100
_NUMBERS_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Outcomes of customers in cells: their mean, the mean of their squares, how many they are.

    Measured from their mean, so that squares lose no digits.
    """

    away: Floats
    squared: Floats
    count: Floats

    @classmethod
    def of(cls, values: ArrayLike, counts: ArrayLike) -> "Outcomes":
        """Gather distinct outcomes, and how many customers have each, into cells."""
        value, count = np.asarray(values, np.float64), np.asarray(counts, np.float64)
        away = value - np.average(value, weights=count)
        order = np.argsort(-np.abs(away), kind="stable")
        far, near = order[:_ALONE], order[_ALONE:]
        near = near[np.argsort(away[near], kind="stable")]
        if len(near) > _CELLS:
            # As much to each cell in sum: wide ones near the mean, where it matters little.
            weight = count[near] * np.abs(away[near])
            place = np.concatenate([[0.0], np.cumsum(weight)[:-1]])
            cell = (place * _CELLS / weight.sum()).astype(np.intp)
            starts = np.flatnonzero(np.diff(cell, prepend=-1))
        else:
            starts = np.arange(len(near))
        cells = _added(count, away, far, near, starts)
        size = cells[0]
        return cls(cells[1] / size, cells[2] / size, size)

    def resampled(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Return the error of the mean in each resample, and its squared standard error."""
        n = int(self.count.sum())
        size = max(_NUMBERS_AT_ONCE // len(self.count), 1)
        means, variances = [], []
        for start in range(0, N_RESAMPLES, size):
            many = min(size, N_RESAMPLES - start)
            drawn = rng.multinomial(n, self.count / n, size=many).astype(float)
            mean, variance = _mean_and_error(drawn @ self.away, drawn @ self.squared, n)
            means.append(mean)
            variances.append(variance)
        return np.concatenate(means), np.concatenate(variances)


def _added(
    count: Floats, away: Floats, far: np.ndarray, near: np.ndarray, starts: np.ndarray
) -> Floats:
    """Return number, sum and sum of squares of the far outcomes, and of cells of the near ones."""
    rows = np.stack([count, count * away, count * away**2])
    if not len(near):
        return rows[:, far]
    return np.concatenate([rows[:, far], np.add.reduceat(rows[:, near], starts, axis=1)], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Studentized:
    """Errors of a difference of means in standard errors, as resampling shows them, in order."""

    t: Floats

    def bounds(self, difference: float, error: float, level: float) -> tuple[float, float]:
        """Return the bounds of the difference: what it may be off by, in its standard errors."""
        n = len(self.t)
        # What 1 - level leaves in its last digits must not cost a rank.
        rank = min(max(int(round((n + 1) * (1 - level) / 2, 9)), 1), n // 2)
        return difference - self.t[n - rank] * error, difference - self.t[rank - 1] * error

    def p(self, difference: float, error: float) -> float:
        """Return the two-sided p that no difference is there: twice the smaller tail."""
        if error == 0:
            return 1.0 if difference == 0 else 0.0
        found, n = difference / error, len(self.t)
        above = n - np.searchsorted(self.t, found, side="left")
        below = np.searchsorted(self.t, found, side="right")
        return float(min(2 * (min(above, below) + 1) / (n + 1), 1.0))


def bootstrapped(treated: Outcomes, control: Outcomes, rng: np.random.Generator) -> Studentized:
    """Draw each arm anew from its own customers: the symmetric bootstrap-t (Hall 1988).

    Errors to both sides are taken together. Apart, they follow the few largest outcomes that
    happen to be in one arm, and are wrong more often.
    """
    t = _in_errors(*treated.resampled(rng), *control.resampled(rng))
    return Studentized(np.sort(np.concatenate([t, -t])))


def permuted(all_customers: Outcomes, n_treated: int, rng: np.random.Generator) -> Studentized:
    """Deal all customers to the two arms anew: the studentized permutation test.

    Without any lift it is exact for outcomes of any kind, and it holds for large arms whose
    outcomes are unlike but for their means (Janssen 1997).
    """
    count = all_customers.count.astype(np.int64)
    n_control = int(count.sum()) - n_treated
    squares = float(count @ all_customers.squared)
    size = max(_NUMBERS_AT_ONCE // len(count), 1)
    parts = []
    for start in range(0, N_RESAMPLES, size):
        many = min(size, N_RESAMPLES - start)
        dealt = rng.multivariate_hypergeometric(count, n_treated, size=many, method="marginals")
        total, squared = dealt @ all_customers.away, dealt @ all_customers.squared
        arms = (total, squared, n_treated), (-total, squares - squared, n_control)
        parts.append(_in_errors(*(each for arm in arms for each in _mean_and_error(*arm))))
    return Studentized(np.sort(np.concatenate(parts)))


def _mean_and_error(total: Floats, squared: Floats, n: int) -> tuple[Floats, Floats]:
    """Return means and their squared standard errors from sums."""
    mean = total / n
    return mean, np.maximum((squared / n - mean**2) / (n - 1), 0.0)


def _in_errors(mean: Floats, variance: Floats, other: Floats, other_variance: Floats) -> Floats:
    gap, error = mean - other, np.sqrt(variance + other_variance)
    with np.errstate(invalid="ignore", divide="ignore"):
        # A difference without any variation is as far out as can be.
        return np.where(error > 0, gap / error, np.where(gap == 0, 0.0, np.sign(gap) * np.inf))
