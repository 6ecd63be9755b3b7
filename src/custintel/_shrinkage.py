"""Rates and means of groups of unequal size, drawn towards what all groups show.

A rate of 2 out of 2 says less than one of 180 out of 200. What the groups have in common is
learned from all of them, and each group's own figure counts the more, the more cases it rests
on. How alike the groups are is not known either: its posterior is added up over a grid, so
that the intervals of few groups are not too short.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, betaln, expit

from custintel._intervals import Floats, normal_quantile

_N_SPREADS = 40
_N_MEANS = 41
_LEARNED_FROM = 1000  # groups, of which more would hardly tell better how alike they are
_NEGLIGIBLE = 1e-7  # probability of a point of the grid
_WIDEST = 16.0  # on the logit scale: rates of one in ten million


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Figures of groups, drawn towards the common one.

    ``value``, ``low``, ``high`` and ``weight`` are arrays of shape (n_groups,). ``weight`` is
    the part, in 0-1, that a group's own cases have in its figure; ``common`` is the figure of
    a group of which nothing is known.
    """

    value: Floats
    low: Floats
    high: Floats
    weight: Floats
    common: float


def shrunk_rates(successes: ArrayLike, trials: ArrayLike, *, level: float = 0.95) -> Shrunk:
    """Return the rates of groups whose true rates follow a beta distribution.

    Its mean is uniform a priori, and so is 1 / sqrt(a + b), as in Gelman et al. (2013,
    section 5.3), up to 1. Groups without trials get the common rate.

    >>> shrunk = shrunk_rates([2, 180, 30], [2, 200, 100])
    >>> shrunk.value.round(2).tolist()
    [0.82, 0.9, 0.31]
    """
    k, n = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    a, b, weights = _betas(k, n)
    mean, square = np.zeros(len(k)), np.zeros(len(k))
    own = np.zeros(len(k))
    for a_i, b_i, weight in zip(a, b, weights, strict=True):
        cases = a_i + b_i + n
        rate = (a_i + k) / cases
        mean += weight * rate
        square += weight * rate * ((a_i + k) + 1) / (cases + 1)
        own += weight * n / cases
    # The mixture of beta posteriors, as the one beta of the same mean and variance.
    variance = np.maximum(square - mean**2, np.finfo(float).tiny)
    strength = np.maximum(mean * (1 - mean) / variance - 1, 1e-9)
    tail = (1 - level) / 2
    low = betaincinv(mean * strength, (1 - mean) * strength, tail)
    high = betaincinv(mean * strength, (1 - mean) * strength, 1 - tail)
    return Shrunk(mean, low, high, own, float((weights * a / (a + b)).sum()))


def shrunk_means(means: ArrayLike, variances: ArrayLike, *, level: float = 0.95) -> Shrunk:
    """Return the means of groups whose true means follow a normal distribution.

    `variances` are those of each mean (s² / n), above zero. The part of the variation that is
    between groups has a beta distribution a priori, of parameters 1 and 1/2: a little more
    open to large spreads than the uniform shrinkage prior of Daniels (1999), whose intervals
    cover too little for few groups.

    >>> shrunk_means([8.0, 6.0, 9.0], [0.01, 0.01, 4.0]).value.round(1).tolist()
    [8.0, 6.0, 7.7]
    """
    mean, variance = np.asarray(means, np.float64), np.asarray(variances, np.float64)
    if not len(mean):
        return Shrunk(mean, mean, mean, mean, np.nan)
    # Of even steps, those of a beta(1, 1/2) variable: 1 − (1 − u)².
    part = 1 - (1 - (np.arange(_N_SPREADS * 5) + 0.5) / (_N_SPREADS * 5)) ** 2
    between = (part / (1 - part) / np.mean(1 / variance))[:, None]
    precision = 1 / (variance + between)
    total = precision.sum(axis=1)
    common = (precision * mean).sum(axis=1) / total
    misfit = (precision * (mean - common[:, None]) ** 2).sum(axis=1)
    weights = _normalised((np.log(precision).sum(axis=1) - np.log(total) - misfit) / 2)
    own = between / (between + variance)
    value = common[:, None] + own * (mean - common[:, None])
    spread = own * variance + (1 - own) ** 2 / total[:, None]
    middle = weights @ value
    half = normal_quantile(level) * np.sqrt(weights @ (spread + (value - middle) ** 2))
    return Shrunk(middle, middle - half, middle + half, weights @ own, float(weights @ common))


def _betas(k: Floats, n: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a and b of beta distributions of rates, with their posterior probabilities."""
    groups = np.stack([k, n], axis=1)[n > 0]
    groups = groups[:: max(len(groups) // _LEARNED_FROM, 1)]
    # Equal groups are done once.
    cells, times = np.unique(groups, axis=0, return_counts=True)
    cases = ((np.arange(_N_SPREADS) + 0.5) / _N_SPREADS) ** -2.0
    low, high = -_WIDEST, _WIDEST
    for _zoom in range(4):
        logits = np.linspace(low, high, _N_MEANS)
        rate = expit(logits)
        a, b = np.outer(rate, cases), np.outer(1 - rate, cases)
        log_likelihood = _log_likelihood(a, b, cells, times)
        # Uniform in the rate, on a grid that is even on the logit scale.
        weights = _normalised(log_likelihood + np.log(rate * (1 - rate))[:, None])
        likely = np.flatnonzero(weights.sum(axis=1) > 1e-9)
        low = logits[max(likely[0] - 1, 0)]
        high = logits[min(likely[-1] + 1, _N_MEANS - 1)]
    matters = weights > _NEGLIGIBLE
    return a[matters], b[matters], weights[matters] / weights[matters].sum()


def _log_likelihood(a: Floats, b: Floats, cells: Floats, times: NDArray[np.intp]) -> Floats:
    total = -betaln(a, b) * times.sum()
    for (successes, trials), count in zip(cells, times, strict=True):
        total += count * betaln(a + successes, b + trials - successes)
    return np.asarray(total)


def _normalised(log_weights: Floats) -> Floats:
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())
