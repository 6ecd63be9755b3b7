"""Gamma-gamma on the CDNOW repeat buyers.

Sources: Fader & Hardie (2013), "The gamma-gamma model of monetary value", and CLVTools'
test_correctness_gg.R for the log-likelihood.
"""

import warnings

import numpy as np
import pandas as pd
import pytest
from lifetimes import GammaGammaFitter

from custintel.datasets import load_cdnow
from custintel.models import GammaGammaModel
from custintel.tables import purchase_history

ESTIMATES = {"p": 6.25, "q": 3.74, "v": 15.44}


@pytest.fixture(scope="module")
def history():
    return purchase_history(load_cdnow("sample"), as_of="1997-09-30")


@pytest.fixture(scope="module")
def fitted(history):
    return GammaGammaModel().fit(history)


@pytest.mark.parametrize("name", ESTIMATES)
def test_estimates(fitted, name):
    # Printed to two decimals.
    assert getattr(fitted, f"{name}_") == pytest.approx(ESTIMATES[name], abs=0.0051)


def test_log_likelihood_and_customers(fitted):
    assert fitted.log_likelihood_ == pytest.approx(-4055.9177, abs=1e-3)
    assert fitted.n_customers_ == 946
    assert fitted.n_customers_set_aside_ == 2357 - 946


def test_correlation_is_shown_and_too_uncertain_to_warn_of(fitted, history):
    # Fader, Hardie & Lee (2005), Journal of Marketing Research, page 422: 0.11.
    assert fitted.spend_frequency_correlation_ == pytest.approx(0.11, abs=0.005)
    repeat = history[history["frequency"] > 0]
    expected = np.corrcoef(repeat["frequency"], repeat["monetary_value"])[0, 1]
    row = fitted.summary().loc["spend_frequency_correlation"]
    assert row["estimate"] == pytest.approx(expected)
    assert row["low"] == pytest.approx(0.05, abs=0.005)


def test_published_expected_spend(fitted):
    # Customer 1: two repeat purchases, 22.35 on average; and one without any.
    customers = pd.DataFrame({"frequency": [2, 0], "monetary_value": [22.35, 0.0]})
    assert fitted.expected_spend(customers).value == pytest.approx([24.66, 35.17], abs=0.005)


def test_expected_spend_equals_that_of_lifetimes(history):
    repeat = history[history["frequency"] > 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = GammaGammaFitter().fit(repeat["frequency"], repeat["monetary_value"])
    model = GammaGammaModel.from_parameters(**{k: float(theirs.params_[k]) for k in ESTIMATES})
    expected = theirs.conditional_expected_average_profit(
        history["frequency"], history["monetary_value"]
    )
    ours = model.expected_spend(history).value
    assert ours == pytest.approx(expected.to_numpy(), rel=1e-9)


def test_standard_errors_equal_those_of_a_numerical_hessian(fitted, history):
    """Differentiate lifetimes' likelihood, which is not ours."""
    repeat = history[history["frequency"] > 0]
    x, z = repeat["frequency"].to_numpy(float), repeat["monetary_value"].to_numpy()
    at = np.array([getattr(fitted, f"{name}_") for name in ESTIMATES])
    steps = np.diag(1e-3 * at)

    def loss(parameters):
        log_parameters = np.log(parameters)
        loss = GammaGammaFitter._negative_log_likelihood
        return len(x) * loss(log_parameters, x, z, np.ones(len(x)), 0)

    hessian = [
        [
            (loss(at + u + w) - loss(at + u - w) - loss(at - u + w) + loss(at - u - w))
            / (4 * u.sum() * w.sum())
            for w in steps
        ]
        for u in steps
    ]
    expected = np.sqrt(np.diag(np.linalg.inv(hessian)))
    assert fitted.standard_errors_.to_numpy() == pytest.approx(expected, rel=1e-3)
