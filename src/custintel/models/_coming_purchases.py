"""How many purchases come, and when: forecasts beside the expected number."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import require_between
from custintel._intervals import Estimates, Floats
from custintel._time import Span, days_in
from custintel.models._known_customers import KnownCustomers
from custintel.models._likelihood_model import LikelihoodModel
from custintel.models._prediction import PredictionInterval, predicted, tails_of

_CELLS = 20_000_000  # draws held at once
_FUTURES = 4  # drawn with the same parameters: who is active is the costly part


class ComingPurchases(LikelihoodModel):
    """Forecasts of what customers with a known history will do."""

    time_unit: str

    def _known(self, history: pd.DataFrame) -> KnownCustomers:
        """Return the customers of a history, in the model's time unit."""
        raise NotImplementedError

    def _flags(self, history: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:  # noqa: ARG002
        """Return columns that say where a forecast rests on an assumption."""
        return {}

    def probability_of_none(self, history: pd.DataFrame, *, horizon: str) -> Estimates:
        """Return the probability that each customer makes no purchase within a horizon.

        This is the figure to read as churn: it counts those who have left, and those who have
        not but will not come. Unlike the probability of being alive it can be checked, by
        waiting for the horizon to pass.

        Parameters
        ----------
        history : DataFrame
            A purchase history: ``frequency``, ``recency`` and ``T``, the times in days.
        horizon : str
            Length of time after the end of observation, with its unit, such as ``"26W"``.

        Returns
        -------
        Estimates
            Probabilities in 0–1, one per row of `history`; `Estimates.probability_interval`
            gives their bounds.
        """
        known = self._known(history)
        some = known.purchases_at_all(Span.parse(horizon).to(self.time_unit))
        return self._estimates(1 - some.value, -known.design.chain(some.jacobian))

    def purchase_distribution(
        self, history: pd.DataFrame, *, horizon: str, most: int = 10
    ) -> pd.DataFrame:
        """Return the probability of each number of purchases within a horizon.

        Parameters
        ----------
        history : DataFrame
            A purchase history: ``frequency``, ``recency`` and ``T``, the times in days.
        horizon : str
            Length of time after the end of observation, with its unit.
        most : int, default=10
            Largest number told apart, 1 to 1,000; the last column is all those above.

        Returns
        -------
        DataFrame
            With the index of `history`; columns ``0``, ``1``, …, `most` and ``"more"``, the
            probabilities, which add up to 1.
        """
        require_between(most, 1, 1000, name="most")
        time = Span.parse(horizon).to(self.time_unit)
        counts = self._known(history).count_probabilities(time, int(most))
        table = pd.DataFrame(counts, index=history.index, columns=range(int(most) + 1))
        return table.assign(more=np.maximum(1 - counts.sum(axis=1), 0.0))

    def next_purchase(self, history: pd.DataFrame) -> pd.DataFrame:
        """Return whether each customer will purchase again, and how long it takes if so.

        Parameters
        ----------
        history : DataFrame
            A purchase history: ``frequency``, ``recency`` and ``T``, the times in days.

        Returns
        -------
        DataFrame
            With the index of `history`, one row per customer.

            - ``probability_of_another`` : float, in 0–1, that there is another purchase at all
            - ``median_days`` : float, from the end of observation until it, given that there
              is one: half of such customers have come by then
            - ``expected_days`` : float, the mean instead of the median; infinite where rare
              purchases are so likely that there is no mean, as for customers without repeat
            - ``is_alive_assumed`` : bool, of `BetaGeoModel` alone: whether another purchase is
              taken for certain because the customer, without repeat, has had no occasion to leave
        """
        known = self._known(history)
        coming, unit = known.next_while_active(), days_in(self.time_unit)
        alive = known.alive(with_slopes=False).value
        return pd.DataFrame(
            {
                "probability_of_another": alive * coming.probability,
                "median_days": coming.median * unit,
                "expected_days": coming.mean * unit,
                **self._flags(history),
            },
            index=history.index,
        )

    def prediction_interval(
        self,
        history: pd.DataFrame,
        *,
        horizon: str,
        level: float = 0.95,
        n_draws: int = 1000,
        random_state: int | np.random.Generator = 0,
    ) -> PredictionInterval:
        """Return where the purchases that customers will really make are going to fall.

        Futures are drawn: parameters from their joint uncertainty, then whether each customer
        is still active, its rate, and its purchases. The interval of the expected number,
        which `forecast` gives, is much narrower.

        Parameters
        ----------
        history : DataFrame
            A purchase history: ``frequency``, ``recency`` and ``T``, the times in days.
        horizon : str
            Length of time after the end of observation, with its unit.
        level : float, default=0.95
            Probability that the bounds hold the number, between 0 and 1. Purchases are whole
            numbers, so that a single customer's bounds hold somewhat more.
        n_draws : int, default=1000
            Futures drawn, 100 or more: four for each draw of the parameters. A thousand of them
            take about half a second for a thousand customers.
        random_state : int or numpy.random.Generator, default=0
            The same number gives the same draws.

        Returns
        -------
        PredictionInterval
            ``table`` with a row per customer, and the bounds of the total.

        Raises
        ------
        ValueError
            If the model has no covariance, whose uncertainty the bounds would leave out.
        """
        tails = tails_of(level, n_draws)
        rng = np.random.default_rng(random_state)
        n_parameters = -(-int(n_draws) // _FUTURES)
        thetas = self._drawn_parameters(n_parameters, rng)
        known = self._known(history)
        time = Span.parse(horizon).to(self.time_unit)
        totals, bounds = np.zeros(_FUTURES * len(thetas)), []
        n_blocks = 1 + len(history) * len(totals) // _CELLS
        for rows in np.array_split(np.arange(len(history)), n_blocks):
            counts = _drawn_counts(known, rows, thetas, time, rng)
            totals += counts.sum(axis=1)
            bounds.append(np.quantile(counts, tails, axis=0, method="inverted_cdf"))
        quantiles = np.hstack(bounds).T.astype(np.int64)
        return predicted(quantiles, totals, index=history.index, horizon=str(horizon), level=level)


def _drawn_counts(
    known: KnownCustomers,
    rows: NDArray[np.intp],
    thetas: Floats,
    time: float,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    some = replace(known, purchases=known.purchases.of(rows), design=known.design.of(rows))
    draws = [replace(some, theta=theta).draw_counts(time, _FUTURES, rng) for theta in thetas]
    return np.concatenate(draws)
