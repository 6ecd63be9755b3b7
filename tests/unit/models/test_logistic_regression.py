"""Penalised regressions against scikit-learn, closed forms and a general optimiser."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from custintel.models._logistic_regression import (
    firth_logistic,
    intercept_beside,
    ridge_logistic,
    ridge_path,
)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(120, 3))
    y = (rng.random(120) < expit(-1 + x @ [0.8, -0.5, 0.0])).astype(float)
    return x, y, rng.integers(1, 4, 120).astype(float)


@pytest.mark.parametrize("penalty", [0.1, 1.0, 50.0])
def test_ridge_equals_scikit_learn(data, penalty):
    x, y, weight = data
    theirs = LogisticRegression(C=1 / penalty, tol=1e-12, max_iter=10_000)
    theirs.fit(x, y, sample_weight=weight)
    ours = ridge_logistic(x, y, weight, penalty)
    expected = np.append(theirs.intercept_, theirs.coef_)
    np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-8)


def test_each_penalty_of_a_path_is_fitted_to_the_end(data):
    x, y, weight = data
    penalties = [1e4, 100.0, 1.0, 1e-3]
    # Separated classes, and columns that nearly say the same, are the hardest.
    hard = np.column_stack([x, x[:, 0] + 1e-4 * x[:, 1]])
    for design, outcome in ((x, y), (hard, y), (x, (x[:, 0] > 0.5).astype(float))):
        for penalty, beta in zip(
            penalties, ridge_path(design, outcome, weight, penalties), strict=True
        ):
            p = expit(beta[0] + design @ beta[1:])
            score = design.T @ (weight * (outcome - p)) - penalty * beta[1:]
            np.testing.assert_allclose(score, 0, atol=1e-8 * penalty**0.5)
            assert weight @ p == pytest.approx(weight @ outcome, rel=1e-9)


def test_firth_settles_where_one_row_fills_a_column():
    # Newton's step by the information alone is twice too long there: it went to and fro.
    x = (np.arange(60) == 0.0)[:, None] / np.sqrt(59 / 3600)
    y = (np.arange(60) % 3 == 0).astype(float)
    found = firth_logistic(x - x.mean(), y, np.ones(60)).coefficients
    alone, others = 3.0, 19.5 / 40.5  # odds with one half added to each cell
    assert found[1] * x[0, 0] == pytest.approx(np.log(alone / others), rel=1e-9)


def test_weights_are_repeated_rows(data):
    x, y, weight = data
    times = weight.astype(int)
    for fitted in (
        lambda *given: ridge_logistic(*given, 2.0),
        lambda *given: firth_logistic(*given).coefficients,
    ):
        repeated = fitted(np.repeat(x, times, axis=0), np.repeat(y, times), np.ones(times.sum()))
        np.testing.assert_allclose(fitted(x, y, weight), repeated, rtol=1e-9)


@pytest.mark.parametrize(("k", "n"), [(0, 8), (3, 8), (8, 8)])
def test_firth_of_one_rate_is_that_of_jeffreys(k, n):
    # The mode of the logit under Jeffreys' prior: (k + 1/2) / (n + 1).
    y = np.repeat([1.0, 0.0], [k, n - k])
    rate = expit(firth_logistic(np.empty((n, 0)), y, np.ones(n)).coefficients[0])
    assert rate == pytest.approx((k + 0.5) / (n + 1), rel=1e-9)


@pytest.mark.parametrize("cells", [(4, 6, 7, 3), (5, 0, 2, 6), (1, 0, 19, 40)])
def test_firth_of_two_groups_adds_one_half_to_each_cell(cells):
    # Haldane's and Anscombe's log odds ratio, which Firth (1993) shows this to be.
    a, b, c, d = cells
    x = np.repeat([1.0, 1.0, 0.0, 0.0], cells)[:, None]
    y = np.repeat([1.0, 0.0, 1.0, 0.0], cells)
    expected = np.log((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5)))
    found = firth_logistic(x, y, np.ones(len(y))).coefficients
    assert found[1] == pytest.approx(expected, rel=1e-8)


def test_firth_is_the_maximum_that_a_general_optimiser_finds(data):
    x, y, weight = data
    x, y, weight = x[:30], y[:30], weight[:30]
    full = np.column_stack([np.ones(30), x])

    def loss(beta):
        p = expit(full @ beta)
        likelihood = weight @ (y * np.log(p) + (1 - y) * np.log(1 - p))
        information = full.T @ np.diag(weight * p * (1 - p)) @ full
        return -likelihood - np.log(np.linalg.det(information)) / 2

    exact = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20_000, "maxfev": 20_000}
    best = minimize(loss, np.zeros(4), method="Nelder-Mead", options=exact)
    np.testing.assert_allclose(firth_logistic(x, y, weight).coefficients, best.x, atol=1e-5)


def test_firth_is_finite_where_classes_are_separated():
    x = np.array([[-2.0], [-1.0], [1.0], [2.0]])
    found = firth_logistic(x, (x[:, 0] > 0).astype(float), np.ones(4))
    assert 0 < found.coefficients[1] < 5
    assert found.coefficients[0] == pytest.approx(0, abs=1e-9)


def test_the_intercept_brings_the_mean_probability_to_the_rate(data):
    x, y, weight = data
    for offset in (x[:, 0] * 30, np.zeros(120), x[:, 1] - 40):
        found = expit(intercept_beside(offset, y, weight) + offset)
        assert weight @ found == pytest.approx(weight @ y, rel=1e-9)
