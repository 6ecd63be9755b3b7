"""The three ways of finding clusters among points, each with its own measure of fit.

Random starts are tried on a sample where there are many points; the best is then followed to
its end on all of them.
"""

import warnings
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._warnings import warn
from custintel.errors import WeakResultWarning
from custintel.models._cluster_features import Points
from custintel.models._cluster_rules import Mixture, Prototypes, Rule
from custintel.models._k_prototypes import best_k_prototypes, inertia, k_prototypes, moved

METHODS = ("k_means", "k_prototypes", "gaussian_mixture")

_MOST_SEARCHED = 20_000  # points on which random starts are tried
_MOST_ON_ONE_THREAD = 50_000  # with fewer points, threads wait for each other longer than they work
_MOST_PASSES = 1000
_COARSE = 0.01  # how closely starts are followed: enough to tell good ones from bad
# Variance added to a component's features, whose own variance is 1: one that is narrower than
# a tenth of a standard deviation would feed on the many customers with the same few purchases.
VARIANCE_FLOOR = 0.01


@dataclass(frozen=True, slots=True)
class ClusterSearch:
    """How clusters are looked for."""

    method: str
    n_clusters: int
    n_starts: int
    gamma: float
    seed: int


def best_rule(points: Points, weight: Floats, search: ClusterSearch) -> Rule:
    """Return the best clusters found; `weight` says for how many customers a point stands."""
    rng = np.random.default_rng(search.seed)
    rows = _searched(len(points), rng)
    if search.method == "gaussian_mixture":
        return _mixture(points, weight, rows, search)
    if search.method == "k_means":
        found = _k_means(points, weight, rows, search)
        if found is not None:
            return found
    return _k_prototypes(points, weight, rows, search, rng)


def criterion(rule: Rule, points: Points, weight: Floats) -> float:
    """Return what a method makes small: the inertia, or a mixture's BIC."""
    if isinstance(rule, Prototypes):
        return inertia(rule, points, weight)
    k, p = rule.numbers.shape
    n_parameters = k - 1 + k * p + k * p * (p + 1) // 2
    log_likelihood = float(weight @ rule.log_likelihoods(points))
    return float(n_parameters * np.log(weight.sum()) - 2 * log_likelihood)


def _searched(n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    if n <= _MOST_SEARCHED:
        return np.arange(n)
    return np.sort(rng.choice(n, _MOST_SEARCHED, replace=False))


def _is_all(rows: NDArray[np.intp], points: Points) -> bool:
    return len(rows) == len(points)


def _threads(points: Points) -> AbstractContextManager[Any]:
    """Return the context in which as many threads work as have something to do."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(
        1 if len(points) <= _MOST_ON_ONE_THREAD else None
    )
    return limits


def _k_prototypes(
    points: Points,
    weight: Floats,
    rows: NDArray[np.intp],
    search: ClusterSearch,
    rng: np.random.Generator,
) -> Prototypes:
    start = best_k_prototypes(
        points.of(rows),
        weight[rows],
        n_clusters=search.n_clusters,
        gamma=search.gamma,
        n_starts=search.n_starts,
        rng=rng,
    )
    return start if _is_all(rows, points) else k_prototypes(points, weight, start=start)


def _k_means(
    points: Points, weight: Floats, rows: NDArray[np.intp], search: ClusterSearch
) -> Prototypes | None:
    """Return the clusters that scikit-learn finds; None if it leaves one of them empty.

    It does where customers differ by a few last digits, which its distances lose. Those of
    k-prototypes, slower but otherwise the same without texts, keep them.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    k, seed = search.n_clusters, search.seed
    with warnings.catch_warnings(), _threads(points):
        # It warns of clusters left empty.
        warnings.simplefilter("ignore", ConvergenceWarning)
        start = KMeans(k, n_init=search.n_starts, random_state=seed, tol=_COARSE).fit(
            points.numbers[rows], sample_weight=weight[rows]
        )
        # Without tolerance: ended, every point is nearest to the mean of its own cluster.
        ended = KMeans(k, init=start.cluster_centers_, n_init=1, tol=0, max_iter=_MOST_PASSES)
        ended.fit(points.numbers, sample_weight=weight)
    if len(np.unique(ended.labels_)) < k:
        return None
    prototypes = Prototypes(ended.cluster_centers_, points.codes[:k], search.gamma)
    # Summed anew, because threads add up in no fixed order.
    return moved(prototypes, points, weight, ended.labels_)


def _mixture(
    points: Points, weight: Floats, rows: NDArray[np.intp], search: ClusterSearch
) -> Mixture:
    from sklearn.mixture import GaussianMixture

    # scikit-learn's mixture knows no weights: points are repeated.
    times = weight.astype(int)
    with warnings.catch_warnings(), _threads(points):
        # Said below, in words that tell what to do.
        warnings.simplefilter("ignore")
        settings = {"reg_covar": VARIANCE_FLOOR, "max_iter": _MOST_PASSES}
        found = GaussianMixture(
            search.n_clusters, n_init=search.n_starts, random_state=search.seed, **settings
        ).fit(np.repeat(points.numbers[rows], times[rows], axis=0))
        if not _is_all(rows, points):
            found = GaussianMixture(
                search.n_clusters,
                weights_init=found.weights_,
                means_init=found.means_,
                precisions_init=found.precisions_,
                random_state=search.seed,
                **settings,
            ).fit(np.repeat(points.numbers, times, axis=0))
    if not found.converged_:
        warn(
            _(
                "The mixture of {k} components was still moving after {n} passes. Try fewer "
                "clusters, or method='k_means'.",
                k=search.n_clusters,
                n=_MOST_PASSES,
            ),
            WeakResultWarning,
        )
    return Mixture(found.weights_, found.means_, found.covariances_)
