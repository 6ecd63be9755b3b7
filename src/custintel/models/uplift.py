"""Models of uplift: what a treatment changes for each customer, learned from an experiment."""

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import is_classifier

from custintel._checks import quoted
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.models._uplift_customers import ExperimentCustomers, read_experiment
from custintel.models._uplift_estimators import (
    Estimator,
    fresh_estimator,
    learned,
    require_estimator,
)
from custintel.models._uplift_model import UpliftModel


class TwoModelUplift(UpliftModel):
    """Learn the outcome with and without a treatment, and take the difference.

    One copy of an estimator learns from the treated customers, another from the control; the
    uplift of a customer is what the first expects less what the second does. It is the simplest
    of uplift models, takes any outcome, and is hard to beat with enough data. Its weakness:
    each copy tells good from bad customers, which may leave little strength for the smaller
    question whom the treatment changes.

    Customers must have been assigned to the arms at random. Judge the scores on customers who
    were not in the fit, or from `out_of_fold_uplift`.

    Parameters
    ----------
    estimator : scikit-learn classifier or regressor, optional
        What learns the outcome in each arm; it is copied, not changed. A classifier with
        ``predict_proba`` needs an outcome of 0 and 1. By default logistic regression of
        standardised features for such an outcome, and least squares for amounts.

    Attributes
    ----------
    treated_estimator_, control_estimator_ : scikit-learn estimator
        The copies, fitted.
    features_ : list
        Columns of the fit.
    arms_ : DataFrame
        What `summary` returns.
    is_binary_ : bool
        Whether the outcome was 0 or 1.
    n_customers_ : int
        Customers fitted, or the sum of their weights.
    customers_ : Index
        Of the features fitted; absent from a model read by `from_json`.

    References
    ----------
    Hansotia, B. and Rukstales, B. (2002). Incremental value modeling. Journal of Interactive
    Marketing 16(3), 35-46.

    Künzel, S. R., Sekhon, J. S., Bickel, P. J. and Yu, B. (2019). Metalearners for estimating
    heterogeneous treatment effects using machine learning. PNAS 116(10), 4156-4165. (There it
    is the T-learner.)

    Examples
    --------
    >>> from custintel.datasets import simulate_experiment
    >>> experiment = simulate_experiment(4000, random_state=1)
    >>> customers = experiment.table[list(experiment.features)]
    >>> model = TwoModelUplift().fit(
    ...     customers,
    ...     experiment.table["converted"],
    ...     arm=experiment.table["arm"],
    ...     control="control",
    ... )
    >>> scores = model.predict(customers)
    >>> round(float(scores.corr(experiment.truth["uplift"])), 1)
    1.0
    """

    _parts = ("treated_estimator_", "control_estimator_")

    def fit(
        self,
        X: pd.DataFrame,
        y: ArrayLike,
        *,
        arm: ArrayLike,
        control: str,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn the outcome in each arm.

        Parameters
        ----------
        X : DataFrame
            One row per customer: features that were known before the treatment.
        y : array-like of shape (n_customers,)
            Outcome: 0 and 1, or an amount.
        arm : array-like of shape (n_customers,)
            Arm of each customer: two names, of which one is the control.
        control : str
            Arm that was left alone.
        sample_weight : array-like of shape (n_customers,), optional
            How many customers each row stands for.

        Returns
        -------
        TwoModelUplift
            The model itself.

        Raises
        ------
        SchemaError
            If features, outcomes and arms do not belong together, are missing where the
            estimator cannot do without, or there are not two arms whose outcomes vary.
        TypeError, ValueError
            If the estimator is none, or does not fit the outcome or the weights.
        """
        customers = read_experiment(
            X, y, arm, control, sample_weight, only_numbers=self.estimator is None
        )
        if self.estimator is not None:
            is_binary = customers.is_binary
            require_estimator(self.estimator, is_binary=is_binary, only_classifier=False)
        if is_classifier(fresh_estimator(self.estimator, is_binary=customers.is_binary)):
            _require_both_outcomes(customers)
        self.control_estimator_, self.treated_estimator_ = (
            self._learned(customers, treated=treated) for treated in (False, True)
        )
        self._keep_customers(customers)
        return self

    def _learned(self, customers: ExperimentCustomers, *, treated: bool) -> Estimator:
        rows = customers.of(treated)
        weight = None if customers.weight is None else customers.weight[rows]
        return learned(
            self.estimator,
            customers.features.iloc[rows],
            customers.outcome[rows],
            weight,
            is_binary=customers.is_binary,
        )

    def _uplift(self, features: pd.DataFrame) -> Floats:
        treated, control = (self._expected(part, features) for part in self._parts)
        return treated - control


class ClassTransformationUplift(UpliftModel):
    """Learn in one model who behaves as the treatment would have it.

    A treated customer who bought and a customer of the control who did not are alike: both did
    what they would if the treatment worked on them. One classifier learns the probability z of
    that, of customers weighted so that both arms count the same; the uplift is 2 z − 1. All the
    strength of the classifier goes to the difference between the arms; in return the scores
    vary more from sample to sample where the treatment changes little.

    Customers must have been assigned to the arms at random. Judge the scores on customers who
    were not in the fit, or from `out_of_fold_uplift`.

    Parameters
    ----------
    estimator : scikit-learn classifier, optional
        What learns z; it is copied, not changed. It has ``predict_proba``, and takes
        ``sample_weight`` unless both arms are as probable. By default logistic regression of
        standardised features.

    Attributes
    ----------
    estimator_ : scikit-learn classifier
        The copy, fitted.
    features_ : list
        Columns of the fit.
    arms_ : DataFrame
        What `summary` returns.
    is_binary_ : bool
        True: the outcome is 0 or 1.
    n_customers_ : int
        Customers fitted, or the sum of their weights.
    customers_ : Index
        Of the features fitted; absent from a model read by `from_json`.

    References
    ----------
    Jaśkowski, M. and Jaroszewicz, S. (2012). Uplift modeling for clinical trial data. ICML
    Workshop on Clinical Data Analysis.

    Athey, S. and Imbens, G. W. (2015). Machine learning methods for estimating heterogeneous
    causal effects. arXiv 1504.01132, section 4. (Unequal arms.)

    Examples
    --------
    >>> from custintel.datasets import simulate_experiment
    >>> experiment = simulate_experiment(4000, treated_share=0.8, random_state=1)
    >>> customers = experiment.table[list(experiment.features)]
    >>> model = ClassTransformationUplift().fit(
    ...     customers,
    ...     experiment.table["converted"],
    ...     arm=experiment.table["arm"],
    ...     control="control",
    ...     treatment_probability=0.8,
    ... )
    >>> scores = model.predict(customers)
    >>> round(float(scores.corr(experiment.truth["uplift"])), 1)
    0.8
    """

    _parts = ("estimator_",)

    def fit(
        self,
        X: pd.DataFrame,
        y: ArrayLike,
        *,
        arm: ArrayLike,
        control: str,
        treatment_probability: float | ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn who behaves as the treatment would have it.

        Parameters
        ----------
        X : DataFrame
            One row per customer: features that were known before the treatment.
        y : array-like of shape (n_customers,)
            Outcome: 0 or 1.
        arm : array-like of shape (n_customers,)
            Arm of each customer: two names, of which one is the control.
        control : str
            Arm that was left alone.
        treatment_probability : float or array-like of shape (n_customers,), optional
            Probability with which customers were assigned to the treatment, between 0 and 1:
            one for all, or of each customer. By default the share of the treated.
        sample_weight : array-like of shape (n_customers,), optional
            How many customers each row stands for.

        Returns
        -------
        ClassTransformationUplift
            The model itself.

        Raises
        ------
        SchemaError
            If features, outcomes and arms do not belong together, are missing where the
            estimator cannot do without, there are not two arms, or the outcome is not 0 or 1.
        TypeError, ValueError
            If the estimator is no classifier or takes no weights where they are needed, or a
            probability is not between 0 and 1.
        """
        customers = read_experiment(
            X, y, arm, control, sample_weight, only_numbers=self.estimator is None
        )
        if self.estimator is not None:
            require_estimator(self.estimator, is_binary=customers.is_binary, only_classifier=True)
        _require_binary(customers)
        behaves = (customers.outcome == customers.is_treated).astype(float)
        weight = _balanced(customers, treatment_probability)
        self.estimator_ = learned(
            self.estimator, customers.features, behaves, weight, is_binary=True
        )
        self._keep_customers(customers)
        return self

    def _uplift(self, features: pd.DataFrame) -> Floats:
        return 2 * self._expected("estimator_", features) - 1


def _balanced(
    customers: ExperimentCustomers, probability: float | ArrayLike | None
) -> Floats | None:
    """Return weights under which both arms are as probable for each customer; None if all are 1."""
    n = len(customers.outcome)
    weight = np.ones(n) if customers.weight is None else customers.weight
    if probability is None:
        treated = np.full(n, np.average(customers.is_treated, weights=weight))
    else:
        treated = _probabilities(probability, customers.features.index)
    balancing = np.where(customers.is_treated, 0.5 / treated, 0.5 / (1 - treated))
    found = weight * balancing
    return None if (found == 1).all() else found


def _probabilities(given: float | ArrayLike, index: pd.Index) -> Floats:
    is_aligned = not isinstance(given, pd.Series) or given.index.equals(index)
    try:
        values = np.array(np.broadcast_to(np.asarray(given, dtype=float), len(index)))
    except (TypeError, ValueError):
        is_aligned = False
    if not is_aligned:
        raise SchemaError(
            _(
                "treatment_probability is a number between 0 and 1, or one for each customer, "
                "labelled as the features."
            )
        )
    wrong = ~((values > 0) & (values < 1))
    if wrong.any():
        raise ValueError(
            _(
                "treatment_probability lies between 0 and 1, ends excluded: {n} of {total} does "
                "not, such as {values}. Who could not be in both arms tells nothing of the "
                "effect: leave them out.",
                n=int(wrong.sum()),
                total=len(values),
                values=quoted(values[wrong][:3]),
            )
        )
    return values


def _require_binary(customers: ExperimentCustomers) -> None:
    if not customers.is_binary:
        raise SchemaError(
            _(
                "Class transformation needs an outcome of 0 and 1. For amounts take "
                "TwoModelUplift, or make the outcome whether there is an amount."
            )
        )


def _require_both_outcomes(customers: ExperimentCustomers) -> None:
    """Refuse an arm in which all did the same: no chance can be learned there."""
    for name, treated in zip(customers.arms, (False, True), strict=True):
        outcome = customers.outcome[customers.of(treated)]
        if (outcome == outcome[0]).all():
            raise SchemaError(
                _(
                    "The outcome is {value:g} for all {n} customers of arm {arm!r}: there is no "
                    "chance to learn there. Take more customers, or a more frequent outcome.",
                    value=outcome[0],
                    n=len(outcome),
                    arm=name,
                )
            )
