"""Whether two things come together by chance, and how many finds among many are chance."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from custintel._intervals import Floats

_NEGLIGIBLE = 1e-18  # part of a tail that its further terms could still add
_BLOCK = 32_768


def fisher_greater(both: ArrayLike, first: ArrayLike, second: ArrayLike, n: ArrayLike) -> Floats:
    """Return Fisher's exact one-sided p: that chance brings `both` common cases or more.

    Of `n` cases `first` have the one thing and `second` the other. Millions of tables are
    done at once: the tail of the hypergeometric distribution is added up outwards.

    >>> fisher_greater([3], [4], [4], [8]).round(6).tolist()  # the lady tasting tea
    [0.242857]
    """
    given = (np.asarray(each, np.float64) for each in (both, first, second, n))
    tables = np.stack(np.broadcast_arrays(*given)).reshape(4, -1)
    p = np.ones(tables.shape[1])
    # Tables that expect as much have tails as long; few at a time stay near the processor.
    by_length = np.argsort(_expected(tables))
    for block in np.array_split(by_length, max(len(p) // _BLOCK, 1)):
        p[block] = _greater(tables[:, block])
    return p


def fisher_two_sided(both: ArrayLike, first: ArrayLike, second: ArrayLike, n: ArrayLike) -> Floats:
    """Return twice the smaller of Fisher's exact one-sided p, at most 1.

    The arguments are those of `fisher_greater`.

    >>> fisher_two_sided([3], [4], [4], [8]).round(6).tolist()
    [0.485714]
    """
    common, one, other, total = (np.asarray(each, np.float64) for each in (both, first, second, n))
    more = fisher_greater(common, one, other, total)
    # From the other side, not 1 - p: that would lose the small ones.
    fewer = fisher_greater(one - common, one, total - other, total)
    return np.asarray(np.minimum(2 * np.minimum(more, fewer), 1.0))


def q_values(p: ArrayLike) -> Floats:
    """Return the Benjamini–Hochberg (1995) adjusted p-values, NaN where p is.

    Taking those up to 0.05 for finds, at most 5 % of the finds are expected to be chance.

    >>> q_values([0.01, 0.02, np.nan, 0.5]).round(3).tolist()
    [0.03, 0.03, nan, 0.5]
    """
    from scipy.stats import false_discovery_control

    given = np.asarray(p, np.float64)
    q = np.full(given.shape, np.nan)
    is_known = ~np.isnan(given)
    if is_known.any():
        q[is_known] = false_discovery_control(given[is_known], method="bh")
    return q


def holm(p: ArrayLike) -> Floats:
    """Return the Holm (1979) adjusted p-values.

    Taking those up to 0.05 for finds, any find is chance in at most 5 % of such families. The
    function of statsmodels collects all garbage first, which costs a tenth of a second.

    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p, np.float64)
    order = np.argsort(given)
    stepped = given[order] * np.arange(len(given), 0, -1)
    adjusted = np.empty_like(given)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted


def _greater(tables: Floats) -> Floats:
    is_above = tables[0] > _expected(tables)
    p = np.ones(tables.shape[1])
    # From the mean outwards the terms fall, so the shorter tail is soon complete.
    p[is_above] = _tail(tables[:, is_above], step=1)
    below = tables[:, ~is_above] - np.array([[1.0], [0.0], [0.0], [0.0]])
    p[~is_above] = 1.0 - _tail(below, step=-1)
    return np.clip(p, 0.0, 1.0)


def _expected(tables: Floats) -> Floats:
    """Return the common cases that chance would bring."""
    _common, one, other, total = tables
    return np.asarray(one * other / np.maximum(total, 1.0))


def _tail(tables: Floats, *, step: int) -> Floats:
    """Add up hypergeometric probabilities from the counts in the first row on, up or down."""
    common, one, other, total = tables.copy()
    term = np.exp(_log_probability(common, one, other, total))
    tail = term.copy()
    live = np.flatnonzero(term > 0)
    while len(live):
        k, a, b, rest = common[live], one[live], other[live], (total - one - other)[live]
        up = (a - k) * (b - k), (k + 1) * (rest + k + 1)
        down = k * (rest + k), (a - k + 1) * (b - k + 1)
        top, bottom = up if step > 0 else down
        term[live] *= np.maximum(top, 0.0) / bottom
        common[live] += step
        tail[live] += term[live]
        live = live[term[live] > _NEGLIGIBLE * tail[live]]
    return tail


def _log_probability(common: Floats, one: Floats, other: Floats, total: Floats) -> Floats:
    rest = total - one - other + common
    is_possible = (common >= 0) & (rest >= 0) & (common <= one) & (common <= other)
    inside = np.where(is_possible, common, np.maximum(0.0, one + other - total))
    log_p = (
        _log_choose(one, inside)
        + _log_choose(total - one, other - inside)
        - _log_choose(total, other)
    )
    return np.where(is_possible, log_p, -np.inf)


def _log_choose(n: Floats, k: Floats) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))
