"""Exponential smoothing of one series: which form, and what futures it holds possible."""

import warnings
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from custintel._intervals import Floats
from custintel.revenue._seasonal_naive import scale_of_errors

Seasonal = Literal["auto", "none", "always"]

FEWEST = 10  # periods from which the states can be set off
# A nearly empty season, by which multiplicative forms divide, would make them explode.
_SMALLEST_SEASON = 0.05


class Form(NamedTuple):
    """A form of exponential smoothing with additive errors, in the notation of statsmodels."""

    trend: str | None
    damped: bool
    seasonal: str | None

    def __str__(self) -> str:
        """Return the usual notation, such as ``ETS(A,Ad,M)``."""
        trend = "N" if self.trend is None else "Ad" if self.damped else "A"
        season = {None: "N", "add": "A", "mul": "M"}[self.seasonal]
        return f"ETS(A,{trend},{season})"


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A form fitted to a series, in units of the series' mean size."""

    form: Form
    result: Any
    unit: float

    @property
    def aicc(self) -> float:
        """Akaike's criterion, corrected for short series; lower is better."""
        return float(self.result.aicc)

    def is_converged(self) -> bool:
        """Return whether the search for the parameters came to its end."""
        return bool(self.result.mle_retvals["converged"])

    def expected(self, steps: int) -> Floats:
        """Return the point forecast of the next periods."""
        with np.errstate(all="ignore"):
            return np.asarray(self.result.forecast(steps), float) * self.unit

    def paths(self, normal: Floats) -> Floats:
        """Return possible futures, steps × paths, made of standard normal draws."""
        residuals = np.asarray(self.result.resid, float)
        # By the degrees of freedom: by the number of periods the bounds would be too narrow.
        freedom = len(residuals) - len(self.result.params)
        errors = normal * np.sqrt((residuals**2).sum() / freedom)
        steps, n_paths = normal.shape
        with np.errstate(all="ignore"):
            drawn = self.result.simulate(
                steps, anchor="end", repetitions=n_paths, random_errors=errors
            )
        return np.asarray(drawn, float).reshape(steps, n_paths) * self.unit


def fitted_forms(amounts: Floats, cycle: int, seasonal: Seasonal) -> list[Fitted]:
    """Fit each form that the series can carry, best AICc first.

    None is fitted to a series that repeats itself to the cent: nothing is left to be learned.
    """
    unit = float(np.abs(amounts).mean())
    if len(amounts) < FEWEST or scale_of_errors(amounts, cycle) <= 1e-12 * unit:
        return []
    # Rounded so that the currency, by its last bits, cannot lead the search elsewhere.
    series = (amounts / unit).round(12)
    fits = [_fit(series, form, cycle, unit) for form in _forms(series, cycle, seasonal)]
    return sorted((fit for fit in fits if fit is not None), key=lambda fit: fit.aicc)


def table_of_fits(fits: list[Fitted]) -> pd.DataFrame:
    """Return what speaks for each form."""
    return pd.DataFrame(
        {
            "aicc": [fit.aicc for fit in fits],
            "n_parameters": np.array([len(fit.result.params) for fit in fits], dtype="int64"),
            "is_converged": np.array([fit.is_converged() for fit in fits], dtype=bool),
        },
        index=pd.Index([str(fit.form) for fit in fits], name="form", dtype=object),
    )


def _forms(series: Floats, cycle: int, seasonal: Seasonal) -> list[Form]:
    seasons: list[str | None] = [] if seasonal == "always" else [None]
    if cycle > 1 and seasonal != "none" and len(series) >= 2 * cycle:
        seasons.append("add")
        seasons += ["mul"] if series.min() > _SMALLEST_SEASON else []
    trends: list[tuple[str | None, bool]] = [(None, False), ("add", False), ("add", True)]
    return [Form(trend, damped, season) for season in seasons for trend, damped in trends]


def _fit(series: Floats, form: Form, cycle: int, unit: float) -> Fitted | None:
    """Return the fit, or None if the series is too short for it or it breaks down."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    # What the optimiser warns of is told by `is_converged`.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        model = ETSModel(
            series,
            error="add",
            trend=form.trend,
            damped_trend=form.damped,
            seasonal=form.seasonal,
            seasonal_periods=cycle if form.seasonal else None,
        )
        # The correction of AICc divides by n − k − 1, with the variance among the k.
        if len(series) - len(model.start_params) - 2 < 1:
            return None
        result = model.fit(disp=False)
    found = Fitted(form, result, unit)
    return found if np.isfinite(found.aicc) else None
