"""Intervals: around proportions, and around what follows from estimated parameters."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtri

from custintel._checks import require_between

Floats = NDArray[np.float64]


def normal_quantile(level: float) -> float:
    """Return z such that a normal variable falls within ±z with probability `level`.

    >>> round(normal_quantile(0.95), 4)
    1.96
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    return float(ndtri(0.5 + level / 2))


def wilson_interval(successes: ArrayLike, trials: ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Return the Wilson (1927) score interval of proportions, NaN where there was no trial.

    >>> low, high = wilson_interval(8, 10, 0.95)
    >>> round(float(low), 4), round(float(high), 4)
    (0.4902, 0.9433)
    """
    z2 = normal_quantile(level) ** 2
    k, n = np.asarray(successes, float), np.asarray(trials, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = (k + z2 / 2) / (n + z2)
        half = np.sqrt(z2) / (n + z2) * np.sqrt(k * (n - k) / n + z2 / 4)
    # At k = 0 and k = n an end is exactly 0 or 1; rounding must not push it past.
    low = np.where((k == 0) & (n > 0), 0.0, middle - half)
    return low, np.where((k == n) & (n > 0), 1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The ends of the intervals of several numbers."""

    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Estimates:
    """Numbers that follow from estimated parameters, with what is needed for their intervals.

    Keeping the jacobian rather than bounds lets sums and products carry the joint
    uncertainty: the errors of customers valued with one model are not independent.

    Attributes
    ----------
    value : ndarray of shape (n,)
        The numbers.
    jacobian : ndarray of shape (n, k)
        Derivative of each number by each parameter; (n, 0) of numbers made without errors.
    covariance : ndarray of shape (k, k)
        Of the estimated parameters.

    Examples
    --------
    >>> errors = np.array([[0.01]])
    >>> two = Estimates(np.array([10.0, 30.0]), np.array([[10.0], [30.0]]), errors)
    >>> both = two.sums(np.array([0, 0]), 1)
    >>> both.value.tolist(), both.standard_error().round(6).tolist()
    ([40.0], [4.0])
    """

    value: Floats
    jacobian: Floats = field(repr=False)
    covariance: Floats = field(repr=False)

    @classmethod
    def without_errors(cls, value: Floats) -> "Estimates":
        """Take numbers whose derivatives nobody asked for; their intervals are missing (NaN).

        Parameters
        ----------
        value : ndarray of shape (n,)
            The numbers.

        Returns
        -------
        Estimates
            The numbers alone.
        """
        return cls(value, np.empty((len(value), 0)), np.empty((0, 0)))

    def to_frame(
        self, index: pd.Index, *, level: float = 0.95, is_probability: bool = False
    ) -> pd.DataFrame:
        """Return the numbers with their bounds, one row each, to be looked up and joined.

        Parameters
        ----------
        index : Index
            Of the rows, such as ``history.index``.
        level : float, default=0.95
            Probability that the bounds aim to cover, between 0 and 1.
        is_probability : bool, default=False
            Whether the numbers are probabilities, whose bounds stay below 1.

        Returns
        -------
        DataFrame
            - ``value``, ``low``, ``high`` : float

        Examples
        --------
        >>> estimates = Estimates(np.array([10.0]), np.array([[2.0]]), np.array([[0.01]]))
        >>> estimates.to_frame(pd.Index(["ann"])).round(2)
             value   low  high
        ann   10.0  9.62  10.4
        """
        bounds = self.probability_interval(level) if is_probability else self.interval(level)
        return pd.DataFrame(
            {"value": self.value, "low": bounds.low, "high": bounds.high}, index=index
        )

    def standard_error(self) -> Floats:
        """Return the delta-method standard error of each number; NaN if made without errors."""
        if not self.jacobian.shape[1]:
            return np.full(len(self.value), np.nan)
        variance = np.einsum("ij,ij->i", self.jacobian @ self.covariance, self.jacobian)
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))

    def interval(self, level: float) -> Bounds:
        """Return the bounds of positive numbers, symmetric on the log scale; 0 stays 0.

        Parameters
        ----------
        level : float
            Probability that the bounds aim to cover, between 0 and 1.

        Returns
        -------
        Bounds
            ``low`` and ``high``, arrays of shape (n,).
        """
        z = normal_quantile(level)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            spread = np.exp(z * self.standard_error() / self.value)
        spread = np.where(self.value > 0, spread, 1.0)
        return Bounds(self.value / spread, self.value * spread)

    def probability_interval(self, level: float) -> Bounds:
        """Return the bounds of probabilities, symmetric on the logit scale; 0 and 1 stay.

        Parameters
        ----------
        level : float
            Probability that the bounds aim to cover, between 0 and 1.

        Returns
        -------
        Bounds
            ``low`` and ``high``, arrays of shape (n,), in 0–1.
        """
        z = normal_quantile(level)
        p = self.value
        is_certain = (p <= 0) | (p >= 1)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            half = np.where(is_certain, 0.0, z * self.standard_error() / (p * (1 - p)))
            middle = logit(p)
        return Bounds(np.asarray(expit(middle - half)), np.asarray(expit(middle + half)))

    def times(self, other: "Estimates") -> "Estimates":
        """Return the products with other numbers, whose parameters are estimated independently.

        Parameters
        ----------
        other : Estimates
            As many numbers.

        Returns
        -------
        Estimates
            The products, which depend on the parameters of both.
        """
        if not (self.jacobian.shape[1] and other.jacobian.shape[1]):
            return Estimates.without_errors(self.value * other.value)
        k = len(self.covariance)
        jacobian = np.empty((len(self.value), k + len(other.covariance)))
        np.multiply(self.jacobian, other.value[:, None], out=jacobian[:, :k])
        np.multiply(other.jacobian, self.value[:, None], out=jacobian[:, k:])
        covariance = np.zeros((k + len(other.covariance),) * 2)
        covariance[:k, :k] = self.covariance
        covariance[k:, k:] = other.covariance
        return Estimates(self.value * other.value, jacobian, covariance)

    def scaled(self, factor: ArrayLike) -> "Estimates":
        """Return the numbers multiplied by what is known without error.

        Parameters
        ----------
        factor : float or array-like of shape (n,)
            One factor for all, or one for each.

        Returns
        -------
        Estimates
            The multiplied numbers.
        """
        factors = np.broadcast_to(np.asarray(factor, float), self.value.shape)
        return Estimates(self.value * factors, self.jacobian * factors[:, None], self.covariance)

    def sums(self, groups: NDArray[np.intp], n_groups: int) -> "Estimates":
        """Return the sum within each group; its uncertainty is joint.

        Parameters
        ----------
        groups : ndarray of shape (n,)
            Group of each number, from 0.
        n_groups : int
            How many groups there are.

        Returns
        -------
        Estimates
            One number per group.
        """

        def total(values: Floats) -> Floats:
            return np.bincount(groups, values, n_groups).astype(float)

        if not self.jacobian.shape[1]:
            return Estimates.without_errors(total(self.value))
        jacobian = np.column_stack([total(column) for column in self.jacobian.T])
        return Estimates(total(self.value), jacobian, self.covariance)
