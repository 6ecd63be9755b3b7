"""Log-likelihood of the BG/NBD family of models, with its derivatives by the log parameters.

A customer with x repeat purchases, the last at t_x, observed until T, has had n chances to
leave: n = x in BG/NBD (Fader, Hardie & Lee 2005, equation 6), n = x + 1 in MBG/NBD, where the
first purchase is one too (Batislam, Denizel & Filiztekin 2007). With intervals of k exponential
phases each (k = 1 in both; MBG/CNBD-k: Reutterer, Platzer & Schröder 2021) and m = r + kx, the
contribution is

    ln (r)_kx + ln (b)_n − ln (a+b)_n − m ln(1 + T/α) − kx ln α + ln G + [n > 0] ln(1 + e^q)
    + (k−1) Σ ln Δ − x ln (k−1)!,
    q = ln a − ln(b+n−1) + m ln((α+T) / (α+t_x)) − ln G,
    G = Σ_{j<k} (m)_j / j! · ((T−t_x) / (α+T))^j,

where (c)_n is a rising factorial, Δ are the intervals between purchases, e^q are the odds that
the customer has left, and term j of G belongs to j phases passed since the last purchase.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from custintel._intervals import Floats
from custintel.models._design import Design, RowCurve, total
from custintel.models._history import Purchases
from custintel.models._newton import Curve
from custintel.models._rising_factorial import CountWeights, log_rising

# A log rising factorial and its derivatives by its logarithm: of each customer, or summed up.
_Rising = tuple[Floats, Floats, Floats] | tuple[float, float, float]

_BLOCK = 8192  # rows whose temporaries stay in a core's cache


@dataclass(frozen=True, slots=True)
class Variant:
    """What tells the models of the family apart."""

    leaves_at_first: bool  # whether the first purchase is a chance to leave
    regularity: int = 1  # phases of an interval

    def chances(self, x: Floats) -> Floats:
        """Return how many chances to leave x repeat purchases mean."""
        return x + 1 if self.leaves_at_first else x


@dataclass(frozen=True, slots=True)
class BetaGeoLikelihood:
    """The log-likelihood of given histories, as a function of ln (r, α, a, b) and coefficients."""

    variant: Variant
    purchases: Purchases  # those who cannot have left come first
    weight: Floats
    design: Design
    n_safe: int  # how many those are
    phases: CountWeights  # of kx
    chances: CountWeights
    constant: float

    @classmethod
    def of(
        cls, variant: Variant, purchases: Purchases, weight: Floats, design: Design
    ) -> "BetaGeoLikelihood":
        """Prepare the likelihood of `purchases`, with times in the model's unit."""
        is_safe = variant.chances(purchases.frequency) == 0
        order = np.concatenate([np.flatnonzero(is_safe), np.flatnonzero(~is_safe)])
        some, w = purchases.of(order), weight[order]
        k = variant.regularity
        return cls(
            variant=variant,
            purchases=some,
            weight=w,
            design=design.of(order),
            n_safe=int(is_safe.sum()),
            phases=CountWeights.of(k * some.frequency, w),
            chances=CountWeights.of(variant.chances(some.frequency), w),
            constant=_of_intervals(some, w, k),
        )

    def __call__(self, theta: Floats) -> Curve:
        """Return the log-likelihood at a point."""
        parts = [self._counts_part(theta)]
        for start, end, can_have_left in (
            (0, self.n_safe, False),
            (self.n_safe, len(self.weight), True),
        ):
            for block in range(start, end, _BLOCK):
                rows = slice(block, min(block + _BLOCK, end))
                parts.append(self._times_part(theta, rows, can_have_left=can_have_left))
        return total(parts)

    def _counts_part(self, theta: Floats) -> Curve:
        """Sum ln (r)_kx + ln (b)_n − ln (a+b)_n, and what no parameter changes."""
        r, _alpha, a, b = np.exp(theta[:4])
        gradient, hessian = np.zeros(len(theta)), np.zeros((len(theta),) * 2)
        value, gradient[0], hessian[0, 0] = self.phases.total(r)
        if not self.design.moves(2):
            chances = _chances_curve(a, b, self.chances.total(b), self.chances.total(a + b))
            value += float(chances.value)
            gradient[:4] += chances.slopes
            for (i, j), bend in chances.bends.items():
                hessian[i, j] = hessian[j, i] = bend
        return Curve(value + self.constant, gradient, hessian)

    def _times_part(self, theta: Floats, rows: slice, *, can_have_left: bool) -> Curve:
        """Sum the other terms over a block of customers."""
        design, purchases = self.design.of(rows), self.purchases.of(rows)
        parameters = design.parameters(theta)
        curve = staying(self.variant, parameters, purchases)
        if can_have_left:
            curve = _with_odds(curve, log_odds(self.variant, parameters, purchases))
        if self.design.moves(2):
            curve = _plus(curve, _chances_by_row(self.variant, parameters, purchases))
        return design.gather(curve, self.weight[rows])


def _of_intervals(purchases: Purchases, weight: Floats, k: int) -> float:
    """Sum (k−1) Σ ln Δ − x ln (k−1)!."""
    if k == 1 or purchases.log_intervals is None:
        return 0.0
    each = (k - 1) * purchases.log_intervals - purchases.frequency * gammaln(k)
    return float(weight @ each)


def staying(variant: Variant, parameters: Floats, purchases: Purchases) -> RowCurve:
    """Return −m ln(1 + T/α) − kx ln α + ln G."""
    r, alpha, _a, _b = parameters
    kx = variant.regularity * purchases.frequency
    m, T = r + kx, purchases.T
    log_T = np.log1p(T / alpha)
    share = alpha / (alpha + T)
    pause = _pause(variant, parameters, purchases)
    slopes = np.zeros((4, len(T)))
    slopes[0] = -r * log_T + pause.slopes[0]
    slopes[1] = m * (1 - share) - kx + pause.slopes[1]
    bends = {
        (0, 0): -r * log_T + pause.bends[0, 0],
        (0, 1): r * (1 - share) + pause.bends[0, 1],
        (1, 1): -m * share * (1 - share) + pause.bends[1, 1],
    }
    return RowCurve(-m * log_T - kx * np.log(alpha) + pause.value, slopes, bends)


def log_odds_alone(variant: Variant, parameters: Floats, purchases: Purchases) -> Floats:
    """Return q for customers who have had a chance to leave, without its derivatives."""
    r, alpha, a, b = parameters
    x = purchases.frequency
    elapsed = np.log((alpha + purchases.T) / (alpha + purchases.recency))
    q = np.log(a / (b + (variant.chances(x) - 1))) + (r + variant.regularity * x) * elapsed
    if variant.regularity > 1:
        q += np.log(phase_weights(variant, parameters, purchases)[0][0])
    return np.asarray(q)


def log_odds(variant: Variant, parameters: Floats, purchases: Purchases) -> RowCurve:
    """Return q for customers who have had a chance to leave."""
    r, alpha, a, b = parameters
    x, t_x, T = purchases.frequency, purchases.recency, purchases.T
    m = r + variant.regularity * x
    elapsed = np.log1p(T / alpha) - np.log1p(t_x / alpha)
    share_T, share_t = alpha / (alpha + T), alpha / (alpha + t_x)
    difference = share_T - share_t
    stay = b / (b + (variant.chances(x) - 1))  # so that a small b keeps its digits
    pause = _pause(variant, parameters, purchases)
    by_r = r * elapsed - pause.slopes[0]
    slopes = np.stack([by_r, m * difference - pause.slopes[1], np.ones_like(x), -stay])
    bends = {
        (0, 0): r * elapsed - pause.bends[0, 0],
        (0, 1): r * difference - pause.bends[0, 1],
        (1, 1): m * difference * (1 - share_T - share_t) - pause.bends[1, 1],
        (3, 3): stay * stay - stay,
    }
    return RowCurve(np.log(a * stay / b) + m * elapsed - pause.value, slopes, bends)


def _pause(variant: Variant, parameters: Floats, purchases: Purchases) -> RowCurve:
    """Return ln G, with its derivatives by ln r and ln α; zeros when an interval is one phase."""
    if variant.regularity == 1:
        return _NO_PAUSE
    _r, alpha, _a, _b = parameters
    share = alpha / (alpha + purchases.T)
    weights, r_slopes, r_bends = phase_weights(variant, parameters, purchases)
    j = np.arange(variant.regularity)[:, None]
    mean_r, mean_j = (weights * r_slopes).sum(axis=0), (weights * j).sum(axis=0)
    spread = ((weights * r_slopes * j).sum(axis=0) - mean_r * mean_j) * -share
    squares = (weights * j * j).sum(axis=0) - mean_j**2
    G = 1 / weights[0]
    return RowCurve(
        np.log(G),
        np.stack([mean_r, -share * mean_j]),
        {
            (0, 0): (weights * (r_bends + r_slopes**2)).sum(axis=0) - mean_r**2,
            (0, 1): spread,
            (1, 1): -share * (1 - share) * mean_j + share**2 * squares,
        },
    )


def phase_weights(
    variant: Variant, parameters: Floats, purchases: Purchases
) -> tuple[Floats, Floats, Floats]:
    """Return the shares of the terms of G, (k, n), and derivatives of their logarithms by ln r.

    The shares are the probabilities that an active customer has passed 0, 1, … phases since
    the last purchase.
    """
    r, alpha, _a, _b = parameters
    m = r + variant.regularity * purchases.frequency
    u = (purchases.T - purchases.recency) / (alpha + purchases.T)
    terms, slopes, bends = ([np.ones_like(m)], [np.zeros_like(m)], [np.zeros_like(m)])
    for j in range(1, variant.regularity):
        terms.append(terms[-1] * (m + j - 1) / j * u)
        step = r / (m + j - 1)
        slopes.append(slopes[-1] + step)
        bends.append(bends[-1] + step - step**2)
    weights = np.stack(terms)
    return weights / weights.sum(axis=0), np.stack(slopes), np.stack(bends)


def _with_odds(curve: RowCurve, odds: RowCurve) -> RowCurve:
    """Add ln(1 + e^q)."""
    q = odds.value
    shrunk = np.exp(-np.abs(q))
    left = np.where(q > 0, 1.0, shrunk) / (1 + shrunk)
    both = left * (1 - left)
    bends = {(i, j): both * odds.slopes[i] * odds.slopes[j] for i in range(4) for j in range(i, 4)}
    for at, bend in odds.bends.items():
        bends[at] += left * bend
    more = RowCurve(np.maximum(q, 0.0) + np.log1p(shrunk), left * odds.slopes, bends)
    return _plus(curve, more)


def _chances_by_row(variant: Variant, parameters: Floats, purchases: Purchases) -> RowCurve:
    """Return ln (b)_n − ln (a+b)_n of each customer."""
    _r, _alpha, a, b = parameters
    n = variant.chances(purchases.frequency)
    of_b, of_both = log_rising(b, n), log_rising(a + b, n)
    return _chances_curve(
        a, b, (of_b.value, of_b.slope, of_b.bend), (of_both.value, of_both.slope, of_both.bend)
    )


def _chances_curve(a: Floats, b: Floats, of_b: _Rising, of_both: _Rising) -> RowCurve:
    """Return ln (b)_n − ln (a+b)_n, given both with their derivatives by ln b and ln (a+b)."""
    total_ab = a + b
    slope = np.asarray(of_both[1] / total_ab)
    bend = (of_both[2] - of_both[1]) / total_ab**2
    nothing = np.zeros_like(slope)
    return RowCurve(
        np.asarray(of_b[0] - of_both[0]),
        np.stack([nothing, nothing, -a * slope, of_b[1] - b * slope]),
        {
            (2, 2): -a * a * bend - a * slope,
            (2, 3): -a * b * bend,
            (3, 3): of_b[2] - b * b * bend - b * slope,
        },
    )


def _plus(curve: RowCurve, other: RowCurve) -> RowCurve:
    bends = dict(curve.bends)
    for at, bend in other.bends.items():
        bends[at] = bends[at] + bend if at in bends else bend
    return RowCurve(curve.value + other.value, curve.slopes + other.slopes, bends)


_ZERO = np.zeros(1)
_NO_PAUSE = RowCurve(_ZERO, np.zeros((2, 1)), {(0, 0): _ZERO, (0, 1): _ZERO, (1, 1): _ZERO})
