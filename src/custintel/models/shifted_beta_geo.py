"""The shifted beta-geometric model of contracts (Fader & Hardie 2007, 2010)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.models._coming_renewals import ComingRenewals
from custintel.models._covariates import require_variation
from custintel.models._customer_columns import require_count
from custintel.models._design import Design
from custintel.models._history import read_weights
from custintel.models._likelihood_model import LikelihoodModel, require_penalty
from custintel.models._newton import Climb, Penalty, best_end, require_maximum
from custintel.models._renewals_ahead import draw_renewals
from custintel.models._shifted_beta_geo_history import (
    WeightedContracts,
    observed_survival,
    read_contracts,
    read_survivors,
)
from custintel.models._shifted_beta_geo_likelihood import ShiftedBetaGeoLikelihood
from custintel.models._shifted_beta_geo_limits import explain_escape, require_information
from custintel.models._simulated_periods import observed_periods

_STARTS = (np.log([1.0, 3.0]), np.log([0.5, 0.5]), np.log([5.0, 50.0]))


class ShiftedBetaGeoModel(ComingRenewals):
    """Describe and forecast how long customers stay under contract (shifted beta-geometric).

    A contract runs for a period and is renewed or not. At each renewal a customer leaves with
    an individual probability, beta distributed over customers with parameters α and β. Those
    likely to leave go first, so that the retention rate of a cohort rises with its age.

    **Numbers of periods.** ``n_periods`` counts the contract periods that a customer has begun,
    the first included; ``n_renewals``, those begun by a renewal, is one less. Of a cohort of
    1,000, all have begun 1 period (0 renewals); the 869 of them who renew, 2 (1 renewal).

    Parameters
    ----------
    penalty : float, default=0.0
        Weight of a penalty that draws the logarithms of the parameters to usual values and
        coefficients, of covariates scaled to a standard deviation of 1, to zero, as a normal
        prior of variance ``1 / penalty`` does.
    dropout_covariates : list of str, optional
        Columns of the customers' table that make leaving more or less likely. They multiply α
        by exp(z·coefficients), β being common: at the first renewal, a coefficient multiplies
        the odds of the mean churn rate, α / β. Fader & Hardie let covariates move both.

    Attributes
    ----------
    alpha_, beta_ : float
        Parameters of the beta distribution of the probability of leaving at a renewal; its
        mean is ``alpha_ / (alpha_ + beta_)``. With covariates, of customers whose covariates
        are all 0.
    parameters_ : Series
        Both, and the coefficients of covariates, as ``"dropout:…"``.
    standard_errors_ : Series
        By parameter; NaN in a model made without covariance.
    covariance_ : DataFrame
        Of the parameters, from the curvature of the likelihood; NaN in a model made without
        one.
    log_likelihood_, aic_, bic_ : float
        At the maximum, without the penalty; absent from a model made by `from_parameters`.
    n_customers_ : int
        Customers fitted, or the sum of their weights; likewise.
    observed_survival_ : list of float
        Share of the customers fitted still under contract after 0, 1, … renewals, by Kaplan and
        Meier, whose product uses customers of all ages; likewise.

    References
    ----------
    Fader, P. S., & Hardie, B. G. S. (2007). How to project customer retention. Journal of
    Interactive Marketing, 21(1), 76–90.

    Fader, P. S., & Hardie, B. G. S. (2010). Customer-base valuation in a contractual setting:
    the perils of ignoring heterogeneity. Marketing Science, 29(1), 85–93.

    Examples
    --------
    >>> model = ShiftedBetaGeoModel().fit_survivors([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> model.parameters_.round(3).to_dict()
    {'alpha': 0.668, 'beta': 3.806}
    >>> model.survival([8, 12]).value.round(3).tolist()
    [0.46, 0.378]
    >>> derl = model.discounted_expected_residual_lifetime(
    ...     n_renewals=7, discount_rate_per_period=0.1
    ... )
    >>> round(float(derl.value[0]), 2)
    7.53
    """

    _facts: ClassVar[tuple[str, ...]] = (*LikelihoodModel._facts, "observed_survival_")

    def __init__(
        self, *, penalty: float = 0.0, dropout_covariates: Sequence[str] | None = None
    ) -> None:
        self.penalty = penalty
        self.dropout_covariates = dropout_covariates

    def fit(
        self,
        X: pd.DataFrame,
        y: None = None,  # noqa: ARG002 - scikit-learn passes it
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Estimate the parameters by maximum likelihood from customers of any age.

        Parameters
        ----------
        X : DataFrame
            One row per customer, and the columns of the covariates.

            - ``n_periods`` : int, contract periods begun, the first included; 1 or more
            - ``is_active`` : bool, whether the contract still runs; if not, the last of these
              periods was not followed by another
        y : None
            Ignored; there for scikit-learn.
        sample_weight : array-like of shape (n_customers,), optional
            How many customers each row stands for.

        Returns
        -------
        ShiftedBetaGeoModel
            The model itself.

        Raises
        ------
        SchemaError
            If a column is missing, or its values are impossible.
        ConvergenceError
            If the likelihood has no maximum, because too few renewals have been seen or the
            data look like a simpler situation: nobody leaves, all customers alike.
        """
        contracts = read_contracts(X)
        weight = read_weights(sample_weight, len(X))
        design = self._design(X)
        require_variation(design, [self._covariates()])
        weights = np.ones(len(X)) if weight is None else weight
        return self._fitted(WeightedContracts(contracts, weights), design)

    def fit_survivors(self, survivors: ArrayLike) -> Self:
        """Estimate the parameters from how many customers of a cohort stayed.

        Parameters
        ----------
        survivors : array-like of float
            Numbers of customers: of the whole cohort, then of those still under contract after
            1, 2, … renewals. Two renewals or more.

        Returns
        -------
        ShiftedBetaGeoModel
            The model itself.

        Raises
        ------
        ValueError
            If the numbers grow, are negative, or are shares; or the model has covariates.
        ConvergenceError
            As for `fit`.
        """
        if self._coefficient_names():
            raise ValueError(
                _("Survivors have no covariates: call fit(…) with one row per customer.")
            )
        return self._fitted(read_survivors(survivors), Design(len(self._names)))

    @classmethod
    def from_parameters(
        cls,
        *,
        alpha: float,
        beta: float,
        covariance: pd.DataFrame | None = None,
        dropout_coefficients: Mapping[str, float] | None = None,
    ) -> "ShiftedBetaGeoModel":
        """Make a model from parameters that are known already.

        Parameters
        ----------
        alpha, beta : float
            Above zero.
        covariance : DataFrame, optional
            Of the parameters, labelled by their names, as `covariance_` of a fitted model.
            Without it forecasts have no bounds.
        dropout_coefficients : mapping of str to float, optional
            Coefficient of each covariate, by column.

        Returns
        -------
        ShiftedBetaGeoModel
            A model that forecasts like a fitted one.

        Examples
        --------
        >>> model = ShiftedBetaGeoModel.from_parameters(alpha=2.0, beta=6.0)
        >>> model.expected_lifetime().value.tolist(), model.retention_rate([0, 8]).value.tolist()
        ([7.0], [0.75, 0.875])
        """
        coefficients = dict(dropout_coefficients or {})
        model = cls(dropout_covariates=list(coefficients) or None)
        named = dict(
            zip(model._covariates().coefficient_names(), coefficients.values(), strict=True)
        )
        model._keep_given({"alpha": alpha, "beta": beta, **named}, covariance)
        return model

    def survival_table(
        self,
        *,
        n_renewals: int = 12,
        level: float = 0.95,
        covariates: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """Return the share of a cohort that stays through each renewal, observed and projected.

        Parameters
        ----------
        n_renewals : int, default=12
            Last renewal to project, 1 or more.
        level : float, default=0.95
            Probability that the bounds hold the expected share, between 0 and 1.
        covariates : DataFrame, optional
            Customers who make up the cohort, such as those fitted; needed by models with
            covariates.

        Returns
        -------
        DataFrame
            Indexed by ``n_renewals`` from 0; for `custintel.plots.survival_curve`. Bounds are
            NaN, with a warning, in a model made without covariance.

            - ``observed_survival`` : float, in 0–1, of the customers fitted; NaN where none
              has been observed so long, and in a model made from parameters
            - ``survival``, ``survival_low``, ``survival_high`` : float, in 0–1
            - ``retention_rate``, ``retention_rate_low``, ``retention_rate_high`` : float, in
              0–1: of those still there, the share who renew next
        """
        last = require_count(n_renewals, name="n_renewals")
        after = np.arange(last + 1)
        left = self.survival(after, covariates=covariates)
        kept = self.retention_rate(after, covariates=covariates)
        self._warn_without_covariance()
        left_bounds, kept_bounds = (
            left.probability_interval(level),
            kept.probability_interval(level),
        )
        observed = pd.Series(getattr(self, "observed_survival_", []), dtype=float)
        return pd.DataFrame(
            {
                "observed_survival": observed.reindex(after).to_numpy(),
                "survival": left.value,
                "survival_low": left_bounds.low,
                "survival_high": left_bounds.high,
                "retention_rate": kept.value,
                "retention_rate_low": kept_bounds.low,
                "retention_rate_high": kept_bounds.high,
            },
            index=pd.RangeIndex(last + 1, name="n_renewals"),
        )

    def simulate(
        self,
        n_customers: int,
        *,
        n_periods: int | ArrayLike,
        random_state: int | np.random.Generator,
        covariates: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """Draw contracts of new customers.

        Parameters
        ----------
        n_customers : int
            Number of customers, 1 or more.
        n_periods : int or array-like of shape (n_customers,)
            Contract periods since each one's acquisition, the first included; 1 or more.
        random_state : int or numpy.random.Generator
            The same number gives the same customers.
        covariates : DataFrame, optional
            One row per customer, in order; needed by models with covariates.

        Returns
        -------
        DataFrame
            One row per customer, indexed by ``customer_id``: ``"1"``, ``"2"``, …

            - ``n_periods`` : int, contract periods begun
            - ``is_active`` : bool, whether the contract still runs in the last of the periods
        """
        observed = observed_periods(n_customers, n_periods, least=1)
        if covariates is not None and len(covariates) != n_customers:
            raise ValueError(_("covariates has one row per customer simulated."))
        cohort = self._cohort(covariates)
        alpha, beta = cohort.design.parameters(cohort.theta)
        rng = np.random.default_rng(random_state)
        a, b = (np.broadcast_to(each, n_customers) for each in (alpha, beta))
        # Of the periods observed, the first is begun without a renewal.
        renewals = draw_renewals(a, b, int(observed.max()), rng)
        begun = np.minimum(renewals + 1, observed)
        customers = pd.Index(np.arange(1, n_customers + 1).astype(str), name="customer_id")
        return pd.DataFrame(
            {"n_periods": begun, "is_active": renewals + 1 >= observed},
            index=customers,
        )

    def _fitted(self, data: WeightedContracts, design: Design) -> Self:
        penalty = require_penalty(self.penalty)
        if not penalty:
            require_information(data)
        end = _best_end(data, design, penalty)
        names = self._natural_names()
        maximum = require_maximum(end, names=names, explain=explain_escape)
        self._keep_maximum(maximum, float(data.weight.sum()))
        self.observed_survival_ = observed_survival(data)
        return self


def _best_end(data: WeightedContracts, design: Design, penalty: float) -> Climb:
    scaled, back = design.standardised(data.weight)
    likelihood = ShiftedBetaGeoLikelihood.of(data, scaled)
    no_effect = np.zeros(design.n_coefficients())
    starts = [np.append(start, no_effect) for start in _starts(data, design, penalty)]
    # A penalty draws to the usual start, whatever the search begins with.
    usual = np.append(_STARTS[0], no_effect)
    return replace(best_end(likelihood, starts, Penalty(penalty, usual)), back=back)


def _starts(data: WeightedContracts, design: Design, penalty: float) -> list[Floats]:
    """Return points to start from: before the usual ones, the maximum without covariates.

    Without them there are few kinds of customers, so that it is found in no time.
    """
    usual = [*_STARTS]
    if not design.terms:
        return usual
    plain = ShiftedBetaGeoLikelihood.of(data, Design(design.n_parameters))
    end = best_end(plain, usual, Penalty(penalty, usual[0]))
    return [end.log_parameters, *usual] if end.is_maximum else usual
