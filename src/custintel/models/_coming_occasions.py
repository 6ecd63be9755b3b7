"""On how many of the coming occasions customers purchase: forecasts in discrete time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._intervals import Estimates, Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.models._beta_geo_beta_binomial_forecast import OccasionForecast
from custintel.models._beta_geo_beta_binomial_history import Kinds, kinds_of, read_occasions
from custintel.models._customer_columns import require_count
from custintel.models._likelihood_model import LikelihoodModel
from custintel.models._prediction import PredictionInterval, predicted, tails_of
from custintel.models._renewals_ahead import Ahead

_MOST_OCCASIONS = 1000  # of which the distribution is worked out


class ComingOccasions(LikelihoodModel):
    """Forecasts of what customers with a known occasion history will do."""

    def probability_alive(self, history: pd.DataFrame, *, occasions_ahead: int = 1) -> pd.Series:
        """Return the probability that each customer is still active on a coming occasion.

        Customers leave before an occasion, so that the probability falls from one to the next.

        Parameters
        ----------
        history : DataFrame
            An occasion history: ``frequency``, ``recency`` and ``n_periods``, in occasions.
        occasions_ahead : int, default=1
            Which occasion. 1 is the first after the end of observation, the convention of the
            model's authors; 0 the last observed, the one nearest to what the models in
            continuous time call alive.

        Returns
        -------
        Series
            ``probability_alive``, in 0–1, with the index of `history`.
        """
        if occasions_ahead != 0:
            require_count(occasions_ahead, name="occasions_ahead")
        alive = self._known(history).alive(int(occasions_ahead))
        return pd.Series(alive.value, index=history.index, name="probability_alive")

    def expected_purchases(
        self,
        history: pd.DataFrame,
        *,
        n_occasions: int | None,
        discount_rate_per_occasion: float = 0.0,
        with_errors: bool = True,
    ) -> Estimates:
        """Return each customer's expected purchases on the coming occasions.

        Parameters
        ----------
        history : DataFrame
            An occasion history: ``frequency``, ``recency`` and ``n_periods``, in occasions.
        n_occasions : int or None
            Occasions after the end of observation, 1 to 100,000. None is without end, and
            needs a discount rate above 0: the result is then the discounted expected residual
            transactions (DERT).
        discount_rate_per_occasion : float, default=0.0
            Effective rate d for the time between two occasions: a purchase on the j-th coming
            occasion counts as (1 + d)^−j, as in the paper. With m occasions a year, d is
            (1 + annual rate)^(1/m) − 1.
        with_errors : bool, default=True
            False leaves out what intervals need.

        Returns
        -------
        Estimates
            The expected numbers, one per row of `history`, with their derivatives by the
            logarithms of the parameters and the covariance of these (NaN in a model made
            without covariance).
        """
        ahead = Ahead.of(
            n_occasions,
            discount_rate_per_occasion,
            name="n_occasions",
            rate_name="discount_rate_per_occasion",
        )
        if ahead.n is None and ahead.discount == 1:
            raise ValueError(
                _(
                    "Occasions without end (None) need a discount_rate_per_occasion above 0: "
                    "without one, expected purchases may have no limit. Give a rate, or a number "
                    "of occasions."
                )
            )
        expected = self._known(history).expected_purchases(ahead)
        if not with_errors:
            return Estimates.without_errors(expected.value)
        return self._estimates(expected.value, expected.jacobian)

    def probability_of_none(self, history: pd.DataFrame, *, n_occasions: int) -> Estimates:
        """Return the probability that each customer purchases on none of the coming occasions.

        This is the figure to read as churn: it counts those who have left, and those who have
        not but will not come. Unlike the probability of being alive it can be checked, by
        waiting for the occasions to pass.

        Parameters
        ----------
        history : DataFrame
            An occasion history: ``frequency``, ``recency`` and ``n_periods``, in occasions.
        n_occasions : int
            Occasions after the end of observation, 1 or more.

        Returns
        -------
        Estimates
            Probabilities in 0–1, one per row of `history`; `Estimates.probability_interval`
            gives their bounds.
        """
        none = self._known(history).none(require_count(n_occasions, name="n_occasions"))
        return self._estimates(none.value, none.jacobian)

    def purchase_distribution(
        self, history: pd.DataFrame, *, n_occasions: int, most: int = 10
    ) -> pd.DataFrame:
        """Return the probability of each number of purchases on the coming occasions.

        Parameters
        ----------
        history : DataFrame
            An occasion history: ``frequency``, ``recency`` and ``n_periods``, in occasions.
        n_occasions : int
            Occasions after the end of observation, 1 to 1,000.
        most : int, default=10
            Largest number told apart, 1 to 1,000; the last column is all those above.

        Returns
        -------
        DataFrame
            With the index of `history`; columns ``0``, ``1``, …, `most` and ``"more"``, the
            probabilities, which add up to 1.
        """
        n = require_count(n_occasions, name="n_occasions", most=_MOST_OCCASIONS)
        largest = require_count(most, name="most", most=_MOST_OCCASIONS)
        counts = self._known(history).counts(n, largest)
        table = pd.DataFrame(counts, index=history.index, columns=range(largest + 1))
        return table.assign(more=np.maximum(1 - counts.sum(axis=1), 0.0))

    def forecast(
        self, history: pd.DataFrame, *, n_occasions: int = 1, level: float = 0.95
    ) -> pd.DataFrame:
        """Forecast each customer's purchases on the coming occasions.

        The bounds are those of the expected number and of the probability, from the
        uncertainty of the parameters; the number that a single customer will make varies more:
        see `prediction_interval`.

        Parameters
        ----------
        history : DataFrame
            An occasion history: ``frequency``, ``recency`` and ``n_periods``, in occasions.
        n_occasions : int, default=1
            Occasions after the end of observation, 1 or more.
        level : float, default=0.95
            Probability that the bounds hold the expected number, between 0 and 1.

        Returns
        -------
        DataFrame
            With the index of `history`, one row per customer; bounds are NaN, with a warning,
            in a model made without covariance.

            - ``probability_alive`` : float, in 0–1, on the first coming occasion
            - ``expected_purchases`` : float, mean number of purchases on the occasions
            - ``expected_purchases_low``, ``expected_purchases_high`` : float
            - ``probability_of_none`` : float, in 0–1, of no purchase on any of them
            - ``probability_of_none_low``, ``probability_of_none_high`` : float
        """
        expected = self.expected_purchases(history, n_occasions=n_occasions)
        none = self.probability_of_none(history, n_occasions=n_occasions)
        self._warn_without_covariance()
        bounds, none_bounds = expected.interval(level), none.probability_interval(level)
        return pd.DataFrame(
            {
                "probability_alive": self.probability_alive(history),
                "expected_purchases": expected.value,
                "expected_purchases_low": bounds.low,
                "expected_purchases_high": bounds.high,
                "probability_of_none": none.value,
                "probability_of_none_low": none_bounds.low,
                "probability_of_none_high": none_bounds.high,
            },
            index=history.index,
        )

    def prediction_interval(
        self,
        history: pd.DataFrame,
        *,
        n_occasions: int,
        level: float = 0.95,
        n_draws: int = 1000,
        random_state: int | np.random.Generator = 0,
    ) -> PredictionInterval:
        """Return where the purchases that customers will really make are going to fall.

        Parameters are drawn from their joint uncertainty. Given them, the distribution of each
        customer's number is known; that of the total is drawn. The interval of the expected
        number, which `forecast` gives, is much narrower.

        Parameters
        ----------
        history : DataFrame
            An occasion history: ``frequency``, ``recency`` and ``n_periods``, in occasions.
        n_occasions : int
            Occasions after the end of observation, 1 to 1,000.
        level : float, default=0.95
            Probability that the bounds hold the number, between 0 and 1. Purchases are whole
            numbers, so that a single customer's bounds hold somewhat more.
        n_draws : int, default=1000
            Parameters and totals drawn, 100 or more.
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
        n = require_count(n_occasions, name="n_occasions", most=_MOST_OCCASIONS)
        rng = np.random.default_rng(random_state)
        parameters = np.exp(self._drawn_parameters(int(n_draws), rng))
        kinds = kinds_of(read_occasions(history))
        drawn = _drawn_counts(parameters, kinds, n, rng)
        quantiles = np.stack([(drawn.cumulative >= tail).argmax(axis=1) for tail in tails], axis=1)
        return predicted(
            quantiles[kinds.kind].astype(np.int64),
            drawn.totals,
            index=history.index,
            horizon=_n("{n} occasion", "{n} occasions", n),
            level=level,
        )

    def _known(self, history: pd.DataFrame) -> OccasionForecast:
        return OccasionForecast.of(np.exp(self._theta()), kinds_of(read_occasions(history)))


@dataclass(frozen=True, slots=True)
class _DrawnCounts:
    """Numbers of purchases under all the parameters drawn."""

    cumulative: Floats  # probabilities of 0, 1, … or fewer: one row for each differing history
    totals: Floats  # purchases of all customers, one for each of the parameters drawn


def _drawn_counts(
    parameters: Floats, kinds: Kinds, n: int, rng: np.random.Generator
) -> _DrawnCounts:
    n_alike = np.bincount(kinds.kind)
    probabilities = np.zeros((len(n_alike), n + 1))
    totals = np.empty(len(parameters))
    for draw, each in enumerate(parameters):
        counts = np.maximum(OccasionForecast.of(each, kinds).counts_by_kind(n, n), 0.0)
        counts /= counts.sum(axis=1, keepdims=True)
        probabilities += counts / len(parameters)
        totals[draw] = rng.multinomial(n_alike, counts).sum(axis=0) @ np.arange(n + 1)
    cumulative = np.cumsum(probabilities, axis=1)
    cumulative[:, -1] = 1.0  # rounding must not leave a quantile unreached
    return _DrawnCounts(cumulative, totals)
