"""Small tables that are looked up for every line of a large one, on the large one's engine.

Only one row per id is held in memory; the lines stay where they are.
"""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from custintel._checks import quoted
from custintel._frames import Frame, as_narwhals, lazy, text_id, to_pandas
from custintel._text import translate as _
from custintel.errors import ReadError, SchemaError

# No user has a table of this name; DuckDB would take theirs.
_NAME = "__custintel_lookup__"
_VIEW = f"{_NAME}view"
_ROW = "__custintel_row__"


def lines_per_id(lines: Frame, on: str, *, table: str = "transactions") -> "pd.Series[int]":
    """Return the number of lines of each id, a missing id being one of them."""
    counts = lazy(lines, [on], table=table).group_by(on).agg(nw.len().alias("n"))
    found = to_pandas(counts)
    return pd.Series(found["n"].to_numpy(dtype="int64"), pd.Index(found[on], dtype=object))


def read_lookup(frame: Frame, columns: Sequence[str], *, table: str) -> pd.DataFrame:
    """Return `columns` of a table of any engine, of which the first is an id on every row."""
    found = to_pandas(lazy(frame, columns, table=table))
    n_missing = int(found[columns[0]].isna().sum())
    if n_missing:
        raise SchemaError(
            _(
                "Table {table!r} has {n} of {n_rows} rows without {column!r}. Leave them out, or "
                "fill the column.",
                table=table,
                n=n_missing,
                n_rows=len(found),
                column=columns[0],
            )
        )
    return found


def require_new(
    lines: Frame, names: Sequence[str], *, advice: str, table: str = "transactions"
) -> None:
    """Raise `SchemaError` if the lines have one of the columns that are to be added."""
    present = as_narwhals(lines).collect_schema().names()
    twice = [name for name in names if name in present]
    if twice:
        raise SchemaError(
            _(
                "Table {table!r} has {names} already. {advice}",
                table=table,
                names=quoted(twice),
                advice=advice,
            )
        )


def looked_up(given: Frame, lookup: pd.DataFrame, *, on: str) -> nw.LazyFrame[Any]:
    """Return all lines given with the columns of `lookup`, one row per id, on the lines' engine.

    Those of an engine whose rows have an order keep it, once `handed_back` has them.
    """
    found = as_narwhals(given)
    lines = _relation(found) if found.implementation.is_pyarrow() else found.lazy()
    cast = text_id(on, lines.collect_schema()[on])
    lines = lines if cast is None else lines.with_columns(cast)
    small = _on_engine_of(lines, lookup)
    if lines.implementation.is_polars():
        native: Any = lines.to_native()
        joined = native.join(small.to_native(), on=on, how="left", maintain_order="left")
        in_order: nw.LazyFrame[Any] = nw.from_native(joined)
        return in_order
    return lines.join(small, on=on, how="left")


def handed_back(result: nw.LazyFrame[Any], lines: Frame) -> Any:
    """Return a result of `looked_up` as the kind of frame that the lines came in."""
    given = as_narwhals(lines)
    if given.implementation.is_pandas():
        return result.to_native().reset_index(drop=True)
    if given.implementation.is_pyarrow():
        result = result.sort(_ROW).drop(_ROW)
    if isinstance(given, nw.LazyFrame):
        return result.to_native()
    return result.collect(given.implementation).to_native()


def _relation(found: Any) -> nw.LazyFrame[Any]:
    """Return an Arrow table as a relation of DuckDB, whose joins keep no order: rows numbered."""
    import duckdb

    numbered = found.with_row_index(_ROW)
    return nw.from_native(duckdb.connect().from_arrow(numbered.to_native()))


def _on_engine_of(lines: nw.LazyFrame[Any], lookup: pd.DataFrame) -> nw.LazyFrame[Any]:
    if lines.implementation.is_pandas():
        return nw.from_native(lookup).lazy()
    # Without this a column that is missing throughout would have no type, or another one.
    texts = [str(name) for name in lookup if _spark_type(lookup[name]) == "string"]
    return _moved(lookup, lines).with_columns(nw.col(name).cast(nw.String) for name in texts)


def _moved(lookup: pd.DataFrame, lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return a pandas frame as one of the engine, and the connection or session, of the lines."""
    native: Any = lines.to_native()
    moved: Any
    if lines.implementation.is_duckdb():
        moved = _on_connection_of(native, lookup)
    elif lines.implementation.is_polars():
        moved = nw.from_dict(_cells(lookup), backend="polars").lazy().to_native()
    else:
        schema = ", ".join(f"`{name}` {_spark_type(lookup[name])}" for name in lookup)
        rows = list(zip(*_cells(lookup).values(), strict=True))
        moved = native.sparkSession.createDataFrame(rows, schema)
    found: nw.LazyFrame[Any] = nw.from_native(moved)
    return found


def _on_connection_of(relation: Any, lookup: pd.DataFrame) -> Any:
    """Return a pandas frame as a relation of the connection that a relation belongs to."""
    import duckdb

    __custintel_lookup__ = lookup  # noqa: F841 - DuckDB finds it by its name
    try:
        found = relation.query(_VIEW, f"SELECT * FROM {_NAME}")
    except duckdb.InvalidInputException as error:
        raise ReadError(
            _(
                "This version of DuckDB needs to make a view beside the data, and the database can "
                "only be read. Attach it to a connection in memory, and take the table from "
                "there: duckdb.connect().execute(\"ATTACH 'sales.duckdb' AS sales (READ_ONLY)\")."
            )
        ) from error
    # Older versions leave the view in the user's database.
    relation.query(_VIEW, f"DROP VIEW IF EXISTS {_VIEW}")
    return found


def _cells(lookup: pd.DataFrame) -> dict[str, list[Any]]:
    """Return columns of plain Python values, None where one is missing."""
    columns = {str(name): lookup[name].astype(object) for name in lookup}
    return {
        name: [_plain(cell) for cell in cells.where(cells.notna(), None)]
        for name, cells in columns.items()
    }


def _plain(cell: Any) -> Any:
    return cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell


def _spark_type(column: "pd.Series[Any]") -> str:
    if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) == "boolean":
        return "boolean"  # with missing ones, as Polars hands them over
    types = {"b": "boolean", "i": "bigint", "u": "bigint", "f": "double", "M": "timestamp"}
    return types.get(column.dtype.kind, "string")
