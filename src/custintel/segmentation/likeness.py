"""Customers who resemble given ones: whom to address like the best buyers of a programme."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel import _formats as formats
from custintel._checks import quoted, require_between, require_columns
from custintel._frames import plain_text
from custintel._intervals import Floats, wilson_interval
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import ConvergenceError, SchemaError, SetAsideWarning, WeakResultWarning
from custintel.segmentation._by_customer import by_customer
from custintel.segmentation._likeness_terms import Term, terms_of
from custintel.segmentation._segment_members import listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FEWEST_SEEDS = 10
_N_FOLDS = 5
_TOP_SHARES = (0.05, 0.1, 0.2, 0.3, 0.5)
_TESTED = 0.1
_N_REASONS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Lookalikes:
    """Customers ranked by their likeness to the seeds, and what the ranking is worth.

    Attributes
    ----------
    table : DataFrame
        The customers who are no seeds, indexed by ``customer_id``, most alike first:
        ``rank`` from 1; ``score``, 0-1, the model's probability that a customer with these
        features is a seed; ``reason``, the features that speak most for the customer.
    worth : DataFrame
        How many of the seeds a ranking that did not know them puts among its first, indexed
        by ``top_share``, the part of all customers: ``hit_rate``, the part of the seeds
        found, 0-1; its Wilson interval ``hit_low``, ``hit_high``; ``lift``, the hit rate
        over the part, 1 being chance, with ``lift_low``, ``lift_high``. A part that ends
        within a customer holds this part of the customer.
    drivers : DataFrame
        What the ranking rests on, strongest first: ``attribute``; ``value``, ``(higher)`` for
        a number; ``weight``, the shrunk change of the log odds, for numbers per standard
        deviation of the rank; ``seed_mean``, ``other_mean``, the mean number or the share
        with the value. The weights describe the ranking and are no estimates of effects:
        for intervals see `profile_table` and `profile_means`.
    n_seeds, n_others : int
        Seeds among the customers, and the others.

    References
    ----------
    Elkan, C. and Noto, K. (2008). Learning classifiers from only positive and unlabeled data.
    Proceedings of KDD 2008, 213-220.
    """

    table: pd.DataFrame
    worth: pd.DataFrame
    drivers: pd.DataFrame
    n_seeds: int
    n_others: int

    def plot(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw what the ranking is worth; see `custintel.plots.lookalike_curve`.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.
        """
        from custintel.plots.lookalikes import lookalike_curve

        return lookalike_curve(self.worth, ax=ax)


def lookalikes(
    customers: pd.DataFrame,
    seeds: Iterable[object],
    *,
    features: Sequence[str],
    n: int | None = None,
    level: float = 0.95,
    random_state: int = 0,
) -> Lookalikes:
    """Rank customers by how much they resemble given ones, and say what the ranking is worth.

    A logistic regression with a ridge penalty learns what tells the seeds from all others.
    Numbers count by their rank, missing ones as such; values of fewer than five customers
    are one, ``(other)``. Those who rank high among the others are the lookalikes. The scores
    say who is more alike, not who will buy: some of the others may be just like the seeds.

    The worth is measured on five parts of the customers in turn, each ranked by a model that
    has not seen it.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, with a column ``customer_id`` or that index, and the features.
    seeds : iterable of str
        The ``customer_id`` of those whom the others are to resemble, ten or more.
    features : sequence of str
        Columns to judge by. None of them may follow from being a seed: with the revenue of a
        programme as a feature, its buyers are found perfectly, and nobody else.
    n : int, optional
        Number of customers listed in ``table``; by default all that are no seeds.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.
    random_state : int, default=0
        Seed of the parts that the worth is measured on.

    Returns
    -------
    Lookalikes
        ``table``, ``worth``, ``drivers``, ``n_seeds`` and ``n_others``.

    Raises
    ------
    SchemaError
        If a column is missing, a customer repeats, there are fewer than ten seeds or others,
        or no feature varies.
    ConvergenceError
        If the model cannot be estimated.

    Warns
    -----
    SetAsideWarning
        If seeds are not among the customers, with their number.
    WeakResultWarning
        If the ranking may be no better than chance.

    Examples
    --------
    >>> import pandas as pd
    >>> ids = [f"c{i:03d}" for i in range(200)]
    >>> customers = pd.DataFrame({"customer_id": ids, "age": range(200)})
    >>> found = lookalikes(customers, ids[101::2], features=["age"], n=3)
    >>> found.table[["rank", "reason"]]
                 rank    reason
    customer_id
    c198            1  age high
    c196            2  age high
    c194            3  age high
    >>> found.worth.loc[0.5, ["hit_rate", "lift"]].round(2).to_dict()
    {'hit_rate': 0.96, 'lift': 1.92}
    """
    table = by_customer(customers, name="customers")
    names = listed(features)
    require_columns(table.columns, names, table="customers")
    require_between(level, 0, 1, name="level", open_ends=True)
    is_seed = _among(table.index, seeds)
    n_listed = _count(n, int((~is_seed).sum()))
    terms = terms_of(table, names)
    if not terms:
        raise SchemaError(_("No feature differs between the customers, so none can tell."))
    matrix = np.column_stack([term.scaled for term in terms])
    worth = _worth(matrix, is_seed, level, np.random.default_rng(random_state))
    tested: pd.Series[float] = worth.T[_TESTED]
    if tested["lift_low"] <= 1:
        message = _no_better_than_chance(tested, int(is_seed.sum()))
        warn(message, WeakResultWarning)
    model = _fitted(matrix, is_seed)
    weights = np.asarray(model.coef_[0])
    scores = np.asarray(model.predict_proba(matrix)[:, 1])
    ranked = _ranked(table.index, scores, is_seed)[:n_listed]
    listing = pd.DataFrame(
        {
            "rank": np.arange(1, len(ranked) + 1),
            "score": scores[ranked],
            "reason": _reasons(matrix[ranked] - matrix.mean(axis=0), weights, terms),
        },
        index=table.index[ranked],
    )
    n_seeds = int(is_seed.sum())
    drivers = _drivers(terms, weights, is_seed)
    return Lookalikes(listing, worth, drivers, n_seeds, len(table) - n_seeds)


def _among(customers: pd.Index, seeds: Iterable[object]) -> NDArray[np.bool_]:
    wanted = pd.Index([plain_text(seed) for seed in seeds]).unique()
    places = customers.get_indexer(wanted)
    is_seed = np.zeros(len(customers), dtype=bool)
    is_seed[places[places >= 0]] = True
    absent = wanted[places < 0]
    if len(absent) and is_seed.any():
        message = _n(
            "{n} seed of {total} is not among the customers: {examples}.",
            "{n} seeds of {total} are not among the customers: {examples}.",
            len(absent),
            total=len(wanted),
            examples=quoted(absent, most=3),
        )
        warn(message, SetAsideWarning)
    if min(is_seed.sum(), (~is_seed).sum()) < _FEWEST_SEEDS:
        raise SchemaError(
            _(
                "There are {seeds} seeds and {others} others among the customers; likeness is "
                "learned from {fewest} of each at least.",
                seeds=int(is_seed.sum()),
                others=int((~is_seed).sum()),
                fewest=_FEWEST_SEEDS,
            )
        )
    return is_seed


def _count(n: int | None, most: int) -> int:
    if n is None:
        return most
    require_between(n, 1, np.inf, name="n")
    return int(n)


def _fitted(matrix: Floats, is_seed: NDArray[np.bool_]) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            return LogisticRegression(max_iter=1000).fit(matrix, is_seed)
        except ConvergenceWarning as error:
            message = _("The model of likeness did not converge: {why}.", why=str(error))
            raise ConvergenceError(message) from error


def _worth(
    matrix: Floats, is_seed: NDArray[np.bool_], level: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the part of the seeds that models find who have not seen them."""
    part = np.empty(len(is_seed), dtype=int)
    for group in (np.flatnonzero(is_seed), np.flatnonzero(~is_seed)):
        part[rng.permutation(group)] = np.arange(len(group)) % _N_FOLDS
    top, found = np.array(_TOP_SHARES), []
    for fold in range(_N_FOLDS):
        test = np.flatnonzero(part == fold)
        rng.shuffle(test)  # so that equal scores come in random order
        scores = _fitted(matrix[part != fold], is_seed[part != fold]).decision_function(
            matrix[test]
        )
        order = np.argsort(-scores, kind="stable")
        ahead = np.flatnonzero(is_seed[test][order])[:, None]
        # Not whole customers: a tenth of nine would hold nobody, and chance find less than it.
        found.append(np.clip(top * len(test) - ahead, 0.0, 1.0))
    n, hits = int(is_seed.sum()), np.concatenate(found).sum(axis=0).round(9)
    low, high = wilson_interval(hits, n, level)
    rate = hits / n
    columns = {
        "hit_rate": rate,
        "hit_low": low,
        "hit_high": high,
        "lift": rate / top,
        "lift_low": low / top,
        "lift_high": high / top,
    }
    return pd.DataFrame(columns, index=pd.Index(top, name="top_share"))


def _no_better_than_chance(tested: "pd.Series[float]", n_seeds: int) -> str:
    return _(
        "The features hardly tell the {n} seeds from the others: among the first {top} of a "
        "ranking that did not know them are {hits} of the seeds, a lift of {low} to {high}, "
        "where chance makes 1. Take other features, or more seeds.",
        n=n_seeds,
        top=formats.percent(_TESTED, 0),
        hits=formats.percent(tested["hit_rate"], 0),
        low=formats.number(tested["lift_low"], 1),
        high=formats.number(tested["lift_high"], 1),
    )


def _ranked(customers: pd.Index, scores: Floats, is_seed: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the places of those who are no seeds, most alike first, equal ones by id."""
    places = np.flatnonzero(~is_seed)
    ids = customers[places].to_numpy(object).astype(str)
    # Scores that are equal on paper may differ in the last bits.
    return np.asarray(places[np.lexsort((ids, -scores[places].round(12)))])


def _reasons(apart: Floats, weights: Floats, terms: Sequence[Term]) -> list[str]:
    high = np.array([term.reason(is_high=True) for term in terms], dtype=object)
    low = np.array([term.reason(is_high=False) for term in terms], dtype=object)
    told = np.where(apart > 0, high, low)
    # What has no words gives no reason.
    speaks = np.where((told == "") | (apart * weights <= 0), 0.0, apart * weights)
    strongest = np.argsort(-speaks, axis=1, kind="stable")[:, :_N_REASONS]
    rows = np.arange(len(apart))[:, None]
    words = np.where(speaks[rows, strongest] > 0, told[rows, strongest], "")
    return [", ".join(filter(None, row)) or _("nothing stands out") for row in words.tolist()]


def _drivers(terms: Sequence[Term], weights: Floats, is_seed: NDArray[np.bool_]) -> pd.DataFrame:
    drivers = pd.DataFrame(
        {
            "attribute": [term.attribute for term in terms],
            "value": [term.value for term in terms],
            "weight": weights,
            "seed_mean": [_mean(term.plain[is_seed]) for term in terms],
            "other_mean": [_mean(term.plain[~is_seed]) for term in terms],
        }
    )
    order = np.lexsort((np.arange(len(terms)), -np.abs(weights)))
    return drivers.iloc[order].reset_index(drop=True)


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
