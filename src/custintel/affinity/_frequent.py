"""Which items, and which sets of them, enough baskets hold together."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from custintel import _formats as formats
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

    Each is found from the set of its first items alone, which as many baskets hold at least.
    Numbers of common baskets are those of a sparse product, made in blocks of bounded size.
    """
    by_item = csc_array(matrix)
    found: list[Counts] = []
    counts: list[Counts] = []
    n_found = 0
    for block in _blocks(matrix, sets.items):
        holding = by_item[:, block[:, 0]]
        for column in block.T[1:]:
            holding = holding.multiply(by_item[:, column])
        common = (csr_array(holding.T) @ matrix).tocoo()
        is_found = (common.data >= fewest) & (common.col > block[common.row, -1])
        found.append(np.column_stack([block[common.row[is_found]], common.col[is_found]]))
        counts.append(common.data[is_found].astype(np.int64))
        n_found += len(found[-1])
        if n_found > _MOST_SETS:
            raise ValueError(_too_many(sets.items.shape[1] + 1, fewest))
    if not found:
        return ItemSets(np.empty((0, sets.items.shape[1] + 1), np.int64), np.empty(0, np.int64))
    return ItemSets(np.concatenate(found).astype(np.int64), np.concatenate(counts))


def _blocks(matrix: "csr_array", sets: Counts) -> Iterator[Counts]:
    """Yield the sets in runs whose products with all items are not too large."""
    sizes = np.diff(matrix.indptr)
    # Of the baskets that hold an item: how much they hold in all.
    cost = np.bincount(matrix.indices, np.repeat(sizes, sizes), matrix.shape[1])
    total = np.cumsum(cost[sets].min(axis=1)) if len(sets) else np.empty(0)
    start = 0
    while start < len(sets):
        before = total[start - 1] if start else 0.0
        end = max(start + 1, int(np.searchsorted(total, before + _BLOCK, side="right")))
        yield sets[start:end]
        start = end


def is_count(value: object) -> bool:
    """Return whether `value` is a whole number above zero; ``True`` is not taken for 1."""
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return bool(is_whole and value >= 1)  # type: ignore[operator]


def least_count(min_support: object, n_baskets: int) -> int:
    """Return the smallest number of baskets that reaches `min_support`, a share or a number.

    >>> least_count(0.01, 1100), least_count(25, 1100)
    (11, 25)
    """
    if is_count(min_support):
        return int(min_support)  # type: ignore[call-overload, no-any-return]
    is_share = isinstance(min_support, float | np.floating) and 0 < min_support <= 1
    if not is_share:
        raise ValueError(
            _(
                "min_support is a share of the baskets above 0 and up to 1.0, such as 0.01, or "
                "a whole number of baskets, such as 25: got {value!r}.",
                value=min_support,
            )
        )
    share = float(min_support)  # type: ignore[arg-type]
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
