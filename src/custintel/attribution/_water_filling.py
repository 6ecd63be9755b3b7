"""The best split of a budget: the last amount spent brings the same everywhere.

Channels at a bound are the exception: those at the lower one bring less, at the upper one more.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from custintel._intervals import Floats

_LOG_LOW, _LOG_HIGH = -600.0, 600.0  # of the marginal return: all that floats can hold


def filled(spend_at: Callable[[float], Floats], low: Floats, high: Floats, total: float) -> Floats:
    """Return the spend of each channel, within its bounds, that adds up to `total`.

    `spend_at` returns, for a marginal return, the spend at which each channel has it; the
    bounds admit the total.
    """

    def split(log_slope: float) -> Floats:
        with np.errstate(all="ignore"):
            return np.clip(np.nan_to_num(spend_at(float(np.exp(log_slope)))), low, high)

    def surplus(log_slope: float) -> float:
        return float(split(log_slope).sum()) - total

    ends = surplus(_LOG_LOW), surplus(_LOG_HIGH)
    if ends[0] <= 0:
        found = split(_LOG_LOW)
    elif ends[1] >= 0:
        found = split(_LOG_HIGH)
    else:
        found = split(brentq(surplus, _LOG_LOW, _LOG_HIGH, xtol=1e-14, maxiter=500))
    return _closed(found, low, high, total)


def _closed(spend: Floats, low: Floats, high: Floats, total: float) -> Floats:
    """Share out what rounding leaves, and what no channel would turn into anything."""
    left = total - float(spend.sum())
    is_inside = (spend > low) & (spend < high)
    room = (high - spend) if left > 0 else (spend - low)
    # Rounding goes to the channels that are not at a bound, so that no other moves.
    inside = np.where(is_inside, room, 0.0)
    room = inside if inside.sum() > abs(left) else room
    if left and room.sum() > 0:
        spend = spend + left * room / room.sum()
    return np.clip(spend, low, high)
