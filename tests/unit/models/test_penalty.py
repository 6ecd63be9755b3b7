"""Penalties: what they draw to, what they rescue, and what they leave alone."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import ConvergenceError
from custintel.models import BetaGeoModel, GammaGammaModel, ModifiedBetaGeoModel

MODELS = [BetaGeoModel, ModifiedBetaGeoModel]
pytestmark = pytest.mark.filterwarnings("ignore:.*no repeat purchase")


@pytest.fixture(scope="module")
def history():
    truth = ModifiedBetaGeoModel.from_parameters(r=2.0, alpha=12.0, a=0.3, b=4.0)
    purchases = truth.simulate(1500, duration="52W", random_state=1)
    days = np.ceil(purchases["days_since_first"]).groupby(purchases["customer_id"], sort=False)
    table = pd.DataFrame({"frequency": days.nunique() - 1, "recency": days.max(), "T": 364.0})
    return table.assign(distance=np.random.default_rng(2).normal(10, 3, 1500))


def logs(model):
    return np.log([model.r_, model.alpha_, model.a_, model.b_])


def usual(history):
    """Return the logarithms of the parameters that the docstring calls usual."""
    weeks_per_repeat = history["T"].sum() / 7 / history["frequency"].sum()
    return np.log([0.5, 0.5 * weeks_per_repeat, 0.5, 2.0])


@pytest.mark.parametrize("model", MODELS)
def test_heavier_penalties_draw_nearer_to_the_usual_parameters(model, history):
    weights = [0.0, 1.0, 30.0, 1e3, 1e7]
    fits = [model(penalty=weight).fit(history) for weight in weights]
    distances = [np.linalg.norm(logs(fit) - usual(history)) for fit in fits]
    assert (np.diff(distances) < 0).all()
    assert distances[-1] < 1e-3
    # The likelihood is told without the penalty, so that it falls.
    assert (np.diff([fit.log_likelihood_ for fit in fits]) < 0).all()
    errors = [fit.summary()["standard_error"] / fit.summary()["estimate"] for fit in fits]
    assert (errors[-1] < errors[0]).all()


@pytest.mark.parametrize("model", MODELS)
def test_a_penalty_is_half_a_squared_distance(model, history):
    # At the maximum the likelihood's slope, by differences, balances weight × distance.
    weight, h = 20.0, 1e-4
    fitted = model(penalty=weight).fit(history)
    at = logs(fitted)

    def log_likelihood(theta):
        likelihood = model()._problem(history, None).likelihood()
        return likelihood(theta).value

    assert log_likelihood(at) == pytest.approx(fitted.log_likelihood_, rel=1e-12)
    slopes = [
        (log_likelihood(at + step) - log_likelihood(at - step)) / (2 * h) for step in h * np.eye(4)
    ]
    assert slopes == pytest.approx(weight * (at - usual(history)), rel=1e-3, abs=1e-2)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("unit", ["D", "Y"])
def test_the_time_unit_changes_nothing_but_alpha(model, unit, history):
    weeks, other = (model(penalty=5.0, time_unit=each).fit(history) for each in ("W", unit))
    days = {"D": 1.0, "Y": 365.25}[unit]
    assert other.alpha_ * days == pytest.approx(7 * weeks.alpha_, rel=1e-6)
    tables = (each.forecast(history, horizon="26W") for each in (weeks, other))
    pd.testing.assert_frame_equal(*tables, rtol=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_units_of_covariates_change_nothing_but_coefficients(model, history):
    settings = {"penalty": 50.0, "transaction_covariates": ["distance"]}
    metres = history.assign(distance=1000 * history["distance"] + 5)
    first, second = model(**settings).fit(history), model(**settings).fit(metres)
    assert second.log_likelihood_ == pytest.approx(first.log_likelihood_, rel=1e-10)
    names = ["r", "a", "b"]
    assert second.parameters_[names].to_numpy() == pytest.approx(
        first.parameters_[names].to_numpy(), rel=1e-6
    )
    free = model(transaction_covariates=["distance"]).fit(history)
    name = "transaction:distance"
    heavy = model(transaction_covariates=["distance"], penalty=1e6).fit(history)
    assert abs(heavy.parameters_[name]) < 0.1 * abs(free.parameters_[name])


def nobody_leaves():
    rng = np.random.default_rng(0)
    rate, T = rng.gamma(1.5, 1 / 40, 500), 400.0
    times = [np.sort(rng.random(rng.poisson(each * T))) * T for each in rate]
    return pd.DataFrame(
        {"frequency": [len(t) for t in times], "recency": [max([0, *t]) for t in times], "T": T}
    )


def one_customer():
    return pd.DataFrame({"frequency": [4], "recency": [100.0], "T": [120.0]})


def all_the_same():
    return pd.DataFrame({"frequency": [3] * 50, "recency": 100.0, "T": 120.0})


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("situation", [nobody_leaves, one_customer, all_the_same])
def test_a_small_penalty_rescues_data_without_a_maximum(model, situation):
    history = situation()
    with pytest.raises(ConvergenceError) as caught:
        model().fit(history)
    assert "penalty=0.1" in str(caught.value)
    assert list(caught.value.diagnosis.index) == ["r", "alpha", "a", "b"]
    assert list(caught.value.diagnosis.columns) == ["value", "gradient", "moves"]
    assert (caught.value.diagnosis["value"] > 0).all()
    assert (caught.value.diagnosis["moves"] != "").any()
    assert caught.value.condition_number > 1
    rescued = model(penalty=0.1).fit(history)
    table = rescued.forecast(history)
    assert table.notna().all(axis=None)
    assert np.isfinite(rescued.covariance_.to_numpy()).all()


def test_no_repeat_purchase_is_beyond_rescue():
    nobody = pd.DataFrame({"frequency": [0, 0], "recency": 0.0, "T": 90.0})
    for model in MODELS:
        with pytest.raises(ConvergenceError, match="None of the 2 customers") as caught:
            model(penalty=0.1).fit(nobody)
        assert caught.value.diagnosis is None


@pytest.mark.parametrize("weight", [-0.1, np.nan, np.inf])
@pytest.mark.parametrize("model", [*MODELS, GammaGammaModel])
def test_impossible_penalties_are_refused(model, weight, history):
    table = history.assign(monetary_value=20.0 + history["distance"])
    with pytest.raises(ValueError, match="penalty is a finite number, 0 or more"):
        model(penalty=weight).fit(table)
