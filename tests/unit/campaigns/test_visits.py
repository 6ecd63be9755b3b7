"""Changes of a series after a date: planted ones are found, chance is not taken for one."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from custintel.campaigns import event_study
from custintel.campaigns._autoregression import forecast

WEEKS = pd.date_range("2022-01-03", periods=110, freq="7D")


def errors(n, rho, rng):
    """Return errors that remember the last one, by their definition."""
    found = np.empty(n)
    found[0] = rng.normal() / np.sqrt(1 - rho**2)
    for i in range(1, n):
        found[i] = rho * found[i - 1] + rng.normal()
    return found


@pytest.fixture
def quiet():
    rng = np.random.default_rng(41)
    season = 0.2 * np.sin(2 * np.pi * np.arange(110) / 52.18)
    return pd.Series(np.exp(8 + season + 0.05 * errors(110, 0.5, rng)), WEEKS)


def test_planted_peaks_are_found_where_they_are(quiet):
    visits = quiet.copy()
    visits.iloc[80:86] *= [1.9, 1.8, 1.6, 1.5, 1.4, 1.4]
    visits.iloc[100:103] *= 1.6
    study = event_study(visits, event_on=WEEKS[80], window="6W", season="year")
    assert study.peaks["starts_on"].tolist() == [WEEKS[80], WEEKS[100]]
    assert study.lift_low < np.exp(np.log([1.9, 1.8, 1.6, 1.5, 1.4, 1.4]).mean()) - 1
    assert study.lift_high > 0.4
    assert study.p < 0.001


def test_nothing_planted_nothing_found(quiet):
    study = event_study(quiet, event_on=WEEKS[80], season="year")
    assert study.peaks.empty
    assert study.lift_low < 0 < study.lift_high


def test_bounds_hold_the_observed_where_they_should(quiet):
    table = event_study(quiet, event_on=WEEKS[80], season="year").table
    after = table[table["is_after"]]
    inside = after["observed"].between(after["expected_low"], after["expected_high"])
    assert inside.mean() > 0.8
    np.testing.assert_allclose(after["lift"], after["observed"] / after["expected"] - 1)


def test_scale_does_not_matter(quiet):
    one = event_study(quiet, event_on=WEEKS[80])
    two = event_study(1000 * quiet, event_on=WEEKS[80])
    assert one.p == pytest.approx(two.p)
    np.testing.assert_allclose(1000 * one.table["expected"], two.table["expected"])


def test_a_pause_of_two_periods_does_not_end_a_peak(quiet):
    visits = quiet.copy()
    visits.iloc[[80, 82, 85, 86]] *= 2.5
    peaks = event_study(visits, event_on=WEEKS[80], season="year").peaks
    assert peaks["starts_on"].tolist() == [WEEKS[80], WEEKS[85]]


def test_the_week_of_the_date_is_the_first_one_after(quiet):
    study = event_study(quiet, event_on=WEEKS[80] + pd.Timedelta(days=3))
    assert study.table["is_after"].idxmax() == WEEKS[80]


def test_a_level_of_each_weekday():
    days = pd.date_range("2024-01-01", periods=80)
    rng = np.random.default_rng(2)
    weekend = np.where(days.day_of_week >= 5, 0.5, 1.0)
    visits = pd.Series(1000 * weekend * np.exp(0.02 * rng.normal(size=80)), days)
    study = event_study(visits, event_on="2024-03-01", season="week", window="7D")
    assert abs(study.lift) < 0.05
    assert study.peaks.empty


def test_forecast_without_memory_is_that_of_least_squares():
    """With a known autocorrelation of 0, statsmodels' intervals of predictions are the same."""
    import statsmodels.api as sm

    from custintel.campaigns._autoregression import _given

    rng = np.random.default_rng(4)
    x = np.column_stack([np.ones(50), rng.normal(size=50)])
    y = x @ [3.0, 1.0] + rng.normal(size=50)
    found = _given(0.0, y[:40], x[:40], x[40:])
    fitted = sm.OLS(y[:40], x[:40]).fit()
    predicted = fitted.get_prediction(x[40:])
    np.testing.assert_allclose(found.mean, predicted.predicted_mean)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), predicted.se_obs, rtol=1e-10)


def test_whitened_regression_is_that_of_generalised_least_squares():
    import statsmodels.api as sm

    from custintel.campaigns._autoregression import _given

    rng = np.random.default_rng(5)
    x = np.column_stack([np.ones(40), np.arange(40)])
    y = x @ [3.0, 0.1] + errors(40, 0.6, rng)
    apart = np.abs(np.subtract.outer(np.arange(40), np.arange(40)))
    fitted = sm.GLS(y, x, sigma=0.6**apart / (1 - 0.6**2)).fit()
    found = _given(0.6, y, x, np.array([[1.0, 40.0]]))
    last = y[-1] - fitted.predict(x)[-1]
    expected = fitted.predict([[1.0, 40.0]])[0] + 0.6 * last
    assert found.mean[0] == pytest.approx(expected)


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_chance_is_taken_for_a_change_in_one_of_twenty(rho):
    rng = np.random.default_rng(63)
    x = np.ones((68, 1))
    n_sets, rejected = 120, 0
    weights = np.full(8, 1 / 8)
    for _i in range(n_sets):
        y = errors(68, rho, rng)
        found = forecast(y[:60], x[:60], x[60:])
        error = np.sqrt(weights @ found.covariance @ weights)
        rejected += abs((y[60:] - found.mean).mean()) > 2.001 * error  # t of 59 degrees
    assert rejected <= binom.ppf(0.9999, n_sets, 0.05)
    assert rejected >= 1


@pytest.mark.parametrize(
    ("visits", "arguments", "error", "match"),
    [
        (pd.Series([1.0] * 30), {}, TypeError, "to_datetime"),
        (pd.Series(["a"] * 110, WEEKS), {}, TypeError, "numbers"),
        ([1, 2], {}, TypeError, "Series"),
        (pd.Series(1.0, WEEKS.delete(5)), {}, ValueError, "gaps.*2022-02-14"),
        (pd.Series(np.r_[0.0, np.ones(109)], WEEKS), {}, ValueError, "above 0.*2022-01-03"),
        (pd.Series(1.0, WEEKS), {"event_on": "2022-02-01"}, ValueError, "5 periods|4 periods"),
        (pd.Series(1.0, WEEKS), {"event_on": "2030-02-01"}, ValueError, "and 0 after"),
        (pd.Series(1.0, WEEKS), {"season": "week"}, ValueError, "daily"),
        (pd.Series(1.0, WEEKS), {"season": "moon"}, ValueError, "season"),
        (
            pd.Series(1.0, WEEKS),
            {"season": "year", "event_on": "2022-12-01"},
            ValueError,
            "a year",
        ),
    ],
)
def test_series_that_cannot_be_judged_are_refused(visits, arguments, error, match):
    with pytest.raises(error, match=match):
        event_study(visits, **({"event_on": "2023-07-03"} | arguments))


def test_a_constant_series_is_no_error():
    study = event_study(pd.Series(7.0, WEEKS), event_on="2023-07-03")
    assert study.lift == pytest.approx(0.0, abs=1e-6)
    assert study.peaks.empty
