"""What the BG/BB model expects of customers with a known history.

A customer who is active on the last occasion observed, n, goes on as a new one does, with
α + x, β + n − x and δ + n in place of α, β and δ.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.models._beta_geo_beta_binomial_history import Kinds
from custintel.models._beta_geo_beta_binomial_likelihood import Histories, histories_of
from custintel.models._process import Expectation
from custintel.models._renewals_ahead import Ahead, expected_renewals, log_staying


@dataclass(frozen=True, slots=True)
class OccasionForecast:
    """Customers with a known history; computed once for all who share a history."""

    parameters: Floats
    kinds: Kinds
    histories: Histories

    @classmethod
    def of(cls, parameters: Floats, kinds: Kinds) -> "OccasionForecast":
        """Prepare the forecasts of customers."""
        return cls(parameters, kinds, histories_of(parameters, kinds.occasions))

    def alive(self, ahead: int) -> Expectation:
        """Return the probability of being active on the occasion that many after the last."""
        staying = self._by_state(log_staying(*self._leaving(), np.full(len(self._n), float(ahead))))
        value = np.exp(self.histories.log_active + staying.value)
        jacobian = value[:, None] * (self.histories.active_slopes.T + staying.jacobian)
        return self._of_customers(Expectation(value, jacobian))

    def expected_purchases(self, ahead: Ahead) -> Expectation:
        """Return the (discounted) number of purchases on the occasions ahead."""
        active = np.exp(self.histories.log_active)
        is_active = Expectation(active, active[:, None] * self.histories.active_slopes.T)
        occasions = self._by_state(expected_renewals(*self._leaving(), ahead))
        return self._of_customers(is_active.times(self._purchase_rate()).times(occasions))

    def none(self, n: int) -> Expectation:
        """Return the probability of no purchase on the next `n` occasions."""
        # The histories with n empty occasions more are those in which none happened.
        then = histories_of(self.parameters, self.kinds.occasions.without_purchase_for(n)).curve
        now = self.histories.curve
        value = np.exp(then.value - now.value)
        return self._of_customers(Expectation(value, value[:, None] * (then.slopes - now.slopes).T))

    def counts(self, n: int, most: int) -> Floats:
        """Return the probabilities of 0, 1, …, `most` purchases on the next `n` occasions."""
        return self.counts_by_kind(n, most)[self.kinds.kind]

    def counts_by_kind(self, n: int, most: int) -> Floats:
        """Return the same, one row for each history that differs."""
        x, observed = self.kinds.occasions.frequency, self._n
        states, state = np.unique(np.stack([x, observed]), axis=1, return_inverse=True)
        active = np.exp(self.histories.log_active)[:, None]
        counts = active * _counts_while_active(self.parameters, states, n, most)[state.ravel()]
        counts[:, 0] += 1 - active[:, 0]
        return counts

    @property
    def _n(self) -> NDArray[np.intp]:
        return self.kinds.occasions.n_periods

    def _leaving(self) -> tuple[Floats, Floats]:
        gamma, delta = self.parameters[2:]
        return np.full(len(self._n), gamma), delta + self._n

    def _by_state(self, found: Expectation) -> Expectation:
        """Turn derivatives by γ and δ + n into those by all log parameters."""
        delta = self.parameters[3]
        jacobian = np.zeros((len(found.value), 4))
        jacobian[:, 2] = found.jacobian[:, 0]
        jacobian[:, 3] = found.jacobian[:, 1] * delta / (delta + self._n)
        return Expectation(found.value, jacobian)

    def _purchase_rate(self) -> Expectation:
        """Return the mean probability of a purchase while active."""
        alpha, beta = self.parameters[:2]
        bought = alpha + self.kinds.occasions.frequency
        observed = alpha + beta + self._n
        rate = bought / observed
        jacobian = np.zeros((len(rate), 4))
        jacobian[:, 0] = rate * (alpha / bought - alpha / observed)
        jacobian[:, 1] = -rate * beta / observed
        return Expectation(rate, jacobian)

    def _of_customers(self, found: Expectation) -> Expectation:
        return Expectation(found.value[self.kinds.kind], found.jacobian[self.kinds.kind])


def _counts_while_active(parameters: Floats, states: NDArray[np.intp], n: int, most: int) -> Floats:
    """Return the probabilities of 0, 1, …, `most` purchases of customers who are active.

    Purchases while active follow Pólya's urn: each adds one to α, each occasion without adds
    one to β. That gives the next occasion's probabilities from those of the last.
    """
    alpha, beta, gamma, delta = parameters
    x, observed = states
    k = np.arange(most + 1)
    buys, passes = (alpha + x)[:, None] + k, (beta + observed - x)[:, None] - k
    active = np.zeros((len(x), most + 1))
    active[:, 0] = 1.0
    total = np.zeros_like(active)
    staying = np.ones((len(x), 1))
    for occasion in range(n):
        leaving = (gamma / (gamma + delta + observed + occasion))[:, None]
        total += staying * leaving * active
        staying = staying * (1 - leaving)
        all_told = (alpha + beta + observed + occasion)[:, None]
        more = (active * buys / all_told)[:, :-1]
        active = active * np.maximum(passes + occasion, 0.0) / all_told
        active[:, 1:] += more
    return np.asarray(total + staying * active)
