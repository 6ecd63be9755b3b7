"""Which features a model needs: what it loses when one of them is shuffled."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from custintel._checks import (
    quoted,
    require_columns,
    require_count,
    require_distinct,
    require_type,
)
from custintel._intervals import Floats, normal_quantile
from custintel._ranks import auc_estimates
from custintel._text import translate as _
from custintel.evaluation._predictions import Flags, read_outcome, require_same_labels

_SMALLEST = float(np.finfo(np.float64).eps)


def permutation_drivers(  # noqa: PLR0913 - a model, its customers, and how often to shuffle
    model: Any,
    X: pd.DataFrame,
    y: ArrayLike,
    *,
    groups: Mapping[str, Iterable[str]] | None = None,
    n_repeats: int = 5,
    level: float = 0.95,
    random_state: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Measure what a fitted model loses when a feature is shuffled among the customers.

    Shuffling takes from a feature what it knows and leaves its values as they are (Breiman
    2001). Features that say the same stand in for one another, so that each alone seems needless:
    name them as a group, and they are shuffled together. What a model needs to foretell is not
    what makes customers do it.

    Parameters
    ----------
    model : estimator
        Fitted classifier with ``predict_proba``.
    X : DataFrame
        Features of customers whom the model was not fitted on, such as a later cut.
    y : array-like of shape (n,)
        1 or True for customers to whom it happened, 0 or False for the others; both occur.
    groups : mapping of str to iterable of str, optional
        Features to be shuffled together, by the name of the group; each feature in one group at
        most. Features that are in none are shuffled alone.
    n_repeats : int, default=5
        How often each is shuffled, 1 or more.
    level : float, default=0.95
        Probability that each interval aims to cover, between 0 and 1.
    random_state : int or numpy.random.Generator, default=0
        Seed of the shuffles.

    Returns
    -------
    DataFrame
        Indexed by ``driver``, the feature or group; the largest rise of the log loss first.

        - ``n_features`` : int, features shuffled together
        - ``log_loss_rise``, ``log_loss_rise_low``, ``log_loss_rise_high`` : float, mean over
          customers, of which rows with the same ``customer_id`` count as one; below 0 if the
          model does better without
        - ``auc_drop``, ``auc_drop_low``, ``auc_drop_high`` : float, mean over the shuffles; the
          interval is that of one of them after DeLong, widened by how much they differ; rows
          with the same ``customer_id`` go together (Obuchowski 1997)

    Raises
    ------
    SchemaError
        If features of `groups` are not in `X`, features share a name, or only one of the outcomes
        occurs.
    TypeError
        If `X` is no DataFrame.
    ValueError
        If a feature is in two groups, or `n_repeats` or `level` is not as described.

    References
    ----------
    Breiman, L. (2001). Random forests. Machine Learning 45, 5-32, section 10.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame(rng.normal(size=(500, 2)), columns=["recency", "noise"])
    >>> y = rng.random(500) < 1 / (1 + np.exp(-2 * X["recency"]))
    >>> permutation_drivers(LogisticRegression().fit(X, y), X, y)["auc_drop"].round(1)
    driver
    recency    0.3
    noise      0.0
    Name: auc_drop, dtype: float64
    """
    z = normal_quantile(level)
    require_type(X, pd.DataFrame, name="X", what=_("a pandas DataFrame"))
    require_count(n_repeats, name="n_repeats")
    require_same_labels(y, X, what="X")
    is_event = read_outcome(y)
    rng = np.random.default_rng(random_state)
    named = _drivers(X, groups)
    before = _probability(model, X)
    customer = _customers(X.index)
    rows = []
    for features in named.values():
        after = np.stack([_shuffled(model, X, features, rng) for _repeat in range(n_repeats)])
        rise = np.mean([_losses(each, is_event) for each in after], axis=0)
        rise -= _losses(before, is_event)
        around = z * _clustered_error(rise, customer)
        drop, drop_around = _auc_drop(before, after, is_event, customer)
        rows.append(
            {
                "n_features": len(features),
                "log_loss_rise": rise.mean(),
                "log_loss_rise_low": rise.mean() - around,
                "log_loss_rise_high": rise.mean() + around,
                "auc_drop": drop,
                "auc_drop_low": drop - z * drop_around,
                "auc_drop_high": drop + z * drop_around,
            }
        )
    table = pd.DataFrame(rows, index=pd.Index(list(named), name="driver"))
    return table.sort_values("log_loss_rise", ascending=False, kind="stable")


def _drivers(X: pd.DataFrame, groups: Mapping[str, Iterable[str]] | None) -> dict[str, list[str]]:
    named = {name: list(features) for name, features in (groups or {}).items()}
    grouped = [feature for features in named.values() for feature in features]
    require_columns(X.columns, grouped, table="X")
    doubled = sorted({each for each in grouped if grouped.count(each) > 1})
    clash = sorted(set(named) & (set(X.columns) - set(grouped)))
    if doubled or clash:
        raise ValueError(
            _(
                "Each feature is in one group, and no group has the name of another feature: "
                "look at {names}.",
                names=quoted([*doubled, *clash], most=3),
            )
        )
    require_distinct([str(name) for name in X.columns], table="X")
    alone = {str(name): [name] for name in X.columns if name not in set(grouped)}
    return {**named, **alone}


def _shuffled(model: Any, X: pd.DataFrame, features: list[str], rng: np.random.Generator) -> Floats:
    order = rng.permutation(len(X))
    changed = X.copy(deep=False)
    for name in features:
        changed[name] = X[name].iloc[order].set_axis(X.index)
    return _probability(model, changed)


def _probability(model: Any, X: pd.DataFrame) -> Floats:
    return np.asarray(model.predict_proba(X)[:, 1], np.float64)


def _losses(probability: Floats, is_event: Flags) -> Floats:
    certain = np.where(is_event, probability, 1 - probability)
    return np.asarray(-np.log(np.clip(certain, _SMALLEST, 1.0)))


def _customers(index: pd.Index) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    if "customer_id" not in index.names:
        return np.arange(len(index))
    return pd.factorize(index.get_level_values("customer_id"))[0]


def _clustered_error(
    values: Floats, customer: "np.ndarray[tuple[int], np.dtype[np.intp]]"
) -> float:
    around = np.bincount(customer, weights=values - values.mean())
    return float(np.sqrt((around**2).sum()) / len(values))


def _auc_drop(
    before: Floats,
    after: Floats,
    is_event: Flags,
    customer: "np.ndarray[tuple[int], np.dtype[np.intp]]",
) -> list[float]:
    """Return the mean drop of the AUC and its standard error."""
    areas = auc_estimates(np.vstack([before, after]), is_event, group=customer)
    drops = areas.value[0] - areas.value[1:]
    of_one = np.mean([areas.difference_error(0, k) ** 2 for k in range(1, len(after) + 1)])
    between = drops.var(ddof=1) / len(drops) if len(drops) > 1 else 0.0
    return [float(drops.mean()), float(np.sqrt(of_one + between))]
