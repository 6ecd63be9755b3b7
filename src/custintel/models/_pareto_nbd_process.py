"""The process of Pareto/NBD: what active customers do, given the parameters.

A customer who is active at T purchases at a rate λ ~ gamma(r + x, α + T) until leaving at a
rate μ ~ gamma(s, β + T); the remaining lifetime then has a Pareto distribution.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from custintel._intervals import Floats
from custintel.models._arrivals import draw_arrivals
from custintel.models._history import Purchases
from custintel.models._merging import distinct
from custintel.models._pareto_nbd_counts import count_probabilities
from custintel.models._pareto_nbd_integral import Decay
from custintel.models._pareto_nbd_lifetime import mean_active_time
from custintel.models._pareto_nbd_likelihood import Customers
from custintel.models._pareto_nbd_next import next_purchase
from custintel.models._process import (
    DrawnPurchases,
    Expectation,
    Horizon,
    NextPurchase,
)

NAMES = ("r", "alpha", "s", "beta")
_LARGEST_EXPONENT = 700.0


@dataclass(frozen=True, slots=True)
class ParetoNBDProcess:
    """Purchases at random times, and a departure at any time."""

    names: tuple[str, ...] = NAMES
    time_parameters: tuple[int, ...] = (1, 3)
    state: tuple[str, ...] = ("frequency", "T")

    def log_odds_of_having_left(
        self, parameters: Floats, purchases: Purchases, *, with_slopes: bool
    ) -> tuple[Floats, Floats]:
        """Return the log odds; −∞ for those who purchased at the end of observation."""
        return _log_odds(parameters, purchases, with_slopes=with_slopes)

    def purchases_while_active(
        self, parameters: Floats, purchases: Purchases, horizon: Horizon, *, with_slopes: bool
    ) -> Expectation:
        """Return the weighted expected purchases: the mean rate times the mean active time."""
        r, alpha, s, beta = parameters
        m, A = r + purchases.frequency, alpha + purchases.T
        time = mean_active_time(s, beta + purchases.T, horizon)
        rate = m / A
        value = rate * time.value
        if not with_slopes:
            return Expectation(value, np.empty((len(value), 0)))
        return Expectation(
            value,
            np.column_stack(
                [
                    value * r / m,
                    -value * alpha / A,
                    rate * time.by_s * s,
                    rate * time.by_beta * beta,
                ]
            ),
        )

    def none_while_active(
        self, parameters: Floats, purchases: Purchases, time: float
    ) -> Expectation:
        """Return the probability of no purchase.

        It is a ratio of likelihoods: that of the same purchases, observed for longer, to that
        of being active at T.
        """
        now = Customers.of(parameters, purchases).staying()
        longer = Purchases(purchases.frequency, purchases.T, purchases.T + time)
        after = Customers.of(parameters, longer).staying()
        q, slopes = _log_odds(parameters, longer, with_slopes=True)
        none = np.exp(after.value - now.value + np.logaddexp(0.0, q))
        by_logs = after.slopes - now.slopes + expit(q) * slopes
        return Expectation(none, (none * by_logs).T)

    def counts_while_active(
        self, parameters: Floats, purchases: Purchases, time: float, most: int
    ) -> Floats:
        """Return the probabilities of counts: cut short by time, or by leaving."""
        return count_probabilities(_decay(parameters, purchases), time, most)

    def next_while_active(self, parameters: Floats, purchases: Purchases) -> NextPurchase:
        """Return whether active customers purchase before they leave, and when."""
        return next_purchase(_decay(parameters, purchases))

    def draw_counts_while_active(
        self, parameters: Floats, purchases: Purchases, time: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Draw how often customers active at T purchase within `time`."""
        future = _decay(parameters, purchases)
        rate = rng.gamma(future.m) / future.A
        active_for = np.minimum(draw_lifetimes(future.s, future.B, rng), time)
        return rng.poisson(rate * active_for)

    def draw_new(
        self, parameters: Floats, observed_for: Floats, rng: np.random.Generator
    ) -> DrawnPurchases:
        """Draw one new customer for each length of observation."""
        r, alpha, s, beta = (np.broadcast_to(each, observed_for.shape) for each in parameters)
        rate = rng.gamma(r) / alpha
        active_for = np.minimum(draw_lifetimes(s, beta, rng), observed_for)
        n = rng.poisson(rate * active_for)
        return draw_arrivals(n, n, active_for, rng)


def draw_lifetimes(s: Floats, B: Floats, rng: np.random.Generator) -> Floats:
    """Draw the times until customers leave, whose rates are gamma(s, B) distributed."""
    logs = rng.standard_exponential(len(B)) / s  # ln(1 + time / B)
    with np.errstate(over="ignore"):  # infinity is a lifetime, too
        return np.asarray(B * np.expm1(np.minimum(logs, _LARGEST_EXPONENT)))


def _decay(parameters: Floats, purchases: Purchases) -> Decay:
    """Return how the chance falls that customers active at T neither purchase nor leave."""
    r, alpha, s, beta = parameters
    x, T = purchases.frequency, purchases.T
    return Decay(r + x, np.broadcast_to(s, x.shape), alpha + T, beta + T)


def _log_odds(
    parameters: Floats, purchases: Purchases, *, with_slopes: bool
) -> tuple[Floats, Floats]:
    if parameters.ndim == 2:
        return _log_odds_by_row(Customers.of(parameters, purchases), with_slopes=with_slopes)
    rows, kind = distinct([purchases.frequency, purchases.recency, purchases.T])
    kinds = Customers.of(parameters, purchases.of(rows))
    q, slopes = _log_odds_by_row(kinds, with_slopes=with_slopes)
    return q[kind], slopes[:, kind]


def _log_odds_by_row(customers: Customers, *, with_slopes: bool) -> tuple[Floats, Floats]:
    n = len(customers.purchases.T)
    q, slopes = np.empty(n), np.empty((4 if with_slopes else 0, n))
    for rows, points in customers.blocks():
        odds = customers.at(rows).log_odds(points, order=1 if with_slopes else 0)
        q[rows] = odds.value
        slopes[:, rows] = odds.slopes
    return q, slopes
