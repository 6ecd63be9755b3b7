"""Fits of purchase models: weights, starts, and tables with peculiarities."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import ConvergenceError
from custintel.models import BetaGeoModel, ModifiedBetaGeoModel
from custintel.models._design import Design, Term

MODELS = [BetaGeoModel, ModifiedBetaGeoModel]
pytestmark = pytest.mark.filterwarnings("ignore:.*no repeat purchase")


@pytest.fixture(scope="module")
def history():
    truth = ModifiedBetaGeoModel.from_parameters(r=0.9, alpha=5.0, a=0.8, b=2.4)
    made = truth.simulate(1500, duration="52W", random_state=1)
    days = np.ceil(made["days_since_first"]).groupby(made["customer_id"], sort=False)
    return pd.DataFrame({"frequency": days.nunique() - 1, "recency": days.max(), "T": 364.0})


@pytest.mark.parametrize("model", MODELS)
def test_rows_of_weight_zero_count_for_nothing(model, history):
    strange = pd.DataFrame({"frequency": 300, "recency": 364.0, "T": 364.0}, index=["x", "y"])
    weight = np.append(np.ones(1500), [0.0, 0.0])
    fitted = model().fit(pd.concat([history, strange]), sample_weight=weight)
    plain = model().fit(history)
    pd.testing.assert_frame_equal(fitted.summary(), plain.summary(), rtol=1e-7)
    assert fitted.n_customers_ == 1500
    only_once = np.where(history["frequency"] > 0, 0.0, 1.0)
    with pytest.raises(ConvergenceError, match="has purchased again"):
        model().fit(history, sample_weight=only_once)


@pytest.mark.parametrize("model", MODELS)
def test_more_columns_and_equal_labels_change_nothing(model, history):
    odd = history.assign(region="north", note=None).set_axis(["same"] * 1500)
    fitted, plain = model().fit(odd), model().fit(history)
    pd.testing.assert_frame_equal(fitted.summary(), plain.summary())
    forecast = fitted.forecast(odd)
    assert list(forecast.index.unique()) == ["same"]
    assert forecast.to_numpy() == pytest.approx(plain.forecast(history).to_numpy())


@pytest.mark.parametrize("model", MODELS)
def test_the_order_of_rows_does_not_matter(model, history):
    turned = model().fit(history.iloc[::-1])
    pd.testing.assert_frame_equal(turned.summary(), model().fit(history).summary(), rtol=1e-8)


@pytest.mark.parametrize("model", MODELS)
def test_customers_observed_for_no_time_are_taken(model, history):
    fresh = pd.DataFrame({"frequency": [0], "recency": [0.0], "T": [0.0]}, index=["new"])
    fitted = model().fit(pd.concat([history, fresh]))
    # They tell nothing: the likelihood of no purchase within no time is 1 in both models.
    plain = model().fit(history)
    assert fitted.log_likelihood_ == pytest.approx(plain.log_likelihood_, rel=1e-9)
    pd.testing.assert_frame_equal(fitted.summary(), plain.summary(), rtol=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_customers_with_thousands_of_purchases_are_taken(model, history):
    frequent = pd.DataFrame(
        {"frequency": [3000, 5000], "recency": [363.0, 364.0], "T": 364.0}, index=["x", "y"]
    )
    everybody = pd.concat([history, frequent])
    forecast = model().fit(everybody).forecast(everybody, horizon="52W")
    assert forecast.notna().all(axis=None)
    assert forecast.loc["y", "expected_purchases"] > 1000


def test_a_standardised_design_leads_back():
    z = np.random.default_rng(0).normal([5.0, -100.0], [2.0, 0.1], size=(40, 2))
    design = Design(4, (Term(1, -z), Term(2, z[:, :1])))
    weight = np.linspace(0, 2, 40)
    standard, back = design.standardised(weight)
    theta = np.array([0.1, 0.2, 0.3, 0.4, 0.5, -0.6, 0.7])
    assert design.parameters(back @ theta) == pytest.approx(standard.parameters(theta), rel=1e-9)
    for term in standard.terms:
        assert np.average(term.values, axis=0, weights=weight) == pytest.approx(0, abs=1e-9)
        assert np.average(term.values**2, axis=0, weights=weight) == pytest.approx(1)
