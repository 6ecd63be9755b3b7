"""Numbers as people and programs write them: which sign is the decimal, and what they say.

Every text is read twice, with a decimal point and with a decimal comma. A column is
written in the way that alone can read some of its values: ``12,50`` and ``1.234,56`` speak
for the comma, ``1,234.50`` and ``1,234,567`` for the point. Spaces and apostrophes only ever
part thousands. When no value speaks and some would read differently (``1,234`` alone), the
column is ambiguous: an error, never a guess.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted
from custintel._evidence import Verdict, weigh
from custintel._money import CURRENCY_CODES
from custintel._text import translate as _
from custintel.errors import ReadError

Floats = NDArray[np.float64]
Series: TypeAlias = "pd.Series[Any]"

DECIMAL_SIGNS = (".", ",")
_LONGEST = 80  # characters; no amount is longer, and a hostile cell must not cost time

_ONE_OF_EACH = str.maketrans(
    dict.fromkeys("\u00a0\u202f\u2009\u2007\t", " ")
    | dict.fromkeys("\u2019\u02bc", "'")
    | dict.fromkeys("\u2212\u2013\ufe63\uff0d", "-")
)
_UNIT = "|".join([r"US\$", r"[$€£¥₹₺₩₽₪]", "zł", "kr", *sorted(CURRENCY_CODES)])
_AMOUNT = re.compile(
    rf"""(?:{_UNIT})?[ ]?(?P<open>\()?[ ]?(?P<sign>[-+])?[ ]?(?:{_UNIT})?[ ]?(?P<after>-)?
    (?P<body>[0-9.,'][0-9., ']*(?:[eE][-+]?[0-9]+)?)
    (?P<trailing>-)?[ ]?(?:{_UNIT})?(?P<close>\))?[ ]?(?:{_UNIT})?""",
    re.VERBOSE,
)


def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    grouped = rf"[1-9][0-9]{{0,2}}(?P<mark>[{thousands} '])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*"
    point = re.escape(decimal)
    return re.compile(
        rf"(?:(?:{grouped}|[0-9]+)(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]+)?"
    )


_PATTERNS = {".": _pattern(".", ","), ",": _pattern(",", ".")}
# Most numbers are plain. Three decimals are not: the point could part thousands.
_PLAIN = re.compile(r"-?[0-9]+(?:\.(?:[0-9]{1,2}|[0-9]{4,}))?")
_GROUP_MARK = re.compile(r"(?<=[0-9])[., '](?=[0-9]{3}(?:[^0-9]|$))")


@dataclass(frozen=True, slots=True, eq=False)
class NumberReadings:
    """What each distinct value of a column says under each decimal sign."""

    codes: NDArray[np.intp]  # of each row, the position of its value in `distinct`; -1: missing
    distinct: list[object]
    by_decimal: dict[str, Floats]  # one number per distinct value, NaN where it cannot be read

    def verdict(self) -> Verdict:
        """Say which decimal sign the column speaks for: ``"first"`` is the point."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.distinct))
        return weigh(counts, self.by_decimal["."], self.by_decimal[","])

    def numbers(self, decimal: str) -> Floats:
        """Return the number of each row, NaN where it is missing or cannot be read."""
        return np.append(self.by_decimal[decimal], np.nan)[self.codes]

    def thousands(self, decimal: str) -> str | None:
        """Return the sign that parts thousands, the commonest if there are several."""
        marks = Counter(
            mark
            for text, number in zip(self.distinct, self.by_decimal[decimal], strict=True)
            if isinstance(text, str) and not math.isnan(number)
            for mark in _GROUP_MARK.findall(text.translate(_ONE_OF_EACH))
            if mark != decimal
        )
        return marks.most_common(1)[0][0] if marks else None

    def in_doubt(self) -> list[object]:
        """Return the values that the two decimal signs read differently."""
        point, comma = self.by_decimal["."], self.by_decimal[","]
        differ = ~((point == comma) | (np.isnan(point) & np.isnan(comma)))
        return [self.distinct[i] for i in np.flatnonzero(differ)]


def read_numbers(values: Series) -> NumberReadings:
    """Read a column of texts, numbers or both under each decimal sign.

    Currency signs and codes on either side, accounting parentheses, trailing and
    typographic minus signs are understood. ``n/a``, ``inf``, ``nan`` and numbers too
    large for a float are not numbers.

    >>> readings = read_numbers(pd.Series(["1 234,56", "(12,00)", "n/a", "5-"]))
    >>> readings.verdict()
    'second'
    >>> readings.numbers(",").tolist()
    [1234.56, -12.0, nan, -5.0]
    """
    codes, uniques = pd.factorize(values)
    distinct = np.asarray(uniques, dtype=object).tolist()
    pairs = np.array([_both(value) for value in distinct], float).reshape(-1, 2)
    return NumberReadings(codes, distinct, {".": pairs[:, 0], ",": pairs[:, 1]})


def settled_decimal(columns: dict[str, NumberReadings]) -> dict[str, str]:
    """Return the decimal sign of each column of one table.

    A column that does not tell is taken to be written like those that do: an export
    has one convention. If it matters and no column tells, `ReadError` is raised.
    """
    told = {"first": ".", "second": ",", "same": None, "open": None}
    verdicts = {name: readings.verdict() for name, readings in columns.items()}
    found = {told[verdict] for verdict in verdicts.values()} - {None}
    shared = found.pop() if len(found) == 1 else None
    signs = {}
    for name, verdict in verdicts.items():
        sign = told[verdict] or shared
        if verdict == "open" and (sign is None or not _only_in_doubt(columns[name])):
            raise ReadError(_ambiguity(name, columns[name]))
        signs[name] = sign or "."
    return signs


def _only_in_doubt(readings: NumberReadings) -> bool:
    """Whether the values are merely silent, rather than at odds with one another."""
    unread = [np.isnan(numbers) for numbers in readings.by_decimal.values()]
    return bool((unread[0] == unread[1]).all())


def _ambiguity(name: str, readings: NumberReadings) -> str:
    return _(
        "Column {name!r} holds {examples}: the values do not tell whether the comma or "
        "the point is the decimal sign. Settle it: decimal=',' or decimal='.' when reading the "
        "file, or turn the column into numbers first.",
        name=name,
        examples=quoted(readings.in_doubt(), most=3),
    )


def _both(value: object) -> tuple[float, float]:
    if isinstance(value, str):
        return _read_text(value)
    number = _finite(value) if isinstance(value, int | float | np.number | Decimal) else math.nan
    return number, number


def _read_text(text: str) -> tuple[float, float]:
    if len(text) < _LONGEST and _PLAIN.fullmatch(text):
        number = _finite(text) + 0.0
        return number, math.nan if "." in text else number
    match = (
        _AMOUNT.fullmatch(text.translate(_ONE_OF_EACH).strip()) if len(text) < _LONGEST else None
    )
    if match is None or bool(match["open"]) != bool(match["close"]):
        return math.nan, math.nan
    minus = [match["open"], match["sign"], match["after"], match["trailing"]]
    if sum(map(bool, minus)) > 1:
        return math.nan, math.nan
    negative = any(minus) and match["sign"] != "+"
    point, comma = (_read_body(match["body"].rstrip(), decimal) for decimal in DECIMAL_SIGNS)
    return (0.0 - point, 0.0 - comma) if negative else (point, comma)


def _read_body(body: str, decimal: str) -> float:
    match = _PATTERNS[decimal].fullmatch(body)
    if match is None:
        return math.nan
    plain = body.replace(match["mark"], "") if match["mark"] else body
    return _finite(plain.replace(decimal, "."))


def _finite(value: Any) -> float:
    try:
        number = float(value)
    except (ValueError, OverflowError, TypeError):
        return math.nan
    return number if math.isfinite(number) and not isinstance(value, bool) else math.nan
