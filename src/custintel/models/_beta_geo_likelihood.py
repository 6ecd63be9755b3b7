"""Log-likelihood of the BG/NBD model, with its derivatives by the log parameters.

A customer with x repeat purchases, the last at t_x, observed until T, contributes (Fader,
Hardie & Lee 2005, equation 6, rearranged):

    ln (r)_x + ln (b)_x − ln (a+b)_x − (r+x) ln(1 + T/α) − x ln α + [x > 0] ln(1 + e^q),
    q = ln a − ln(b+x−1) + (r+x) ln((α+T) / (α+t_x)),

where (c)_x = c (c+1) … (c+x−1), and e^q are the odds that the customer has dropped out.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.models._history import Purchases
from custintel.models._newton import Curve

_BLOCK = 8192  # rows whose temporaries stay in a core's cache
_LARGEST_KEY = 2**62


@dataclass(frozen=True, slots=True)
class BetaGeoLikelihood:
    """The log-likelihood of given histories, as a function of ln (r, α, a, b).

    Times are in the model's unit; equal histories are taken once, with their weight.
    """

    histories: tuple[Floats, Floats, Floats, Floats]  # x, t_x, T, weight; x = 0 first
    n_single: int  # how many of them have x = 0
    n_beyond: Floats  # weight of the customers with more than k repeats, k = 0, 1, …

    @classmethod
    def of(
        cls, purchases: Purchases, weight: Floats | None, days_per_unit: float
    ) -> "BetaGeoLikelihood":
        """Prepare the likelihood of `purchases`."""
        x, t_x, T, w = _merged(purchases, weight)
        single = x == 0
        order = np.concatenate([np.flatnonzero(single), np.flatnonzero(~single)])
        x, t_x, T, w = x[order], t_x[order] / days_per_unit, T[order] / days_per_unit, w[order]
        by_count = np.bincount(x.astype(np.intp), w)
        n_beyond = by_count.sum() - np.cumsum(by_count)[:-1]
        return cls((x, t_x, T, w), int(single.sum()), n_beyond)

    def __call__(self, log_parameters: Floats) -> Curve:
        """Return the log-likelihood at a point."""
        parameters = np.exp(log_parameters)
        parts = [_counts_part(parameters, self.n_beyond)]
        n_rows = len(self.histories[0])
        for start, end, part in (
            (0, self.n_single, _times_part),
            (self.n_single, n_rows, _times_and_dropout_part),
        ):
            for block in range(start, end, _BLOCK):
                rows = slice(block, min(block + _BLOCK, end))
                parts.append(part(parameters, *(column[rows] for column in self.histories)))
        return _sum(parts)


def _merged(purchases: Purchases, weight: Floats | None) -> tuple[Floats, Floats, Floats, Floats]:
    """Return equal histories once, with their weight; as they are if not in whole days."""
    x, t_x, T = purchases.frequency, purchases.recency, purchases.T
    base = float(T.max()) + 1
    is_whole = (np.floor(T) == T).all() and (t_x == np.floor(t_x)).all()
    if not is_whole or (float(x.max()) + 1) * base**2 > _LARGEST_KEY:
        return x, t_x, T, np.ones_like(x) if weight is None else weight
    days = int(base)
    key = (x.astype(np.int64) * days + t_x.astype(np.int64)) * days + T.astype(np.int64)
    kinds, weights = _counted(key, weight)
    return (
        (kinds // days**2).astype(float),
        (kinds // days % days).astype(float),
        (kinds % days).astype(float),
        weights,
    )


def _counted(key: NDArray[np.int64], weight: Floats | None) -> tuple[NDArray[np.int64], Floats]:
    if weight is not None:
        codes, kinds = pd.factorize(key)
        return kinds, np.bincount(codes, weight).astype(float)
    # Sorting without positions is several times as fast as grouping.
    ordered = np.sort(key)
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    return ordered[starts], np.diff(np.r_[starts, len(key)]).astype(float)


def _counts_part(parameters: Floats, n_beyond: Floats) -> Curve:
    """Sum ln (r)_x + ln (b)_x − ln (a+b)_x, term by term of the products."""
    r, _alpha, a, b = parameters
    k = np.arange(len(n_beyond))
    (r0, r1, r2), (b0, b1, b2), (ab0, ab1, ab2) = (
        (n_beyond @ np.log(c + k), n_beyond @ (1 / (c + k)), -(n_beyond @ (1 / (c + k) ** 2)))
        for c in (r, b, a + b)
    )
    gradient = np.array([r * r1, 0.0, -a * ab1, b * (b1 - ab1)])
    hessian = np.diag([r * r * r2, 0.0, -a * a * ab2, b * b * (b2 - ab2)]) + np.diag(gradient)
    hessian[2, 3] = hessian[3, 2] = -a * b * ab2
    return Curve(float(r0 + b0 - ab0), gradient, hessian)


def _times_part(parameters: Floats, x: Floats, _t_x: Floats, T: Floats, w: Floats) -> Curve:
    """Sum −(r+x) ln(1 + T/α) − x ln α."""
    r, alpha, _a, _b = parameters
    log_T = np.log1p(T / alpha)
    share_T = alpha / (alpha + T)
    w_m = w * (r + x)
    value = -(w_m @ log_T) - np.log(alpha) * (w @ x)
    by_r = -r * (w @ log_T)
    by_alpha = w_m @ (1 - share_T) - w @ x
    hessian = np.zeros((4, 4))
    hessian[0, 0] = by_r
    hessian[0, 1] = hessian[1, 0] = r * (w @ (1 - share_T))
    hessian[1, 1] = -(w_m @ (share_T * (1 - share_T)))
    return Curve(float(value), np.array([by_r, by_alpha, 0.0, 0.0]), hessian)


def _times_and_dropout_part(
    parameters: Floats, x: Floats, t_x: Floats, T: Floats, w: Floats
) -> Curve:
    """Sum what `_times_part` sums, and ln(1 + e^q)."""
    times = _times_part(parameters, x, t_x, T, w)
    q, slopes, bends = dropout_log_odds(parameters, x, t_x, T)
    shrunk = np.exp(-np.abs(q))
    dropped = np.where(q > 0, 1.0, shrunk) / (1 + shrunk)
    value = w @ (np.maximum(q, 0.0) + np.log1p(shrunk))
    w_dropped = w * dropped
    hessian = (slopes * (w_dropped * (1 - dropped))) @ slopes.T
    (r_alpha, alpha_alpha, b_b) = bends @ w_dropped
    gradient = slopes @ w_dropped
    hessian[0, 0] += gradient[0]
    hessian[0, 1] += r_alpha
    hessian[1, 0] += r_alpha
    hessian[1, 1] += alpha_alpha
    hessian[3, 3] += b_b
    return _sum([times, Curve(float(value), gradient, hessian)])


def dropout_log_odds(
    parameters: Floats, x: Floats, t_x: Floats, T: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return q for x > 0, its derivatives by the log parameters, and its second ones.

    The second derivatives are those by (r, α), (α, α) and (b, b); by (r, r) it equals the
    first by r, and the others are zero.
    """
    r, alpha, a, b = parameters
    m = r + x
    elapsed = np.log1p(T / alpha) - np.log1p(t_x / alpha)
    share_T, share_t = alpha / (alpha + T), alpha / (alpha + t_x)
    difference = share_T - share_t
    stay = b / (b + x - 1)
    q = np.log(a * stay / b) + m * elapsed
    slopes = np.stack([r * elapsed, m * difference, np.ones_like(x), -stay])
    by_alpha_twice = m * difference * (1 - share_T - share_t)
    return q, slopes, np.stack([r * difference, by_alpha_twice, stay * stay - stay])


def _sum(parts: list[Curve]) -> Curve:
    return Curve(
        sum(part.value for part in parts),
        np.sum([part.gradient for part in parts], axis=0),
        np.sum([part.hessian for part in parts], axis=0),
    )
