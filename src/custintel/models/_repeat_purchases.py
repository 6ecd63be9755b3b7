"""What all models of repeat purchases do alike: fit, forecast numbers of purchases, simulate."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from custintel._intervals import Estimates, Floats
from custintel._text import translate as _
from custintel._time import Span, days_in
from custintel.models._coming_purchases import ComingPurchases
from custintel.models._covariates import (
    Covariates,
    column_names,
    design_of,
    require_variation,
)
from custintel.models._design import Design
from custintel.models._history import Purchases, read_purchases, read_weights
from custintel.models._horizons import horizon_of
from custintel.models._known_customers import KnownCustomers
from custintel.models._likelihood_model import require_penalty
from custintel.models._merging import merged
from custintel.models._newton import Climb, Escape, Likelihood
from custintel.models._process import Horizon, Process
from custintel.models._purchase_fit import PurchaseProblem, fit_purchases


class RepeatPurchaseModel(ComingPurchases):
    """A model of customers who purchase at random while active, and leave unnoticed."""

    _transaction_position: ClassVar[int] = 1  # α: a higher one makes purchases rarer
    _dropout_position: ClassVar[int]
    _dropout_sign: ClassVar[int]

    def __init__(
        self,
        *,
        time_unit: str = "W",
        penalty: float = 0.0,
        transaction_covariates: Sequence[str] | None = None,
        dropout_covariates: Sequence[str] | None = None,
    ) -> None:
        self.time_unit = time_unit
        self.penalty = penalty
        self.transaction_covariates = transaction_covariates
        self.dropout_covariates = dropout_covariates

    def fit(
        self,
        X: pd.DataFrame,
        y: None = None,  # noqa: ARG002 - scikit-learn passes it
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Estimate the parameters by maximum likelihood.

        Parameters
        ----------
        X : DataFrame
            A purchase history, one row per customer: ``frequency``, ``recency`` and ``T``,
            the times in days; and the columns of the covariates.
        y : None
            Ignored; there for scikit-learn.
        sample_weight : array-like of shape (n_customers,), optional
            How many customers each row stands for.

        Returns
        -------
        RepeatPurchaseModel
            The model itself.

        Raises
        ------
        SchemaError
            If a column is missing, or its values are impossible.
        ConvergenceError
            If the likelihood has no maximum, because the data look like a simpler situation:
            no repeat purchase at all, nobody who leaves, customers all alike. The error's
            ``diagnosis`` says where the search stopped.
        """
        weight = read_weights(sample_weight, len(X))
        maximum = self._maximum(self._problem(X, weight))
        self._keep_maximum(maximum, len(X) if weight is None else float(weight.sum()))
        return self

    def probability_alive(self, history: pd.DataFrame) -> pd.Series:
        """Return the probability that each customer has not left by the end of observation.

        Parameters
        ----------
        history : DataFrame
            A purchase history: ``frequency``, ``recency`` and ``T``, the times in days.

        Returns
        -------
        Series
            ``probability_alive``, in 0–1, with the index of `history`.
        """
        alive = self._known(history).alive(with_slopes=False)
        return pd.Series(alive.value, index=history.index, name="probability_alive")

    def expected_repeat_purchases(
        self, days: ArrayLike, *, covariates: pd.DataFrame | None = None
    ) -> Floats:
        """Return the mean number of repeat purchases of a customer about whom nothing is known.

        Summed over the first-purchase dates of a cohort, it gives the cohort's cumulative
        purchases, to be compared with the actual ones.

        Parameters
        ----------
        days : array-like of float
            Days since the customer's first purchase, 0 or more.
        covariates : DataFrame, optional
            Customers whose covariates to average over; needed by models with covariates.

        Returns
        -------
        ndarray
            Mean number of repeat purchases within each number of days.
        """
        elapsed = np.asarray(days, dtype=float)
        if not (np.isfinite(elapsed).all() and (elapsed >= 0).all()):
            raise ValueError(_("days are finite numbers since the first purchase, 0 or more."))
        new = self._new_customers(covariates)
        distinct, which = np.unique(elapsed, return_inverse=True)
        ends = distinct / days_in(self.time_unit)
        if not new.design.terms:
            return new.expected_of_new_one(ends)[which].reshape(elapsed.shape)
        means = [
            new.expected_purchases(Horizon.plain(end), with_slopes=False).value.mean()
            for end in ends
        ]
        return np.array(means)[which].reshape(elapsed.shape)

    def expected_purchases_of_new_customer(
        self,
        *,
        horizon: str | None,
        annual_discount_rate: float = 0.0,
        covariates: pd.DataFrame | None = None,
    ) -> Estimates:
        """Return the repeat purchases expected of a customer who has just bought first.

        Parameters
        ----------
        horizon : str or None
            Length of time after the first purchase, with its unit; None is without end.
        annual_discount_rate : float, default=0.0
            As for `expected_purchases`; above 0 without end.
        covariates : DataFrame, optional
            Customers whose covariates to average over; needed by models with covariates.

        Returns
        -------
        Estimates
            One number: the mean over new customers, without the first purchase.
        """
        new = self._new_customers(covariates)
        steps = horizon_of(horizon, annual_discount_rate, self.time_unit)
        expected = new.expected_purchases(steps)
        jacobian = new.design.chain(expected.jacobian).mean(axis=0, keepdims=True)
        return self._estimates(expected.value.mean(keepdims=True), jacobian)

    def expected_purchases(
        self,
        history: pd.DataFrame,
        *,
        horizon: str | None,
        annual_discount_rate: float = 0.0,
        with_errors: bool = True,
    ) -> Estimates:
        """Return each customer's expected purchases after the end of observation.

        Parameters
        ----------
        history : DataFrame
            A purchase history: ``frequency``, ``recency`` and ``T``, the times in days.
        horizon : str or None
            Length of time after the end of observation, with its unit, such as ``"52W"``.
            None is without end, and needs a discount rate above 0: the result is then the
            discounted expected residual transactions (DERT).
        annual_discount_rate : float, default=0.0
            Effective rate per year d, 0 or more. A horizon is cut into equal steps of at most
            a mean month, and the purchases of each are discounted from its middle; without
            end, discounting is continuous at the rate ln(1 + d).
        with_errors : bool, default=True
            False leaves out what intervals need, and is several times as fast.

        Returns
        -------
        Estimates
            The expected numbers, one per row of `history`, with their derivatives by the
            logarithms of the parameters (and the coefficients) and the covariance of these
            (NaN in a model made without covariance).
        """
        known = self._known(history)
        steps = horizon_of(horizon, annual_discount_rate, self.time_unit)
        expected = known.expected_purchases(steps, with_slopes=with_errors)
        if not with_errors:
            return Estimates.without_errors(expected.value)
        return self._estimates(expected.value, known.design.chain(expected.jacobian))

    def forecast(
        self, history: pd.DataFrame, *, horizon: str = "52W", level: float = 0.95
    ) -> pd.DataFrame:
        """Forecast each customer's purchases after the end of observation.

        The bounds are those of the expected number and of the probability, from the
        uncertainty of the parameters; the number that a single customer will make varies more:
        see `prediction_interval`.

        Parameters
        ----------
        history : DataFrame
            A purchase history: ``frequency``, ``recency`` and ``T``, the times in days.
        horizon : str, default="52W"
            Length of time after the end of observation, with its unit.
        level : float, default=0.95
            Probability that the bounds hold the expected number, between 0 and 1.

        Returns
        -------
        DataFrame
            With the index of `history`, one row per customer; bounds are NaN, with a warning,
            in a model made without covariance.

            - ``probability_alive`` : float, in 0–1
            - ``is_alive_assumed`` : bool, of `BetaGeoModel` alone: whether that is 1 because the
              customer, without repeat purchase, has had no occasion to leave
            - ``expected_purchases`` : float, mean number of purchases within the horizon
            - ``expected_purchases_low``, ``expected_purchases_high`` : float
            - ``probability_of_none`` : float, in 0–1, of no purchase within the horizon
            - ``probability_of_none_low``, ``probability_of_none_high`` : float
        """
        expected = self.expected_purchases(history, horizon=horizon)
        none = self.probability_of_none(history, horizon=horizon)
        self._warn_without_covariance()
        bounds, none_bounds = expected.interval(level), none.probability_interval(level)
        return pd.DataFrame(
            {
                "probability_alive": self._known(history).alive(with_slopes=False).value,
                **self._flags(history),
                "expected_purchases": expected.value,
                "expected_purchases_low": bounds.low,
                "expected_purchases_high": bounds.high,
                "probability_of_none": none.value,
                "probability_of_none_low": none_bounds.low,
                "probability_of_none_high": none_bounds.high,
            },
            index=history.index,
        )

    def simulate(
        self,
        n_customers: int,
        *,
        duration: str,
        random_state: int | np.random.Generator,
        covariates: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """Draw the purchases of new customers, each observed from the first purchase on.

        Parameters
        ----------
        n_customers : int
            Number of customers, 1 or more.
        duration : str
            Length of time that each is observed, with its unit, such as ``"52W"``.
        random_state : int or numpy.random.Generator
            The same number gives the same customers.
        covariates : DataFrame, optional
            One row per customer, in order; needed by models with covariates.

        Returns
        -------
        DataFrame
            One row per purchase, in order.

            - ``customer_id`` : str, ``"1"``, ``"2"``, …
            - ``days_since_first`` : float, 0 for the first purchase
        """
        if n_customers < 1:
            raise ValueError(_("n_customers is 1 or more: got {n}.", n=n_customers))
        if covariates is not None and len(covariates) != n_customers:
            raise ValueError(_("covariates has one row per customer simulated."))
        new = self._new_customers(covariates)
        observed_for = np.full(n_customers, Span.parse(duration).to(self.time_unit))
        rng = np.random.default_rng(random_state)
        drawn = new.process.draw_new(new.design.parameters(new.theta), observed_for, rng)
        return pd.DataFrame(
            {
                "customer_id": (drawn.customer + 1).astype(str),
                "days_since_first": drawn.time * days_in(self.time_unit),
            }
        )

    # What each model says of itself.

    def _process(self) -> Process:
        raise NotImplementedError

    def _likelihood(self, purchases: Purchases, weight: Floats, design: Design) -> Likelihood:
        raise NotImplementedError

    def _starts(self, time_per_repeat: float) -> list[Floats]:
        """Return log parameters to start from, given the mean time between repeats."""
        raise NotImplementedError

    def _explain(self, escape: Escape) -> str:
        raise NotImplementedError

    def _needs_intervals(self) -> bool:
        return False

    # What follows from it.

    def _maximum(self, problem: PurchaseProblem) -> Climb:
        return fit_purchases(problem)

    def _problem(self, X: pd.DataFrame, weight: Floats | None) -> PurchaseProblem:
        purchases = read_purchases(X, with_intervals=self._needs_intervals())
        design = self._design(X)
        require_variation(design, self._covariates())
        if design.terms:
            weights = np.ones(len(X)) if weight is None else weight
        else:
            purchases, weights = merged(purchases, weight)
        return PurchaseProblem(
            purchases=purchases.in_units_of(days_in(self.time_unit)),
            weight=weights,
            design=design,
            names=self._natural_names(),
            likelihood_of=self._likelihood,
            starts_of=self._starts,
            explain=self._explain,
            penalty=require_penalty(self.penalty),
        )

    def _keep_parameters(
        self,
        parameters: Mapping[str, float],
        covariance: pd.DataFrame | None,
        coefficients: Sequence[Mapping[str, float]],  # of transactions and of dropout
    ) -> None:
        days_in(self.time_unit)
        named = {
            f"{each.label}:{column}": value
            for each, given in zip(self._covariates(), coefficients, strict=True)
            for column, value in given.items()
        }
        self._keep_given({**parameters, **named}, covariance)

    def _known(self, history: pd.DataFrame) -> KnownCustomers:
        theta = self._theta()
        purchases = read_purchases(history).in_units_of(days_in(self.time_unit))
        return KnownCustomers(self._process(), theta, purchases, self._design(history))

    def _new_customers(self, covariates: pd.DataFrame | None) -> KnownCustomers:
        theta = self._theta()
        self._require_covariates(
            covariates, [c for each in self._covariates() for c in each.columns]
        )
        if covariates is None:
            n, design = 1, Design(len(self._names))
        else:
            n, design = len(covariates), self._design(covariates)
        nothing = np.zeros(n)
        return KnownCustomers(self._process(), theta, Purchases(nothing, nothing, nothing), design)

    def _design(self, history: pd.DataFrame) -> Design:
        return design_of(history, len(self._names), self._covariates())

    def _covariates(self) -> tuple[Covariates, Covariates]:
        transaction = column_names(self.transaction_covariates, argument="transaction_covariates")
        dropout = column_names(self.dropout_covariates, argument="dropout_covariates")
        return (
            Covariates("transaction", self._transaction_position, -1, transaction),
            Covariates("dropout", self._dropout_position, self._dropout_sign, dropout),
        )

    def _coefficient_names(self) -> tuple[str, ...]:
        return tuple(name for each in self._covariates() for name in each.coefficient_names())
