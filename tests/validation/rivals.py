"""The same data sets given to lifetimes, and its own likelihood asked which fit is better."""

import contextlib
import io
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from lifetimes import (
    BetaGeoBetaBinomFitter,
    BetaGeoFitter,
    GammaGammaFitter,
    ModifiedBetaGeoFitter,
    ParetoNBDFitter,
)
from numpy.typing import NDArray

# Takes the data and our estimates. Returns by how much lifetimes' log-likelihood is higher at
# our estimates than at its own; NaN where its fit did not end in numbers.
Rival = Callable[[pd.DataFrame, Sequence[float] | None], float]


def _compared(
    fitter: Any,
    data: Sequence[Any],
    ours: Sequence[float] | None,
    weights: NDArray[np.int64] | None = None,
    *,
    in_logs: bool = True,
) -> float:
    weight = np.ones(len(data[0])) if weights is None else weights
    silent = contextlib.redirect_stdout(io.StringIO())  # it prints what it failed at
    with silent, warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            fitter.fit(*data, weights=weight)
        except Exception:  # whichever way it fails, it gives no result
            return np.nan
        if not np.isfinite(fitter.params_.to_numpy()).all():
            return np.nan
        if ours is None:
            return 0.0
        columns = [np.asarray(column, dtype=float) for column in data]
        at_theirs, at_ours = (
            fitter._negative_log_likelihood(
                np.log(point) if in_logs else point, *columns, weight, 0.0
            )
            for point in (fitter.params_.to_numpy(), np.asarray(ours, dtype=float))
        )
    n = float(weight.sum()) if in_logs else 1.0  # the others return the mean of customers
    return float(at_theirs - at_ours) * n


def _in_weeks(history: pd.DataFrame) -> list[Any]:
    return [history["frequency"], history["recency"] / 7, history["T"] / 7]


def beta_geo_rival(history: pd.DataFrame, ours: Sequence[float] | None) -> float:
    """Compare with lifetimes' BG/NBD."""
    return _compared(BetaGeoFitter(), _in_weeks(history), ours)


def modified_beta_geo_rival(history: pd.DataFrame, ours: Sequence[float] | None) -> float:
    """Compare with lifetimes' MBG/NBD."""
    return _compared(ModifiedBetaGeoFitter(), _in_weeks(history), ours)


def pareto_nbd_rival(history: pd.DataFrame, ours: Sequence[float] | None) -> float:
    """Compare with lifetimes' Pareto/NBD, in the unit of time that it scales data to."""
    unit = history["T"].max() / 10
    data = [history["frequency"], history["recency"] / unit, history["T"] / unit]
    if ours is not None:
        r, alpha, s, beta = ours
        ours = [r, alpha * 7 / unit, s, beta * 7 / unit]
    return _compared(ParetoNBDFitter(), data, ours, in_logs=False)


def gamma_gamma_rival(history: pd.DataFrame, ours: Sequence[float] | None) -> float:
    """Compare with lifetimes' gamma-gamma model, which takes repeat buyers alone."""
    repeat = history[history["frequency"] > 0]
    return _compared(GammaGammaFitter(), [repeat["frequency"], repeat["monetary_value"]], ours)


def beta_geo_beta_binomial_rival(history: pd.DataFrame, ours: Sequence[float] | None) -> float:
    """Compare with lifetimes' BG/BB, on the distinct histories with their numbers."""
    kinds = history.value_counts().reset_index()
    columns = [kinds[name].to_numpy() for name in ("frequency", "recency", "n_periods")]
    return _compared(BetaGeoBetaBinomFitter(), columns, ours, kinds["count"].to_numpy())
