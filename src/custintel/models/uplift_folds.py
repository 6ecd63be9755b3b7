"""Scores of the customers of an experiment by models that have not seen them."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from custintel._checks import is_count, require_type
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.models._uplift_customers import ExperimentCustomers, read_experiment
from custintel.models._uplift_model import UpliftModel


def out_of_fold_uplift(  # noqa: PLR0913 - the experiment, and how it is divided
    model: UpliftModel,
    X: pd.DataFrame,
    y: ArrayLike,
    *,
    arm: ArrayLike,
    control: str,
    n_folds: int = 5,
    random_state: int | np.random.Generator = 0,
) -> "pd.Series[float]":
    """Score each customer by a model that was fitted on the others.

    Scores of customers whom the model was fitted on flatter it: it has seen what they did. Here
    the customers are divided at random into folds that hold as many of each arm and outcome,
    and each fold is scored by a copy of the model fitted on the other folds. So all customers
    serve to judge how well the model ranks, and none judges itself.

    Parameters
    ----------
    model : TwoModelUplift or ClassTransformationUplift
        It is copied, not changed.
    X : DataFrame
        One row per customer: features that were known before the treatment.
    y : array-like of shape (n_customers,)
        Outcome: 0 and 1, or an amount.
    arm : array-like of shape (n_customers,)
        Arm of each customer: two names, of which one is the control.
    control : str
        Arm that was left alone.
    n_folds : int, default=5
        Number of folds, 2 or more.
    random_state : int or numpy.random.Generator, default=0
        Seed of the division.

    Returns
    -------
    Series
        Named ``uplift``, with the index of `X`.

    Raises
    ------
    SchemaError
        If the data cannot be fitted, or an arm has fewer customers than there are folds.
    TypeError
        If `model` is no uplift model.
    ValueError
        If `n_folds` is below 2.

    References
    ----------
    Chernozhukov, V. et al. (2018). Double/debiased machine learning for treatment and
    structural parameters. The Econometrics Journal 21(1), C1-C68. (Cross-fitting.)

    Examples
    --------
    >>> from custintel.datasets import simulate_experiment
    >>> from custintel.models import TwoModelUplift
    >>> table = simulate_experiment(2000, random_state=1).table
    >>> features = table[["recency_days", "frequency", "open_rate"]]
    >>> scores = out_of_fold_uplift(
    ...     TwoModelUplift(), features, table["converted"], arm=table["arm"], control="control"
    ... )
    >>> scores.index.equals(table.index)
    True
    """
    require_type(
        model,
        UpliftModel,
        name="model",
        what=_("a TwoModelUplift or a ClassTransformationUplift"),
    )
    if not (is_count(n_folds) and n_folds >= 2):
        raise ValueError(_("n_folds is a whole number, 2 or more: got {value!r}.", value=n_folds))
    customers = read_experiment(X, y, arm, control, None, only_numbers=model.estimator is None)
    fold = _folds(customers, n_folds, np.random.default_rng(random_state))
    arms = np.where(customers.is_treated, customers.arms[1], customers.arms[0])
    uplift = np.empty(len(X))
    for number in range(n_folds):
        seen, unseen = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        fitted = clone(model).fit(
            X.iloc[seen], customers.outcome[seen], arm=arms[seen], control=customers.arms[0]
        )
        uplift[unseen] = fitted.predict(X.iloc[unseen]).to_numpy()
    return pd.Series(uplift, index=X.index, name="uplift")


def _folds(
    customers: ExperimentCustomers, n_folds: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Return the fold of each customer: at random, but as many of each arm and outcome in each."""
    least = min(len(customers.of(False)), len(customers.of(True)))
    if least < n_folds:
        raise SchemaError(
            _(
                "The smaller arm has {n} customers, too few for {n_folds} folds. Ask for fewer.",
                n=least,
                n_folds=n_folds,
            )
        )
    chance = rng.random(len(customers.outcome))
    order = np.lexsort((chance, customers.outcome > 0, customers.is_treated))
    fold = np.empty(len(order), dtype=np.intp)
    fold[order] = np.arange(len(order)) % n_folds
    return fold
