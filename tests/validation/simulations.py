"""Customers drawn from the models' definitions, event by event.

Nothing here is taken from the library: waiting times are added up one after the other, and
customers leave when their chance to leave or their lifetime says so. Times are continuous, as
the models assume, and in weeks.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_SMALLEST_PROBABILITY = 1e-12  # a customer who leaves less often than that never does
_DAYS = 7


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was observed of customers, and what they did within the horizon after it."""

    history: pd.DataFrame
    realised: Counts | None  # purchases within the horizon; None if the model forecasts none


def chances_until_leaving(a: Floats | float, b: float, n: int, rng: np.random.Generator) -> Counts:
    """Draw at which chance each customer leaves, 1 or later."""
    probability = np.maximum(rng.beta(a, b, n), _SMALLEST_PROBABILITY)
    return rng.geometric(probability)


def purchase_times(
    rate: Floats, until: Floats, most: Counts, rng: np.random.Generator, *, phases: int = 1
) -> Floats:
    """Draw the times of repeat purchases, one row per customer, filled up with infinity."""
    columns: list[Floats] = []
    now = np.zeros(len(rate))
    while True:
        now = now + rng.gamma(phases, 1 / rate)
        now = np.where((now > until) | (len(columns) >= most), np.inf, now)
        if np.isinf(now).all():
            break
        columns.append(now)
    return np.column_stack(columns) if columns else np.full((len(rate), 1), np.inf)


def observed(times: Floats, ages: Floats, horizon: float) -> Simulated:
    """Split purchases into the history up to each customer's age and what came after."""
    past = np.where(times <= ages[:, None], times, np.nan)
    frequency = np.isfinite(past).sum(axis=1)
    recency = np.fmax.reduce(np.column_stack([np.zeros(len(ages)), past]), axis=1)
    intervals = np.diff(np.column_stack([np.zeros(len(ages)), past]), axis=1) * _DAYS
    coming = (times > ages[:, None]) & (times <= ages[:, None] + horizon)
    history = pd.DataFrame(
        {
            "frequency": frequency,
            "recency": recency * _DAYS,
            "T": ages * _DAYS,
            "sum_log_intervals": np.nansum(np.log(intervals), axis=1),
        }
    )
    return Simulated(history, coming.sum(axis=1))


def in_whole_days(times: Floats, rng: np.random.Generator) -> Floats:
    """Return the days of the purchases, each counted once, as a purchase history does.

    The first purchase falls anywhere within its day.
    """
    days = np.floor(times * _DAYS + rng.random((len(times), 1)))
    before = np.column_stack([np.zeros(len(days)), days[:, :-1]])
    with np.errstate(invalid="ignore"):
        distinct = np.where(days > before, days, np.inf)
    return np.sort(distinct, axis=1) / _DAYS


def occasions(
    buying: Floats, leaving: Floats, n_observed: Counts, n_ahead: int, rng: np.random.Generator
) -> Simulated:
    """Let customers buy or not on each occasion, and leave before it or not."""
    is_active = np.ones(len(buying), dtype=bool)
    frequency, recency, realised = (np.zeros(len(buying), dtype=np.int64) for _each in range(3))
    for occasion in range(1, int(n_observed.max()) + n_ahead + 1):
        is_active &= rng.random(len(buying)) >= leaving
        bought = is_active & (rng.random(len(buying)) < buying)
        past = bought & (occasion <= n_observed)
        frequency += past
        recency[past] = occasion
        realised += bought & (occasion > n_observed) & (occasion <= n_observed + n_ahead)
    history = pd.DataFrame({"frequency": frequency, "recency": recency, "n_periods": n_observed})
    return Simulated(history, realised)


def contracts(leaving: Floats, n_periods: Counts, rng: np.random.Generator) -> Simulated:
    """Let customers renew or not at the end of each contract period but the last observed."""
    is_active = np.ones(len(leaving), dtype=bool)
    begun = np.ones(len(leaving), dtype=np.int64)
    for period in range(1, int(n_periods.max())):
        renewable = is_active & (period < n_periods)
        is_active &= ~(renewable & (rng.random(len(leaving)) < leaving))
        begun += renewable & is_active
    return Simulated(pd.DataFrame({"n_periods": begun, "is_active": is_active}), None)


def mean_amounts(
    p: float, q: float, v: float, frequency: Counts, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw each amount of each customer, and return their means."""
    rate = rng.gamma(q, 1 / v, len(frequency))
    customer = np.repeat(np.arange(len(frequency)), frequency)
    amounts = rng.gamma(p, 1 / rate[customer])
    totals = np.bincount(customer, amounts, len(frequency))
    means = totals / np.maximum(frequency, 1)
    return pd.DataFrame({"frequency": frequency, "monetary_value": means})
