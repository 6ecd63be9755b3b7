"""How often people enrol, and when they come no more: in both they differ."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.datasets._crm_facts import LEAVING_A, LEAVING_B, PACE_ALPHA, PACE_R

_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """The pace of each person, and how soon he or she leaves.

    Both are drawn as the modified BG/NBD model assumes: without such differences no model of
    purchases has anything to find.
    """

    daily_rate: Floats  # enrolments a day, apart from the shortest gap
    leaving_rate: Floats  # probability that an enrolment is the last

    def truth(self, is_listed: NDArray[np.bool_], customer_id: pd.Series) -> pd.DataFrame:
        """Return ``customer_id``, ``enrolments_per_year`` and ``leaving_rate`` of the listed."""
        return pd.DataFrame(
            {
                "customer_id": customer_id,
                "enrolments_per_year": self.daily_rate[is_listed] * _DAYS_PER_YEAR,
                "leaving_rate": self.leaving_rate[is_listed],
            }
        )


def draw_habits(n: int, rng: np.random.Generator) -> Habits:
    """Draw the habits of `n` people."""
    return Habits(
        daily_rate=rng.gamma(PACE_R, 1 / PACE_ALPHA, n),
        leaving_rate=rng.beta(LEAVING_A, LEAVING_B, n),
    )
