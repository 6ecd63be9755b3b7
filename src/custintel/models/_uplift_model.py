"""What both uplift models do: read customers, predict, write themselves as text and read back."""

import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.models._uplift_customers import ExperimentCustomers, features_of
from custintel.models._uplift_estimators import Estimator, expected, from_numbers, to_numbers

# Whoever evaluates scores can tell from these whether customers of the fit are among them.
N_SCORED, N_OF_FIT = "n_customers", "n_customers_of_fit"
_IDS = "customer_id"


class UpliftModel(BaseEstimator, ABC):  # type: ignore[misc]
    """A model of what a treatment changes, made from scikit-learn estimators."""

    _parts: ClassVar[tuple[str, ...]]  # the attributes that hold fitted estimators

    def __init__(self, estimator: Estimator | None = None) -> None:
        self.estimator = estimator

    def predict(self, X: pd.DataFrame) -> "pd.Series[float]":
        """Return the uplift of each customer: what the treatment is expected to add.

        Parameters
        ----------
        X : DataFrame
            One row per customer, with the features of the fit; other columns are ignored.

        Returns
        -------
        Series
            Named ``uplift``, with the index of `X`: the outcome expected with the treatment
            less that without; of an outcome of 0 and 1 a difference of probabilities. Its
            ``attrs`` count the customers who were in the fit, if the index of both tables is
            named ``customer_id``.

        Raises
        ------
        SchemaError
            If a feature is missing, or the estimator cannot take it.
        """
        self._require_fitted()
        uplift = self._uplift(features_of(X, self.features_))
        scores = pd.Series(uplift, index=X.index, name="uplift")
        fitted = getattr(self, "customers_", None)
        if fitted is not None and fitted.name == X.index.name == _IDS:
            scores.attrs = {N_SCORED: len(X), N_OF_FIT: int(X.index.isin(fitted).sum())}
        return scores

    def summary(self) -> pd.DataFrame:
        """Return the arms that the model was fitted on.

        Returns
        -------
        DataFrame
            Indexed by ``arm``, the control first.

            - ``is_control`` : bool
            - ``n_customers`` : int
            - ``mean_outcome`` : float; of an outcome of 0 and 1 a rate
        """
        self._require_fitted()
        return self.arms_.copy()

    def to_json(self) -> str:
        """Write the fitted model as JSON text, which holds no customers.

        Returns
        -------
        str
            Read by `from_json` into a model with the same predictions.

        Raises
        ------
        ValueError
            If the model was given an estimator: JSON cannot hold any scikit-learn object, and a
            pickle would run whatever code is in it.
        """
        self._require_fitted()
        if self.estimator is not None:
            raise ValueError(
                _(
                    "JSON holds the usual estimator alone (estimator=None), not {name}. Keep its "
                    "settings and the data, and fit again.",
                    name=type(self.estimator).__name__,
                )
            )
        stored = {
            "model": type(self).__name__,
            "features": [str(name) for name in self.features_],
            "is_binary": self.is_binary_,
            "arms": self.arms_.reset_index().to_dict(orient="list"),
            "estimators": {name: to_numbers(getattr(self, name)) for name in self._parts},
        }
        return json.dumps(stored, allow_nan=False, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a model that `to_json` wrote.

        Parameters
        ----------
        text : str
            What `to_json` returned.

        Returns
        -------
        UpliftModel
            The fitted model, without ``customers_``.
        """
        try:
            stored = json.loads(text)
            if stored["model"] != cls.__name__:
                raise ValueError(
                    _("This is a {found}, not a {kind}.", found=stored["model"], kind=cls.__name__)
                )
            model = cls()
            model._keep(stored["features"], pd.DataFrame(stored["arms"]).set_index("arm"))
            model.is_binary_ = bool(stored["is_binary"])
            for name in cls._parts:
                numbers = stored["estimators"][name]
                setattr(model, name, from_numbers(numbers, is_binary=model.is_binary_))
        except (AttributeError, KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(
                _("The text is not a {kind} written by to_json().", kind=cls.__name__)
            ) from error
        return model

    @abstractmethod
    def _uplift(self, features: pd.DataFrame) -> Floats:
        """Return the uplift of customers whose features are checked."""

    def _expected(self, part: str, features: pd.DataFrame) -> Floats:
        return expected(getattr(self, part), features, is_usual=self.estimator is None)

    def _keep_customers(self, customers: ExperimentCustomers) -> None:
        """Set as attributes what is to be known of the fit."""
        self._keep(list(customers.features.columns), customers.summary())
        self.is_binary_ = customers.is_binary
        self.customers_ = customers.features.index

    def _keep(self, features: list[Any], arms: pd.DataFrame) -> None:
        self.features_ = features
        self.arms_ = arms
        self.n_customers_ = int(arms["n_customers"].sum())

    def _require_fitted(self) -> None:
        check_is_fitted(
            self,
            "arms_",
            msg=_(
                "This {model} has no estimators yet: call "
                "fit(features, outcome, arm=…, control=…).",
                model=type(self).__name__,
            ),
        )
