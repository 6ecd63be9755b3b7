"""Scores of forecasts of counts, against scikit-learn, published tables and simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, poisson
from sklearn import metrics

from custintel.value._forecast_scores import (
    calibration_deciles,
    forecast_scores,
    mean_count_interval,
    paired_difference,
    poisson_deviances,
    share_of_the_best,
)

pairs = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from([0.0, 0.2, 0.5, 1.0, 3.5])), min_size=1
)


def arrays(rows):
    actual, expected = zip(*rows, strict=True)
    return np.array(actual, float), np.array(expected)


@given(pairs)
def test_scores_are_those_of_scikit_learn(rows):
    actual, expected = arrays(rows)
    expected = expected + 0.1  # its deviance takes no forecast of 0
    scores = forecast_scores(actual, expected)
    assert scores["mean_squared_error"] == pytest.approx(
        metrics.mean_squared_error(actual, expected)
    )
    assert scores["root_mean_squared_error"] == pytest.approx(scores["mean_squared_error"] ** 0.5)
    assert scores["mean_absolute_error"] == pytest.approx(
        metrics.mean_absolute_error(actual, expected)
    )
    assert scores["mean_poisson_deviance"] == pytest.approx(
        metrics.mean_poisson_deviance(actual, expected), abs=1e-12
    )


def test_deviance_is_twice_the_lost_log_likelihood():
    actual, expected = np.array([0.0, 1.0, 4.0]), np.array([0.3, 0.3, 5.0])
    lost = poisson.logpmf(actual, actual) - poisson.logpmf(actual, expected)
    assert poisson_deviances(actual, expected) == pytest.approx(2 * lost)


def test_deviance_of_a_forecast_of_nothing():
    found = poisson_deviances(np.array([0.0, 2.0]), np.array([0.0, 0.0]))
    assert found.tolist() == [0.0, np.inf]


def test_total_error_has_a_sign_and_needs_purchases():
    assert forecast_scores(np.array([1.0, 3.0]), np.array([1.0, 2.0]))[
        "total_error_rate"
    ] == pytest.approx(-0.25)
    nobody = forecast_scores(np.zeros(2), np.ones(2))
    assert np.isnan(nobody["total_error_rate"])
    assert np.isnan(nobody["top_decile_share"])


def test_share_of_the_best_by_hand():
    actual = np.array([5.0, 1.0] + [0.5] * 18)  # 15 in all; a tenth of 20 customers is 2
    expected = np.array([9.0, 8.0] + [1.0] * 18)
    assert share_of_the_best(actual, expected) == pytest.approx(6 / 15)


@given(pairs)
def test_share_of_the_best_is_the_mean_over_the_orders_of_ties(rows):
    actual, expected = arrays(rows * 3)
    if not actual.sum():
        return
    # Over all orders of customers with one forecast, each has the mean of them on average.
    mean_of_tied = {level: actual[expected == level].mean() for level in set(expected)}
    best_first = [mean_of_tied[level] for level in np.sort(expected)[::-1]]
    n_top = len(actual) / 10
    drawn = sum(mean * min(max(n_top - place, 0), 1) for place, mean in enumerate(best_first))
    assert share_of_the_best(actual, expected) == pytest.approx(drawn / actual.sum(), abs=1e-9)


@given(pairs)
def test_deciles_add_up_and_keep_equal_forecasts_together(rows):
    actual, expected = arrays(rows)
    table = calibration_deciles(actual, expected, 0.95)
    n = table["n_customers"]
    assert n.sum() == len(actual)
    assert (table["actual_mean"] * n).sum() == pytest.approx(actual.sum())
    assert (table["expected_mean"] * n).sum() == pytest.approx(expected.sum())
    assert table["expected_mean"].is_monotonic_increasing
    assert table.index.is_unique
    assert table.index.isin(range(1, 11)).all()
    assert (table["actual_mean_low"] <= table["actual_mean"] + 1e-12).all()
    assert (table["actual_mean"] <= table["actual_mean_high"]).all()
    assert np.isfinite(table.to_numpy(float)).all()


def test_a_hundred_different_forecasts_make_tens():
    expected = np.arange(100.0)
    table = calibration_deciles(expected, expected, 0.95)
    assert table["n_customers"].to_dict() == dict.fromkeys(range(1, 11), 10)
    assert table.loc[10, "expected_mean"] == pytest.approx(94.5)


@pytest.mark.parametrize(
    ("total", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)],
)
def test_interval_of_one_count_is_garwoods(total, low, high):
    """Exact 95 % Poisson limits as they are tabled (Garwood 1936; Johnson & Kotz 1969)."""
    one = np.ones(1)
    bounds = mean_count_interval(total * one, one, 0 * one, 0.95)
    assert bounds.low.item() == pytest.approx(low, abs=5e-4)
    assert bounds.high.item() == pytest.approx(high, abs=1e-3)


@pytest.mark.parametrize(("mean", "shape"), [(0.3, 0.4), (1.5, 0.8), (0.05, 0.5)])
def test_interval_covers_the_mean_of_counts_that_vary_more(mean, shape):
    rng = np.random.default_rng(1)
    n, sets = 200, 4000
    counts = rng.negative_binomial(shape, shape / (shape + mean), (sets, n))
    bounds = mean_count_interval(
        counts.sum(1).astype(float), np.full(sets, float(n)), counts.var(1, ddof=1), 0.95
    )
    covered = ((bounds.low <= mean) & (mean <= bounds.high)).mean()
    assert 0.93 <= covered <= 0.985


def test_paired_difference_is_that_of_the_normal_distribution():
    rng = np.random.default_rng(2)
    one, other = rng.gamma(1, 1, 50), rng.gamma(1, 2, 50)
    gap = paired_difference(one, other, 0.9)
    each = one - other
    low, high = norm.interval(0.9, each.mean(), each.std(ddof=1) / 50**0.5)
    assert (gap.value, gap.low, gap.high) == pytest.approx((each.mean(), low, high))


def test_differences_that_are_not_finite():
    some, never = np.array([0.5, 1.0]), np.array([0.0, np.inf])
    assert paired_difference(some, never, 0.95).high == -np.inf
    assert paired_difference(never, some, 0.95).low == np.inf
    both = paired_difference(never, never, 0.95)
    assert np.isnan(both.value)
    assert (both.low, both.high) == (-np.inf, np.inf)
    one = paired_difference(some[:1], some[1:], 0.95)
    assert (one.value, one.low, one.high) == (-0.5, -np.inf, np.inf)
