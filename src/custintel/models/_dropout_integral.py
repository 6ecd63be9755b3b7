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
from numpy.typing import NDArray

from custintel._intervals import Floats

_ACCURACY = 1e-11
_NODES = (8, 16, 32, 64, 128, 256)
_CELLS = 1 << 20  # numbers held at once in a block
_TILTED_BELOW = 4.0  # of a: a narrower distribution is better left where it is


@dataclass(frozen=True, slots=True)
class ActivePurchases:
    """Expected purchases while active, and their derivatives by m and s."""

    value: Floats
    by_m: Floats
    by_s: Floats


def active_purchases(a: float, b: Floats, m: Floats, s: Floats) -> ActivePurchases:
    """Return the expected purchases for each of the given b, m and s, all above zero."""
    out = ActivePurchases(np.empty_like(s), np.empty_like(s), np.empty_like(s))
    tilt = np.sqrt(1 + s) if a < _TILTED_BELOW else np.ones_like(s)
    for rows, n_nodes in _by_difficulty(a, s, tilt):
        for part in np.array_split(rows, 1 + len(rows) * n_nodes // _CELLS):
            _integrate(out, part, (a, b[part], m[part], s[part], tilt[part]), n_nodes)
    return out


def _by_difficulty(
    a: float, s: Floats, tilt: Floats
) -> Iterator[tuple[NDArray[np.intp], int]]:
    """Group the integrals by the number of nodes that they need."""
    # For many purchases p is gamma-distributed on the scale of 1/b, where the quadrature of
    # e^(−cv) loses a factor (c / (c+2))² of its error with each node.
    c = np.maximum((1 + s) / tilt - 1, tilt - 1)
    with np.errstate(divide="ignore"):
        needed = np.log(_ACCURACY) / (2 * np.log(c / (c + 2))) + a
    group = np.minimum(np.searchsorted(_NODES, needed), len(_NODES) - 1)
    for number in np.unique(group):
        yield np.flatnonzero(group == number), _NODES[number]


def _integrate(
    out: ActivePurchases,
    rows: NDArray[np.intp],
    integrals: tuple[float, Floats, Floats, Floats, Floats],
    n_nodes: int,
) -> None:
    a, b, m, s, tilt = integrals
    distinct, which = np.unique(b, return_inverse=True)
    u, weight = (part[which] for part in beta_quadrature(a, distinct, n_nodes))
    # p = u / (tilt + (1 − tilt) u) keeps the singularity at p = −1/s away from the nodes.
    cut = 1 - (1 - 1 / tilt[:, None]) * u
    weight = weight * np.exp(-(a + b)[:, None] * np.log(cut) - a * np.log(tilt)[:, None])
    p = u / (tilt[:, None] * cut)
    log_growth = np.log1p(p * s[:, None])
    exponent = -m[:, None] * log_growth
    left = weight * np.exp(exponent)
    out.value[rows] = np.sum(weight * -np.expm1(exponent) / p, axis=1)
    out.by_m[rows] = np.sum(left * log_growth / p, axis=1)
    out.by_s[rows] = m * np.sum(left * np.exp(-log_growth), axis=1)


def beta_quadrature(a: float, b: Floats, n_nodes: int) -> tuple[Floats, Floats]:
    """Return nodes and weights, one row per b, that average a function over beta(a, b).

    The nodes are the eigenvalues of the Jacobi matrix of the orthogonal polynomials, the
    weights the squares of its eigenvectors' first entries (Golub & Welsch 1969).
    """
    k = np.arange(1, n_nodes)
    low, high = a - 1, b[:, None] - 1
    total = 2 * k + low + high
    matrix = np.zeros((len(b), n_nodes, n_nodes))
    each = np.arange(n_nodes)
    matrix[:, 0, 0] = a / (a + b)
    # Written so that nothing cancels when b is large and all nodes are close to zero.
    matrix[:, each[1:], each[1:]] = (
        ((2 * k + low) * (total + high) + 2 * total + low**2) / (2 * total * (total + 2))
    )
    squared = k * (k + low) * (k + high) * (k + low + high) / (total**2 * (total**2 - 1))
    squared[:, 0] = (a * b) / ((a + b) ** 2 * (a + b + 1))
    matrix[:, each[1:], each[:-1]] = np.sqrt(squared)  # the lower triangle is all that is read
    nodes, vectors = np.linalg.eigh(matrix)
    return np.maximum(nodes, np.finfo(float).tiny ** 0.25), vectors[:, 0, :] ** 2
