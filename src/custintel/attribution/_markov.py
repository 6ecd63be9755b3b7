"""The Markov chain of channels: what is lost when one of them is taken away.

A state is the channels of the last touches, as many as the order; a path begins in the start
state and ends in a conversion or in nothing. Without a channel, whatever comes to it is lost.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, diags_array, identity
from scipy.sparse.linalg import gmres, spsolve

from custintel._intervals import Floats
from custintel.attribution._paths import Ints, Paths
from custintel.attribution._shares import Moments, Split

_START = 0
_MOST_DENSE = 3000  # states whose chain is inverted at once, by one solve
_PRECISION = 1e-13
_STEPS, _MOST_RESTARTS = 50, 40  # of the iterative solver
_PATHS_AT_ONCE = 4096
_NUMBERS_AT_ONCE = 4_000_000


class Gradients(NamedTuple):
    """What a path adds to estimates, in columns.

    By its transitions, by its last state, and by its reward, which depends on that state.
    """

    transition: Floats
    final: Floats
    reward: Floats

    def plus(self, factor: float, other: "Gradients") -> "Gradients":
        """Return these and `factor` times others."""
        return Gradients(*(a + factor * b for a, b in zip(self, other, strict=True)))

    def scaled(self, factors: Floats) -> "Gradients":
        """Return a column for each of `factors`, as many times this one."""
        return Gradients(*(each * factors for each in self))

    def total(self) -> "Gradients":
        """Return those of the sum of the estimates."""
        return Gradients(*(each.sum(axis=1, keepdims=True) for each in self))


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Transitions between states, counted.

    ``last`` is the channel that each state ends with, −1 at the start; ``source`` and
    ``target`` are the states of each distinct transition; ``walked`` (paths × transitions)
    says which ones each path has; ``final`` is the state that each path ends in;
    ``n_paths`` are the paths alike, ``departures`` how often each state is left.
    """

    n_channels: int
    last: Ints
    source: Ints
    target: Ints
    walked: csr_matrix
    final: Ints
    n_paths: Floats
    departures: Floats
    moves: csr_matrix  # probabilities between states

    @classmethod
    def of(cls, paths: Paths, order: int) -> "Chain":
        """Count the transitions of paths that have a touch each."""
        n_channels = len(paths.names)
        codes = _state_codes(paths, order)
        state, found = pd.factorize(np.concatenate([[_START], codes]))
        last, n = found % (n_channels + 1) - 1, len(found)
        state = state[1:]
        before = np.where(paths.position() == 0, _START, np.roll(state, 1))
        step, distinct = pd.factorize(before * n + state)
        source, target = np.divmod(distinct, n)
        bounds = np.concatenate([[0], np.cumsum(paths.length)])
        shape = (len(paths.length), len(distinct))
        walked = csr_matrix((np.ones(len(step)), step, bounds), shape=shape)
        final = state[bounds[1:] - 1]
        n_paths = paths.n_conversions + paths.n_nulls
        counts = walked.T @ n_paths
        departures = np.bincount(source, counts, n).astype(float)
        departures += np.bincount(final, n_paths, n)
        moves = csr_matrix((counts / departures[source], (source, target)), shape=(n, n))
        return cls(n_channels, last, source, target, walked, final, n_paths, departures, moves)

    def rewards(self, moments: Moments) -> Floats:
        """Return what leaving each state brings at once, on average."""
        return np.bincount(self.final, moments.total, len(self.last)) / self.departures

    def without_each(self) -> "Removals":
        """Return the chain without each of the channels, in turn."""
        n = len(self.last)
        if n > _MOST_DENSE or not self._is_of_first_order():
            return _ChannelsTaken(self)
        state = np.empty(self.n_channels, np.int64)
        state[self.last[1:]] = np.arange(1, n)
        return _StatesTaken(np.linalg.inv(np.eye(n) - self.moves.toarray()), state)

    def _is_of_first_order(self) -> bool:
        return len(self.last) == self.n_channels + 1

    def variances(self, gradients: Gradients, moments: Moments) -> Floats:
        """Return the variance of estimates over samples of as many paths."""
        found = np.zeros(gradients.final.shape[1])
        for first in range(0, len(self.final), _PATHS_AT_ONCE):
            block = slice(first, first + _PATHS_AT_ONCE)
            final = self.final[block]
            fixed = self.walked[block] @ gradients.transition + gradients.final[final]
            reward = gradients.reward[final]
            found += self.n_paths[block] @ fixed**2
            found += 2 * moments.total[block] @ (fixed * reward)
            found += moments.squares[block] @ reward**2
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _StatesTaken:
    """A chain of the first order without each of its channels, from the inverse of the whole.

    ``state`` is that of each channel.
    """

    inverse: Floats
    state: Ints

    def visits(self) -> Floats:
        """Return how often each state (column) is visited without each channel (row)."""
        start, taken = self.inverse[_START], self.inverse[self.state]
        reached = start[self.state] / taken[np.arange(len(taken)), self.state]
        return self._without(start - reached[:, None] * taken)

    def expected(self, rewards: Floats) -> Floats:
        """Return what each state (column) brings without each channel (row)."""
        whole, taken = self.inverse @ rewards, self.inverse[:, self.state].T
        lost = whole[self.state] / taken[np.arange(len(taken)), self.state]
        return self._without(whole - lost[:, None] * taken)

    def _without(self, values: Floats) -> Floats:
        values[np.arange(len(values)), self.state] = 0.0
        return values


@dataclass(frozen=True, slots=True, eq=False)
class _ChannelsTaken:
    """A chain of any order without each of its channels.

    Without the states that end with a channel, no others that hold it are reached.
    """

    chain: Chain

    def visits(self) -> Floats:
        """Return how often each state (column) is visited without each channel (row)."""
        start = np.zeros(len(self.chain.last))
        start[_START] = 1.0
        return self._solved(start, transposed=True)

    def expected(self, rewards: Floats) -> Floats:
        """Return what each state (column) brings without each channel (row)."""
        return self._solved(rewards, transposed=False)

    def _solved(self, right: Floats, *, transposed: bool) -> Floats:
        whole = identity(len(right), format="csr")
        found = np.empty((self.chain.n_channels, len(right)))
        for channel in range(len(found)):
            is_left = (self.chain.last != channel).astype(float)
            mask = diags_array(is_left)
            system = csr_matrix(whole - mask @ self.chain.moves @ mask)
            system = csr_matrix(system.T) if transposed else system
            found[channel] = _solved(system, right * is_left)
        return found


Removals = _StatesTaken | _ChannelsTaken


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """What a path brings on average, and how much less without each channel.

    ``visits`` and ``expected`` (channels × states) are those without each channel.
    """

    chain: Chain
    moments: Moments
    whole: float
    lost: Floats
    visits: Floats
    expected: Floats

    @classmethod
    def of(cls, chain: Chain, removals: Removals, visits: Floats, moments: Moments) -> "Losses":
        """Take each channel away in turn."""
        whole = float(moments.total.sum()) / float(chain.n_paths.sum())
        rewards = chain.rewards(moments)
        expected = removals.expected(rewards)
        # Rounding must not make a channel that brings nothing bring less than that.
        lost = np.maximum(whole - expected[:, _START], 0.0)
        return cls(chain, moments, whole, lost, visits, expected)

    def split(self) -> Split:
        """Return the share of each channel in the sum of all losses."""
        parts = [self._gradients(channels).total() for channels in self._blocks()]
        of_total = parts[0]
        for part in parts[1:]:
            of_total = of_total.plus(1.0, part)
        return self._relative(of_total, float(self.lost.sum()))

    def effects(self) -> Split:
        """Return the part of the whole that is lost without each channel."""
        return self._relative(self._of_whole(), self.whole)

    def _relative(self, of_base: Gradients, base: float) -> Split:
        """Return the losses as parts of `base`."""
        part = np.minimum(self.lost / base, 1.0)
        variances = [
            self.chain.variances(
                self._gradients(each).plus(-1.0, of_base.scaled(part[each])), self.moments
            )
            for each in self._blocks()
        ]
        return Split(part, np.concatenate(variances) / base**2, self.moments.size())

    def _blocks(self) -> list[slice]:
        at_once = max(_NUMBERS_AT_ONCE // len(self.chain.source), 1)
        return [slice(first, first + at_once) for first in range(0, len(self.lost), at_once)]

    def _of_whole(self) -> Gradients:
        """Return what a path adds to the mean reward, which is that of the whole chain."""
        chain = self.chain
        one = np.full((len(chain.last), 1), 1 / float(chain.n_paths.sum()))
        return Gradients(np.zeros((len(chain.source), 1)), -self.whole * one, one)

    def _gradients(self, channels: slice) -> Gradients:
        """Return what a path adds to the losses without some of the channels."""
        chain, expected = self.chain, self.expected[channels].T
        per_departure = self.visits[channels].T / chain.departures[:, None]
        gained = expected[chain.target] - expected[chain.source]
        of_rest = Gradients(
            -per_departure[chain.source] * gained, per_departure * expected, -per_departure
        )
        return of_rest.plus(1.0, self._of_whole())


def _state_codes(paths: Paths, order: int) -> Ints:
    """Return the last channels of each touch as one number, above 0; none counts as 0."""
    base, position = len(paths.names) + 1, paths.position()
    codes = paths.channel + 1
    for lag in range(1, order):
        earlier = np.where(position >= lag, np.roll(paths.channel, lag) + 1, 0)
        codes = codes + earlier * base**lag
    return np.asarray(codes, np.int64)


def _solved(system: csr_matrix, right: Floats) -> Floats:
    """Solve a sparse system step by step, or at once where steps do not settle.

    BiCGSTAB would break down after its first step: it compares with the start state, in which
    nothing is left to be solved then. Solving at once takes minutes with thousands of states.
    """
    if not right.any():
        return np.zeros(len(right))
    found, _failed = gmres(
        system, right, rtol=_PRECISION, atol=0.0, restart=_STEPS, maxiter=_MOST_RESTARTS
    )
    error = np.linalg.norm(system @ found - right)
    if not error <= 10 * _PRECISION * np.linalg.norm(right):
        found = spsolve(system.tocsc(), right)
    return np.asarray(found, float)
