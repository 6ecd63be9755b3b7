"""The table of people: one row per person.

Only ``customer_id`` is required; ``account_id`` says which company a person belongs to.
"""

from collections.abc import Mapping

import pandas as pd

from custintel.schemas.customers import CUSTOMERS
from custintel.schemas.parsing import Conventions
from custintel.tables._keyed_tables import BuiltTable, inspect_keyed
from custintel.tables._raw_frames import usable_rows


def build_customers(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
) -> pd.DataFrame:
    """Build the canonical table of people.

    Rows that cannot be used are left out, and one `SetAsideWarning` says how many and why;
    `inspect_customers` takes the same arguments and returns them too. Of rows with one id and
    different values, the one that was last changed stays, by ``updated_at``; the first one where
    that does not decide.

    Parameters
    ----------
    raw : DataFrame
        One row per person, as a CRM exports its contacts: texts, typed values or both.
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
        One row per person, in the order of `raw`; canonical columns first, those that
        `raw` has.

        - ``customer_id`` : str, never missing, each once
        - ``account_id`` : str, company that the person belongs to
        - ``first_name``, ``last_name``, ``email``, ``phone``, ``street``, ``city``,
          ``postal_code``, ``country``, ``job_function``, ``job_level`` : str
        - ``email_opt_out`` : boolean, missing where the export does not say
        - ``email_bounced_at``, ``mail_returned_at``, ``created_at``, ``updated_at`` :
          datetime64[us], local time without zone
        - ``source_system``, ``source_id`` : str
        - all other columns of `raw`

    Raises
    ------
    SchemaError
        If `customer_id` is missing, two headers claim one column, or no row can be used.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If neither the values nor `decimal` tell what the decimal sign is, or instants have
        a time zone and `timezone` is not given.

    Examples
    --------
    >>> raw = pd.DataFrame({
    ...     "Contact ID": ["1", "2"],
    ...     "Account ID": ["A", None],
    ...     "Email Opt Out": ["yes", "no"],
    ... })
    >>> people = build_customers(raw)
    >>> people["customer_id"].tolist(), people["email_opt_out"].tolist()
    (['1', '2'], [True, False])
    """
    built = inspect_customers(
        raw, columns=columns, timezone=timezone, date_order=date_order, decimal=decimal
    )
    return usable_rows(built.table, built.set_aside, built.n_rows, name="customers")


def inspect_customers(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
) -> BuiltTable:
    """Build the canonical table of people and account for every row.

    The same as `build_customers`, with what that one leaves out or warns about.

    Parameters
    ----------
    raw : DataFrame
        One row per person; see `build_customers`. Never changed.
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
        The table, described in `build_customers`, which may be empty here; the rows set
        aside; and the counts of repeated and of conflicting rows.

    Raises
    ------
    SchemaError
        If `customer_id` is missing, or two headers claim one column.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If neither the values nor `decimal` tell what the decimal sign is, or instants have
        a time zone and `timezone` is not given.

    Examples
    --------
    >>> raw = pd.DataFrame({
    ...     "Id": ["1", "1", None],
    ...     "City": ["Lyon", "Paris", "Rome"],
    ...     "Last Modified Date": ["2023-05-01", "2024-05-01", "2024-05-01"],
    ... })
    >>> built = inspect_customers(raw)
    >>> built.table["city"].tolist()
    ['Paris']
    >>> built.set_aside[["line", "reason"]].values.tolist()
    [[0, 'another row has this id and other values'], [2, 'missing']]
    """
    conventions = Conventions(decimal=decimal, date_order=date_order, timezone=timezone)
    return inspect_keyed(raw, CUSTOMERS, columns=columns, conventions=conventions)
