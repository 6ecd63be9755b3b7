"""The bootstrap of heavy tails: cells, ranks, and resamples without variation."""

from itertools import combinations

import numpy as np
import pytest

from custintel.experiments._resampling import (
    N_RESAMPLES,
    Outcomes,
    Studentized,
    bootstrapped,
    permuted,
)


def test_cells_keep_number_sum_and_squares():
    rng = np.random.default_rng(1)
    y = np.where(rng.random(20_000) < 0.3, rng.lognormal(3, 1.5, 20_000), 0.0)
    cells = Outcomes.of(*np.unique(y, return_counts=True))
    assert len(cells.count) <= 310
    assert cells.count.sum() == len(y)
    assert cells.count @ cells.away == pytest.approx(0.0, abs=1e-6)
    assert cells.count @ cells.squared == pytest.approx(((y - y.mean()) ** 2).sum())
    # What customers of one cell differ by is nearly none of the variance.
    assert cells.count @ cells.away**2 > 0.999 * ((y - y.mean()) ** 2).sum()


def test_few_outcomes_are_drawn_one_by_one():
    cells = Outcomes.of([1.0, 2.0, 9.0], [5, 2, 1])
    assert sorted(zip(cells.count, cells.away, strict=True)) == [(1, 6.75), (2, -0.25), (5, -1.25)]


def test_resamples_have_the_mean_and_error_of_the_outcomes():
    rng = np.random.default_rng(1)
    y = rng.gamma(2, 10, 400)
    mean, variance = Outcomes.of(y, np.ones(400)).resampled(rng)
    assert len(mean) == len(variance) == N_RESAMPLES
    error = y.std(ddof=1) / 20
    assert abs(mean.mean()) < 4 * error / np.sqrt(N_RESAMPLES)
    assert mean.std() == pytest.approx(error, rel=0.06)
    assert variance.mean() == pytest.approx(error**2, rel=0.05)


def test_bounds_and_p_are_ranks():
    drawn = Studentized(np.linspace(-3.0, 3.0, 1999))
    low, high = drawn.bounds(10.0, 2.0, 0.95)
    assert (low, high) == pytest.approx((10 - 2 * drawn.t[1949], 10 - 2 * drawn.t[49]))
    # (1 - 0.9) / 2 of 2,000 is 100, though floats make it a little less.
    assert drawn.bounds(0.0, 1.0, 0.9) == pytest.approx((-drawn.t[1899], -drawn.t[99]))
    assert drawn.p(0.0, 2.0) == 1.0
    assert drawn.p(100.0, 2.0) == pytest.approx(2 / 2000)
    # An interval that ends at 0 goes with p at its level.
    assert drawn.p(2 * drawn.t[1949], 2.0) == pytest.approx(0.05, abs=0.002)


def test_the_bootstrap_is_symmetric():
    arms = Outcomes.of([0.0, 1.0, 30.0], [5, 4, 1]), Outcomes.of([0.0, 2.0], [5, 5])
    t = bootstrapped(*arms, np.random.default_rng(0)).t
    np.testing.assert_allclose(t, -t[::-1])


def test_permutations_are_all_deals_of_the_customers():
    """Against every way to choose 3 of 7, studentized by hand."""
    y = np.array([1.0, 2.0, 4.0, 7.0, 7.0, 11.0, 30.0])
    every = []
    for chosen in combinations(range(7), 3):
        one, other = y[list(chosen)], np.delete(y, chosen)
        error = np.sqrt(one.var(ddof=1) / 3 + other.var(ddof=1) / 4)
        every.append((one.mean() - other.mean()) / error)
    t = permuted(Outcomes.of(*np.unique(y, return_counts=True)), 3, np.random.default_rng(0)).t
    assert set(t.round(9)) == set(np.round(every, 9))
    for each in (-2.0, -0.5, 0.0, 1.5):
        share = np.mean(np.array(every) <= each + 1e-9)
        assert np.mean(t <= each + 1e-9) == pytest.approx(share, abs=0.04)


def test_resamples_without_variation_are_far_out():
    t = permuted(Outcomes.of([0.0, 1.0], [2, 2]), 2, np.random.default_rng(0)).t
    assert set(t) == {-np.inf, 0.0, np.inf}
    t = bootstrapped(*(Outcomes.of([each], [9]) for each in (1.0, 2.0)), np.random.default_rng(0)).t
    assert set(t) == {0.0}


def test_equal_outcomes_are_equal_for_sure():
    drawn = Studentized(np.zeros(9))
    assert drawn.p(0.0, 0.0) == 1.0
    assert drawn.p(1.0, 0.0) == 0.0
