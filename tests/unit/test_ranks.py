"""The area under the ROC curve against scikit-learn, and its errors against the definition."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from custintel._ranks import auc, auc_estimates, auc_variance
from custintel.errors import SchemaError


@pytest.fixture(scope="module")
def cases():
    rng = np.random.default_rng(5)
    outcome = rng.random(400) < 0.3
    first = (rng.normal(size=400) + outcome).round(1)  # with ties
    return np.stack([first, first + rng.normal(size=400), rng.normal(size=400)]), outcome


def by_definition(scores, outcome):
    """Return areas and covariance from all pairs, as DeLong et al. (1988) define them."""
    cases, others = scores[:, outcome][:, :, None], scores[:, ~outcome][:, None, :]
    wins = (cases > others) + 0.5 * (cases == others)
    of_cases, of_others = wins.mean(axis=2), wins.mean(axis=1)
    covariance = np.cov(of_cases) / of_cases.shape[1] + np.cov(of_others) / of_others.shape[1]
    return wins.mean(axis=(1, 2)), covariance


def test_areas_equal_those_of_scikit_learn(cases):
    scores, outcome = cases
    expected = [roc_auc_score(outcome, score) for score in scores]
    assert [auc(score, outcome) for score in scores] == pytest.approx(expected, rel=1e-12)
    assert auc_estimates(scores, outcome).value == pytest.approx(expected, rel=1e-12)


def test_errors_equal_those_of_all_pairs(cases):
    scores, outcome = cases
    value, covariance = by_definition(scores, outcome)
    estimates = auc_estimates(scores, outcome)
    np.testing.assert_allclose(estimates.value, value, rtol=1e-12)
    np.testing.assert_allclose(estimates.covariance, covariance, rtol=1e-10)
    assert auc_variance(scores[0], outcome) == pytest.approx(covariance[0, 0], rel=1e-10)
    assert estimates.standard_error()[2] == pytest.approx(np.sqrt(covariance[2, 2]), rel=1e-10)
    contrast = np.array([1.0, -1.0, 0.0])
    expected = np.sqrt(contrast @ covariance @ contrast)
    assert estimates.difference_error(0, 1) == pytest.approx(expected, rel=1e-10)


def test_turned_scores_have_the_rest_of_the_area(cases):
    scores, outcome = cases
    assert auc(-scores[0], outcome) == pytest.approx(1 - auc(scores[0], outcome), abs=1e-12)
    assert auc(np.zeros(400), outcome) == 0.5
    assert auc(np.where(outcome, np.inf, -np.inf), outcome) == 1.0


def test_errors_cover_the_true_area():
    # Of normal scores one standard deviation apart the area is Φ(1/√2) = .7602.
    rng = np.random.default_rng(1)
    outcome = np.repeat([False, True], [120, 80])
    inside = 0
    for _draw in range(400):
        found = auc_estimates((rng.normal(size=200) + outcome)[None, :], outcome)
        inside += abs(found.value[0] - 0.760250) < 1.96 * found.standard_error()[0]
    assert 0.92 <= inside / 400 <= 0.975


def test_groups_that_go_together_count_once():
    # Four equal rows a customer say no more than one.
    rng = np.random.default_rng(2)
    outcome = rng.random(150) < 0.4
    score = rng.normal(size=(2, 150)) + outcome
    once = auc_estimates(score, outcome)
    group = np.repeat(np.arange(150), 4)
    four = auc_estimates(np.repeat(score, 4, axis=1), np.repeat(outcome, 4), group=group)
    np.testing.assert_allclose(four.value, once.value, rtol=1e-12)
    np.testing.assert_allclose(four.covariance, once.covariance, rtol=1e-10)


def test_errors_of_groups_cover_the_true_area():
    # Customers of three days each, some days with the outcome; what they have in common
    # makes scores of one customer alike.
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(100), 3)
    inside = 0
    for _draw in range(400):
        outcome = rng.random(300) < 0.4
        common = rng.normal(size=100)[group] * np.sqrt(0.9)
        score = common + rng.normal(size=300) * np.sqrt(0.1) + outcome
        found = auc_estimates(score[None, :], outcome, group=group)
        inside += abs(found.value[0] - 0.760250) < 1.96 * found.standard_error()[0]
    assert 0.92 <= inside / 400 <= 0.975


def test_one_case_has_no_known_error():
    estimates = auc_estimates([[1.0, 2.0, 3.0]], [0, 0, 1])
    assert estimates.value[0] == 1.0
    assert np.isnan(estimates.covariance[0, 0])


@pytest.mark.parametrize(
    ("score", "outcome", "told"),
    [
        ([1.0, 2.0], [1, 1], "2 of 2 are 1 and 0 are 0"),
        ([1.0, 2.0], [0, 0], "0 of 2 are 1"),
        ([1.0, 2.0, 3.0], [0, 1, 2], "0 or 1"),
        ([1.0, np.nan], [0, 1], "1 of 2 scores are missing"),
        ([1.0, 2.0, 3.0], [0, 1], "3 scores, 2 outcomes"),
    ],
)
def test_cases_that_cannot_be_ranked_are_refused(score, outcome, told):
    with pytest.raises(SchemaError, match=told):
        auc(score, outcome)
