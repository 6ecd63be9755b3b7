"""The table of answers to the questions of surveys.

The columns of the answer and its instant are required, though one may be missing: not everybody
answers. A score outside its scale and an answer before the question cannot be meant: such rows
are set aside.
"""

from collections.abc import Mapping

import pandas as pd

from custintel._checks import require_columns
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel.schemas.parsing import Conventions
from custintel.schemas.surveys import SURVEYS
from custintel.tables._event_tables import BuiltEvents, parse_events, settle_events
from custintel.tables._implausible_rows import LAST_DAY, Check, ends_before_it_starts, outside_days
from custintel.tables._raw_frames import usable_rows

_INSTANTS = ("sent_at", "answered_at")


def build_surveys(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    exported_on: Day | None = None,
) -> pd.DataFrame:
    """Build the canonical table of answers to the questions of surveys.

    Each question that a person was asked is a row, whether it was answered or not. Those who
    answered need not be known by name.

    Rows that cannot be used are left out, and one `SetAsideWarning` says how many and why;
    `inspect_surveys` takes the same arguments and returns them too. Rows that are alike in every
    column are kept; those with the id of an earlier row are not.

    Parameters
    ----------
    raw : DataFrame
        One row per question asked of a person: texts, typed values or both. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
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
        One row per question asked of a person, in the order of `raw`; canonical columns
        first, those that `raw` has.

        - ``response_id`` : str, each once where it is given
        - ``customer_id``, ``survey_id`` : str
        - ``purpose``, ``question``, ``driver`` : str
        - ``sent_at``, ``answered_at`` : datetime64[us], local time without zone; an answer is
          not before its question
        - ``scale_min``, ``scale_max`` : float, ends of the scale
        - ``score`` : float, within its scale where that is given; missing without an answer
        - ``source_system``, ``source_id`` : str
        - all other columns of `raw`

    Raises
    ------
    SchemaError
        If the columns of score or answer are missing, two headers claim one column, no row
        can be used.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If the decimal sign cannot be told, or instants have a time zone and `timezone` is not
        given.

    Examples
    --------
    >>> raw = pd.DataFrame({
    ...     "Client": ["ann", "bob"],
    ...     "Date de réponse": ["2024-03-30", "2024-03-31"],
    ...     "Note": ["9", "4"],
    ... })
    >>> build_surveys(raw)[["customer_id", "score"]].values.tolist()
    [['ann', 9.0], ['bob', 4.0]]
    """
    built = inspect_surveys(
        raw,
        columns=columns,
        timezone=timezone,
        date_order=date_order,
        exported_on=exported_on,
    )
    return usable_rows(built.table, built.set_aside, built.n_rows, name="surveys")


def inspect_surveys(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    exported_on: Day | None = None,
) -> BuiltEvents:
    """Build the canonical table of surveys and account for every row.

    The same as `build_surveys`, with what that one leaves out or warns about.

    Parameters
    ----------
    raw : DataFrame
        One row per question asked of a person; see `build_surveys`: texts, typed values or
        both. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
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
        The table, described in `build_surveys`, which may be empty here; the rows set aside;
        the currency; and the counts of repeated and of identical rows.

    Raises
    ------
    SchemaError
        If the columns of score or answer are missing, or two headers claim one column.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If the decimal sign cannot be told, or instants have a time zone and `timezone` is not
        given.

    Examples
    --------
    >>> raw = pd.DataFrame({
    ...     "Contact ID": ["ann", "bob"],
    ...     "Response date": ["2024-03-30", "2024-03-31"],
    ...     "Max score": [10, 10],
    ...     "Score": [9, 11],
    ... })
    >>> inspect_surveys(raw).set_aside[["line", "value", "reason"]].values.tolist()
    [[1, '11.0', 'outside its scale']]
    """
    last_day = LAST_DAY if exported_on is None else as_day(exported_on, name="exported_on")
    conventions = Conventions(date_order=date_order, timezone=timezone)
    events = parse_events(raw, SURVEYS, columns=columns, conventions=conventions)
    table = events.parsed.table
    # Not everybody answers: the columns are required, not their cells.
    require_columns(table.columns, ["answered_at", "score"], table="surveys")
    checks = [
        *(check for name in _INSTANTS for check in outside_days(table, name, last_day)),
        *ends_before_it_starts(table, "sent_at", "answered_at"),
        *_outside_scale(table),
    ]
    return settle_events(events, SURVEYS, checks=checks, finished=_as_it_is, currency=None)


def _outside_scale(table: pd.DataFrame) -> list[Check]:
    """Return the rows whose score is beyond an end of its scale that is given."""
    checks = []
    for end, sign in (("scale_min", 1), ("scale_max", -1)):
        if end in table:
            is_beyond = sign * (table["score"] - table[end]) < 0
            checks.append(Check("score", is_beyond.to_numpy(dtype=bool), _("outside its scale")))
    return checks


def _as_it_is(table: pd.DataFrame) -> pd.DataFrame:
    return table
