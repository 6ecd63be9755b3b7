"""The scikit-learn estimators inside uplift models: fitting them, asking them, storing them."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone, is_classifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import has_fit_parameter

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.models._uplift_customers import numbers_of

Estimator = Any
"""A scikit-learn classifier or regressor."""


def usual_estimator(*, is_binary: bool) -> Pipeline:
    """Return a linear model of standardised features: of a chance, or of an amount."""
    # Newton's method: the default one stops too early for figures that can be repeated.
    linear = LogisticRegression(solver="newton-cholesky", tol=1e-8)
    return make_pipeline(StandardScaler(), linear if is_binary else LinearRegression())


def fresh_estimator(estimator: Estimator | None, *, is_binary: bool) -> Estimator:
    """Return a copy of an estimator, not fitted, or the usual one."""
    return usual_estimator(is_binary=is_binary) if estimator is None else clone(estimator)


def require_estimator(estimator: Estimator, *, is_binary: bool, only_classifier: bool) -> None:
    """Refuse what cannot learn this outcome."""
    is_one = hasattr(estimator, "fit") and hasattr(estimator, "get_params")
    if isinstance(estimator, type) or not is_one:
        raise TypeError(
            _(
                "estimator is a scikit-learn classifier or regressor, such as "
                "DecisionTreeClassifier(), or None: got {given!r}.",
                given=estimator,
            )
        )
    name = type(estimator).__name__
    if is_classifier(estimator):
        if not is_binary:
            raise SchemaError(
                _(
                    "The outcome holds other numbers than 0 and 1, which the classifier {name} "
                    "cannot learn. Give a regressor, or an outcome of 0 and 1.",
                    name=name,
                )
            )
        if not hasattr(estimator, "predict_proba"):
            raise ValueError(
                _(
                    "{name} knows no probabilities (predict_proba). Wrap it in "
                    "sklearn.calibration.CalibratedClassifierCV.",
                    name=name,
                )
            )
    elif only_classifier:
        raise ValueError(_("Class transformation needs a classifier: {name} is none.", name=name))
    elif not hasattr(estimator, "predict"):
        raise TypeError(_("{name} cannot predict: give a classifier or a regressor.", name=name))


def learned(
    estimator: Estimator | None,
    features: pd.DataFrame,
    target: Floats,
    weight: Floats | None,
    *,
    is_binary: bool,
) -> Estimator:
    """Return a copy of an estimator, or of the usual one, fitted to a target."""
    fresh = fresh_estimator(estimator, is_binary=is_binary)
    is_of_classes = is_classifier(fresh)
    y: NDArray[Any] = target.astype(np.int64) if is_of_classes else target
    settings = {} if weight is None else _weights(fresh, weight)
    if estimator is None:
        return fresh.fit(numbers_of(features), y, **settings)
    try:
        return fresh.fit(features, y, **settings)
    except (TypeError, ValueError) as error:
        raise _refusal(fresh, features, error) from error


def expected(estimator: Estimator, features: pd.DataFrame, *, is_usual: bool) -> Floats:
    """Return the chance, or the amount, that an estimator expects of each customer."""
    given = numbers_of(features) if is_usual else features
    try:
        if is_classifier(estimator):
            place = list(estimator.classes_).index(1)
            return np.asarray(estimator.predict_proba(given)[:, place], float)
        return np.asarray(estimator.predict(given), float).reshape(len(features))
    except (TypeError, ValueError) as error:
        raise _refusal(estimator, features, error) from error


def to_numbers(usual: Pipeline) -> dict[str, Any]:
    """Return what is learned in a usual estimator, as plain numbers."""
    scaler, linear = usual[0], usual[-1]
    return {
        "center": scaler.mean_.tolist(),
        "variance": scaler.var_.tolist(),
        "scale": scaler.scale_.tolist(),
        "coefficients": linear.coef_.ravel().tolist(),
        "intercept": float(np.ravel(linear.intercept_)[0]),
    }


def from_numbers(stored: dict[str, Any], *, is_binary: bool) -> Pipeline:
    """Return the usual estimator that `to_numbers` wrote."""
    usual = usual_estimator(is_binary=is_binary)
    scaler, linear = usual[0], usual[-1]
    coefficients = np.array(stored["coefficients"], float)
    scaler.mean_, scaler.var_, scaler.scale_ = (
        np.array(stored[name], float) for name in ("center", "variance", "scale")
    )
    scaler.n_features_in_ = linear.n_features_in_ = len(coefficients)
    linear.coef_ = coefficients[None, :] if is_binary else coefficients
    linear.intercept_ = np.array([stored["intercept"]]) if is_binary else stored["intercept"]
    if is_binary:
        linear.classes_ = np.array([0, 1])
    return usual


def _weights(estimator: Estimator, weight: Floats) -> dict[str, Floats]:
    """Return the weights by the names under which an estimator takes them."""
    if not isinstance(estimator, Pipeline):
        names = ["sample_weight"] if has_fit_parameter(estimator, "sample_weight") else []
    else:
        names = [
            f"{step}__sample_weight"
            for step, part in estimator.steps
            if hasattr(part, "fit") and has_fit_parameter(part, "sample_weight")
        ]
        is_last = bool(names) and names[-1].startswith(f"{estimator.steps[-1][0]}__")
        names = names if is_last else []
    if not names:
        raise ValueError(
            _(
                "{name} takes no weights (sample_weight), which arms of unequal size or weighted "
                "customers need here. Take another estimator, or TwoModelUplift without weights.",
                name=type(estimator).__name__,
            )
        )
    return dict.fromkeys(names, weight)


def _refusal(estimator: Estimator, features: pd.DataFrame, error: Exception) -> SchemaError:
    missing = features.isna().sum()
    gaps = [f"{name} ({n})" for name, n in missing[missing > 0].items()]
    told = _(
        "{name} cannot take these features: {error}",
        name=type(estimator).__name__,
        error=" ".join(str(error).split())[:300],
    )
    if not gaps:
        return SchemaError(told)
    hint = _(
        "Values are missing in {columns}: fill them in, or take an estimator that can do "
        "without, such as HistGradientBoostingClassifier.",
        columns=", ".join(gaps[:12]),
    )
    return SchemaError(f"{told} {hint}")
