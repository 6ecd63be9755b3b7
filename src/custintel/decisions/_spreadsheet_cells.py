"""Cells that a spreadsheet would run as formulas are made plain texts."""

import re
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import pandas as pd

from custintel._text import translate as _

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutral(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts, names of columns included, no spreadsheet takes for formulas.

    >>> neutral(pd.DataFrame({"=a": ["=1+1", "plain"], "n": [-1, 2]})).to_numpy().tolist()
    [["'=1+1", -1], ['plain', 2]]
    """
    safe = {_plain(str(name)): _plain_column(table[name]) for name in table}
    return pd.DataFrame(safe, index=table.index)


def write_table(table: pd.DataFrame, path: "str | PathLike[str]") -> None:
    """Write a table to a CSV or Excel file; the byte-order mark tells Excel the encoding."""
    ending = Path(fspath(path)).suffix.lower()
    if ending == ".csv":
        table.to_csv(path, index=False, encoding="utf-8-sig")
    elif ending == ".xlsx":
        _printable(table).to_excel(path, index=False, engine="openpyxl")
    else:
        raise ValueError(
            _(
                "A plan is written to a file that ends in .csv or .xlsx: got {name!r}.",
                name=Path(fspath(path)).name,
            )
        )


def _printable(table: pd.DataFrame) -> pd.DataFrame:
    """Put a sign of replacement for control characters, which Excel files cannot hold."""
    return table.map(lambda cell: _CONTROL.sub("\ufffd", cell) if isinstance(cell, str) else cell)


def _plain_column(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column
    return column.map(lambda cell: _plain(cell) if isinstance(cell, str) else cell)


def _plain(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS) else text
