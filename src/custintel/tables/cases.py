"""The table of calls and cases of customer service.

When each was opened is required. What ends before it begins, a negative cost, and a day before
1970 or after the export cannot be meant: such rows are set aside.
"""

from collections.abc import Mapping

import pandas as pd

from custintel._time import Day, as_day
from custintel.schemas.cases import CASES
from custintel.schemas.parsing import Conventions
from custintel.tables._event_tables import BuiltEvents, parse_events, settle_events
from custintel.tables._implausible_rows import (
    LAST_DAY,
    below_zero,
    ends_before_it_starts,
    outside_days,
    too_large,
)
from custintel.tables._raw_frames import usable_rows

_INSTANTS = ("opened_at", "answered_at", "abandoned_at", "closed_at")


def build_cases(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    exported_on: Day | None = None,
) -> pd.DataFrame:
    """Build the canonical table of calls and cases of customer service.

    A call is a case that is closed when it ends. Callers need not be known by name.

    Rows that cannot be used are left out, and one `SetAsideWarning` says how many and why;
    `inspect_cases` takes the same arguments and returns them too. Rows that are alike in every
    column are kept; those with the id of an earlier row are not.

    Parameters
    ----------
    raw : DataFrame
        One row per call or case: texts, typed values or both. Never changed.
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
        Day of the export: later instants are set aside. Without it, those after
        2099-12-31 are.

    Returns
    -------
    DataFrame
        One row per call or case, in the order of `raw`; canonical columns first, those
        that `raw` has.

        - ``case_id`` : str, each once where it is given
        - ``customer_id``, ``agent_id``, ``product_id`` : str
        - ``direction``, ``channel``, ``reason`` : str
        - ``opened_at`` : datetime64[us], local time without zone, never missing
        - ``answered_at``, ``abandoned_at``, ``closed_at`` : datetime64[us], none before
          ``opened_at``; missing while it has not come to that
        - ``cost`` : float, in ``currency``, 0 or more
        - ``currency`` : str, the same on all rows; absent when nothing names one
        - ``source_system``, ``source_id`` : str
        - all other columns of `raw`

    Raises
    ------
    SchemaError
        If a required column is missing, two headers claim one column, no row can be used,
        or only some amounts have a currency.
    MixedCurrencyError
        If the rows, headers and argument name more than one currency.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If the decimal sign cannot be told, or instants have a time zone and `timezone` is not
        given.

    Examples
    --------
    >>> raw = pd.DataFrame({
    ...     "N° ticket": ["t1", "t2"],
    ...     "Client": ["ann", "bob"],
    ...     "Motif": ["facture", "panne"],
    ...     "Ouvert le": ["2024-03-30 21:05", "2024-03-31 08:30"],
    ... })
    >>> build_cases(raw)[["case_id", "customer_id", "reason"]].values.tolist()
    [['t1', 'ann', 'facture'], ['t2', 'bob', 'panne']]
    """
    built = inspect_cases(
        raw,
        columns=columns,
        currency=currency,
        timezone=timezone,
        date_order=date_order,
        exported_on=exported_on,
    )
    return usable_rows(built.table, built.set_aside, built.n_rows, name="cases")


def inspect_cases(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    exported_on: Day | None = None,
) -> BuiltEvents:
    """Build the canonical table of cases and account for every row.

    The same as `build_cases`, with what that one leaves out or warns about.

    Parameters
    ----------
    raw : DataFrame
        One row per call or case; see `build_cases`: texts, typed values or both. Never changed.
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
        Day of the export: later instants are set aside. Without it, those after
        2099-12-31 are.

    Returns
    -------
    BuiltEvents
        The table, described in `build_cases`, which may be empty here; the rows set aside;
        the currency; and the counts of repeated and of identical rows.

    Raises
    ------
    SchemaError
        If a required column is missing, two headers claim one column, or only some amounts
        have a currency.
    MixedCurrencyError
        If the rows, headers and argument name more than one currency.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If the decimal sign cannot be told, or instants have a time zone and `timezone` is not
        given.

    Examples
    --------
    >>> raw = pd.DataFrame({
    ...     "Case Number": ["1", "2"],
    ...     "Opened": ["2024-03-30", "2024-03-31"],
    ...     "Closed": ["2024-03-29", None],
    ... })
    >>> inspect_cases(raw).set_aside[["line", "value", "reason"]].values.tolist()
    [[0, '2024-03-29', "before 'opened_at'"]]
    """
    last_day = LAST_DAY if exported_on is None else as_day(exported_on, name="exported_on")
    conventions = Conventions(date_order=date_order, timezone=timezone)
    events = parse_events(raw, CASES, columns=columns, conventions=conventions)
    table = events.parsed.table
    checks = [
        *(check for name in _INSTANTS for check in outside_days(table, name, last_day)),
        *(
            check
            for name in _INSTANTS[1:]
            for check in ends_before_it_starts(table, "opened_at", name)
        ),
        *below_zero(table, "cost"),
        *too_large(table, "cost"),
    ]
    return settle_events(events, CASES, checks=checks, finished=_as_it_is, currency=currency)


def _as_it_is(table: pd.DataFrame) -> pd.DataFrame:
    return table
