"""What must hold of converted models and of forecasts by history, whatever the parameters."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custintel.models import BetaGeoModel, GammaGammaModel, ModifiedBetaGeoModel, ParetoNBDModel
from custintel.models.beta_geo_beta_binomial import BetaGeoBetaBinomialModel
from custintel.models.lifetimes_fitters import from_lifetimes, to_lifetimes
from custintel.value.forecast_grid import forecast_matrix
from custintel.value.repeat_counts import frequency_fit

KINDS = {
    BetaGeoModel: ("r", "alpha", "a", "b"),
    ModifiedBetaGeoModel: ("r", "alpha", "a", "b"),
    ParetoNBDModel: ("r", "alpha", "s", "beta"),
    BetaGeoBetaBinomialModel: ("alpha", "beta", "gamma", "delta"),
    GammaGammaModel: ("p", "q", "v"),
}
IN_TIME = [BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel]
positive = st.floats(0.05, 50)
four = st.tuples(positive, positive, positive, positive)
errors = st.lists(st.floats(-1, 1), min_size=16, max_size=16)


def named(kind, values):
    return dict(zip(KINDS[kind], values, strict=True))


def covariance_from(numbers, values):
    """Return a covariance that suits the parameters: any square root will do."""
    k = len(values)
    root = np.reshape(numbers[: k * k], (k, k)) + 2 * np.eye(k)
    return root @ root.T * np.outer(values, values) / 100


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(values=four, numbers=errors, unit=st.sampled_from("DWMY"))
def test_there_and_back_changes_nothing(kind, values, numbers, unit):
    names = KINDS[kind]
    values = values[: len(names)]  # gamma-gamma has three
    covariance = pd.DataFrame(covariance_from(numbers, values), names, names)
    time = {"time_unit": unit} if kind in IN_TIME else {}
    model = kind.from_parameters(**named(kind, values), **time, covariance=covariance)
    back = from_lifetimes(to_lifetimes(model), **time)
    assert back.get_params() == model.get_params()
    pd.testing.assert_series_equal(back.parameters_, model.parameters_)
    pd.testing.assert_frame_equal(back.covariance_, model.covariance_)


@given(values=four, numbers=errors)
def test_a_matrix_as_lifetimes_writes_it_is_put_right(values, numbers):
    covariance = covariance_from(numbers, values)
    names = list(KINDS[BetaGeoModel])
    fitter = to_lifetimes(BetaGeoModel.from_parameters(**named(BetaGeoModel, values)))
    of_logarithms = covariance / np.outer(values, values)
    theirs = np.square(values) * of_logarithms  # the rule of lifetimes: by column
    fitter.variance_matrix_ = pd.DataFrame(theirs, names, names)
    found = from_lifetimes(fitter, time_unit="W").covariance_
    np.testing.assert_allclose(found, covariance, rtol=1e-7)


@pytest.mark.parametrize("kind", IN_TIME, ids=lambda kind: kind.__name__)
@given(values=st.tuples(*[st.floats(0.2, 5)] * 4), ages=st.lists(st.integers(0, 400), min_size=1))
def test_expected_customers_add_up(kind, values, ages):
    model = kind.from_parameters(**named(kind, values))
    history = pd.DataFrame({"frequency": 0, "recency": 0, "T": ages})
    fit = frequency_fit(history, model, most=5)
    assert (fit["expected_customers"] >= 0).all()
    assert fit.sum().to_list() == pytest.approx([len(ages), len(ages)])


@pytest.mark.parametrize("kind", IN_TIME, ids=lambda kind: kind.__name__)
@given(values=st.tuples(*[st.floats(0.2, 5)] * 4))
def test_the_later_the_last_purchase_the_likelier_alive(kind, values):
    model = kind.from_parameters(**named(kind, values))
    matrix = forecast_matrix(model, age="30W", horizon="10W", max_frequency=4, step="3W")
    repeated = matrix[matrix["frequency"] > 0].groupby("frequency")
    assert (repeated["probability_alive"].diff().dropna() >= -1e-12).all()
    assert (repeated["expected_purchases"].diff().dropna() >= -1e-9).all()
