"""The tables that models are trained on and score, read from exports, with a line for each."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.cli._options import columns_by_table

if TYPE_CHECKING:
    import pandas as pd

    from custintel.tables import BuiltEvents, BuiltTable

_TRANSACTIONS = "transactions"


def tell(text: str) -> None:
    """Write a line of the log, which is for people and schedulers, to standard error."""
    typer.echo(text, err=True)


def read_tables(
    paths: Sequence[Path],
    others: Mapping[str, Path | None],
    *,
    columns: list[str] | None,
    conventions: Mapping[str, str | None],
) -> "dict[str, pd.DataFrame]":
    """Read exports of purchases as one table, and the other tables that are given."""
    from custintel.report import read_source

    given = {name: path for name, path in others.items() if path is not None}
    own, of_others = columns_by_table(columns, given)
    source = read_source(paths, columns=own, **conventions)
    tell(
        _n(
            "Read {rows} rows of {n} file: {used} used, {aside} set aside",
            "Read {rows} rows of {n} files: {used} used, {aside} set aside",
            len(paths),
            rows=source.n_rows,
            used=len(source.transactions),
            aside=len(source.set_aside),
        )
    )
    tables = {_TRANSACTIONS: source.transactions}
    for name, path in given.items():
        tables[name] = _read_other(name, path, of_others[name], conventions)
    return tables


def _read_other(
    name: str, path: Path, columns: Mapping[str, str], conventions: Mapping[str, str | None]
) -> "pd.DataFrame":
    from custintel.io import inspect_cells
    from custintel.io.sources import naming
    from custintel.tables import inspect_customers, inspect_touches

    # What is amounts in one table is none in the other, and the other way round.
    left_out = {"customers": "currency", "touches": "decimal"}[name]
    options: dict[str, Any] = {key: each for key, each in conventions.items() if key != left_out}
    raw = inspect_cells(path)
    built: BuiltTable | BuiltEvents
    with naming(path):
        if name == "customers":
            built = inspect_customers(raw.table, columns=columns, **options)
        else:
            built = inspect_touches(raw.table, columns=columns, **options)
    n_aside = len(built.set_aside) + len(raw.set_aside)
    tell(
        _(
            "Read {rows} rows of {table}: {used} used, {aside} set aside",
            rows=built.n_rows + len(raw.set_aside),
            table=name,
            used=len(built.table),
            aside=n_aside,
        )
    )
    return built.table
