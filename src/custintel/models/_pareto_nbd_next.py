"""Whether and when an active Pareto/NBD customer purchases next.

The next purchase comes at u with density m/(A + u) e^(−E(u)), where e^(−E(u)) is the chance
that the customer has neither purchased nor left by u.
"""

import numpy as np

from custintel._intervals import Floats
from custintel.models._pareto_nbd_integral import Decay
from custintel.models._process import NextPurchase

_FAR = 34.0  # e^34: beyond as many times A and B, the density is a power of u
_LARGEST_EXPONENT = 600.0
_STEPS = 100
_ARRIVED = 1e-12


def next_purchase(future: Decay) -> NextPurchase:
    """Return whether there is a next purchase, and when, for customers active now."""
    probability, mean = _probability_and_mean(future)
    return NextPurchase(probability, mean, _median(future, probability))


def _probability_and_mean(future: Decay) -> tuple[Floats, Floats]:
    """Integrate the density and the time; beyond the last node they are powers of time."""
    m, tail = future.m, future.m + future.s
    end = future.cut(np.exp(_FAR) * np.maximum(future.A, future.B))
    left = np.exp(-future.fallen(end))
    probability, mean = m * left / tail, np.full_like(m, np.inf)
    has_mean = tail > 1
    mean[has_mean] = (m * left * end)[has_mean] / (tail[has_mean] - 1)
    for rows, points in future.blocks(end):
        density = m[rows] * points.length * points.weight / points.A
        probability[rows] += density.sum(axis=0)
        mean[rows] += np.einsum("ij,ij->j", density, points.elapsed)
    return probability, mean / probability


def _median(future: Decay, probability: Floats) -> Floats:
    """Solve P(next purchase after u) = P(next purchase) / 2 for u.

    The logarithm of the left side is close to a straight line in v = ln(1 + u/c), so that
    Newton's method takes few steps; bounds keep it from leaving.
    """
    c = future.scale()
    low, high = np.zeros_like(c), np.full_like(c, _LARGEST_EXPONENT)
    v = np.minimum(np.log(2) * future.A / (future.m * c), 1.0)
    for _step in range(_STEPS):
        above, step = _excess(future, v, probability / 2)
        low, high = np.where(above > 0, v, low), np.where(above > 0, high, v)
        found = v + step
        is_outside = (found < low) | (found > high)
        found = np.where(is_outside, (low + high) / 2, found)
        has_arrived = np.abs(found - v) <= _ARRIVED * v
        v = found
        if has_arrived.all():
            break
    return np.asarray(c * np.expm1(v))


def _excess(future: Decay, v: Floats, goal: Floats) -> tuple[Floats, Floats]:
    """Return ln P(next purchase after u) − ln goal, and Newton's step in v."""
    c = future.scale()
    u = c * np.expm1(v)
    left = np.exp(-future.fallen(u))
    from_then = Decay(future.m, future.s, future.A + u, future.B + u)
    after = _probability_and_mean(from_then)[0]  # given that neither has happened by then
    with np.errstate(divide="ignore"):
        above = np.log(left * after / goal)
    return above, above * after * from_then.A / (future.m * (c + u))
