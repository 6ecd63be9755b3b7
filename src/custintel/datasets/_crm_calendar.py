"""Seasons and growth: an even flow of enrolments, stretched over the months of the year.

Enrolments are drawn in *even days*, of which each has as many as the others; months with a
high season hold more even days than calendar days. Day 0 is the first day of the export.
Before it the two run alike.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.datasets._crm_facts import FIRST_DAY, LAST_DAY, month_shares

N_DAYS = (LAST_DAY - FIRST_DAY).days + 1
_BEFORE = 10 * N_DAYS  # nothing is drawn earlier
_OPENS, _OPEN_SECONDS = 8 * 3600, 10 * 3600
_DAY = np.timedelta64(1, "D")


def _knots() -> tuple[Floats, Floats]:
    months = pd.period_range(FIRST_DAY, LAST_DAY, freq="M")
    starts = np.append((months.start_time - FIRST_DAY).days, N_DAYS)
    even = np.append(0.0, np.cumsum(month_shares())) * N_DAYS
    return np.append(-_BEFORE, even), np.append(-_BEFORE, starts).astype(float)


def days_of(even_days: Floats) -> NDArray[np.datetime64]:
    """Return the calendar days, at midnight, that even days stand for."""
    even, calendar = _knots()
    days = np.floor(np.interp(even_days, even, calendar))
    # An even day that rounds up to the end would fall after the export.
    days = np.minimum(days, N_DAYS - 1).astype("timedelta64[D]")
    return np.asarray(FIRST_DAY.to_datetime64().astype("datetime64[us]") + days)


def instants(even_days: Floats, rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Return instants on the days that even days stand for, at random business hours."""
    seconds = rng.integers(_OPENS, _OPENS + _OPEN_SECONDS, len(even_days))
    return np.asarray(days_of(even_days) + seconds.astype("timedelta64[s]"))


def even_day(day: pd.Timestamp) -> float:
    """Return the even day on which a calendar day begins."""
    even, calendar = _knots()
    return float(np.interp((day - FIRST_DAY) / _DAY, calendar, even))
