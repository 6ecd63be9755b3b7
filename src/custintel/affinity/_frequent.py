"""Which items, and which sets of them, enough baskets hold together."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial, reduce
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from custintel import _formats as formats
from custintel._checks import is_count
from custintel._text import translate as _

Counts = NDArray[np.int64]

# Cells of a block of a sparse product: 12 bytes each, and about as much again while it is made.
_BLOCK = 10_000_000
_MOST_SETS = 5_000_000


@dataclass(frozen=True, slots=True, eq=False)
class ItemSets:
    """Sets of items of one size, each with the number of baskets that hold all of it.

    ``items`` has a row per set and a column per item; items are numbered, and rise in a row.
    """

    items: Counts
    counts: Counts


def frequent_items(matrix: "csr_array", fewest: int) -> ItemSets:
    """Return the items that `fewest` baskets or more hold, as sets of one."""
    counts = np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(np.int64)
    kept = np.flatnonzero(counts >= fewest)
    return ItemSets(kept[:, None], counts[kept])


def one_larger(matrix: "csr_array", sets: ItemSets, fewest: int) -> ItemSets:
    """Return the sets of one item more that `fewest` baskets or more hold.

    Two sets that differ in their last item alone make a larger one. How many baskets hold it
    is counted among those that hold what the two have in common, for all such sets at once.
    The sets given are sorted, and so are those returned.
    """
    size = sets.items.shape[1]
    by_item = csc_array(matrix)
    found = [np.empty((0, size + 1), dtype=np.int64)]
    counts = [np.empty(0, dtype=np.int64)]
    n_found = 0
    for shared, last in _by_shared_items(sets.items):
        # Sets of one share nothing, and are the columns themselves.
        held = matrix if size == 1 else matrix[_holding(by_item, shared)][:, last]
        for first, second, both in _together(held, fewest):
            shared_by_all = np.broadcast_to(shared, (len(both), size - 1))
            found.append(np.column_stack([shared_by_all, last[first], last[second]]))
            counts.append(both)
            n_found += len(both)
            if n_found > _MOST_SETS:
                raise ValueError(_too_many(size + 1, fewest))
    items = np.concatenate(found)
    order = np.lexsort(items.T[::-1])
    return ItemSets(items[order], np.concatenate(counts)[order])


def _by_shared_items(items: Counts) -> Iterator[tuple[Counts, Counts]]:
    """Yield the items that sets share but for the last, with two last items or more."""
    if not len(items):
        return
    is_new = (np.diff(items[:, :-1], axis=0) != 0).any(axis=1)
    starts = np.r_[0, np.flatnonzero(is_new) + 1, len(items)]
    for start, end in pairwise(starts.tolist()):
        if end - start > 1:
            yield items[start, :-1], items[start:end, -1]


def _holding(by_item: "csc_array", items: Counts) -> Counts:
    """Return the baskets that hold all of some items."""
    columns = [by_item.indices[by_item.indptr[i] : by_item.indptr[i + 1]] for i in items]
    columns.sort(key=len)
    return reduce(partial(np.intersect1d, assume_unique=True), columns)


def _together(held: "csr_array", fewest: int) -> Iterator[tuple[Counts, Counts, Counts]]:
    """Yield pairs of columns and in how many rows both are 1, if in `fewest` or more.

    The counts are those of a sparse product, made in blocks of bounded size.
    """
    by_column = csr_array(held.T)
    for start, end in _blocks(held):
        common = (by_column[start:end] @ held).tocoo()
        first, second = common.row.astype(np.int64) + start, common.col.astype(np.int64)
        is_found = (common.data >= fewest) & (second > first)
        yield first[is_found], second[is_found], common.data[is_found].astype(np.int64)


def _blocks(held: "csr_array") -> Iterator[tuple[int, int]]:
    """Yield runs of columns whose products with all columns are not too large."""
    sizes = np.diff(held.indptr)
    # Of the rows that hold a column: how much they hold in all.
    total = np.cumsum(np.bincount(held.indices, np.repeat(sizes, sizes), held.shape[1]))
    start = 0
    while start < len(total):
        before = total[start - 1] if start else 0.0
        end = max(start + 1, int(np.searchsorted(total, before + _BLOCK, side="right")))
        yield start, end
        start = end


def least_count(min_support: object, n_baskets: int) -> int:
    """Return the smallest number of baskets that reaches `min_support`, a share or a number.

    >>> least_count(0.01, 1100), least_count(25, 1100)
    (11, 25)
    """
    if is_count(min_support):
        return int(min_support)
    if not (isinstance(min_support, float | np.floating) and 0 < min_support <= 1):
        raise ValueError(
            _(
                "min_support is a share of the baskets above 0 and up to 1.0, such as 0.01, or "
                "a whole number of baskets, such as 25: got {value!r}.",
                value=min_support,
            )
        )
    share = float(min_support)
    # 0.01 × 1100 is a little above 11 in binary, but not on paper.
    return max(1, int(np.ceil(share * n_baskets * (1 - 1e-12))))


def _too_many(size: int, fewest: int) -> str:
    return _(
        "More than {most} sets of {size} items come together often enough (baskets: {fewest}). "
        "Raise min_support, or take a coarser column with by=….",
        most=formats.number(_MOST_SETS),
        size=size,
        fewest=fewest,
    )
