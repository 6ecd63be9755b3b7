"""The Pareto/NBD model of repeat purchases (Schmittlein, Morrison & Colombo 1987)."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from custintel._intervals import Floats
from custintel.models._design import Design
from custintel.models._history import Purchases
from custintel.models._newton import Escape, Likelihood
from custintel.models._pareto_nbd_likelihood import ParetoNBDLikelihood
from custintel.models._pareto_nbd_limits import explain_escape
from custintel.models._pareto_nbd_process import NAMES, ParetoNBDProcess
from custintel.models._process import Process
from custintel.models._repeat_purchases import RepeatPurchaseModel


class ParetoNBDModel(RepeatPurchaseModel):
    """Describe and forecast repeat purchases of customers who may leave at any time (Pareto/NBD).

    While active, a customer purchases at random times at an individual rate; the customer
    leaves for good at a random time, at an individual rate too. Rates of purchase are gamma
    distributed over customers, with shape r and rate α; rates of leaving are gamma
    distributed, with shape s and rate β, so that lifetimes have a Pareto distribution.

    Unlike in `BetaGeoModel`, leaving does not depend on purchases: a customer without any
    repeat purchase may have left, the more probably the longer ago the first purchase was.

    Times are taken as exact, while histories are in whole days: customers who purchase every
    few days bias r and α, and their intervals hold less than they say.

    Parameters
    ----------
    time_unit : {"W", "D", "M", "Y"}, default="W"
        Unit of time of `alpha_` and `beta_`; purchase histories are in days and converted. It
        changes these two and nothing else.
    penalty : float, default=0.0
        Draws the logarithms of the parameters to usual ones (r = 0.5, s = 0.5, α and β from
        the mean rate; with covariates, of customers of mean covariates), and coefficients per
        standard deviation of their covariate to 0, as a normal prior of variance 1 / `penalty`
        does: 0.1 is weak, and enough for data that have no maximum. The intervals are those of
        the penalised likelihood.
    transaction_covariates : list of str, optional
        Columns that go with how often customers purchase: a coefficient γ of a covariate z
        multiplies the mean rate of purchase by exp(γ z), through α.
    dropout_covariates : list of str, optional
        Columns that go with how soon customers leave: a coefficient γ of a covariate z
        multiplies the mean rate of leaving by exp(γ z), through β.

    Attributes
    ----------
    r_, alpha_ : float
        Shape and rate of the gamma distribution of the rates of purchase; their mean is
        ``r_ / alpha_`` per `time_unit`. With covariates, of customers whose covariates are
        all 0.
    s_, beta_ : float
        Shape and rate of the gamma distribution of the rates of leaving; their mean is
        ``s_ / beta_`` per `time_unit`, and half of the customers have left after
        ``beta_ * (2 ** (1 / s_) - 1)``.
    parameters_ : Series
        All of them, and the coefficients of covariates, as ``"transaction:…"`` and
        ``"dropout:…"``.
    standard_errors_ : Series
        By parameter; NaN in a model made without covariance.
    covariance_ : DataFrame
        Of the parameters, from the curvature of the likelihood; NaN in a model made without
        one.
    log_likelihood_, aic_, bic_ : float
        At the maximum, without the penalty; absent from a model made by `from_parameters`.
    n_customers_ : int
        Customers fitted, or the sum of their weights; likewise.

    References
    ----------
    Schmittlein, D. C., Morrison, D. G., & Colombo, R. (1987). Counting your customers: who
    are they and what will they do next? Management Science, 33(1), 1–24.

    Fader, P. S., & Hardie, B. G. S. (2005). A note on deriving the Pareto/NBD model and
    related expressions.

    Fader, P. S., & Hardie, B. G. S. (2007). Incorporating time-invariant covariates into the
    Pareto/NBD and BG/NBD models.

    Examples
    --------
    >>> truth = ParetoNBDModel.from_parameters(r=0.55, alpha=10.6, s=0.61, beta=11.7)
    >>> purchases = truth.simulate(5000, duration="52W", random_state=1)
    >>> days = purchases.groupby("customer_id")["days_since_first"]
    >>> history = pd.DataFrame(
    ...     {"frequency": days.count() - 1, "recency": days.max(), "T": 364.0}
    ... )
    >>> model = ParetoNBDModel().fit(history)
    >>> bool(abs(model.r_ - 0.55) < 3 * model.standard_errors_["r"])
    True
    """

    _names: ClassVar[tuple[str, ...]] = NAMES
    _dropout_position: ClassVar[int] = 3
    _dropout_sign: ClassVar[int] = -1

    @classmethod
    def from_parameters(  # noqa: PLR0913 - one setting each, most optional
        cls,
        *,
        r: float,
        alpha: float,
        s: float,
        beta: float,
        time_unit: str = "W",
        covariance: pd.DataFrame | None = None,
        transaction_coefficients: Mapping[str, float] | None = None,
        dropout_coefficients: Mapping[str, float] | None = None,
    ) -> "ParetoNBDModel":
        """Make a model from parameters that are known already.

        Parameters
        ----------
        r, alpha, s, beta : float
            Above zero; `alpha` and `beta` are in `time_unit`.
        time_unit : {"W", "D", "M", "Y"}, default="W"
            Unit of time of `alpha` and `beta`.
        covariance : DataFrame, optional
            Of the parameters, labelled by their names, as `covariance_` of a fitted model.
            Without it forecasts have no bounds.
        transaction_coefficients, dropout_coefficients : mapping of str to float, optional
            Coefficient of each covariate, by column.

        Returns
        -------
        ParetoNBDModel
            A model that forecasts like a fitted one.

        Examples
        --------
        >>> cdnow = {"r": 0.55315, "alpha": 10.57633, "s": 0.60625, "beta": 11.6715}
        >>> model = ParetoNBDModel.from_parameters(**cdnow)
        >>> regular = pd.DataFrame({"frequency": [26], "recency": [216.02], "T": [217.0]})
        >>> model.expected_purchases(regular, horizon="52W").value.round(2).tolist()
        [25.46]
        """
        model = cls(
            time_unit=time_unit,
            transaction_covariates=list(transaction_coefficients or ()) or None,
            dropout_covariates=list(dropout_coefficients or ()) or None,
        )
        coefficients = [transaction_coefficients or {}, dropout_coefficients or {}]
        parameters = {"r": r, "alpha": alpha, "s": s, "beta": beta}
        model._keep_parameters(parameters, covariance, coefficients)
        return model

    def _process(self) -> Process:
        return ParetoNBDProcess()

    def _likelihood(self, purchases: Purchases, weight: Floats, design: Design) -> Likelihood:
        return ParetoNBDLikelihood.of(purchases, weight, design)

    def _starts(self, time_per_repeat: float) -> list[Floats]:
        return [
            np.log([0.5, 0.5 * time_per_repeat, 0.5, 0.5 * time_per_repeat]),
            np.log([1.0, 1.0 * time_per_repeat, 0.5, 10.0 * time_per_repeat]),
        ]

    def _explain(self, escape: Escape) -> str:
        return explain_escape(escape)
