"""Visits of Cool Pool's website by week: a season, autocorrelated noise, and two peaks."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.datasets import _cool_pool_facts as facts

_DAY_OF_MOST = 196  # of the year: pools are cleaned in July
_DAYS_PER_YEAR = 365.25


def visits_table(rng: np.random.Generator) -> pd.DataFrame:
    """Return ``week`` (its Monday) and ``n_visits``, whole weeks up to the end."""
    weeks = pd.date_range(facts.VISITS_FROM, facts.AS_OF - pd.Timedelta(days=6), freq="7D")
    angle = 2 * np.pi * (weeks.day_of_year.to_numpy() - _DAY_OF_MOST) / _DAYS_PER_YEAR
    usual = np.log(facts.MEAN_VISITS) + facts.SEASON * np.cos(angle)
    lift = 1 + _lift(weeks, facts.LAUNCHED_ON, facts.LAUNCH_LIFT, facts.LAUNCH_DECAY)
    lift += _lift(weeks, facts.AUTUMN_FROM, facts.AUTUMN_LIFT, facts.AUTUMN_DECAY)
    expected = np.exp(usual + _noise(len(weeks), rng)) * lift
    monday = weeks.to_numpy().astype("datetime64[us]")
    return pd.DataFrame({"week": monday, "n_visits": np.rint(expected).astype(np.int64)})


def _lift(weeks: pd.DatetimeIndex, start: pd.Timestamp, first: float, kept: float) -> Floats:
    """Return the share of visits more than usual: most in the first week, then less."""
    n_weeks: NDArray[np.int64] = np.asarray((weeks - start).days) // 7
    return np.where(n_weeks >= 0, first * kept ** np.maximum(n_weeks, 0), 0.0)


def _noise(n: int, rng: np.random.Generator) -> Floats:
    """Return noise of which each week keeps a share of the last one's."""
    kept = facts.AUTOCORRELATION
    noise = rng.normal(0.0, facts.NOISE, n)
    shocks = rng.normal(0.0, facts.NOISE * np.sqrt(1 - kept**2), n)
    for week in range(1, n):
        noise[week] = kept * noise[week - 1] + shocks[week]
    return noise
