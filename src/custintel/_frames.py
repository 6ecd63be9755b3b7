"""Frames of any engine, taken as one: the functions that read events are written once.

They work on narwhals lazy frames, so the same lines run on pandas, polars, DuckDB and
Spark. What not all of these can do, and the way round it, is listed in the design notes.
"""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw
import pandas as pd

from custintel._checks import (
    BUILT_TABLES,
    quoted,
    require_choice,
    require_columns,
    require_distinct,
)
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import ReadError, SchemaError, SetAsideWarning

if TYPE_CHECKING:
    import duckdb

Frame = Any
"""A table of any supported engine: pandas, polars, DuckDB, PySpark, pyarrow, or a Parquet path."""

Output = Literal["pandas", "native"]

# From here on DuckDB's parallel group-by repays the copy of the columns that are read.
_LARGE = 2_000_000
_EPOCH = pd.Timestamp("1970-01-01")
_LARGEST_INTEGER = 2.0**63
_LARGEST_AMOUNT = 1e30  # nobody's money; squares of it can still be added up
_INSTANTS = ("ordered_at", "occurred_at", "opened_at", "closed_at")
_NEVER_MISSING = ("customer_id", "order_id", "ordered_at", "occurred_at", "revenue")
# Few events have an amount; but each belongs to a campaign, each touch to a channel.
_NEVER_MISSING_IN = {
    "campaign_events": ("campaign_id", "customer_id", "event", "occurred_at"),
    "touches": ("customer_id", "channel", "occurred_at"),
    # An outcome, whatever its name, may be missing: it is counted.
    "experiment_results": ("customer_id",),
    # Leads, callers and the answers of surveys need not be known by name.
    "leads": ("lead_id",),
    "calls": ("opened_at",),
    "cases": ("opened_at",),
    "web_events": ("occurred_at",),
    "surveys": (),
}
_AMOUNTS = ("revenue", "cost", "discount", "quantity")


def lazy(frame: Frame, columns: Sequence[str], *, table: str = "transactions") -> nw.LazyFrame[Any]:
    """Return `columns` of a frame of any engine as a narwhals lazy frame, once they are checked.

    Large pandas frames, pyarrow tables and the paths of Parquet files go through the
    embedded DuckDB. Ids are text and amounts floats from here on, so that the same numbers
    come from every engine; what is missing stays missing.
    """
    found = _wrapped(frame)
    schema = found.collect_schema()
    require_columns(schema.names(), columns, table=table)
    for name in _INSTANTS:
        if name in columns:
            _require_local_time(name, schema[name], found, table)
    texts = [name for name in columns if name in _AMOUNTS and schema[name] == nw.String]
    _require_no_text(texts, table)
    needed = _NEVER_MISSING_IN.get(table, _NEVER_MISSING)
    _require_complete(found, [name for name in columns if name in needed], table)
    casts = [cast for name in columns if (cast := _cast(name, schema[name])) is not None]
    return found.select(*columns).with_columns(*casts) if casts else found.select(*columns)


def _cast(name: str, dtype: nw.dtypes.DType) -> nw.Expr | None:
    """Return a column as the type that its name asks for, or None if it has that type."""
    if name in _AMOUNTS and dtype != nw.Float64:
        return nw.col(name).cast(nw.Float64)
    return text_id(name, dtype) if name.endswith("_id") else None


def text_id(name: str, dtype: nw.dtypes.DType) -> nw.Expr | None:
    """Return a column of ids as text, or None if it is text; whole numbers without decimals."""
    if dtype == nw.String:
        return None
    is_known = ~is_missing(name, dtype)
    text = nw.col(name).cast(nw.String)
    if dtype.is_float():
        # Whole numbers become floats where some are missing: 10.0 is the company 10.
        number = nw.col(name)
        is_whole = is_known & (number.abs() < _LARGEST_INTEGER) & (number.round(0) == number)
        whole = nw.when(is_whole).then(number).otherwise(0.0).cast(nw.Int64).cast(nw.String)
        text = nw.when(is_whole).then(whole).otherwise(text)
    # A missing id would become a text like any other.
    return nw.when(is_known).then(text).alias(name)


def plain_text(value: object) -> str:
    """Return an id or a label as text, whole numbers without decimals, as `lazy` writes ids.

    >>> plain_text(10.0), plain_text(10), plain_text("10")
    ('10', '10', '10')
    """
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def has_column(frame: Frame, column: str) -> bool:
    """Return whether a frame of any engine has `column`."""
    return column in _wrapped(frame).collect_schema().names()


def _require_local_time(
    name: str, dtype: nw.dtypes.DType, found: nw.LazyFrame[Any], table: str
) -> None:
    if dtype == nw.Date:
        return
    # Spark's usual timestamps show the local time of its session; elsewhere a zone is a zone.
    is_local = isinstance(dtype, nw.Datetime) and (
        dtype.time_zone is None or found.implementation.is_pyspark()
    )
    if not is_local:
        raise SchemaError(
            _(
                "Column {name!r} of {table!r} holds {kind}; it needs dates and times "
                "without time zone. {advice}",
                name=name,
                table=table,
                kind=dtype,
                advice=_local_time_with(table),
            )
        )


def _local_time_with(table: str) -> str:
    if table in _NEVER_MISSING_IN and table not in BUILT_TABLES:
        return _("Convert it first, as pandas.to_datetime does.")
    return _(
        "Make it with custintel.tables.{builder}(raw, timezone=…), which converts texts, dates "
        "and times with a zone.",
        builder=_builder(table),
    )


def _require_no_text(texts: list[str], table: str) -> None:
    if texts:
        raise SchemaError(
            _(
                "Table {table!r} holds text in {columns}, which are numbers. Make it with "
                "custintel.tables.{builder}(raw), which reads numbers from texts.",
                table=table,
                builder=_builder(table),
                columns=quoted(texts),
            )
        )


def _require_complete(found: nw.LazyFrame[Any], columns: Sequence[str], table: str) -> None:
    """Raise `SchemaError` if cells are missing that no table may lack."""
    if not columns:
        return
    schema = found.collect_schema()
    counts = [is_missing(name, schema[name]).cast(nw.Int64).sum().alias(name) for name in columns]
    missing = to_pandas(found.select(*counts)).iloc[0].fillna(0)
    if (missing > 0).any():
        raise SchemaError(
            _(
                "Table {table!r} has rows without {columns}. {advice}",
                table=table,
                advice=_complete_with(table),
                columns=", ".join(
                    _("{column} ({n})", column=name, n=int(n)) for name, n in missing.items() if n
                ),
            )
        )


def _builder(table: str) -> str:
    return f"build_{table if table in BUILT_TABLES else 'transactions'}"


def require_sums(lines: nw.LazyFrame[Any], columns: Mapping[str, str]) -> None:
    """Raise `SchemaError` if amounts are infinite, or so large that sums of squares overflow.

    Engines meet these in their own ways: with infinity, a warning or an error of theirs.
    `columns` gives the name of each column in the user's table.
    """
    is_huge = {
        name: (nw.col(name).abs() > _LARGEST_AMOUNT) & ~is_missing(name, nw.Float64())
        for name in columns
    }
    counted = lines.select(huge.cast(nw.Int64).sum().alias(name) for name, huge in is_huge.items())
    for name, n in to_pandas(counted).iloc[0].fillna(0).items():
        if n:
            examples = to_pandas(lines.filter(is_huge[str(name)]).select(str(name)).head(3))
            raise SchemaError(
                _n(
                    "{n} line of 'transactions' has a {column} beyond {most:.0e}, too large to be "
                    "added up: {examples}. Mend it first.",
                    "{n} lines of 'transactions' have a {column} beyond {most:.0e}, too large to "
                    "be added up: {examples}. Mend them first.",
                    int(n),
                    column=columns[str(name)],
                    most=_LARGEST_AMOUNT,
                    examples=quoted(examples.iloc[:, 0]),
                )
            )


def _complete_with(table: str) -> str:
    if table not in BUILT_TABLES:
        return _("Leave these rows out, or fill them.")
    return _(
        "Make it with custintel.tables.build_{table}(raw), which sets such rows aside.",
        table=table,
    )


def is_missing(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """Return whether each cell of a column is null, or NaN."""
    column = nw.col(name)
    return column.is_null() | column.is_nan() if dtype.is_float() else column.is_null()


def as_narwhals(frame: Frame) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    """Return a frame of any engine as narwhals sees it; a Parquet path as a DuckDB relation."""
    native: Any = _relation_of_file(Path(frame)) if isinstance(frame, str | Path) else frame
    require_distinct(_column_names(native))
    try:
        found: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(native)
    except TypeError:
        raise TypeError(
            _(
                "A table is a pandas or polars frame, a DuckDB relation, a PySpark DataFrame, "
                "a pyarrow table or the path of a Parquet file: got {kind}.",
                kind=type(frame).__name__,
            )
        ) from None
    return found


def _column_names(native: Any) -> list[object]:
    """Return the names of a frame's columns; some engines let two columns have one name.

    Others refuse, or take the first one, when it is too late to say so.
    """
    if isinstance(native, nw.DataFrame | nw.LazyFrame):
        return []  # seen already
    known = nw.dependencies
    if known.is_pyarrow_table(native):
        return list(native.column_names)
    is_spark = known.is_pyspark_dataframe(native) or known.is_pyspark_connect_dataframe(native)
    if known.is_pandas_dataframe(native) or known.is_duckdb_relation(native) or is_spark:
        return list(native.columns)
    if known.is_polars_lazyframe(native):
        return _names_of_plan(native)
    return []


def _names_of_plan(plan: Any) -> list[object]:
    """Return the names of the columns that a lazy frame of polars will have."""
    from polars.exceptions import DuplicateError

    try:
        return list(plan.collect_schema())
    except DuplicateError as error:
        raise SchemaError(
            _(
                "The table has more than one column of a name. Keep one of them, or give the "
                "others names of their own. Polars says: {told}",
                told=str(error).partition(". ")[0],
            )
        ) from None


def _wrapped(frame: Frame) -> nw.LazyFrame[Any]:
    found = as_narwhals(frame)
    if isinstance(found, nw.LazyFrame):
        return found
    if found.implementation.is_pyarrow():
        return nw.from_native(_connection().from_arrow(found.to_native()))
    if found.implementation.is_pandas() and len(found) >= _LARGE:
        return nw.from_native(_connection().from_df(found.to_native()))
    return found.lazy()


def opened(frame: Frame) -> nw.LazyFrame[Any]:
    """Return a frame of any engine, opened once.

    For what reads a frame several times and joins what it has read: relations of two DuckDB
    connections, which `lazy` opens for files and large frames, cannot be joined.
    """
    return _wrapped(frame)


def _connection() -> "duckdb.DuckDBPyConnection":
    import duckdb

    return duckdb.connect()


def _relation_of_file(path: Path) -> "duckdb.DuckDBPyRelation":
    if not path.is_file():
        raise ReadError(_("There is no file {path}. Check the path and the spelling.", path=path))
    if path.suffix.lower() != ".parquet":
        raise ReadError(
            _(
                "{file} is not a Parquet file, so the types of its columns would be a guess. "
                "Read it with custintel.io.read_export(path).",
                file=path.name,
            )
        )
    return _connection().read_parquet(str(path))


def to_pandas(frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Return a lazy result as a pandas frame, without asking for pyarrow."""
    native = frame.to_native()
    if isinstance(native, pd.DataFrame):
        return native.reset_index(drop=True)
    if frame.implementation.is_polars():
        collected = native.collect()
        return pd.DataFrame({name: collected[name].to_numpy() for name in collected.columns})
    if frame.implementation.is_duckdb():
        return pd.DataFrame(native.df())
    with warnings.catch_warnings():
        # PySpark's conversion warns of pandas 3 and of itself; the columns here are plain.
        warnings.simplefilter("ignore")
        return pd.DataFrame(native.toPandas())


def finish(frame: nw.LazyFrame[Any], *, index: str, output: Output) -> Any:
    """Return a per-customer result: pandas sorted by `index`, or the engine's own frame."""
    require_choice(output, ("pandas", "native"), name="output")
    if output == "native":
        return frame.to_native()
    table = to_pandas(frame)
    table[index] = table[index].astype("str")
    return table.set_index(index).sort_index()


def as_counts(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a table whose `columns`, which hold whole numbers, are int64 whatever the engine."""
    return table.astype(dict.fromkeys(columns, "int64"))


def warn_refunds_alone(customers: pd.Index) -> None:
    """Warn the caller of the calling function of customers who have refunds but no purchase."""
    if len(customers):
        message = _n(
            "{n} customer has refunds but no purchase, and is left out: {examples}.",
            "{n} customers have refunds but no purchase, and are left out: {examples}.",
            len(customers),
            examples=quoted(customers, most=3),
        )
        warn(message, SetAsideWarning)


def day_number(column: str) -> nw.Expr:
    """Return the days from 1970-01-01 to the day of a datetime column.

    Civil-calendar arithmetic, because no engine-neutral date difference exists: exact on
    pandas, polars, DuckDB and Spark alike.
    """
    at = nw.col(column)
    year = at.dt.year().cast(nw.Int64) - 1
    leap_days = year // 4 - year // 100 + year // 400
    return (365 * year + leap_days + at.dt.ordinal_day().cast(nw.Int64) - 719163).cast(nw.Int64)


def second_number(column: str) -> nw.Expr:
    """Return the seconds from 1970-01-01 to an instant; no two engines subtract instants alike."""
    at = nw.col(column).dt
    # Polars counts minutes in numbers too small for an hour of seconds.
    hour, minute, second = (part.cast(nw.Int64) for part in (at.hour(), at.minute(), at.second()))
    return day_number(column) * 86_400 + hour * 3600 + minute * 60 + second


def month_number(column: str) -> nw.Expr:
    """Return the months from January 1970 to the month of a datetime column."""
    at = nw.col(column)
    return ((at.dt.year().cast(nw.Int64) - 1970) * 12 + at.dt.month().cast(nw.Int64) - 1).cast(
        nw.Int64
    )


def number_of_day(day: pd.Timestamp) -> int:
    """Return the days from 1970-01-01 to `day`."""
    return int((day.normalize() - _EPOCH).days)
