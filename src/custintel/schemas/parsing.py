"""From what an export holds to what its schema asks for, row by row.

A row of which one cell cannot be parsed is set aside with its first problem. Marks of
absence (``NULL``, ``n/a``, ``NaN`` …) are missing values in ids, numbers and dates; in
plain text only an empty cell is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_choice
from custintel._dates import parse_dates
from custintel._money import currency_code, currency_in
from custintel._numbers import DECIMAL_SIGNS, NumberReadings, read_numbers, settled_decimal
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import MixedCurrencyError
from custintel.schemas.columns import Table
from custintel.schemas.set_aside import all_set_aside, line_index, set_aside_rows

Series: TypeAlias = "pd.Series[Any]"  # what users have is not known beforehand

_ABSENT = frozenset(["", "-", "–", "—", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "<na>"])
_LONGEST_MARK = max(map(len, _ABSENT))
_TEXT = pd.Series(["text"]).dtype  # what this pandas makes of text
_UNREADABLE = {
    "instant": N_("not a date"),
    "number": N_("not a number"),
    "money": N_("not a number"),
    "currency": N_("not a currency code"),
    "flag": N_("neither yes nor no"),
}
_FLAGS = dict.fromkeys("true yes y t 1 x oui vrai o".split(), True) | dict.fromkeys(
    "false no n f 0 non faux".split(), False
)
_UNIT = re.compile(r"[^0-9\s.,'()+-]")
_LARGEST_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the values of an export are written, where it does not tell by itself."""

    decimal: str | None = None
    date_order: str | None = None
    timezone: str | None = None

    def __post_init__(self) -> None:
        """Refuse a decimal sign that is none; the dates check their own."""
        if self.decimal is not None:
            require_choice(self.decimal, DECIMAL_SIGNS, name="decimal")


@dataclass(frozen=True, slots=True, eq=False)
class ParsedTable:
    """A typed table, the rows that are not in it, and how its values were written."""

    table: pd.DataFrame  # canonical names; index as in the frame that was parsed
    set_aside: pd.DataFrame
    decimal: str | None = None
    thousands: str | None = None
    date_format: str | None = None


@dataclass(slots=True, eq=False)
class _Work:
    """What is known of the columns so far."""

    values: dict[str, Series] = field(default_factory=dict)
    unreadable: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    missing: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    decimal: str | None = None
    thousands: str | None = None
    date_format: str | None = None

    def add(self, name: str, cells: Series, values: Series) -> None:
        """Keep a parsed column: what was there and has no value now could not be read."""
        empty = values.isna().to_numpy()
        missing = empty.copy()
        missing[empty] = _absent(cells[empty])
        self.missing[name], self.unreadable[name] = missing, empty & ~missing
        self.values[name] = values


def parse_table(
    frame: pd.DataFrame,
    table: Table,
    mapping: Mapping[str, str],
    conventions: Conventions | None = None,
) -> ParsedTable:
    """Rename, type and check the columns of `frame` that `table` knows.

    Parameters
    ----------
    frame : DataFrame
        Texts, typed values or both; other columns are kept as they are. Never changed.
    table : Table
        Canonical table.
    mapping : mapping of str to str
        Header in `frame` to canonical name, as `recognise` returns it.
    conventions : Conventions, optional
        Settles what the values leave open.

    Returns
    -------
    ParsedTable
        Ids and texts as text, instants as naive ``datetime64[us]``, numbers as float,
        flags as ``boolean``; a ``currency`` column if a header or the amounts name one.
    """
    conventions = conventions or Conventions()
    named = frame.rename(columns=dict(mapping))
    header_of = {name: header for header, name in mapping.items()}
    work = _Work()
    _parse_numbers(named, table, header_of, conventions, work)
    for name, column in table.columns.items():
        if name in named and name not in work.values:
            _parse_column(
                named[name], name, column.kind, header_of.get(name, name), conventions, work
            )
    if "currency" not in named:
        currency = _named_currency(named, table, header_of)
        named = named if currency is None else named.assign(currency=currency)
    kept, set_aside = _kept(named, table, header_of, work)
    typed = named.assign(**work.values)[kept]
    return ParsedTable(typed, set_aside, work.decimal, work.thousands, work.date_format)


def texts(cells: Series, *, absent: frozenset[str] = frozenset([""])) -> Series:
    """Return cells as stripped text: ``123.0`` as ``"123"``, absent ones as missing."""
    codes, uniques = pd.factorize(cells)
    distinct = [
        value.strip() if isinstance(value, str) else _text(value)
        for value in np.asarray(uniques, dtype=object).tolist()
    ]
    kept = [
        None if len(text) <= _LONGEST_MARK and text.casefold() in absent else text
        for text in distinct
    ]
    values = pd.Series([*kept, None], dtype=_TEXT).take(codes)
    return values.set_axis(cells.index)


def _parse_numbers(
    named: pd.DataFrame,
    table: Table,
    header_of: Mapping[str, str],
    conventions: Conventions,
    work: _Work,
) -> None:
    readings: dict[str, NumberReadings] = {}
    for name, column in table.columns.items():
        if column.kind in ("number", "money") and name in named:
            if _is_numeric(named[name]):
                numbers = named[name].to_numpy(dtype=float, na_value=np.nan)
                finite = np.where(np.isfinite(numbers), numbers, np.nan)
                work.add(name, named[name], pd.Series(finite, named.index))
            else:
                readings[name] = read_numbers(named[name])
    told = {header_of.get(name, name): reading for name, reading in readings.items()}
    signs = (
        dict.fromkeys(told, conventions.decimal) if conventions.decimal else settled_decimal(told)
    )
    for (name, reading), sign in zip(readings.items(), signs.values(), strict=True):
        work.add(name, named[name], pd.Series(reading.numbers(sign), named.index))
    _note_signs(told, signs, work)


def _note_signs(
    readings: Mapping[str, NumberReadings], signs: Mapping[str, str | None], work: _Work
) -> None:
    for name, reading in readings.items():
        sign = str(signs[name])
        # A column that reads the same either way shows nothing of how the file is written.
        if reading.verdict() != "same":
            work.decimal = work.decimal or sign
        work.thousands = work.thousands or reading.thousands(sign)


def _is_numeric(cells: Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells))


def _parse_column(
    cells: Series, name: str, kind: str, header: str, conventions: Conventions, work: _Work
) -> None:
    if kind == "instant":
        order, zone = conventions.date_order, conventions.timezone
        parsed = parse_dates(cells, name=header, date_order=order, timezone=zone)
        work.date_format = work.date_format or parsed.date_format
        work.add(name, cells, pd.Series(parsed.instants, cells.index))
    elif kind == "currency":
        work.add(name, cells, texts(cells, absent=_ABSENT).map(_code, na_action="ignore"))
    elif kind == "flag":
        work.add(name, cells, _flags(texts(cells, absent=_ABSENT)))
    else:
        absent = _ABSENT if kind == "id" else frozenset([""])
        work.add(name, cells, texts(cells, absent=absent))
        work.unreadable[name][:] = False


def _code(text: str) -> str | None:
    try:
        return currency_code(text)
    except ValueError:
        return None


def _flags(words: Series) -> Series:
    return words.str.casefold().map(_FLAGS).astype("boolean")


def _absent(cells: Series) -> NDArray[np.bool_]:
    if _is_numeric(cells) or cells.dtype.kind == "M":
        return np.asarray(cells.isna().to_numpy(dtype=bool))
    codes, uniques = pd.factorize(cells)
    distinct = np.asarray(uniques, dtype=object).tolist()
    absent = [isinstance(value, str) and value.strip().casefold() in _ABSENT for value in distinct]
    return np.array([*absent, True])[codes]


def _text(value: object) -> str:
    if isinstance(value, float | np.floating | Decimal):
        whole = -_LARGEST_EXACT < value < _LARGEST_EXACT and value == int(value)
        return str(int(value)) if whole else str(value)
    return str(value).strip()


def _named_currency(
    named: pd.DataFrame, table: Table, header_of: Mapping[str, str]
) -> "pd.Series[Any] | None":
    """Return the currency of each row from the headers of amounts, or the amounts themselves."""
    money = [name for name, column in table.columns.items() if column.kind == "money"]
    headers = [header_of[name] for name in money if name in header_of]
    found = {header: code for header in headers if (code := currency_in(header)) is not None}
    if len(set(found.values())) > 1:
        raise MixedCurrencyError(
            _(
                "The headers {headers} name different currencies. Convert the amounts to one "
                "before building the table.",
                headers=quoted(found),
            )
        )
    code = next(iter(found.values()), None)
    by_row = _currency_of_rows([named[name] for name in money if name in named])
    if by_row is None:
        return None if code is None else pd.Series(code, named.index, dtype=_TEXT)
    in_cells = by_row.dropna().unique()
    # Amounts without a sign are in the currency of the header, or of all the others.
    code = in_cells[0] if code is None and len(in_cells) == 1 else code
    return by_row if code is None else by_row.fillna(code)


def _currency_of_rows(columns: list[Series]) -> "pd.Series[Any] | None":
    """Return the currency that the amounts of each row name, or None if none does."""
    by_row: pd.Series[Any] | None = None
    for cells in columns:
        found = _currency_of_cells(cells)
        if found is not None and by_row is not None:
            _require_alike(by_row, found)
            found = by_row.fillna(found)
        by_row = by_row if found is None else found
    return by_row


def _require_alike(one: Series, other: Series) -> None:
    differ = one.notna() & other.notna() & (one != other)
    if differ.any():
        raise MixedCurrencyError(
            _n(
                "{n} row has amounts in two currencies, such as {one} and {other}. Convert the "
                "amounts to one before building the table.",
                "{n} rows have amounts in two currencies, such as {one} and {other}. Convert the "
                "amounts to one before building the table.",
                int(differ.sum()),
                one=one[differ].iloc[0],
                other=other[differ].iloc[0],
            )
        )


def _currency_of_cells(cells: Series) -> "pd.Series[Any] | None":
    if _is_numeric(cells):
        return None
    codes, uniques = pd.factorize(cells)
    distinct = np.asarray(uniques, dtype=object).tolist()
    found = [
        currency_in(value[:80]) if isinstance(value, str) and _UNIT.search(value) else None
        for value in distinct
    ]
    if not any(found):
        return None
    return pd.Series([*found, None], dtype=_TEXT).take(codes).set_axis(cells.index)


def _kept(
    named: pd.DataFrame, table: Table, header_of: Mapping[str, str], work: _Work
) -> tuple[NDArray[np.bool_], pd.DataFrame]:
    """Return which rows have no problem, and the others with their first problem."""
    kept = np.ones(len(named), bool)
    index, parts = line_index(named), []
    for name, column in table.columns.items():
        if name not in work.values:
            continue
        problems = [(work.unreadable[name], _(_UNREADABLE.get(column.kind, "")))]
        if column.required:
            problems.append((work.missing[name], _("missing")))
        for rows, reason in problems:
            new = rows & kept
            if new.any():
                header = header_of.get(name, name)
                values = named[name][new]
                parts.append(
                    set_aside_rows(index[new], column=header, values=values, reason=reason)
                )
                kept &= ~new
    return kept, all_set_aside(parts)
