"""Taking equal histories once, with their weight: lossless, and up to nine times fewer rows."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.models._history import Purchases

_LARGEST_KEY = 2**62
_LARGEST_CODE = 2**20


def merged(purchases: Purchases, weight: Floats | None) -> tuple[Purchases, Floats]:
    """Return the distinct histories with their weights; as they are if not in whole days."""
    x, t_x, T = purchases.frequency, purchases.recency, purchases.T
    base = float(T.max()) + 1
    is_whole = (np.floor(T) == T).all() and (t_x == np.floor(t_x)).all()
    if not is_whole or (float(x.max()) + 1) * base**2 > _LARGEST_KEY:
        return purchases, np.ones_like(x) if weight is None else weight
    days = int(base)
    key = (x.astype(np.int64) * days + t_x.astype(np.int64)) * days + T.astype(np.int64)
    if weight is None and purchases.log_intervals is None:
        kinds, weights = _counted(key)
        logs = None
    else:
        codes, kinds = pd.factorize(key)
        weights = np.bincount(codes, weight).astype(float)
        logs = _means(codes, purchases.log_intervals, weight, weights)
    distinct = Purchases(
        (kinds // days**2).astype(float),
        (kinds // days % days).astype(float),
        (kinds % days).astype(float),
        logs,
    )
    return distinct, weights


def _counted(key: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
    # Sorting without positions is several times as fast as grouping.
    ordered = np.sort(key)
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    return ordered[starts], np.diff(np.r_[starts, len(key)]).astype(float)


def _means(
    codes: NDArray[np.intp], values: Floats | None, weight: Floats | None, weights: Floats
) -> Floats | None:
    """Return the mean of what enters the likelihood as a sum alone."""
    if values is None:
        return None
    sums = np.bincount(codes, values if weight is None else weight * values)
    return np.asarray(sums / np.maximum(weights, 1e-300))


def distinct(columns: list[Floats]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return one row of each combination of values, and the combination of each row."""
    kind, n_kinds = _numbered(columns[0])
    for column in columns[1:]:
        code, n_codes = _numbered(column)
        if n_kinds * n_codes > _LARGEST_KEY:
            kind, n_kinds = _renumbered(kind)
        kind, n_kinds = kind * n_codes + code, n_kinds * n_codes
    kind, n_kinds = _renumbered(kind)
    rows = np.empty(n_kinds, dtype=np.intp)
    rows[kind] = np.arange(len(kind))
    return rows, kind


def _numbered(values: Floats) -> tuple[NDArray[np.int64], int]:
    """Number the values; whole ones that are not large are numbers already."""
    if values.min() >= 0 and values.max() < _LARGEST_CODE and (values == np.floor(values)).all():
        return values.astype(np.int64), int(values.max()) + 1
    return _renumbered(values)


def _renumbered(values: NDArray[Any]) -> tuple[NDArray[np.int64], int]:
    code, found = pd.factorize(values)
    return code.astype(np.int64), len(found)
