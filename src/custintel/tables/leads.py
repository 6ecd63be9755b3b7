"""The table of leads: one row per lead.

Only ``lead_id`` is required. A day before 1970 or after 2099 cannot be meant: such rows are set
aside.
"""

from collections.abc import Mapping

import pandas as pd

from custintel.schemas.leads import LEADS
from custintel.schemas.parsing import Conventions
from custintel.tables._implausible_rows import Check, outside_days
from custintel.tables._keyed_tables import BuiltTable, inspect_keyed
from custintel.tables._raw_frames import usable_rows


def build_leads(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
) -> pd.DataFrame:
    """Build the canonical table of leads.

    Rows that cannot be used are left out, and one `SetAsideWarning` says how many and why;
    `inspect_leads` takes the same arguments and returns them too. Of rows with one id and
    different values, the one that was last changed stays, by ``updated_at``; the first one where
    that does not decide.

    Parameters
    ----------
    raw : DataFrame
        One row per lead, as a CRM exports them: texts, typed values or both. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    timezone : str, optional
        Time zone whose local time aware instants are converted to; naive ones are taken
        to be local.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.

    Returns
    -------
    DataFrame
        One row per lead, in the order of `raw`; canonical columns first, those that `raw` has.

        - ``lead_id`` : str, never missing, each once
        - ``customer_id`` : str, person that the lead is about or became; missing while unknown
        - ``campaign_id`` : str, campaign that brought the lead
        - ``source``, ``owner_id`` : str
        - ``status`` : str, stage that the lead has reached, in the words of the export
        - ``is_converted`` : boolean, missing where the export does not say
        - ``created_at``, ``qualified_at``, ``converted_at``, ``updated_at`` : datetime64[us],
          local time without zone
        - ``source_system``, ``source_id`` : str
        - all other columns of `raw`

    Raises
    ------
    SchemaError
        If `lead_id` is missing, two headers claim one column, or no row can be used.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If instants have a time zone and `timezone` is not given.

    Examples
    --------
    >>> raw = pd.DataFrame({
    ...     "Lead ID": ["00Q1", "00Q2"],
    ...     "Lead Source": ["Web", "Fair"],
    ...     "Lead Status": ["Qualified", "New"],
    ...     "Created Date": ["2024-03-18", "2024-03-19"],
    ... })
    >>> build_leads(raw)[["lead_id", "source", "status"]].values.tolist()
    [['00Q1', 'Web', 'Qualified'], ['00Q2', 'Fair', 'New']]
    """
    built = inspect_leads(raw, columns=columns, timezone=timezone, date_order=date_order)
    return usable_rows(built.table, built.set_aside, built.n_rows, name="leads")


def inspect_leads(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
) -> BuiltTable:
    """Build the canonical table of leads and account for every row.

    The same as `build_leads`, with what that one leaves out or warns about.

    Parameters
    ----------
    raw : DataFrame
        One row per lead; see `build_leads`. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    timezone : str, optional
        Time zone whose local time aware instants are converted to.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.

    Returns
    -------
    BuiltTable
        The table, described in `build_leads`, which may be empty here; the rows set aside;
        and the counts of repeated and of conflicting rows.

    Raises
    ------
    SchemaError
        If `lead_id` is missing, or two headers claim one column.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If instants have a time zone and `timezone` is not given.

    Examples
    --------
    >>> raw = pd.DataFrame({"Lead ID": ["1", "1", None], "Statut": ["Nouveau", "Perdu", "Perdu"]})
    >>> built = inspect_leads(raw)
    >>> built.n_rows, len(built.table), built.n_conflicting
    (3, 1, 1)
    """
    conventions = Conventions(date_order=date_order, timezone=timezone)
    return inspect_keyed(raw, LEADS, columns=columns, conventions=conventions, checks=_checks)


def _checks(table: pd.DataFrame) -> list[Check]:
    instants = [name for name, column in LEADS.columns.items() if column.kind == "instant"]
    return [check for name in instants for check in outside_days(table, name)]
