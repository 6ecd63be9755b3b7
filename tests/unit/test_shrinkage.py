"""Rates and means of small groups, drawn towards the others."""

import numpy as np
import pytest
from scipy.integrate import dblquad, quad
from scipy.special import betaln
from scipy.stats import beta

from custintel._shrinkage import shrunk_means, shrunk_rates


def test_rates_are_the_posterior_means_of_the_model():
    successes, trials = np.array([2.0, 18.0, 30.0]), np.array([2.0, 20.0, 100.0])

    def likelihood(u, rate):
        a, b = rate / u**2, (1 - rate) / u**2
        log = betaln(a + successes, b + trials - successes) - betaln(a, b)
        return np.exp(log.sum() + 70)

    def weighed(u, rate):
        return likelihood(u, rate) * (rate / u**2 + 2) / (1 / u**2 + 2)

    tight = {"epsabs": 0, "epsrel": 1e-5}
    total = dblquad(likelihood, 1e-6, 1 - 1e-6, 1e-6, 1, **tight)[0]
    first = dblquad(weighed, 1e-6, 1 - 1e-6, 1e-6, 1, **tight)[0]
    assert shrunk_rates(successes, trials).value[0] == pytest.approx(first / total, abs=2e-3)


@pytest.mark.parametrize("n_groups", [3, 60])
def test_rates_and_bounds_are_those_of_the_posterior_on_an_even_grid(n_groups):
    rng = np.random.default_rng(3)
    trials = rng.integers(1, 60, n_groups)
    successes = rng.binomial(trials, rng.beta(4, 8, n_groups))
    # Both priors are uniform: on the mean rate, and on u = 1 / sqrt(a + b).
    even = (np.arange(200) + 0.5) / 200
    rate, u = (each[..., None] for each in np.meshgrid(even, even))
    a, b = rate / u**2, (1 - rate) / u**2
    log = (betaln(a + successes, b + trials - successes) - betaln(a, b)).sum(axis=-1)
    weight = np.exp(log - log.max())[..., None]
    weight /= weight.sum()
    cases = a + b + trials
    mean = (weight * (a + successes) / cases).sum(axis=(0, 1))
    square = (weight * (a + successes) * (a + successes + 1) / cases / (cases + 1)).sum(axis=(0, 1))
    # Bounds are those of the beta distribution with the posterior's mean and variance.
    strength = mean * (1 - mean) / (square - mean**2) - 1
    low, high = beta.interval(0.9, mean * strength, (1 - mean) * strength)
    shrunk = shrunk_rates(successes, trials, level=0.9)
    np.testing.assert_allclose(shrunk.value, mean, atol=2e-3)
    np.testing.assert_allclose(shrunk.low, low, atol=3e-3)
    np.testing.assert_allclose(shrunk.high, high, atol=3e-3)


def test_means_are_the_posterior_means_of_the_model():
    means, variances = np.array([8.0, 6.0, 9.0]), np.array([0.5, 0.2, 4.0])
    scale = 1 / np.mean(1 / variances)

    def given(part, what):
        between = scale * part / (1 - part)
        precision = 1 / (variances + between)
        common = (precision * means).sum() / precision.sum()
        misfit = (precision * (means - common) ** 2).sum()
        weight = np.sqrt(np.prod(precision) / precision.sum()) * np.exp(-misfit / 2)
        # The density of a beta variable of parameters 1 and 1/2.
        return weight * (1 - part) ** -0.5 / 2 * what(between, common)

    def third(between, common):
        return common + between / (between + 4.0) * (9.0 - common)

    def square(between, common):
        # Of the third mean once the spread is known: its own doubt, and that of the others' mean.
        own = between / (between + 4.0)
        doubt = own * 4.0 + (1 - own) ** 2 / (1 / (variances + between)).sum()
        return doubt + third(between, common) ** 2

    total = quad(given, 0, 1, args=(lambda between, common: 1.0,))[0]
    value, second = (quad(given, 0, 1, args=(what,))[0] / total for what in (third, square))
    shrunk = shrunk_means(means, variances)
    assert shrunk.value[2] == pytest.approx(value, abs=1e-3)
    half = 1.959964 * np.sqrt(second - value**2)
    assert shrunk.high[2] - shrunk.value[2] == pytest.approx(half, rel=2e-3)
    assert shrunk.value[2] - shrunk.low[2] == pytest.approx(half, rel=2e-3)


def test_more_cases_count_for_more():
    shrunk = shrunk_rates([1, 10, 100, 50], [1, 10, 100, 200])
    assert (np.diff(shrunk.value[:3]) > 0).all()
    assert (np.diff(shrunk.weight[:3]) > 0).all()
    assert ((shrunk.low < shrunk.value) & (shrunk.value < shrunk.high)).all()
    assert (np.diff((shrunk.high - shrunk.low)[:3]) < 0).all()


def test_groups_without_trials_get_the_common_rate():
    shrunk = shrunk_rates([0, 3, 5], [0, 10, 10])
    assert shrunk.value[0] == pytest.approx(shrunk.common)
    assert shrunk.weight[0] == 0
    assert shrunk.high[0] - shrunk.low[0] > (shrunk.high - shrunk.low)[1]


@pytest.mark.parametrize(("successes", "trials"), [([0, 0], [5, 6]), ([3], [5]), ([7, 9], [7, 9])])
def test_extreme_groups_keep_room_for_doubt(successes, trials):
    shrunk = shrunk_rates(successes, trials)
    assert ((shrunk.low >= 0) & (shrunk.high <= 1)).all()
    assert (shrunk.high - shrunk.low > 0.05).all()


@pytest.mark.parametrize("spread", [0.02, 0.2])
def test_intervals_cover_the_true_rates(spread):
    rng = np.random.default_rng(11)
    covered = []
    for _ in range(60):
        rates = np.clip(rng.normal(0.3, spread, 15), 0.01, 0.99)
        trials = rng.integers(1, 80, 15)
        shrunk = shrunk_rates(rng.binomial(trials, rates), trials)
        covered.append(((shrunk.low <= rates) & (rates <= shrunk.high)).mean())
    assert np.mean(covered) > 0.92


@pytest.mark.parametrize("spread", [0.1, 1.0])
def test_intervals_cover_the_true_means(spread):
    rng = np.random.default_rng(12)
    covered = []
    for _ in range(200):
        true = rng.normal(8, spread, 8)
        variances = rng.uniform(0.01, 0.6, 8)
        shrunk = shrunk_means(rng.normal(true, np.sqrt(variances)), variances)
        covered.append(((shrunk.low <= true) & (true <= shrunk.high)).mean())
    assert np.mean(covered) > 0.92


def test_no_group_gives_no_figure():
    assert len(shrunk_means([], []).value) == 0
    assert len(shrunk_rates([], []).value) == 0
