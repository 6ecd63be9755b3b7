"""MBG/NBD on the CDNOW sample: lifetimes' estimates and predictions.

lifetimes 0.11.3 (ModifiedBetaGeoFitter) follows Batislam, Denizel & Filiztekin (2007),
International Journal of Research in Marketing 24(3), and is fitted here in the same run. The
printed estimates are those that it gives for the sample in weeks.
"""

import warnings

import numpy as np
import pandas as pd
import pytest
from lifetimes import ModifiedBetaGeoFitter

from custintel.datasets import load_cdnow
from custintel.models import ModifiedBetaGeoModel
from custintel.tables import purchase_history, regularity_history

ESTIMATES = {"r": 0.5248, "alpha": 6.183, "a": 0.8914, "b": 1.614}


@pytest.fixture(scope="module")
def history():
    return purchase_history(load_cdnow("sample"), as_of="1997-09-30")


@pytest.fixture(scope="module")
def fitted(history):
    return ModifiedBetaGeoModel().fit(history)


@pytest.fixture(scope="module")
def lifetimes_model(history):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter = ModifiedBetaGeoFitter()
        return fitter.fit(history["frequency"], history["recency"] / 7, history["T"] / 7)


@pytest.fixture(scope="module")
def same_parameters(lifetimes_model):
    parameters = {name: float(lifetimes_model.params_[name]) for name in ESTIMATES}
    return ModifiedBetaGeoModel.from_parameters(**parameters)


@pytest.mark.parametrize("name", ESTIMATES)
def test_estimates(fitted, lifetimes_model, name):
    ours = getattr(fitted, f"{name}_")
    assert ours == pytest.approx(ESTIMATES[name], rel=1e-3)
    assert ours == pytest.approx(float(lifetimes_model.params_[name]), rel=1e-3)


def test_the_maximum_is_not_below_that_of_lifetimes(history, fitted, lifetimes_model):
    columns = history["frequency"], history["recency"] / 7, history["T"] / 7

    def mean_loss(values):
        loss = ModifiedBetaGeoFitter._negative_log_likelihood
        return loss(np.log(values), *columns, np.ones(len(history)), 0.0)

    ours = mean_loss([getattr(fitted, f"{name}_") for name in ESTIMATES])
    assert ours == pytest.approx(-fitted.log_likelihood_ / len(history), rel=1e-12)
    assert ours <= mean_loss([lifetimes_model.params_[name] for name in ESTIMATES])


def test_standard_errors_equal_those_of_a_hessian_by_differences(history, fitted):
    columns = history["frequency"], history["recency"] / 7, history["T"] / 7

    def loss(values):
        weights = np.ones(len(history))
        each = ModifiedBetaGeoFitter._negative_log_likelihood
        return len(history) * each(np.log(values), *columns, weights, 0.0)

    at = np.array([getattr(fitted, f"{name}_") for name in ESTIMATES])
    steps = np.diag(1e-3 * at)
    hessian = [
        [
            (loss(at + u + v) - loss(at + u - v) - loss(at - u + v) + loss(at - u - v))
            / (4 * u.sum() * v.sum())
            for v in steps
        ]
        for u in steps
    ]
    errors = np.sqrt(np.diag(np.linalg.inv(hessian)))
    assert fitted.standard_errors_.to_numpy() == pytest.approx(errors, rel=1e-3)


def test_probability_alive(history, same_parameters, lifetimes_model):
    theirs = lifetimes_model.conditional_probability_alive(
        history["frequency"], history["recency"] / 7, history["T"] / 7
    )
    ours = same_parameters.probability_alive(history)
    assert ours.to_numpy() == pytest.approx(np.asarray(theirs), rel=1e-9)


@pytest.mark.parametrize("weeks", [1, 13, 39, 52, 260])
def test_expected_purchases(history, same_parameters, lifetimes_model, weeks):
    theirs = lifetimes_model.conditional_expected_number_of_purchases_up_to_time(
        weeks, history["frequency"], history["recency"] / 7, history["T"] / 7
    )
    ours = same_parameters.expected_purchases(history, horizon=f"{weeks}W").value
    assert ours == pytest.approx(np.asarray(theirs), rel=1e-7)


def test_expected_repeat_purchases(same_parameters, lifetimes_model):
    weeks = np.array([1.0, 13.0, 39.0, 260.0])
    theirs = lifetimes_model.expected_number_of_purchases_up_to_time(weeks)
    assert same_parameters.expected_repeat_purchases(7 * weeks) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_number_of_purchases_of_new_customers(same_parameters, lifetimes_model, n):
    # At T = 0 a customer has just purchased first: what lifetimes counts from there on.
    new = pd.DataFrame({"frequency": [0], "recency": [0.0], "T": [0.0]})
    for weeks in (4, 26, 104):
        theirs = lifetimes_model.probability_of_n_purchases_up_to_time(weeks, n)
        ours = same_parameters.purchase_distribution(new, horizon=f"{weeks}W", most=5)
        assert ours[n].iloc[0] == pytest.approx(float(theirs), rel=1e-9)


def test_cds_are_not_bought_regularly():
    history = regularity_history(load_cdnow("sample"), as_of="1997-09-30")
    assert ModifiedBetaGeoModel(regularity="auto").fit(history).regularity_ == 1
