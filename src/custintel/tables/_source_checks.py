"""Columns that a snapshot reads beside transactions: of the type that features are made from.

Exports leave columns empty. Whether such a column is a text, a number or nothing at all differs by
engine, and must not decide which features there are: without any value it becomes missing instants
or numbers, whatever it was.
"""

from collections.abc import Sequence
from typing import Any

import narwhals as nw

from custintel._frames import Frame, as_narwhals, is_missing, opened, to_pandas
from custintel._text import translate as _
from custintel.errors import SchemaError

_NUMBERS = ("cost", "score", "scale_min", "scale_max")
_FLAGS = ("is_machine",)
_LARGEST = 1e30  # sums of squares of it can still be added up


def with_readable_columns(frame: Frame, columns: Sequence[str], *, table: str) -> Frame:
    """Return a table whose instants, numbers and flags can be read, or raise `SchemaError`."""
    found = as_narwhals(frame)
    schema = found.collect_schema()
    present = [name for name in columns if name in schema]
    odd = {name: wanted for name in present if (wanted := _wanted(name, schema[name]))}
    lazy = opened(frame)
    n_told = _counts(lazy, {name: ~is_missing(name, schema[name]) for name in odd})
    for name, wanted in odd.items():
        if n_told[name]:
            raise _unreadable(table, name, schema[name], wanted)
    _require_finite(lazy, [n for n in present if n in _NUMBERS and n not in odd], table)
    empty = {
        name: nw.lit(None).cast(nw.Datetime("us") if name.endswith("_at") else nw.Float64())
        for name in odd
        if name not in _FLAGS
    }
    kept = [name for name in schema.names() if name not in set(odd) & set(_FLAGS)]
    # A table without such columns goes on as it came: large ones then run on DuckDB.
    return found.select(*kept).with_columns(**empty) if odd else frame


def _wanted(name: str, dtype: nw.dtypes.DType) -> str | None:
    """Return what a column has to hold, in words, if its type is another."""
    if name.endswith("_at"):
        is_one = dtype == nw.Date or isinstance(dtype, nw.Datetime)
        return None if is_one else _("dates and times without time zone")
    if name in _NUMBERS:
        return None if dtype.is_numeric() else _("numbers")
    # pandas keeps flags beside missing ones as objects.
    is_flag = name not in _FLAGS or dtype in (nw.Boolean, nw.Object)
    return None if is_flag else _("flags, true or false")


def _counts(frame: nw.LazyFrame[Any], flags: dict[str, nw.Expr]) -> dict[str, int]:
    if not flags:
        return {}
    counted = frame.select(flag.cast(nw.Int64).sum().alias(name) for name, flag in flags.items())
    row = to_pandas(counted).iloc[0].fillna(0)
    return {name: int(row[name]) for name in flags}


def _require_finite(frame: nw.LazyFrame[Any], names: list[str], table: str) -> None:
    is_huge = {name: nw.col(name).cast(nw.Float64).abs() > _LARGEST for name in names}
    for name, n in _counts(frame, is_huge).items():
        if n:
            raise SchemaError(
                _(
                    "Column {name!r} of {table!r} is infinite or beyond {most:.0e} on {n} rows, "
                    "too large to be added up. Mend them first.",
                    name=name,
                    table=table,
                    most=_LARGEST,
                    n=n,
                )
            )


def _unreadable(table: str, name: str, kind: nw.dtypes.DType, wanted: str) -> SchemaError:
    return SchemaError(
        _(
            "Column {name!r} of {table!r} holds {kind}; it needs {wanted}. Make the table with "
            "custintel.tables.build_{table}(raw), which reads them.",
            name=name,
            table=table,
            kind=kind,
            wanted=wanted,
        )
    )
