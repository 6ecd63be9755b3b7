"""What a fitted model keeps of its parameters, and how it is told, written and read back.

Parameters are positive. Their uncertainty is carried on the log scale, where intervals cannot
reach below zero, and shown on the natural one, as the literature prints it.
"""

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from custintel._intervals import Floats, normal_quantile
from custintel._text import translate as _
from custintel.errors import WeakResultWarning
from custintel.models._newton import Climb


@dataclass(frozen=True, slots=True)
class ParameterEstimates:
    """Positive parameters, with the covariance of their logarithms; NaN where it is unknown."""

    names: tuple[str, ...]
    log_values: Floats
    log_covariance: Floats

    @classmethod
    def at_maximum(cls, names: Sequence[str], maximum: Climb) -> "ParameterEstimates":
        """Take the parameters of a maximum of the likelihood."""
        return cls(tuple(names), maximum.log_parameters, maximum.covariance())

    def keep(self, model: BaseEstimator) -> None:
        """Set the parameters, their standard errors and covariance as attributes of `model`."""
        values = np.exp(self.log_values)
        for name, value in zip(self.names, values.tolist(), strict=True):
            setattr(model, f"{name}_", value)
        keep_covariance(model, self.names, self.log_covariance * np.outer(values, values))


def keep_given(
    model: BaseEstimator,
    parameters: Mapping[str, float],
    covariance: pd.DataFrame | None,
) -> None:
    """Set parameters known from elsewhere as attributes of `model`, once they are checked."""
    names = tuple(parameters)
    for name, value in parameters.items():
        if not (np.isfinite(value) and value > 0):
            raise ValueError(
                _("{name} is a finite number above zero: got {value!r}.", name=name, value=value)
            )
        setattr(model, f"{name}_", float(value))
    unknown = np.full((len(names), len(names)), np.nan)
    keep_covariance(model, names, unknown if covariance is None else _checked(covariance, names))


def keep_covariance(model: BaseEstimator, names: Sequence[str], covariance: Floats) -> None:
    """Set `covariance_` and `standard_errors_` of `model`."""
    index = pd.Index(names, name="parameter")
    model.covariance_ = pd.DataFrame(covariance, index=index, columns=list(names))
    model.standard_errors_ = pd.Series(
        np.sqrt(np.diag(covariance)), index=index, name="standard_error"
    )


def log_covariance(model: BaseEstimator, names: Sequence[str]) -> Floats:
    """Return the covariance of the logarithms of a fitted model's parameters."""
    values = parameter_values(model, names)
    covariance: Floats = model.covariance_.to_numpy() / np.outer(values, values)
    return covariance


def parameter_values(model: BaseEstimator, names: Sequence[str]) -> Floats:
    """Return a fitted model's parameters, or say that it is not fitted."""
    check_is_fitted(
        model,
        [f"{name}_" for name in names],
        msg=_(
            "This {model} has no parameters yet: call fit(history), or make it with "
            "from_parameters(…).",
            model=type(model).__name__,
        ),
    )
    return np.array([getattr(model, f"{name}_") for name in names])


def has_covariance(model: BaseEstimator) -> bool:
    """Tell whether the uncertainty of the parameters is known."""
    return bool(np.isfinite(model.covariance_.to_numpy()).all())


def warn_without_covariance(model: BaseEstimator) -> None:
    """Warn that a model made from bare parameters has no bounds to give."""
    if not has_covariance(model):
        warnings.warn(
            _(
                "This {model} was made without the covariance of its parameters, so that the "
                "bounds are missing (NaN). Give covariance=… to from_parameters, or fit it.",
                model=type(model).__name__,
            ),
            WeakResultWarning,
            stacklevel=3,
        )


def parameter_table(model: BaseEstimator, names: Sequence[str], level: float) -> pd.DataFrame:
    """Return one row per parameter with its interval, symmetric on the log scale."""
    values = parameter_values(model, names)
    errors = model.standard_errors_.to_numpy()
    spread = np.exp(normal_quantile(level) * errors / values)
    return pd.DataFrame(
        {
            "estimate": values,
            "standard_error": errors,
            "low": values / spread,
            "high": values * spread,
        },
        index=pd.Index(names, name="parameter"),
    )


def _checked(covariance: pd.DataFrame, names: Sequence[str]) -> Floats:
    """Return the covariance in the order of `names`."""
    if set(covariance.index) != set(names) or set(covariance.columns) != set(names):
        raise ValueError(
            _(
                "covariance has one row and one column per parameter, named {names}; "
                "`covariance_` of a fitted model is one.",
                names=", ".join(names),
            )
        )
    values: Floats = covariance.loc[list(names), list(names)].to_numpy(dtype=float)
    if not np.allclose(values, values.T, equal_nan=True):
        raise ValueError(_("covariance is symmetric; the one given is not."))
    return values


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A fitted model as read back from its JSON text."""

    arguments: dict[str, Any]  # of from_parameters
    facts: dict[str, Any]  # of the fit, by attribute

    def give_facts(self, model: BaseEstimator) -> None:
        """Set what the fit had found beside the parameters."""
        for name, value in self.facts.items():
            setattr(model, name, value)


def model_to_json(model: BaseEstimator, names: Sequence[str], facts: Sequence[str]) -> str:
    """Write a fitted model as JSON text, every number in full."""
    values = parameter_values(model, names)
    stored = {
        "model": type(model).__name__,
        "settings": model.get_params(),
        "parameters": dict(zip(names, values.tolist(), strict=True)),
        "covariance": model.covariance_.to_numpy().tolist() if has_covariance(model) else None,
        "fit": {name: _plain(getattr(model, name)) for name in facts if hasattr(model, name)},
    }
    return json.dumps(stored, allow_nan=False, indent=2)


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else value


def model_from_json(
    text: str, kind: type[BaseEstimator], names: Sequence[str], facts: Sequence[str]
) -> StoredModel:
    """Read what `model_to_json` wrote of a model of the given kind, and nothing else."""
    try:
        stored = json.loads(text)
        if stored["model"] != kind.__name__:
            raise ValueError(
                _("This is a {found}, not a {kind}.", found=stored["model"], kind=kind.__name__)
            )
        parameters = {name: float(stored["parameters"][name]) for name in names}
        covariance = stored["covariance"]
        found = {name: stored["fit"][name] for name in facts if name in stored["fit"]}
        settings = {name: stored["settings"][name] for name in kind().get_params()}
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(
            _("The text is not a {kind} written by to_json().", kind=kind.__name__)
        ) from error
    if covariance is not None:
        covariance = pd.DataFrame(covariance, index=list(names), columns=list(names))
    return StoredModel(
        arguments={**settings, **parameters, "covariance": covariance},
        facts={name: np.nan if value is None else value for name, value in found.items()},
    )
