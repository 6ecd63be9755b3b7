"""The MBG/NBD model of repeat purchases, and its regular version MBG/CNBD-k."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.models._beta_geo_likelihood import BetaGeoLikelihood, Variant
from custintel.models._beta_geo_limits import explain_escape
from custintel.models._beta_geo_process import NAMES, BetaGeoProcess
from custintel.models._design import Design
from custintel.models._history import Purchases
from custintel.models._newton import Climb, Escape, Likelihood
from custintel.models._process import Process
from custintel.models._purchase_fit import PurchaseProblem, highest_end, require_fit
from custintel.models._regular_process import RegularProcess
from custintel.models._repeat_purchases import RepeatPurchaseModel
from custintel.models.beta_geo import names_given, usual_starts

_MOST_PHASES = 20


class ModifiedBetaGeoModel(RepeatPurchaseModel):
    """Describe and forecast repeat purchases, with a chance to leave from the first purchase on.

    MBG/NBD is `BetaGeoModel` with one difference: the first purchase, too, is followed by a
    chance to leave. Customers without repeat purchase may thus have left, and P(alive) falls
    for them as for the others.

    With `regularity` k above 1 the time between purchases has k exponential phases instead of
    one (MBG/CNBD-k): purchases come more evenly than at random, as groceries or donations do,
    so that a silence means more. All forecasts are exact for any k, by averaging over the phases
    that may have passed since the last purchase. The published approximations for k > 1 are not
    used.

    Parameters
    ----------
    regularity : int or "auto", default=1
        Phases k of the time between purchases, 1 to 20; above 1, histories come from
        `custintel.tables.regularity_history`; forecasts do without ``sum_log_intervals``.
        ``"auto"`` takes the k of the largest likelihood, going up from 1 until it falls.
    time_unit : {"W", "D", "M", "Y"}, default="W"
        Unit of time of `alpha_`; purchase histories are in days and converted.
    penalty : float, default=0.0
        Draws the logarithms of the parameters to usual ones (those of `BetaGeoModel`), and
        coefficients per standard deviation of their covariate to 0, as a normal prior of
        variance 1 / `penalty` does: 0.1 is weak, and enough for data that have no maximum. The
        intervals are those of the penalised likelihood.
    transaction_covariates : list of str, optional
        Columns that go with how often customers purchase: a coefficient γ of a covariate z
        multiplies the mean rate by exp(γ z), through α.
    dropout_covariates : list of str, optional
        Columns that go with how soon customers leave: a coefficient multiplies a, that is the
        odds of the mean probability of leaving, by exp(γ z).

    Attributes
    ----------
    r_, alpha_ : float
        Shape and rate of the gamma distribution of the rate of phases; the mean rate of
        purchases is ``r_ / (alpha_ * regularity_)`` per `time_unit`. With covariates, of
        customers whose covariates are all 0.
    a_, b_ : float
        Parameters of the beta distribution of the probability of leaving; its mean is
        ``a_ / (a_ + b_)``.
    regularity_ : int
        Phases of the time between purchases.
    parameters_ : Series
        The four parameters, and the coefficients of covariates, as ``"transaction:…"`` and
        ``"dropout:…"``.
    standard_errors_ : Series
        By parameter, given `regularity_`; NaN in a model made without covariance.
    covariance_ : DataFrame
        Of the parameters, from the curvature of the likelihood; NaN in a model made without
        one.
    log_likelihood_, aic_, bic_ : float
        At the maximum, without the penalty; absent from a model made by `from_parameters`.
    n_customers_ : int
        Customers fitted, or the sum of their weights; likewise.

    References
    ----------
    Batislam, E. P., Denizel, M., & Filiztekin, A. (2007). Empirical validation and comparison
    of models for customer base analysis. International Journal of Research in Marketing, 24(3),
    201–209.

    Reutterer, T., Platzer, M., & Schröder, N. (2021). Leveraging purchase regularity for
    predicting customer behavior the easy way. International Journal of Research in Marketing,
    38(1), 194–215.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.tables import regularity_history
    >>> history = regularity_history(load_cdnow("sample"), as_of="1997-09-30")
    >>> model = ModifiedBetaGeoModel(regularity="auto").fit(history)
    >>> model.regularity_  # CDs are not bought regularly
    1
    >>> bool(model.probability_alive(history).max() < 1)
    True
    """

    _names: ClassVar[tuple[str, ...]] = NAMES
    _facts: ClassVar[tuple[str, ...]] = (*RepeatPurchaseModel._facts, "regularity_")
    _dropout_position: ClassVar[int] = 2
    _dropout_sign: ClassVar[int] = 1

    def __init__(
        self,
        *,
        regularity: int | Literal["auto"] = 1,
        time_unit: str = "W",
        penalty: float = 0.0,
        transaction_covariates: Sequence[str] | None = None,
        dropout_covariates: Sequence[str] | None = None,
    ) -> None:
        super().__init__(
            time_unit=time_unit,
            penalty=penalty,
            transaction_covariates=transaction_covariates,
            dropout_covariates=dropout_covariates,
        )
        self.regularity = regularity

    @classmethod
    def from_parameters(  # noqa: PLR0913 - one setting each, most optional
        cls,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
        regularity: int = 1,
        time_unit: str = "W",
        covariance: pd.DataFrame | None = None,
        transaction_coefficients: Mapping[str, float] | None = None,
        dropout_coefficients: Mapping[str, float] | None = None,
    ) -> "ModifiedBetaGeoModel":
        """Make a model from parameters that are known already.

        Parameters
        ----------
        r, alpha, a, b : float
            Above zero; `alpha` is in `time_unit`.
        regularity : int, default=1
            Phases of the time between purchases.
        time_unit : {"W", "D", "M", "Y"}, default="W"
            Unit of time of `alpha`.
        covariance : DataFrame, optional
            Of the parameters, labelled by their names, as `covariance_` of a fitted model.
            Without it forecasts have no bounds.
        transaction_coefficients, dropout_coefficients : mapping of str to float, optional
            Coefficient of each covariate, by column.

        Returns
        -------
        ModifiedBetaGeoModel
            A model that forecasts like a fitted one.

        Examples
        --------
        >>> model = ModifiedBetaGeoModel.from_parameters(r=0.5, alpha=6.0, a=0.9, b=1.6)
        >>> history = pd.DataFrame({"frequency": [0], "recency": [0.0], "T": [270.0]})
        >>> model.probability_alive(history).round(2).tolist()
        [0.39]
        """
        model = cls(
            regularity=regularity,
            time_unit=time_unit,
            transaction_covariates=names_given(transaction_coefficients),
            dropout_covariates=names_given(dropout_coefficients),
        )
        model.regularity_ = model._phases_given()[0]
        coefficients = [transaction_coefficients or {}, dropout_coefficients or {}]
        model._keep_parameters({"r": r, "alpha": alpha, "a": a, "b": b}, covariance, coefficients)
        return model

    def _maximum(self, problem: PurchaseProblem) -> Climb:
        """Return the maximum for the number of phases given, or for the best of several."""
        problems = {k: _with_phases(problem, k) for k in self._phases_given()}
        ends: dict[int, Climb] = {}
        for k, of_k in problems.items():
            ends[k] = highest_end(of_k)
            if k - 1 in ends and ends[k].curve.value <= ends[k - 1].curve.value:
                break
        best = max(ends, key=lambda k: ends[k].curve.value)
        maximum = require_fit(problems[best], ends[best])
        self.regularity_ = best
        return maximum

    def _phases_given(self) -> range:
        """Return the numbers of phases to try, once the argument is checked."""
        k = self.regularity
        if k == "auto":
            return range(1, _MOST_PHASES + 1)
        if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= _MOST_PHASES:
            raise ValueError(
                _(
                    "regularity is a whole number of phases from 1 to {most}, or 'auto': "
                    "got {value!r}.",
                    most=_MOST_PHASES,
                    value=k,
                )
            )
        return range(int(k), int(k) + 1)

    def _needs_intervals(self) -> bool:
        return self._phases_given() != range(1, 2)

    def _process(self) -> Process:
        variant = _variant(self.regularity_)
        return BetaGeoProcess(variant) if variant.regularity == 1 else RegularProcess(variant)

    def _likelihood(self, purchases: Purchases, weight: Floats, design: Design) -> Likelihood:
        return BetaGeoLikelihood.of(_variant(1), purchases, weight, design)

    def _starts(self, time_per_repeat: float) -> list[Floats]:
        return usual_starts(time_per_repeat)

    def _explain(self, escape: Escape) -> str:
        return explain_escape(escape)


def _variant(phases: int) -> Variant:
    return Variant(leaves_at_first=True, regularity=phases)


def _with_phases(problem: PurchaseProblem, k: int) -> PurchaseProblem:
    """Return the problem of fitting MBG/CNBD-k, given that of MBG/NBD."""
    return replace(
        problem,
        likelihood_of=partial(BetaGeoLikelihood.of, _variant(k)),
        starts_of=lambda time_per_repeat: problem.starts_of(time_per_repeat / k),
    )
