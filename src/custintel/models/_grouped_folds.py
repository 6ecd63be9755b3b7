"""Folds that keep the rows of a customer together, so that no customer judges himself."""

import numpy as np
from numpy.typing import NDArray

from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.models._labelled_rows import LabelledRows


def grouped_folds(rows: LabelledRows, n_folds: int, random_state: int) -> NDArray[np.intp]:
    """Return the fold of each row, from 0: at random, with as many of each outcome in each.

    All rows of a customer are in one fold. Customers are dealt out in the order of their
    numbers, so that neither the order of rows nor their repetition matters.
    """
    groups, first = np.unique(rows.group, return_inverse=True)
    has_event = np.zeros(len(groups), dtype=bool)
    has_event[first[rows.outcome == 1]] = True
    has_other = np.zeros(len(groups), dtype=bool)
    has_other[first[rows.outcome == 0]] = True
    n = min(n_folds, int(has_event.sum()), int(has_other.sum()))
    if n < 2:
        _refuse_few(int(has_event.sum()), int(has_other.sum()))
    chance = np.random.default_rng(random_state).random(len(groups))
    order = np.lexsort((chance, has_event))
    fold = np.empty(len(groups), dtype=np.intp)
    fold[order] = np.arange(len(groups)) % n
    of_rows = fold[first]
    for number in range(n):
        others = rows.outcome[of_rows != number]
        if others.min() == others.max():
            _refuse_few(int(has_event.sum()), int(has_other.sum()))
    return np.asarray(of_rows)


def _refuse_few(n_with: int, n_without: int) -> None:
    raise SchemaError(
        _(
            "Customers with the event: {n_with}; without it: {n_without}. With one of a kind, no "
            "part of the customers can check what the others tell. Take more customers.",
            n_with=n_with,
            n_without=n_without,
        )
    )
