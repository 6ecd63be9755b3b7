"""The days at which customers are looked at, and what may be seen from each of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from custintel._frames import number_of_day
from custintel._time import PERIOD_MONTHS, Span, days_in, window_end, window_start

# Each span ends with the day of the cut: the window, its second half, its last quarter and its
# last twelfth. The shorter ones tell the newest from the usual.
_PARTS = (1, 2, 4, 12)


@dataclass(frozen=True, slots=True)
class Cut:
    """One day, and the spans of days that end with it; days are numbered from 1970-01-01.

    Attributes
    ----------
    as_of : Timestamp
        The day, the whole of which is seen.
    last_day : int
        Its number: rows of later days do not exist.
    first_days : mapping of str to int
        Number of the first day of each span, the longest first, by the ending of the names of
        its features, such as ``12m``.
    """

    as_of: pd.Timestamp
    last_day: int
    first_days: Mapping[str, int]

    @classmethod
    def at(cls, as_of: pd.Timestamp, window: Span) -> "Cut":
        """Return the cut at a day with a window of a day or more."""
        spans = [_whole(Span(window.count / part, window.unit)) for part in _PARTS]
        days = {str(span).lower(): number_of_day(window_start(as_of, span)) for span in spans}
        return cls(as_of, number_of_day(as_of), days)

    @property
    def window(self) -> str:
        """Return the ending of the names of features of the whole window."""
        return next(iter(self.first_days))

    @property
    def first_day(self) -> int:
        """Return the number of the first day of the window."""
        return self.first_days[self.window]


@dataclass(frozen=True, slots=True)
class LabelDays:
    """The days whose outcome is to be foreseen from one cut.

    Attributes
    ----------
    first, last : Timestamp
        First and last day of the labels.
    """

    first: pd.Timestamp
    last: pd.Timestamp

    @classmethod
    def after(cls, as_of: pd.Timestamp, gap: Span | None, horizon: Span) -> "LabelDays":
        """Return the days of a horizon that begins after the gap that follows a day."""
        day_before = as_of if gap is None else window_end(as_of, gap)
        return cls(day_before + pd.Timedelta(days=1), window_end(day_before, horizon))

    @property
    def first_day(self) -> int:
        """Return the number of the first day."""
        return number_of_day(self.first)

    @property
    def last_day(self) -> int:
        """Return the number of the last day."""
        return number_of_day(self.last)

    def a_year_before(self) -> "LabelDays":
        """Return the days of the same dates one year earlier; the 29th of February is the 28th."""
        year = pd.DateOffset(years=1)
        return LabelDays(self.first - year, self.last - year)


def _whole(span: Span) -> Span:
    """Return a span of whole years, weeks or months, or else of whole days: at least one."""
    if span.count.is_integer():
        return span
    months = span.count * PERIOD_MONTHS.get(span.unit, 0)
    if months and months.is_integer():
        return Span(months, "M")
    return Span(float(max(1, round(span.count * days_in(span.unit)))), "D")
