"""How unsure an assumption is: the distributions that simulations draw from."""

from dataclasses import dataclass
from numbers import Real
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from custintel._elementwise import numbers
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.projects._amounts import LARGEST, amount


class Distribution(Protocol):
    """What a simulation asks of a distribution."""

    def quantile(self, probability: ArrayLike) -> Floats:
        """Return the values that are not exceeded with the probabilities given."""


@dataclass(frozen=True, slots=True)
class Uniform:
    """A number that lies between two ends, anywhere with the same likelihood.

    Parameters
    ----------
    low, high : float
        The ends, the first not above the second.

    Raises
    ------
    ValueError
        If the ends are not in order, or beyond 1e15.
    TypeError
        If one of them is no number.

    Examples
    --------
    >>> Uniform(10, 20).quantile(0.25).item()
    12.5
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        """Check the ends."""
        _require_order(self, "low", "high")

    def quantile(self, probability: ArrayLike) -> Floats:
        """Return the values that are not exceeded with the probabilities given.

        Parameters
        ----------
        probability : float or array-like
            In 0-1.

        Returns
        -------
        ndarray
            One value for each.

        Examples
        --------
        >>> Uniform(0, 4).quantile([0, 0.5, 1]).tolist()
        [0.0, 2.0, 4.0]
        """
        p = _probability(probability)
        return np.asarray(self.low + (self.high - self.low) * p)


@dataclass(frozen=True, slots=True)
class Triangular:
    """A number of which the least, the likeliest and the most are told.

    Its mean is that of the three: one that people call "likeliest" is often below it.

    Parameters
    ----------
    low, mode, high : float
        Least, likeliest and largest value, in this order.

    Raises
    ------
    ValueError
        If the values are not in order, or beyond 1e15.
    TypeError
        If one of them is no number.

    Examples
    --------
    >>> Triangular(0, 10, 20).quantile([0, 0.5, 1]).tolist()
    [0.0, 10.0, 20.0]
    """

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        """Check the three values."""
        _require_order(self, "low", "mode", "high")

    def quantile(self, probability: ArrayLike) -> Floats:
        """Return the values that are not exceeded with the probabilities given.

        Parameters
        ----------
        probability : float or array-like
            In 0-1.

        Returns
        -------
        ndarray
            One value for each.

        Examples
        --------
        >>> Triangular(0, 0, 1).quantile(0.75).item()
        0.5
        """
        p = _probability(probability)
        width = self.high - self.low
        rising, falling = self.mode - self.low, self.high - self.mode
        left = self.low + np.sqrt(p * width * rising)
        right = self.high - np.sqrt((1 - p) * width * falling)
        return np.asarray(np.where(p * width < rising, left, right))


@dataclass(frozen=True, slots=True)
class Normal:
    """A number that scatters around a mean, cut off at ends if there are any.

    Parameters
    ----------
    mean, standard_deviation : float
        Of the distribution before it is cut off; the second 0 or more.
    low, high : float, optional
        Values that it cannot leave, such as 0 and 1 for a rate. What lies beyond them is
        spread over the rest in proportion.

    Raises
    ------
    ValueError
        If the ends are not in order, a number is beyond 1e15, or the ends leave out all but
        one in a million of the distribution.
    TypeError
        If one of them is no number.

    Examples
    --------
    >>> Normal(100, 15).quantile(0.975).round(1).item()
    129.4
    >>> Normal(0.95, 0.1, high=1).quantile(1).item()
    1.0
    """

    mean: float
    standard_deviation: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        """Check the numbers, and that the ends leave something."""
        amount(self.mean, name="mean", low=-LARGEST)
        amount(self.standard_deviation, name="standard_deviation")
        ends = [name for name in ("low", "high") if getattr(self, name) is not None]
        _require_order(self, *ends)
        below, above = self._tails()
        if above - below < 1e-6:
            raise ValueError(
                _(
                    "Nearly nothing of {distribution} lies between its ends. Widen them, or move "
                    "the mean.",
                    distribution=self,
                )
            )

    def quantile(self, probability: ArrayLike) -> Floats:
        """Return the values that are not exceeded with the probabilities given.

        Parameters
        ----------
        probability : float or array-like
            In 0-1.

        Returns
        -------
        ndarray
            One value for each; infinite at 0 and 1 where there is no end.

        Examples
        --------
        >>> Normal(5, 1, low=5).quantile(0).item()
        5.0
        """
        below, above = self._tails()
        z = ndtri(below + (above - below) * _probability(probability))
        # Without spread, the infinite z of probability 0 and 1 is no number of deviations.
        spread = self.standard_deviation
        drawn = self.mean + spread * z if spread > 0 else np.full(np.shape(z), float(self.mean))
        low, high = self._ends()
        return np.asarray(np.clip(drawn, low, high))

    def _ends(self) -> tuple[float, float]:
        low = -np.inf if self.low is None else float(self.low)
        return low, np.inf if self.high is None else float(self.high)

    def _tails(self) -> tuple[float, float]:
        """Return the probabilities below the low and below the high end."""
        low, high = self._ends()
        if self.standard_deviation == 0:
            return float(low > self.mean), float(high >= self.mean)
        ends = np.array([low, high]) - self.mean
        below, above = ndtr(ends / self.standard_deviation)
        return float(below), float(above)


def _require_order(distribution: object, *names: str) -> None:
    values = [amount(getattr(distribution, name), name=name, low=-LARGEST) for name in names]
    if values != sorted(values):
        raise ValueError(
            _(
                "{names} are given in this order, the lowest first: got {distribution}.",
                names=", ".join(names),
                distribution=distribution,
            )
        )


def _probability(probability: ArrayLike) -> Floats:
    return numbers(probability, name="probability", low=0.0, high=1.0)


def is_distribution(value: object) -> bool:
    """Return whether something has quantiles to draw from.

    >>> is_distribution(Uniform(0, 1)), is_distribution(0.5)
    (True, False)
    """
    return callable(getattr(value, "quantile", None)) and not isinstance(value, Real)
