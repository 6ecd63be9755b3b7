"""How a point finds its cluster: the nearest prototype, or the likeliest component."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from custintel._intervals import Floats
from custintel.models._cluster_features import Codes, Points

_BLOCK = 100_000  # points at a time: what is computed for them stays in the cache's reach


@dataclass(frozen=True, slots=True)
class Placement:
    """Where points belong; clusters are counted from 0."""

    cluster: NDArray[np.intp]
    second: NDArray[np.intp]  # the next best cluster
    distance: Floats  # to the middle of the cluster
    ambiguity: Floats  # 0-1; 1: as close to the next best cluster as to its own


@dataclass(frozen=True, slots=True)
class Prototypes:
    """One typical point per cluster; a point belongs to the nearest.

    The squared distance is that of the numbers, and `gamma` for each text that differs
    (Huang 1998). Without texts this is k-means.
    """

    numbers: Floats  # (k, number features): means
    codes: Codes  # (k, text features): most frequent codes
    gamma: float

    def squared_distances(self, points: Points) -> Floats:
        """Return the squared distance of each point to each prototype, (n, k)."""
        squared = np.zeros((len(points), len(self.numbers)))
        for cluster in range(len(self.numbers)):
            apart = points.numbers - self.numbers[cluster]
            differ = np.count_nonzero(points.codes != self.codes[cluster], axis=1)
            squared[:, cluster] = np.einsum("ij,ij->i", apart, apart) + self.gamma * differ
        return squared

    def placed(self, points: Points) -> Placement:
        """Return where points belong."""
        return _in_blocks(self._placed_block, points)

    def _placed_block(self, points: Points) -> Placement:
        distance = np.sqrt(self.squared_distances(points))
        first, second = _best_two(-distance)
        nearest, next_nearest = _picked(distance, first), _picked(distance, second)
        # Where even the second prototype is no distance away, the two are one.
        ratio = np.divide(nearest, next_nearest, np.ones(len(points)), where=next_nearest > 0)
        return Placement(first, second, nearest, ratio)

    def reordered(self, order: NDArray[np.intp]) -> Self:
        """Return the same clusters in another order."""
        return replace(self, numbers=self.numbers[order], codes=self.codes[order])

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` reads."""
        return {
            "numbers": self.numbers.tolist(),
            "codes": self.codes.tolist(),
            "gamma": self.gamma,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return the prototypes that `to_dict` wrote."""
        k = len(stored["numbers"])
        numbers = np.array(stored["numbers"], dtype=float).reshape(k, -1)
        codes = np.array(stored["codes"], dtype=np.int64).reshape(k, -1)
        return cls(numbers, codes, float(stored["gamma"]))


@dataclass(frozen=True, slots=True)
class Mixture:
    """A mixture of normal distributions; a point belongs to the likeliest component."""

    shares: Floats  # (k,)
    numbers: Floats  # (k, p): means
    covariances: Floats  # (k, p, p)

    @property
    def codes(self) -> Codes:
        """Texts take no part."""
        return np.empty((len(self.shares), 0), dtype=np.int64)

    def probabilities(self, points: Points) -> Floats:
        """Return the probability that each point comes from each component, (n, k)."""
        logs = self._log_densities(self._squared_distances(points))
        likelihood = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(likelihood / likelihood.sum(axis=1, keepdims=True))

    def log_likelihoods(self, points: Points) -> Floats:
        """Return the logarithm of the mixture's density at each point."""
        logs = self._log_densities(self._squared_distances(points))
        constant = 0.5 * self.numbers.shape[1] * np.log(2 * np.pi)
        return np.asarray(np.logaddexp.reduce(logs, axis=1) - constant)

    def placed(self, points: Points) -> Placement:
        """Return where points belong; distances are Mahalanobis'."""
        return _in_blocks(self._placed_block, points)

    def _placed_block(self, points: Points) -> Placement:
        squared = self._squared_distances(points)
        logs = self._log_densities(squared)
        first, second = _best_two(logs)
        ratio = np.exp(_picked(logs, second) - _picked(logs, first))
        return Placement(first, second, np.sqrt(_picked(squared, first)), ratio)

    def _squared_distances(self, points: Points) -> Floats:
        squared = np.empty((len(points), len(self.shares)))
        for cluster, root in enumerate(np.linalg.cholesky(self.covariances)):
            apart = (points.numbers - self.numbers[cluster]).T
            squared[:, cluster] = (solve_triangular(root, apart, lower=True) ** 2).sum(axis=0)
        return squared

    def _log_densities(self, squared: Floats) -> Floats:
        """Return the logarithm of share times density, but for a constant."""
        log_volume = np.linalg.slogdet(self.covariances)[1]
        with np.errstate(divide="ignore"):  # a component may have died out
            return np.asarray(np.log(self.shares) - 0.5 * (log_volume + squared))

    def reordered(self, order: NDArray[np.intp]) -> Self:
        """Return the same components in another order."""
        return replace(
            self,
            shares=self.shares[order],
            numbers=self.numbers[order],
            covariances=self.covariances[order],
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` reads."""
        return {
            "shares": self.shares.tolist(),
            "numbers": self.numbers.tolist(),
            "covariances": self.covariances.tolist(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return the mixture that `to_dict` wrote."""
        names = ("shares", "numbers", "covariances")
        return cls(*(np.array(stored[name], dtype=float) for name in names))


Rule = Prototypes | Mixture


def _in_blocks(place: Any, points: Points) -> Placement:
    blocks = [
        place(points.of(slice(start, start + _BLOCK))) for start in range(0, len(points), _BLOCK)
    ]
    return Placement(
        *(
            np.concatenate([getattr(block, name) for block in blocks])
            for name in ("cluster", "second", "distance", "ambiguity")
        )
    )


def _best_two(scores: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the columns of the best and the second best score; of equals the first."""
    first = scores.argmax(axis=1)
    others = scores.copy()
    others[np.arange(len(scores)), first] = -np.inf
    # At -inf a component has died out, and any other than the best will do.
    second = np.where(np.isneginf(others).all(axis=1), (first == 0).astype(int), others.argmax(1))
    return first, second


def _picked(values: Floats, columns: NDArray[np.intp]) -> Floats:
    return np.take_along_axis(values, columns[:, None], axis=1)[:, 0]
