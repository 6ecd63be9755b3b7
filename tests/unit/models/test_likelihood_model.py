"""What fitted models keep, tell, write and read back."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from custintel.models import BetaGeoModel, ModifiedBetaGeoModel

VALUES = {"r": 0.5, "alpha": 6.0, "a": 0.9, "b": 1.6}
NAMES = [*VALUES, "transaction:age", "dropout:is_member"]
COEFFICIENTS = {
    "transaction_coefficients": {"age": 1e-9},
    "dropout_coefficients": {"is_member": -0.5},
}


@pytest.fixture
def model():
    errors = np.array([0.05, 0.6, 0.2, 0.4, 0.3, 0.1])
    correlation = 0.8 * np.eye(6) + 0.2
    covariance = pd.DataFrame(correlation * np.outer(errors, errors), NAMES, NAMES)
    return ModifiedBetaGeoModel.from_parameters(
        **VALUES, regularity=2, covariance=covariance, **COEFFICIENTS
    )


@pytest.fixture
def history():
    return pd.DataFrame(
        {
            "frequency": [0, 2, 5],
            "recency": [0.0, 40.0, 200.0],
            "T": 210.0,
            "age": [20.0, 30.0, 40.0],
            "is_member": [True, False, True],
        }
    )


def test_summary_has_log_bounds_of_parameters_and_plain_ones_of_coefficients(model):
    # A coefficient near zero, as here, has relative errors beyond any number.
    table, z = model.summary(level=0.9), norm.ppf(0.95)
    assert list(table.index) == NAMES
    for name in VALUES:
        relative = table.loc[name, "standard_error"] / table.loc[name, "estimate"]
        assert np.log(table.loc[name, "high"] / table.loc[name, "low"]) == pytest.approx(
            2 * z * relative
        )
    for name in NAMES[4:]:
        row = table.loc[name]
        assert row["high"] - row["estimate"] == pytest.approx(z * row["standard_error"])
        assert row["estimate"] - row["low"] == pytest.approx(z * row["standard_error"])
    with pytest.raises(ValueError, match="level lies between 0 and 1"):
        model.summary(level=1.0)


def test_json_gives_back_coefficients_regularity_and_settings(model, history):
    text = model.to_json()
    again = ModifiedBetaGeoModel.from_json(text)
    assert again.to_json() == text
    assert again.regularity_ == 2
    assert again.get_params() == model.get_params()
    pd.testing.assert_frame_equal(again.forecast(history), model.forecast(history))
    assert json.loads(text)["parameters"]["dropout:is_member"] == -0.5


@pytest.mark.parametrize(
    "settings",
    [
        {"regularity": np.int64(2)},
        {"dropout_covariates": pd.Index(["is_member"])},
        {"dropout_covariates": ("is_member",), "penalty": np.float64(0.5)},
    ],
)
def test_settings_of_other_types_are_written_too(settings):
    truth = ModifiedBetaGeoModel.from_parameters(**VALUES)
    made = truth.simulate(400, duration="52W", random_state=1)
    days = made.groupby("customer_id")["days_since_first"]
    table = pd.DataFrame({"frequency": days.count() - 1, "recency": days.max(), "T": 364.0})
    logs = np.log(days.diff().fillna(1)).groupby(made["customer_id"]).sum()
    table = table.assign(sum_log_intervals=logs, is_member=np.arange(400) % 2)
    fitted = ModifiedBetaGeoModel(**{"penalty": 0.1, **settings}).fit(table)
    again = ModifiedBetaGeoModel.from_json(fitted.to_json())
    pd.testing.assert_frame_equal(again.forecast(table), fitted.forecast(table))


def test_models_without_covariance_are_written_and_warn_again(history):
    bare = ModifiedBetaGeoModel.from_parameters(**VALUES)
    again = ModifiedBetaGeoModel.from_json(bare.to_json())
    assert again.standard_errors_.isna().all()
    with pytest.warns(match="made without the covariance"):
        again.forecast(history)


def test_drawn_parameters_have_the_covariance(model):
    drawn = model._drawn_parameters(100_000, np.random.default_rng(1))
    scale = np.array([*VALUES.values(), 1.0, 1.0])
    expected = model.covariance_.to_numpy() / np.outer(scale, scale)
    assert np.cov(drawn.T) == pytest.approx(expected, rel=0.05, abs=1e-4)
    assert np.exp(drawn[:, :4].mean(axis=0)) == pytest.approx([*VALUES.values()], rel=0.01)


def test_information_criteria_count_coefficients_and_weights():
    truth = BetaGeoModel.from_parameters(r=0.9, alpha=5.0, a=0.8, b=2.4)
    made = truth.simulate(600, duration="52W", random_state=1)
    days = made.groupby("customer_id")["days_since_first"]
    table = pd.DataFrame({"frequency": days.count() - 1, "recency": days.max(), "T": 364.0})
    table["is_member"] = np.arange(600) % 2
    model = BetaGeoModel(transaction_covariates=["is_member"])
    fitted = model.fit(table, sample_weight=np.full(600, 2.0))
    assert fitted.n_customers_ == 1200
    assert fitted.aic_ == pytest.approx(2 * 5 - 2 * fitted.log_likelihood_)
    assert fitted.bic_ == pytest.approx(5 * np.log(1200) - 2 * fitted.log_likelihood_)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_impossible_coefficients_are_refused(value):
    with pytest.raises(ValueError, match="dropout:is_member is a finite number: got"):
        BetaGeoModel.from_parameters(**VALUES, dropout_coefficients={"is_member": value})
    assert BetaGeoModel.from_parameters(
        **VALUES, dropout_coefficients={"is_member": -3.0}
    ).parameters_.min() == pytest.approx(-3)


def test_bounds_too_wide_for_numbers_come_without_a_warning_of_numpy(history):
    # As those of a fit on hardly any data might be.
    errors = pd.DataFrame(np.diag([50.0] * 4) ** 2, [*VALUES], [*VALUES])
    model = ModifiedBetaGeoModel.from_parameters(**VALUES, covariance=errors)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = model.forecast(history.assign(frequency=[0, 2, 4000]), horizon="10Y")
    assert table.notna().all(axis=None)
    assert (table["expected_purchases_low"] <= table["expected_purchases"]).all()
    assert table["probability_of_none_high"].max() <= 1


def test_parameters_left_wholly_open_have_infinite_bounds_and_no_overflow():
    covariance = pd.DataFrame(np.diag([1e10, 0.1, 0.1, 0.1]), list(VALUES), list(VALUES))
    model = BetaGeoModel.from_parameters(**VALUES, covariance=covariance)
    table = model.summary()
    assert table.loc["r", "high"] == np.inf
    assert table.loc["r", "low"] == 0.0
    assert np.isfinite(table.loc["alpha", "high"])


def test_covariates_given_to_a_model_without_any_are_refused(history):
    model = BetaGeoModel.from_parameters(**VALUES)
    for ask in (
        lambda: model.simulate(3, duration="9W", random_state=1, covariates=history),
        lambda: model.expected_repeat_purchases(9.0, covariates=history),
        lambda: model.expected_purchases_of_new_customer(horizon="9W", covariates=history),
    ):
        with pytest.raises(ValueError, match="has no covariates: leave covariates"):
            ask()
