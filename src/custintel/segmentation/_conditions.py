"""Rules as narwhals expressions, so that every engine selects the same rows.

Engines differ in what a comparison with a missing value gives, and in what its contrary
gives. So each part of a rule is asked either "does it surely hold?" or "does it surely not
hold?", and both answers are true or false for every row, never missing. A negation asks the
other question of what it negates, which is the logic of SQL.
"""

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import reduce
from typing import Any, TypeAlias

import narwhals as nw

from custintel._checks import quoted
from custintel._frames import is_missing
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.errors import SelectionError
from custintel.segmentation._expression import (
    Column,
    Comparison,
    Every,
    Membership,
    Missing,
    Not,
    Operand,
    Rule,
    Some,
    Truth,
    Value,
    fault,
)

Compare: TypeAlias = Callable[[Any, Any], nw.Expr]

_SIGNS: dict[str, Compare] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
_CONTRARY = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}
_MIRRORED = {"<": ">", "<=": ">=", "==": "==", "!=": "!=", ">=": "<=", ">": "<"}

_NEEDED = {
    "number": N_("Column {column!r} holds numbers: compare it with a number, without quotes."),
    "text": N_("Column {column!r} holds texts: compare it with a text between quotes."),
    "day": N_("Column {column!r} holds dates: compare it with one such as '2024-12-31'."),
    "instant": N_(
        "Column {column!r} holds dates and times: compare it with one such as '2024-12-31' "
        "or '2024-12-31T18:30'."
    ),
    "boolean": N_("Column {column!r} holds true and false: compare it with true or false."),
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LAST_INSTANT = datetime.fromisoformat("9999-12-31T23:59:59.999999")
_INSTANT = re.compile(_DAY.pattern + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a rule says of a table with these columns; `SelectionError` if it cannot."""

    expression: str
    schema: nw.Schema
    on_spark: bool = False

    def holds(self, rule: Rule, *, wanted: bool = True) -> nw.Expr:
        """Return whether a rule surely holds, or surely does not if that is `wanted`."""
        if isinstance(rule, Not):
            return self.holds(rule.part, wanted=not wanted)
        if isinstance(rule, Every | Some):
            parts = [self.holds(part, wanted=wanted) for part in rule.parts]
            all_of_them = isinstance(rule, Every) == wanted
            return _joined(parts, operator.and_ if all_of_them else operator.or_)
        if isinstance(rule, Missing):
            missing = self._missing(rule.column)
            return missing if wanted else ~missing
        if isinstance(rule, Truth):
            rule = Comparison(rule.column, "==", Value(True, rule.column.at))
        if isinstance(rule, Membership):
            return self._member(rule, wanted=wanted)
        sign = rule.sign if wanted else _CONTRARY[rule.sign]
        if isinstance(rule.left, Column):
            return self._compared(rule.left, sign, rule.right)
        if isinstance(rule.right, Column):
            return self._compared(rule.right, _MIRRORED[sign], rule.left)
        raise self._fault(rule.left, _("Neither side of this comparison is a column."))

    def _compared(self, column: Column, sign: str, other: Operand) -> nw.Expr:
        kind = self._kind(column)
        if kind == "boolean" and sign not in {"==", "!="}:
            message = _("Column {name!r} holds true and false, without order.", name=column.name)
            raise self._fault(column, message)
        if isinstance(other, Column):
            return self._compared_columns(column, sign, other)
        present = ~self._missing(column)
        if kind == "instant" and _DAY.fullmatch(str(other.value)):
            return present & self._on_day(column, sign, self._moment(column, other))
        constant = self._constant(column, other, kind)
        return present & _SIGNS[sign](self._comparable(column, kind), constant)

    def _on_day(self, column: Column, sign: str, day: datetime) -> nw.Expr:
        """Compare instants with a day, which is the whole of it, whatever the time."""
        at = nw.col(column.name)
        # The last day of the calendar has none after it, but its last microsecond.
        next_day = min(day, _LAST_INSTANT - timedelta(days=1)) + timedelta(days=1)
        first, after = self._instant(day), self._instant(next_day)
        by_sign: dict[str, nw.Expr] = {
            "<": at < first,
            ">=": at >= first,
            "<=": at < after,
            ">": at >= after,
            "==": (at >= first) & (at < after),
            "!=": (at < first) | (at >= after),
        }
        return by_sign[sign]

    def _compared_columns(self, left: Column, sign: str, right: Column) -> nw.Expr:
        kinds = self._kind(left), self._kind(right)
        if kinds[0] != kinds[1] and set(kinds) != {"day", "instant"}:
            message = _(
                "Columns {left!r} and {right!r} hold values of different kinds.",
                left=left.name,
                right=right.name,
            )
            raise self._fault(right, message)
        sides = [
            self._comparable(column, kind, as_instant=kinds[0] != kinds[1])
            for column, kind in zip((left, right), kinds, strict=True)
        ]
        return ~self._missing(left) & ~self._missing(right) & _SIGNS[sign](*sides)

    def _member(self, rule: Membership, *, wanted: bool) -> nw.Expr:
        sign = "==" if wanted else "!="
        kind = self._kind(rule.column)
        if kind in {"boolean", "day", "instant"}:
            parts = [self._compared(rule.column, sign, value) for value in rule.values]
            return _joined(parts, operator.or_ if wanted else operator.and_)
        values = [self._constant(rule.column, value, kind) for value in rule.values]
        column = self._comparable(rule.column, kind)
        # Polars does not look for whole numbers among others.
        if kind == "number" and not (
            self._is_whole(rule.column) and all(isinstance(value, int) for value in values)
        ):
            values, column = [float(value) for value in values], column.cast(nw.Float64)
        found = column.is_in(values)
        return ~self._missing(rule.column) & (found if wanted else ~found)

    def _missing(self, column: Column) -> nw.Expr:
        if column.name not in self.schema:
            raise self._fault(column, self._unknown(column.name))
        return is_missing(column.name, self.schema[column.name])

    def _kind(self, column: Column) -> str:
        """Return what a column holds, as far as comparing goes."""
        if column.name not in self.schema:
            raise self._fault(column, self._unknown(column.name))
        dtype = self.schema[column.name]
        kind = _kind_of(dtype, on_spark=self.on_spark)
        if kind is None:
            message = _(
                "Column {column!r} holds {dtype}, which a rule can only test with 'is missing'. "
                "It compares numbers, texts, true and false, and dates without time zone.",
                column=column.name,
                dtype=dtype,
            )
            raise self._fault(column, message)
        return kind

    def _comparable(self, column: Column, kind: str, *, as_instant: bool = False) -> nw.Expr:
        """Return a column in the one type in which all engines compare values of its kind."""
        dtype, found = self.schema[column.name], nw.col(column.name)
        if kind == "text":
            # Missing texts cannot be put in order with others on older pandas.
            return (found if dtype == nw.String else found.cast(nw.String)).fill_null("")
        if kind == "day" and as_instant:
            return found.cast(nw.Datetime("us"))
        if kind != "number" or dtype in {nw.Int64, nw.Float64}:
            return found
        return found.cast(nw.Int64 if self._is_whole(column) else nw.Float64)

    def _is_whole(self, column: Column) -> bool:
        """Return whether a column of numbers is compared as 64-bit integers."""
        dtype = self.schema[column.name]
        return dtype.is_integer() and dtype not in {nw.UInt64, nw.Int128, nw.UInt128}

    def _constant(self, column: Column, value: Value, kind: str) -> Any:
        """Return a value of the rule as what `_comparable` columns of its kind compare with."""
        given = value.value
        if kind == "instant":
            return self._instant(self._moment(column, value))
        fits = {
            "number": isinstance(given, int | float) and not isinstance(given, bool),
            "text": isinstance(given, str),
            "day": isinstance(given, str) and _DAY.fullmatch(given),
            "boolean": isinstance(given, bool),
        }
        if not fits[kind]:
            raise self._unlike(column, value, kind)
        return self._moment(column, value).date() if kind == "day" else given

    def _moment(self, column: Column, value: Value) -> datetime:
        text = value.value
        if not (isinstance(text, str) and (_DAY.fullmatch(text) or _INSTANT.fullmatch(text))):
            raise self._unlike(column, value, "instant")
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            message = _("The calendar has no {text!r}.", text=text)
            raise self._fault(value, message) from None

    def _instant(self, at: datetime) -> Any:
        # Spark would take a datetime for one in the time zone of the Python process.
        return nw.lit(at.isoformat(" ")).cast(nw.Datetime("us")) if self.on_spark else at

    def _unlike(self, column: Column, value: Value, kind: str) -> SelectionError:
        return self._fault(value, _(_NEEDED[kind], column=column.name))

    def _unknown(self, name: str) -> str:
        near = get_close_matches(name, self.schema.names(), n=1)
        if near:
            return _(
                "There is no column {name!r}; the nearest is {near!r}.", name=name, near=near[0]
            )
        present = quoted(self.schema.names(), most=8)
        return _("There is no column {name!r}; there are {present}.", name=name, present=present)

    def _fault(self, where: Operand, message: str) -> SelectionError:
        return fault(self.expression, where.at, message)


def columns_in(rule: Rule) -> list[str]:
    """Return the names of the columns that a rule reads, in the order of first use."""
    return list(dict.fromkeys(_names(rule)))


def _names(rule: Rule) -> Iterable[str]:
    if isinstance(rule, Not):
        yield from _names(rule.part)
    elif isinstance(rule, Every | Some):
        for part in rule.parts:
            yield from _names(part)
    elif isinstance(rule, Comparison):
        yield from (side.name for side in (rule.left, rule.right) if isinstance(side, Column))
    else:
        yield rule.column.name


def _kind_of(dtype: nw.dtypes.DType, *, on_spark: bool) -> str | None:
    if dtype.is_numeric():
        return "number"
    if dtype in {nw.String, nw.Categorical, nw.Enum}:
        return "text"
    if dtype == nw.Boolean:
        return "boolean"
    if dtype == nw.Date:
        return "day"
    # Spark's usual timestamps show the local time of its session; elsewhere a zone is a zone.
    is_local = isinstance(dtype, nw.Datetime) and (dtype.time_zone is None or on_spark)
    return "instant" if is_local else None


def _joined(parts: Sequence[nw.Expr], join: Compare) -> nw.Expr:
    """Join in pairs of pairs: a thousand parts in a row would be nested a thousand deep."""
    if len(parts) <= 2:
        return reduce(join, parts)
    half = len(parts) // 2
    return join(_joined(parts[:half], join), _joined(parts[half:], join))
