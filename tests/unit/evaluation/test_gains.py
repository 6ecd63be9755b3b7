"""Gains and calibration against scikit-learn, statsmodels and counts by hand."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import logit

from custintel.errors import SchemaError, WeakResultWarning
from custintel.evaluation import calibration_line, calibration_table, gains_table


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(3)
    probability = rng.beta(2, 5, 1500).round(2).clip(0.01, 0.99)
    return rng.random(1500) < probability, probability


def test_gains_are_the_mean_over_shuffled_ties(drawn):
    outcome, probability = drawn
    table = gains_table(outcome, probability, n_groups=5)
    rng = np.random.default_rng(0)
    found = []
    for _shuffle in range(300):
        order = np.lexsort((rng.random(1500), -probability))
        found.append(outcome[order].reshape(5, 300).sum(axis=1))
    error = np.std(found, axis=0) / np.sqrt(300)
    assert (np.abs(table["n_events"] - np.mean(found, axis=0)) <= 4 * error + 1e-9).all()
    np.testing.assert_allclose(table["gain"], table["n_events"].cumsum() / outcome.sum())
    np.testing.assert_allclose(table["lift"], table["event_rate"] / outcome.mean())


def test_rows_may_come_in_any_order(drawn):
    outcome, probability = drawn
    order = np.random.default_rng(1).permutation(1500)
    for make in (gains_table, calibration_table):
        pd.testing.assert_frame_equal(
            make(outcome[order], probability[order]), make(outcome, probability)
        )


def test_equal_probabilities_have_a_lift_of_one():
    table = gains_table([1, 0, 0, 1, 0, 0, 0], np.full(7, 0.3), n_groups=3)
    np.testing.assert_allclose(table["lift"], 1)
    np.testing.assert_allclose(table["gain"], [1 / 3, 2 / 3, 1])


def test_intervals_of_lift_cover_the_true_lift():
    rng = np.random.default_rng(5)
    probability = np.sort(rng.beta(2, 6, 400))[::-1]
    true = probability[:40].mean() / probability.mean()
    inside = 0
    for _draw in range(300):
        top = gains_table(rng.random(400) < probability, probability).iloc[0]
        inside += top["lift_low"] <= true <= top["lift_high"]
    assert 0.92 <= inside / 300 <= 0.99


def test_line_equals_that_of_statsmodels(drawn):
    outcome, probability = drawn
    line = calibration_line(outcome, probability, level=0.9)
    design = sm.add_constant(logit(probability))
    fit = sm.Logit(outcome.astype(int), design).fit(disp=0)
    assert [line.intercept, line.slope] == pytest.approx(fit.params, rel=1e-6)
    low, high = fit.conf_int(alpha=0.1).T
    assert [line.intercept_low, line.slope_low] == pytest.approx(low, rel=1e-5)
    assert [line.intercept_high, line.slope_high] == pytest.approx(high, rel=1e-5)
    family = sm.families.Binomial()
    level = sm.GLM(outcome.astype(int), np.ones(1500), family, offset=logit(probability)).fit()
    assert line.in_the_large == pytest.approx(level.params[0], rel=1e-6)
    assert line.in_the_large_low == pytest.approx(level.conf_int(alpha=0.1)[0, 0], rel=1e-5)


def test_no_line_is_told():
    with pytest.warns(WeakResultWarning, match="no calibration line"):
        line = calibration_line([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.8])
    assert np.isnan(line.slope)
    with pytest.warns(WeakResultWarning, match="1 of 4 probabilities"):
        calibration_line([0, 1, 0, 1], [0.0, 0.2, 0.7, 0.8])


def test_groups_keep_equal_probabilities_together(drawn):
    outcome, probability = drawn
    table = calibration_table(outcome, probability)
    assert (
        table["lowest_probability"].iloc[1:].to_numpy() > table["highest_probability"][:-1]
    ).all()
    assert table["n_customers"].sum() == 1500
    for _group, row in table.iterrows():
        of_group = (probability >= row["lowest_probability"]) & (
            probability <= row["highest_probability"]
        )
        assert row["event_rate"] == pytest.approx(outcome[of_group].mean())


@pytest.mark.parametrize(
    ("outcome", "probability", "told"),
    [
        ([0, 1], [0.2, 1.2], "1 of 2 values of probability lie outside"),
        ([0, 2], [0.2, 0.3], "1 of 2 are not, such as 2"),
        ([0, 1], [0.2, np.nan], "missing or infinite, at positions 1"),
        ([0, 1], [0.2], "has 1 values and outcome 2"),
        ([0, 0], [0.2, 0.3], "0 of 2 are 1"),
        ([0, 1], [[0.2, 0.8], [0.1, 0.9]], "one column"),
        (pd.Series([0, 1], [1, 2]), pd.Series([0.1, 0.2], [2, 1]), "labelled differently"),
    ],
)
def test_bad_input_is_told(outcome, probability, told):
    with pytest.raises(SchemaError, match=told):
        gains_table(outcome, probability, n_groups=2)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_line_that_runs_away_is_missing(turn):
    # Both outcomes have 0.3, and nothing else is in common: the slope has no end.
    outcome, probability = [0, 0, 1, 0, 1, 1], np.array([0.1, 0.2, 0.3, 0.3, 0.4, 0.5])
    with pytest.warns(WeakResultWarning, match="no calibration line"):
        line = calibration_line(outcome[::turn], probability)
    assert np.isnan([line.slope, line.slope_low, line.intercept_high]).all()
    assert np.isfinite([line.in_the_large_low, line.in_the_large_high]).all()


def test_a_steep_line_of_close_probabilities_is_found():
    # From 0.30 to 0.301, so that the slope is large, but there is one.
    probability = np.linspace(0.3, 0.301, 300)
    outcome = np.random.default_rng(2).random(300) < np.linspace(0.1, 0.9, 300)
    line = calibration_line(outcome, probability)
    fit = sm.Logit(outcome.astype(int), sm.add_constant(np.linspace(-1, 1, 300))).fit(disp=0)
    per_unit = (logit(0.301) - logit(0.3)) / 2
    assert line.slope * per_unit == pytest.approx(fit.params[1], rel=1e-3)
    assert line.slope_low * per_unit == pytest.approx(fit.conf_int()[1, 0], rel=1e-2)
