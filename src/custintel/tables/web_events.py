"""The table of what visitors do on a website.

When it was and who it was, customer or visitor, are required; a day before 1970 or after the
export cannot be meant. Other rows are set aside.
"""

from collections.abc import Mapping

import pandas as pd

from custintel._checks import quoted
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel.errors import SchemaError
from custintel.schemas.parsing import Conventions
from custintel.schemas.web_events import WEB_EVENTS
from custintel.tables._event_tables import BuiltEvents, parse_events, settle_events
from custintel.tables._implausible_rows import LAST_DAY, Check, outside_days
from custintel.tables._raw_frames import usable_rows


def build_web_events(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    exported_on: Day | None = None,
) -> pd.DataFrame:
    """Build the canonical table of what visitors do on a website.

    An event is a page seen or a search. A visitor is known as a customer or by their browser.

    Rows that cannot be used are left out, and one `SetAsideWarning` says how many and why;
    `inspect_web_events` takes the same arguments and returns them too. Rows that are alike in every
    column are kept; those with the id of an earlier row are not.

    Parameters
    ----------
    raw : DataFrame
        One row per event: texts, typed values or both. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    timezone : str, optional
        Time zone whose local time aware instants are converted to; naive ones are taken
        to be local.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    exported_on : date-like, optional
        Day of the export: later events are set aside. Without it, those after
        2099-12-31 are.

    Returns
    -------
    DataFrame
        One row per event, in the order of `raw`; canonical columns first, those that `raw` has.

        - ``event_id`` : str, each once where it is given
        - ``customer_id``, ``visitor_id`` : str, at least one of them
        - ``occurred_at`` : datetime64[us], local time without zone, never missing
        - ``page``, ``section`` : str
        - ``search_term`` : str, missing of events that are no search
        - ``source_system``, ``source_id`` : str
        - all other columns of `raw`

    Raises
    ------
    SchemaError
        If a required column is missing, two headers claim one column, or no row can be used.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If the decimal sign cannot be told, or instants have a time zone and `timezone` is not
        given.

    Examples
    --------
    >>> raw = pd.DataFrame({
    ...     "User ID": ["ann", None],
    ...     "User pseudo ID": ["x1", "x2"],
    ...     "Timestamp": ["2024-03-30 21:05", "2024-03-31 08:30"],
    ...     "Page path": ["/home", "/pools"],
    ... })
    >>> build_web_events(raw)[["visitor_id", "page"]].values.tolist()
    [['x1', '/home'], ['x2', '/pools']]
    """
    built = inspect_web_events(
        raw,
        columns=columns,
        timezone=timezone,
        date_order=date_order,
        exported_on=exported_on,
    )
    return usable_rows(built.table, built.set_aside, built.n_rows, name="web_events")


def inspect_web_events(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    exported_on: Day | None = None,
) -> BuiltEvents:
    """Build the canonical table of web_events and account for every row.

    The same as `build_web_events`, with what that one leaves out or warns about.

    Parameters
    ----------
    raw : DataFrame
        One row per event; see `build_web_events`: texts, typed values or both. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    timezone : str, optional
        Time zone whose local time aware instants are converted to; naive ones are taken
        to be local.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    exported_on : date-like, optional
        Day of the export: later events are set aside. Without it, those after
        2099-12-31 are.

    Returns
    -------
    BuiltEvents
        The table, described in `build_web_events`, which may be empty here; the rows set aside;
        the currency; and the counts of repeated and of identical rows.

    Raises
    ------
    SchemaError
        If a required column is missing, or two headers claim one column.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If the decimal sign cannot be told, or instants have a time zone and `timezone` is not
        given.

    Examples
    --------
    >>> raw = pd.DataFrame({"User ID": ["ann", None], "Date": ["2024-03-30", "2024-03-31"]})
    >>> inspect_web_events(raw).set_aside[["line", "reason"]].values.tolist()
    [[1, 'neither customer nor visitor']]
    """
    last_day = LAST_DAY if exported_on is None else as_day(exported_on, name="exported_on")
    conventions = Conventions(date_order=date_order, timezone=timezone)
    events = parse_events(raw, WEB_EVENTS, columns=columns, conventions=conventions)
    table = events.parsed.table
    checks = [
        *outside_days(table, "occurred_at", last_day),
        _of_nobody(table),
    ]
    return settle_events(events, WEB_EVENTS, checks=checks, finished=_as_it_is, currency=None)


def _of_nobody(table: pd.DataFrame) -> Check:
    """Return the rows that tell neither the customer nor the visitor."""
    told = [name for name in ("customer_id", "visitor_id") if name in table]
    if not told:
        raise SchemaError(
            _(
                "Table 'web_events' lacks both 'customer_id' and 'visitor_id'; it has {present}. "
                "Rename one, while building it: "
                "custintel.tables.build_web_events(raw, columns={{'your name': 'visitor_id'}}).",
                present=quoted(table.columns, most=12),
            )
        )
    is_nobody = table[told].isna().all(axis="columns").to_numpy(dtype=bool)
    return Check(told[0], is_nobody, _("neither customer nor visitor"))


def _as_it_is(table: pd.DataFrame) -> pd.DataFrame:
    return table
