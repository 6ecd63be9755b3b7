"""Intervals against scipy, and joint uncertainty against simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit
from scipy.stats import binomtest, norm

from custintel._intervals import Estimates, normal_quantile, wilson_interval


@given(st.integers(1, 500), st.integers(0, 500), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_equals_scipy(n: int, k: int, level: float) -> None:
    k = min(k, n)
    expected = binomtest(k, n).proportion_ci(level, method="wilson")
    low, high = wilson_interval(k, n, level)
    assert float(low) == pytest.approx(expected.low, abs=1e-12)
    assert float(high) == pytest.approx(expected.high, abs=1e-12)
    assert 0 <= low <= k / n <= high <= 1


def test_wilson_without_trials_is_missing() -> None:
    low, high = wilson_interval([0, 0], [0, 10], 0.95)
    assert np.isnan(low[0])
    assert low[1] == 0
    assert 0 < high[1] < 0.3


def test_normal_quantile_equals_scipy_and_refuses_a_whole() -> None:
    assert normal_quantile(0.9) == pytest.approx(norm.ppf(0.95))
    for level in (0, 1, 95):
        with pytest.raises(ValueError, match="level lies between 0 and 1"):
            normal_quantile(level)


@pytest.fixture
def estimates() -> Estimates:
    """Three values driven by two correlated parameters, small in error."""
    covariance = 1e-4 * np.array([[1.0, 0.6], [0.6, 2.0]])
    return Estimates(
        np.array([10.0, 20.0, 5.0]), np.array([[3.0, 1.0], [5.0, -2.0], [0.5, 0.0]]), covariance
    )


def draws(estimates: Estimates, seed: int, n: int = 200_000) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shifts = rng.multivariate_normal(np.zeros(len(estimates.covariance)), estimates.covariance, n)
    return estimates.value + shifts @ estimates.jacobian.T


def test_sums_have_the_joint_uncertainty(estimates: Estimates) -> None:
    sums = estimates.sums(np.array([0, 0, 1]), 2)
    simulated = draws(estimates, 1)
    assert sums.value == pytest.approx([30.0, 5.0])
    expected = [simulated[:, :2].sum(axis=1).std(), simulated[:, 2].std()]
    assert sums.standard_error() == pytest.approx(expected, rel=0.01)


def test_products_add_relative_variances(estimates: Estimates) -> None:
    other = Estimates(
        np.array([2.0, 3.0, 4.0]), np.array([[0.1], [0.2], [0.3]]), np.array([[1e-2]])
    )
    product = estimates.times(other).scaled(0.5)
    simulated = 0.5 * draws(estimates, 1) * draws(other, 2)
    assert product.value == pytest.approx(0.5 * estimates.value * other.value)
    assert product.standard_error() == pytest.approx(simulated.std(axis=0), rel=0.01)


def test_intervals_are_positive_and_hold_the_value(estimates: Estimates) -> None:
    bounds = estimates.interval(0.95)
    assert (bounds.low > 0).all()
    assert bounds.low * bounds.high == pytest.approx(estimates.value**2)  # symmetric in logs


def test_a_value_of_zero_has_no_width() -> None:
    none = Estimates(np.zeros(1), np.ones((1, 1)), np.ones((1, 1)))
    bounds = none.interval(0.95)
    assert bounds.low[0] == bounds.high[0] == 0


def test_probabilities_have_bounds_that_are_symmetric_in_log_odds() -> None:
    p = np.array([0.02, 0.5, 0.999])
    estimates = Estimates(p, np.array([[0.01], [0.1], [0.0005]]), np.array([[1.0]]))
    bounds = estimates.probability_interval(0.95)
    assert (bounds.low > 0).all()
    assert (bounds.high < 1).all()
    middle = (logit(bounds.low) + logit(bounds.high)) / 2
    assert middle == pytest.approx(logit(p))
    # The delta method: the error of ln (p / (1 − p)) is that of p by p (1 − p).
    half = (logit(bounds.high) - logit(bounds.low)) / 2
    assert half == pytest.approx(norm.ppf(0.975) * estimates.standard_error() / (p * (1 - p)))


@given(
    st.floats(0, 1, allow_subnormal=False), st.floats(0, 1e3), st.sampled_from([0.5, 0.95, 0.999])
)
def test_bounds_of_probabilities_are_probabilities(p: float, error: float, level: float) -> None:
    bounds = Estimates(np.array([p]), np.array([[error]]), np.eye(1)).probability_interval(level)
    assert 0 <= bounds.low[0] <= p * (1 + 1e-12)
    assert p * (1 - 1e-12) <= bounds.high[0] <= 1


def test_certain_probabilities_have_no_width() -> None:
    sure = Estimates(np.array([0.0, 1.0]), np.ones((2, 1)), np.eye(1)).probability_interval(0.95)
    assert sure.low.tolist() == sure.high.tolist() == [0, 1]


def test_numbers_without_errors_stay_so() -> None:
    bare, other = (
        Estimates.without_errors(np.array([0.2, 3.0])),
        Estimates(np.array([2.0, 5.0]), np.ones((2, 1)), np.eye(1)),
    )
    for result in (
        bare,
        bare.scaled(2),
        bare.sums(np.array([0, 1]), 2),
        bare.times(other),
        other.times(bare),
    ):
        assert np.isnan(result.standard_error()).all()
        assert np.isnan(result.interval(0.9).low).all()
        assert np.isfinite(result.value).all()
    assert other.times(bare).value.tolist() == [0.4, 15.0]
    assert np.isnan(bare.probability_interval(0.9).high[0])
