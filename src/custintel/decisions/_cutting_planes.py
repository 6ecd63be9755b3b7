"""The least value of a convex function that is known point by point, with its slope."""

from collections.abc import Callable

import numpy as np

from custintel._intervals import Floats

_ENOUGH = 5e-5  # part of the value that the least one may still lie below
_MOST_CUTS = 150


def least_bound(
    bound_at: Callable[[Floats], tuple[float, Floats]],
    start: Floats,
    limits: Floats,
    *,
    radius: float,
    steps: int,
    is_done: Callable[[], bool] | None,
) -> Floats:
    """Return prices of 0 or more at which the bound is about least.

    Each point gives a plane below the convex bound. The least point of all planes, in a box
    around the best point so far, is tried next; the box grows with success and shrinks without.
    """
    is_priced = np.isfinite(limits)
    best = np.where(is_priced, start, 0.0)
    value, slope = bound_at(best)
    if not is_priced.any() or value <= 0 or (is_done is not None and is_done()):
        return best
    # One unit of each price: what makes the whole limit worth the whole value.
    unit = np.where(is_priced, value / np.maximum(np.nan_to_num(limits, posinf=1.0), 1.0), 0.0)
    points, values, slopes = [best], [value], [np.where(is_priced, slope, 0.0)]
    for _step in range(steps):
        tried, lowest = _least(points, values, slopes, best, radius * unit)
        if value - lowest <= _ENOUGH * value:
            if radius >= 1 or is_done is not None:
                break
            radius *= 4
            continue
        found, slope = bound_at(tried)
        points, values = [*points, tried][-_MOST_CUTS:], [*values, found][-_MOST_CUTS:]
        slopes = [*slopes, np.where(is_priced, slope, 0.0)][-_MOST_CUTS:]
        radius *= 1.6 if found < value - 0.5 * (value - lowest) else 0.7
        if found < value:
            best, value = tried, found
        if is_done is not None and is_done():
            break
    return best


def _least(
    points: list[Floats], values: list[float], slopes: list[Floats], best: Floats, reach: Floats
) -> tuple[Floats, float]:
    """Return the least point of all planes within reach of the best one, and its height."""
    from scipy.optimize import linprog

    scale = np.where(reach > 0, reach, 1.0)
    planes = np.array(slopes) * scale
    heights = np.array(values) - np.einsum("ij,ij->i", np.array(slopes), np.array(points) - best)
    size = max(float(np.abs(heights).max()), 1e-300)
    # Minimise t, with t >= height + slope · move; moves are counted in units of the reach.
    rows = np.column_stack([planes / size, -np.ones(len(planes))])
    lower = np.where(reach > 0, np.maximum(-1.0, -best / scale), 0.0)
    upper = np.where(reach > 0, 1.0, 0.0)
    ends = [*zip(lower, upper, strict=True), (None, None)]
    aim = np.append(np.zeros(len(best)), 1.0)
    done = linprog(aim, A_ub=rows, b_ub=-heights / size, bounds=ends, method="highs")
    if done.x is None:
        return best, float(np.min(values))
    return np.maximum(best + done.x[:-1] * scale, 0.0), float(done.x[-1]) * size
