"""Dates and lengths of time; the only module that converts between units."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from custintel._text import translate as _

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?![\d-])")
_DAY_TYPES = (str, date, datetime, pd.Timestamp)
Day = str | date | datetime | pd.Timestamp

DAYS_PER_YEAR = 365.25
_DAYS = {"D": 1.0, "W": 7.0, "M": DAYS_PER_YEAR / 12, "Y": DAYS_PER_YEAR}  # mean months, not 30
PERIOD_MONTHS = {"M": 1, "Q": 3, "Y": 12}  # calendar months of each kind of period


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time that never travels without its unit.

    >>> Span.parse("52W").to("D")
    364.0
    """

    count: float
    unit: str

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Read ``"52W"``; a bare number, or a length that is not above zero, is refused."""
        span = cls._read(text)
        if span is None:
            raise ValueError(
                _(
                    "A span is a number above zero with its unit, one of {units}: "
                    "got {text!r}, {advice}.",
                    units=", ".join(_DAYS),
                    text=text,
                    advice=cls._advice(text),
                )
            )
        return span

    @classmethod
    def _read(cls, text: object) -> "Span | None":
        unit = text[-1:] if isinstance(text, str) else ""
        try:
            count = float(text[:-1]) if isinstance(text, str) and unit in _DAYS else math.nan
        except ValueError:
            return None
        return cls(count, unit) if math.isfinite(count) and count > 0 else None

    @classmethod
    def _advice(cls, given: object) -> str:
        if isinstance(given, timedelta) and given > timedelta(0):
            return _("try {span!r}", span=str(cls(given / timedelta(days=1), "D")))
        meant = cls._read(given.upper()) if isinstance(given, str) else None
        if meant is None:
            return _("try {span!r}", span="12M")
        return _(
            "try {span!r} (letters are capital: {units})", span=str(meant), units=", ".join(_DAYS)
        )

    def to(self, unit: str) -> float:
        """Return this length counted in `unit`."""
        return self.count * _DAYS[self.unit] / _DAYS[unit]

    def __str__(self) -> str:
        """Return the text that `parse` reads."""
        return f"{self.count:g}{self.unit}"


def days_in(unit: str) -> float:
    """Return the number of days in one `unit`: ``"D"``, ``"W"``, ``"M"`` or ``"Y"``."""
    if unit not in _DAYS:
        raise ValueError(
            _("A time unit is one of {units}: got {unit!r}.", units=", ".join(_DAYS), unit=unit)
        )
    return _DAYS[unit]


def as_day(value: Day, *, name: str = "as_of") -> pd.Timestamp:
    """Return the day that `value` names, at midnight, without a time zone.

    >>> as_day("1997-09-30")
    Timestamp('1997-09-30 00:00:00')
    """
    day = _timestamp(value)
    if day is None or day.tz is not None:
        raise ValueError(
            _(
                "{name} is a date without time zone, such as '2024-12-31': got {value!r}.",
                name=name,
                value=value,
            )
        )
    return day.normalize()


def window_start(last_day: pd.Timestamp, window: Span) -> pd.Timestamp:
    """Return the first day of a `window` that ends with `last_day`; months are calendar ones.

    >>> window_start(as_day("2024-02-29"), Span.parse("1M"))
    Timestamp('2024-02-01 00:00:00')
    """
    day_after = last_day + pd.Timedelta(days=1)
    months = window.count * PERIOD_MONTHS.get(window.unit, math.nan)
    if months.is_integer():
        return day_after - pd.DateOffset(months=int(months))
    return day_after - pd.Timedelta(days=round(window.to("D")))


def window_end(day: pd.Timestamp, window: Span) -> pd.Timestamp:
    """Return the last day of a `window` that begins the day after `day`; months are calendar ones.

    The twin of `window_start`. A window of months ends before the date on which it began, or,
    where its last month has no such date, before that month's last day: after the last day of a
    month, windows of months are whole months. A window that begins after the end of another one
    neither shares a day with it nor leaves one out.

    >>> window_end(as_day("2024-01-31"), Span.parse("1M"))
    Timestamp('2024-02-29 00:00:00')
    >>> window_end(as_day("2024-02-29"), Span.parse("1M"))
    Timestamp('2024-03-31 00:00:00')
    """
    months = window.count * PERIOD_MONTHS.get(window.unit, math.nan)
    if months.is_integer():
        return day + pd.Timedelta(days=1) + pd.DateOffset(months=int(months)) - pd.Timedelta(days=1)
    return day + pd.Timedelta(days=round(window.to("D")))


def require_after(calibration_end: pd.Timestamp, as_of: pd.Timestamp) -> None:
    """Raise `ValueError` unless there is a holdout: days after the end of the calibration."""
    if as_of <= calibration_end:
        raise ValueError(
            _(
                "as_of {end:%Y-%m-%d} does not come after calibration_end {cut:%Y-%m-%d}.",
                end=as_of,
                cut=calibration_end,
            )
        )


def _timestamp(value: object) -> pd.Timestamp | None:
    if not isinstance(value, _DAY_TYPES):
        return None
    # Anything else than ISO would be a guess at the order, and "today" reads the clock.
    if isinstance(value, str) and not _ISO.match(value):
        return None
    try:
        day = pd.Timestamp(value)
    except (ValueError, OverflowError):
        return None
    return None if pd.isna(day) else day
