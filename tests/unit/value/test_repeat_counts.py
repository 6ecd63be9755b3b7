"""Customers by their number of repeat purchases, actual and expected."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.models import BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel
from custintel.value.repeat_counts import frequency_fit


@pytest.fixture
def history():
    frequency = [0, 0, 3, 1, 9]
    return pd.DataFrame(
        {
            "frequency": frequency,
            "recency": [0, 0, 90, 10, 200],
            "T": [0, 100, 100, 50, 210],
        },
        index=pd.Index(list("abcde"), name="customer_id"),
    )


def test_actual_numbers_and_the_last_class(history):
    model = BetaGeoModel.from_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    fit = frequency_fit(history, model, most=3)
    assert fit["n_customers"].tolist() == [2, 1, 0, 2]
    assert fit.index.tolist() == [0, 1, 2, 3]


MODELS = [
    BetaGeoModel.from_parameters(r=0.5, alpha=6.0, a=0.9, b=1.6),
    ModifiedBetaGeoModel.from_parameters(r=0.5, alpha=6.0, a=0.9, b=1.6),
    ModifiedBetaGeoModel.from_parameters(r=1.0, alpha=2.0, a=0.9, b=1.6, regularity=2),
    ParetoNBDModel.from_parameters(r=0.55, alpha=10.6, s=0.61, beta=11.7),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_expected_numbers_are_those_of_simulated_customers(model):
    n = 40_000
    drawn = model.simulate(n, duration="30W", random_state=1)
    repeats = drawn.groupby("customer_id").size() - 1
    history = pd.DataFrame({"frequency": repeats, "recency": 0.0, "T": 210.0})
    fit = frequency_fit(history, model, most=4)
    assert fit["expected_customers"].sum() == pytest.approx(n)
    shares = fit["expected_customers"] / n
    errors = np.sqrt(n * shares * (1 - shares))
    assert (np.abs(fit["n_customers"] - fit["expected_customers"]) < 4.5 * errors).all()


def test_customers_of_today_have_no_repeat_purchase(history):
    fit = frequency_fit(history.iloc[:1], MODELS[0])
    assert fit["expected_customers"].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]


def test_each_customer_counts_with_its_own_covariates(history):
    members = history.assign(is_member=[0, 1, 0, 1, 1])
    model = BetaGeoModel.from_parameters(
        r=0.2, alpha=4.0, a=0.8, b=2.0, transaction_coefficients={"is_member": 1.0}
    )
    plain = BetaGeoModel.from_parameters(r=0.2, alpha=4.0, a=0.8, b=2.0)
    faster = BetaGeoModel.from_parameters(r=0.2, alpha=4.0 / np.e, a=0.8, b=2.0)
    expected = (
        frequency_fit(history.iloc[[0, 2]], plain) + frequency_fit(history.iloc[[1, 3, 4]], faster)
    )["expected_customers"]
    found = frequency_fit(members, model)["expected_customers"]
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_input_stays_and_errors_say_what_is_missing(history):
    before = history.copy()
    frequency_fit(history, MODELS[0])
    pd.testing.assert_frame_equal(history, before)
    with pytest.raises(SchemaError, match="'T'"):
        frequency_fit(history.drop(columns="T"), MODELS[0])
    with pytest.raises(ValueError, match="most lies between 2 and 1000"):
        frequency_fit(history, MODELS[0], most=1)


def test_impossible_numbers_are_named_and_nobody_is_refused(history):
    model = MODELS[0]
    with pytest.raises(SchemaError, match=r"T is no number .* 1 of 5 .* 'b'"):
        frequency_fit(history.assign(T=[0, np.nan, 100, 50, 210]), model)
    with pytest.raises(SchemaError, match=r"frequency is no number .* 'c'"):
        frequency_fit(history.assign(frequency=[0, 0, -3, 1, 9]), model)
    with pytest.raises(SchemaError, match="no customer"):
        frequency_fit(history.iloc[:0], model)
