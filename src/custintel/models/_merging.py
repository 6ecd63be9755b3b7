"""Taking equal histories once, with their weight: lossless, and up to nine times fewer rows."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.models._history import Purchases

_LARGEST_KEY = 2**62


def merged(purchases: Purchases, weight: Floats | None) -> tuple[Purchases, Floats]:
    """Return the distinct histories with their weights; as they are if not in whole days."""
    x, t_x, T = purchases.frequency, purchases.recency, purchases.T
    base = float(T.max()) + 1
    is_whole = (np.floor(T) == T).all() and (t_x == np.floor(t_x)).all()
    if not is_whole or (float(x.max()) + 1) * base * base > _LARGEST_KEY:
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
    kind, _first = pd.factorize(columns[0])
    for column in columns[1:]:
        code, values = pd.factorize(column)
        kind, _pairs = pd.factorize(kind.astype(np.int64) * len(values) + code)
    rows = np.empty(kind.max() + 1, dtype=np.intp)
    rows[kind] = np.arange(len(kind))
    return rows, kind
