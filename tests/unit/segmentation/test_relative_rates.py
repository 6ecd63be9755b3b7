"""Intervals of rate ratios against another library, their definition, and their coverage."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import norm
from statsmodels.stats.proportion import confint_proportions_2indep

from custintel.segmentation._relative_rates import relative_rate_interval

Z = norm.ppf(0.975)


def test_equal_to_statsmodels() -> None:
    rng = np.random.default_rng(7)
    for _table in range(60):
        n1, n2 = rng.integers(5, 400, 2)
        # Not at the ends, where statsmodels' search starts at the bound that it looks for.
        k1, k2 = rng.integers(1, n1 - 1), rng.integers(1, n2 - 1)
        expected = confint_proportions_2indep(
            k1, n1, k2, n2, method="score", compare="ratio", correction=False
        )
        bounds = relative_rate_interval(k1, n1, k2, n2, level=0.95)
        assert [float(bounds.low), float(bounds.high)] == pytest.approx(expected, rel=1e-4)


def score(ratio: float, k1: int, n1: int, k2: int, n2: int) -> float:
    """Return the score by its definition: the likeliest rates with this ratio, by search."""

    def loss(p2: float) -> float:
        p1 = ratio * p2
        logs = [(k1, p1), (n1 - k1, 1 - p1), (k2, p2), (n2 - k2, 1 - p2)]
        return -sum(k * np.log(p) for k, p in logs if k)

    highest = min(1.0, 1.0 / ratio)
    inside = {"bounds": (1e-12, highest - 1e-12), "method": "bounded"}
    p2 = minimize_scalar(loss, options={"xatol": 1e-13}, **inside).x
    p1 = ratio * p2
    variance = p1 * (1 - p1) / n1 + ratio**2 * p2 * (1 - p2) / n2
    return (k1 / n1 - ratio * k2 / n2) / np.sqrt(variance)


@pytest.mark.parametrize(
    "table", [(4, 4, 130, 187), (27, 27, 80, 105), (3, 9, 50, 400), (8, 288, 61, 61), (1, 2, 1, 2)]
)
def test_the_bounds_are_the_ratios_that_a_test_would_just_not_reject(
    table: tuple[int, int, int, int],
) -> None:
    bounds = relative_rate_interval(*table, level=0.95)
    assert score(float(bounds.low), *table) == pytest.approx(Z, abs=1e-3)
    assert score(float(bounds.high), *table) == pytest.approx(-Z, abs=1e-3)


def test_groups_without_cases() -> None:
    bounds = relative_rate_interval([0, 5], [10, 10], [5, 0], [100, 100], level=0.95)
    assert bounds.low[0] == 0
    assert 0 < bounds.high[0] < 20
    assert bounds.high[1] == np.inf
    assert 1 < bounds.low[1] < 100


def test_turned_round_the_bounds_are_inverted() -> None:
    one = relative_rate_interval(12, 40, 30, 300, level=0.9)
    other = relative_rate_interval(30, 300, 12, 40, level=0.9)
    assert float(one.low) == pytest.approx(1 / float(other.high))
    assert float(one.high) == pytest.approx(1 / float(other.low))


@pytest.mark.parametrize(
    ("n1", "n2", "rate", "ratio"),
    [(300, 600, 0.3, 1.5), (60, 600, 0.2, 0.5), (30, 600, 0.1, 1.0), (20, 600, 0.05, 1.0)],
)
def test_the_interval_covers_the_true_ratio(n1: int, n2: int, rate: float, ratio: float) -> None:
    rng = np.random.default_rng(11)
    k1, k2 = rng.binomial(n1, rate * ratio, 20_000), rng.binomial(n2, rate, 20_000)
    bounds = relative_rate_interval(k1, n1, k2, n2, level=0.95)
    covered = (bounds.low <= ratio) & (ratio <= bounds.high)
    assert 0.945 <= covered.mean() <= 0.965
