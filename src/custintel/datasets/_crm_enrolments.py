"""Who takes which programme when: chains of programmes with planted transitions."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.datasets._crm_calendar import N_DAYS, even_day
from custintel.datasets._crm_facts import (
    CATEGORIES,
    FIRST_DAY,
    N_PROGRAMMES,
    first_shares,
    launches,
    transition_shares,
)
from custintel.datasets._crm_habits import Habits
from custintel.datasets._random import draw_from

# People arrived as evenly before the export as during it: a CRM does not begin with its export.
# Of those who came still earlier hardly any would enrol during it, so that the flow is even.
EARLIEST = -3 * N_DAYS
_SHORTEST_GAP = 7.0  # keeps two enrolments of a person from falling on one day


@dataclass(frozen=True, slots=True, eq=False)
class Enrolments:
    """One row per enrolment during the export, in the order of people, then of time."""

    person: NDArray[np.intp]
    programme: NDArray[np.intp]
    even_day: Floats


def draw_enrolments(
    arrival: Floats, favourites: NDArray[np.intp], habits: Habits, rng: np.random.Generator
) -> Enrolments:
    """Draw the programmes of people who arrive on even days; `favourites` of their companies."""
    starts = [FIRST_DAY, *launches()]
    limits = [even_day(day) for day in starts[1:]]
    first = np.concatenate([first_shares(day) for day in starts])
    onwards = np.concatenate([transition_shares(day) for day in starts])

    person, day = np.arange(len(arrival)), arrival
    row = np.searchsorted(limits, day, side="right") * (len(CATEGORIES) + 1) + favourites + 1
    programme = draw_from(first, row, rng)
    parts = []
    while len(person):
        is_seen = day >= 0
        parts.append((person[is_seen], programme[is_seen], day[is_seen]))
        goes_on = rng.random(len(person)) >= habits.leaving_rate[person]
        person, programme, day = person[goes_on], programme[goes_on], day[goes_on]
        day = day + _SHORTEST_GAP + rng.exponential(1 / habits.daily_rate[person])
        is_in_time = day < N_DAYS
        person, programme, day = person[is_in_time], programme[is_in_time], day[is_in_time]
        # Only what is on offer by then can follow.
        row = np.searchsorted(limits, day, side="right") * N_PROGRAMMES + programme
        programme = draw_from(onwards, row, rng)
    return _in_order(*map(np.concatenate, zip(*parts, strict=True)))


def _in_order(person: NDArray[np.intp], programme: NDArray[np.intp], day: Floats) -> Enrolments:
    order = np.lexsort((day, person))
    return Enrolments(person[order], programme[order], day[order])


def all_on_offer_from() -> pd.Timestamp:
    """Return the first day on which every programme can be taken."""
    return launches()[-1]
