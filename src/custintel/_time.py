"""Dates and lengths of time; the only module that converts between units."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from custintel._text import translate as _

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?![\d-])")
_DAY_TYPES = (str, date, datetime, pd.Timestamp)
Day = str | date | datetime | pd.Timestamp

DAYS_PER_YEAR = 365.25
_DAYS = {"D": 1.0, "W": 7.0, "M": DAYS_PER_YEAR / 12, "Y": DAYS_PER_YEAR}  # mean months, not 30


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
        unit = text[-1:] if isinstance(text, str) else ""
        try:
            count = float(text[:-1]) if unit in _DAYS else math.nan
        except ValueError:
            count = math.nan
        if not (math.isfinite(count) and count > 0):
            raise ValueError(
                _(
                    "A span is a number above zero with its unit, one of {units}: "
                    "got {text!r}, try '12M'.",
                    units=", ".join(_DAYS),
                    text=text,
                )
            )
        return cls(count, unit)

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
