"""Expected purchases of an active customer, averaged over the probability of dropout.

A customer who is active at T, with purchase rate λ ~ gamma(m, α+T) and probability of dropout
p ~ beta(a, b) after each purchase, makes on average

    E[(1 − e^(−λpt)) / p] = E[(1 − (1 + ps)^(−m)) / p],   s = t / (α+T),

purchases within t. The last expectation, over p alone, is a Gauss–Jacobi quadrature here. The
usual 2F1 form is the same integral; unlike it, this one has no singular parameters (2F1 divides
by a − 1, and needs a + b ≠ 1) and loses no digits.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigvalsh_tridiagonal
from scipy.special import betainc

from custintel._intervals import Floats

_ACCURACY = 1e-11
_NODES = (8, 16, 32, 64, 128, 256)
_LARGEST_DENSE = 32
_CELLS = 1 << 20  # numbers held at once in a block
_LARGE = 1e100  # sums of squares are scaled down from here
_NEARLY_SURE = 1 - 1e-12  # of leaving: negative powers of the rest stay finite
_FEW_PHASES = 4.0  # expected ones, of which hardly ever come more than …
_MOST_PHASES = 80
_NO_MORE = 1e-17  # of a sum: what comes after such a part does not show
_TILTED_BELOW = 4.0  # of a: a narrower distribution is better left where it is


@dataclass(frozen=True, slots=True)
class ActivePurchases:
    """Expected purchases while active, and their derivatives by m and s."""

    value: Floats
    by_m: Floats
    by_s: Floats


def active_purchases(a: ArrayLike, b: Floats, m: Floats, s: Floats) -> ActivePurchases:
    """Return the expected purchases for each of the given a, b, m and s, all above zero."""
    a = np.broadcast_to(np.asarray(a, float), s.shape)
    out = ActivePurchases(np.empty_like(s), np.empty_like(s), np.empty_like(s))
    growth = 1 + s * np.maximum(m / (a + b), 1.0)
    tilt = np.where(a < _TILTED_BELOW, np.sqrt(growth), 1.0)
    for rows, n_nodes in _by_difficulty(a, growth, tilt):
        for part in np.array_split(rows, 1 + len(rows) * n_nodes // _CELLS):
            _integrate(out, part, (a[part], b[part], m[part], s[part], tilt[part]), n_nodes)
    return out


def purchases_of_phases(a: Floats, b: Floats, m: Floats, s: Floats, k: int) -> Floats:
    """Return the expected purchases when each takes k phases, of which 0, …, k−1 have passed.

    E[(1 − q^⌊(M+j)/k⌋) / p] for M phases to come, in row j; the rate of phases has the shape
    m + j. With θ = q^(1/k) and the k-th roots of unity ω, the power is an average of
    (θω)^(M+j) (θω)^(−l) over ω and over l = 0, …, k−1, and the mean of (θω)^M over the rate is
    (1 + s (1 − θω))^(−m−j). Where few phases come, this leaves the small difference of large
    numbers: the purchases are added up one by one instead.
    """
    value = np.empty((k, len(s)))
    are_few = (s <= 1) & ((m + np.arange(k)[:, None]) * s <= _FEW_PHASES)
    many = np.flatnonzero(~are_few.all(axis=0))
    growth = 1 + s[many] / k * np.maximum((m + k / 2)[many] / (a + b)[many], 1.0)
    tilt = np.where(a[many] < _TILTED_BELOW, np.sqrt(growth), 1.0)
    for rows, n_nodes in _by_difficulty(a[many], growth, tilt):
        for some in np.array_split(rows, 1 + len(rows) * n_nodes * k // _CELLS):
            part = many[some]
            p, weight = _tilted(a[part], b[part], tilt[some], n_nodes)
            kept = _kept_powers(p, m[part][:, None], s[part][:, None], k)
            value[:, part] = np.sum(weight * (1 - kept) / p, axis=2)
    for j, row in enumerate(are_few):
        few = np.flatnonzero(row)
        value[j, few] = _one_by_one(a[few], b[few], m[few] + j, s[few], k, j)
    return value


def _one_by_one(a: Floats, b: Floats, m: Floats, s: Floats, k: int, j: int) -> Floats:
    """Sum, over the i-th purchase to come, the probability that it is made."""
    total, stays = np.zeros_like(s), np.ones_like(s)
    rows, share = np.arange(len(s)), s / (1 + s)
    for i in range(1, 2 + _MOST_PHASES // k):
        part = stays[rows] * betainc(k * i - j, m[rows], share[rows])
        total[rows] += part
        # Most customers' sums end long before those of the few who purchase most: the parts
        # fall ever faster once they fall.
        rows = rows[part > _NO_MORE * total[rows]]
        if not len(rows):
            break
        stays[rows] *= ((b + i - 1) / (a + b + i - 1))[rows]
    return total


def _kept_powers(p: Floats, m: Floats, s: Floats, k: int) -> Floats:
    """Return E[q^⌊(M+j)/k⌋], given p, for each number j of phases passed."""
    theta = np.exp(np.log1p(-np.minimum(p, _NEARLY_SURE)) / k)
    total = np.zeros((k, *p.shape))
    for h in range(k):
        turned = theta * np.exp(2j * np.pi * h / k)
        growth = 1 + s * (1 - turned)
        term = growth**-m * sum(turned**-rest for rest in range(k))
        for row in total:
            row += term.real
            term *= turned / growth
    return total / k


def _by_difficulty(
    a: Floats, growth: Floats, tilt: Floats
) -> Iterator[tuple[NDArray[np.intp], int]]:
    """Group the integrals by the number of nodes that they need."""
    # For many purchases p is gamma-distributed on the scale of 1/b, where the quadrature of
    # e^(−cv) loses a factor (c / (c+2))² of its error with each node.
    c = np.maximum(growth / tilt, tilt) - 1
    with np.errstate(divide="ignore"):
        needed = np.log(_ACCURACY) / (2 * np.log(c / (c + 2))) + np.minimum(a, 8.0)
    group = np.minimum(np.searchsorted(_NODES, needed), len(_NODES) - 1)
    for number in np.unique(group):
        yield np.flatnonzero(group == number), _NODES[number]


def _integrate(
    out: ActivePurchases,
    rows: NDArray[np.intp],
    integrals: tuple[Floats, Floats, Floats, Floats, Floats],
    n_nodes: int,
) -> None:
    a, b, m, s, tilt = integrals
    p, weight = _tilted(a, b, tilt, n_nodes)
    log_growth = np.log1p(p * s[:, None])
    exponent = -m[:, None] * log_growth
    left = weight * np.exp(exponent)
    out.value[rows] = np.sum(weight * -np.expm1(exponent) / p, axis=1)
    out.by_m[rows] = np.sum(left * log_growth / p, axis=1)
    out.by_s[rows] = m * np.sum(left * np.exp(-log_growth), axis=1)


def _tilted(a: Floats, b: Floats, tilt: Floats, n_nodes: int) -> tuple[Floats, Floats]:
    """Return nodes and weights for an average over beta(a, b)."""
    rows_of_pairs, which = _distinct_pairs(a, b)
    quadrature = beta_quadrature(a[rows_of_pairs], b[rows_of_pairs], n_nodes)
    u, log_weight = (part[which] for part in quadrature)
    # p = u / (tilt + (1 − tilt) u) keeps the singularity at p = −1/s away from the nodes.
    cut = 1 - (1 - 1 / tilt[:, None]) * u
    weight = np.exp(log_weight - (a + b)[:, None] * np.log(cut) - (a * np.log(tilt))[:, None])
    return u / (tilt[:, None] * cut), weight


def _distinct_pairs(a: Floats, b: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    if (a == a[0]).all():
        _values, rows, which = np.unique(b, return_index=True, return_inverse=True)
    else:
        _values, rows, which = np.unique(a + 1j * b, return_index=True, return_inverse=True)
    return rows, which


def beta_quadrature(a: Floats, b: Floats, n_nodes: int) -> tuple[Floats, Floats]:
    """Return nodes and log weights, one row per pair, that average a function over beta(a, b)."""
    diagonal, beside = _recurrence(a, b, n_nodes)
    nodes = np.maximum(_eigenvalues(diagonal, beside), np.finfo(float).tiny ** 0.25)
    return nodes, -_log_sum_of_squares(nodes, diagonal, beside)


def _eigenvalues(diagonal: Floats, beside: Floats) -> Floats:
    """Return the eigenvalues of symmetric tridiagonal matrices, in order."""
    n_matrices, size = diagonal.shape
    if size > _LARGEST_DENSE:
        # Dense ones of this size are given to several threads, which wait for one another.
        pairs = zip(diagonal, beside, strict=True)
        return np.stack([eigvalsh_tridiagonal(*each, lapack_driver="sterf") for each in pairs])
    each = np.arange(size)
    matrix = np.zeros((n_matrices, size, size))
    matrix[:, each, each] = diagonal
    matrix[:, each[1:], each[:-1]] = beside  # the lower triangle is all that is read
    return np.asarray(np.linalg.eigvalsh(matrix))


def _recurrence(a: Floats, b: Floats, n_nodes: int) -> tuple[Floats, Floats]:
    """Return the Jacobi matrix of the polynomials that are orthonormal under beta(a, b)."""
    k = np.arange(1, n_nodes)
    low, high = a[:, None] - 1, b[:, None] - 1
    total = 2 * k + low + high
    # Written so that nothing cancels when b is large and all nodes are close to zero.
    diagonal = ((2 * k + low) * (total + high) + 2 * total + low**2) / (2 * total * (total + 2))
    last = np.ones_like(total)  # for k = 1 both sides of the fraction are a + b − 1, or zero
    last[:, 1:] = (k + low + high)[:, 1:] / (total - 1)[:, 1:]
    squared = k * (k + low) * (k + high) * last / (total**2 * (total + 1))
    return np.column_stack([a / (a + b), diagonal]), np.sqrt(squared)


def _log_sum_of_squares(nodes: Floats, diagonal: Floats, beside: Floats) -> Floats:
    """Sum the squares of the orthonormal polynomials at the nodes: one over the weights.

    The eigenvectors give the weights too (Golub & Welsch 1969), but the smallest of them
    without a right digit, and the tilt multiplies those.
    """
    before, now = np.zeros_like(nodes), np.ones_like(nodes)
    total, scale = np.ones_like(nodes), np.zeros_like(nodes)
    for k in range(beside.shape[1]):
        below = beside[:, k - 1, None] if k else 0.0
        above = ((nodes - diagonal[:, k, None]) * now - below * before) / beside[:, k, None]
        before, now = now, above
        total += now**2
        if total.max() > _LARGE:
            shrink = np.where(total > _LARGE, 1 / _LARGE, 1.0)
            total, scale = total * shrink, scale - np.log(shrink)
            before, now = before * np.sqrt(shrink), now * np.sqrt(shrink)
    return np.log(total) + scale
