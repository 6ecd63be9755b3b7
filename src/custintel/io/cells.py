"""Files of any table: their cells as they stand, for the builders of `custintel.tables`."""

from dataclasses import dataclass

import pandas as pd

from custintel.io.delimited import read_delimited
from custintel.io.headers import checked_headers
from custintel.io.raw import RawTable
from custintel.io.records import read_json_lines, read_parquet
from custintel.io.sources import FileFormat, PathLike, Source, locate, naming
from custintel.io.workbooks import read_workbook
from custintel.schemas import (
    ACCOUNTS,
    CAMPAIGN_EVENTS,
    CAMPAIGNS,
    CUSTOMERS,
    LEADS,
    PRODUCTS,
    TOUCHES,
    TRANSACTIONS,
)
from custintel.schemas.set_aside import all_set_aside, warn_set_aside

_TABLES = (
    *(TRANSACTIONS, CUSTOMERS, ACCOUNTS, PRODUCTS),
    *(CAMPAIGNS, CAMPAIGN_EVENTS, TOUCHES, LEADS),
)


@dataclass(frozen=True, slots=True, eq=False)
class RawExport:
    """The cells of a file, and the rows that have not the shape of its header.

    ``n_rows`` equals the rows of ``table`` and of ``set_aside`` together.

    Parameters
    ----------
    source : str
        Name of the file, without its folder.
    table : DataFrame
        The cells under the headers of the file; see `inspect_cells`.
    set_aside : DataFrame
        The other rows: ``source``, ``line``, ``column`` (None, as the whole row is at fault),
        ``value`` (text, cut at 200 characters), ``reason``.
    n_rows : int
        Rows in the file, without the header and blank lines.
    encoding : str or None
        Of a text file.
    delimiter : str or None
        Of a delimited file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "touches.csv")
    ...     _ = file.write_text("User ID,Channel\\nu1,search\\nu2\\n")
    ...     raw = inspect_cells(file)
    >>> raw.n_rows, len(raw.table), raw.set_aside["reason"].tolist()
    (2, 1, ['too few fields'])
    """

    source: str
    table: pd.DataFrame
    set_aside: pd.DataFrame
    n_rows: int
    encoding: str | None
    delimiter: str | None


def inspect_cells(path: PathLike, *, file_format: FileFormat | None = None) -> RawExport:
    """Read the cells of a file as they stand, and account for every row.

    What columns and cells mean is left to the builders of `custintel.tables`, such as
    `custintel.tables.inspect_touches`, which say of the rows that they set aside where these
    stood in the file. Exports of transactions have a reader of their own, `inspect_export`.

    Parameters
    ----------
    path : str or path-like
        CSV or other delimited text (also in .gz or .zip), Excel workbook, Parquet or
        JSON lines. The content decides, not the name.
    file_format : FileFormat, optional
        Encoding, delimiter or sheet, where they are not to be found in the file.

    Returns
    -------
    RawExport
        Its ``table`` has one row per row of the file that has the shape of the header,
        indexed by ``source`` (name of the file) and ``line`` (the first of the row, the
        header's being 1; in Parquet, which has no lines, the number of the row).

        - every column of the file under its own header: text, from formats that have types
          as typed there; missing where the cell is empty

    Raises
    ------
    ReadError
        If the file is no table, has no rows, no header, or twice the same one.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from custintel.tables import inspect_touches
    >>> text = "User ID;Canal;Date\\nu1;search;31/12/2024\\nu2;;31/12/2024\\n"
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "touches.csv")
    ...     _ = file.write_text(text)
    ...     built = inspect_touches(inspect_cells(file).table)
    >>> built.set_aside[["source", "line", "column", "reason"]].values.tolist()
    [['touches.csv', 3, 'Canal', 'missing']]
    """
    with naming(path):
        source = locate(path)
        raw = raw_table(source, file_format or FileFormat())
        frame = raw.frame.set_axis(checked_headers(raw, _TABLES), axis="columns")
    index = pd.MultiIndex.from_product([[source.name], frame.index], names=["source", "line"])
    return RawExport(
        source=source.name,
        table=_blank_as_missing(frame).set_axis(index),
        set_aside=all_set_aside(raw.set_aside, source.name),
        n_rows=raw.n_rows,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
    )


def read_cells(path: PathLike, *, file_format: FileFormat | None = None) -> pd.DataFrame:
    """Read the cells of a file as they stand.

    Rows that have not the shape of the header are left out, and one `SetAsideWarning` says how
    many and why; `inspect_cells` takes the same arguments and returns them too.

    Parameters
    ----------
    path : str or path-like
        File to read.
    file_format : FileFormat, optional
        Encoding, delimiter or sheet, where they are not to be found in the file.

    Returns
    -------
    DataFrame
        The ``table`` of `inspect_cells`, indexed by ``source`` and ``line``.

        - every column of the file under its own header: text, from formats that have types
          as typed there; missing where the cell is empty

    Raises
    ------
    ReadError
        If the file cannot be read as a table; see `inspect_cells`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from custintel.tables import build_campaigns
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "campagnes.csv")
    ...     _ = file.write_text("Campagne;Coût (€)\\nmars;1 250,50\\n", encoding="cp1252")
    ...     campaigns = build_campaigns(read_cells(file))
    >>> campaigns[["campaign_id", "cost", "currency"]].values.tolist()
    [['mars', 1250.5, 'EUR']]
    """
    raw = inspect_cells(path, file_format=file_format)
    warn_set_aside(
        raw.set_aside,
        raw.n_rows,
        source=raw.source,
        twin="custintel.io.inspect_cells(…).set_aside",
    )
    return raw.table


def raw_table(source: Source, file_format: FileFormat) -> RawTable:
    """Return what a file of any kind holds, before it is understood."""
    if source.kind == "workbook":
        return read_workbook(source, file_format)
    if source.kind == "parquet":
        return read_parquet(source)
    if source.kind == "json_lines":
        return read_json_lines(source, file_format)
    return read_delimited(source, file_format)


def _blank_as_missing(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its empty cells missing; those of other types than text are."""
    filled = {
        str(name): cells.where(cells != "")
        for name, cells in frame.items()
        if cells.dtype.kind == "O" and (cells == "").any()
    }
    return frame.assign(**filled)
