"""All zeros of a sum of exponentials: the rates at which cash flows are worth nothing.

At a continuous rate u a year, amounts a_i in t_i years are worth f(u) = Σ a_i exp(−t_i u).
By Descartes' rule of signs, which holds for any exponents, f has no more zeros than its
amounts in order of time change sign. Where they change at time k, the derivative of
exp(k u) f(u) is a sum of the same kind, of amounts a_i (k − t_i), that changes sign once less.
Between two neighbouring zeros of that one, exp(k u) f(u) only rises or only falls, and so has
one zero at most, which is bracketed.
"""

import numpy as np

from custintel._intervals import Floats

_TOUCHES = 1e-12  # part of the largest term: a sum of that size touches zero
_SAME = 1e-7  # on the scale of u: closer zeros are one, which rounding has split


def zeros_of_sum(amount: Floats, years: Floats) -> Floats:
    """Return all u with Σ amount · exp(−years · u) = 0, in order, each once.

    The amounts are not zero, their times are distinct and increase.

    >>> np.expm1(zeros_of_sum(np.array([-100.0, 230.0, -132.0]), np.arange(3.0))).round(9).tolist()
    [0.1, 0.2]
    """
    sums = [amount]
    while (k := _first_change(sums[-1], years)) is not None:
        sums.append(sums[-1] * (k - years))
    zeros = np.empty(0)
    # The last sum has no zeros; from it back to the first.
    for each in reversed(sums[:-1]):
        zeros = _zeros_between(zeros, each, years)
    return zeros


def sign_changes(amount: Floats) -> int:
    """Return how many times amounts other than zero change sign."""
    return int(np.count_nonzero(np.sign(amount[1:]) != np.sign(amount[:-1])))


def _first_change(amount: Floats, years: Floats) -> float | None:
    """Return a time between the first two neighbours of unlike sign."""
    changes = np.flatnonzero(np.sign(amount[1:]) != np.sign(amount[:-1]))
    return float(years[changes[0] : changes[0] + 2].mean()) if len(changes) else None


def _zeros_between(turns: Floats, amount: Floats, years: Floats) -> Floats:
    low, high = _outermost(amount, years)
    ends = np.concatenate([[low], turns[(turns > low) & (turns < high)], [high]])
    values = np.array([_scaled(u, amount, years) for u in ends])
    crossed = np.flatnonzero(np.sign(values[1:]) * np.sign(values[:-1]) < 0)
    found = [_bracketed(ends[at], ends[at + 1], amount, years) for at in crossed]
    return _distinct(np.sort(np.concatenate([ends[np.abs(values) <= _TOUCHES], found])))


def _outermost(amount: Floats, years: Floats) -> tuple[float, float]:
    """Return bounds beyond which the first or the last amount outweighs all others together."""
    size = np.log(np.abs(amount))
    n = np.log(len(amount))
    # Twice as many terms as there are, so that the sign at the bounds is beyond doubt.
    high = ((size[1:] - size[0] + n + 1) / (years[1:] - years[0])).max()
    low = ((size[-1] - size[:-1] - n - 1) / (years[-1] - years[:-1])).min()
    return min(float(low), float(high)), max(float(low), float(high))


def _scaled(u: float, amount: Floats, years: Floats) -> float:
    """Return the sum divided by its largest term, which keeps it finite; same sign and zeros."""
    size = np.log(np.abs(amount)) - years * u
    return float(np.sign(amount) @ np.exp(size - size.max()))


def _bracketed(low: float, high: float, amount: Floats, years: Floats) -> float:
    from scipy.optimize import brentq

    found = brentq(_scaled, low, high, args=(amount, years), xtol=1e-15, rtol=1e-14, maxiter=1000)
    return float(found)


def _distinct(zeros: Floats) -> Floats:
    apart = np.diff(zeros, prepend=-np.inf) > _SAME * np.maximum(np.abs(zeros), 1.0)
    return zeros[apart]
