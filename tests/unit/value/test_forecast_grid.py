"""Forecasts by frequency and recency: which histories are there, and what is said of them."""

import numpy as np
import pandas as pd
import pytest

from custintel.models import BetaGeoModel, ModifiedBetaGeoModel
from custintel.value.forecast_grid import forecast_matrix


@pytest.fixture
def model():
    return ModifiedBetaGeoModel.from_parameters(r=0.5, alpha=6.0, a=0.9, b=1.6)


def test_the_table_is_a_purchase_history_that_the_model_forecasts(model):
    matrix = forecast_matrix(model, age="26W", horizon="13W", max_frequency=4)
    history = matrix[["frequency", "recency", "T"]]
    forecast = model.expected_purchases(history, horizon="13W").value
    np.testing.assert_allclose(matrix["expected_purchases"], forecast, rtol=1e-12)
    alive = model.probability_alive(history)
    np.testing.assert_allclose(matrix["probability_alive"], alive, rtol=1e-12)


def test_every_possible_history_is_there_once(model):
    matrix = forecast_matrix(model, age="4D", horizon="1W", max_frequency=5, step="1D")
    histories = list(zip(matrix["frequency"], matrix["recency"], strict=True))
    possible = [(x, t) for x in range(1, 6) for t in range(1, 5) if x <= t]
    assert histories == [(0, 0), *possible]
    assert (matrix["T"] == 4).all()


def test_steps_are_counted_back_from_today(model):
    matrix = forecast_matrix(model, age="10D", horizon="1W", max_frequency=1, step="4D")
    assert matrix["recency"].tolist() == [0, 2, 6, 10]


def test_regular_purchases_need_no_more(model):
    regular = ModifiedBetaGeoModel.from_parameters(r=0.5, alpha=6.0, a=0.9, b=1.6, regularity=2)
    matrix = forecast_matrix(regular, age="26W", horizon="13W", max_frequency=3)
    # How purchases are spread says nothing about the coming ones, given their number.
    uneven = np.where(matrix["frequency"] > 0, -10.0, 0.0)
    history = matrix[["frequency", "recency", "T"]].assign(sum_log_intervals=uneven)
    forecast = regular.expected_purchases(history, horizon="13W").value
    np.testing.assert_allclose(matrix["expected_purchases"], forecast, rtol=1e-12)


def test_one_time_buyers_are_alive_by_assumption_without_a_warning():
    model = BetaGeoModel.from_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    matrix = forecast_matrix(model, age="26W", horizon="13W", max_frequency=1)
    assert matrix.loc[0, "probability_alive"] == 1
    assert (matrix.loc[1:, "probability_alive"] < 1).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"age": 26}, "A span is a number above zero with its unit"),
        ({"step": "27W"}, "step lies between 0 and 182"),
        ({"max_frequency": 0}, "max_frequency lies between 1 and 1000"),
    ],
)
def test_wrong_arguments_are_named(model, wrong, message):
    arguments = {"age": "26W", "horizon": "13W", **wrong}
    with pytest.raises(ValueError, match=message):
        forecast_matrix(model, **arguments)


def test_a_model_with_covariates_names_what_it_lacks():
    model = BetaGeoModel.from_parameters(
        r=0.2, alpha=4.0, a=0.8, b=2.0, transaction_coefficients={"is_member": 0.3}
    )
    with pytest.raises(ValueError, match="is_member"):
        forecast_matrix(model, age="26W", horizon="13W")


def test_index_is_plain(model):
    matrix = forecast_matrix(model, age="26W", horizon="13W")
    assert matrix.index.equals(pd.RangeIndex(len(matrix)))
