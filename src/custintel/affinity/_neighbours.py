"""Which items speak for which others, and what they rank first for whom.

Columns are items in the order that breaks ties: most bought first, equal ones by name.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from custintel._intervals import Floats
from custintel.affinity._baskets import Baskets, Counts

# Items that each item speaks for at most: beyond some dozens, recommendations get no better
# (Deshpande & Karypis 2004, figure 3), and a wide catalogue would not fit in memory.
_MOST_NEIGHBOURS = 50
# Common customers that a pair must outweigh: two buyers of two rare items are no pattern.
_SHRINKAGE = 10.0
# Cells of a block: at most 160 MB as floats.
_BLOCK = 20_000_000
# Similarities are multiples of 2⁻³⁰, so that sums are exact, and equal ones tie, in any order.
_GRAIN = 2.0**-30


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Who owns what, customers × items, and how similar the items are, items × items.

    ``items`` are the columns' names, ``counts`` their owners. The similarities in a row are
    those of an item to the others that it speaks for.
    """

    owned: "csr_array"
    items: pd.Index
    counts: Counts
    similarity: "csr_array"

    @classmethod
    def of_customers(cls, baskets: Baskets) -> "Catalogue":
        """Learn the similarities from all that customers have bought."""
        counts = baskets.item_counts()
        order = np.argsort(-counts, kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        matrix = baskets.matrix
        parts = matrix.data, place[matrix.indices], matrix.indptr
        owned = csr_array(parts, shape=matrix.shape)
        owned.sort_indices()
        return cls(owned, baskets.items[order], counts[order], _similarities(owned))

    def nothing_similar(self) -> "csr_array":
        """Return similarities of 0: popularity alone then ranks."""
        return csr_array(self.similarity.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The items ranked first for each customer, the best first; ``score`` is 0 by popularity."""

    customer: NDArray[np.intp]
    item: NDArray[np.intp]
    score: Floats

    def rank(self) -> NDArray[np.intp]:
        """Return the place of each item among those of its customer, from 1."""
        return _place_in_run(self.customer) + 1


def ranked_items(
    owned: "csr_array", similarity: "csr_array", n: int, *, may_repeat: bool
) -> Ranked:
    """Rank `n` items for each customer by the summed similarity of what the customer owns.

    What nothing owned speaks for comes after, by popularity. With `may_repeat` owned items are
    ranked too, by the others that are owned.
    """
    size = np.diff(owned.indptr)
    found = [
        _ranked_block(owned[start:end], similarity, n, start, may_repeat=may_repeat)
        for start, end in _runs(np.full(len(size), owned.shape[1]))
    ]
    if not found:
        return Ranked(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))
    return Ranked(
        np.concatenate([each.customer for each in found]),
        np.concatenate([each.item for each in found]),
        np.concatenate([each.score for each in found]),
    )


def strongest_reasons(
    owned: "csr_array", similarity: "csr_array", ranked: Ranked, *, most: int
) -> NDArray[np.intp]:
    """Return, for each ranked item, the `most` owned items that speak for it most, or −1."""
    reasons = np.full((len(ranked.item), most), -1)
    spoken_for = np.flatnonzero(ranked.score > 0)
    size = np.diff(owned.indptr)[ranked.customer[spoken_for]]
    for start, end in _runs(size):
        rows = spoken_for[start:end]
        reasons[rows] = _reasons(owned, similarity, ranked, rows, most)
    return reasons


def entries(matrix: "csr_array", rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Floats:
    """Return the entries of a sparse matrix at some places."""
    return np.asarray(matrix[rows, columns], dtype=float)


def _similarities(owned: "csr_array") -> "csr_array":
    """Return each item's cosine similarities to its nearest others, shrunk for small counts."""
    n_items = owned.shape[1]
    counts = np.bincount(owned.indices, minlength=n_items).astype(float)
    by_item = csr_array(owned.T)
    rows, columns, values = [np.empty(0, np.intp)], [np.empty(0, np.intp)], [np.empty(0)]
    for start, end in _runs(np.full(n_items, n_items)):
        common = csr_array(by_item[start:end] @ owned)
        row = _row_of_each(common)
        is_other = common.indices != row + start
        norm = np.sqrt(counts[row + start] * counts[common.indices])
        cosine = np.where(is_other, common.data / (norm + _SHRINKAGE), 0.0)
        rounded = csr_array(
            (np.rint(cosine / _GRAIN) * _GRAIN, common.indices, common.indptr), shape=common.shape
        )
        row, column, value = _largest_of_rows(rounded, _MOST_NEIGHBOURS)
        rows.append(row + start)
        columns.append(column)
        values.append(value)
    places = np.concatenate(rows), np.concatenate(columns)
    similarity = csr_array((np.concatenate(values), places), shape=(n_items, n_items))
    similarity.sort_indices()
    return similarity


def _ranked_block(
    owned: "csr_array", similarity: "csr_array", n: int, start: int, *, may_repeat: bool
) -> Ranked:
    is_out = np.zeros(owned.shape, dtype=bool)
    if not may_repeat:
        is_out[_row_of_each(owned), owned.indices] = True
    scores = csr_array(owned @ similarity)
    scores.data[is_out[_row_of_each(scores), scores.indices]] = 0.0
    row, item, score = _largest_of_rows(scores, n)
    is_out[row, item] = True
    n_missing = n - np.bincount(row, minlength=len(is_out))
    more_rows, more_items = _most_popular(is_out, n_missing)
    rows = np.concatenate([row, more_rows])
    order = np.argsort(rows, kind="stable")
    return Ranked(
        rows[order] + start,
        np.concatenate([item, more_items])[order],
        np.concatenate([score, np.zeros(len(more_items))])[order],
    )


def _most_popular(
    is_out: NDArray[np.bool_], n_missing: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return, for rows that miss some, the first columns that are not out; both as places."""
    short = np.flatnonzero(n_missing > 0)
    if not len(short):
        return short, short
    # No row needs to look further than past all that is out for it.
    width = int(is_out[short].sum(axis=1).max() + n_missing.max())
    is_free = ~is_out[short, :width]
    is_taken = is_free & (np.cumsum(is_free, axis=1, dtype=np.int32) <= n_missing[short, None])
    row, item = np.nonzero(is_taken)
    return short[row], item


def _largest_of_rows(
    matrix: "csr_array", most: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Return row, column and value of the largest entries above 0 of each row, in order.

    Equal ones come in the order of the columns.
    """
    size = np.diff(matrix.indptr)
    row, column, value = _row_of_each(matrix), matrix.indices, matrix.data
    width = int(size.max(initial=0))
    least = np.zeros(len(size))
    if width > most:
        aligned = np.zeros((len(size), width))
        aligned[row, np.arange(len(row)) - matrix.indptr[row]] = value
        aligned.partition(width - most, axis=1)
        least = aligned[:, width - most]
    kept = np.flatnonzero((value > 0) & (value >= least[row]))
    kept = kept[np.lexsort((column[kept], -value[kept], row[kept]))]
    kept = kept[_place_in_run(row[kept]) < most]
    return row[kept], column[kept].astype(np.intp), value[kept]


def _reasons(
    owned: "csr_array",
    similarity: "csr_array",
    ranked: Ranked,
    rows: NDArray[np.intp],
    most: int,
) -> NDArray[np.intp]:
    customer = ranked.customer[rows]
    size = np.diff(owned.indptr)[customer]
    first = np.cumsum(size) - size
    case = np.repeat(np.arange(len(rows)), size)
    held = owned.indices[np.arange(len(case)) - first[case] + owned.indptr[customer][case]]
    weight = entries(similarity, held, ranked.item[rows][case])
    reasons = np.full((len(rows), most), -1)
    for place in range(most):
        best = np.maximum.reduceat(weight, first)
        is_best = np.flatnonzero(weight == best[case])
        # Of equal ones the first: items are in the order that breaks ties.
        at = is_best[np.searchsorted(is_best, first)]
        reasons[:, place] = np.where(best > 0, held[at], -1)
        weight[at] = 0.0
    return reasons


def _row_of_each(matrix: "csr_array") -> NDArray[np.intp]:
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def _place_in_run(values: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the place of each of sorted values among the equal ones, from 0."""
    at = np.arange(len(values))
    is_first = np.r_[True, values[1:] != values[:-1]][: len(values)]
    return at - np.maximum.accumulate(np.where(is_first, at, 0))


def _runs(cost: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """Yield the ends of runs of rows that together cost no more than a block."""
    total = np.cumsum(cost)
    start = 0
    while start < len(cost):
        before = int(total[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(total, before + _BLOCK, side="right")))
        yield start, end
        start = end
