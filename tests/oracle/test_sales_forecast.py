"""Forecasts against statsmodels used directly, and the naive one worked out by hand."""

import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from custintel.revenue import forecast_sales

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
