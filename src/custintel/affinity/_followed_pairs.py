"""How often each item follows each other one, counted from customers' sequences."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from custintel._intervals import Floats
from custintel._runs import Flags, Ints
from custintel.affinity._following import Cases, Rule, Runs, Sums
from custintel.affinity._repeated_cases import RepeatedCases
from custintel.affinity._sequences import Sequences


@dataclass(frozen=True, slots=True, eq=False)
class FollowedPairs:
    """Pairs of an antecedent and a consequent that follows it often enough, by their places.

    ``n_antecedent`` cases are at risk, of ``n_observed`` it is known what follows, and
    ``n_followed`` are followed by the consequent. Among ``n_cases`` observed ones of all items
    that are at risk, it follows ``n_any``. ``design_effect`` is 1 if no customer has several
    cases. ``n_tested`` pairs could have come often enough.
    """

    antecedent: Ints
    consequent: Ints
    n_antecedent: Ints
    n_observed: Ints
    n_followed: Ints
    n_any: Ints
    n_cases: Ints
    median_gap: Floats
    design_effect: Floats
    n_tested: int


@dataclass(frozen=True, slots=True, eq=False)
class Inquiry:
    """What is counted: at which lines there is a case, and which lines may follow one.

    ``is_observed`` are cases of which it is known what follows. ``earliest`` is, for each
    line, the first occasion that it follows.
    """

    sequences: Sequences
    is_case: Flags
    is_observed: Flags
    may_follow: Flags
    earliest: Ints
    exclude_owned: bool
    repeated: bool

    @classmethod
    def of(
        cls, sequences: Sequences, rule: Rule, *, exclude_owned: bool, repeated: bool
    ) -> "Inquiry":
        """Ask what follows the first purchase of each item, or with `repeated` every one."""
        previous = sequences.previous_with_item()
        is_new = previous < 0
        every = np.ones_like(is_new)
        is_case = every if repeated else is_new
        is_observed = is_case & rule.observed(sequences)[sequences.occasion]
        may_follow = is_new if exclude_owned else every
        # What was bought again in between has followed the earlier cases already.
        earliest = np.maximum(previous, rule.earliest(sequences)[sequences.occasion])
        return cls(sequences, is_case, is_observed, may_follow, earliest, exclude_owned, repeated)

    def pairs(self, fewest: int) -> FollowedPairs:
        """Count the pairs whose consequent follows in `fewest` cases or more."""
        n_case, n_observed = self._by_item(self.is_case), self._by_item(self.is_observed)
        observed = Cases.at(self.sequences, self.is_observed)
        n_any = self._by_item(self.may_follow, self._followed(observed, self.may_follow).lengths())
        often, often_follows = n_observed >= fewest, n_any >= fewest
        item = self.sequences.item
        cases = Cases.at(self.sequences, self.is_observed & often[item])
        followers = self.may_follow & often_follows[item]
        n_followed, median_gap = self._followed_after(cases, followers)
        is_listed = n_followed.values >= fewest
        keys = n_followed.keys[is_listed]
        antecedent, consequent = np.divmod(keys, self._n_items)
        owned, owned_observed = self._owned(often, followers, keys)
        n_same = int((often & often_follows).sum()) if self.exclude_owned else 0
        return FollowedPairs(
            antecedent,
            consequent,
            n_case[antecedent] - owned,
            n_observed[antecedent] - owned_observed,
            n_followed.values[is_listed].astype(np.int64),
            n_any[consequent],
            self._at_risk(observed)[consequent],
            median_gap[is_listed],
            self._design_effects(cases, followers, keys),
            int(often.sum()) * int(often_follows.sum()) - n_same,
        )

    @property
    def _n_items(self) -> int:
        return len(self.sequences.items)

    @property
    def _longest(self) -> int:
        """Return a number of days that no gap reaches."""
        return self.sequences.last_day - int(self.sequences.day.min()) + 1

    def _by_item(self, lines: Flags, weights: Ints | None = None) -> Ints:
        found = np.bincount(self.sequences.item[lines], weights, self._n_items)
        return found.astype(np.int64)

    def _followed(self, cases: Cases, followers: Flags) -> Runs:
        """Return, for each line of `followers`, the cases that it follows."""
        return cases.run(self.earliest[followers], self.sequences.occasion[followers])

    def _owning(self, cases: Cases, followers: Flags) -> Runs:
        """Return, for each first purchase of an item, its customer's cases from then on."""
        first = self.sequences.first_of_customer()
        is_last = np.r_[first[1:] != first[:-1], True]
        after = np.flatnonzero(is_last)[np.cumsum(is_last) - is_last] + 1
        bought = self.sequences.occasion[followers]
        return cases.run(bought, after[bought])

    def _at_risk(self, observed: Cases) -> Ints:
        """Return, for each item, the observed cases whose customers do not have it yet."""
        n = np.full(self._n_items, len(observed.occasion))
        if not self.exclude_owned:
            return n
        owning = self._owning(observed, self.may_follow)
        return n - self._by_item(self.may_follow, owning.lengths())

    def _owned(self, antecedents: Flags, followers: Flags, keys: Ints) -> tuple[Ints, Ints]:
        """Return, for pairs, the cases whose customers have the consequent already.

        All of them, and those observed.
        """
        if not self.exclude_owned:
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
        lines = self.is_case & antecedents[self.sequences.item]
        cases, is_observed = Cases.at(self.sequences, lines), self.is_observed[lines]
        item = self.sequences.item[followers]
        owned = Sums.counts(
            2 * (cases.item[case] * self._n_items + item[run]) + is_observed[case]
            for case, run in self._owning(cases, followers).pairs()
        )
        observed = owned.at(2 * keys + 1).astype(np.int64)
        return owned.at(2 * keys).astype(np.int64) + observed, observed

    def _followed_after(self, cases: Cases, followers: Flags) -> tuple[Sums, Floats]:
        """Count the cases of each pair that are followed, and find their median gap."""
        days = self.sequences.day
        item = self.sequences.item[followers]
        bought = days[self.sequences.occasion[followers]]
        since = days[cases.occasion]

        def blocks() -> Iterator[Ints]:
            for case, run in self._followed(cases, followers).pairs():
                pair = cases.item[case] * self._n_items + item[run]
                yield pair * self._longest + bought[run] - since[case]

        gaps = Sums.counts(blocks())
        return gaps.by(gaps.keys // self._longest), _medians(gaps, self._longest)

    def _design_effects(self, cases: Cases, followers: Flags, keys: Ints) -> Floats:
        if not self.repeated:
            return np.ones(len(keys))
        who = self.sequences.customer[cases.occasion]
        n_customers = int(self.sequences.customer.max()) + 1
        item = self.sequences.item[followers]

        def blocks() -> Iterator[Ints]:
            for case, run in self._followed(cases, followers).pairs():
                pair = cases.item[case] * self._n_items + item[run]
                yield pair * n_customers + who[case]

        by_customer = Sums.counts([cases.item * n_customers + who])
        repeated = RepeatedCases(Sums.counts(blocks()), by_customer, self._n_items, n_customers)
        return repeated.design_effects().at(keys)


def _medians(gaps: Sums, longest: int) -> Floats:
    """Return the median gap of each pair, in the order of the pairs."""
    upto = np.cumsum(gaps.values)
    n = gaps.by(gaps.keys // longest).values
    before = np.cumsum(n) - n
    middle = [np.searchsorted(upto, before + half, side="right") for half in ((n - 1) // 2, n // 2)]
    return np.asarray(sum(gaps.keys[place] % longest for place in middle) / 2, float)
