"""Frames of any engine, taken as one: the functions that read events are written once.

They work on narwhals lazy frames, so the same lines run on pandas, polars, DuckDB and
Spark. What not all of these can do, and the way round it, is listed in the design notes.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw
import pandas as pd

from custintel._checks import require_choice, require_columns
from custintel._text import translate as _

if TYPE_CHECKING:
    import duckdb

Frame = Any
"""A table of any supported engine: pandas, polars, DuckDB, PySpark, pyarrow, or a file's path."""

Output = Literal["pandas", "native"]

# From here on DuckDB's parallel group-by repays the copy of the columns that are read.
_LARGE = 2_000_000
_EPOCH = pd.Timestamp("1970-01-01")


def lazy(frame: Frame, columns: Sequence[str], *, table: str = "transactions") -> nw.LazyFrame[Any]:
    """Return `columns` of a frame of any engine as a narwhals lazy frame.

    Large pandas frames, pyarrow tables and the paths of Parquet and CSV files go through
    the embedded DuckDB.
    """
    found = _wrapped(frame)
    require_columns(found.collect_schema().names(), columns, table=table)
    return found.select(*columns)


def has_column(frame: Frame, column: str) -> bool:
    """Return whether a frame of any engine has `column`."""
    return column in _wrapped(frame).collect_schema().names()


def _wrapped(frame: Frame) -> nw.LazyFrame[Any]:
    native = _relation_of_file(Path(frame)) if isinstance(frame, str | Path) else frame
    try:
        found: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(native)
    except TypeError:
        raise TypeError(
            _(
                "A table is a pandas or polars frame, a DuckDB relation, a PySpark DataFrame, "
                "a pyarrow table or the path of a Parquet or CSV file: got {kind}.",
                kind=type(frame).__name__,
            )
        ) from None
    if isinstance(found, nw.LazyFrame):
        return found
    if found.implementation.is_pyarrow():
        return nw.from_native(_connection().from_arrow(frame))
    if found.implementation.is_pandas() and len(found) >= _LARGE:
        return nw.from_native(_connection().from_df(frame))
    return found.lazy()


def _connection() -> "duckdb.DuckDBPyConnection":
    import duckdb

    return duckdb.connect()


def _relation_of_file(path: Path) -> "duckdb.DuckDBPyRelation":
    if not path.is_file():
        raise FileNotFoundError(_("No file {path}.", path=path))
    if path.suffix.lower() == ".parquet":
        return _connection().read_parquet(str(path))
    return _connection().read_csv(str(path))


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


def day_number(column: str) -> nw.Expr:
    """Return the days from 1970-01-01 to the day of a datetime column.

    Civil-calendar arithmetic, because no engine-neutral date difference exists: exact on
    pandas, polars, DuckDB and Spark alike.
    """
    at = nw.col(column)
    year = at.dt.year().cast(nw.Int64) - 1
    leap_days = year // 4 - year // 100 + year // 400
    return (365 * year + leap_days + at.dt.ordinal_day().cast(nw.Int64) - 719163).cast(nw.Int64)


def month_number(column: str) -> nw.Expr:
    """Return the months from January 1970 to the month of a datetime column."""
    at = nw.col(column)
    return ((at.dt.year().cast(nw.Int64) - 1970) * 12 + at.dt.month().cast(nw.Int64) - 1).cast(
        nw.Int64
    )


def number_of_day(day: pd.Timestamp) -> int:
    """Return the days from 1970-01-01 to `day`."""
    return int((day.normalize() - _EPOCH).days)
