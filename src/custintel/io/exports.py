"""The door of files: an export in, typed canonical columns out, every row accounted for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import pandas as pd

from custintel._checks import quoted
from custintel._text import translate as _
from custintel.errors import ReadError
from custintel.io.cells import raw_table
from custintel.io.headers import checked_headers
from custintel.io.raw import RawTable
from custintel.io.sources import FileFormat, PathLike, locate, naming
from custintel.schemas import TRANSACTIONS, recognise
from custintel.schemas.headers import plain_header
from custintel.schemas.parsing import Conventions, ParsedTable, parse_table
from custintel.schemas.set_aside import all_set_aside, warn_set_aside

_HEADERS_COMPARED = 500


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """An export that has been read: its table, and how it was written.

    ``n_rows`` equals the rows of ``table`` and of ``set_aside`` together.

    Parameters
    ----------
    source : str
        Name of the file, without its folder.
    table : DataFrame
        Rows that can be used, indexed by ``line``; see `inspect_export`.
    set_aside : DataFrame
        The other rows: ``source``, ``line``, ``column`` (header in the file; None when
        the whole row is at fault), ``value`` (text, cut at 200 characters), ``reason``.
    n_rows : int
        Rows in the file, without the header and blank lines.
    mapping : dict of str to str
        Headers in the file that are understood, to canonical names.
    currency : str or None
        ISO 4217 code, if the file names exactly one.
    encoding : str or None
        Of a text file.
    delimiter : str or None
        Of a delimited file.
    decimal : str or None
        Decimal sign, if any number shows it.
    thousands : str or None
        Sign between thousands, the commonest if there are several.
    date_format : str or None
        How most dates are written, as ``"DD/MM/YYYY"``; None when they are typed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "sales.csv")
    ...     _ = file.write_text("Customer ID,Date,Amount\\nA1,2024-12-31,12.50\\n,,\\n")
    ...     export = inspect_export(file)
    >>> export.n_rows, len(export.table), len(export.set_aside)
    (2, 1, 1)
    """

    source: str
    table: pd.DataFrame
    set_aside: pd.DataFrame
    n_rows: int
    mapping: dict[str, str]
    currency: str | None
    encoding: str | None
    delimiter: str | None
    decimal: str | None
    thousands: str | None
    date_format: str | None


def inspect_export(
    path: PathLike,
    *,
    columns: Mapping[str, str] | None = None,
    decimal: str | None = None,
    date_order: str | None = None,
    timezone: str | None = None,
    file_format: FileFormat | None = None,
) -> Export:
    """Read an export of transactions and tell what was found in it.

    Encoding (byte-order mark, strict UTF-8, cp1252), delimiter, decimal and thousands
    signs and date order are found in the file. Cells are read as text and parsed
    afterwards; rows that cannot be used are set aside, never guessed.

    Parameters
    ----------
    path : str or path-like
        CSV or other delimited text (also in .gz or .zip), Excel workbook, Parquet or
        JSON lines. The content decides, not the name.
    columns : mapping of str to str, optional
        Headers of the file to canonical names, where they are not recognised.
    decimal : {'.', ','}, optional
        Decimal sign; needed only when the numbers do not tell.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    timezone : str, optional
        Time zone, such as ``"Europe/Zurich"``, whose local time instants with an offset
        are converted to; those without one are taken to be local.
    file_format : FileFormat, optional
        Encoding, delimiter or sheet, where they are not to be found in the file.

    Returns
    -------
    Export
        What was found. Its ``table`` has one row per row that can be used, indexed by
        ``line`` (the first line of the row in the file, the header's being 1; in Parquet,
        which has no lines, the number of the row).

        - ``customer_id`` : str, never missing
        - ``ordered_at`` : datetime64[us], local time, never missing
        - ``revenue`` : float, in ``currency``, never missing
        - other canonical columns of the file, typed; see `custintel.schemas.TRANSACTIONS`
        - ``currency`` : str, ISO 4217, if a column, a header or the amounts name one
        - columns that are not recognised, under their own headers, as text (from formats
          that have types, as typed there)

    Raises
    ------
    ReadError
        If the file is no table, has no column for a required one or twice the same, or
        if neither it nor `decimal` tells how numbers are written.
    AmbiguousDateError
        If neither the file nor `date_order` tells whether day or month comes first.
    SchemaError
        If two headers claim one canonical column.
    MixedCurrencyError
        If headers name different currencies.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> text = "N° client;Date de commande;Montant (€)\\n007;31/12/2024;1 234,50\\n;;n/a\\n"
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "ventes.csv")
    ...     _ = file.write_text(text, encoding="cp1252")
    ...     export = inspect_export(file)
    >>> export.encoding, export.delimiter, export.decimal, export.date_format, export.currency
    ('cp1252', ';', ',', 'DD/MM/YYYY', 'EUR')
    >>> export.table.loc[2, "revenue"].item()
    1234.5
    >>> export.set_aside[["line", "column", "reason"]].values.tolist()
    [[3, 'N° client', 'missing']]
    """
    conventions = Conventions(decimal, date_order, timezone)
    with naming(path):
        source = locate(path)
        raw = raw_table(source, file_format or FileFormat())
        headers = checked_headers(raw, [TRANSACTIONS], are_told=bool(columns))
        frame = raw.frame.set_axis(headers, axis="columns")
        mapping = recognise(headers, TRANSACTIONS, columns)
        _require_columns(headers, mapping)
        parsed = parse_table(_blank_as_missing(frame, mapping), TRANSACTIONS, mapping, conventions)
    return _export(source.name, raw, parsed, mapping)


def read_export(
    path: PathLike,
    *,
    columns: Mapping[str, str] | None = None,
    decimal: str | None = None,
    date_order: str | None = None,
    timezone: str | None = None,
    file_format: FileFormat | None = None,
) -> pd.DataFrame:
    """Read an export of transactions.

    Rows that cannot be used are left out, and one `SetAsideWarning` says how many and
    why; `inspect_export` takes the same arguments and returns them too.

    Parameters
    ----------
    path : str or path-like
        File to read.
    columns : mapping of str to str, optional
        Headers of the file to canonical names, where they are not recognised.
    decimal : {'.', ','}, optional
        Decimal sign; needed only when the numbers do not tell.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    timezone : str, optional
        Time zone whose local time instants with an offset are converted to.
    file_format : FileFormat, optional
        Encoding, delimiter or sheet, where they are not to be found in the file.

    Returns
    -------
    DataFrame
        One row per row that can be used, indexed by ``line``; the columns are those
        of the ``table`` of `inspect_export`.

    Raises
    ------
    ReadError
        If the file cannot be read as a table of transactions; see `inspect_export`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "sales.csv")
    ...     _ = file.write_text("Customer ID,Date,Amount\\nA1,2024-12-31,12.50\\n")
    ...     sales = read_export(file)
    >>> sales[["customer_id", "revenue"]].values.tolist()
    [['A1', 12.5]]
    """
    export = inspect_export(
        path,
        columns=columns,
        decimal=decimal,
        date_order=date_order,
        timezone=timezone,
        file_format=file_format,
    )
    warn_set_aside(
        export.set_aside,
        export.n_rows,
        source=export.source,
        twin="custintel.io.inspect_export(…).set_aside",
    )
    return export.table


def combine_exports(exports: Iterable[Export]) -> pd.DataFrame:
    """Join the tables of several exports, for `custintel.tables.build_transactions`.

    Nothing is checked across files here: different currencies, or one order line in two
    files, are found when the transactions are built.

    Parameters
    ----------
    exports : iterable of Export
        At least one.

    Returns
    -------
    DataFrame
        All rows, in order, indexed by ``source`` (name of the file) and ``line``; a column
        that an export lacks is missing in its rows.

    Raises
    ------
    ValueError
        If there is no export.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     files = [Path(folder, name) for name in ("north.csv", "south.csv")]
    ...     for file in files:
    ...         _ = file.write_text("customer_id,date,amount\\nA1,2024-12-31,12.50\\n")
    ...     raw = combine_exports([inspect_export(file) for file in files])
    >>> raw.index.tolist()
    [('north.csv', 2), ('south.csv', 2)]
    """
    parts = list(exports)
    if not parts:
        raise ValueError(_("There is no export to combine."))
    indexed = [
        part.table.set_axis(
            pd.MultiIndex.from_product([[part.source], part.table.index], names=["source", "line"])
        )
        for part in parts
    ]
    return pd.concat(indexed)


def _export(name: str, raw: RawTable, parsed: ParsedTable, mapping: dict[str, str]) -> Export:
    set_aside = all_set_aside([*raw.set_aside, parsed.set_aside], name)
    named = parsed.table["currency"].dropna() if "currency" in parsed.table else ()
    currencies = list(dict.fromkeys(named))
    return Export(
        source=name,
        table=parsed.table,
        set_aside=set_aside,
        n_rows=raw.n_rows,
        mapping=mapping,
        currency=str(currencies[0]) if len(currencies) == 1 else None,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        decimal=parsed.decimal,
        thousands=parsed.thousands,
        date_format=parsed.date_format,
    )


def _blank_as_missing(frame: pd.DataFrame, mapping: Mapping[str, str]) -> pd.DataFrame:
    """Return the frame with the empty cells of its further columns missing."""
    is_text = [pd.api.types.is_string_dtype(dtype) for dtype in frame.dtypes]
    names = {header: mapping.get(header) for header in frame.columns[is_text]}
    further = frame[[header for header, name in names.items() if name not in TRANSACTIONS.columns]]
    if further.shape[1] == 0:
        return frame
    others = frame.drop(columns=further.columns)
    return pd.concat([others, further.where(further != "")], axis=1)[list(frame.columns)]


def _require_columns(headers: list[str], mapping: Mapping[str, str]) -> None:
    missing = [name for name in TRANSACTIONS.required() if name not in mapping.values()]
    if not missing:
        return
    if len(headers) == 1 and len(headers[0].split()) > 2:
        raise ReadError(
            _(
                "The fields seem to be parted by spaces: the header is {header!r}. Save the file "
                "as CSV, with commas or semicolons.",
                header=headers[0],
            )
        )
    raise ReadError(
        _(
            "No column stands for {missing}; the headers are {headers}. Say which one does: "
            "columns={{{header!r}: {name!r}}}.",
            missing=", ".join(_with_nearest(name, headers) for name in missing),
            headers=quoted(headers, most=12),
            header=_nearest(missing[0], headers) or _("your header"),
            name=missing[0],
        )
    )


def _with_nearest(name: str, headers: list[str]) -> str:
    near = _nearest(name, headers)
    return _("{name!r} (nearest: {near!r})", name=name, near=near) if near else repr(name)


def _nearest(name: str, headers: list[str]) -> str | None:
    plain = {plain_header(header): header for header in headers[:_HEADERS_COMPARED]}
    for wanted in (plain_header(name), *TRANSACTIONS.columns[name].synonyms):
        near = get_close_matches(wanted, plain, n=1, cutoff=0.75)
        if near:
            return plain[near[0]]
    return None
