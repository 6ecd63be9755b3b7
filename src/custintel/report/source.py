"""What a report is made from: the purchases, and the account of how they were read."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from custintel._money import currency_code
from custintel._text import translate as _
from custintel.errors import ReadError, SchemaError
from custintel.io import combine_exports, inspect_export
from custintel.schemas.set_aside import reasons
from custintel.tables import BuiltTransactions, inspect_transactions


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The purchases of one or more exports, every row accounted for.

    ``n_rows`` equals the rows of ``transactions`` and of ``set_aside`` together.

    Attributes
    ----------
    names : tuple of str
        Files, without their folders.
    transactions : DataFrame
        The canonical table.
    set_aside : DataFrame
        ``source``, ``line``, ``column``, ``value``, ``reason``.
    n_rows : int
        Rows in the files.
    currency : str or None
        ISO 4217; None if nothing names one.
    n_refunds, n_zero_amounts, n_identical_lines : int
        Rows used that a reader should know of.
    """

    names: tuple[str, ...]
    transactions: pd.DataFrame
    set_aside: pd.DataFrame
    n_rows: int
    currency: str | None
    n_refunds: int
    n_zero_amounts: int
    n_identical_lines: int


def read_source(
    paths: Sequence[str | os.PathLike[str]],
    *,
    columns: Mapping[str, str] | None = None,
    currency: str | None = None,
    decimal: str | None = None,
    date_order: str | None = None,
    timezone: str | None = None,
) -> Source:
    """Read one or more exports of purchases as one table.

    Parameters
    ----------
    paths : sequence of path-like
        Files that `custintel.io.inspect_export` reads.
    columns : mapping of str to str, optional
        Headers of the files to canonical names, where they are not recognised.
    currency : str, optional
        ISO 4217 code of the amounts, for files that do not name it.
    decimal : {'.', ','}, optional
        Decimal sign; needed only when the numbers do not tell.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    timezone : str, optional
        Time zone whose local time instants with an offset are converted to.

    Returns
    -------
    Source
        The purchases, and every row that could not be used.

    Raises
    ------
    ReadError
        If a file cannot be read as a table of purchases.
    SchemaError
        If no row can be used.
    MixedCurrencyError
        If the files, or the argument, name more than one currency.

    Examples
    --------
    >>> from custintel.datasets import dataset_path
    >>> source = read_source([dataset_path("cdnow_sample.csv")], currency="USD")
    >>> source.n_rows, len(source.transactions), len(source.set_aside)
    (6919, 6919, 0)
    """
    if currency is not None:
        currency = currency_code(currency)  # refuse it before reading large files
    _refuse_repeats(paths)
    exports = [
        inspect_export(
            path, columns=columns, decimal=decimal, date_order=date_order, timezone=timezone
        )
        for path in paths
    ]
    built = inspect_transactions(combine_exports(exports), currency=currency)
    set_aside = pd.concat([*(export.set_aside for export in exports), built.set_aside])
    n_rows = sum(export.n_rows for export in exports)
    names = _told_apart([Path(path) for path in paths])
    return _source(names, built, set_aside, n_rows)


def source_from_table(raw: pd.DataFrame, *, name: str, currency: str | None = None) -> Source:
    """Make a report's source of purchases that are in memory already.

    Parameters
    ----------
    raw : DataFrame
        As for `custintel.tables.build_transactions`.
    name : str
        What the report calls the data.
    currency : str, optional
        ISO 4217 code of the amounts, for data that do not name it.

    Returns
    -------
    Source
        The purchases, and every row that could not be used.

    Raises
    ------
    SchemaError
        If no row can be used.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> source_from_table(load_cdnow("sample"), name="CDNOW").currency
    'USD'
    """
    built = inspect_transactions(raw, currency=currency)
    return _source((name,), built, built.set_aside, built.n_rows)


def _refuse_repeats(paths: Sequence[str | os.PathLike[str]]) -> None:
    seen: set[Path] = set()
    for path in paths:
        file = Path(path).resolve()
        if file in seen:
            raise ReadError(_("{file} is given twice, which would count it twice.", file=file.name))
        seen.add(file)


def _told_apart(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the files' names, with their folder where two have the same name."""
    names = [path.name for path in paths]
    return tuple(
        f"{path.resolve().parent.name}/{path.name}" if names.count(path.name) > 1 else path.name
        for path in paths
    )


def _source(
    names: tuple[str, ...], built: BuiltTransactions, set_aside: pd.DataFrame, n_rows: int
) -> Source:
    if built.table.empty:
        raise SchemaError(
            _(
                "{files}: none of the {n} rows can be used ({reasons}). "
                "See custintel inspect FILE.",
                files=", ".join(names),
                n=n_rows,
                reasons=reasons(set_aside),
            )
        )
    return Source(
        names=names,
        transactions=built.table,
        set_aside=set_aside.reset_index(drop=True),
        n_rows=n_rows,
        currency=built.currency,
        n_refunds=built.n_refunds,
        n_zero_amounts=built.n_zero_amounts,
        n_identical_lines=built.n_identical_lines,
    )
