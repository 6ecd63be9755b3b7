"""How often an active Pareto/NBD customer purchases within a length of time."""

import numpy as np
from scipy.special import gammaln, xlogy

from custintel._intervals import Floats
from custintel.models._pareto_nbd_integral import Decay

_NEGLIGIBLE = 34.0  # e^−34 = 2e-15
_LARGEST_EXPONENT = 600.0
_CELLS = 1 << 16  # nodes × customers in a block


def count_probabilities(future: Decay, time: float, most: int) -> Floats:
    """Return the probabilities of 0, 1, …, `most` purchases, shape (n, most + 1).

    Either the customer is still active after `time`, or leaves at an earlier τ; purchases up
    to then are counted by a negative binomial distribution, averaged over τ by quadrature.
    """
    n_nodes = 64 + int(6 * np.sqrt(most))
    found = np.empty((len(future.m), most + 1))
    n_blocks = 1 + len(found) * n_nodes // _CELLS
    for rows in np.array_split(np.arange(len(found)), n_blocks):
        found[rows] = _block(future.of(rows), time, most, n_nodes)
    return found


def _block(future: Decay, time: float, most: int, n_nodes: int) -> Floats:
    m, s, A = future.m, future.s, future.A
    # e^(−E) of the points falls as a customer purchases; here only leaving takes from it.
    leaving = Decay(np.zeros_like(m), s, A, future.B)
    points = leaving.points(_last_that_matters(future, time, most), n_nodes)
    leaves = s * points.length * points.weight / points.B
    stays = np.exp(-s * np.log1p(time / future.B))
    log_part, log_end = np.log(points.elapsed / points.A), np.log1p(time / A)
    found = np.empty((len(m), most + 1))
    for n in range(most + 1):
        ways = gammaln(m + n) - gammaln(m) - gammaln(n + 1)
        by_then = np.exp(ways + n * log_part - m * points.log_purchase)
        by_end = np.exp(ways + xlogy(n, time / (A + time)) - m * log_end)
        found[:, n] = stays * by_end + np.einsum("ij,ij->j", leaves, by_then)
    return found


def _last_that_matters(future: Decay, time: float, most: int) -> Floats:
    """Return a time by which all have left, or purchased more often than `most`."""
    ways = gammaln(future.m + most) - gammaln(future.m) - gammaln(most + 1)
    purchased = (_NEGLIGIBLE + np.maximum(ways, 0.0)) / future.m
    until_many = future.A * np.expm1(np.minimum(purchased, _LARGEST_EXPONENT))
    until_left = future.B * np.expm1(np.minimum(_NEGLIGIBLE / future.s, _LARGEST_EXPONENT))
    return np.asarray(np.minimum(time, np.minimum(until_many, until_left)))
