"""The process of BG/NBD and MBG/NBD: what active customers do, given the parameters.

A customer who is active at T purchases at a rate λ ~ gamma(r + x, α + T) and leaves after each
purchase with probability p ~ beta(a, b + n), where n counts the chances to leave so far.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, xlogy

from custintel._intervals import Floats
from custintel.models._arrivals import draw_arrivals
from custintel.models._beta_geo_likelihood import Variant, log_odds, log_odds_alone
from custintel.models._dropout_integral import active_purchases
from custintel.models._history import Purchases
from custintel.models._process import (
    DrawnPurchases,
    Expectation,
    Horizon,
    NextPurchase,
)

NAMES = ("r", "alpha", "a", "b")
_NUDGE = 1e-4  # of ln a and ln b, for central differences
_SMALLEST_PROBABILITY = 1e-18  # the generator of geometric numbers knows no smaller one


@dataclass(frozen=True, slots=True)
class BetaGeoProcess:
    """Purchases at random intervals, and a chance to leave after each."""

    variant: Variant
    names: tuple[str, ...] = NAMES
    time_parameters: tuple[int, ...] = (1,)
    state: tuple[str, ...] = ("frequency", "T")

    def log_odds_of_having_left(
        self, parameters: Floats, purchases: Purchases, *, with_slopes: bool
    ) -> tuple[Floats, Floats]:
        """Return the log odds; −∞ for those who have had no chance to leave."""
        return log_odds_of(self.variant, parameters, purchases, with_slopes=with_slopes)

    def purchases_while_active(
        self, parameters: Floats, purchases: Purchases, horizon: Horizon, *, with_slopes: bool
    ) -> Expectation:
        """Return the weighted expected purchases of customers who are active at T."""
        at = self._weighted(parameters, purchases, horizon)
        if not with_slopes:
            return Expectation(at[0], np.empty((len(at[0]), 0)))
        columns = [at[1], at[2]]
        for position in (2, 3):
            above, below = parameters.copy(), parameters.copy()
            above[position] *= np.exp(_NUDGE)
            below[position] /= np.exp(_NUDGE)
            difference = (
                self._weighted(above, purchases, horizon)[0]
                - self._weighted(below, purchases, horizon)[0]
            )
            columns.append(difference / (2 * _NUDGE))
        return Expectation(at[0], np.column_stack(columns))

    def _weighted(
        self, parameters: Floats, purchases: Purchases, horizon: Horizon
    ) -> tuple[Floats, Floats, Floats]:
        """Return the weighted expectations, and their derivatives by ln r and ln α."""
        r, alpha, a, b = parameters
        x, T = purchases.frequency, purchases.T
        s = horizon.ends[:, None] / (alpha + T)
        shape = s.shape

        def each(values: Floats) -> Floats:
            return np.broadcast_to(values, shape).ravel()

        part = active_purchases(each(a), each(b + self.variant.chances(x)), each(r + x), s.ravel())
        by_s = part.by_s.reshape(shape) * s * (-alpha / (alpha + T))
        return (
            horizon.weights @ part.value.reshape(shape),
            r * (horizon.weights @ part.by_m.reshape(shape)),
            horizon.weights @ by_s,
        )

    def none_while_active(
        self, parameters: Floats, purchases: Purchases, time: float
    ) -> Expectation:
        """Return the probability of no purchase: whoever is active can only not come."""
        r, alpha, _a, _b = parameters
        A, m = alpha + purchases.T, r + purchases.frequency
        log_growth = np.log1p(time / A)
        none = np.exp(-m * log_growth)
        by_alpha = m * alpha * time / (A * (A + time))
        nothing = np.zeros_like(none)
        slopes = [-r * log_growth * none, by_alpha * none, nothing, nothing]
        return Expectation(none, np.column_stack(slopes))

    def counts_while_active(
        self, parameters: Floats, purchases: Purchases, time: float, most: int
    ) -> Floats:
        """Return the probabilities of counts: cut short by time, or by leaving."""
        r, alpha, a, b = (np.reshape(each, (-1, 1)) for each in parameters)
        x, T = purchases.frequency[:, None], purchases.T[:, None]
        n = np.arange(most + 1)
        by_time = negative_binomial(n, r + x, time / (alpha + T))
        at_least = np.maximum(1 - np.cumsum(by_time, axis=1) + by_time, 0.0)
        return cut_by_leaving(by_time, at_least, a, b + self.variant.chances(x))

    def next_while_active(self, parameters: Floats, purchases: Purchases) -> NextPurchase:
        """Return when active customers purchase next; all of them do."""
        r, alpha, _a, _b = parameters
        m, A = r + purchases.frequency, alpha + purchases.T
        with np.errstate(divide="ignore", over="ignore"):
            mean = np.where(m > 1, A / np.maximum(m - 1, 0.0), np.inf)
            median = A * np.expm1(np.log(2) / m)
        return NextPurchase(np.ones_like(A), mean, median)

    def draw_counts_while_active(
        self, parameters: Floats, purchases: Purchases, time: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Draw how often customers active at T purchase within `time`."""
        r, alpha, a, b = parameters
        x, T = purchases.frequency, purchases.T
        rate = rng.gamma(r + x) / (alpha + T)
        n_if_staying = rng.poisson(rate * time)
        n_chances = draw_chances(a, b + self.variant.chances(x), rng)
        return np.asarray(np.minimum(n_if_staying, n_chances))

    def draw_new(
        self, parameters: Floats, observed_for: Floats, rng: np.random.Generator
    ) -> DrawnPurchases:
        """Draw one new customer for each length of observation."""
        r, alpha, a, b = parameters
        n = len(observed_for)
        rate = rng.gamma(r, 1 / alpha, n)
        n_chances = draw_chances(np.broadcast_to(a, n), np.broadcast_to(b, n), rng)
        n_if_staying = rng.poisson(rate * observed_for)
        n_repeats = n_chances - 1 if self.variant.leaves_at_first else n_chances
        return draw_arrivals(n_if_staying, n_repeats, observed_for, rng)


def draw_beta_geo(
    parameters: Floats, observed_for: Floats, rng: np.random.Generator
) -> DrawnPurchases:
    """Draw one BG/NBD customer for each length of observation."""
    return BetaGeoProcess(Variant(leaves_at_first=False)).draw_new(parameters, observed_for, rng)


def log_odds_of(
    variant: Variant, parameters: Floats, purchases: Purchases, *, with_slopes: bool
) -> tuple[Floats, Floats]:
    """Return the log odds of having left, −∞ for those who have had no chance to."""
    n = len(purchases.T)
    rows = np.flatnonzero(variant.chances(purchases.frequency) > 0)
    own = parameters if parameters.ndim == 1 else parameters[:, rows]
    q = np.full(n, -np.inf)
    if not with_slopes:
        q[rows] = log_odds_alone(variant, own, purchases.of(rows))
        return q, np.empty((0, n))
    odds = log_odds(variant, own, purchases.of(rows))
    q[rows] = odds.value
    slopes = np.zeros((4, n))
    slopes[:, rows] = odds.slopes
    return q, slopes


def negative_binomial(n: NDArray[np.intp], m: Floats, s: Floats) -> Floats:
    """Return the probabilities of n events in a time s A, at a rate that is gamma(m, A)."""
    coefficient = gammaln(m + n) - gammaln(m) - gammaln(n + 1)
    growth = np.log1p(s)
    return np.asarray(np.exp(coefficient - m * growth + xlogy(n, s) - n * growth))


def cut_by_leaving(by_time: Floats, at_least: Floats, a: Floats, b: Floats) -> Floats:
    """Return the probabilities of 0, 1, … purchases when each is a chance to leave.

    Either time allows exactly n and the customer has not left before, or the customer leaves
    at the n-th and time allows as many at least.
    """
    n = np.arange(by_time.shape[1])
    stays = np.exp(betaln(a, b + n) - betaln(a, b))
    leaves = np.zeros_like(stays)
    leaves[:, 1:] = stays[:, :-1] - stays[:, 1:]
    stays = np.where(n > 0, stays, 1.0)
    return np.asarray(stays * by_time + leaves * at_least)


def draw_chances(a: Floats, b: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw after how many chances customers leave, each with a probability of its own."""
    leaving = np.clip(rng.beta(a, b), _SMALLEST_PROBABILITY, 1.0)
    return rng.geometric(leaving)
