"""The table of campaigns: one row per campaign.

Only ``campaign_id`` is required. A negative cost or budget, a day before 1970 or after 2099
and an end before the start cannot be meant: such rows are set aside.
"""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from custintel.schemas.campaigns import CAMPAIGNS
from custintel.schemas.parsing import Conventions
from custintel.tables._currencies import in_currency, one_currency
from custintel.tables._implausible_rows import (
    Check,
    below_zero,
    ends_before_it_starts,
    outside_days,
    too_large,
)
from custintel.tables._keyed_tables import BuiltTable, inspect_keyed
from custintel.tables._raw_frames import in_order, usable_rows

_AMOUNTS = ["cost", "budget"]


def build_campaigns(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
) -> pd.DataFrame:
    """Build the canonical table of campaigns.

    Rows that cannot be used are left out, and one `SetAsideWarning` says how many and why;
    `inspect_campaigns` takes the same arguments and returns them too. Of rows with one id and
    different values, the one that was last changed stays, by ``updated_at``; the first one where
    that does not decide.

    Parameters
    ----------
    raw : DataFrame
        One row per campaign, as a CRM, an e-mail tool or an advertising platform exports
        them: texts, typed values or both. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    currency : str, optional
        ISO 4217 code of the amounts, for data that do not name it.
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
        One row per campaign, in the order of `raw`; canonical columns first, those that
        `raw` has.

        - ``campaign_id`` : str, never missing, each once
        - ``campaign_name``, ``channel``, ``objective``, ``campaign_type`` : str
        - ``cost`` : float, in ``currency``, 0 or more; missing where it is not known, which
          is not a cost of 0
        - ``budget`` : float, in ``currency``, 0 or more
        - ``currency`` : str, the same on all rows; absent when nothing names one
        - ``starts_at``, ``ends_at``, ``updated_at`` : datetime64[us], local time without zone
        - ``source_system``, ``source_id`` : str
        - all other columns of `raw`

    Raises
    ------
    SchemaError
        If `campaign_id` is missing, two headers claim one column, no row can be used, or only some
        amounts have a currency.
    MixedCurrencyError
        If the rows, headers and argument name more than one currency.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If neither the values nor `decimal` tell what the decimal sign is, or
        instants have a time zone and `timezone` is not given.

    Examples
    --------
    >>> raw = pd.DataFrame({
    ...     "Id": ["701A", "701B"],
    ...     "Name": ["Spring", "Autumn"],
    ...     "Type": ["Email", "Direct Mail"],
    ...     "ActualCost": ["250.00", None],
    ...     "StartDate": ["2024-03-04", "2024-09-02"],
    ... })
    >>> campaigns = build_campaigns(raw, currency="EUR")
    >>> campaigns[["campaign_id", "channel", "cost", "currency"]].values.tolist()
    [['701A', 'Email', 250.0, 'EUR'], ['701B', 'Direct Mail', nan, 'EUR']]
    """
    built = inspect_campaigns(
        raw,
        columns=columns,
        currency=currency,
        timezone=timezone,
        date_order=date_order,
        decimal=decimal,
    )
    return usable_rows(built.table, built.set_aside, built.n_rows, name="campaigns")


def inspect_campaigns(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
) -> BuiltTable:
    """Build the canonical table of campaigns and account for every row.

    The same as `build_campaigns`, with what that one leaves out or warns about.

    Parameters
    ----------
    raw : DataFrame
        One row per campaign; see `build_campaigns`. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    currency : str, optional
        ISO 4217 code of the amounts, for data that do not name it.
    timezone : str, optional
        Time zone whose local time aware instants are converted to.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    decimal : {'.', ','}, optional
        Decimal sign of numbers; needed only when they do not tell, as ``1,250`` alone.

    Returns
    -------
    BuiltTable
        The table, described in `build_campaigns`, which may be empty here; the rows set
        aside; and the counts of repeated and of conflicting rows.

    Raises
    ------
    SchemaError
        If `campaign_id` is missing, two headers claim one column, or only some
        amounts have a currency.
    MixedCurrencyError
        If the rows, headers and argument name more than one currency.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If neither the values nor `decimal` tell what the decimal sign is, or
        instants have a time zone and `timezone` is not given.

    Examples
    --------
    >>> raw = pd.DataFrame({"Campagne": ["a", "b"], "Coût (€)": ["12,50", "-3"]})
    >>> built = inspect_campaigns(raw)
    >>> built.set_aside[["line", "column", "value", "reason"]].values.tolist()
    [[1, 'Coût (€)', '-3.0', 'below zero']]
    """
    conventions = Conventions(decimal=decimal, date_order=date_order, timezone=timezone)
    built = inspect_keyed(raw, CAMPAIGNS, columns=columns, conventions=conventions, checks=_checks)
    code = one_currency(built.table, currency, amounts=_AMOUNTS, name=CAMPAIGNS.name)
    return replace(built, table=in_order(in_currency(built.table, code), CAMPAIGNS))


def _checks(table: pd.DataFrame) -> list[Check]:
    return [
        *(check for name in _AMOUNTS for check in below_zero(table, name)),
        *(check for name in _AMOUNTS for check in too_large(table, name)),
        *outside_days(table, "starts_at"),
        *outside_days(table, "ends_at"),
        *ends_before_it_starts(table, "starts_at", "ends_at"),
    ]
