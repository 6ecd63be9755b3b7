"""From touches and conversions to paths: which touches came before which conversion.

As few columns as it takes are read from the engine, channels as numbers, and put in order in
memory: there is no engine-neutral way of listing what came before.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import quoted
from custintel._frames import Frame, has_column, lazy, number_of_day, to_pandas
from custintel._intervals import Floats
from custintel._text import translate_plural as _n
from custintel._time import PERIOD_MONTHS, Day, Span, as_day
from custintel.attribution._paths import Flags, Ints, Paths, coded, names_of
from custintel.errors import SetAsideWarning

_DAY = 86_400_000_000  # microseconds
_CUT, _TOUCH, _CONVERSION = 0, 1, 2  # as they are ordered at one instant


@dataclass(frozen=True, slots=True, eq=False)
class _Touches:
    """Touches as they come; ``customer`` and ``channel`` are places in the distinct ones."""

    customer: Ints
    instant: Ints  # microseconds
    channel: Ints
    customers: "pd.Index[Any]"
    names: "pd.Index[Any]"


@dataclass(frozen=True, slots=True, eq=False)
class _Conversions:
    """Conversions as they come, and the customers of those set aside."""

    customer: "pd.Series[Any]"
    instant: Ints
    value: Floats | None
    refunded: "pd.Series[Any]"


def read_journeys(
    touches: Frame, conversions: Frame, *, as_of: Day, lookback: str, by: str, restarts: bool
) -> Paths:
    """Return one path per conversion, and one per run of touches that led to none."""
    span = Span.parse(lookback)
    end = (number_of_day(as_day(as_of)) + 1) * _DAY
    done = _read_conversions(conversions, end)
    if len(done.refunded):
        message = _n(
            "{n} conversion has a revenue below zero and is taken for a refund, so it counts "
            "for nothing; its customer: {examples}.",
            "{n} conversions have a revenue below zero and are taken for refunds, so they "
            "count for nothing; their customers: {examples}.",
            len(done.refunded),
            examples=quoted(done.refunded.sort_values(), most=3),
        )
        warnings.warn(message, SetAsideWarning, stacklevel=3)
    lines = _lines(touches, by)
    seen = _read_touches(lines, end)
    merged = _Merged.of(seen, done, _cuts(done.instant, span))
    if merged.ties.matter and "touch" in lines.collect_schema().names():
        merged.channel[merged.ties.is_tied] = _tied_channels(lines, seen, end)
    return merged.paths(restarts=restarts)


def _instants(column: "pd.Series[Any]") -> Ints:
    return pd.to_datetime(column).to_numpy("datetime64[us]").astype(np.int64)


def _lines(touches: Frame, by: str) -> nw.LazyFrame[Any]:
    ids = ["touch_id"] if has_column(touches, "touch_id") else []
    needed = list(dict.fromkeys(["customer_id", "occurred_at", by, *ids]))
    return lazy(touches, needed, table="touches").select(
        customer=nw.col("customer_id"),
        at=nw.col("occurred_at"),
        item=nw.col(by),
        **({"touch": nw.col("touch_id")} if ids else {}),
    )


def _read_touches(lines: nw.LazyFrame[Any], end: int) -> _Touches:
    distinct = lines.select("item").filter(~nw.col("item").is_null()).unique()
    # By number: the names of the channels, row by row, would take most of the memory.
    numbered = distinct.with_columns(code=nw.col("item").rank("min"))
    items = to_pandas(numbered).sort_values("code")["item"]
    coded_lines = lines.join(numbered, on="item", how="left")
    found = to_pandas(coded_lines.select("customer", "at", "code"))
    found["at"] = _instants(found["at"])
    found = found[found["at"] < end]
    customer, customers = pd.factorize(found["customer"])
    code = found["code"].fillna(len(items) + 1).to_numpy(np.int64) - 1
    is_used = np.bincount(code, minlength=len(items) + 1) > 0
    channel = coded(pd.Series([*items, None], dtype=object)[is_used])
    place = np.zeros(len(is_used), np.int64)
    place[is_used] = channel.codes
    instant = found["at"].to_numpy(np.int64)
    return _Touches(customer, instant, place[code], pd.Index(customers), channel.names)


def _tied_channels(lines: nw.LazyFrame[Any], seen: _Touches, end: int) -> Ints:
    """Return the channels of touches that share customer and instant, in the stated order."""
    shared = lines.group_by("customer", "at").agg(n=nw.len()).filter(nw.col("n") > 1).drop("n")
    tied = to_pandas(lines.join(shared, on=["customer", "at"]))
    instant = _instants(tied["at"])
    tied, instant = tied[instant < end], instant[instant < end]
    customer = seen.customers.get_indexer(pd.Index(tied["customer"]))
    touch = pd.factorize(tied["touch"], sort=True)[0]
    channel = seen.names.get_indexer(names_of(tied["item"]))
    return np.asarray(channel[np.lexsort((channel, touch, instant, customer))], np.int64)


def _read_conversions(conversions: Frame, end: int) -> _Conversions:
    optional = {"value": "revenue", "conversion": "conversion_id"}
    held = {ours: name for ours, name in optional.items() if has_column(conversions, name)}
    needed = ["customer_id", "occurred_at", *held.values()]
    found = to_pandas(
        lazy(conversions, needed, table="conversions").select(
            customer=nw.col("customer_id"),
            at=nw.col("occurred_at"),
            **{ours: nw.col(name) for ours, name in held.items()},
        )
    )
    found["at"] = _instants(found["at"])
    found = found[found["at"] < end]
    if "conversion" in held:
        found = _whole_conversions(found)
    value = found["value"].to_numpy(float) if "value" in held else None
    is_refund = np.zeros(len(found), bool) if value is None else value < 0
    kept = found[~is_refund]
    return _Conversions(
        kept["customer"],
        kept["at"].to_numpy("int64"),
        None if value is None else value[~is_refund],
        found["customer"][is_refund],
    )


def _whole_conversions(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row for the rows of a customer that share an id; rows without one stay."""
    whole, names = pd.factorize(rows["conversion"])
    who = pd.factorize(rows["customer"])[0]
    alone = np.arange(len(rows)) + len(names)
    key = who * (len(names) + len(rows)) + np.where(whole < 0, alone, whole)
    rule = {"customer": "first", "at": "min", "value": "sum"}
    return rows.groupby(key, sort=False).agg({k: v for k, v in rule.items() if k in rows})


def _cuts(at: Ints, lookback: Span) -> Ints:
    """Return the first instant that is within the lookback of each conversion."""
    n_months = lookback.count * PERIOD_MONTHS.get(lookback.unit, np.nan)
    if not float(n_months).is_integer():
        return at - round(lookback.to("D") * _DAY)
    instants = pd.DatetimeIndex(at.astype("datetime64[us]"))
    return _instants((instants - pd.DateOffset(months=int(n_months))).to_series())


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
    def of(cls, seen: _Touches, done: _Conversions, cuts: Ints) -> "_Merged":
        n, n_done = len(seen.instant), len(done.instant)
        who = _coded_alike(done.customer, seen.customers)
        customer = np.concatenate([seen.customer, who, who])
        instant = np.concatenate([seen.instant, done.instant, cuts])
        kind = np.repeat(np.array([_TOUCH, _CONVERSION, _CUT], np.int8), [n, n_done, n_done])
        order = np.lexsort((instant * 3 + kind, customer))
        is_touch, is_done = order < n, (order >= n) & (order < n + n_done)
        n_touches = np.empty(len(order), np.int64)
        n_touches[order] = np.cumsum(is_touch) - is_touch
        in_order = order[is_done] - n
        touch = order[is_touch]
        ties = _Ties.among(customer[touch], instant[touch], seen.channel[touch])
        return cls(
            seen.names,
            ties,
            customer[touch],
            instant[touch],
            ties.channel,
            np.cumsum(is_done, dtype=np.int64)[is_touch],
            customer[in_order + n],
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

    Those of one instant are in the order of their channels. ``matter``: some differ.
    """

    is_tied: Flags
    channel: Ints
    matter: bool

    @classmethod
    def among(cls, customer: Ints, instant: Ints, channel: Ints) -> "_Ties":
        """Look at touches that are in order of customer and instant."""
        is_equal = (np.diff(customer) == 0) & (np.diff(instant) == 0)
        is_tied = (np.r_[False, is_equal] | np.r_[is_equal, False])[: len(channel)]
        matter = bool((is_equal & (np.diff(channel) != 0)).any())
        group = np.cumsum(np.r_[True, ~is_equal])[: len(channel)][is_tied]
        channel[is_tied] = channel[is_tied][np.lexsort((channel[is_tied], group))]
        return cls(is_tied, channel, matter)


def _coded_alike(customers: "pd.Series[Any]", known: "pd.Index[Any]") -> Ints:
    """Return the places of customers among the known ones, and others further on."""
    place = known.get_indexer(pd.Index(customers))
    is_new = place < 0
    place[is_new] = len(known) + pd.factorize(customers[is_new])[0]
    return np.asarray(place, np.int64)
