"""How long an active Pareto/NBD customer stays active within a horizon, on average.

The remaining lifetime of a customer whose rate of leaving is gamma(s, B) has the mean

    B/(s−1) [1 − (B/(B+t))^(s−1)] = B l ψ((s−1) l),  l = ln(1 + t/B),  ψ(u) = (1 − e^(−u))/u,

up to t; the form on the right has no singular s.
"""

from dataclasses import dataclass

import numpy as np

from custintel._intervals import Floats
from custintel.models._process import Horizon

_SMALL = 0.1  # of u, where differences would cancel and a few terms of the series suffice
_TERMS = 12


@dataclass(frozen=True, slots=True)
class ActiveTime:
    """Weighted mean times, and their derivatives by s, and by β as part of B."""

    value: Floats
    by_s: Floats
    by_beta: Floats


def mean_active_time(s: Floats, B: Floats, horizon: Horizon) -> ActiveTime:
    """Return the sum of weight × mean active time up to each end of the horizon."""
    value, by_s, by_beta = np.zeros_like(B), np.zeros_like(B), np.zeros_like(B)
    for end, weight in zip(horizon.ends, horizon.weights, strict=True):
        log = np.log1p(end / B)
        u = (s - 1) * log
        shape, slope = _shape(u)
        mean = log * shape
        value += weight * B * mean
        by_s += weight * B * log**2 * slope
        by_beta += weight * (mean - np.exp(-u) * end / (B + end))
    return ActiveTime(value, by_s, by_beta)


def _shape(u: Floats) -> tuple[Floats, Floats]:
    """Return ψ(u) = (1 − e^(−u))/u and its derivative."""
    is_small = np.abs(u) < _SMALL
    far = np.where(is_small, 1.0, u)
    shape = -np.expm1(-far) / far
    slope = (np.exp(-far) - shape) / far
    if not is_small.any():
        return shape, slope
    near = np.where(is_small, u, 0.0)
    series, by_u, term = np.zeros_like(u), np.zeros_like(u), np.ones_like(u)
    for k in range(_TERMS):  # Σ (−u)^k / (k+1)!
        term /= k + 1
        series += term
        by_u -= term * (k + 1) / (k + 2)
        term = -near * term
    return np.where(is_small, series, shape), np.where(is_small, by_u, slope)
