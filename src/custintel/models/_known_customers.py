"""Customers with a known history, seen through a model's process."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from custintel._intervals import Floats
from custintel.models._design import Design
from custintel.models._history import Purchases
from custintel.models._merging import distinct
from custintel.models._process import Expectation, Horizon, NextPurchase, Process


@dataclass(frozen=True, slots=True)
class KnownCustomers:
    """What a model needs of customers to forecast them; times in the model's unit."""

    process: Process
    theta: Floats
    purchases: Purchases
    design: Design

    def alive(self, *, with_slopes: bool = True) -> Expectation:
        """Return the probability that each customer has not left."""
        q, slopes = self.process.log_odds_of_having_left(
            self.design.parameters(self.theta), self.purchases, with_slopes=with_slopes
        )
        alive = np.asarray(expit(-q))
        if not with_slopes:
            return Expectation(alive, np.empty((len(alive), 0)))
        return Expectation(alive, (-expit(q) * alive * slopes).T)

    def expected_purchases(self, horizon: Horizon, *, with_slopes: bool = True) -> Expectation:
        """Return the weighted expected purchases of each customer."""

        def while_active(parameters: Floats, purchases: Purchases) -> Expectation:
            return self.process.purchases_while_active(
                parameters, purchases, horizon, with_slopes=with_slopes
            )

        return self.alive(with_slopes=with_slopes).times(self._expectation(while_active))

    def expected_of_new_one(self, ends: Floats) -> Floats:
        """Return the expected purchases of the one customer here, who is new, up to each end.

        Time has no unit of its own: purchases up to t are those up to 1 with times divided by t.
        """
        some = np.flatnonzero(ends > 0)
        parameters = np.repeat(self.design.parameters(self.theta)[:, None], len(some), axis=1)
        parameters[list(self.process.time_parameters)] /= ends[some]
        new = self.purchases.of(np.zeros(len(some), dtype=np.intp))
        expected = np.zeros_like(ends)
        expected[some] = self.process.purchases_while_active(
            parameters, new, Horizon.plain(1.0), with_slopes=False
        ).value
        return np.asarray(self.alive(with_slopes=False).value * expected)

    def purchases_at_all(self, time: float) -> Expectation:
        """Return the probability that each customer purchases within `time`."""

        def at_all(parameters: Floats, purchases: Purchases) -> Expectation:
            none = self.process.none_while_active(parameters, purchases, time)
            return Expectation(1 - none.value, -none.jacobian)

        return self.alive().times(self._expectation(at_all))

    def count_probabilities(self, time: float, most: int) -> Floats:
        """Return the probabilities of 0, 1, …, `most` purchases within `time`."""
        rows, kind = self._kinds()
        parameters, purchases = self._some(rows)
        active = self.process.counts_while_active(parameters, purchases, time, most)[kind]
        alive = self.alive(with_slopes=False).value
        counts = alive[:, None] * active
        counts[:, 0] += 1 - alive
        return np.asarray(counts)

    def next_while_active(self) -> NextPurchase:
        """Return whether and when each customer purchases next, given that it is active."""
        rows, kind = self._kinds()
        found = self.process.next_while_active(*self._some(rows))
        return NextPurchase(found.probability[kind], found.mean[kind], found.median[kind])

    def draw_counts(
        self, time: float, n_futures: int, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Draw how often each customer purchases within `time`: (n_futures, n)."""
        alive = self.alive(with_slopes=False).value
        counts = np.zeros((n_futures, len(alive)), dtype=np.int64)
        for future in counts:
            rows = np.flatnonzero(rng.random(len(alive)) < alive)
            future[rows] = self.process.draw_counts_while_active(*self._some(rows), time, rng)
        return counts

    def _expectation(self, while_active: Callable[[Floats, Purchases], Expectation]) -> Expectation:
        rows, kind = self._kinds()
        found = while_active(*self._some(rows))
        return Expectation(found.value[kind], found.jacobian[kind])

    def _some(self, rows: NDArray[np.intp]) -> tuple[Floats, Purchases]:
        return self.design.of(rows).parameters(self.theta), self.purchases.of(rows)

    def _kinds(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return one row of each kind of customer, and the kind of each customer.

        While they are active, customers of a kind are alike: the state of the process and the
        parameters are all that matters then.
        """
        columns = [getattr(self.purchases, name) for name in self.process.state]
        for term in self.design.terms:
            columns.extend(term.values.T)
        return distinct(columns)
