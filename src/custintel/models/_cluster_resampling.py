"""Whether clusters are found again among customers drawn with replacement (Hennig 2007)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.models._cluster_features import Points
from custintel.models._cluster_fits import ClusterSearch, best_rule, criterion
from custintel.models._cluster_rules import Rule
from custintel.models._clustered_customers import ClusteredCustomers, value_order

_MOST_COMPARED = 5_000  # customers whose silhouette is taken: its cost grows with their square


@dataclass(frozen=True, slots=True)
class Resample:
    """Customers drawn with replacement, by point."""

    rows: NDArray[np.intp]  # points that were drawn
    weight: Floats  # customers drawn there, with repeats
    n_distinct: Floats  # customers drawn there, each counted once


@dataclass(frozen=True, slots=True)
class Trial:
    """One number of clusters, tried on all resamples; clusters in the order of their value."""

    sizes: Floats  # (k,) customers
    jaccards: Floats  # (resamples, k)
    silhouette: float
    criterion: float


def sampled(customers: ClusteredCustomers, size: int, *, seed: int) -> ClusteredCustomers:
    """Return the points of at most `size` customers, drawn without replacement."""
    each = _listed(customers.weight)
    if len(each) <= size:
        return customers
    drawn = np.random.default_rng(seed).choice(each, size, replace=False)
    weight = np.bincount(drawn, minlength=len(customers.points)).astype(float)
    return replace(customers, weight=weight).counted()


def resamples(weight: Floats, n_resamples: int, *, seed: int) -> list[Resample]:
    """Draw as many customers as there are, with replacement, again and again."""
    rng, each = np.random.default_rng(seed), _listed(weight)
    drawn = (np.bincount(rng.integers(0, len(each), len(each))) for _ in range(n_resamples))
    return [_by_point(each[: len(times)], times, len(weight)) for times in drawn]


def trial(customers: ClusteredCustomers, search: ClusterSearch, drawn: Sequence[Resample]) -> Trial:
    """Cluster customers and their resamples, and compare the clusters."""
    rule, labels = _clustered(customers, search)
    found = np.array([_found_again(customers.points, labels, search, each) for each in drawn])
    return Trial(
        sizes=np.bincount(labels, customers.weight, search.n_clusters).astype(float),
        jaccards=found,
        silhouette=_silhouette(customers, labels, search),
        criterion=criterion(rule, customers.points, customers.weight),
    )


def best_jaccards(
    first: NDArray[np.intp], second: NDArray[np.intp], count: Floats, n_clusters: int
) -> Floats:
    """Return how well each of the first clusters is matched by the best of the second.

    >>> labels, others = np.array([0, 0, 0, 1]), np.array([1, 1, 0, 0])
    >>> best_jaccards(labels, others, np.ones(4), 2).round(3).tolist()
    [0.667, 0.5]
    """
    cells = np.bincount(first * n_clusters + second, count, n_clusters**2)
    both = cells.reshape(n_clusters, n_clusters)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    return np.asarray(np.divide(both, either, np.zeros_like(both), where=either > 0).max(axis=1))


def _clustered(
    customers: ClusteredCustomers, search: ClusterSearch
) -> tuple[Rule, NDArray[np.intp]]:
    found = best_rule(customers.points, customers.weight, search)
    rule = found.reordered(value_order(found, customers))
    return rule, rule.placed(customers.points).cluster


def _found_again(
    points: Points, labels: NDArray[np.intp], search: ClusterSearch, drawn: Resample
) -> Floats:
    chosen = points.of(drawn.rows)
    # A resample may hold fewer customers who differ than there are clusters.
    fewer = replace(search, n_clusters=min(search.n_clusters, len(chosen)))
    again = best_rule(chosen, drawn.weight, fewer).placed(chosen).cluster
    return best_jaccards(labels[drawn.rows], again, drawn.n_distinct, search.n_clusters)


def _listed(weight: Floats) -> NDArray[np.intp]:
    """Return the point of each customer, one entry per customer."""
    return np.repeat(np.arange(len(weight)), weight.astype(np.intp))


def _by_point(each: NDArray[np.intp], times: NDArray[np.intp], n_points: int) -> Resample:
    weight = np.bincount(each, times, n_points)
    n_distinct = np.bincount(each, times > 0, n_points)
    rows = np.flatnonzero(weight)
    return Resample(rows, weight[rows].astype(float), n_distinct[rows].astype(float))


def _silhouette(
    customers: ClusteredCustomers, labels: NDArray[np.intp], search: ClusterSearch
) -> float:
    from sklearn.metrics import silhouette_score

    each = _listed(customers.weight)
    if len(each) > _MOST_COMPARED:
        rng = np.random.default_rng(search.seed)
        each = rng.choice(each, _MOST_COMPARED, replace=False)
    n_labels = len(np.unique(labels[each]))
    if not 1 < n_labels < len(each):
        return float("nan")
    return float(silhouette_score(_embedded(customers.points.of(each), search.gamma), labels[each]))


def _embedded(points: Points, gamma: float) -> Floats:
    """Return numbers alone whose squared distances are those of numbers and texts."""
    marks = [
        (column[:, None] == np.unique(column)) * np.sqrt(gamma / 2) for column in points.codes.T
    ]
    return np.column_stack([points.numbers, *marks])
