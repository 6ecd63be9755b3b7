"""The table of companies: one row per company.

Only ``account_id`` is required; ``parent_account_id`` says which company owns another.
"""

from collections.abc import Mapping

import pandas as pd

from custintel.schemas.accounts import ACCOUNTS
from custintel.schemas.parsing import Conventions
from custintel.tables._keyed_tables import BuiltTable, inspect_keyed
from custintel.tables._raw_frames import usable_rows


def build_accounts(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
) -> pd.DataFrame:
    """Build the canonical table of companies.

    Rows that cannot be used are left out, and one `SetAsideWarning` says how many and why;
    `inspect_accounts` takes the same arguments and returns them too. Of rows with one id and
    different values, the one that was last changed stays, by ``updated_at``; the first one where
    that does not decide.

    Parameters
    ----------
    raw : DataFrame
        One row per company, as a CRM exports its accounts: texts, typed values or both.
        Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    timezone : str, optional
        Time zone whose local time aware instants are converted to; naive ones are taken
        to be local.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    decimal : {'.', ','}, optional
        Decimal sign of numbers; needed only when they do not tell, as ``1,250`` alone.

    Returns
    -------
    DataFrame
        One row per company, in the order of `raw`; canonical columns first, those that
        `raw` has.

        - ``account_id`` : str, never missing, each once
        - ``account_name``, ``industry``, ``country`` : str
        - ``parent_account_id`` : str, company that owns it; missing at the top of a group
        - ``n_employees`` : float, people who work there
        - ``created_at``, ``updated_at`` : datetime64[us], local time without zone
        - ``source_system``, ``source_id`` : str
        - all other columns of `raw`

    Raises
    ------
    SchemaError
        If `account_id` is missing, two headers claim one column, or no row can be used.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If neither the values nor `decimal` tell what the decimal sign is, or instants have
        a time zone and `timezone` is not given.

    Examples
    --------
    >>> raw = pd.DataFrame({
    ...     "Code société": ["A", "B"],
    ...     "Raison sociale": ["Acme", "Bolt"],
    ...     "Effectif": ["1 200", "85"],
    ... })
    >>> companies = build_accounts(raw)
    >>> companies[["account_id", "account_name", "n_employees"]].values.tolist()
    [['A', 'Acme', 1200.0], ['B', 'Bolt', 85.0]]
    """
    built = inspect_accounts(
        raw, columns=columns, timezone=timezone, date_order=date_order, decimal=decimal
    )
    return usable_rows(built.table, built.set_aside, built.n_rows, name="accounts")


def inspect_accounts(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
) -> BuiltTable:
    """Build the canonical table of companies and account for every row.

    The same as `build_accounts`, with what that one leaves out or warns about.

    Parameters
    ----------
    raw : DataFrame
        One row per company; see `build_accounts`. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    timezone : str, optional
        Time zone whose local time aware instants are converted to.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    decimal : {'.', ','}, optional
        Decimal sign of numbers; needed only when they do not tell, as ``1,250`` alone.

    Returns
    -------
    BuiltTable
        The table, described in `build_accounts`, which may be empty here; the rows set
        aside; and the counts of repeated and of conflicting rows.

    Raises
    ------
    SchemaError
        If `account_id` is missing, or two headers claim one column.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If neither the values nor `decimal` tell what the decimal sign is, or instants have
        a time zone and `timezone` is not given.

    Examples
    --------
    >>> raw = pd.DataFrame({"Account ID": ["A", "A"], "Account Name": ["Acme", "Acme SA"]})
    >>> built = inspect_accounts(raw)
    >>> built.n_rows, len(built.table), built.n_conflicting
    (2, 1, 1)
    """
    conventions = Conventions(decimal=decimal, date_order=date_order, timezone=timezone)
    return inspect_keyed(raw, ACCOUNTS, columns=columns, conventions=conventions)
