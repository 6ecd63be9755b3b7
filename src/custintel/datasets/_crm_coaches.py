"""The coaches of the simulated CRM: what they are worth, and how they are rated."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from custintel._intervals import Floats
from custintel.datasets._crm_facts import CATEGORIES, LAST_DAY

# Within a category the last coaches teach little: their averages alone say nothing.
TEACHING_SHARES = np.array([0.36, 0.26, 0.18, 0.12, 0.06, 0.02])
N_COACHES = len(CATEGORIES) * len(TEACHING_SHARES)
LOWEST, HIGHEST = 1, 10
_MEAN_QUALITY, _QUALITY_SPREAD = 7.8, 0.7  # between coaches
_RATING_SPREAD = 1.6  # between the ratings of one coach
ANSWER_RATE = 0.35
_ANSWER_DAYS = (20, 61)  # after the enrolment


@dataclass(frozen=True, slots=True, eq=False)
class Coaches:
    """Who teaches: coaches are numbered within their category."""

    quality: Floats  # mean of what participants think, before it is put on the scale

    def ids(self) -> pd.Index:
        """Return the ``partner_id`` of each coach."""
        return pd.Index([f"K{i:02d}" for i in range(1, N_COACHES + 1)])

    def truth(self) -> pd.DataFrame:
        """Return ``partner_id``, ``category``, ``share`` of its lines and ``mean_score``."""
        return pd.DataFrame(
            {
                "partner_id": self.ids(),
                "category": np.repeat(CATEGORIES, len(TEACHING_SHARES)),
                "share": np.tile(TEACHING_SHARES, len(CATEGORIES)),
                "mean_score": _mean_score(self.quality),
            }
        )


def draw_coaches(rng: np.random.Generator) -> Coaches:
    """Draw the coaches' quality."""
    return Coaches(rng.normal(_MEAN_QUALITY, _QUALITY_SPREAD, N_COACHES))


def draw_teaching(category: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw the coach of each enrolment among those of its category."""
    n = len(TEACHING_SHARES)
    return category * n + rng.choice(n, len(category), p=TEACHING_SHARES)


def draw_ratings(
    lines: pd.DataFrame,
    coach: NDArray[np.intp],
    coaches: Coaches,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw the survey answers of participants; `coach` of each of the `lines` they attended."""
    answers = rng.random(len(lines)) < ANSWER_RATE
    days = rng.integers(*_ANSWER_DAYS, len(lines)).astype("timedelta64[D]")
    felt = rng.normal(coaches.quality[coach], _RATING_SPREAD)
    table = lines[["customer_id", "order_id", "product_id", "partner_id"]].assign(
        answered_at=lines["ordered_at"] + days,
        score=np.clip(np.rint(felt), LOWEST, HIGHEST),
    )
    is_seen = answers & (table["answered_at"] < LAST_DAY + pd.Timedelta(days=1)).to_numpy()
    table = table[is_seen].sort_values(["answered_at", "order_id"], ignore_index=True)
    response_id = "R" + pd.Series(np.arange(1, len(table) + 1)).astype(str).str.zfill(6)
    table.insert(0, "response_id", response_id)
    return table


def _mean_score(quality: Floats) -> Floats:
    """Return the mean of normal scores, rounded and held within the scale: Σ P(score > k)."""
    steps = np.arange(LOWEST, HIGHEST) + 0.5
    above = norm.sf(steps[:, None], quality, _RATING_SPREAD)
    return np.asarray(LOWEST + above.sum(axis=0))
