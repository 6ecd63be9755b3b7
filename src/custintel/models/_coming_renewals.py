"""How long customers under contract stay: forecasts for a cohort, and for each customer."""

from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from custintel._intervals import Estimates, Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.models._covariates import Covariates, column_names, design_of
from custintel.models._customer_columns import require_count
from custintel.models._design import Design
from custintel.models._drawn_periods import drawn_periods
from custintel.models._likelihood_model import LikelihoodModel
from custintel.models._prediction import PredictionInterval, predicted, tails_of
from custintel.models._process import Expectation
from custintel.models._renewals_ahead import Ahead, expected_renewals, log_staying
from custintel.models._shifted_beta_geo_history import read_contracts
from custintel.models._shifted_beta_geo_population import Cohort, by_log_beta

_RATE = "discount_rate_per_period"


class ComingRenewals(LikelihoodModel):
    """Forecasts of the renewals of contracts."""

    _names: ClassVar[tuple[str, ...]] = ("alpha", "beta")
    dropout_covariates: Sequence[str] | None

    def survival(
        self, n_renewals: ArrayLike, *, covariates: pd.DataFrame | None = None
    ) -> Estimates:
        """Return the share of a cohort still under contract after numbers of renewals.

        Parameters
        ----------
        n_renewals : array-like of int
            Renewals, 0 or more; after 0 the whole cohort is there.
        covariates : DataFrame, optional
            Customers who make up the cohort; needed by models with covariates.

        Returns
        -------
        Estimates
            Shares in 0–1, S(t) in the literature.
        """
        return self._told(self._cohort(covariates).survival(_renewals(n_renewals)))

    def retention_rate(
        self, n_renewals: ArrayLike, *, covariates: pd.DataFrame | None = None
    ) -> Estimates:
        """Return the share who renew next, of those who have renewed so often.

        It rises with the number of renewals although no customer changes: those likely to
        leave have left.

        Parameters
        ----------
        n_renewals : array-like of int
            Renewals made, 0 or more. The literature's r(t), of the t-th renewal, stands at
            t − 1.
        covariates : DataFrame, optional
            Customers who make up the cohort; needed by models with covariates.

        Returns
        -------
        Estimates
            Rates in 0–1.
        """
        return self._told(self._cohort(covariates).retention(_renewals(n_renewals)))

    def churn_rate(
        self, n_renewals: ArrayLike, *, covariates: pd.DataFrame | None = None
    ) -> Estimates:
        """Return the share who do not renew next, of those who have renewed so often.

        Parameters
        ----------
        n_renewals : array-like of int
            Renewals made, 0 or more.
        covariates : DataFrame, optional
            Customers who make up the cohort; needed by models with covariates.

        Returns
        -------
        Estimates
            One less the retention rates.
        """
        kept = self._cohort(covariates).retention(_renewals(n_renewals))
        return self._told(Expectation(1 - kept.value, -kept.jacobian))

    def expected_lifetime(
        self,
        *,
        discount_rate_per_period: float = 0.0,
        covariates: pd.DataFrame | None = None,
    ) -> Estimates:
        """Return the mean number of contract periods of a new customer, the first included.

        Parameters
        ----------
        discount_rate_per_period : float, default=0.0
            Effective rate d per contract period. Each period counts at its beginning: the
            first as 1, the next as 1 / (1 + d), … (Fader & Hardie's discounted expected
            lifetime).
        covariates : DataFrame, optional
            New customers to average over; needed by models with covariates.

        Returns
        -------
        Estimates
            One number. Infinite, as are its bounds, without discount if alpha is at most 1:
            the few who hardly ever leave then stay so long that there is no mean.
        """
        rate = discount_rate_per_period
        ahead = Ahead.of(None, rate, name="", rate_name=_RATE)
        coming = self._cohort(covariates).residual(np.zeros(1), ahead)
        return self._told(Expectation(1 + coming.value, coming.jacobian))

    def expected_residual_lifetime(
        self, *, n_renewals: ArrayLike, covariates: pd.DataFrame | None = None
    ) -> Estimates:
        """Return the mean number of periods to come of customers who have renewed so often.

        Parameters
        ----------
        n_renewals : array-like of int
            Renewals made, 0 or more; the current period is under way and does not count.
        covariates : DataFrame, optional
            Customers who make up the cohort; needed by models with covariates.

        Returns
        -------
        Estimates
            (β + n_renewals) / (α − 1) without covariates; infinite if alpha is at most 1, as
            in `expected_lifetime`.
        """
        ahead = Ahead.of(None, 0.0, name="", rate_name=_RATE)
        return self._told(self._cohort(covariates).residual(_renewals(n_renewals), ahead))

    def discounted_expected_residual_lifetime(
        self,
        *,
        n_renewals: ArrayLike,
        discount_rate_per_period: float,
        covariates: pd.DataFrame | None = None,
    ) -> Estimates:
        """Return the discounted periods to come, just before the next renewal (DERL).

        The next renewal, if it is made, counts as 1, the one after as 1 / (1 + d), and so on:
        payments are at the beginning of periods. Multiplied by the margin per period, it is
        the residual lifetime value.

        Parameters
        ----------
        n_renewals : array-like of int
            Renewals made, 0 or more. Fader & Hardie (2010) number the contract period that is
            under way instead: their n is ``n_renewals + 1``.
        discount_rate_per_period : float
            Effective rate d per contract period, 0 or more.
        covariates : DataFrame, optional
            Customers who make up the cohort; needed by models with covariates.

        Returns
        -------
        Estimates
            Expected numbers of discounted periods; without discount, those of
            `expected_residual_lifetime`.
        """
        ahead = Ahead.of(None, discount_rate_per_period, name="", rate_name=_RATE)
        later = self._cohort(covariates).residual(_renewals(n_renewals), ahead)
        return self._told(later).scaled(1 + discount_rate_per_period)

    def probability_of_staying(self, history: pd.DataFrame, *, periods_ahead: int = 1) -> Estimates:
        """Return the probability that each customer makes all the renewals ahead.

        Parameters
        ----------
        history : DataFrame
            One row per customer: ``n_periods``, ``is_active``, and the columns of covariates.
        periods_ahead : int, default=1
            Renewals to come, 1 or more.

        Returns
        -------
        Estimates
            Probabilities in 0–1, one per row of `history`; 0 for those who have left.
        """
        n = float(require_count(periods_ahead, name="periods_ahead"))

        def staying(a: Floats, b: Floats) -> Expectation:
            log = log_staying(a, b, np.full_like(a, n))
            value = np.exp(log.value)
            return Expectation(value, value[:, None] * log.jacobian)

        return self._of_customers(history, staying)

    def expected_periods(
        self,
        history: pd.DataFrame,
        *,
        periods_ahead: int | None,
        discount_rate_per_period: float = 0.0,
    ) -> Estimates:
        """Return how many of the contract periods ahead each customer is expected to begin.

        Parameters
        ----------
        history : DataFrame
            One row per customer: ``n_periods``, ``is_active``, and the columns of covariates.
        periods_ahead : int or None
            Periods to come after the current one, 1 or more; None is without end, where the
            result is the (discounted) expected residual lifetime.
        discount_rate_per_period : float, default=0.0
            Effective rate per contract period; as for `discounted_expected_residual_lifetime`,
            the next period counts as 1.

        Returns
        -------
        Estimates
            Expected numbers, one per row of `history`; 0 for those who have left. Infinite,
            without end and discount, for those whose alpha is at most 1.
        """
        rate = discount_rate_per_period
        ahead = Ahead.of(periods_ahead, rate, name="periods_ahead", rate_name=_RATE)

        def periods(a: Floats, b: Floats) -> Expectation:
            found = expected_renewals(a, b, ahead)
            return Expectation(found.value * (1 + rate), found.jacobian * (1 + rate))

        return self._of_customers(history, periods)

    def forecast(
        self, history: pd.DataFrame, *, periods_ahead: int = 1, level: float = 0.95
    ) -> pd.DataFrame:
        """Forecast how long each customer stays.

        Parameters
        ----------
        history : DataFrame
            One row per customer: ``n_periods``, ``is_active``, and the columns of covariates.
        periods_ahead : int, default=1
            Contract periods to come after the current one, 1 or more.
        level : float, default=0.95
            Probability that the bounds hold the expected value, between 0 and 1.

        Returns
        -------
        DataFrame
            With the index of `history`, one row per customer; all 0 for those who have left.
            Bounds are NaN, with a warning, in a model made without covariance.

            - ``probability_of_staying`` : float, in 0–1, through all the periods ahead
            - ``probability_of_staying_low``, ``probability_of_staying_high`` : float
            - ``expected_periods`` : float, mean number of them that begin
            - ``expected_periods_low``, ``expected_periods_high`` : float
        """
        staying = self.probability_of_staying(history, periods_ahead=periods_ahead)
        periods = self.expected_periods(history, periods_ahead=periods_ahead)
        self._warn_without_covariance()
        staying_bounds, bounds = staying.probability_interval(level), periods.interval(level)
        return pd.DataFrame(
            {
                "probability_of_staying": staying.value,
                "probability_of_staying_low": staying_bounds.low,
                "probability_of_staying_high": staying_bounds.high,
                "expected_periods": periods.value,
                "expected_periods_low": bounds.low,
                "expected_periods_high": bounds.high,
            },
            index=history.index,
        )

    def prediction_interval(
        self,
        history: pd.DataFrame,
        *,
        periods_ahead: int,
        level: float = 0.95,
        n_draws: int = 1000,
        random_state: int | np.random.Generator = 0,
    ) -> PredictionInterval:
        """Return where the numbers of contract periods that really begin are going to fall.

        Futures are drawn: parameters from their joint uncertainty, then each customer's
        probability of leaving, and renewals. The interval of the expected number, which
        `forecast` gives, is much narrower.

        Parameters
        ----------
        history : DataFrame
            One row per customer: ``n_periods``, ``is_active``, and the columns of covariates.
        periods_ahead : int
            Contract periods to come after the current one, 1 or more.
        level : float, default=0.95
            Probability that the bounds hold the number, between 0 and 1. Periods are whole
            numbers, so that a single customer's bounds hold somewhat more.
        n_draws : int, default=1000
            Futures drawn, 100 or more.
        random_state : int or numpy.random.Generator, default=0
            The same number gives the same draws.

        Returns
        -------
        PredictionInterval
            ``table`` with a row per customer, and the bounds of the total: of periods begun,
            where `PredictionInterval` speaks of purchases. 0 for those who have left.

        Raises
        ------
        ValueError
            If the model has no covariance, whose uncertainty the bounds would leave out.
        """
        tails = tails_of(level, n_draws)
        n = require_count(periods_ahead, name="periods_ahead")
        rng = np.random.default_rng(random_state)
        thetas = self._drawn_parameters(int(n_draws), rng)
        drawn = drawn_periods(
            thetas, read_contracts(history), self._design(history), most=n, tails=tails, rng=rng
        )
        return predicted(
            drawn.quantiles,
            drawn.totals,
            index=history.index,
            horizon=_n("{n} period", "{n} periods", n),
            level=level,
        )

    def _of_customers(
        self, history: pd.DataFrame, forecast: Callable[[Floats, Floats], Expectation]
    ) -> Estimates:
        """Forecast those whose contract still runs, by their a and b; nothing of the others."""
        theta, contracts = self._theta(), read_contracts(history)
        rows = np.flatnonzero(contracts.has_left == 0)
        value, jacobian = np.zeros(len(history)), np.zeros((len(history), len(theta)))
        if len(rows):
            design, renewed = self._design(history).of(rows), contracts.n_renewals[rows]
            alpha, beta = (each + np.zeros(len(rows)) for each in design.parameters(theta))
            found = forecast(alpha, beta + renewed)
            value[rows] = found.value
            jacobian[rows] = design.chain(by_log_beta(found.jacobian, beta, renewed))
        return self._estimates(value, jacobian)

    def _told(self, found: Expectation) -> Estimates:
        return self._estimates(found.value, found.jacobian)

    def _cohort(self, covariates: pd.DataFrame | None) -> Cohort:
        theta = self._theta()
        self._require_covariates(covariates, self._covariates().columns)
        if covariates is None:
            return Cohort(theta, Design(len(self._names)))
        return Cohort(theta, self._design(covariates, table="covariates"))

    def _design(self, customers: pd.DataFrame, *, table: str = "contracts") -> Design:
        return design_of(customers, len(self._names), [self._covariates()], table=table)

    def _covariates(self) -> Covariates:
        columns = column_names(self.dropout_covariates, argument="dropout_covariates")
        return Covariates("dropout", 0, 1, columns)

    def _coefficient_names(self) -> tuple[str, ...]:
        return self._covariates().coefficient_names()


def _renewals(n_renewals: ArrayLike) -> Floats:
    """Return numbers of renewals as an array, once they are checked."""
    given = np.atleast_1d(np.asarray(n_renewals, dtype=float)).ravel()
    if not (np.isfinite(given) & (given >= 0) & (given == np.floor(given))).all():
        raise ValueError(_("n_renewals are whole numbers, 0 or more."))
    return given
