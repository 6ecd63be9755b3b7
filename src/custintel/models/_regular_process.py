"""The process of MBG/CNBD-k: intervals of k exponential phases, more regular than random.

An active customer who has passed j phases since the last purchase has a rate of phases
λ ~ gamma(r + kx + j, α + T); how likely each j is follows from the history. Nothing is
approximated: with p the probability of leaving, q = 1 − p, and M phases to come within t, the
purchases to come are E[(1 − q^⌊(M+j)/k⌋) / p], where roots of unity turn the whole part into a
sum of k powers, and the average over p is a Gauss–Jacobi quadrature.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, expit

from custintel._intervals import Floats
from custintel.models._arrivals import draw_arrivals
from custintel.models._beta_geo_likelihood import Variant, phase_weights
from custintel.models._beta_geo_process import (
    NAMES,
    cut_by_leaving,
    draw_chances,
    log_odds_of,
    negative_binomial,
)
from custintel.models._dropout_integral import purchases_of_phases
from custintel.models._history import Purchases
from custintel.models._merging import distinct
from custintel.models._process import DrawnPurchases, Expectation, Horizon, NextPurchase

_NUDGE = 1e-4  # of a log parameter, for central differences
_BISECTIONS = 60
_FARTHEST = 700.0  # logarithm of the largest ratio of a median to α + T

ByPhase = Callable[[Floats, Purchases], Floats]  # one row per number of phases passed


@dataclass(frozen=True, slots=True)
class RegularProcess:
    """Purchases at intervals of several phases, and a chance to leave after each."""

    variant: Variant
    names: tuple[str, ...] = NAMES
    time_parameters: tuple[int, ...] = (1,)
    state: tuple[str, ...] = ("frequency", "recency", "T")

    def log_odds_of_having_left(
        self, parameters: Floats, purchases: Purchases, *, with_slopes: bool
    ) -> tuple[Floats, Floats]:
        """Return the log odds of having left."""
        return log_odds_of(self.variant, parameters, purchases, with_slopes=with_slopes)

    def purchases_while_active(
        self, parameters: Floats, purchases: Purchases, horizon: Horizon, *, with_slopes: bool
    ) -> Expectation:
        """Return the weighted expected purchases of customers who are active at T."""

        def by_phase(parameters: Floats, purchases: Purchases) -> Floats:
            return self._weighted(parameters, purchases, horizon)

        return self._mixed(parameters, purchases, by_phase, with_slopes=with_slopes)

    def _weighted(self, parameters: Floats, purchases: Purchases, horizon: Horizon) -> Floats:
        r, alpha, a, b = parameters
        k, x = self.variant.regularity, purchases.frequency
        s = horizon.ends[:, None] / (alpha + purchases.T)

        def each(values: Floats) -> Floats:
            return np.broadcast_to(values, s.shape).ravel()

        value = purchases_of_phases(
            each(a), each(b + self.variant.chances(x)), each(r + k * x), s.ravel(), k
        )
        return np.asarray(horizon.weights @ value.reshape(k, *s.shape))

    def none_while_active(
        self, parameters: Floats, purchases: Purchases, time: float
    ) -> Expectation:
        """Return the probability of too few phases for a purchase."""
        k = self.variant.regularity

        def by_phase(parameters: Floats, purchases: Purchases) -> Floats:
            m, A = self._rate(parameters, purchases)
            passed = np.arange(k)[:, None]
            return np.asarray(betainc(m + passed, k - passed, A / (A + time)))

        return self._mixed(parameters, purchases, by_phase, with_slopes=True)

    def counts_while_active(
        self, parameters: Floats, purchases: Purchases, time: float, most: int
    ) -> Floats:
        """Return the probabilities of counts: cut short by time, or by leaving."""
        k = self.variant.regularity
        weights, _by_r, _bends = phase_weights(self.variant, parameters, purchases)
        r, alpha, a, b = (np.reshape(each, (-1, 1)) for each in parameters)
        x, T = purchases.frequency[:, None], purchases.T[:, None]
        by_time = np.zeros((len(T), most + 1))
        for j in range(k):
            phases = np.arange(k * (most + 1) - j)
            passed = negative_binomial(phases, r + k * x + j, time / (alpha + T))
            starts = np.maximum(k * np.arange(most + 1) - j, 0)
            by_time += weights[j][:, None] * np.add.reduceat(passed, starts, axis=1)
        at_least = np.maximum(1 - np.cumsum(by_time, axis=1) + by_time, 0.0)
        return cut_by_leaving(by_time, at_least, a, b + self.variant.chances(x))

    def next_while_active(self, parameters: Floats, purchases: Purchases) -> NextPurchase:
        """Return when active customers purchase next; all of them do."""
        k = self.variant.regularity
        weights, _by_r, _bends = phase_weights(self.variant, parameters, purchases)
        m, A = self._rate(parameters, purchases)
        left = np.arange(k, 0, -1)[:, None]
        surplus = m + np.arange(k)[:, None] - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            means = np.where(surplus > 0, A * left / np.maximum(surplus, 0.0), np.inf)
            mean = np.where(weights > 0, weights * means, 0.0).sum(axis=0)
        low, high = np.full_like(A, -_FARTHEST), np.full_like(A, _FARTHEST)  # of ln (t / A)
        for _step in range(_BISECTIONS):
            middle = (low + high) / 2
            none = sum(weights[j] * betainc(m + j, k - j, expit(-middle)) for j in range(k))
            low, high = np.where(none > 0.5, middle, low), np.where(none > 0.5, high, middle)
        return NextPurchase(np.ones_like(A), mean, A * np.exp(middle))

    def draw_counts_while_active(
        self, parameters: Floats, purchases: Purchases, time: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Draw how often customers active at T purchase within `time`."""
        k = self.variant.regularity
        r, alpha, a, b = parameters
        weights, _by_r, _bends = phase_weights(self.variant, parameters, purchases)
        phase = (rng.random(len(purchases.T)) > np.cumsum(weights, axis=0)[:-1]).sum(axis=0)
        rate = rng.gamma(r + k * purchases.frequency + phase) / (alpha + purchases.T)
        n_if_staying = (rng.poisson(rate * time) + phase) // k
        chances = b + self.variant.chances(purchases.frequency)
        return np.asarray(np.minimum(n_if_staying, draw_chances(a, chances, rng)))

    def draw_new(
        self, parameters: Floats, observed_for: Floats, rng: np.random.Generator
    ) -> DrawnPurchases:
        """Draw one new customer for each length of observation."""
        r, alpha, a, b = parameters
        n = len(observed_for)
        rate = rng.gamma(r, 1 / alpha, n)
        n_chances = draw_chances(np.broadcast_to(a, n), np.broadcast_to(b, n), rng)
        n_repeats = n_chances - 1 if self.variant.leaves_at_first else n_chances
        n_phases = rng.poisson(rate * observed_for)
        return draw_arrivals(n_phases, n_repeats, observed_for, rng, every=self.variant.regularity)

    def _rate(self, parameters: Floats, purchases: Purchases) -> tuple[Floats, Floats]:
        """Return shape and rate of the gamma distribution of the rate, in phase 0."""
        m = parameters[0] + self.variant.regularity * purchases.frequency
        return m, parameters[1] + purchases.T

    def _mixed(
        self, parameters: Floats, purchases: Purchases, by_phase: ByPhase, *, with_slopes: bool
    ) -> Expectation:
        """Average an expectation over the phases that an active customer may be in."""
        shared, rows, kind = self._without_recency(parameters, purchases)
        some = purchases.of(rows)
        values = by_phase(shared, some)[:, kind]
        weights, by_r, _bends = phase_weights(self.variant, parameters, purchases)
        mean = (weights * values).sum(axis=0)
        if not with_slopes:
            return Expectation(mean, np.empty((len(mean), 0)))
        columns = [
            (weights * _slope(by_phase, shared, some, at)[:, kind]).sum(axis=0) for at in range(4)
        ]
        share = parameters[1] / (parameters[1] + purchases.T)
        by_alpha = -np.arange(len(values))[:, None] * share
        for column, slope in zip(columns, (by_r, by_alpha), strict=False):
            column += (weights * slope * (values - mean)).sum(axis=0)
        return Expectation(mean, np.column_stack(columns))

    def _without_recency(
        self, parameters: Floats, purchases: Purchases
    ) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp]]:
        """Return one row of those who differ in recency alone: given the phase, they are alike."""
        columns = [purchases.frequency, purchases.T]
        if parameters.ndim == 1:
            rows, kind = distinct(columns)
            return parameters, rows, kind
        rows, kind = distinct([*columns, *parameters])
        return parameters[:, rows], rows, kind


def _slope(by_phase: ByPhase, parameters: Floats, purchases: Purchases, position: int) -> Floats:
    above, below = parameters.copy(), parameters.copy()
    above[position] *= np.exp(_NUDGE)
    below[position] /= np.exp(_NUDGE)
    difference = by_phase(above, purchases) - by_phase(below, purchases)
    return np.asarray(difference / (2 * _NUDGE))
