"""What a purchase model's mathematics offers to the methods that all of them share.

A process knows customers who purchase at random while active and leave unnoticed. Given that
a customer is active at the end of observation, the future depends on few numbers only; so each
forecast is the probability of being active times an expectation of active customers.

Times are in the unit of the parameters. Parameters are an array of shape (k,), or (k, n) when
covariates make them differ between customers; derivatives are by their logarithms.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.models._history import Purchases

_RATIO = 0.4  # between the logarithms of a quadrature's points
_FIRST, _LAST = 1e-9, 45.0  # in units of 1/δ: what is outside weighs less than 1e-9


@dataclass(frozen=True, slots=True)
class Expectation:
    """Numbers, and their derivatives by the customer's log parameters if asked for."""

    value: Floats  # shape (n,)
    jacobian: Floats  # shape (n, k), or (n, 0) without derivatives

    def times(self, other: "Expectation") -> "Expectation":
        """Return the products, with derivatives where both have them."""
        value = self.value * other.value
        if not (self.jacobian.size and other.jacobian.size):
            return Expectation(value, np.empty((len(value), 0)))
        return Expectation(
            value,
            self.value[:, None] * other.jacobian + self.jacobian * other.value[:, None],
        )


@dataclass(frozen=True, slots=True)
class Horizon:
    """Lengths of time after the end of observation, and weights of the purchases up to each.

    The sum of weight × expected purchases up to each end is the (discounted) expectation.
    """

    ends: Floats
    weights: Floats

    @classmethod
    def plain(cls, end: float) -> "Horizon":
        """Count all purchases up to `end` alike."""
        return cls(np.array([end]), np.ones(1))

    @classmethod
    def discounted(cls, ends: Floats, discounts: Floats) -> "Horizon":
        """Count the purchases of each step between two ends with the discount of the step."""
        weights = discounts - np.append(discounts[1:], 0.0)
        used = weights != 0
        return cls(ends[used], weights[used])

    @classmethod
    def endless(cls, rate: float) -> "Horizon":
        """Count all purchases to come, discounted at a continuous `rate` above zero.

        ∫ e^(−δt) dE(t) = δ ∫ e^(−δt) E(t) dt, by the trapezoidal rule in ln t, which
        converges exponentially for the analytic E at hand.
        """
        log_t = np.arange(np.log(_FIRST), np.log(_LAST) + _RATIO, _RATIO)
        scaled = np.exp(log_t)
        return cls(scaled / rate, _RATIO * scaled * np.exp(-scaled))


@dataclass(frozen=True, slots=True)
class NextPurchase:
    """The next purchase of customers who are active at the end of observation."""

    probability: Floats  # that there is one at all
    mean: Floats  # time until it, given that there is one; infinite where no mean exists
    median: Floats


@dataclass(frozen=True, slots=True)
class DrawnPurchases:
    """Purchases in the order of customers and time; the first of each customer is at 0."""

    customer: NDArray[np.intp]
    time: Floats


class Process(Protocol):
    """The mathematics of one purchase model."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the parameters' names."""
        ...

    @property
    def time_parameters(self) -> tuple[int, ...]:
        """Return the positions of the parameters that are times."""
        ...

    @property
    def state(self) -> tuple[str, ...]:
        """Return the columns of the history that an active customer's future depends on."""
        ...

    def log_odds_of_having_left(
        self, parameters: Floats, purchases: Purchases, *, with_slopes: bool
    ) -> tuple[Floats, Floats]:
        """Return the log odds, (n,), −∞ where impossible, and derivatives, (k, n) or (k, 0)."""
        ...

    def purchases_while_active(
        self, parameters: Floats, purchases: Purchases, horizon: Horizon, *, with_slopes: bool
    ) -> Expectation:
        """Return the weighted expected purchases of customers who are active at T."""
        ...

    def none_while_active(
        self, parameters: Floats, purchases: Purchases, time: float
    ) -> Expectation:
        """Return the probability that customers active at T do not purchase within `time`."""
        ...

    def counts_while_active(
        self, parameters: Floats, purchases: Purchases, time: float, most: int
    ) -> Floats:
        """Return the probabilities of 0, 1, …, `most` purchases within `time`, (n, most + 1)."""
        ...

    def next_while_active(self, parameters: Floats, purchases: Purchases) -> NextPurchase:
        """Return whether and when customers active at T purchase next."""
        ...

    def draw_counts_while_active(
        self, parameters: Floats, purchases: Purchases, time: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Draw how often customers active at T purchase within `time`."""
        ...

    def draw_new(
        self, parameters: Floats, observed_for: Floats, rng: np.random.Generator
    ) -> DrawnPurchases:
        """Draw one new customer for each length of observation."""
        ...
