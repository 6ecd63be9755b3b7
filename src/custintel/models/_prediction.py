"""Where numbers of purchases will fall, from draws of the future."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import require_between
from custintel._intervals import Floats


@dataclass(frozen=True, slots=True, eq=False)
class PredictionInterval:
    """Where purchases will fall: for each customer, and for all together.

    Attributes
    ----------
    table : DataFrame
        With the index of the history, one row per customer.

        - ``median``, ``low``, ``high`` : int, purchases within the horizon
    total, total_low, total_high : float
        Median and bounds of the purchases of all customers together.
    horizon : str
        Length of time after the end of observation.
    level : float
        Probability that the bounds aim to hold.
    n_draws : int
        Futures drawn.
    """

    table: pd.DataFrame
    total: float
    total_low: float
    total_high: float
    horizon: str
    level: float
    n_draws: int


def tails_of(level: float, n_draws: int) -> list[float]:
    """Return the shares of draws below the median and the bounds, once all is checked."""
    require_between(level, 0, 1, name="level", open_ends=True)
    require_between(n_draws, 100, np.inf, name="n_draws")
    return [0.5, 0.5 - level / 2, 0.5 + level / 2]


def predicted(
    quantiles: NDArray[np.int64], totals: Floats, *, index: pd.Index, horizon: str, level: float
) -> PredictionInterval:
    """Join each customer's median and bounds, (n, 3), with those of the totals drawn."""
    table = pd.DataFrame(quantiles, index=index, columns=["median", "low", "high"])
    # Of exchangeable draws, these ranks hold the truth exactly as often as asked.
    tails = tails_of(level, len(totals))
    total, low, high = np.quantile(totals, tails, method="weibull").tolist()
    return PredictionInterval(table, total, low, high, horizon, level, len(totals))
