"""From touches and conversions to paths: which touches came before which conversion.

Both are put in order in memory: there is no engine-neutral way of listing what came before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from custintel._frames import Frame, number_of_day
from custintel._intervals import Floats
from custintel._text import translate_plural as _n
from custintel._time import PERIOD_MONTHS, Day, Span, as_day
from custintel._warnings import warn
from custintel.attribution._lines import (
    Conversions,
    Touches,
    read_conversions,
    read_touches,
    tied_touches,
)
from custintel.attribution._paths import Flags, Ints, Paths
from custintel.errors import WeakResultWarning

_DAY = 86_400_000_000  # microseconds
_CUT, _TOUCH, _CONVERSION = 0, 1, 2  # as they are ordered at one instant


def read_journeys(
    touches: Frame, conversions: Frame, *, as_of: Day, lookback: str, by: str, restarts: bool
) -> Paths:
    """Return one path per conversion, and one per run of touches that led to none."""
    span = Span.parse(lookback)
    end = (number_of_day(as_day(as_of)) + 1) * _DAY
    done = read_conversions(conversions, end)
    seen = read_touches(touches, by, end)
    merged = _Merged.of(seen, done, _cuts(done.instant, span))
    if merged.ties.is_tied.any() and seen.are_numbered():
        _put_in_order(merged, tied_touches(seen, end))
    return merged.paths(restarts=restarts)


def _put_in_order(merged: "_Merged", tied: pd.DataFrame) -> None:
    """Order the touches of one instant by their ids, and warn of those that come twice."""
    merged.channel[merged.ties.is_tied] = tied["channel"].to_numpy()
    n = int(tied[tied["touch"] >= 0].duplicated().sum())
    if n:
        message = _n(
            "{n} touch is that of another row, with its touch_id, customer, instant and channel, "
            "and counts once more. Tables of custintel.tables.build_touches have each once.",
            "{n} touches are those of other rows, with their touch_id, customer, instant and "
            "channel, and count once more. Tables of custintel.tables.build_touches have each "
            "once.",
            n,
        )
        warn(message, WeakResultWarning)


def _cuts(at: Ints, lookback: Span) -> Ints:
    """Return the first instant that is within the lookback of each conversion."""
    n_months = lookback.count * PERIOD_MONTHS.get(lookback.unit, np.nan)
    if not float(n_months).is_integer():
        return at - round(lookback.to("D") * _DAY)
    instants = pd.DatetimeIndex(at.astype("datetime64[us]"))
    earlier = instants - pd.DateOffset(months=int(n_months))
    return np.asarray(earlier.to_numpy("datetime64[us]").astype(np.int64))


def _blocks(*lengths: int) -> Iterator[slice]:
    """Yield where blocks of these lengths lie, one after the other."""
    start = 0
    for length in lengths:
        yield slice(start, start + length)
        start += length


@dataclass(frozen=True, slots=True, eq=False)
class _Merged:
    """Touches in order, and where the conversions lie among them.

    ``cut`` and ``end`` are, for each conversion in order, the touches before its lookback
    and before itself, over all customers; ``n_before``, for each touch, the conversions
    before it.
    """

    names: "pd.Index[Any]"
    ties: "_Ties"
    customer: Ints  # of each touch in order
    instant: Ints
    channel: Ints
    n_before: Ints
    conversion_customer: Ints
    conversion_instant: Ints
    value: Floats | None
    cut: Ints
    end: Ints

    @classmethod
    def of(cls, seen: Touches, done: Conversions, cuts: Ints) -> "_Merged":
        n, n_done = len(seen.instant), len(done.instant)
        who = _coded_alike(done.customer, seen.customers)
        customer = np.concatenate([seen.customer, who, who])
        when = np.concatenate([seen.instant, done.instant, cuts])
        when *= 3  # in place, as all that follows here is as long as the touches
        for kind, rows in zip((_TOUCH, _CONVERSION, _CUT), _blocks(n, n_done, n_done), strict=True):
            when[rows] += kind
        # Faster than sorting by both at once; what shares an instant is put in order later.
        order = np.argsort(when)
        order = order[np.argsort(customer[order], kind="stable")]
        del when
        is_touch = order < n
        n_touches = np.empty(len(order), np.int64)
        n_touches[order] = np.cumsum(is_touch)
        is_done = (order >= n) & (order < n + n_done)
        in_order = order[is_done] - n
        touch = order[is_touch]
        del order
        customer, instant = seen.customer[touch], seen.instant[touch]
        ties = _Ties.among(customer, instant, seen.channel[touch])
        return cls(
            seen.names,
            ties,
            customer,
            instant,
            ties.channel,
            np.cumsum(is_done, dtype=np.int64)[is_touch],
            who[in_order],
            done.instant[in_order],
            None if done.value is None else done.value[in_order],
            n_touches[in_order + n + n_done],
            n_touches[in_order + n],
        )

    def paths(self, *, restarts: bool) -> Paths:
        """Return the paths of the conversions, then those of touches that led to none."""
        start = np.maximum(self.cut, self._end_before()) if restarts else self.cut
        length = self.end - start
        n_touches, n_done = len(self.instant), len(self.end)
        edges = np.bincount(start, minlength=n_touches + 1) - np.bincount(
            self.end, minlength=n_touches + 1
        )
        idle = np.flatnonzero(np.cumsum(edges)[:n_touches] == 0)
        idle_length = self._idle_lengths(idle)
        run = np.arange(length.sum()) + np.repeat(start - np.cumsum(length) + length, length)
        age = (np.repeat(self.conversion_instant, length) - self.instant[run]) / _DAY
        none = np.zeros(len(idle_length))
        value = None if self.value is None else np.concatenate([self.value, none])
        return Paths(
            channel=self.channel[np.concatenate([run, idle])],
            length=np.concatenate([length, idle_length]),
            n_conversions=np.concatenate([np.ones(n_done), none]),
            n_nulls=np.concatenate([np.zeros(n_done), none + 1]),
            value=value,
            squares=None if value is None else value**2,
            names=self.names,
            age_days=np.concatenate([age, np.zeros(len(idle))]),
        )

    def _end_before(self) -> Ints:
        """Return, for each conversion, the touches before its customer's earlier ones.

        Conversions of one instant share the same path.
        """
        if not len(self.end):
            return self.end
        is_first = np.r_[True, self.conversion_customer[1:] != self.conversion_customer[:-1]]
        is_later = (
            is_first | np.r_[True, self.conversion_instant[1:] != self.conversion_instant[:-1]]
        )
        first = np.flatnonzero(is_later)
        before = np.where(is_first[first], 0, np.r_[0, self.end[first][:-1]])
        return np.asarray(before[np.cumsum(is_later) - 1])

    def _idle_lengths(self, idle: Ints) -> Ints:
        if not len(idle):
            return np.empty(0, np.int64)
        who, n_before = self.customer[idle], self.n_before[idle]
        is_first = np.r_[True, (who[1:] != who[:-1]) | (n_before[1:] != n_before[:-1])]
        return np.diff(np.flatnonzero(is_first), append=len(idle))


@dataclass(frozen=True, slots=True, eq=False)
class _Ties:
    """Which touches share their customer and instant with others, and all channels.

    Those of one instant are in the order of their channels.
    """

    is_tied: Flags
    channel: Ints

    @classmethod
    def among(cls, customer: Ints, instant: Ints, channel: Ints) -> "_Ties":
        """Look at touches that are in order of customer and instant."""
        is_equal = (np.diff(customer) == 0) & (np.diff(instant) == 0)
        is_tied = (np.r_[False, is_equal] | np.r_[is_equal, False])[: len(channel)]
        group = np.cumsum(np.r_[True, ~is_equal])[: len(channel)][is_tied]
        channel[is_tied] = channel[is_tied][np.lexsort((channel[is_tied], group))]
        return cls(is_tied, channel)


def _coded_alike(customers: "pd.Series[Any]", known: "pd.Index[Any]") -> Ints:
    """Return the places of customers among the known ones, and others further on."""
    place = known.get_indexer(pd.Index(customers))
    is_new = place < 0
    place[is_new] = len(known) + pd.factorize(customers[is_new])[0]
    return np.asarray(place, np.int64)
