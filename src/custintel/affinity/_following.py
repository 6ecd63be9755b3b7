"""Which purchases follow which: every case of an item, and the first purchase of each other after.

A case is a purchase of an item at an occasion. It is followed by an item at the customer's
first later occasion with that item, if that comes soon enough. Seen from the purchase that
follows, the cases before it are a run without gaps: that makes counting them all quick.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from custintel._intervals import Floats
from custintel._runs import Flags, Ints, starts_of_runs
from custintel._time import PERIOD_MONTHS, Span
from custintel.affinity._sequences import (
    Sequences,
    stable_order,
)

# Pairs of a case and what follows it that are made at once: 16 bytes each, and sorted.
_BLOCK = 4_000_000
_MOST_PENDING = 100_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What counts as following: the next occasion or any, and within which time.

    ``ends`` is, for each occasion, the last day on which something may follow it.
    """

    only_next: bool
    ends: Ints | None

    @classmethod
    def of(cls, sequences: Sequences, *, only_next: bool, horizon: Span | None) -> "Rule":
        """Apply a horizon to the occasions of `sequences`."""
        return cls(only_next, None if horizon is None else window_ends(sequences.day, horizon))

    def observed(self, sequences: Sequences) -> Flags:
        """Return, for each occasion, whether it is known what follows it.

        With a horizon: whether all of it was observed. Who has bought again before its end
        does not count more than who has not: that would favour what comes soon.
        """
        return sequences.has_next() if self.ends is None else self.ends <= sequences.last_day

    def earliest(self, sequences: Sequences) -> Ints:
        """Return, for each occasion, the first of its customer's that it follows by this rule."""
        earliest = sequences.first_of_customer()
        if self.only_next:
            earliest = np.maximum(earliest, np.arange(len(earliest)) - 1)
        if self.ends is None:
            return earliest
        first = int(sequences.day.min())
        span = int(self.ends.max()) - first + 1
        within = np.searchsorted(
            sequences.customer * span + self.ends - first,
            sequences.customer * span + sequences.day - first,
        )
        return np.maximum(earliest, within)


def window_ends(days: Ints, horizon: Span) -> Ints:
    """Return the last day of a horizon after each day; whole months are calendar months.

    >>> days = np.array(["2024-01-31", "2024-02-29"], "datetime64[D]").astype("int64")
    >>> window_ends(days, Span.parse("1M")).astype("datetime64[D]").tolist()
    [datetime.date(2024, 2, 29), datetime.date(2024, 3, 29)]
    """
    n_months = horizon.count * PERIOD_MONTHS.get(horizon.unit, np.nan)
    if not float(n_months).is_integer():
        return days + round(horizon.to("D"))
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    day_of_month = days - _first_days(months)
    ends = months + int(n_months)
    return np.minimum(_first_days(ends) + day_of_month, _first_days(ends + 1) - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Purchases of items after which it is looked what follows, by occasion.

    ``before`` has, for each occasion, how many cases there are at occasions before it, and
    at its end their number.
    """

    occasion: Ints
    item: Ints
    before: Ints

    @classmethod
    def at(cls, sequences: Sequences, lines: Flags) -> "Cases":
        """Take the lines that are told."""
        occasion = sequences.occasion[lines]
        counts = np.bincount(occasion, minlength=len(sequences.day))
        return cls(occasion, sequences.item[lines], np.concatenate([[0], np.cumsum(counts)]))

    def run(self, first: Ints, end: Ints) -> "Runs":
        """Return the cases at occasions from `first` to before `end`."""
        return Runs(self.before[first], self.before[end])


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Runs of cases, each from its ``first`` to before its ``end``."""

    first: Ints
    end: Ints

    def lengths(self) -> Ints:
        """Return the number of cases of each run."""
        return self.end - self.first

    def among(self, kept: Flags) -> "Runs":
        """Return the runs that are told."""
        return Runs(self.first[kept], self.end[kept])

    def pairs(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield each case with the position of its run, in blocks of bounded size."""
        lengths = self.lengths()
        upto = np.cumsum(lengths)
        total = int(upto[-1]) if len(upto) else 0
        cuts = np.searchsorted(upto, np.arange(_BLOCK, total, _BLOCK), side="right")
        for start, stop in pairwise([0, *cuts.tolist(), len(lengths)]):
            part = lengths[start:stop]
            run = np.repeat(np.arange(start, stop), part)
            offset = self.first[start:stop] - np.cumsum(part) + part
            yield np.arange(len(run)) + np.repeat(offset, part), run


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums by distinct key, keys in order."""

    keys: Ints
    values: Floats

    @classmethod
    def of(cls, keys: Ints, values: Floats) -> "Sums":
        """Add up the values of equal keys."""
        order = stable_order(keys)
        return cls(keys[order], values[order]).by(keys[order])

    @classmethod
    def counts(cls, blocks: Iterable[Ints]) -> "Sums":
        """Count how often each key comes in all blocks."""
        done, pending, n_pending = cls(np.empty(0, np.int64), np.empty(0)), [], 0
        for keys in blocks:
            pending.append(keys)
            n_pending += len(keys)
            # Millions of equal keys become one; those of few blocks are sorted but once.
            if n_pending > _MOST_PENDING:
                done, pending, n_pending = done.plus(_counted(pending)), [], 0
        return done.plus(_counted(pending)) if pending else done

    def plus(self, other: "Sums") -> "Sums":
        """Return the sums of both."""
        if not (len(self.keys) and len(other.keys)):
            return self if len(self.keys) else other
        keys = np.concatenate([self.keys, other.keys])
        return Sums.of(keys, np.concatenate([self.values, other.values]))

    def by(self, groups: Ints) -> "Sums":
        """Add up further, by groups whose keys follow one another."""
        starts = starts_of_runs(groups)
        sums = np.add.reduceat(self.values, starts) if len(starts) else self.values
        return Sums(groups[starts], sums)

    def at(self, keys: Ints) -> Floats:
        """Return the sums of these keys, 0 of those that did not come."""
        if not len(self.keys):
            return np.zeros(len(keys))
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[place] == keys, self.values[place], 0.0)


def _counted(blocks: list[Ints]) -> Sums:
    keys = np.concatenate(blocks)
    blocks.clear()
    keys.sort()
    starts = starts_of_runs(keys)
    return Sums(keys[starts], np.diff(starts, append=len(keys)).astype(float))


def _first_days(months: "np.ndarray[tuple[int], np.dtype[np.datetime64]]") -> Ints:
    return months.astype("datetime64[D]").astype(np.int64)
