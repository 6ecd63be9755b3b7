"""The table of contacts with marketing on any channel: what attribution reads.

Who, where and when are required. A negative cost, and a day before 1970 or after the export,
cannot be meant: such rows are set aside.
"""

from collections.abc import Mapping

import pandas as pd

from custintel._time import Day, as_day
from custintel.schemas.parsing import Conventions
from custintel.schemas.touches import TOUCHES
from custintel.tables._event_tables import BuiltEvents, parse_events, settle_events
from custintel.tables._implausible_rows import LAST_DAY, below_zero, outside_days, too_large
from custintel.tables._raw_frames import usable_rows


def build_touches(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    exported_on: Day | None = None,
) -> pd.DataFrame:
    """Build the canonical table of touches.

    A touch is one contact of a customer with marketing: an advertisement seen or clicked, an
    e-mail opened, a call, a visit.

    Rows that cannot be used are left out, and one `SetAsideWarning` says how many and why;
    `inspect_touches` takes the same arguments and returns them too. Rows that are alike in every
    column are kept; those with the ``touch_id`` of an earlier row are not.

    Parameters
    ----------
    raw : DataFrame
        One row per touch: texts, typed values or both. Never changed.
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
        Day of the export: later touches are set aside. Without it, those after
        2099-12-31 are.

    Returns
    -------
    DataFrame
        One row per touch, in the order of `raw`; canonical columns first, those that `raw` has.

        - ``touch_id`` : str, each once where it is given
        - ``customer_id``, ``channel`` : str, never missing
        - ``kind`` : str, such as impression, click or call
        - ``occurred_at`` : datetime64[us], local time without zone
        - ``campaign_id`` : str
        - ``cost`` : float, in ``currency``, 0 or more
        - ``currency`` : str, the same on all rows; absent when nothing names one
        - ``source_system``, ``source_id`` : str
        - all other columns of `raw`

    Raises
    ------
    SchemaError
        If a required column is missing, two headers claim one column, no row can be used, or
        only some amounts have a currency.
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
    ...     "User ID": ["u1", "u1"],
    ...     "Channel group": ["Paid search", "E-mail"],
    ...     "Timestamp": ["2024-03-30 21:05", "2024-03-31 08:30"],
    ... })
    >>> build_touches(raw)[["customer_id", "channel"]].values.tolist()
    [['u1', 'Paid search'], ['u1', 'E-mail']]
    """
    built = inspect_touches(
        raw,
        columns=columns,
        currency=currency,
        timezone=timezone,
        date_order=date_order,
        exported_on=exported_on,
    )
    return usable_rows(built.table, built.set_aside, built.n_rows, name="touches")


def inspect_touches(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    exported_on: Day | None = None,
) -> BuiltEvents:
    """Build the canonical table of touches and account for every row.

    The same as `build_touches`, with what that one leaves out or warns about.

    Parameters
    ----------
    raw : DataFrame
        One row per touch; see `build_touches`. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    currency : str, optional
        ISO 4217 code of the amounts, for data that do not name it.
    timezone : str, optional
        Time zone whose local time aware instants are converted to.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    exported_on : date-like, optional
        Day of the export: later touches are set aside. Without it, those after
        2099-12-31 are.

    Returns
    -------
    BuiltEvents
        The table, described in `build_touches`, which may be empty here; the rows set aside;
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
    ...     "touch_id": ["1", "1"],
    ...     "customer_id": ["u1", "u1"],
    ...     "channel": ["search", "search"],
    ...     "occurred_at": ["2024-03-30", "2024-03-31"],
    ... })
    >>> built = inspect_touches(raw)
    >>> built.n_rows, len(built.table), built.n_repeated
    (2, 1, 1)
    """
    last_day = LAST_DAY if exported_on is None else as_day(exported_on, name="exported_on")
    conventions = Conventions(date_order=date_order, timezone=timezone)
    touches = parse_events(raw, TOUCHES, columns=columns, conventions=conventions)
    table = touches.parsed.table
    checks = [
        *outside_days(table, "occurred_at", last_day),
        *below_zero(table, "cost"),
        *too_large(table, "cost"),
    ]
    return settle_events(touches, TOUCHES, checks=checks, finished=_as_it_is, currency=currency)


def _as_it_is(table: pd.DataFrame) -> pd.DataFrame:
    return table
