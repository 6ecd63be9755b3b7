"""Which of several fitted models the same customers support."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2

from custintel._checks import require_named
from custintel._text import translate as _
from custintel.models._likelihood_model import LikelihoodModel


@dataclass(frozen=True, slots=True)
class LikelihoodRatio:
    """A likelihood-ratio test of a model against one that contains it.

    Attributes
    ----------
    statistic : float
        Twice the difference of the log-likelihoods, 0 or more.
    degrees_of_freedom : int
        Parameters that only the larger model has.
    p_value : float
        Probability of a statistic as large or larger if the smaller model were true, in 0–1.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float


def likelihood_ratio_test(restricted: LikelihoodModel, general: LikelihoodModel) -> LikelihoodRatio:
    """Test whether the parameters that only the larger of two models has are needed.

    Parameters
    ----------
    restricted : fitted model
        The smaller model, such as one without covariates.
    general : fitted model
        The larger model: of the same class, fitted on the same customers, with all parameters of
        the smaller one and at least one more.

    Returns
    -------
    LikelihoodRatio
        The statistic, its degrees of freedom and the p-value (Wilks 1938).

    Raises
    ------
    ValueError
        If the models are not nested, or one was fitted with a penalty, on other customers, or
        not at all.

    References
    ----------
    Wilks, S. S. (1938). The large-sample distribution of the likelihood ratio for testing
    composite hypotheses. Annals of Mathematical Statistics, 9(1), 60–62.

    Examples
    --------
    >>> from custintel.models import BetaGeoModel
    >>> is_member = pd.DataFrame({"is_member": np.arange(2000) % 2})
    >>> truth = BetaGeoModel.from_parameters(
    ...     r=0.8, alpha=5, a=0.8, b=2.5, transaction_coefficients={"is_member": 0.7}
    ... )
    >>> days = truth.simulate(
    ...     2000, duration="52W", random_state=1, covariates=is_member
    ... ).groupby("customer_id", sort=False)["days_since_first"]
    >>> history = pd.DataFrame({"frequency": days.count() - 1, "recency": days.max(), "T": 364.0})
    >>> history["is_member"] = is_member["is_member"].to_numpy()
    >>> test = likelihood_ratio_test(
    ...     BetaGeoModel().fit(history),
    ...     BetaGeoModel(transaction_covariates=["is_member"]).fit(history),
    ... )
    >>> test.degrees_of_freedom, test.p_value < 1e-6
    (1, True)
    """
    _require_likelihoods({"restricted": restricted, "general": general})
    _require_nested(restricted, general)
    for model in (restricted, general):
        if model.get_params().get("penalty"):
            raise ValueError(
                _("A likelihood-ratio test compares maxima: fit both models with penalty=0.")
            )
    statistic = max(2 * (general.log_likelihood_ - restricted.log_likelihood_), 0.0)
    freedom = len(general.parameters_) - len(restricted.parameters_)
    return LikelihoodRatio(statistic, freedom, float(chi2.sf(statistic, freedom)))


def compare_models(models: Mapping[str, LikelihoodModel]) -> pd.DataFrame:
    """Rank models fitted on the same customers by Akaike's information criterion.

    How well a model forecasts is another question, which `custintel.value.backtest` answers.
    The likelihood of a model fitted with a penalty is below its maximum, which counts against it.

    Parameters
    ----------
    models : mapping of str to fitted model
        At least one, by name. Models of repeat purchases compare with one another if their
        `time_unit` is the same; other models with those of their own class.

    Returns
    -------
    DataFrame
        Indexed by ``model``, the best first.

        - ``log_likelihood`` : float
        - ``n_parameters`` : int
        - ``aic``, ``bic`` : float, lower is better
        - ``aic_difference`` : float, from the best; above 10 the model has hardly any support
        - ``aic_weight`` : float, in 0–1, relative support, adding up to 1

    Raises
    ------
    ValueError
        If `models` names no model, or the likelihoods are not those of the same customers in
        the same unit.

    References
    ----------
    Burnham, K. P., & Anderson, D. R. (2002). Model selection and multimodel inference.
    Springer.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.models import BetaGeoModel, ModifiedBetaGeoModel
    >>> from custintel.tables import purchase_history
    >>> history = purchase_history(load_cdnow("sample"), as_of="1997-09-30")
    >>> table = compare_models(
    ...     {
    ...         "BG/NBD": BetaGeoModel().fit(history),
    ...         "MBG/NBD": ModifiedBetaGeoModel().fit(history),
    ...     }
    ... )
    >>> table["log_likelihood"].round(1).to_dict()
    {'MBG/NBD': -9582.1, 'BG/NBD': -9582.4}
    """
    require_named(models, example="{'BG/NBD': model}")
    _require_likelihoods(models)
    _require_one_measure(models)
    table = pd.DataFrame(
        {
            "log_likelihood": [model.log_likelihood_ for model in models.values()],
            "n_parameters": [len(model.parameters_) for model in models.values()],
            "aic": [model.aic_ for model in models.values()],
            "bic": [model.bic_ for model in models.values()],
        },
        index=pd.Index(list(models), name="model"),
    ).sort_values("aic", kind="stable")
    difference = table["aic"] - table["aic"].iloc[0]
    support = np.exp(-difference / 2)
    return table.assign(aic_difference=difference, aic_weight=support / support.sum())


def _require_likelihoods(models: Mapping[str, LikelihoodModel]) -> None:
    for name, model in models.items():
        if not hasattr(model, "log_likelihood_"):
            raise ValueError(
                _("Model {name!r} has no likelihood: it was not fitted on customers.", name=name)
            )
    sizes = {name: model.n_customers_ for name, model in models.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(
            _(
                "The models were fitted on different customers ({sizes}), so that their "
                "likelihoods do not compare.",
                sizes=", ".join(f"{name}: {n}" for name, n in sizes.items()),
            )
        )


def _require_one_measure(models: Mapping[str, LikelihoodModel]) -> None:
    kinds = {getattr(model, "time_unit", type(model).__name__) for model in models.values()}
    if len(kinds) > 1:
        raise ValueError(
            _(
                "The models measure different things ({kinds}): give models of repeat purchases "
                "with one time_unit, or models of one class.",
                kinds=", ".join(sorted(kinds)),
            )
        )


def _require_nested(restricted: LikelihoodModel, general: LikelihoodModel) -> None:
    _require_one_measure({"restricted": restricted, "general": general})
    phases = [getattr(model, "regularity_", 1) for model in (restricted, general)]
    contained = set(restricted.parameters_.index) < set(general.parameters_.index)
    if type(restricted) is not type(general) or phases[0] != phases[1] or not contained:
        raise ValueError(
            _(
                "The first model is not contained in the second: both are of one class, and the "
                "second has all parameters of the first and more. compare_models ranks models "
                "that are not."
            )
        )
