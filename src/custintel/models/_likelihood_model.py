"""What every model that is fitted by maximum likelihood keeps, tells, writes and reads back.

A model has parameters above zero and, with covariates, coefficients of any sign. Uncertainty
is carried on the working scale, the logarithms of the parameters beside the coefficients, where
no interval reaches below zero; it is shown on the natural scale, as the literature prints it.
"""

import json
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from custintel._checks import require_type
from custintel._intervals import Estimates, Floats, normal_quantile
from custintel._text import translate as _
from custintel._warnings import warn
from custintel.errors import WeakResultWarning
from custintel.models._newton import Climb

_LOOSE = 3.0  # standard error of a logarithm: a 95 % interval of more than five powers of ten


class LikelihoodModel(BaseEstimator):  # type: ignore[misc]
    """Parameters that a likelihood has estimated, or that were given."""

    _names: ClassVar[tuple[str, ...]]  # of the parameters above zero
    _facts: ClassVar[tuple[str, ...]] = ("log_likelihood_", "aic_", "bic_", "n_customers_")

    def summary(self, *, level: float = 0.95) -> pd.DataFrame:
        """Return the parameters with their intervals.

        Parameters
        ----------
        level : float, default=0.95
            Probability that an interval holds the parameter, between 0 and 1.

        Returns
        -------
        DataFrame
            Indexed by ``parameter``, in the order of the model's parameters; coefficients of
            covariates follow, as ``"transaction:…"`` and ``"dropout:…"``.

            - ``estimate``, ``standard_error`` : float
            - ``low``, ``high`` : float, bounds that are symmetric on the log scale; those of
              coefficients on their own scale
        """
        values, errors = self._natural(), self.standard_errors_.to_numpy()
        is_log, z = self._is_log(), normal_quantile(level)
        with np.errstate(over="ignore"):  # of parameters that the data leave wholly open
            spread = np.exp(z * errors / np.where(is_log, values, 1.0))
        return pd.DataFrame(
            {
                "estimate": values,
                "standard_error": errors,
                "low": np.where(is_log, values / spread, values - z * errors),
                "high": np.where(is_log, values * spread, values + z * errors),
            },
            index=self.parameters_.index,
        )

    def to_json(self) -> str:
        """Write the fitted model as JSON text.

        Returns
        -------
        str
            Read by `from_json` into a model with the same forecasts.
        """
        parameters = dict(zip(self._natural_names(), self._natural().tolist(), strict=True))
        stored = {
            "model": type(self).__name__,
            "settings": self.get_params(),
            "parameters": parameters,
            "covariance": self.covariance_.to_numpy().tolist() if self._has_covariance() else None,
            "fit": {
                name: _plain(getattr(self, name)) for name in self._facts if name in vars(self)
            },
        }
        return json.dumps(stored, allow_nan=False, indent=2, default=_written)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a model that `to_json` wrote.

        Parameters
        ----------
        text : str
            What `to_json` returned.

        Returns
        -------
        LikelihoodModel
            A model of this class, fitted.
        """
        try:
            stored = json.loads(text)
            if stored["model"] != cls.__name__:
                raise ValueError(
                    _("This is a {found}, not a {kind}.", found=stored["model"], kind=cls.__name__)
                )
            model = cls(**{name: stored["settings"][name] for name in cls().get_params()})
            names = model._natural_names()
            parameters = {name: float(stored["parameters"][name]) for name in names}
            covariance = stored["covariance"]
            found = {name: stored["fit"][name] for name in cls._facts if name in stored["fit"]}
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(
                _("The text is not a {kind} written by to_json().", kind=cls.__name__)
            ) from error
        if covariance is not None:
            covariance = pd.DataFrame(covariance, index=list(names), columns=list(names))
        model._keep_given(parameters, covariance)
        for name, value in found.items():
            setattr(model, name, np.nan if value is None else value)
        return model

    def _coefficient_names(self) -> tuple[str, ...]:
        """Return the names of the covariates' coefficients; few models have any."""
        return ()

    def _require_covariates(self, covariates: pd.DataFrame | None, columns: Sequence[str]) -> None:
        """Refuse covariates of new customers where the model has none, and the other way round."""
        has_covariates = bool(self._coefficient_names())
        if has_covariates and covariates is None:
            raise ValueError(
                _(
                    "This {model} has covariates: give covariates=…, a table of customers with "
                    "the columns {names}.",
                    model=type(self).__name__,
                    names=", ".join(dict.fromkeys(columns)),
                )
            )
        if covariates is not None and not has_covariates:
            raise ValueError(
                _(
                    "This {model} has no covariates: leave covariates=… out, or name their "
                    "columns when the model is made.",
                    model=type(self).__name__,
                )
            )

    def _natural_names(self) -> tuple[str, ...]:
        return (*self._names, *self._coefficient_names())

    def _is_log(self) -> NDArray[np.bool_]:
        return np.arange(len(self.parameters_)) < len(self._names)

    def _natural(self) -> Floats:
        """Return parameters and coefficients, or say that the model is not fitted."""
        check_is_fitted(
            self,
            "parameters_",
            msg=_(
                "This {model} has no parameters yet: call fit(history), or make it with "
                "from_parameters(…).",
                model=type(self).__name__,
            ),
        )
        return np.asarray(self.parameters_, dtype=float)

    def _theta(self) -> Floats:
        """Return parameters and coefficients on the working scale."""
        values: Floats = self._natural().copy()
        k = len(self._names)
        values[:k] = np.log(values[:k])
        return values

    def _working_covariance(self) -> Floats:
        scale = np.where(self._is_log(), self._natural(), 1.0)
        covariance: Floats = self.covariance_.to_numpy() / np.outer(scale, scale)
        return covariance

    def _estimates(self, value: Floats, jacobian: Floats) -> Estimates:
        """Join numbers with their derivatives on the working scale, if there are any."""
        if not jacobian.shape[1]:
            return Estimates.without_errors(value)
        return Estimates(value, jacobian, self._working_covariance())

    def _has_covariance(self) -> bool:
        return bool(np.isfinite(self.covariance_.to_numpy()).all())

    def _warn_without_covariance(self) -> None:
        """Warn that a model made from bare parameters has no bounds to give."""
        if not self._has_covariance():
            warn(
                _(
                    "This {model} was made without the covariance of its parameters, so that the "
                    "bounds are missing (NaN). Give covariance=… to from_parameters, or fit it.",
                    model=type(self).__name__,
                ),
                WeakResultWarning,
            )

    def _drawn_parameters(self, n_draws: int, rng: np.random.Generator) -> Floats:
        """Draw parameters, on the working scale, from their joint uncertainty."""
        if not self._has_covariance():
            raise ValueError(
                _(
                    "This {model} was made without the covariance of its parameters. Give "
                    "covariance=… to from_parameters, or fit it.",
                    model=type(self).__name__,
                )
            )
        return rng.multivariate_normal(
            self._theta(), self._working_covariance(), n_draws, method="eigh"
        )

    def _warn_of_loose_parameters(self) -> None:
        """Warn where the data leave a parameter within orders of magnitude.

        With covariates the parameters are those of customers whose covariates are all 0, such as
        a year of birth of 0, of whom data say little anyhow.
        """
        if self._coefficient_names():
            return
        errors = np.sqrt(np.diag(self._working_covariance()))[: len(self._names)]
        loose = [n for n, error in zip(self._names, errors, strict=True) if error > _LOOSE]
        if loose:
            warn(
                _(
                    "The data hardly tell {names}: the 95 % interval spans a factor of {factor}. "
                    "Forecasts may be usable, these parameters are not. Fit more customers, or "
                    "observe them for longer, or give a small penalty such as penalty=0.1.",
                    names=", ".join(loose),
                    factor=_power_of_ten(2 * normal_quantile(0.95) * float(errors.max())),
                ),
                WeakResultWarning,
            )

    def _keep_maximum(self, maximum: Climb, n_customers: float) -> None:
        """Set what a maximum of the likelihood tells as attributes."""
        values = maximum.theta().copy()
        k = len(self._names)
        values[:k] = np.exp(values[:k])
        scale = np.append(values[:k], np.ones(len(values) - k))
        self._keep(values, maximum.covariance() * np.outer(scale, scale))
        self._warn_of_loose_parameters()
        self.log_likelihood_ = maximum.log_likelihood
        self.n_customers_ = round(n_customers)
        self.aic_ = 2 * len(values) - 2 * self.log_likelihood_
        self.bic_ = len(values) * float(np.log(n_customers)) - 2 * self.log_likelihood_

    def _keep_given(self, parameters: Mapping[str, float], covariance: pd.DataFrame | None) -> None:
        """Set parameters known from elsewhere as attributes, once they are checked."""
        for name, value in parameters.items():
            _require_possible(name, value, above_zero=name in self._names)
        n = len(parameters)
        unknown = np.full((n, n), np.nan)
        given = unknown if covariance is None else _checked(covariance, tuple(parameters))
        self._keep(np.array([float(value) for value in parameters.values()]), given)

    def _keep(self, values: Floats, covariance: Floats) -> None:
        names = self._natural_names()
        index = pd.Index(names, name="parameter")
        self.parameters_ = pd.Series(values, index=index, name="estimate")
        for name, value in zip(self._names, values.tolist(), strict=False):
            setattr(self, f"{name}_", value)
        self.covariance_ = pd.DataFrame(covariance, index=index, columns=list(names))
        self.standard_errors_ = pd.Series(
            np.sqrt(np.diag(covariance)), index=index, name="standard_error"
        )


def _power_of_ten(logarithm: float) -> str:
    """Write e to some power in powers of ten: too large for a number, it is none for a text."""
    return f"1e+{logarithm / np.log(10):02.0f}"


def _require_possible(name: str, value: float, *, above_zero: bool) -> None:
    if above_zero and not (np.isfinite(value) and value > 0):
        raise ValueError(
            _("{name} is a finite number above zero: got {value!r}.", name=name, value=value)
        )
    if not np.isfinite(value):
        raise ValueError(_("{name} is a finite number: got {value!r}.", name=name, value=value))


def require_penalty(penalty: float) -> float:
    """Return the weight of a penalty, once it is checked."""
    require_type(penalty, Real, name="penalty", what=_("a number"))
    if not (np.isfinite(penalty) and penalty >= 0):
        raise ValueError(_("penalty is a finite number, 0 or more: got {value!r}.", value=penalty))
    return float(penalty)


def _checked(covariance: pd.DataFrame, names: tuple[str, ...]) -> Floats:
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


def _written(value: Any) -> Any:
    """Return settings of numpy's types and sequences as what JSON knows."""
    return value.item() if isinstance(value, np.generic) else list(value)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and np.isnan(value) else value
