"""Product-limit estimates of many groups at once, of units that wait several times.

The share of waits that are over by a day, when some waits were still going on as they were
last seen (Kaplan and Meier, 1958). The waits of one unit are alike: the variance by
Greenwood's formula is multiplied by a design effect, the variance of what units rather than
waits add to the estimate.
"""

from dataclasses import dataclass

import numpy as np

from custintel._intervals import Bounds, Floats, normal_quantile
from custintel._runs import Flags, Ints, starts_of_runs

_N_BINS = 12  # steps of each curve at which the design effect is found
_NOT_LESS = 1e-9  # shares that are equal on paper may differ by rounding


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """Waits in whole days, of units in groups; those of a unit follow one another.

    A wait that is not ``over`` was as long as that when it was last seen.
    """

    days: Ints
    over: Flags
    unit: Ints
    group: Ints
    n_groups: int


@dataclass(frozen=True, slots=True, eq=False)
class ProductLimit:
    """The curve of each group: a row per day on which a wait was over, by group and day.

    ``share`` of the waits are over by that day. ``hazard`` is minus the logarithm of the share
    that are not, with half a wait left where none is; ``variance`` is its variance.
    """

    group: Ints
    day: Ints
    n_at_risk: Ints
    n_over: Ints
    share: Floats
    hazard: Floats
    variance: Floats
    n_groups: int

    @classmethod
    def of(cls, waits: Waits) -> "ProductLimit":
        """Estimate the curves."""
        longest = int(waits.days.max(initial=0)) + 1
        seen = np.sort(waits.group * longest + waits.days)
        over = np.sort(waits.group[waits.over] * longest + waits.days[waits.over])
        starts = starts_of_runs(over)
        n_over = np.diff(starts, append=len(over))
        group, day = np.divmod(over[starts], longest)
        n_upto = np.cumsum(np.bincount(waits.group, minlength=waits.n_groups))
        n_at_risk = n_upto[group] - np.searchsorted(seen, over[starts])
        left = np.maximum(n_at_risk - n_over, 0.5)
        hazard = _cumulated(np.log(n_at_risk / left), group)
        share = np.where(n_at_risk > n_over, -np.expm1(-hazard), 1.0)
        variance = _cumulated(n_over / (n_at_risk * left), group)
        if len(starts_of_runs(waits.unit)) < len(waits.unit):
            influences = _Influences.of(waits, group, day, n_at_risk, n_over)
            variance = variance * influences.design_effects(share)
        return cls(group, day, n_at_risk, n_over, share, hazard, variance, waits.n_groups)

    def interval(self, level: float) -> Bounds:
        """Return the bounds of the shares, symmetric for the logarithm of the hazard."""
        spread = np.exp(normal_quantile(level) * np.sqrt(self.variance) / self.hazard)
        high = np.where(self.share == 1.0, 1.0, -np.expm1(-self.hazard * spread))
        return Bounds(-np.expm1(-self.hazard / spread), high)

    def first_day(self, shares: Floats, quantile: float) -> Floats:
        """Return the first day of each group on which `shares` reach `quantile`, NaN if none."""
        reached = np.flatnonzero(shares >= quantile - _NOT_LESS)[::-1]
        days = np.full(self.n_groups, np.nan)
        # The last that is written is the first of the group.
        days[self.group[reached]] = self.day[reached]
        return days


@dataclass(frozen=True, slots=True, eq=False)
class _Influences:
    """What each wait adds to the cumulative hazard of its group, up to any day.

    ``jump`` is its part if it is over; ``drift`` is what its being at risk takes off, up to
    its last day; ``drift_of_row`` the same up to each day of the curve.
    """

    waits: Waits
    jump: Floats
    drift: Floats
    group_of_row: Ints
    day_of_row: Ints
    drift_of_row: Floats

    @classmethod
    def of(
        cls, waits: Waits, group: Ints, day: Ints, n_at_risk: Ints, n_over: Ints
    ) -> "_Influences":
        longest = int(waits.days.max(initial=0)) + 1
        drift_of_row = _cumulated(n_over / n_at_risk.astype(float) ** 2, group)
        row = np.searchsorted(
            group * longest + day, waits.group * longest + waits.days, side="right"
        )
        # Before its group's first row, a wait is in the row of another group.
        at = np.maximum(row - 1, 0)
        is_in = (row > 0) & (group[at] == waits.group)
        drift = np.where(is_in, drift_of_row[at], 0.0)
        jump = np.where(waits.over, 1 / n_at_risk[at], 0.0)
        return cls(waits, jump, drift, group, day, drift_of_row)

    def design_effects(self, share: Floats) -> Floats:
        """Return the design effect at each row of the curve, at least 1."""
        last = np.zeros(self.waits.n_groups)
        np.maximum.at(last, self.group_of_row, share)
        step = np.ceil(share / last[self.group_of_row] * _N_BINS - _NOT_LESS).astype(np.int64)
        effects = np.ones(len(share))
        for each in np.unique(step).tolist():
            effect = self._effect_at(np.flatnonzero(step <= each))
            is_here = step == each
            effects[is_here] = effect[self.group_of_row[is_here]]
        return np.maximum(effects, 1.0)

    def _effect_at(self, rows: Ints) -> Floats:
        """Return each group's design effect on its last day among `rows`."""
        waits = self.waits
        day, drift = np.full(waits.n_groups, -1), np.zeros(waits.n_groups)
        day[self.group_of_row[rows]] = self.day_of_row[rows]
        drift[self.group_of_row[rows]] = self.drift_of_row[rows]
        added = np.where(waits.days <= day[waits.group], self.jump, 0.0)
        added -= np.minimum(self.drift, drift[waits.group])
        starts = starts_of_runs(waits.unit)
        of_unit = np.add.reduceat(added, starts)
        by_unit = np.bincount(waits.group[starts], of_unit**2, waits.n_groups)
        by_wait = np.bincount(waits.group, added**2, waits.n_groups)
        n_units = np.bincount(waits.group[starts], minlength=waits.n_groups)
        n_waits = np.bincount(waits.group, minlength=waits.n_groups)
        # Both variances are those of samples: of units, and of waits.
        among_units = by_unit * n_units / np.maximum(n_units - 1, 1)
        among_waits = by_wait * n_waits / np.maximum(n_waits - 1, 1)
        known = among_waits > 0
        return np.divide(among_units, among_waits, out=np.ones(waits.n_groups), where=known)


def _cumulated(values: Floats, groups: Ints) -> Floats:
    """Return the running sums within each group, whose values follow one another."""
    total = np.cumsum(values)
    starts = starts_of_runs(groups)
    before = (total - values)[starts]
    return total - np.repeat(before, np.diff(starts, append=len(groups)))
