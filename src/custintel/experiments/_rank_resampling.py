"""Chance in rankings: resamples of the customers, and splits of them to choose and to judge."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custintel._checks import require_between
from custintel._intervals import Bounds, Floats
from custintel.experiments._ranked_results import RankedResults
from custintel.experiments._tallies import Tally

N_RESAMPLES = 1000
N_SPLITS = 500
_HELD_OUT = 0.2
# Groups of neighbours in rank that resamples keep together; more would move no bound.
_MOST_GROUPS = 400
_NUMBERS_AT_ONCE = 2_000_000

Measure = Callable[[Tally], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """A measure in each resample, one row each, and as the customers gave it in groups."""

    drawn: Floats
    middle: Floats

    def errors(self) -> Floats:
        """Return by how much each resample is off."""
        return self.drawn - self.middle

    def bounds(self, value: Floats, level: float) -> Bounds:
        """Return the percentile bounds of a measure whose exact value is given."""
        require_between(level, 0, 1, name="level", open_ends=True)
        tail = (1 - level) / 2
        low, high = np.quantile(self.errors(), [tail, 1 - tail], axis=0)
        return Bounds(value + low, value + high)


def resampled(ranked: RankedResults, measure: Measure, rng: np.random.Generator) -> Resampled:
    """Return a measure of a ranking in `N_RESAMPLES` resamples of the customers of each arm."""
    starts = _starts_of_groups(ranked)
    kinds = _Kinds.of(ranked, starts)
    drawn = [
        measure(kinds.tally(kinds.drawn(many, rng)))
        for many in _batches(N_RESAMPLES, len(kinds.count))
    ]
    return Resampled(np.concatenate(drawn), measure(Tally.of_groups(ranked.sums(starts))))


def held_out(
    ranked: RankedResults,
    choose: Callable[[Tally], NDArray[np.intp]],
    measure: Measure,
    rng: np.random.Generator,
) -> float:
    """Return what is chosen by four fifths of the customers, as the others measure it.

    The mean of `N_SPLITS` splits at random; NaN if none leaves both arms on both sides.
    """
    kinds = _Kinds.of(ranked, _starts_of_groups(ranked))
    counts = kinds.count.astype(np.int64)
    found = []
    for many in _batches(N_SPLITS, len(counts)):
        held = rng.binomial(counts, _HELD_OUT, (many, len(counts)))
        inside, outside = (kinds.tally(part.astype(float)) for part in (counts - held, held))
        is_whole = inside.has_both_arms() & outside.has_both_arms()
        if is_whole.any():
            values, chosen = measure(outside.of(is_whole)), choose(inside.of(is_whole))
            found.append(np.take_along_axis(values, chosen[:, None], axis=1)[:, 0])
    return float(np.concatenate(found).mean()) if found else np.nan


def _starts_of_groups(ranked: RankedResults) -> NDArray[np.intp]:
    ties = ranked.first_of_ties()
    if len(ties) <= _MOST_GROUPS:
        return ties
    # Each group begins with the customers of a score, so that no tie is torn.
    wanted = np.arange(_MOST_GROUPS) * len(ranked.score) / _MOST_GROUPS
    return np.unique(ties[np.searchsorted(ties, wanted, side="right") - 1])


@dataclass(frozen=True, slots=True, eq=False)
class _Kinds:
    """Customers of one group, arm and outcome, and how many there are, group by group."""

    group: NDArray[np.intp]
    is_treated: NDArray[np.bool_]
    outcome: Floats
    count: Floats

    @classmethod
    def of(cls, ranked: RankedResults, starts: NDArray[np.intp]) -> "_Kinds":
        """Count the kinds in groups of a ranking that begin at some places."""
        group = np.zeros(len(ranked.score), dtype=np.intp)
        group[starts[1:]] = 1
        group = group.cumsum()
        order = np.lexsort((ranked.outcome, ranked.is_treated, group))
        groups, arms, outcomes = group[order], ranked.is_treated[order], ranked.outcome[order]
        is_new = np.ones(len(order), dtype=bool)
        is_new[1:] = (
            (np.diff(groups) != 0) | (arms[1:] != arms[:-1]) | (outcomes[1:] != outcomes[:-1])
        )
        first = np.flatnonzero(is_new)
        count = np.diff(first, append=len(order)).astype(float)
        return cls(groups[first], arms[first], outcomes[first], count)

    def drawn(self, many: int, rng: np.random.Generator) -> Floats:
        """Return how often resamples meet each kind: shape (many, kinds). Arms keep their size."""
        drawn = np.empty((many, len(self.count)))
        for is_in in (self.is_treated, ~self.is_treated):
            count = self.count[is_in]
            n = count.sum()
            drawn[:, is_in] = rng.multinomial(int(n), count / n, size=many)
        return drawn

    def tally(self, count: Floats) -> Tally:
        """Return the tally of other numbers of each kind, shape (many, kinds)."""
        treated, control = count * self.is_treated, count * ~self.is_treated
        parts = [treated, control, treated * self.outcome, control * self.outcome]
        starts = np.flatnonzero(np.diff(self.group, prepend=-1))
        return Tally.of_groups(np.stack([np.add.reduceat(part, starts, axis=1) for part in parts]))


def _batches(total: int, numbers_each: int) -> Iterator[int]:
    """Yield how many draws to do at once, so that memory stays bounded."""
    most = max(_NUMBERS_AT_ONCE // numbers_each, 1)
    for start in range(0, total, most):
        yield min(most, total - start)
