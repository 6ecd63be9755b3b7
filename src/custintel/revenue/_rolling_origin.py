"""Forecasts made as of earlier periods, against what came after them."""

import numpy as np
import pandas as pd

from custintel._intervals import Floats
from custintel._text import mark as N_
from custintel.revenue._outlook import Plan, bounded, first_sound, outlook
from custintel.revenue._seasonal_naive import scale_of_errors
from custintel.revenue._smoothing import FEWEST, fitted_forms

NAIVE, SMOOTHING = N_("seasonal naive"), N_("exponential smoothing")
_MOST_ORIGINS = 4
_BACKTEST = ["mase", "mae", "coverage", "error_ratio", "n_origins", "n_forecasts"]
_COUNTS = {"n_origins": "int64", "n_forecasts": "int64"}


def rolling_origin(sold: Floats, plan: Plan, normal: Floats) -> pd.DataFrame:
    """Forecast from earlier periods with each method, and measure how far off it was."""
    origins = _origins(len(sold), plan.cycle, len(normal))
    tests = []
    for origin in origins:
        past, after = sold[:origin], sold[origin : origin + len(normal)]
        drawn = normal[: len(after)]
        best = first_sound(fitted_forms(past, plan.cycle, plan.seasonal), drawn)
        for name, method in ((SMOOTHING, best), (NAIVE, None)):
            coming = outlook(past, method, plan, drawn)
            found = bounded(coming, plan, pd.RangeIndex(len(after)))
            spread = coming.paths.std(axis=1)
            tests.append(found.assign(model=name, actual=after, spread=spread))
    if not tests:
        names = pd.Index([], name="model", dtype=object)
        return pd.DataFrame(columns=_BACKTEST, index=names, dtype=float).astype(_COUNTS)
    scale = scale_of_errors(sold[: origins[0]], plan.cycle)
    return _scores(pd.concat(tests), scale, len(origins))


def _origins(n: int, cycle: int, steps: int) -> list[int]:
    """Return how many periods each test looks back on, within the last year or horizon."""
    first = max(2 * cycle, FEWEST, n - max(steps, cycle, _MOST_ORIGINS))
    if first >= n:
        return []
    return sorted({int(each) for each in np.linspace(first, n - 1, _MOST_ORIGINS)})


def _scores(tests: pd.DataFrame, scale: float, n_origins: int) -> pd.DataFrame:
    error = (tests["actual"] - tests["forecast"]).abs()
    is_inside = tests["actual"].between(tests["low"], tests["high"])
    spread = tests["spread"]
    # Without any spread there is no ratio: history repeats itself to the cent.
    standardised = (error / spread.where(spread > 0)).fillna(0.0)
    scored = tests.assign(mae=error, coverage=is_inside.astype(float), error_ratio=standardised**2)
    of_model = scored.groupby("model")
    scores = of_model[["mae", "coverage", "error_ratio"]].mean()
    scores["error_ratio"] **= 0.5
    scores["mase"] = scores["mae"] / (scale if scale > 0 else np.nan)
    scores["n_origins"] = n_origins
    scores["n_forecasts"] = of_model.size()
    return scores.loc[[SMOOTHING, NAIVE], _BACKTEST].astype(_COUNTS)
