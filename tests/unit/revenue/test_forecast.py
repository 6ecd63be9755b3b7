import warnings

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue import forecast_sales


def one_row(amounts, start="2019-01", freq="M"):
    periods = pd.period_range(start, periods=len(amounts), freq=freq)
    return pd.DataFrame([amounts], index=["total"], columns=periods, dtype=float)


@pytest.fixture(scope="module")
def quarters():
    """Return eight years of quarters with a trend, a season and a little noise."""
    at = np.arange(32)
    season = np.array([0.8, 1.0, 0.9, 1.3])[at % 4]
    noise = np.random.default_rng(4).normal(1, 0.02, 32)
    return one_row((1000 + 25 * at) * season * noise, start="2016Q1", freq="Q")


@pytest.fixture(scope="module")
def coming(quarters):
    return forecast_sales(quarters, horizon="12M")


def test_a_clear_trend_and_season_are_found(coming):
    assert coming.beats_naive
    assert coming.model == coming.forms.index[0]
    assert coming.forms["aicc"].is_monotonic_increasing
    # The rule by which the series was made, a year on.
    true = (1000 + 25 * np.arange(32, 36)) * [0.8, 1.0, 0.9, 1.3]
    np.testing.assert_allclose(coming.table["forecast"], true, rtol=0.06)
    assert [str(period) for period in coming.table.index] == [
        *("2024Q1", "2024Q2", "2024Q3", "2024Q4")
    ]
    assert len(coming.history) == 32


def test_bounds_enclose_the_forecast_and_the_total_is_not_the_sum_of_bounds(coming):
    table = coming.table
    assert (table["low"] < table["forecast"]).all()
    assert (table["forecast"] < table["high"]).all()
    assert coming.total == pytest.approx(table["forecast"].sum())
    assert table["low"].sum() < coming.total_low < coming.total < coming.total_high
    assert coming.total_high < table["high"].sum()


def test_the_backtest_compares_both_on_the_same_sales(coming):
    assert list(coming.backtest.index) == ["exponential smoothing", "seasonal naive"]
    assert coming.backtest["n_forecasts"].tolist() == [10, 10]
    assert coming.backtest["n_origins"].tolist() == [4, 4]
    ratios = coming.backtest["mae"] / coming.backtest["mase"]
    assert ratios.iloc[0] == pytest.approx(ratios.iloc[1])


def test_a_random_walk_is_left_to_the_naive_or_beats_it_in_the_test():
    walk = 500 + np.random.default_rng(11).normal(0, 5, 30).cumsum()
    found = forecast_sales(one_row(walk), horizon="3M", seasonal="none")
    mae = found.backtest["mae"]
    assert found.beats_naive == bool(mae["exponential smoothing"] < mae["seasonal naive"])
    assert (found.model == "seasonal naive") == (not found.beats_naive)


def test_a_better_naive_is_the_forecast():
    # Sales that repeat those of the year before to the unit: nothing can come closer.
    pattern = np.random.default_rng(2).integers(50, 150, 4)
    yearly = one_row(np.tile(pattern, 5), start="2019Q1", freq="Q")
    found = forecast_sales(yearly, horizon="6M")
    assert not found.beats_naive
    assert found.model == "seasonal naive"
    assert found.table["forecast"].tolist() == pattern[:2].tolist()
    assert found.table["low"].tolist() == found.table["high"].tolist() == pattern[:2].tolist()
    assert found.backtest.loc["seasonal naive", "mae"] == 0
    assert found.backtest["mase"].isna().all()


def test_a_constant_series_stays_as_it_is():
    found = forecast_sales(one_row([7.0] * 12), horizon="2M")
    assert found.table.to_numpy().tolist() == [[7, 7, 7]] * 2
    assert found.forms.empty


def test_too_short_to_be_tested_is_told():
    with pytest.warns(WeakResultWarning, match="10 periods of sales are too short a history"):
        found = forecast_sales(one_row(np.arange(10.0)), horizon="2M")
    assert found.backtest.empty
    assert not found.beats_naive
    assert found.table["forecast"].tolist() == [9, 9]


def test_sales_that_were_never_negative_stay_so():
    falling = np.linspace(100, 2, 30) + np.random.default_rng(0).normal(0, 1, 30).clip(-2, 2)
    found = forecast_sales(one_row(np.maximum(falling, 0)), horizon="12M", seasonal="none")
    assert (found.table >= 0).all(axis=None)
    assert found.total_low >= 0
    refunds = forecast_sales(one_row(falling - 50), horizon="12M", seasonal="none")
    assert (refunds.table["low"] < 0).any()


def test_currency_changes_amounts_only(quarters, coming):
    scaled = forecast_sales(quarters * 1e9, horizon="12M")
    assert scaled.model == coming.model
    np.testing.assert_allclose(scaled.table, coming.table * 1e9, rtol=1e-6)
    np.testing.assert_allclose(scaled.backtest["mase"], coming.backtest["mase"], rtol=1e-6)


def test_the_same_seed_gives_the_same_bounds(quarters, coming):
    again = forecast_sales(quarters, horizon="12M", random_state=0)
    pd.testing.assert_frame_equal(again.table, coming.table)
    other = forecast_sales(quarters, horizon="12M", random_state=1)
    assert not other.table["low"].equals(coming.table["low"])
    np.testing.assert_allclose(other.table["forecast"], coming.table["forecast"])


def test_a_higher_level_is_wider(quarters, coming):
    narrow = forecast_sales(quarters, horizon="12M", level=0.5)
    assert (narrow.table["low"] > coming.table["low"]).all()
    assert narrow.level == 0.5


def test_seasons_can_be_left_out_or_asked_for(quarters):
    without = forecast_sales(quarters, horizon="12M", seasonal="none")
    assert [name.endswith("N)") for name in without.forms.index] == [True] * 3
    with_season = forecast_sales(quarters, horizon="12M", seasonal="always")
    assert not any(name.endswith("N)") for name in with_season.forms.index)
    with pytest.raises(ValueError, match=r"two whole years.*11 periods, 12 to a year"):
        forecast_sales(one_row(np.arange(11.0)), horizon="2M", seasonal="always")


def test_years_have_no_season():
    years = one_row(np.arange(12.0) ** 1.5 + 40, start="2010", freq="Y")
    found = forecast_sales(years, horizon="2Y")
    assert [str(period) for period in found.table.index] == ["2022", "2023"]


def test_an_unfinished_search_is_told(quarters, monkeypatch):
    monkeypatch.setattr("custintel.revenue._smoothing.Fitted.is_converged", lambda fit: False)
    with pytest.warns(WeakResultWarning, match="did not come to its end"):
        forecast_sales(quarters, horizon="12M")


def test_futures_that_explode_are_passed_over(quarters, coming, monkeypatch):
    from custintel.revenue._smoothing import Fitted

    sound = Fitted.paths

    def paths(fit, normal):
        found = sound(fit, normal)
        return found * np.inf if str(fit.form) == coming.model else found

    monkeypatch.setattr(Fitted, "paths", paths)
    assert forecast_sales(quarters, horizon="12M").model != coming.model


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame([[1.0] * 12] * 2, index=["a", "b"], columns=range(2001, 2013)), "2 rows"),
        (one_row([1.0] * 12).iloc[:0], "0 rows"),
        (one_row([1.0] * 9), "9 periods; a forecast needs 10"),
        (one_row(np.arange(12.0)).drop(columns=pd.Period("2019-03")), "missing between"),
        (one_row([np.nan] * 12), "missing or infinite"),
    ],
)
def test_unreadable_tables_are_refused(table, message):
    with pytest.raises(SchemaError, match=message):
        forecast_sales(table, horizon="12M")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"horizon": "5M"}, "not a whole number of the table's periods, of 3 months"),
        ({"horizon": "4W"}, "horizon is whole months or years"),
        ({"horizon": 12}, "A span is a number above zero with its unit"),
        ({"horizon": "12M", "level": 95}, "level lies between"),
        ({"horizon": "12M", "seasonal": True}, "seasonal is one of"),
    ],
)
def test_unusable_arguments_are_refused(quarters, arguments, message):
    with pytest.raises(ValueError, match=message):
        forecast_sales(quarters, **arguments)


def test_nothing_of_the_optimiser_is_heard(quarters):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        forecast_sales(quarters.round(-2), horizon="3M")


def test_input_is_left_alone(quarters):
    before = quarters.copy(deep=True)
    forecast_sales(quarters, horizon="3M")
    pd.testing.assert_frame_equal(quarters, before)


def test_the_result_draws_itself(coming):
    assert coming.plot(currency="EUR").get_ylabel() == "Revenue (EUR)"
