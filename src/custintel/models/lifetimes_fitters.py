"""Models taken over from the lifetimes package, and handed back to it."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import quoted
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._time import days_in
from custintel._warnings import warn
from custintel.errors import WeakResultWarning
from custintel.models.beta_geo import BetaGeoModel
from custintel.models.beta_geo_beta_binomial import BetaGeoBetaBinomialModel
from custintel.models.gamma_gamma import GammaGammaModel
from custintel.models.modified_beta_geo import ModifiedBetaGeoModel
from custintel.models.pareto_nbd import ParetoNBDModel

Model = (
    BetaGeoModel
    | ModifiedBetaGeoModel
    | ParetoNBDModel
    | BetaGeoBetaBinomialModel
    | GammaGammaModel
)


@dataclass(frozen=True, slots=True)
class _Counterpart:
    """A model of ours, and what lifetimes calls it."""

    model: type[Model]
    fitter: str
    parameters: tuple[str, ...]  # the same names in both, in the order of lifetimes
    has_time_unit: bool = True


_COUNTERPARTS = (
    _Counterpart(BetaGeoModel, "BetaGeoFitter", ("r", "alpha", "a", "b")),
    _Counterpart(ModifiedBetaGeoModel, "ModifiedBetaGeoFitter", ("r", "alpha", "a", "b")),
    _Counterpart(ParetoNBDModel, "ParetoNBDFitter", ("r", "alpha", "s", "beta")),
    _Counterpart(
        BetaGeoBetaBinomialModel,
        "BetaGeoBetaBinomFitter",
        ("alpha", "beta", "gamma", "delta"),
        has_time_unit=False,
    ),
    _Counterpart(GammaGammaModel, "GammaGammaFitter", ("p", "q", "v"), has_time_unit=False),
)


def from_lifetimes(fitter: Any, *, time_unit: str | None = None) -> Model:
    """Make a model from a fitter of the lifetimes package that is fitted already.

    The estimates are taken as they are, and with them the covariance wherever the fitter has
    one. In lifetimes 0.11.3 the diagonal of ``variance_matrix_`` is right, and each element
    beside it is too large or too small by the ratio of its two parameters; as the factor is
    known, the covariance is put right exactly. That of a fit with a penalty is taken as well,
    and belongs to the penalised likelihood. ``ParetoNBDFitter`` has no covariance: fit
    `ParetoNBDModel` if you want bounds.

    Parameters
    ----------
    fitter : lifetimes fitter
        A fitted ``BetaGeoFitter``, ``ModifiedBetaGeoFitter``, ``ParetoNBDFitter``,
        ``BetaGeoBetaBinomFitter`` or ``GammaGammaFitter``.
    time_unit : {"W", "D", "M", "Y"}, optional
        Unit of the times that the fitter was fitted on, which it does not know itself. Needed
        for the first three; the other two have none.

    Returns
    -------
    BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel, BetaGeoBetaBinomialModel or \
GammaGammaModel
        The model of the same name, with the same forecasts. It takes histories in days,
        whatever the unit of the fitter.

    Raises
    ------
    TypeError
        If `fitter` is anything else, such as a subclass with a likelihood of its own.
    ValueError
        If the fitter is not fitted, its estimates are impossible, or `time_unit` is missing or
        out of place.

    Warns
    -----
    WeakResultWarning
        If the fitter's variance matrix is no covariance, because its search ended away from a
        maximum: the model is then made without one.

    Examples
    --------
    >>> model = BetaGeoModel.from_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> fitter = to_lifetimes(model)
    >>> from_lifetimes(fitter, time_unit="W").parameters_.to_dict()
    {'r': 0.243, 'alpha': 4.414, 'a': 0.793, 'b': 2.426}
    """
    known = _counterpart_of_fitter(fitter)
    _require_unit(time_unit, known)
    if not hasattr(fitter, "params_"):
        raise ValueError(
            _("This {fitter} is not fitted: call its fit() first.", fitter=known.fitter)
        )
    parameters = {name: float(fitter.params_[name]) for name in known.parameters}
    settings: dict[str, Any] = {**parameters, "covariance": _covariance(fitter, parameters)}
    if known.has_time_unit:
        settings["time_unit"] = time_unit
    return known.model.from_parameters(**settings)


def to_lifetimes(model: Model) -> Any:
    """Make a fitter of the lifetimes package from a fitted model.

    For code that still expects one. The fitter forecasts from its parameters, in the model's
    own unit of time; it holds no customers, so that what lifetimes takes from them
    (``generate_new_data``, ``plot_period_transactions``) needs a fit by lifetimes itself.

    Parameters
    ----------
    model : BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel, BetaGeoBetaBinomialModel or \
GammaGammaModel
        A fitted model without covariates and, if modified BG/NBD, of regularity 1.

    Returns
    -------
    lifetimes fitter
        The fitter of the same name with ``params_`` and ``predict``, as lifetimes sets them;
        and, if the model has a covariance, ``variance_matrix_``, ``standard_errors_`` and
        ``confidence_intervals_``. The variance matrix is the covariance itself, with other
        elements beside the diagonal than lifetimes would compute: see `from_lifetimes`.

    Raises
    ------
    ImportError
        If lifetimes is not installed.
    TypeError
        If lifetimes has no such model.
    ValueError
        If the model has covariates, or a regularity above 1: lifetimes knows neither.

    Examples
    --------
    >>> fitter = to_lifetimes(GammaGammaModel.from_parameters(p=6.25, q=3.74, v=15.44))
    >>> round(float(fitter.conditional_expected_average_profit(2, 22.35)), 1)
    24.7
    """
    known = _counterpart_of_model(model)
    model._natural()
    _require_plain(model)
    fitter = getattr(_lifetimes(), known.fitter)()
    names = list(known.parameters)
    fitter.params_ = pd.Series(model.parameters_[names].to_numpy(), index=names)
    if known.has_time_unit:
        fitter.predict = fitter.conditional_expected_number_of_purchases_up_to_time
    if model._has_covariance():
        covariance = model.covariance_.loc[names, names].to_numpy()
        fitter.variance_matrix_ = pd.DataFrame(covariance, index=names, columns=names)
        fitter.standard_errors_ = fitter._compute_standard_errors()
        fitter.confidence_intervals_ = fitter._compute_confidence_intervals()
    return fitter


def _lifetimes() -> Any:
    try:
        with warnings.catch_warnings():
            # Its import alone warns of names that numpy, pandas and Python have given up.
            warnings.simplefilter("ignore")
            import lifetimes
    except ImportError as error:
        raise ImportError(
            _(
                "lifetimes is not installed. Get it, and the versions that go with it, by "
                "pip install 'custintel[lifetimes]'."
            )
        ) from error
    return lifetimes


def _counterpart_of_fitter(fitter: Any) -> _Counterpart:
    # Exactly these classes: a subclass may have a likelihood of its own.
    kind = type(fitter)
    if kind.__module__.split(".")[0] == "lifetimes":
        for known in _COUNTERPARTS:
            if known.fitter == kind.__name__:
                return known
    raise TypeError(
        _(
            "A {kind} of {module} cannot be converted; fitters of lifetimes that can are: "
            "{fitters}.",
            kind=kind.__name__,
            module=kind.__module__,
            fitters=", ".join(known.fitter for known in _COUNTERPARTS),
        )
    )


def _counterpart_of_model(model: Any) -> _Counterpart:
    for known in _COUNTERPARTS:
        if type(model) is known.model:
            return known
    raise TypeError(
        _(
            "lifetimes has no counterpart of {kind}; models that can be converted are: {models}.",
            kind=type(model).__name__,
            models=", ".join(known.model.__name__ for known in _COUNTERPARTS),
        )
    )


def _require_unit(time_unit: str | None, known: _Counterpart) -> None:
    if known.has_time_unit and time_unit is None:
        raise ValueError(
            _(
                "A {fitter} does not know the unit of its times: say time_unit='W' if they were "
                "weeks, 'D' if they were days (what lifetimes counts in unless told).",
                fitter=known.fitter,
            )
        )
    if not known.has_time_unit and time_unit is not None:
        raise ValueError(
            _("A {fitter} has no unit of time: leave time_unit out.", fitter=known.fitter)
        )
    if time_unit is not None:
        days_in(time_unit)


def _require_plain(model: Model) -> None:
    if model._coefficient_names():
        raise ValueError(
            _(
                "This {model} has covariates ({names}), which fitters of lifetimes do not know. "
                "Fit it without them, or keep the model as it is.",
                model=type(model).__name__,
                names=quoted(model._coefficient_names()),
            )
        )
    if isinstance(model, ModifiedBetaGeoModel) and model.regularity_ > 1:
        raise ValueError(
            _(
                "This ModifiedBetaGeoModel has a regularity of {k}; the ModifiedBetaGeoFitter of "
                "lifetimes knows purchases at random times only, that is 1.",
                k=model.regularity_,
            )
        )


def _covariance(fitter: Any, parameters: Mapping[str, float]) -> pd.DataFrame | None:
    """Return the covariance of a fitter's parameters, None if it has none to trust."""
    if getattr(fitter, "variance_matrix_", None) is None:
        return None
    names = list(parameters)
    variance = fitter.variance_matrix_.loc[names, names].to_numpy(dtype=float)
    covariance = _put_right(variance, np.array(list(parameters.values())))
    if not _is_covariance(covariance):
        warn(
            _(
                "The variance matrix of this {fitter} is no covariance: its search ended away "
                "from a maximum. The model is made without one, so that bounds are missing "
                "(NaN); fit a {model} on the history instead.",
                fitter=type(fitter).__name__,
                model=_counterpart_of_fitter(fitter).model.__name__,
            ),
            WeakResultWarning,
        )
        return None
    return pd.DataFrame(covariance, index=names, columns=names)


def _put_right(variance: Floats, parameters: Floats) -> Floats:
    """Return the covariance that lifetimes means.

    From that of the logarithms, C, it computes the element (i, j) as C[i, j] p[j]² in place of
    C[i, j] p[i] p[j]. A matrix that is symmetric, as that of `to_lifetimes`, is right already.
    """
    if np.allclose(variance, variance.T, rtol=1e-9, atol=0.0):
        return variance
    return np.asarray(variance * np.outer(parameters, 1 / parameters))


def _is_covariance(matrix: Floats) -> bool:
    if not np.isfinite(matrix).all() or (np.diag(matrix) <= 0).any():
        return False
    scale = np.sqrt(np.diag(matrix))
    correlation = matrix / np.outer(scale, scale)
    is_symmetric = np.allclose(correlation, correlation.T, rtol=0.0, atol=1e-6)
    return bool(is_symmetric and np.linalg.eigvalsh(correlation).min() > 0)
