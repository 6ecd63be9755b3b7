"""Dates as people and programs write them: the order of day and month, and what they say.

Understood: ISO 8601, ``31/12/2024`` and ``12/31/2024`` with any of ``/ - .`` or a space,
``2024/12/31``, ``20241231``, ``31 déc. 2024``, ``December 31, 2024``, each with or without a
time, AM or PM, and an offset from UTC. Two-digit years come last and follow POSIX: 69 to 99
are 1969 to 1999, 00 to 68 are 2000 to 2068. Fractions of a second beyond the sixth digit
are cut.

A column has one order of day and month: the one that alone can read some of its values.
When no value tells and the readings differ, `AmbiguousDateError` is raised.

Values are grouped by shape (``00/00/0000``), and each group is read at once from the
matrix of its characters: ten million timestamps take seconds.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_choice
from custintel._evidence import weigh
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import AmbiguousDateError, ReadError

Instants = NDArray[np.datetime64]
Series: TypeAlias = "pd.Series[Any]"

DATE_ORDERS = ("DMY", "MDY", "YMD")
_LONGEST = 60  # characters; a hostile cell must not cost time
_NOT_A_DATE = np.datetime64("NaT", "us")
_FIRST_YEAR_OF_TWO_DIGITS = 69

_MONTHS = (
    "january jan janvier janv",
    "february feb fevrier fevr fev",
    "march mar mars",
    "april apr avril avr",
    "may mai",
    "june jun juin",
    "july jul juillet juil",
    "august aug aout",
    "september sept sep septembre",
    "october oct octobre",
    "november nov novembre",
    "december dec decembre",
)
_MONTH_OF = {name: f"m{i:02d}" for i, names in enumerate(_MONTHS, 1) for name in names.split()}
_WORDS = _MONTH_OF | dict.fromkeys(("er", "st", "nd", "rd", "th", "a", "at", "le", "de", "of"), "")
_WORD = re.compile(r"[^\W\d_]+\.?")
_UNUSUAL_LETTER = re.compile(r"[^\W\d_TZ]")

_DATES = (
    r"(?P<year>0000)(?P<mark>[-/. ])(?P<month>00?)(?P=mark)(?P<day>00?)",
    r"(?P<year>0000)(?P<month>00)(?P<day>00)",
    r"(?P<one>00?)(?P<mark>[-/. ])(?P<two>00?)(?P=mark)(?P<three>0000|00)",
    r"(?P<day>00?)[-/. ]+m(?P<month>00)[-/. ,]+(?P<year>0000|00)",
    r"m(?P<month>00)[-/. ]+(?P<day>00?)[-/. ,]+(?P<year>0000|00)",
    r"(?P<year>0000)[-/. ]+m(?P<month>00)[-/. ]+(?P<day>00?)",
)
_TIME = (
    r"(?:(?:,? +|T)(?P<hour>00?)[:hH]?(?P<minute>00)(?::?(?P<second>00)(?:[.,](?P<fraction>0+))?)?"
    r"(?: ?(?P<half>[AP])\.?M\.?)?"
    r" ?(?P<offset>Z|UTC|GMT|(?P<sign>[-+])(?P<offset_hour>00):?(?P<offset_minute>00)?)?)?"
)
_SHAPES = [re.compile(date_part + _TIME) for date_part in _DATES]
_DIGITS_TO_ZERO = str.maketrans("123456789", "0" * 9)
_LETTERS = {"year": "Y", "month": "M", "day": "D", "hour": "h", "minute": "m", "second": "s"}


@dataclass(frozen=True, slots=True, eq=False)
class ParsedDates:
    """A column of instants, and how they were written."""

    instants: Instants  # one per row, without time zone; NaT where missing or unreadable
    date_format: str | None  # "DD/MM/YYYY", of the most rows; None when no text was read


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """The distinct texts of one shape."""

    shape: re.Match[str]
    positions: NDArray[np.intp]  # in the list of distinct values
    characters: NDArray[np.int64]  # one row per text, one column per character; digits as 0–9

    def integer(self, field: str) -> NDArray[np.int64]:
        """Return the number in a field of each text, 0 where the shape lacks the field."""
        start, stop = self.shape.span(field)
        return self.characters[:, start:stop] @ 10 ** np.arange(stop - start)[::-1]


def parse_dates(
    values: Series,
    *,
    name: str = "ordered_at",
    date_order: str | None = None,
    timezone: str | None = None,
) -> ParsedDates:
    """Parse a column of texts, dates, whole numbers (``20241231``) or a mixture.

    `date_order` settles ``DMY``, ``MDY`` or, for two-digit years, ``YMD``. Instants
    with an offset are converted to the local time of `timezone`, and refused without
    one; the others are taken to be local already.

    >>> parsed = parse_dates(pd.Series(["31/12/2024", "01/02/2024 14:30", "soon"]))
    >>> parsed.date_format
    'DD/MM/YYYY'
    >>> [str(instant)[:16] for instant in parsed.instants]
    ['2024-12-31T00:00', '2024-02-01T14:30', 'NaT']
    """
    if date_order is not None:
        require_choice(date_order, DATE_ORDERS, name="date_order")
    if isinstance(values.dtype, pd.DatetimeTZDtype) or values.dtype.kind == "M":
        return ParsedDates(_without_zone(values, name, timezone), None)
    codes, uniques = pd.factorize(values)
    distinct = np.asarray(uniques, dtype=object).tolist()
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
    groups = list(_groups(distinct))
    _refuse_offsets(groups, distinct, name, timezone)
    order = date_order or _settled_order(groups, distinct, counts, name)
    instants = _typed(distinct, name, timezone)
    _fill(instants, groups, order, timezone)
    return ParsedDates(np.append(instants, _NOT_A_DATE)[codes], _format(groups, counts, order))


def _without_zone(values: Series, name: str, timezone: str | None) -> Instants:
    aware = getattr(values.dt, "tz", None) is not None
    if aware and timezone is None:
        raise ReadError(_zone_needed(name, list(values.head(3))))
    local = values.dt.tz_convert(_zone(timezone)).dt.tz_localize(None) if aware else values
    return np.asarray(local.to_numpy("datetime64[us]"))


def _typed(distinct: list[object], name: str, timezone: str | None) -> Instants:
    """Return the instants among the distinct values that are dates already."""
    instants = np.full(len(distinct), _NOT_A_DATE)
    for i, value in enumerate(distinct):
        if isinstance(value, date | np.datetime64):
            one = pd.Series([pd.Timestamp(value)])
            instants[i] = _without_zone(one, name, timezone)[0]
    return instants


def _groups(distinct: list[object]) -> Iterator[_Group]:
    texts, shape_of_each = _shaped([_text(value) for value in distinct])
    codes, shapes = pd.factorize(shape_of_each)
    by_shape = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[by_shape], np.arange(len(shapes) + 1))
    for k, shape in enumerate(shapes):
        match = next((m for pattern in _SHAPES if (m := pattern.fullmatch(shape))), None)
        if match:
            positions = by_shape[starts[k] : starts[k + 1]]
            letters = texts[positions].astype(f"<U{len(shape)}").view(np.uint32)
            yield _Group(match, positions, letters.reshape(len(positions), -1).astype(int) - 48)


def _text(value: object) -> str:
    """Return the text of a value that may be a date; empty when it cannot be one."""
    if isinstance(value, str):
        return value.strip() if len(value) <= _LONGEST else ""
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return str(int(value)) if float(value).is_integer() else ""
    return ""


def _shaped(texts: list[str]) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return the texts, with words in standard form, and the shape of each."""
    shapes = [text.translate(_DIGITS_TO_ZERO) for text in texts]
    wordy = {shape for shape in set(shapes) if _UNUSUAL_LETTER.search(shape)}
    for i, shape in enumerate(shapes if wordy else ()):
        if shape in wordy:
            texts[i] = " ".join(_WORD.sub(_standard_word, texts[i]).split())
            shapes[i] = texts[i].translate(_DIGITS_TO_ZERO)
    return np.array(texts, dtype=object), np.array(shapes, dtype=object)


def _standard_word(match: re.Match[str]) -> str:
    decomposed = unicodedata.normalize("NFKD", match[0].rstrip(".").casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _WORDS.get(bare, match[0].upper())


def _settled_order(
    groups: list[_Group],
    distinct: list[object],
    counts: NDArray[np.intp],
    name: str,
) -> str:
    day_first, month_first = (np.full(len(distinct), _NOT_A_DATE) for _i in range(2))
    loose = [group for group in groups if "one" in _fields(group.shape)]
    _fill(day_first, loose, "DMY", None)
    _fill(month_first, loose, "MDY", None)
    verdict = weigh(counts, day_first, month_first)
    if verdict == "open":
        differ = (day_first != month_first) & ~(np.isnat(day_first) & np.isnat(month_first))
        raise AmbiguousDateError(_order_needed(name, distinct, counts, differ))
    return "MDY" if verdict == "second" else "DMY"


def _order_needed(
    name: str,
    distinct: list[object],
    counts: NDArray[np.intp],
    differ: NDArray[np.bool_],
) -> str:
    return _n(
        "Column {name!r} holds {examples} ({n} row): the values do not tell whether the day "
        "or the month comes first. Settle it: date_order='DMY' or date_order='MDY'.",
        "Column {name!r} holds {examples} ({n} rows): the values do not tell whether the day "
        "or the month comes first. Settle it: date_order='DMY' or date_order='MDY'.",
        int(counts[differ].sum()),
        name=name,
        examples=quoted((distinct[i] for i in np.flatnonzero(differ)), most=3),
    )


def _refuse_offsets(
    groups: list[_Group], distinct: list[object], name: str, timezone: str | None
) -> None:
    aware = [group for group in groups if group.shape["offset"]]
    if aware and timezone is None:
        examples = [distinct[i] for i in aware[0].positions[:3]]
        raise ReadError(_zone_needed(name, examples))


def _zone_needed(name: str, examples: list[object]) -> str:
    return _(
        "Column {name!r} holds instants with a time zone, such as {examples}. "
        "Say in which one days begin and end: timezone='Europe/Zurich'.",
        name=name,
        examples=quoted(examples, most=3),
    )


def _fields(shape: re.Match[str]) -> dict[str, str]:
    return {field: text for field, text in shape.groupdict().items() if text is not None}


def _parts(shape: re.Match[str], order: str) -> dict[str, str]:
    """Return which field of the shape holds the year, the month and the day."""
    if "one" not in _fields(shape):
        return {"year": "year", "month": "month", "day": "day"}
    names = {"Y": "year", "M": "month", "D": "day"}
    # A four-digit year at the end cannot come first, whatever order the user asked for.
    order = "DMY" if order == "YMD" and len(shape["three"]) == 4 else order
    return {
        names[letter]: field for letter, field in zip(order, ("one", "two", "three"), strict=True)
    }


def _fill(instants: Instants, groups: list[_Group], order: str, timezone: str | None) -> None:
    for group in groups:
        instants[group.positions] = _instants(group, order, timezone)


def _instants(group: _Group, order: str, timezone: str | None) -> Instants:
    parts = _parts(group.shape, order)
    month, day = group.integer(parts["month"]), group.integer(parts["day"])
    first = (_year(group, parts["year"]) - 1970).astype("datetime64[Y]").astype("datetime64[M]")
    first = first + (np.clip(month, 1, 12) - 1)
    n_days = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(int)
    good = (month >= 1) & (month <= 12) & (day >= 1) & (day <= n_days)
    good &= _year(group, parts["year"]) >= 1
    clock, clock_good = _time_of_day(group)
    midnight = (first.astype("datetime64[D]") + (day - 1)).astype("datetime64[us]")
    instants: Instants = np.asarray(midnight + clock, dtype="datetime64[us]")
    instants[~(good & clock_good)] = _NOT_A_DATE
    return _to_local(instants, group, timezone) if group.shape["offset"] and timezone else instants


def _year(group: _Group, field: str) -> NDArray[np.int64]:
    year = group.integer(field)
    if len(group.shape[field]) == 4:
        return year
    return np.where(year >= _FIRST_YEAR_OF_TWO_DIGITS, 1900, 2000) + year


def _time_of_day(group: _Group) -> tuple[NDArray[np.timedelta64], NDArray[np.bool_]]:
    hour, minute, second = (group.integer(field) for field in ("hour", "minute", "second"))
    good = (hour <= 23) & (minute <= 59) & (second <= 59)
    if group.shape["half"]:
        good &= (hour >= 1) & (hour <= 12)
        hour = hour % 12 + (12 if group.shape["half"] == "P" else 0)
    start, stop = group.shape.span("fraction")
    n_digits = min(stop - start, 6)
    kept = group.characters[:, start : start + n_digits]
    micros = kept @ (10 ** (5 - np.arange(n_digits)))
    return ((hour * 60 + minute) * 60 + second).astype("timedelta64[s]") + micros.astype(
        "timedelta64[us]"
    ), good


def _to_local(instants: Instants, group: _Group, timezone: str) -> Instants:
    minutes = group.integer("offset_hour") * 60 + group.integer("offset_minute")
    east = minutes * (-1 if group.shape["sign"] == "-" else 1)
    utc = pd.DatetimeIndex(instants - east.astype("timedelta64[m]")).tz_localize("UTC")
    return np.asarray(utc.tz_convert(_zone(timezone)).tz_localize(None).to_numpy("datetime64[us]"))


def _zone(timezone: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(str(timezone))
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            _(
                "timezone is a name such as 'Europe/Zurich' or 'UTC': got {timezone!r}.",
                timezone=timezone,
            )
        ) from error


def _format(groups: list[_Group], counts: NDArray[np.intp], order: str) -> str | None:
    """Return the commonest way of writing, as ``DD/MM/YYYY``."""
    if not groups:
        return None
    shape = max(groups, key=lambda group: counts[group.positions].sum()).shape
    parts = _parts(shape, order) | {field: field for field in ("hour", "minute", "second")}
    written = list(shape.string)
    for meaning, field in parts.items():
        for i in range(*shape.span(field)):
            written[i] = _LETTERS[meaning]
    return "".join(written).replace("mMM", "MMM").replace("0", "f").replace("hh:mm", "HH:mm")
