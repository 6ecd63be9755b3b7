"""Raw frames, as builders take them: what is checked and told of all of them alike."""

from collections.abc import Hashable, Mapping

import pandas as pd

from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError
from custintel.schemas.columns import Table
from custintel.schemas.set_aside import line_index, reasons, warn_set_aside


def framed(raw: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of the same cells whose headers are text and index says the lines."""
    if not isinstance(raw, pd.DataFrame):
        raise TypeError(
            _(
                "raw is a pandas DataFrame: got {kind}. Convert it first, "
                "with its own to_pandas() for instance.",
                kind=type(raw).__name__,
            )
        )
    headers = [str(header) for header in raw.columns]
    twice = [header for header in dict.fromkeys(headers) if headers.count(header) > 1]
    if twice:
        raise SchemaError(
            _("The data have column {name!r} more than once. Rename one.", name=twice[0])
        )
    return raw.set_axis(headers, axis="columns").set_axis(line_index(raw))


def names_of(frame: pd.DataFrame, mapping: Mapping[str, str]) -> list[str]:
    """Return the names that the columns of a frame will have."""
    return [mapping.get(header, header) for header in frame.columns]


def comparable(table: pd.DataFrame) -> list[str]:
    """Return the columns whose cells can be compared: not those of lists, for instance."""
    return [
        name
        for name in table.columns
        if table[name].dtype != object
        or all(issubclass(kind, Hashable) for kind in table[name].map(type).unique())
    ]


def in_order(table: pd.DataFrame, schema: Table) -> pd.DataFrame:
    """Return the table with its canonical columns first, and its rows numbered from 0."""
    first = [name for name in schema.columns if name in table]
    further = [name for name in table.columns if name not in schema.columns]
    return table[[*first, *further]].reset_index(drop=True)


def usable_rows(
    table: pd.DataFrame, set_aside: pd.DataFrame, n_rows: int, *, name: str
) -> pd.DataFrame:
    """Return the table; warn the builder's caller of rows set aside; without rows, an error."""
    if table.empty:
        raise SchemaError(no_row(set_aside, n_rows, table=name))
    warn_set_aside(
        set_aside,
        n_rows,
        source=repr(name),
        twin=f"custintel.tables.inspect_{name}(…).set_aside",
    )
    return table


def no_row(set_aside: pd.DataFrame, n_rows: int, *, table: str) -> str:
    """Return what to say when nothing is left to build a table from."""
    if not n_rows:
        return _("The data have no rows: there is nothing to build {table!r} from.", table=table)
    return _n(
        "The only row of the data cannot be used: {reasons}. See "
        "custintel.tables.inspect_{table}(…).set_aside.",
        "None of the {n} rows of the data can be used: {reasons}. See "
        "custintel.tables.inspect_{table}(…).set_aside.",
        n_rows,
        reasons=reasons(set_aside),
        table=table,
    )
