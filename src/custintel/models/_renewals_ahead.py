"""How often a customer with a beta distributed probability of leaving stays on.

Before each renewal a customer leaves with an individual probability, beta distributed with
parameters a and b over customers; one who has renewed k times since b₀ has b = b₀ + k. The
contract model renews contracts so; the model of purchase occasions, the customer itself.
Derivatives are by ln a and ln b.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.models._customer_columns import require_count
from custintel.models._process import Expectation
from custintel.models._rising_factorial import log_rising

_STEP = 1e-4  # of a log parameter; the error of a central difference is about its square
_SMALLEST_RATE = 1e-6


@dataclass(frozen=True, slots=True)
class Ahead:
    """How many renewals count, and what one counts less than the one before it."""

    n: int | None  # None is without end
    discount: float

    @classmethod
    def of(cls, n: int | None, rate: float, *, name: str, rate_name: str) -> "Ahead":
        """Return what an analyst asks for, once it is checked."""
        if not (np.isfinite(rate) and (rate == 0 or rate >= _SMALLEST_RATE)):
            raise ValueError(
                _(
                    "{name} is a rate such as 0.1, either 0 or {least:g} and more: got {value!r}.",
                    name=rate_name,
                    least=_SMALLEST_RATE,
                    value=rate,
                )
            )
        return cls(None if n is None else require_count(n, name=name), 1 / (1 + rate))


def log_staying(a: Floats, b: Floats, n: Floats) -> Expectation:
    """Return the logarithm of the probability of renewing n times, with derivatives."""
    kept, all_told = log_rising(b, n), log_rising(a + b, n)
    per_unit = all_told.slope / (a + b)
    jacobian = np.column_stack([-a * per_unit, kept.slope - b * per_unit])
    return Expectation(kept.value - all_told.value, jacobian)


def expected_renewals(a: Floats, b: Floats, ahead: Ahead) -> Expectation:
    """Return the sum of discount^j × the probability of renewing j times, j = 1, 2, …"""
    if ahead.n is not None:
        return _added_up(a, b, ahead.n, ahead.discount)
    return _endless(a, b, ahead.discount) if ahead.discount < 1 else _undiscounted(a, b)


def draw_renewals(a: Floats, b: Floats, most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw how often customers renew before they leave, counted up to `most`."""
    leaving = rng.beta(a, b)
    with np.errstate(divide="ignore"):  # who leaves never, or at once
        renewals = rng.exponential(size=len(leaving)) / -np.log1p(-leaving)
    return np.minimum(renewals, most).astype(np.int64)


def _added_up(a: Floats, b: Floats, n: int, discount: float) -> Expectation:
    staying = np.ones_like(a)
    slope_a, slope_b = np.zeros_like(a), np.zeros_like(a)
    total, total_a, total_b = np.zeros_like(a), np.zeros_like(a), np.zeros_like(a)
    for j in range(n):
        both = a + b + j
        staying = staying * discount * (b + j) / both
        slope_a = slope_a - a / both
        slope_b = slope_b + b / (b + j) - b / both
        total = total + staying
        total_a = total_a + staying * slope_a
        total_b = total_b + staying * slope_b
    return Expectation(total, np.column_stack([total_a, total_b]))


def _endless(a: Floats, b: Floats, discount: float) -> Expectation:
    value = _series(a, b, discount)
    up, down = np.exp(_STEP), np.exp(-_STEP)
    by_a = _series(a * up, b, discount) - _series(a * down, b, discount)
    by_b = _series(a, b * up, discount) - _series(a, b * down, discount)
    return Expectation(value, np.column_stack([by_a, by_b]) / (2 * _STEP))


def _series(a: Floats, b: Floats, discount: float) -> Floats:
    """Return the infinite sum, d b/(a+b) ₂F₁(1, b+1; a+b+1; d) in Fader & Hardie (2010).

    Gauss's continued fraction of the ratio, from its far end: unlike the power series it needs
    few steps when the discount is near 1, and unlike scipy's it stays finite for a, b of 10⁵.
    """
    fraction = np.ones_like(a)
    for step in range(10 + int(20 / np.sqrt(1 - discount)), 0, -1):
        half, is_odd = divmod(step, 2)
        top = (b + 1 + half) * (a + b + half) if is_odd else half * (a + half - 1)
        fraction = 1 - discount * top / ((a + b + step - 1) * (a + b + step)) / fraction
    return discount * b / (a + b) / fraction


def _undiscounted(a: Floats, b: Floats) -> Expectation:
    """Return b / (a − 1); with a ≤ 1 so many customers hardly ever leave that it is infinite."""
    is_finite = a > 1
    less = np.where(is_finite, a - 1, 1.0)
    value = np.where(is_finite, b / less, np.inf)
    finite = np.where(is_finite, value, 0.0)
    return Expectation(value, np.column_stack([-finite * a / less, finite]))
