"""The bins of one column, fixed by the customers that a model was trained on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._intervals import Floats
from custintel.evaluation._categories import commonest_first

_MOST_CATEGORIES = 50


@dataclass(frozen=True, slots=True)
class ColumnBins:
    """How a column is divided, and how many customers of the reference fell where.

    Attributes
    ----------
    name : str
        Of the column.
    edges : tuple of float
        Limits between the bins of numbers; a number on a limit belongs below it. Empty for
        categories.
    categories : tuple of str
        Categories with a bin of their own; empty for numbers.
    counts : tuple of int
        Customers of the reference per bin, then of other categories (none for numbers), then
        without a value.
    is_numeric : bool
        Whether the column holds numbers.
    """

    name: str
    edges: tuple[float, ...]
    categories: tuple[str, ...]
    counts: tuple[int, ...]
    is_numeric: bool

    @classmethod
    def of(cls, column: pd.Series, n_bins: int) -> "ColumnBins":
        """Return the bins of a column: of about equal size, or one per category or number."""
        name, is_numeric = str(column.name), is_number(column)
        edges: tuple[float, ...] = ()
        categories: tuple[str, ...] = ()
        if is_numeric:
            edges = _edges(_numbers(column), n_bins)
        else:
            # Rarer ones share the bin of other categories.
            categories = tuple(sorted(commonest_first(_texts(column))[:_MOST_CATEGORIES]))
        empty = cls(name, edges, categories, (), is_numeric)
        return cls(name, edges, categories, tuple(map(int, empty.count(column))), is_numeric)

    def count(self, column: pd.Series) -> Floats:
        """Return the customers per bin, of other categories, and without a value."""
        n_bins = len(self.edges) + 1 if self.is_numeric else len(self.categories)
        if self.is_numeric:
            values = _numbers(column)
            is_missing = np.isnan(values)
            place = np.searchsorted(np.array(self.edges), values, side="left")
        else:
            texts = _texts(column)
            is_missing = texts.isna().to_numpy()
            place = pd.Index(self.categories, dtype=object).get_indexer(
                pd.Index(texts.astype(object))
            )
            place = np.where(place < 0, n_bins, place)
        place = np.where(is_missing, n_bins + 1, place)
        return np.bincount(place, minlength=n_bins + 2).astype(np.float64)


def is_number(column: pd.Series) -> bool:
    """Return whether a column holds numbers or flags rather than categories."""
    return pd.api.types.is_numeric_dtype(column.dtype)


def _edges(values: Floats, n_bins: int) -> tuple[float, ...]:
    known = np.unique(values[~np.isnan(values)])
    if len(known) < 2:
        # One number has a bin of its own, with one below it and one above.
        return tuple(float(each) for one in known for each in (np.nextafter(one, -np.inf), one))
    if len(known) <= n_bins:
        return tuple(map(float, (known[:-1] + known[1:]) / 2))
    shares = np.arange(1, n_bins) / n_bins
    # A limit that is a number that occurs does not depend on how a quantile is rounded.
    found = np.unique(np.quantile(values[~np.isnan(values)], shares, method="inverted_cdf"))
    return tuple(float(each) for each in found if each < known[-1])


def _numbers(column: pd.Series) -> Floats:
    # In single precision, so that many equal sums, of which another engine or order of the rows
    # rounds some differently, stay on one side of a limit. Infinite limits could not be stored.
    largest = np.finfo(np.float32).max
    values = np.clip(column.to_numpy(np.float64, na_value=np.nan), -largest, largest)
    return np.asarray(values.astype(np.float32), np.float64)


def _texts(column: pd.Series) -> pd.Series:
    return column.astype("string")
