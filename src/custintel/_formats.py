"""How numbers, shares, money and dates are written for a reader.

The active language decides the marks: ``1,234.5`` in English, ``1 234,5`` in French.
"""

import math
from dataclasses import dataclass

import pandas as pd

from custintel._text import active_language
from custintel._text import translate as _

_NARROW_SPACE = "\u202f"
_NO_BREAK_SPACE = "\u00a0"
_MINUS = "\u2212"
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
_ENGLISH_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True, slots=True)
class _Marks:
    decimal: str
    thousands: str
    before_unit: str  # between a number and the % or currency that follows it
    sign_first: bool  # €12 rather than 12 €


_ENGLISH = _Marks(".", ",", "", sign_first=True)
_MARKS = {
    "en": _ENGLISH,
    "fr": _Marks(",", _NARROW_SPACE, _NO_BREAK_SPACE, sign_first=False),
}


def _marks() -> _Marks:
    return _MARKS.get(active_language(), _ENGLISH)


def number(value: float, digits: int = 0) -> str:
    """Write a number with `digits` decimals; a missing one as an en dash.

    >>> number(1234.56, 1), number(-3), number(float("nan"))
    ('1,234.6', '−3', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    marks = _marks()
    written = f"{abs(value):,.{digits}f}"
    written = written.replace(",", "\0").replace(".", marks.decimal).replace("\0", marks.thousands)
    is_zero = not any(digit in written for digit in "123456789")
    return written if value >= 0 or is_zero else _MINUS + written


def decimals_of(unit: float) -> int:
    """Return the decimals that a number rounded to `unit` is written with, six at most.

    >>> decimals_of(0.1), decimals_of(0.25), decimals_of(1000.0)
    (1, 2, 0)
    """
    decimals = range(6)
    return next((n for n in decimals if math.isclose(unit * 10**n, round(unit * 10**n))), 6)


def percent(share: float, digits: int = 1) -> str:
    """Write a share or rate, given in 0–1, as a percentage.

    >>> percent(0.1234), percent(0.5, 0)
    ('12.3%', '50%')
    """
    written = number(share * 100, digits)
    return written if written == "–" else f"{written}{_marks().before_unit}%"


def signed_percent(change: float, digits: int = 1) -> str:
    """Write a rate of change with its sign.

    >>> signed_percent(0.1), signed_percent(-0.031)
    ('+10.0%', '−3.1%')
    """
    written = percent(change, digits)
    return f"+{written}" if change > 0 and written != percent(0.0, digits) else written


def money(amount: float, currency: str | None, digits: int | None = None) -> str:
    """Write an amount with its currency, if it has one; cents only below 1,000 unless told.

    >>> money(1234.5, "EUR"), money(12.5, None), money(-9.5, "USD")
    ('€1,234', '12.50', '−$9.50')
    """
    if amount is None or not math.isfinite(amount):
        return "–"
    written = number(abs(amount), _decimals(amount) if digits is None else digits)
    minus = _MINUS if number(amount, 2).startswith(_MINUS) else ""
    if currency is None:
        return minus + written
    sign = _SIGNS.get(currency, currency)
    if not _marks().sign_first:
        return f"{minus}{written}{_NO_BREAK_SPACE}{sign}"
    gap = "" if currency in _SIGNS else _NO_BREAK_SPACE
    return f"{minus}{sign}{gap}{written}"


def _decimals(amount: float) -> int:
    return 2 if abs(amount) < 1000 else 0


def interval(low: str, high: str) -> str:
    """Write a range from two numbers that are already written.

    >>> interval("1.2", "3.4")
    '1.2 to 3.4'
    """
    return _("{low} to {high}", low=low, high=high)


def date(day: pd.Timestamp) -> str:
    """Write a day.

    >>> date(pd.Timestamp("2024-12-31"))
    '31 Dec 2024'
    """
    if active_language() == "fr":
        return f"{day:%d/%m/%Y}"
    # Not strftime's %b: the months' names must not depend on the process's locale.
    return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"


def period(span: pd.Period) -> str:
    """Write a year, quarter or month.

    >>> period(pd.Period("2024")), period(pd.Period("2024Q1")), period(pd.Period("2024-12"))
    ('2024', 'Q1 2024', 'Dec 2024')
    """
    if span.freqstr.startswith("Q"):
        return _("Q{quarter} {year}", quarter=span.quarter, year=span.qyear)
    if not span.freqstr.startswith("M"):
        return str(span.year)
    if active_language() == "fr":
        return f"{span.month:02d}/{span.year}"
    return f"{_ENGLISH_MONTHS[span.month - 1]} {span.year}"
