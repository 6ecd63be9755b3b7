"""Concentration of amounts on those who bring them: the same for revenue and for equity."""

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats

_CURVE_POINTS = 200


def best_first(amounts: Floats) -> Floats:
    """Return the cumulative shares of amounts of 0 or more, largest first, from 0 to 1.

    Nothing is returned when there is nothing to share.

    >>> best_first(np.array([1.0, 3.0])).tolist()
    [0.0, 0.75, 1.0]
    """
    cumulative = np.concatenate([[0.0], np.cumsum(np.sort(amounts)[::-1])])
    return cumulative / cumulative[-1] if cumulative[-1] > 0 else cumulative[:0]


def gini_index(curve: Floats) -> float:
    """Return the Gini index of cumulative shares from `best_first`: 0 if all bring the same.

    >>> gini_index(best_first(np.array([1.0, 3.0])))
    0.25
    """
    n = len(curve) - 1
    # The mean absolute difference of all pairs, from the ranks, best first.
    weights = n + 1 - 2 * np.arange(1, n + 1)
    return max(float((weights * np.diff(curve)).sum() / n), 0.0)


def share_of_best(curve: Floats, part: float) -> float:
    """Return the share of the best `part` of all, given cumulative shares from `best_first`.

    Where that is not a whole number of them, the next one counts in proportion.

    >>> share_of_best(best_first(np.array([1.0, 3.0])), 0.25)
    0.375
    """
    n = len(curve) - 1
    return float(np.interp(part * n, np.arange(n + 1), curve))


def points_kept(curve: Floats) -> NDArray[np.intp]:
    """Choose some 200 points evenly along a curve, so that its steep beginning keeps its detail.

    >>> len(points_kept(np.linspace(0, 1, 10_001)))
    200
    """
    if len(curve) == 0:
        return np.array([], dtype=np.intp)
    walked = np.linspace(0, 1, len(curve)) + curve
    nearest = np.searchsorted(walked, np.linspace(0, walked[-1], _CURVE_POINTS))
    return np.unique(nearest)
