"""What came of customers: two outcomes, how many each row stands for, and who is who."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import column_or_1d

from custintel._checks import quoted
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.models._history import read_weights

_IDS = "customer_id"


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRows:
    """The outcomes of rows of features.

    Attributes
    ----------
    outcome : ndarray
        1 where the event happened, 0 where not.
    weight : ndarray
        How many customers each row stands for, above 0.
    group : ndarray of int
        Rows of one customer have the same number.
    classes : ndarray of shape (2,)
        How no event and the event were written.
    """

    outcome: Floats
    weight: Floats
    group: NDArray[np.intp]
    classes: NDArray[Any]

    @property
    def n_rows(self) -> float:
        """Return how many rows there are, weights counted."""
        return float(self.weight.sum())

    @property
    def n_events(self) -> float:
        """Return how many rows have the event, weights counted."""
        return float(self.weight @ self.outcome)

    @property
    def n_rarer(self) -> float:
        """Return how many rows have the rarer of the two outcomes, weights counted."""
        return min(self.n_events, self.n_rows - self.n_events)

    @property
    def n_customers(self) -> int:
        """Return how many customers the rows are of."""
        return len(np.unique(self.group))

    def of(self, rows: NDArray[Any]) -> "LabelledRows":
        """Return some of the rows."""
        return LabelledRows(self.outcome[rows], self.weight[rows], self.group[rows], self.classes)


def read_labels(y: ArrayLike, index: pd.Index) -> "tuple[Floats, NDArray[Any]]":
    """Return outcomes as 0 and 1, and the two labels that they were written as."""
    values = _labels(y, index)
    classes = np.unique(values)
    if len(classes) > 2:
        raise SchemaError(
            _(
                "Only binary classification is supported. The type of the target is multiclass: y "
                "holds {n} values, such as {values}. Make it True where the event happened, and "
                "False elsewhere.",
                n=len(classes),
                values=quoted(classes[:3]),
            )
        )
    if len(classes) < 2:
        _refuse_one_class(classes, len(values))
    return (values == classes[1]).astype(np.float64), classes


def read_labelled_rows(
    y: ArrayLike, index: pd.Index, sample_weight: ArrayLike | None
) -> LabelledRows:
    """Return the outcomes of all rows, once they are checked."""
    outcome, classes = read_labels(y, index)
    weight = read_weights(sample_weight, len(index))
    rows = LabelledRows(
        outcome, np.ones(len(index)) if weight is None else weight, groups_of(index), classes
    )
    if rows.n_rarer <= 0:
        _refuse_one_class(classes[[int(rows.n_events > 0)]], int((rows.weight > 0).sum()))
    return rows


def groups_of(index: pd.Index) -> NDArray[np.intp]:
    """Return a number per row, the same for rows of one customer.

    Rows are of the customer that the level ``customer_id`` of the index names; without one,
    each row is of a customer of its own.
    """
    if _IDS not in index.names:
        return np.arange(len(index))
    ids = index.get_level_values(_IDS)
    codes, _levels = pd.factorize(ids.astype(str), sort=True)  # so row order does not matter
    return np.asarray(codes, dtype=np.intp)


def _labels(y: ArrayLike, index: pd.Index) -> NDArray[Any]:
    if y is None:
        raise SchemaError(
            _(
                "The model requires y to be passed, but the target y is None. Give the labels, as "
                "custintel.tables.snapshot(…).labels has them."
            )
        )
    if isinstance(y, pd.Series) and len(y) == len(index) and _is_of_others(y.index, index):
        raise SchemaError(
            _(
                "The index of y is not that of the features, so that its values belong to other "
                "customers. Align it first: y.reindex(features.index)."
            )
        )
    given = y.to_numpy(dtype=object) if isinstance(y, pd.Series) else y
    values = column_or_1d(given, warn=True)
    if len(values) != len(index):
        raise SchemaError(
            _(
                "y has {n} values for {total} rows of features: give one for each.",
                n=len(values),
                total=len(index),
            )
        )
    n_missing = int(pd.isna(values).sum())
    if n_missing:
        raise SchemaError(
            _(
                "y is missing (NaN) in {n} of {total} rows, such as {rows}. Leave them out of "
                "features and y.",
                n=n_missing,
                total=len(values),
                rows=quoted(index[np.flatnonzero(pd.isna(values))][:3]),
            )
        )
    return _plain(values)


def _is_of_others(labels: pd.Index, index: pd.Index) -> bool:
    # A plain numbering says nothing of whose the values are.
    is_numbering = isinstance(labels, pd.RangeIndex) or isinstance(index, pd.RangeIndex)
    return not is_numbering and not labels.equals(index)


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """Return labels as an array of truth values, whole numbers or texts."""
    if values.dtype.kind not in "biufU":
        values = values.astype(object)
    if values.dtype == object:
        kinds = {type(value) for value in values}
        if all(issubclass(kind, bool | np.bool_) for kind in kinds):
            return values.astype(bool)
        if all(issubclass(kind, int | float | np.number | bool | np.bool_) for kind in kinds):
            values = values.astype(np.float64)
        elif kinds <= {str, np.str_}:
            return values.astype(str)
        else:
            raise SchemaError(
                _(
                    "Unknown label type: y holds {kinds}. Make it True where the event happened, "
                    "and False elsewhere.",
                    kinds=quoted(sorted(kind.__name__ for kind in kinds)),
                )
            )
    if values.dtype.kind == "f":
        if not (np.isfinite(values).all() and (values == np.floor(values)).all()):
            raise SchemaError(
                _(
                    "Unknown label type: y is continuous, with {n} distinct numbers. Make it True "
                    "where the event happened, and False elsewhere.",
                    n=len(np.unique(values)),
                )
            )
        return values.astype(np.int64)
    return values


def _refuse_one_class(classes: NDArray[Any], n: int) -> None:
    raise SchemaError(
        _(
            "y is {value!r} in all {n} rows, one class alone: there is nothing to tell apart. "
            "Take more customers, more cut dates or a longer horizon.",
            value=str(classes[0]) if len(classes) else "",
            n=n,
        )
    )
