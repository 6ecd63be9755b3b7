"""Forecasts against statsmodels used directly, and the naive one worked out by hand."""

import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from custintel.revenue import forecast_sales
from custintel.revenue._smoothing import fitted_forms

QUARTERS = pd.period_range("2016Q1", periods=32, freq="Q")


def table(amounts):
    return pd.DataFrame([amounts], index=["total"], columns=QUARTERS, dtype=float)


@pytest.fixture(scope="module")
def series():
    """Return sales with an additive season, so that their exact bounds are known."""
    at = np.arange(32)
    rng = np.random.default_rng(8)
    return 400 + 6 * at + np.array([-90.0, 20, -40, 110])[at % 4] + rng.normal(0, 8, 32)


@pytest.fixture(scope="module")
def ours(series):
    return forecast_sales(table(series), horizon="2Y")


@pytest.fixture(scope="module")
def direct(series, ours):
    """Return the chosen form as statsmodels fits it, in units of the mean."""
    trend = {"N": None, "A": "add", "Ad": "add"}[ours.model.split(",")[1]]
    indexed = pd.Series(series / series.mean(), index=QUARTERS.to_timestamp())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ETSModel(
            indexed,
            trend=trend,
            damped_trend="Ad" in ours.model,
            seasonal="add",
            seasonal_periods=4,
        )
        return model.fit(disp=False)


def test_forecast_and_bounds_are_those_of_statsmodels(series, ours, direct):
    assert ours.model.endswith(",A)")
    expected = direct.forecast(8) * series.mean()
    np.testing.assert_allclose(ours.table["forecast"], expected, rtol=2e-3)
    exact = direct.get_prediction(start=32, end=39).summary_frame(alpha=0.05)
    # statsmodels divides the squared errors by their number, not by the degrees of freedom.
    freedom = np.sqrt(32 / (32 - len(direct.params)))
    widened = max(1.0, ours.backtest.loc["exponential smoothing", "error_ratio"])
    half = (exact["pi_upper"] - exact["pi_lower"]).to_numpy() / 2 * series.mean()
    # The bounds are quantiles of 10,000 futures: within some hundredths of their width.
    np.testing.assert_allclose(
        (ours.table["high"] - ours.table["low"]) / 2, half * freedom * widened, rtol=0.06
    )


def test_the_criterion_is_that_of_statsmodels(ours, direct):
    assert ours.forms.loc[ours.model, "aicc"] == pytest.approx(direct.aicc, abs=0.5)
    assert ours.forms.loc[ours.model, "n_parameters"] == len(direct.params)


def test_the_seasonal_naive_by_hand():
    # A season that moves at random from year to year: nothing to be learned beside the last.
    rng = np.random.default_rng(3)
    years = 500 + rng.normal(0, 30, (8, 4)).cumsum(axis=0)
    amounts = years.ravel()
    ours = forecast_sales(table(amounts), horizon="2Y")
    assert ours.model == "seasonal naive"
    assert ours.table["forecast"].tolist() == pytest.approx([*years[-1], *years[-1]])
    # Hyndman and Athanasopoulos (2021), table 5.2: σ √(k + 1), k whole years before.
    sigma = np.sqrt((np.diff(years, axis=0) ** 2).mean())
    widened = max(1.0, ours.backtest.loc["seasonal naive", "error_ratio"])
    half = 1.959964 * sigma * np.repeat([1.0, np.sqrt(2)], 4) * widened
    np.testing.assert_allclose((ours.table["high"] - ours.table["low"]) / 2, half, rtol=0.06)
    # Four seasons of two years: each season's two errors share the first.
    of_total = 1.959964 * sigma * np.sqrt(4 * (1 + 4)) * widened
    assert (ours.total_high - ours.total_low) / 2 == pytest.approx(of_total, rel=0.06)


def test_the_scaled_error_of_the_naive_by_hand():
    rng = np.random.default_rng(3)
    amounts = (500 + rng.normal(0, 30, (8, 4)).cumsum(axis=0)).ravel()
    scores = forecast_sales(table(amounts), horizon="3M").backtest.loc["seasonal naive"]
    # One quarter ahead, from four quarters of the last year.
    errors = np.abs(amounts[28:] - amounts[24:28])
    assert scores[["n_origins", "n_forecasts"]].tolist() == [4, 4]
    assert scores["mae"] == pytest.approx(errors.mean())
    scale = np.abs(amounts[4:28] - amounts[:24]).mean()
    assert scores["mase"] == pytest.approx(errors.mean() / scale)


@pytest.fixture(scope="module", params=["clear season", "no season"])
def fits(request):
    """Return four years of months, in units of their mean, with each form's fit."""
    rng, at = np.random.default_rng(21), np.arange(48)
    season = 1 + 0.3 * np.sin(at * np.pi / 6) if request.param == "clear season" else 1.0
    amounts = (100 + at) * season * rng.lognormal(0, 0.05, 48)
    amounts = amounts / amounts.mean()
    return amounts, fitted_forms(amounts, 12, "auto")


def as_statsmodels(amounts, fit):
    """Return a fit of ours as statsmodels holds it."""
    form = fit.form
    model = ETSModel(
        amounts,
        trend=form.trend,
        damped_trend=form.damped,
        seasonal=form.seasonal,
        seasonal_periods=12 if form.seasonal else None,
    )
    weights, start = fit.found.weights, fit.found.start
    known = {
        "smoothing_level": weights.level,
        "smoothing_trend": weights.level * weights.trend,
        "smoothing_seasonal": (1 - weights.level) * weights.season,
        "damping_trend": weights.damping,
        "initial_level": start.level,
        "initial_trend": start.trend,
    }
    # Its season 0 is the one just before the series, of the last month of a year.
    known |= {f"initial_seasonal.{i}": each for i, each in enumerate(start.seasons[::-1])}
    return model, np.array([known[name] for name in model.param_names])


def test_every_form_goes_the_way_of_statsmodels(fits):
    amounts, found = fits
    assert len(found) == 9
    for fit in found:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model, params = as_statsmodels(amounts, fit)
            result = model.smooth(params)
        np.testing.assert_allclose(fit.found.course.errors, result.resid, atol=1e-12)
        assert fit.aicc == pytest.approx(result.aicc)
        assert fit.n_parameters == len(params)
        np.testing.assert_allclose(fit.expected(18), result.forecast(18), rtol=1e-9)
        # Where a season multiplies, statsmodels simulates by another rule than it smooths by.
        normal = np.random.default_rng(2).standard_normal((18, 500))
        scale = np.sqrt((result.resid**2).sum() / (48 - len(params)))
        drawn = result.simulate(18, anchor="end", repetitions=500, random_errors=normal * scale)
        limit = 0.01 if fit.form.seasonal == "mul" else 1e-9
        np.testing.assert_allclose(fit.paths(normal), np.asarray(drawn), rtol=limit, atol=limit)


def test_no_fit_is_worse_than_that_of_statsmodels(fits):
    amounts, found = fits
    for fit in found:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model, _ = as_statsmodels(amounts, fit)
            assert fit.aicc < model.fit(disp=False).aicc + 0.5, str(fit.form)


def test_the_slopes_are_those_of_small_steps(fits):
    from scipy.optimize import check_grad

    from custintel.revenue._smoothing import _FIRST_WEIGHTS, _Search

    amounts, found = fits
    for fit in found:
        search = _Search(amounts, fit.form, _FIRST_WEIGHTS[1], fit.found.start)
        error, first = search._error, search._first[search._is_sought]
        wrong = check_grad(part_of(error, 0), part_of(error, 1), first)
        assert wrong < 1e-5 * (1 + np.abs(error(first)[1]).max()), str(fit.form)


def part_of(function, place):
    return lambda x: function(x)[place]
