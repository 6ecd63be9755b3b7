"""k-prototypes (Huang 1998): k-means for numbers and texts together.

Points count by weight. Each pass moves every point to its nearest prototype, then every
prototype to the mean of its points' numbers and the most frequent of their texts: neither
step can raise the weighted sum of squared distances, so that the passes end.
"""

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.models._cluster_features import Codes, Points
from custintel.models._cluster_rules import Prototypes

_MOST_PASSES = 1000


def k_prototypes(points: Points, weight: Floats, *, start: Prototypes) -> Prototypes:
    """Return the prototypes that the passes end at."""
    prototypes, labels = start, np.full(len(points), -1)
    for _pass in range(_MOST_PASSES):
        squared = prototypes.squared_distances(points)
        nearest = squared.argmin(axis=1)
        _fill_empty(nearest, squared, weight)
        if np.array_equal(nearest, labels):
            break
        labels = nearest
        prototypes = moved(prototypes, points, weight, labels)
    return prototypes


def best_k_prototypes(
    points: Points,
    weight: Floats,
    *,
    n_clusters: int,
    gamma: float,
    n_starts: int,
    rng: np.random.Generator,
) -> Prototypes:
    """Return the best of several searches from random starts."""
    found = [
        k_prototypes(points, weight, start=seeded(points, weight, n_clusters, gamma, rng))
        for _start in range(n_starts)
    ]
    losses = [inertia(prototypes, points, weight) for prototypes in found]
    return found[int(np.argmin(losses))]


def inertia(prototypes: Prototypes, points: Points, weight: Floats) -> float:
    """Return the weighted sum of squared distances to the nearest prototype."""
    return float(weight @ prototypes.squared_distances(points).min(axis=1))


def seeded(
    points: Points, weight: Floats, n_clusters: int, gamma: float, rng: np.random.Generator
) -> Prototypes:
    """Draw points as first prototypes, far ones more likely (Arthur & Vassilvitskii 2007)."""
    chosen = [rng.choice(len(points), p=weight / weight.sum())]
    nearest = np.full(len(points), np.inf)
    for _cluster in range(1, n_clusters):
        last = Prototypes(points.numbers[chosen[-1:]], points.codes[chosen[-1:]], gamma)
        nearest = np.minimum(nearest, last.squared_distances(points)[:, 0])
        chance = weight * nearest
        chosen.append(rng.choice(len(points), p=chance / chance.sum()))
    return Prototypes(points.numbers[chosen], points.codes[chosen], gamma)


def moved(
    prototypes: Prototypes, points: Points, weight: Floats, labels: NDArray[np.intp]
) -> Prototypes:
    """Return the prototypes in the middle of the points that have their labels."""
    k = len(prototypes.numbers)
    sizes = np.bincount(labels, weight, k)
    sums = [np.bincount(labels, weight * column, k) for column in points.numbers.T]
    numbers = np.array(sums).reshape(-1, k).T / sizes[:, None]
    modes = [_modes(labels, column, weight, k) for column in points.codes.T]
    codes = np.array(modes, dtype=np.int64).reshape(-1, k).T
    return Prototypes(numbers, codes, prototypes.gamma)


def _modes(labels: NDArray[np.intp], codes: NDArray[np.int64], weight: Floats, k: int) -> Codes:
    """Return the most frequent code of each cluster; of equals the first."""
    n_levels = int(codes.max()) + 1
    counts = np.bincount(labels * n_levels + codes, weight, k * n_levels)
    return np.asarray(counts.reshape(k, n_levels).argmax(axis=1), dtype=np.int64)


def _fill_empty(labels: NDArray[np.intp], squared: Floats, weight: Floats) -> None:
    """Give each cluster without points the one that adds most to the loss where it is."""
    sizes = np.bincount(labels, minlength=squared.shape[1])
    for cluster in np.flatnonzero(sizes == 0):
        loss = weight * np.take_along_axis(squared, labels[:, None], axis=1)[:, 0]
        # The only point of another cluster stays, or that one would be empty in turn.
        loss[sizes[labels] == 1] = -1.0
        taken = int(loss.argmax())
        sizes[labels[taken]] -= 1
        sizes[cluster] = 1
        labels[taken] = cluster
