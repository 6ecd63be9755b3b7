"""Log-likelihood of the Pareto/NBD model, with its derivatives by the log parameters.

A customer with x repeat purchases, the last at t_x, observed until T, contributes (Schmittlein,
Morrison & Colombo 1987; Fader & Hardie 2005, equation 17, rearranged), with m = r + x:

    ln (r)_x − m ln(1 + T/α) − x ln α − s ln(1 + T/β) + ln(1 + e^q),
    q = ln s + ln ∫ ((α+T)/(α+τ))^m ((β+T)/(β+τ))^s / (β+τ) dτ,  τ from t_x to T,

where (r)_x is a rising factorial and e^q are the odds that the customer has left. Derivatives
of the logarithm of an integral are averages under the integrand: the mean of the derivatives
of its logarithm, and the mean of the second ones plus the covariance of the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.models._design import Design, RowCurve, total
from custintel.models._history import Purchases
from custintel.models._newton import Curve
from custintel.models._pareto_nbd_integral import Decay, Points
from custintel.models._rising_factorial import CountWeights

_PAIRS = [(i, j) for i in range(4) for j in range(i, 4)]


@dataclass(frozen=True, slots=True)
class ParetoNBDLikelihood:
    """The log-likelihood of given histories, as a function of ln (r, α, s, β) and coefficients."""

    purchases: Purchases
    weight: Floats
    design: Design
    counts: CountWeights

    @classmethod
    def of(cls, purchases: Purchases, weight: Floats, design: Design) -> "ParetoNBDLikelihood":
        """Prepare the likelihood of `purchases`, with times in the model's unit."""
        return cls(purchases, weight, design, CountWeights.of(purchases.frequency, weight))

    def __call__(self, theta: Floats) -> Curve:
        """Return the log-likelihood at a point."""
        customers = Customers.of(self.design.parameters(theta), self.purchases)
        parts = [self._counts_part(theta)]
        for rows, points in customers.blocks():
            some = customers.at(rows)
            curve = _with_odds(some.staying(), some.log_odds(points))
            parts.append(self.design.of(rows).gather(curve, self.weight[rows]))
        return total(parts)

    def _counts_part(self, theta: Floats) -> Curve:
        """Sum ln (r)_x."""
        gradient, hessian = np.zeros(len(theta)), np.zeros((len(theta),) * 2)
        value, gradient[0], hessian[0, 0] = self.counts.total(float(np.exp(theta[0])))
        return Curve(value, gradient, hessian)


@dataclass(frozen=True, slots=True)
class Customers:
    """Histories beside the parameters of each customer."""

    parameters: Floats  # shape (4, n), or (4, 1) if all share them
    purchases: Purchases

    @classmethod
    def of(cls, parameters: Floats, purchases: Purchases) -> "Customers":
        """Put histories beside parameters of shape (4,) or (4, n)."""
        return cls(np.reshape(parameters, (4, -1)), purchases)

    def at(self, rows: NDArray[np.intp]) -> "Customers":
        """Return some of the customers."""
        shared = self.parameters.shape[1] == 1
        own = self.parameters if shared else self.parameters[:, rows]
        return Customers(own, self.purchases.of(rows))

    def blocks(self) -> Iterator[tuple[NDArray[np.intp], Points]]:
        """Yield rows of customers, and points between their last purchases and T."""
        r, alpha, s, beta = self.parameters
        x, t_x, T = self.purchases.frequency, self.purchases.recency, self.purchases.T
        decay = Decay(r + x, np.broadcast_to(s, x.shape), alpha + t_x, beta + t_x)
        return decay.blocks(decay.cut(T - t_x))

    def staying(self) -> RowCurve:
        """Return −m ln(1 + T/α) − x ln α − s ln(1 + T/β)."""
        r, alpha, s, beta = self.parameters
        x, T = self.purchases.frequency, self.purchases.T
        m = r + x
        log_A, log_B = np.log1p(T / alpha), np.log1p(T / beta)
        part_A, part_B = T / (alpha + T), T / (beta + T)
        return RowCurve(
            -m * log_A - x * np.log(alpha) - s * log_B,
            np.stack([-r * log_A, m * part_A - x, -s * log_B, s * part_B]),
            {
                (0, 0): -r * log_A,
                (0, 1): r * part_A,
                (1, 1): -m * part_A * (1 - part_A),
                (2, 2): -s * log_B,
                (2, 3): s * part_B,
                (3, 3): -s * part_B * (1 - part_B),
            },
        )

    def log_odds(self, points: Points, *, order: int = 2) -> RowCurve:
        """Return q and its derivatives of up to an order, given points between t_x and T.

        Where these coincide, nobody has left: q is −∞.
        """
        r, alpha, s, beta = self.parameters
        x, t_x = self.purchases.frequency, self.purchases.recency
        A, B, pause = alpha + t_x, beta + t_x, self.purchases.T - t_x
        m = r + x
        share = points.weight / points.B
        whole = share.sum(axis=0)
        with np.errstate(divide="ignore"):
            q = np.log(s * whole * points.length)
        q += m * np.log1p(pause / A) + s * np.log1p(pause / B)
        if order == 0:
            return RowCurve(q, np.empty((0, len(q))), {})
        share /= whole
        of_A = _Side.of(share, points.log_purchase, points.elapsed / points.A, A, pause)
        of_B = _Side.of(share, points.log_leaving, points.elapsed / points.B, B, pause)
        exponents, scales = (r, m, s), (alpha / A, beta / B)
        slopes = _slopes((of_A, of_B), exponents, scales)
        bends = _bends(share, (of_A, of_B), exponents, scales) if order == 2 else {}
        return RowCurve(q, slopes, bends)


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two factors of the integrand, ((A+D)/(A+u))^m, D = T − t_x, or that of B.

    What differs from one u to the next is ln(1 + u/A) and the part u/(A+u); the derivatives of
    the factor's logarithm are multiples of them, written so that nothing cancels when A is
    large.
    """

    logs: Floats  # ln(1 + u/A), at the points
    parts: Floats  # u/(A+u), at the points
    log_end: Floats  # at D
    part_end: Floats
    log_left: Floats  # mean of ln((A+D)/(A+u))
    part: Floats  # mean

    @classmethod
    def of(cls, share: Floats, logs: Floats, parts: Floats, A: Floats, D: Floats) -> "_Side":
        """Average under the integrand, whose shares add up to 1."""
        log_end, part_end = np.log1p(D / A), D / (A + D)
        log_left = log_end - _mean(share, logs)
        return cls(logs, parts, log_end, part_end, log_left, _mean(share, parts))

    @property
    def part_past(self) -> Floats:
        """Return how much the mean part is above that at D; it is below."""
        return self.part - self.part_end

    def curved(self, a: Floats, variance: Floats) -> Floats:
        """Return p (1 − p) at D less its mean; p = a (1 − part) is α/(α+τ)."""
        past = self.part_past
        squares = past * (2 - self.part_end - self.part) - variance
        return a * past - a**2 * squares


def _mean(share: Floats, values: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->j", share, values))


def _slopes(
    sides: tuple[_Side, _Side],
    exponents: tuple[Floats, Floats, Floats],
    scales: tuple[Floats, Floats],
) -> Floats:
    """Return the first derivatives of q."""
    (of_A, of_B), (r, m, s), (a, b) = sides, exponents, scales
    return np.stack(
        [
            r * of_A.log_left,
            m * a * of_A.part_past,
            1 + s * of_B.log_left,
            s * b * of_B.part_past - b * (1 - of_B.part),
        ]
    )


def _bends(
    share: Floats,
    sides: tuple[_Side, _Side],
    exponents: tuple[Floats, Floats, Floats],
    scales: tuple[Floats, Floats],
) -> dict[tuple[int, int], Floats]:
    """Return the second derivatives of q."""
    (of_A, of_B), (r, m, s), (a, b) = sides, exponents, scales
    spread = _covariances(share, of_A, of_B)
    factors = (-r, m * a, -s, (s + 1) * b)
    bends = {(i, j): factors[i] * factors[j] * spread[i, j] for i, j in _PAIRS}
    bends[0, 0] += r * of_A.log_left
    bends[0, 1] += r * a * of_A.part_past
    bends[1, 1] += m * of_A.curved(a, spread[1, 1])
    bends[2, 2] += s * of_B.log_left
    bends[2, 3] += s * b * of_B.part_past
    squares = (1 - of_B.part) ** 2 + spread[3, 3]
    bends[3, 3] += s * of_B.curved(b, spread[3, 3]) - b * (1 - of_B.part) + b**2 * squares
    return bends


def _covariances(share: Floats, of_A: _Side, of_B: _Side) -> dict[tuple[int, int], Floats]:
    """Return the covariances, under the integrand, of logs and parts of both sides."""
    variables = (of_A.logs, of_A.parts, of_B.logs, of_B.parts)
    means = (
        of_A.log_end - of_A.log_left,
        of_A.part,
        of_B.log_end - of_B.log_left,
        of_B.part,
    )
    found = {}
    for i, (variable, mean) in enumerate(zip(variables, means, strict=True)):
        away = share * (variable - mean)
        for j in range(i, 4):
            found[i, j] = _mean(away, variables[j])
    return found


def _with_odds(curve: RowCurve, odds: RowCurve) -> RowCurve:
    """Add ln(1 + e^q)."""
    q = odds.value
    shrunk = np.exp(-np.abs(q))
    left = np.where(q > 0, 1.0, shrunk) / (1 + shrunk)
    both = left * (1 - left)
    bends = {
        (i, j): both * odds.slopes[i] * odds.slopes[j] + left * odds.bends[i, j] for i, j in _PAIRS
    }
    for at, bend in curve.bends.items():
        bends[at] += bend
    value = curve.value + np.maximum(q, 0.0) + np.log1p(shrunk)
    return RowCurve(value, curve.slopes + left * odds.slopes, bends)
