"""Weekly series in which nothing changed, of visits that remember the week before."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel.campaigns import event_study

N_WEEKS, N_BEFORE = 62, 54
_WEEKS = pd.date_range("2022-01-03", periods=N_WEEKS, freq="7D")
_YEAR = 365.25 / 7
_BURNT_IN = 60


def quiet_series(
    size: int, autocorrelation: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the logarithms of visits: a wave a year, and errors that are half forgotten."""
    shocks = rng.normal(0.0, 0.1, (size, _BURNT_IN + N_WEEKS))
    errors = np.zeros_like(shocks)
    for week in range(1, shocks.shape[1]):
        errors[:, week] = autocorrelation * errors[:, week - 1] + shocks[:, week]
    return 7.0 + 0.2 * np.sin(2 * np.pi * np.arange(N_WEEKS) / _YEAR) + errors[:, _BURNT_IN:]


def rejects(size: int, rng: np.random.Generator, *, autocorrelation: float) -> NDArray[np.bool_]:
    """Tell in which series a change in the eight weeks after the date is found."""
    return np.array(
        [
            event_study(
                pd.Series(np.exp(series), _WEEKS),
                event_on=_WEEKS[N_BEFORE],
                window="8W",
                season="year",
            ).p
            <= 0.05
            for series in quiet_series(size, autocorrelation, rng)
        ]
    )
