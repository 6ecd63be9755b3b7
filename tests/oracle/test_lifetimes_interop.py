"""Models converted from lifetimes 0.11.3 and to it: both sides must forecast alike.

The covariance is held against a source that neither side uses: the inverse of a Hessian by
central differences of lifetimes' own likelihood.
"""

import sys
import warnings

import lifetimes
import numpy as np
import pandas as pd
import pytest

from custintel.datasets import load_cdnow, load_donations
from custintel.errors import WeakResultWarning
from custintel.models import BetaGeoModel, GammaGammaModel, ModifiedBetaGeoModel, ParetoNBDModel
from custintel.models.beta_geo_beta_binomial import BetaGeoBetaBinomialModel
from custintel.models.lifetimes_fitters import from_lifetimes, to_lifetimes
from custintel.tables import purchase_history

IN_TIME = {
    "BetaGeoFitter": BetaGeoModel,
    "ModifiedBetaGeoFitter": ModifiedBetaGeoModel,
    "ParetoNBDFitter": ParetoNBDModel,
}
WITH_COVARIANCE = [
    "BetaGeoFitter",
    "ModifiedBetaGeoFitter",
    "BetaGeoBetaBinomFitter",
    "GammaGammaFitter",
]
UNITS = dict.fromkeys(IN_TIME, "W")


@pytest.fixture(scope="module")
def history():
    return purchase_history(load_cdnow("sample"), as_of="1997-09-30")


@pytest.fixture(scope="module")
def repeat_buyers(history):
    return history[(history["frequency"] > 0) & (history["monetary_value"] > 0)]


@pytest.fixture(scope="module")
def data(history, repeat_buyers):
    """What each fitter is fitted on."""
    in_weeks = (history["frequency"], history["recency"] / 7, history["T"] / 7)
    donations = load_donations()
    names = ["frequency", "recency", "n_periods", "n_donors"]
    return {
        **dict.fromkeys(IN_TIME, in_weeks),
        "BetaGeoBetaBinomFitter": tuple(donations[name] for name in names),
        "GammaGammaFitter": (repeat_buyers["frequency"], repeat_buyers["monetary_value"]),
    }


@pytest.fixture(scope="module")
def fitters(data):
    np.random.seed(0)  # noqa: NPY002 - the Pareto/NBD fitter starts at random
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {name: getattr(lifetimes, name)().fit(*columns) for name, columns in data.items()}


def converted(fitters, name):
    return from_lifetimes(fitters[name], time_unit=UNITS.get(name))


@pytest.mark.parametrize("name", [*IN_TIME, "BetaGeoBetaBinomFitter", "GammaGammaFitter"])
def test_parameters_are_taken_as_they_are(fitters, name):
    model = converted(fitters, name)
    assert model.parameters_.to_dict() == fitters[name].params_.to_dict()
    assert lifetimes_name(model) == name


def lifetimes_name(model):
    return type(to_lifetimes(model)).__name__


@pytest.mark.parametrize("name", IN_TIME)
def test_forecasts_are_the_fitters(fitters, history, data, name):
    model = converted(fitters, name)
    assert type(model) is IN_TIME[name]
    with np.errstate(all="ignore"):
        theirs = fitters[name].predict(39, *data[name])
        alive = fitters[name].conditional_probability_alive(*data[name])
    ours = model.expected_purchases(history, horizon="39W").value
    np.testing.assert_allclose(ours, theirs, rtol=1e-7)
    np.testing.assert_allclose(probability_alive(model, history), alive, rtol=1e-7)


def probability_alive(model, history):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeakResultWarning)
        return model.probability_alive(history)


def test_a_fitter_in_days_forecasts_like_one_in_weeks(history):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter = lifetimes.BetaGeoFitter().fit(
            history["frequency"], history["recency"], history["T"]
        )
    theirs = fitter.predict(7 * 39, history["frequency"], history["recency"], history["T"])
    model = from_lifetimes(fitter, time_unit="D")
    ours = model.expected_purchases(history, horizon="39W").value
    np.testing.assert_allclose(ours, theirs, rtol=1e-7)


def test_occasions_forecast_like_the_fitters(fitters, data):
    columns = data["BetaGeoBetaBinomFitter"][:3]
    fitter = fitters["BetaGeoBetaBinomFitter"]
    model, history = converted(fitters, "BetaGeoBetaBinomFitter"), load_donations()
    # Their likelihood adds 1e-15 to what it takes a logarithm of, which costs some digits.
    np.testing.assert_allclose(
        model.expected_purchases(history, n_occasions=5).value,
        fitter.conditional_expected_number_of_purchases_up_to_time(5, *columns),
        rtol=1e-6,
    )


def test_spend_is_the_fitters(fitters, repeat_buyers):
    ours = converted(fitters, "GammaGammaFitter").expected_spend(repeat_buyers).value
    theirs = fitters["GammaGammaFitter"].conditional_expected_average_profit()
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize("name", WITH_COVARIANCE)
def test_covariance_is_the_inverse_of_a_numerical_hessian(fitters, data, name):
    expected = covariance_by_differences(fitters[name], data[name])
    scale = np.sqrt(np.diag(expected))
    found = converted(fitters, name).covariance_.to_numpy()
    np.testing.assert_allclose(
        found / np.outer(scale, scale), expected / np.outer(scale, scale), atol=1e-4
    )


@pytest.mark.parametrize("name", WITH_COVARIANCE)
def test_the_fitters_own_matrix_is_wrong_beside_the_diagonal(fitters, data, name):
    expected = covariance_by_differences(fitters[name], data[name])
    theirs = fitters[name].variance_matrix_.to_numpy()
    np.testing.assert_allclose(np.diag(theirs), np.diag(expected), rtol=1e-4)
    beside = ~np.eye(len(expected), dtype=bool)
    assert np.abs(theirs / expected - 1)[beside].max() > 1


def covariance_by_differences(fitter, columns, step=1e-3):
    """Return the inverse of a Hessian taken by central differences, by the parameters."""
    values = fitter.params_.to_numpy()
    n_data = 2 if type(fitter) is lifetimes.GammaGammaFitter else 3
    weights = np.asarray(columns[n_data]) if len(columns) > n_data else np.ones(len(columns[0]))
    numbers = [np.asarray(column, float) for column in columns[:n_data]]

    def total_loss(log_parameters):
        mean = fitter._negative_log_likelihood(log_parameters, *numbers, weights, 0.0)
        return mean * weights.sum()

    k, at = len(values), np.log(values)
    unit = step * np.eye(k)
    hessian = np.empty((k, k))
    for i in range(k):
        for j in range(k):
            corners = [
                sign_i * sign_j * total_loss(at + sign_i * unit[i] + sign_j * unit[j])
                for sign_i in (1, -1)
                for sign_j in (1, -1)
            ]
            hessian[i, j] = sum(corners) / (4 * step**2)
    return np.linalg.inv(hessian) * np.outer(values, values)


def test_pareto_nbd_comes_without_covariance(fitters, history):
    model = converted(fitters, "ParetoNBDFitter")
    assert model.standard_errors_.isna().all()
    with pytest.warns(WeakResultWarning, match="without the covariance"):
        model.forecast(history.head())


@pytest.fixture(scope="module")
def models(history):
    donations = load_donations()
    return [
        BetaGeoModel().fit(history),
        ModifiedBetaGeoModel(time_unit="D").fit(history),
        ParetoNBDModel().fit(history),
        BetaGeoBetaBinomialModel().fit(donations, sample_weight=donations["n_donors"]),
        GammaGammaModel().fit(history),
    ]


@pytest.mark.parametrize("which", range(5))
def test_there_and_back_changes_nothing(models, which):
    model = models[which]
    unit = getattr(model, "time_unit", None)
    back = from_lifetimes(to_lifetimes(model), time_unit=unit)
    pd.testing.assert_series_equal(back.parameters_, model.parameters_)
    pd.testing.assert_frame_equal(back.covariance_, model.covariance_)


@pytest.mark.parametrize("which", range(3))
def test_fitters_made_from_models_predict(models, history, which):
    model = models[which]
    days = {"W": 7.0, "D": 1.0}[model.time_unit]
    fitter = to_lifetimes(model)
    with np.errstate(all="ignore"):
        theirs = fitter.predict(
            273 / days, history["frequency"], history["recency"] / days, history["T"] / days
        )
    ours = model.expected_purchases(history, horizon="39W").value
    np.testing.assert_allclose(theirs, ours, rtol=1e-7)


def test_fitters_made_from_models_show_their_summary(models):
    model, fitter = models[0], to_lifetimes(models[0])
    summary = fitter.summary
    assert list(summary.index) == ["r", "alpha", "a", "b"]
    np.testing.assert_allclose(summary["se(coef)"], model.standard_errors_, rtol=1e-12)
    assert "r: 0.24" in repr(fitter)


def test_their_lifetime_value_takes_our_models(models, fitters, history):
    theirs, ours = (
        spend.customer_lifetime_value(
            purchases, history["frequency"], history["recency"] / 7, history["T"] / 7,
            history["monetary_value"], freq="W",
        )
        for spend, purchases in [
            (fitters["GammaGammaFitter"], fitters["BetaGeoFitter"]),
            (to_lifetimes(models[4]), to_lifetimes(models[0])),
        ]
    )  # fmt: skip
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)  # the search of lifetimes ends earlier


def fake_fitter(name, **attributes):
    """Return a fitter of lifetimes with estimates of our choice."""
    fitter = getattr(lifetimes, name)()
    for attribute, value in attributes.items():
        setattr(fitter, attribute, value)
    return fitter


PARAMETERS = pd.Series({"r": 0.2, "alpha": 4.0, "a": 0.8, "b": 2.0})


def test_a_fitter_in_time_needs_its_unit():
    fitter = fake_fitter("BetaGeoFitter", params_=PARAMETERS)
    with pytest.raises(ValueError, match="time_unit='W' if they were weeks"):
        from_lifetimes(fitter)
    with pytest.raises(ValueError, match="one of D, W, M, Y"):
        from_lifetimes(fitter, time_unit="weeks")


def test_a_fitter_without_time_has_no_unit():
    fitter = fake_fitter("GammaGammaFitter", params_=pd.Series({"p": 6.0, "q": 4.0, "v": 15.0}))
    with pytest.raises(ValueError, match="leave time_unit out"):
        from_lifetimes(fitter, time_unit="W")


def test_a_fitter_that_is_not_fitted_is_refused():
    with pytest.raises(ValueError, match=r"not fitted: call its fit\(\)"):
        from_lifetimes(lifetimes.BetaGeoFitter(), time_unit="W")


@pytest.mark.parametrize("value", [np.nan, 0.0, -1.0, np.inf])
def test_impossible_estimates_are_refused(value):
    fitter = fake_fitter("BetaGeoFitter", params_=PARAMETERS.replace(0.8, value))
    with pytest.raises(ValueError, match="a is a finite number above zero"):
        from_lifetimes(fitter, time_unit="W")


@pytest.mark.parametrize(
    "matrix",
    [
        np.full((4, 4), np.nan),
        -np.eye(4),
        np.ones((4, 4)) + np.triu(np.ones((4, 4))),
        np.array([[1, 2, 0, 0], [2, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]),
    ],
    ids=["missing", "negative", "lopsided", "indefinite"],
)
def test_what_is_no_covariance_is_left_out_aloud(matrix):
    names = list(PARAMETERS.index)
    variance = pd.DataFrame(matrix, index=names, columns=names)
    fitter = fake_fitter("BetaGeoFitter", params_=PARAMETERS, variance_matrix_=variance)
    with pytest.warns(WeakResultWarning, match=r"no covariance.*fit a BetaGeoModel"):
        model = from_lifetimes(fitter, time_unit="W")
    assert model.standard_errors_.isna().all()
    assert model.r_ == 0.2


class OwnLikelihood(lifetimes.BetaGeoFitter):
    """A fitter that somebody has changed."""


@pytest.mark.parametrize("other", [OwnLikelihood(), "BetaGeoFitter", BetaGeoModel(), None])
def test_anything_else_is_refused_with_what_can_be_converted(other):
    with pytest.raises(TypeError, match="that can are: BetaGeoFitter, ModifiedBetaGeoFitter"):
        from_lifetimes(other, time_unit="W")


def test_models_that_lifetimes_does_not_have_are_refused():
    with pytest.raises(TypeError, match="no counterpart of str; models that can"):
        to_lifetimes("BG/NBD")


def test_covariates_are_refused_by_name():
    model = BetaGeoModel.from_parameters(
        r=0.2, alpha=4.0, a=0.8, b=2.0, transaction_coefficients={"is_member": 0.3}
    )
    with pytest.raises(ValueError, match="'transaction:is_member'"):
        to_lifetimes(model)


def test_regularity_is_refused():
    model = ModifiedBetaGeoModel.from_parameters(r=0.2, alpha=4.0, a=0.8, b=2.0, regularity=3)
    with pytest.raises(ValueError, match="regularity of 3"):
        to_lifetimes(model)


def test_a_model_without_parameters_is_refused():
    with pytest.raises(Exception, match="has no parameters yet"):
        to_lifetimes(BetaGeoModel())


def test_without_lifetimes_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "lifetimes", None)
    model = GammaGammaModel.from_parameters(p=6.0, q=4.0, v=15.0)
    with pytest.raises(ImportError, match=r"pip install 'custintel\[lifetimes\]'"):
        to_lifetimes(model)
