"""Exponential smoothing of one series: which form, and what futures it holds possible."""

import math
import warnings
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from custintel._intervals import Floats
from custintel.revenue._seasonal_naive import scale_of_errors
from custintel.revenue._smoothing_course import Course, State, Weights, course, futures, slopes

Seasonal = Literal["auto", "none", "always"]

FEWEST = 10  # periods from which the states can be set off
# A nearly empty season, by which multiplicative forms divide, would make them explode.
_SMALLEST_SEASON = 0.05
# The traditional bounds, as in statsmodels: of the weights, and of what is left of a trend.
_OF_WEIGHT, _OF_DAMPING = (1e-4, 1 - 1e-4), (0.8, 0.98)
# A trend makes hills of its own, so that its search begins in two places.
_FIRST_WEIGHTS = (
    Weights(level=0.1, trend=0.1, season=0.01, damping=0.98),
    Weights(level=0.3, trend=0.01, season=0.3, damping=0.9),
)
# Errors of a billionth of the mean are none: the logarithm of nothing would have no end.
_NO_ERROR = 1e-18
_NOWHERE = 1e6  # worse than any fit


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

    def n_parameters(self, cycle: int) -> int:
        """Return how many weights and states are estimated; all seasons count, as usual."""
        n_weights = 1 + (self.trend is not None) + (self.seasonal is not None) + self.damped
        n_seasons = cycle if self.seasonal else 0
        return n_weights + 1 + (self.trend is not None) + n_seasons


class Found(NamedTuple):
    """What a search for the weights and the first state has come to."""

    weights: Weights
    start: State
    course: Course
    is_converged: bool


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A form fitted to a series, in units of the series' mean size."""

    form: Form
    found: Found
    n_parameters: int
    unit: float

    @property
    def aicc(self) -> float:
        """Akaike's criterion, corrected for short series; lower is better."""
        n, k = len(self.found.course.errors), self.n_parameters + 1  # with the variance
        log_likelihood = -n / 2 * (math.log(2 * math.pi * _mean_square(self.found.course)) + 1)
        return -2 * log_likelihood + 2 * k * n / (n - k - 1)

    def is_converged(self) -> bool:
        """Return whether the search for the parameters came to its end."""
        return self.found.is_converged

    def expected(self, steps: int) -> Floats:
        """Return the point forecast of the next periods."""
        return self._futures(np.zeros((steps, 1)))[:, 0]

    def paths(self, normal: Floats) -> Floats:
        """Return possible futures, steps × paths, made of standard normal draws."""
        errors = np.array(self.found.course.errors)
        # By the degrees of freedom: by the number of periods the bounds would be too narrow.
        freedom = len(errors) - self.n_parameters
        return self._futures(normal * np.sqrt((errors**2).sum() / freedom))

    def _futures(self, errors: Floats) -> Floats:
        multiplies = self.form.seasonal == "mul"
        with np.errstate(all="ignore"):
            weights, gone = self.found.weights, self.found.course
            amounts = futures(errors, weights, gone.end, multiplies=multiplies)
        return amounts * self.unit


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
            "n_parameters": np.array([fit.n_parameters for fit in fits], dtype="int64"),
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
    n_parameters = form.n_parameters(cycle)
    # The correction of AICc divides by n − k − 1, with the variance among the k.
    if len(series) - n_parameters - 2 < 1:
        return None
    start = _first_state(series, form, cycle)
    firsts = _FIRST_WEIGHTS if form.trend else _FIRST_WEIGHTS[:1]
    found = [_Search(series, form, first, start).best() for first in firsts]
    fits = [Fitted(form, each, n_parameters, unit) for each in found if each is not None]
    return min(fits, key=lambda fit: fit.aicc, default=None)


def _first_state(series: Floats, form: Form, cycle: int) -> State:
    """Return statsmodels' first guess of the states, with the first season 0, or 1 as a factor."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

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
    level, trend = float(model.initial_level), float(model.initial_trend)
    if form.seasonal is None:
        return State(level, trend, [0.0])
    # One season can be moved into the level, so that it is not to be searched for.
    seasons = np.array(model.initial_seasonal, float)
    first = float(seasons[0])
    if form.seasonal == "add":
        return State(level + first, trend, (seasons - first).tolist())
    return State(level * first, trend * first, (seasons / first).tolist())


class _Search:
    """The search for the weights and the first state that leave the smallest errors."""

    def __init__(self, series: Floats, form: Form, first: Weights, start: State) -> None:
        self._series: list[float] = series.tolist()
        self._multiplies = form.seasonal == "mul"
        has_trend, has_season = form.trend is not None, form.seasonal is not None
        is_sought = [True, has_trend, has_season, form.damped, True, has_trend, False]
        self._is_sought = np.array(is_sought + [has_season] * (len(start.seasons) - 1))
        unused = Weights(0.0, 0.0, 0.0, 1.0)
        weights = np.where(is_sought[:4], first, unused)
        trend = start.trend if has_trend else 0.0
        self._first = np.array([*weights, start.level, trend, *start.seasons])

    def best(self) -> Found | None:
        """Return the end of the search; None if the form breaks down there."""
        from scipy.optimize import minimize

        bounds = [*[_OF_WEIGHT] * 3, _OF_DAMPING, *[(None, None)] * (len(self._first) - 4)]
        found = minimize(
            self._error,
            self._first[self._is_sought],
            jac=True,
            method="L-BFGS-B",
            bounds=[each for each, sought in zip(bounds, self._is_sought, strict=True) if sought],
            options={"maxcor": 12, "maxiter": 1000, "maxfun": 5000, "ftol": 1e-10, "gtol": 1e-6},
        )
        weights, start = self._read(found.x)
        gone = self._course(weights, start)
        if gone is None or not math.isfinite(_mean_square(gone)):
            return None
        return Found(weights, start, gone, bool(found.success))

    def _read(self, sought: Floats) -> tuple[Weights, State]:
        whole = self._first.copy()
        whole[self._is_sought] = sought
        numbers: list[float] = whole.tolist()
        return Weights(*numbers[:4]), State(numbers[4], numbers[5], numbers[6:])

    def _course(self, weights: Weights, start: State) -> Course | None:
        try:
            return course(self._series, weights, start, multiplies=self._multiplies)
        except ZeroDivisionError:
            return None

    def _error(self, sought: Floats) -> tuple[float, Floats]:
        """Return half the logarithm of the mean squared error, with its derivatives."""
        weights, start = self._read(sought)
        gone = self._course(weights, start)
        mean_square = math.inf if gone is None else _mean_square(gone)
        if gone is None or not math.isfinite(mean_square):
            return _NOWHERE, np.zeros(len(sought))
        of_weights, of_start = slopes(gone, weights, multiplies=self._multiplies)
        whole = np.array([*of_weights, of_start.level, of_start.trend, *of_start.seasons])
        scale = 2 * len(self._series) * mean_square
        return math.log(mean_square) / 2, np.nan_to_num(whole[self._is_sought] / scale)


def _mean_square(gone: Course) -> float:
    return sum(error * error for error in gone.errors) / len(gone.errors) + _NO_ERROR
