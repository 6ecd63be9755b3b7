"""The largest value of a ratio of totals, over shares that are known to rounding only.

Items have shares s of a total, each between its ends, which add up to 1. A ratio of totals is
(Σ sᵢ topᵢ) / (Σ sᵢ bottomᵢ), where each item's (top, bottom) is one of several points.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats

_MOST_STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Shares of a total that add up to 1, with the ends between which each lies."""

    value: Floats
    low: Floats
    high: Floats


def largest_ratio(top: Floats, bottom: Floats, shares: Shares) -> float:
    """Return the largest ratio over the shares and each item's points; inf if it has no end.

    `top` and `bottom` have shape (n_points, n_items) and are not negative. Dinkelbach's
    method: the best point for a given ratio yields a better ratio, until none is better. Both
    steps are exact, so the result is the maximum itself and not a search's best guess.
    """
    least = -best_mean(-bottom.min(axis=0), shares)
    if least <= 0:
        return np.inf
    ratio, item = 0.0, np.arange(top.shape[1])
    for _step in range(_MOST_STEPS):
        gain = top - ratio * bottom
        point = gain.argmax(axis=0)
        weights = _best_shares(gain[point, item], shares)
        better = float(weights @ top[point, item] / (weights @ bottom[point, item]))
        if better <= ratio:
            break
        ratio = better
    return ratio


def best_mean(values: Floats, shares: Shares) -> float:
    """Return the largest Σ sᵢ valuesᵢ over the shares."""
    return float(_best_shares(values, shares) @ values)


def _best_shares(values: Floats, shares: Shares) -> Floats:
    """Fill the items of largest value first, as in a knapsack whose parts may be cut."""
    order: NDArray[np.intp] = np.argsort(-values, kind="stable")
    room = (shares.high - shares.low)[order]
    left = 1 - shares.low.sum() - (np.cumsum(room) - room)
    filled = shares.low.copy()
    filled[order] += np.clip(left, 0.0, room)
    return filled
