"""The BG/NBD model of repeat purchases (Fader, Hardie & Lee 2005)."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import WeakResultWarning
from custintel.models._beta_geo_likelihood import BetaGeoLikelihood, Variant
from custintel.models._beta_geo_limits import explain_escape
from custintel.models._beta_geo_process import NAMES, BetaGeoProcess
from custintel.models._design import Design
from custintel.models._history import Purchases
from custintel.models._newton import Escape, Likelihood
from custintel.models._process import Process
from custintel.models._repeat_purchases import RepeatPurchaseModel

_VARIANT = Variant(leaves_at_first=False)


class BetaGeoModel(RepeatPurchaseModel):
    """Describe and forecast repeat purchases of customers who may leave unnoticed (BG/NBD).

    While active, a customer purchases at random times at an individual rate; after each repeat
    purchase the customer leaves for good with an individual probability. Rates are gamma
    distributed over customers, with shape r and rate α; probabilities of leaving are beta
    distributed, with parameters a and b.

    A customer without any repeat purchase has had no occasion to leave: the model takes all of
    them for active (`ModifiedBetaGeoModel` does not). Read `probability_of_none` as churn.

    Times are taken as exact, while histories are in whole days: customers who purchase every
    few days bias r and α, and their intervals hold less than they say.

    Parameters
    ----------
    time_unit : {"W", "D", "M", "Y"}, default="W"
        Unit of time of `alpha_`; purchase histories are in days and converted. It changes
        `alpha_` and nothing else.
    penalty : float, default=0.0
        Draws the logarithms of the parameters to usual ones (r = 0.5, a = 0.5, b = 2, and α
        from the mean rate; with covariates, of customers of mean covariates), and coefficients
        per standard deviation of their covariate to 0, as a normal prior of variance
        1 / `penalty` does: 0.1 is weak, and enough for data that have no maximum. The intervals
        are those of the penalised likelihood.
    transaction_covariates : list of str, optional
        Columns that go with how often customers purchase: a coefficient γ of a covariate z
        multiplies the mean rate by exp(γ z), through α.
    dropout_covariates : list of str, optional
        Columns that go with how soon customers leave: a coefficient multiplies a, that is the
        odds of the mean probability of leaving, by exp(γ z). Fader & Hardie (2007) let b move
        as well.

    Attributes
    ----------
    r_, alpha_ : float
        Shape and rate of the gamma distribution of purchase rates; the mean rate is
        ``r_ / alpha_`` purchases per `time_unit`. With covariates, of customers whose
        covariates are all 0.
    a_, b_ : float
        Parameters of the beta distribution of the probability of leaving; its mean is
        ``a_ / (a_ + b_)``.
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
    Fader, P. S., Hardie, B. G. S., & Lee, K. L. (2005). "Counting your customers" the easy
    way: an alternative to the Pareto/NBD model. Marketing Science, 24(2), 275–284.

    Fader, P. S., & Hardie, B. G. S. (2007). Incorporating time-invariant covariates into the
    Pareto/NBD and BG/NBD models.

    Examples
    --------
    >>> truth = BetaGeoModel.from_parameters(r=0.24, alpha=4.4, a=0.8, b=2.4)
    >>> purchases = truth.simulate(5000, duration="52W", random_state=1)
    >>> days = purchases.groupby("customer_id")["days_since_first"]
    >>> history = pd.DataFrame(
    ...     {"frequency": days.count() - 1, "recency": days.max(), "T": 364.0}
    ... )
    >>> model = BetaGeoModel().fit(history)
    >>> bool(abs(model.r_ - 0.24) < 3 * model.standard_errors_["r"])
    True
    """

    _names: ClassVar[tuple[str, ...]] = NAMES
    _dropout_position: ClassVar[int] = 2
    _dropout_sign: ClassVar[int] = 1

    @classmethod
    def from_parameters(  # noqa: PLR0913 - one setting each, most optional
        cls,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
        time_unit: str = "W",
        covariance: pd.DataFrame | None = None,
        transaction_coefficients: Mapping[str, float] | None = None,
        dropout_coefficients: Mapping[str, float] | None = None,
    ) -> "BetaGeoModel":
        """Make a model from parameters that are known already.

        Parameters
        ----------
        r, alpha, a, b : float
            Above zero; `alpha` is in `time_unit`.
        time_unit : {"W", "D", "M", "Y"}, default="W"
            Unit of time of `alpha`.
        covariance : DataFrame, optional
            Of the parameters, labelled by their names, as `covariance_` of a fitted model.
            Without it forecasts have no bounds.
        transaction_coefficients, dropout_coefficients : mapping of str to float, optional
            Coefficient of each covariate, by column.

        Returns
        -------
        BetaGeoModel
            A model that forecasts like a fitted one.

        Examples
        --------
        >>> model = BetaGeoModel.from_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> model.expected_repeat_purchases([91, 273]).round(2).tolist()
        [0.53, 1.2]
        """
        model = cls(
            time_unit=time_unit,
            transaction_covariates=names_given(transaction_coefficients),
            dropout_covariates=names_given(dropout_coefficients),
        )
        coefficients = [transaction_coefficients or {}, dropout_coefficients or {}]
        model._keep_parameters({"r": r, "alpha": alpha, "a": a, "b": b}, covariance, coefficients)
        return model

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

        Warns
        -----
        WeakResultWarning
            If there are customers without repeat purchase: under this model they cannot have
            left, so that theirs is 1, whatever happened since.
        """
        alive = super().probability_alive(history)
        n = int((history["frequency"] == 0).sum())
        if n:
            warn(
                _n(
                    "{n} customer of {total} has no repeat purchase: under BG/NBD its probability "
                    "of being alive is 1 by assumption. {advice}",
                    "{n} customers of {total} have no repeat purchase: under BG/NBD their "
                    "probability of being alive is 1 by assumption. {advice}",
                    n,
                    total=len(history),
                    advice=_(
                        "Read probability_of_none(history, horizon=…) as churn instead, or fit a "
                        "ModifiedBetaGeoModel or ParetoNBDModel."
                    ),
                ),
                WeakResultWarning,
            )
        return alive

    def _flags(self, history: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
        return {"is_alive_assumed": history["frequency"].to_numpy() == 0}

    def _process(self) -> Process:
        return BetaGeoProcess(_VARIANT)

    def _likelihood(self, purchases: Purchases, weight: Floats, design: Design) -> Likelihood:
        return BetaGeoLikelihood.of(_VARIANT, purchases, weight, design)

    def _starts(self, time_per_repeat: float) -> list[Floats]:
        return usual_starts(time_per_repeat)

    def _explain(self, escape: Escape) -> str:
        return explain_escape(escape)


def names_given(coefficients: Mapping[str, float] | None) -> list[str] | None:
    """Return the columns whose coefficients are given."""
    return list(coefficients) if coefficients else None


def usual_starts(time_per_repeat: float) -> list[Floats]:
    """Return points to start from: of usual shape, and of customers who hardly leave."""
    return [
        np.log([0.5, 0.5 * time_per_repeat, 0.5, 2.0]),
        np.log([1.0, 1.0 * time_per_repeat, 0.1, 5.0]),
    ]
