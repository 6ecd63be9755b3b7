"""The BG/BB likelihood: a mixture over the occasion from which a customer was gone.

A customer who was last active on occasion s, from the last purchase (occasion t_x) to the end
(n), has the likelihood

    B(α + x, β + s − x) / B(α, β) × B(γ + 1, δ + s) / B(γ, δ),   with B(γ, δ + n) for s = n.

All factors are rising factorials of whole numbers, so that one table for each of them serves
every customer. In a mixture the gradient of the log-likelihood is the mean of the terms'
gradients, and its Hessian the mean of their Hessians plus the covariance of their gradients.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.models._beta_geo_beta_binomial_history import Occasions
from custintel.models._design import RowCurve, total
from custintel.models._newton import Curve
from custintel.models._rising_factorial import LogRising, log_rising_up_to

_TERMS = 1 << 17  # in a block: what the processor's cache holds
_K = 4
_PAIRS = [(i, j) for i in range(_K) for j in range(i, _K)]


@dataclass(frozen=True, slots=True)
class Histories:
    """What the mixture says of each customer: log-likelihood, and activity on occasion n."""

    curve: RowCurve
    log_active: Floats  # logarithm of the probability of being active on occasion n
    active_slopes: Floats  # its derivatives by the log parameters, (k, n)


@dataclass(frozen=True, slots=True)
class BetaGeoBetaBinomialLikelihood:
    """The log-likelihood of weighted histories as a function of the log parameters."""

    occasions: Occasions
    weight: Floats

    def __call__(self, log_parameters: Floats) -> Curve:
        """Return the log-likelihood and its derivatives."""
        tables = _Tables.of(np.exp(log_parameters), self.occasions)
        return total(
            [
                _Terms.of(self.occasions.of(rows)).histories(tables).curve.summed(self.weight[rows])
                for rows in _blocks(self.occasions)
            ]
        )


def histories_of(parameters: Floats, occasions: Occasions) -> Histories:
    """Return the log-likelihood of each history, and the probability of activity, with slopes."""
    tables = _Tables.of(parameters, occasions)
    parts = [
        _Terms.of(occasions.of(rows)).histories(tables, with_bends=False)
        for rows in _blocks(occasions)
    ]
    curve = RowCurve(
        np.concatenate([part.curve.value for part in parts]),
        np.concatenate([part.curve.slopes for part in parts], axis=1),
        {},
    )
    return Histories(
        curve,
        np.concatenate([part.log_active for part in parts]),
        np.concatenate([part.active_slopes for part in parts], axis=1),
    )


@dataclass(frozen=True, slots=True)
class _Sum:
    """Logarithms of (p + q)_n for n = 0, 1, …, and derivatives by ln p and ln q."""

    value: Floats
    slopes: tuple[Floats, Floats]
    bends: tuple[Floats, Floats, Floats]  # by pp, pq, qq

    @classmethod
    def of(cls, p: float, q: float, most: int) -> "_Sum":
        table = log_rising_up_to(p + q, most)
        share, other = p / (p + q), q / (p + q)
        mixed = table.bend - table.slope
        return cls(
            table.value,
            (share * table.slope, other * table.slope),
            (
                share * table.slope + share**2 * mixed,
                share * other * mixed,
                other * table.slope + other**2 * mixed,
            ),
        )


@dataclass(frozen=True, slots=True)
class _Tables:
    """The rising factorials that the terms are made of."""

    alpha: LogRising
    beta: LogRising
    delta: LogRising
    alpha_beta: _Sum
    gamma_delta: _Sum
    log_gamma: float

    @classmethod
    def of(cls, parameters: Floats, occasions: Occasions) -> "_Tables":
        alpha, beta, gamma, delta = parameters.tolist()
        most = int(occasions.n_periods.max()) + 1
        return cls(
            log_rising_up_to(alpha, most),
            log_rising_up_to(beta, most),
            log_rising_up_to(delta, most),
            _Sum.of(alpha, beta, most),
            _Sum.of(gamma, delta, most),
            float(np.log(gamma)),
        )


@dataclass(frozen=True, slots=True)
class _Terms:
    """The terms of the mixtures of some customers, one after the other."""

    start: NDArray[np.intp]  # of each customer's terms
    row: NDArray[np.intp]  # the customer of each term
    x: NDArray[np.intp]
    s: NDArray[np.intp]  # last occasion on which the customer was active
    is_gone: NDArray[np.intp]  # 1 if that was before the end of observation

    @classmethod
    def of(cls, occasions: Occasions) -> "_Terms":
        counts = _n_terms(occasions)
        start = np.cumsum(counts) - counts
        row = np.repeat(np.arange(len(counts)), counts)
        s = occasions.recency[row] + np.arange(len(row)) - start[row]
        is_gone = (s < occasions.n_periods[row]).astype(np.intp)
        return cls(start, row, occasions.frequency[row], s, is_gone)

    def histories(self, tables: _Tables, *, with_bends: bool = True) -> Histories:
        """Return what the mixtures say."""
        logs = self._logs(tables)
        highest = np.maximum.reduceat(logs, self.start)
        scaled = np.exp(logs - highest[self.row])
        sums = np.add.reduceat(scaled, self.start)
        share = scaled / sums[self.row]
        slopes = self._slopes(tables)
        mean = np.add.reduceat(share * slopes, self.start, axis=1)
        value = highest + np.log(sums)
        bends = {}
        if with_bends:
            own = self._bends(tables)
            for i, j in _PAIRS:
                second = slopes[i] * slopes[j] + own.get((i, j), 0.0)
                bends[i, j] = np.add.reduceat(share * second, self.start) - mean[i] * mean[j]
        last = np.append(self.start[1:], len(self.row)) - 1  # s = n
        return Histories(RowCurve(value, mean, bends), logs[last] - value, slopes[:, last] - mean)

    def _logs(self, tables: _Tables) -> Floats:
        x, s, is_gone = self.x, self.s, self.is_gone
        purchases = tables.alpha.value[x] + tables.beta.value[s - x] - tables.alpha_beta.value[s]
        staying = tables.delta.value[s] - tables.gamma_delta.value[s + is_gone]
        logs: Floats = purchases + staying + is_gone * tables.log_gamma
        return logs

    def _slopes(self, tables: _Tables) -> Floats:
        x, s, is_gone = self.x, self.s, self.is_gone
        by_purchases = tables.alpha_beta.slopes
        by_staying = tables.gamma_delta.slopes
        return np.stack(
            [
                tables.alpha.slope[x] - by_purchases[0][s],
                tables.beta.slope[s - x] - by_purchases[1][s],
                is_gone - by_staying[0][s + is_gone],
                tables.delta.slope[s] - by_staying[1][s + is_gone],
            ]
        )

    def _bends(self, tables: _Tables) -> dict[tuple[int, int], Floats]:
        x, s, end = self.x, self.s, self.s + self.is_gone
        purchases, staying = tables.alpha_beta.bends, tables.gamma_delta.bends
        return {
            (0, 0): tables.alpha.bend[x] - purchases[0][s],
            (0, 1): -purchases[1][s],
            (1, 1): tables.beta.bend[s - x] - purchases[2][s],
            (2, 2): -staying[0][end],
            (2, 3): -staying[1][end],
            (3, 3): tables.delta.bend[s] - staying[2][end],
        }


def _n_terms(occasions: Occasions) -> NDArray[np.intp]:
    return occasions.n_periods - occasions.recency + 1


def _blocks(occasions: Occasions) -> Iterator[slice]:
    ends = np.cumsum(_n_terms(occasions))
    cuts = np.searchsorted(ends, np.arange(_TERMS, ends[-1], _TERMS), side="right")
    edges = np.unique(np.concatenate([[0], cuts, [len(ends)]])).tolist()
    return (slice(start, end) for start, end in pairwise(edges))
