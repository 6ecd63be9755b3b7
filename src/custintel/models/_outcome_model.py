"""What both predictive models do: fit, tell probabilities, and be written to files."""

from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from custintel._checks import require_between
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.models._labelled_rows import LabelledRows, read_labelled_rows
from custintel.models._outcome_evidence import restored_evidence
from custintel.models._outcome_fit import OutcomeFit, learn
from custintel.models._outcome_settings import OutcomeSettings
from custintel.models._predictor_columns import (
    Predictors,
    read_known_predictors,
    read_predictors,
)
from custintel.models._predictor_design import warn_unseen
from custintel.models._stored_outcomes import (
    model_from_text,
    model_text,
    no_other_text,
    read_skops,
    require_answers,
    write_skops,
)


class OutcomeModel(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A model of whether an event follows, made of a fit and its calibration."""

    _methods: ClassVar[tuple[str, ...]]
    fit_: Any  # an OutcomeFit; None for the rates of segments
    covariance_: Floats | None

    def fit(
        self,
        X: pd.DataFrame | ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn who has the event, and calibrate the probabilities.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_rows, n_features)
            Features: numbers, truth values, texts or categories; amounts up to 1e30. Values
            may be missing. The rows that the index level ``customer_id`` gives to one customer
            are kept together in the folds; without it each row is a customer.
        y : array-like of shape (n_rows,)
            True or 1 where the event happened; of two other labels, the second in order is the
            event.
        sample_weight : array-like of shape (n_rows,), optional
            How many customers each row stands for.

        Returns
        -------
        OutcomeModel
            The model itself.

        Raises
        ------
        SchemaError
            If features and labels do not belong together or cannot be read, y has not two
            classes, there are too few events, or all features are constant.
        LeakError
            If a feature tells the outcome too well to be true.
        ImportError
            If the method needs a package that is not installed.
        ValueError
            If a setting or weights are impossible.

        Warns
        -----
        WeakResultWarning
            If there are few events for so many columns, the features tell nothing, or there
            are too few events for isotonic calibration.
        """
        settings = self._settings()
        settings.require_valid(self._methods)
        predictors = read_predictors(X)
        rows = read_labelled_rows(y, predictors.index, sample_weight)
        counted = np.flatnonzero(rows.weight > 0)
        self._keep_columns(X, predictors)
        self._learn(predictors.of(counted), rows.of(counted), settings)
        self.classes_ = rows.classes
        return self

    def predict_proba(self, X: pd.DataFrame | ArrayLike) -> Floats:
        """Return the calibrated probabilities of both classes.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_rows, n_features)
            The features of the fit, in any order; other columns are ignored.

        Returns
        -------
        ndarray of shape (n_rows, 2)
            Of the classes in ``classes_``: no event, and the event.

        Raises
        ------
        SchemaError
            If a feature is missing or cannot be read.

        Warns
        -----
        WeakResultWarning
            If there are texts that the fit had not seen.
        """
        event = self.probabilities(X)["probability"].to_numpy()
        return np.column_stack([1 - event, event])

    def predict(self, X: pd.DataFrame | ArrayLike, *, threshold: float = 0.5) -> NDArray[Any]:
        """Return the class of each row: the event from a probability upwards.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_rows, n_features)
            The features of the fit.
        threshold : float, default=0.5
            Least probability, 0-1, that counts as the event. One half treats both errors
            alike, which business seldom does.

        Returns
        -------
        ndarray of shape (n_rows,)
            Of the labels in ``classes_``.

        Raises
        ------
        SchemaError
            If a feature is missing or cannot be read.
        ValueError
            If `threshold` is not between 0 and 1.
        """
        require_between(threshold, 0, 1, name="threshold")
        event = self.probabilities(X)["probability"].to_numpy()
        return np.asarray(self.classes_[(event >= threshold).astype(np.intp)])

    def probabilities(self, X: pd.DataFrame | ArrayLike) -> pd.DataFrame:
        """Return the probability of the event, and how much of a row is known to the model.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_rows, n_features)
            The features of the fit, in any order; other columns are ignored.

        Returns
        -------
        DataFrame
            With the index of `X`.

            - ``probability`` : float, 0-1, calibrated
            - ``n_unseen`` : int, texts that the fit had not seen, read as any other one
            - ``missing_share`` : float, 0-1, share of the features that are missing

        Raises
        ------
        SchemaError
            If a feature is missing or cannot be read.

        Warns
        -----
        WeakResultWarning
            If there are texts that the fit had not seen.
        """
        return self._probabilities(self._known(X))

    def summary(self) -> pd.DataFrame:
        """Return what each column that is made from the features counts.

        Returns
        -------
        DataFrame
            Indexed by ``column``, strongest first.

            - ``feature`` : str, what the column is made from
            - ``coefficient`` : float, change of the log odds, before calibration, for one
              standard deviation; NaN for trees, which have none
            - ``importance`` : float, for a regression the size of the coefficient; for trees
              the mean change of the log odds when the values change customers
            - ``is_dropped`` : bool, whether the feature was constant and left out
        """
        self._require_fitted()
        fitted: OutcomeFit = self.fit_
        return fitted.summary(self.features_)

    def evidence(self) -> pd.DataFrame:
        """Return what the fit rests on, and how it did on customers that were held back.

        The held-back customers chose the setting and the calibration, which flatters both a
        little; a test on later dates is another matter.

        Returns
        -------
        DataFrame
            One row, indexed by ``method``.

            - ``n_rows``, ``n_events`` : float, weights counted; ``n_customers`` : int, distinct
            - ``event_rate`` : float, 0-1
            - ``n_columns`` : int, made from the features
            - ``setting`` : float, the penalty of a regression, the number of trees, or of the
              method ``firth`` the number of columns that it took
            - ``auc``, ``auc_low``, ``auc_high`` : float, 0-1, area under the ROC curve of rows
              held back, each counted once, and its 95 % interval after DeLong, the rows of
              a customer going together
            - ``log_loss``, ``brier`` : float, mean per row held back, after calibration
            - ``calibration`` : str; ``calibration_intercept``, ``calibration_slope`` : float,
              of the line from held-back log odds to probabilities, NaN for steps
        """
        self._require_fitted()
        return self.evidence_.copy()

    def to_json(self) -> str:
        """Write the fitted model as JSON text, which holds no customers.

        Returns
        -------
        str
            Read by `from_json` into a model with the same probabilities.

        Raises
        ------
        ValueError
            If the method is ``boosting``: scikit-learn's trees need `to_skops`.
        """
        self._require_fitted()
        if self._trees() is not None:
            raise ValueError(
                _(
                    "JSON cannot hold scikit-learn's trees (method='boosting'): write the model "
                    "by to_skops(path)."
                )
            )
        return model_text(self, self._learned_numbers())

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a model that `to_json` wrote.

        Parameters
        ----------
        text : str
            What `to_json` returned.

        Returns
        -------
        OutcomeModel
            The fitted model.

        Raises
        ------
        ImportError
            If the method needs a package that is not installed.
        ValueError
            If the text is anything else.
        """
        model, stored = model_from_text(cls, text)
        with no_other_text(cls):
            model._restore(stored, None)
        return model

    def to_skops(self, path: str | Path) -> None:
        """Write the fitted model of any method into a file, which holds no customers.

        Parameters
        ----------
        path : str or Path
            File to write, such as ``churn.skops``; it needs the extra ``skops``.

        Raises
        ------
        ImportError
            If skops is not installed.
        """
        self._require_fitted()
        write_skops(path, model_text(self, self._learned_numbers()), self._trees())

    @classmethod
    def from_skops(cls, path: str | Path) -> Self:
        """Read a model that `to_skops` wrote; no other kind of object is loaded.

        Parameters
        ----------
        path : str or Path
            File to read.

        Returns
        -------
        OutcomeModel
            The fitted model.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ImportError
            If skops, or what the method needs, is not installed.
        ValueError
            If the file holds anything else.
        """
        stored = read_skops(path)
        model, numbers = model_from_text(cls, stored["numbers"])
        with no_other_text(cls):
            model._restore(numbers, stored["trees"])
        return model

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags

    def _more_tags(self) -> dict[str, bool]:
        # How scikit-learn before 1.6 asks.
        return {"allow_nan": True, "binary_only": True}

    def _settings(self) -> OutcomeSettings:
        names = OutcomeSettings.__dataclass_fields__
        return OutcomeSettings(**{name: getattr(self, name) for name in names})

    def _learn(self, predictors: Predictors, rows: LabelledRows, settings: OutcomeSettings) -> None:
        learned = learn(predictors, rows, settings)
        self.fit_, self.evidence_ = learned.fit, learned.evidence
        self._keep_counts()

    def _probabilities(self, predictors: Predictors) -> pd.DataFrame:
        """Return the probabilities of features that are checked."""
        unseen = self.fit_.design.n_unseen(predictors)
        warn_unseen(unseen)
        return pd.DataFrame(
            {
                "probability": self.fit_.probability(predictors),
                "n_unseen": unseen,
                "missing_share": predictors.missing_share(),
            },
            index=predictors.index,
        )

    def _known(self, X: pd.DataFrame | ArrayLike) -> Predictors:
        self._require_fitted()
        return read_known_predictors(X, self.features_, self.texts_, model=type(self).__name__)

    def _keep_columns(self, X: pd.DataFrame | ArrayLike, predictors: Predictors) -> None:
        self.features_ = predictors.names
        self.texts_ = tuple(predictors.texts)
        self.n_features_in_ = len(predictors.names)
        # scikit-learn keeps names only of tables whose columns have some.
        if isinstance(X, pd.DataFrame) and all(isinstance(name, str) for name in X.columns):
            self.feature_names_in_ = np.array(predictors.names, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _keep_counts(self) -> None:
        counts = self.evidence_.iloc[0]
        self.n_rows_, self.n_events_ = float(counts["n_rows"]), float(counts["n_events"])
        self.n_customers_ = int(counts["n_customers"])
        self.dropped_ = () if self.fit_ is None else self.fit_.dropped(self.features_)

    def _trees(self) -> object:
        return None if self.fit_ is None else self.fit_.sklearn_trees()

    def _learned_numbers(self) -> dict[str, Any]:
        return {"fit": self.fit_.to_dict()}

    def _restore(self, stored: dict[str, Any], trees: object) -> None:
        self.features_, self.texts_ = tuple(stored["features"]), tuple(stored["texts"])
        self.n_features_in_ = len(self.features_)
        if stored["has_names"]:
            self.feature_names_in_ = np.array(self.features_, dtype=object)
        self.classes_ = np.array(stored["classes"])
        self.evidence_ = restored_evidence(stored["evidence"])
        self._restore_learned(stored, trees)
        self._keep_counts()
        require_answers(self)

    def _restore_learned(self, stored: dict[str, Any], trees: object) -> None:
        self.fit_ = OutcomeFit.from_dict(stored["fit"], trees)

    def _require_fitted(self) -> None:
        check_is_fitted(
            self,
            "evidence_",
            msg=_(
                "This {model} has no coefficients yet: call fit(features, labels).",
                model=type(self).__name__,
            ),
        )
