"""Rows that are read but cannot be meant: days and amounts outside what is possible.

A check names rows, the column at fault and the reason; `without` sets them aside, each for
the first of its reasons.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._text import translate as _
from custintel.schemas.set_aside import all_set_aside, set_aside_rows

FIRST_DAY = pd.Timestamp("1970-01-01")
LAST_DAY = pd.Timestamp("2099-12-31")  # when the day of the export is not given
LARGEST_AMOUNT = 1e15  # beyond it sums lose their cents, and no purchase is so large


class Check(NamedTuple):
    """Rows of a table, by position, that cannot be meant."""

    column: str
    rows: NDArray[np.bool_]
    reason: str


def outside_days(
    table: pd.DataFrame, column: str, last_day: pd.Timestamp = LAST_DAY
) -> list[Check]:
    """Return the rows whose instant is before 1970 or after `last_day`; missing ones are not."""
    if column not in table:
        return []
    at = table[column]
    late = at >= last_day + pd.Timedelta(days=1)
    return [
        Check(column, _rows(at < FIRST_DAY), _("before {day}", day=f"{FIRST_DAY:%Y-%m-%d}")),
        Check(column, _rows(late), _("after {day}", day=f"{last_day:%Y-%m-%d}")),
    ]


def too_large(table: pd.DataFrame, column: str) -> list[Check]:
    """Return the rows whose amount is beyond 1e15 on either side of zero."""
    if column not in table:
        return []
    reason = _("beyond {amount:,.0f}", amount=LARGEST_AMOUNT)
    return [Check(column, _rows(table[column].abs() > LARGEST_AMOUNT), reason)]


def below_zero(table: pd.DataFrame, column: str) -> list[Check]:
    """Return the rows whose amount is negative, where only 0 and more can be meant."""
    return [Check(column, _rows(table[column] < 0), _("below zero"))] if column in table else []


def ends_before_it_starts(table: pd.DataFrame, start: str, end: str) -> list[Check]:
    """Return the rows whose end is before their start."""
    if start not in table or end not in table:
        return []
    return [Check(end, _rows(table[end] < table[start]), _("before {column!r}", column=start))]


def without(
    table: pd.DataFrame, checks: Iterable[Check], header_of: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that pass all checks, and the others as rows set aside."""
    kept = np.ones(len(table), bool)
    parts = []
    for column, rows, reason in checks:
        cells = table.loc[rows & kept, column]
        values = cells.dt.strftime("%Y-%m-%d") if cells.dtype.kind == "M" else cells
        header = header_of.get(column, column)
        parts.append(set_aside_rows(cells.index, column=header, values=values, reason=reason))
        kept &= ~rows
    return table[kept], all_set_aside(parts)


def _rows(condition: "pd.Series[Any]") -> NDArray[np.bool_]:
    return np.asarray(condition.to_numpy(dtype=bool))
