"""The periods whose retention is told, and spans counted back from a day."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from custintel._checks import require_choice
from custintel._frames import number_of_day
from custintel._text import translate as _
from custintel._time import PERIOD_MONTHS, Day, Span, as_day, window_start


@dataclass(frozen=True, slots=True)
class Stretch:
    """A period by its name, its first and its last day, both included."""

    name: Any
    first: pd.Timestamp
    last: pd.Timestamp


def stretches(
    period: str | tuple[Day, Day], *, earliest: pd.Timestamp, as_of: pd.Timestamp
) -> list[Stretch]:
    """Return the calendar periods from that of `earliest` on that were over by `as_of`.

    A pair of days is one stretch of its own, which `as_of` must not cut.
    """
    if not isinstance(period, str):
        return [_between(period, as_of)]
    require_choice(period, tuple(PERIOD_MONTHS), name="period")
    names = pd.period_range(earliest, as_of, freq=period)
    found = [Stretch(each, each.start_time, each.end_time.normalize()) for each in names]
    return [each for each in found if each.last <= as_of]


def _between(period: object, as_of: pd.Timestamp) -> Stretch:
    if not (isinstance(period, tuple | list) and len(period) == 2):
        raise ValueError(
            _(
                "period is 'M', 'Q', 'Y', or a pair of the first and the last day: got {value!r}.",
                value=period,
            )
        )
    first, last = as_day(period[0], name="period"), as_day(period[1], name="period")
    if not first <= last <= as_of:
        raise ValueError(
            _(
                "The period {first:%Y-%m-%d} to {last:%Y-%m-%d} ends before it starts, or after "
                "as_of {as_of:%Y-%m-%d}. Give its first day, then its last, up to as_of.",
                first=first,
                last=last,
                as_of=as_of,
            )
        )
    return Stretch(f"{first:%Y-%m-%d}/{last:%Y-%m-%d}", first, last)


def named(found: list[Any]) -> pd.Index:
    """Return the names of periods as an index: a period index of calendar periods."""
    if found and isinstance(found[0], pd.Period):
        return pd.PeriodIndex(found)
    names: pd.Index = pd.Index(found, dtype="str")
    return names


def first_day_of(last_day: pd.Timestamp, window: Span) -> int:
    """Return the number of the first day of a window that ends with `last_day`."""
    return number_of_day(window_start(last_day, window))


def whole_days(window: Span) -> int:
    """Return a span as whole days, 1 at least; months are mean ones."""
    return max(round(window.to("D")), 1)
