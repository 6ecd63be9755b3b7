"""The table of purchases: the door for exports and for frames loaded by other means.

Rules. Without order ids each row is an order; without line ids lines are numbered within
their order. A zero amount is a purchase, a negative line a refund: both stay. Only a
repeated pair of given order and line ids is a duplicate; lines that are alike in every
column are kept, and counted. Dates before 1970 or after the export are set aside, and so are
amounts beyond 1e15.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._checks import require_columns
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel.schemas import TRANSACTIONS, recognise
from custintel.schemas.parsing import Conventions, parse_table
from custintel.schemas.set_aside import all_set_aside, set_aside_rows
from custintel.tables._currencies import in_currency, one_currency
from custintel.tables._implausible_rows import LAST_DAY, outside_days, too_large, without
from custintel.tables._raw_frames import comparable, framed, in_order, names_of, usable_rows

_POSITION = "position in raw"  # a name that no export has


@dataclass(frozen=True, slots=True, eq=False)
class BuiltTransactions:
    """The canonical table, and the account of how it came out of the raw rows.

    ``n_rows`` equals the rows of ``table`` and of ``set_aside`` together.

    Parameters
    ----------
    table : DataFrame
        The canonical table; see `build_transactions`.
    set_aside : DataFrame
        The other rows: ``source`` (None for one frame), ``line`` (position from 0 in a
        frame that was not read by `custintel.io`), ``column``, ``value``, ``reason``.
    currency : str or None
        ISO 4217 code of all amounts; None when nothing names one.
    n_rows : int
        Rows of the raw frame.
    n_refunds : int
        Lines below zero, which are kept.
    n_zero_amounts : int
        Lines of zero, which are purchases.
    n_identical_lines : int
        Lines that are kept though alike in every column to an earlier one.

    Examples
    --------
    >>> raw = pd.DataFrame({"Client": ["a", "a"], "Date": ["2024-12-31"] * 2, "CA": [9, -9]})
    >>> inspect_transactions(raw).n_refunds
    1
    """

    table: pd.DataFrame
    set_aside: pd.DataFrame
    currency: str | None
    n_rows: int
    n_refunds: int
    n_zero_amounts: int
    n_identical_lines: int


def build_transactions(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    exported_on: Day | None = None,
) -> pd.DataFrame:
    """Build the canonical table of purchases.

    Rows that cannot be used are left out, and one `SetAsideWarning` says how many and
    why; `inspect_transactions` takes the same arguments and returns them too.

    Parameters
    ----------
    raw : DataFrame
        One row per order or order line: texts, typed values or both. Only a customer, a
        date and an amount are required. An index named ``line``, or ``source`` and
        ``line``, as `custintel.io` gives, says where rows stood. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    currency : str, optional
        ISO 4217 code of the amounts, for data that do not name it.
    timezone : str, optional
        Time zone whose local time aware instants are converted to; naive ones are taken
        to be local.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    exported_on : date-like, optional
        Day of the export: later purchases are set aside. Without it, those after
        2099-12-31 are.

    Returns
    -------
    DataFrame
        One row per order line, in the order of `raw`, canonical columns first.

        - ``order_id`` : str, made from the position where it is not given
        - ``line_id`` : str, the number of the line in its order where it is not given
        - ``customer_id`` : str, never missing
        - ``ordered_at`` : datetime64[us], local time without zone
        - ``revenue`` : float, in ``currency``; negative for refunds
        - ``product_id``, ``category``, ``channel``, ``partner_id``, ``campaign_id`` : str,
          and ``quantity``, ``cost``, ``discount`` : float, if `raw` has them
        - ``currency`` : str, the same on all rows; absent when nothing names one
        - all other columns of `raw`

    Raises
    ------
    SchemaError
        If a required column is missing, two headers claim one column, no row can be
        used, or only some rows have a currency.
    MixedCurrencyError
        If the rows, headers and argument name more than one currency.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.

    Examples
    --------
    >>> raw = pd.DataFrame(
    ...     {"Client": ["b", "a"], "Date": ["31/12/2024", "01/12/2024"], "CA (€)": ["12,50", "-3"]}
    ... )
    >>> table = build_transactions(raw)
    >>> table[["order_id", "customer_id", "revenue", "currency"]].values.tolist()
    [['1', 'b', 12.5, 'EUR'], ['2', 'a', -3.0, 'EUR']]
    """
    built = inspect_transactions(
        raw,
        columns=columns,
        currency=currency,
        timezone=timezone,
        date_order=date_order,
        exported_on=exported_on,
    )
    return usable_rows(built.table, built.set_aside, built.n_rows, name="transactions")


def inspect_transactions(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    exported_on: Day | None = None,
) -> BuiltTransactions:
    """Build the canonical table of purchases and account for every row.

    The same as `build_transactions`, with what that one leaves out or warns about.

    Parameters
    ----------
    raw : DataFrame
        One row per order or order line; see `build_transactions`. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    currency : str, optional
        ISO 4217 code of the amounts, for data that do not name it.
    timezone : str, optional
        Time zone whose local time aware instants are converted to.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    exported_on : date-like, optional
        Day of the export: later purchases are set aside.

    Returns
    -------
    BuiltTransactions
        The table, described in `build_transactions`, which may be empty here; the rows
        set aside; the currency; and the counts that a report of the data should quote.

    Raises
    ------
    SchemaError
        If a required column is missing, two headers claim one column, or only some rows
        have a currency.
    MixedCurrencyError
        If the rows, headers and argument name more than one currency.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.

    Examples
    --------
    >>> raw = pd.DataFrame(
    ...     {"Client": ["a", "a", None], "Date": ["2024-12-31"] * 3, "Amount": [0, 0, 5]}
    ... )
    >>> built = inspect_transactions(raw, currency="CHF")
    >>> built.n_rows, len(built.table), built.n_zero_amounts, built.n_identical_lines
    (3, 2, 2, 1)
    >>> built.set_aside[["line", "column", "reason"]].values.tolist()
    [[2, 'Client', 'missing']]
    """
    last_day = LAST_DAY if exported_on is None else as_day(exported_on, name="exported_on")
    frame = framed(raw)
    mapping = recognise(frame.columns, TRANSACTIONS, columns)
    require_columns(names_of(frame, mapping), TRANSACTIONS.required(), table=TRANSACTIONS.name)
    conventions = Conventions(date_order=date_order, timezone=timezone)
    placed = frame.assign(**{_POSITION: np.arange(len(frame))})
    parsed = parse_table(placed, TRANSACTIONS, mapping, conventions)
    header_of = {name: header for header, name in mapping.items()}
    checks = [
        *outside_days(parsed.table, "ordered_at", last_day),
        *too_large(parsed.table, "revenue"),
    ]
    table, implausible = without(parsed.table, checks, header_of)
    table, repeated = _once(_with_ids(table), parsed.table, header_of)
    n_identical = _n_identical(parsed.table, table[_POSITION])
    code = one_currency(table, currency, amounts=["revenue"], name="transactions")
    table = _finished(table, code)
    return BuiltTransactions(
        table=table,
        set_aside=all_set_aside([parsed.set_aside, implausible, repeated]),
        currency=code,
        n_rows=len(raw),
        n_refunds=int((table["revenue"] < 0).sum()),
        n_zero_amounts=int((table["revenue"] == 0).sum()),
        n_identical_lines=n_identical,
    )


def _n_identical(given: pd.DataFrame, kept: "pd.Series[int]") -> int:
    """Count the kept lines that were given alike to an earlier one, before ids were made."""
    lines = given[given[_POSITION].isin(kept)].drop(columns=_POSITION)
    return int(lines.duplicated(comparable(lines)).sum())


def _with_ids(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with an order id and a line id on every row."""
    position = (table[_POSITION] + 1).astype(str)
    order_id = _completed(table, "order_id", position)
    number = (table.groupby(order_id.to_numpy(), sort=False).cumcount() + 1).astype(str)
    # Among given line ids, a number could be that of another line; the position cannot.
    made = "line-" + position if "line_id" in table else number
    return table.assign(order_id=order_id, line_id=_completed(table, "line_id", made))


def _completed(table: pd.DataFrame, name: str, made: "pd.Series[str]") -> "pd.Series[str]":
    if name not in table:
        return made
    return table[name].fillna("row-" + made if name == "order_id" else made)


def _once(
    table: pd.DataFrame, given: pd.DataFrame, header_of: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the first row of each pair of given ids, and the repeated ones."""
    if not {"order_id", "line_id"} <= set(given.columns):
        return table, all_set_aside([])
    repeated = table.duplicated(["order_id", "line_id"]).to_numpy()
    values = table["order_id"][repeated] + " / " + table["line_id"][repeated]
    column = header_of.get("line_id", "line_id")
    reason = _("repeated order line")
    part = set_aside_rows(table.index[repeated], column=column, values=values, reason=reason)
    return table[~repeated], part


def _finished(table: pd.DataFrame, currency: str | None) -> pd.DataFrame:
    return in_order(in_currency(table.drop(columns=_POSITION), currency), TRANSACTIONS)
