"""The table of what happened to the contacts of campaigns: the door for e-mail and CRM logs.

A campaign, a contact, an event and its instant are required. Exports write events in many
words; those that are known become one of ten, and what is none of them is set aside. Without
``sent`` rows nobody is known to have been written to; without ``delivered`` rows, what was
delivered is what was sent less what bounced.
"""

from collections.abc import Mapping

import pandas as pd

from custintel._time import Day, as_day
from custintel.schemas.campaign_events import CAMPAIGN_EVENTS
from custintel.schemas.parsing import Conventions
from custintel.tables._event_tables import BuiltEvents, parse_events, settle_events
from custintel.tables._event_words import in_canonical_words, unknown_words
from custintel.tables._implausible_rows import LAST_DAY, below_zero, outside_days, too_large
from custintel.tables._raw_frames import usable_rows


def build_campaign_events(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    exported_on: Day | None = None,
) -> pd.DataFrame:
    """Build the canonical table of campaign events.

    The ten events are ``sent``, ``bounced``, ``delivered``, ``opened``, ``clicked``,
    ``information_request``, ``lead``, ``sale``, ``unsubscribed`` and ``complained``. Words such
    as *open*, *clic*, *désinscription*, *hard bounce* or *spam complaint* are understood; a
    response whose outcome is not told counts as an information request. Each row is one event,
    so that two openings are two rows.

    Rows that cannot be used are left out, and one `SetAsideWarning` says how many and why;
    `inspect_campaign_events` takes the same arguments and returns them too. These are rows
    without campaign, contact, event or instant, with a word that is not known, a day before
    1970 or after the export, a negative amount (refunds belong to the transactions) or the
    ``event_id`` of an earlier row.

    Parameters
    ----------
    raw : DataFrame
        One row per event: texts, typed values or both. Never changed.
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
        Day of the export: later events are set aside. Without it, those after
        2099-12-31 are.

    Returns
    -------
    DataFrame
        One row per event, in the order of `raw`; canonical columns first, those that `raw` has.

        - ``event_id`` : str, each once where it is given
        - ``campaign_id``, ``customer_id`` : str, never missing
        - ``arm`` : str, variant of an experiment
        - ``event`` : str, one of the ten
        - ``occurred_at`` : datetime64[us], local time without zone
        - ``bounce_type`` : str, ``"hard"`` or ``"soft"``; missing where the export does not
          say, and of other events; absent when nothing tells the two apart
        - ``is_machine`` : boolean, whether a program opened or clicked; absent when nothing
          tells
        - ``link``, ``reason`` : str
        - ``revenue`` : float, of a sale, in ``currency``, 0 or more
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
    ...     "Campagne": ["mars", "mars"],
    ...     "Email": ["ann@example.com", "bob@example.com"],
    ...     "Événement": ["Ouverture", "Hard bounce"],
    ...     "Date": ["31/03/2024 09:12", "31/03/2024 08:00"],
    ... })
    >>> events = build_campaign_events(raw)
    >>> events["event"].tolist(), events["bounce_type"].iloc[1]
    (['opened', 'bounced'], 'hard')
    """
    built = inspect_campaign_events(
        raw,
        columns=columns,
        currency=currency,
        timezone=timezone,
        date_order=date_order,
        exported_on=exported_on,
    )
    return usable_rows(built.table, built.set_aside, built.n_rows, name="campaign_events")


def inspect_campaign_events(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    exported_on: Day | None = None,
) -> BuiltEvents:
    """Build the canonical table of campaign events and account for every row.

    The same as `build_campaign_events`, with what that one leaves out or warns about.

    Parameters
    ----------
    raw : DataFrame
        One row per event; see `build_campaign_events`. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    currency : str, optional
        ISO 4217 code of the amounts, for data that do not name it.
    timezone : str, optional
        Time zone whose local time aware instants are converted to.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    exported_on : date-like, optional
        Day of the export: later events are set aside. Without it, those after
        2099-12-31 are.

    Returns
    -------
    BuiltEvents
        The table, described in `build_campaign_events`, which may be empty here; the rows set
        aside; the currency; and the counts of repeated and of identical rows.

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
    ...     "campaign_id": ["c"] * 3,
    ...     "customer_id": ["a", "b", None],
    ...     "event": ["open", "deferred", "open"],
    ...     "occurred_at": ["2024-03-31"] * 3,
    ... })
    >>> built = inspect_campaign_events(raw)
    >>> built.set_aside[["line", "value", "reason"]].values.tolist()
    [[1, 'deferred', 'not a known event'], [2, None, 'missing']]
    """
    last_day = LAST_DAY if exported_on is None else as_day(exported_on, name="exported_on")
    conventions = Conventions(date_order=date_order, timezone=timezone)
    events = parse_events(raw, CAMPAIGN_EVENTS, columns=columns, conventions=conventions)
    table = events.parsed.table
    checks = [
        *unknown_words(table),
        *outside_days(table, "occurred_at", last_day),
        *below_zero(table, "revenue"),
        *too_large(table, "revenue"),
    ]
    return settle_events(
        events,
        CAMPAIGN_EVENTS,
        checks=checks,
        finished=in_canonical_words,
        currency=currency,
    )
