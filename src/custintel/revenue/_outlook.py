"""What may come after a series: the expected course, and many possible ones around it."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from custintel._intervals import Floats
from custintel.revenue._seasonal_naive import possible_paths, repeated
from custintel.revenue._smoothing import Fitted, Seasonal

_N_PATHS = 10_000


class Plan(NamedTuple):
    """How a series is forecast."""

    cycle: int  # periods after which the naive forecast repeats itself
    seasonal: Seasonal
    level: float

    def tails(self) -> list[float]:
        """Return the parts of the futures that lie below each bound."""
        return [(1 - self.level) / 2, (1 + self.level) / 2]


class Outlook(NamedTuple):
    """The expected course of a series, and possible ones."""

    point: Floats
    paths: Floats  # steps × futures


def normal_draws(steps: int, random_state: int | np.random.Generator) -> Floats:
    """Return standard normal draws, steps × futures."""
    half = np.random.default_rng(random_state).standard_normal((steps, _N_PATHS // 2))
    # Each future with its mirror image: their mean is exact, and so nearly is the median.
    return np.concatenate([half, -half], axis=1)


def first_sound(fits: list[Fitted], normal: Floats) -> Fitted | None:
    """Return the best form whose futures stay finite; a multiplicative one may explode."""
    return next((fit for fit in fits if np.isfinite(fit.paths(normal)).all()), None)


def outlook(
    sold: Floats, best: Fitted | None, plan: Plan, normal: Floats, *, widening: float = 1.0
) -> Outlook:
    """Look ahead with a fitted form, or without one with the seasonal naive.

    `widening` multiplies how far the possible futures depart from the expected one.
    """
    if best is None:
        point = repeated(sold, plan.cycle, len(normal))
        paths = possible_paths(sold, plan.cycle, normal)
    else:
        point, paths = best.expected(len(normal)), best.paths(normal)
    paths = point[:, None] + widening * (paths - point[:, None])
    lowest = 0.0 if sold.min() >= 0 else -np.inf
    return Outlook(np.maximum(point, lowest), np.maximum(paths, lowest))


def bounded(coming: Outlook, plan: Plan, index: pd.Index) -> pd.DataFrame:
    """Return the expected course with the bounds of each step."""
    low, high = np.quantile(coming.paths, plan.tails(), axis=1)
    return pd.DataFrame({"forecast": coming.point, "low": low, "high": high}, index=index)
