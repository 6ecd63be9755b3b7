"""What every class that learns from customers keeps, whichever it is."""

import inspect
import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone

from custintel import models

CLASSES = {
    value
    for _, value in inspect.getmembers(models, inspect.isclass)
    if issubclass(value, BaseEstimator)
}
WITH_SETTINGS = [
    models.BetaGeoModel(dropout_covariates=["is_member"]),
    models.ModifiedBetaGeoModel(transaction_covariates=["is_member", "distance"]),
    models.ModifiedBetaGeoModel(regularity=2, penalty=0.1),
    models.ParetoNBDModel(dropout_covariates=["is_member"]),
    models.ShiftedBetaGeoModel(dropout_covariates=["is_member"]),
    models.CustomerClusters(n_clusters=3, method="gaussian_mixture", transform="yeo_johnson"),
    models.CustomerClusters(
        method="k_prototypes", features=["sector", "monetary"], gamma=1.0, transform="none"
    ),
    models.PropensityModel(segment="sector", method="segment_rate"),
    models.PropensityModel(segment="sector", method="firth"),
]
# They learn from an experiment, and have no likelihood either.
UPLIFT = {models.TwoModelUplift, models.ClassTransformationUplift}
# Groups customers rather than forecasting them: it has no likelihood, and no parameters with
# errors.
CLUSTERS = {models.CustomerClusters}
ESTIMATORS = [
    *(value() for name in models.__all__ if (value := getattr(models, name)) in CLASSES),
    *WITH_SETTINGS,
]
# They tell probabilities of one outcome.
OUTCOMES = {models.ChurnModel, models.PropensityModel}
LIKELIHOODS = [model for model in ESTIMATORS if type(model) not in CLUSTERS | UPLIFT | OUTCOMES]


@pytest.fixture
def table(model, purchase_table, occasion_table, contract_table, rfm):
    """Return what the model reads of 400 customers, of whom the last 150 repeat the first."""
    tables = {
        models.BetaGeoBetaBinomialModel: occasion_table,
        models.ShiftedBetaGeoModel: contract_table,
        models.CustomerClusters: rfm,
        **dict.fromkeys(UPLIFT | OUTCOMES, rfm),
    }
    return tables.get(type(model), purchase_table)


def with_repeats(distinct):
    marked = distinct.assign(is_member=np.arange(250) % 3 == 0)
    return pd.concat([marked, marked.head(150)]).rename_axis("customer_id")


@pytest.fixture(scope="module")
def rfm():
    rng = np.random.default_rng(4)
    return with_repeats(
        pd.DataFrame(
            {
                "recency_days": rng.integers(0, 400, 250),
                "frequency": rng.geometric(0.3, 250),
                "monetary": rng.lognormal(4.0, 1.0, 250).round(2),
                "sector": rng.choice(["health", "retail", "travel"], 250),
                "arm": rng.choice(["control", "mail"], 250),
                "converted": rng.random(250) < 0.3,
            }
        )
    )


@pytest.fixture(scope="module")
def occasion_table():
    truth = models.BetaGeoBetaBinomialModel.from_parameters(
        alpha=1.2, beta=0.75, gamma=0.66, delta=2.8
    )
    return with_repeats(truth.simulate(250, n_periods=8, random_state=1))


@pytest.fixture(scope="module")
def contract_table():
    truth = models.ShiftedBetaGeoModel.from_parameters(alpha=0.9, beta=3.0)
    return with_repeats(truth.simulate(250, n_periods=8, random_state=1))


@pytest.fixture(scope="module")
def purchase_table():
    purchases = models.BetaGeoModel.from_parameters(r=0.9, alpha=5.0, a=0.8, b=2.4).simulate(
        250, duration="52W", random_state=1
    )
    purchases["day"] = np.ceil(purchases["days_since_first"])
    once_a_day = purchases.drop_duplicates(["customer_id", "day"])
    days = once_a_day.groupby("customer_id")["day"]
    history = pd.DataFrame({"frequency": days.count() - 1, "recency": days.max(), "T": 364.0})
    logs = np.log(days.diff().fillna(1)).groupby(once_a_day["customer_id"]).sum()
    spend = models.GammaGammaModel.from_parameters(p=6.0, q=4.0, v=15.0)
    amounts = spend.simulate(history, random_state=2)["monetary_value"]
    distinct = history.assign(
        monetary_value=amounts,
        sum_log_intervals=logs,
        distance=np.random.default_rng(3).normal(20.0, 5.0, 250),
    )
    return with_repeats(distinct)


OUTCOME_FEATURES = ["recency_days", "frequency", "monetary", "sector"]


def fit(model, table, **weights):
    """Fit a model on a table, which is all that most of them need."""
    if type(model) in OUTCOMES:
        # The longer ago the last purchase, the likelier; the cents stand for chance.
        is_churned = table["recency_days"] / 400 + table["monetary"] % 1 > 1
        return model.fit(table[OUTCOME_FEATURES], is_churned, **weights)
    if type(model) not in UPLIFT:
        return model.fit(table, **weights)
    features = table[["recency_days", "frequency", "monetary"]]
    return model.fit(features, table["converted"], arm=table["arm"], control="control", **weights)


def answers(fitted, table):
    """Return what a fitted model says of each customer."""
    if type(fitted) in OUTCOMES:
        return fitted.probabilities(table)
    if type(fitted) in UPLIFT:
        return fitted.predict(table).to_frame()
    return fitted.assignments(table) if type(fitted) in CLUSTERS else fitted.forecast(table)


def params_survive_clone(model, table):
    assert clone(model).get_params() == model.get_params()
    assert set(vars(clone(fit(clone(model), table)))) == set(model.get_params())


def fit_returns_the_model(model, table):
    fresh = clone(model)
    assert fit(fresh, table) is fresh


def fit_and_answers_leave_input_alone(model, table):
    before = table.copy(deep=True)
    fitted = fit(clone(model), table)
    answers(fitted, table)
    pd.testing.assert_frame_equal(table, before)


def fitted_names_end_in_underscore(model, table):
    learned = set(vars(fit(clone(model), table))) - set(model.get_params())
    assert learned
    assert all(name.endswith("_") for name in learned)


def refitting_forgets_the_first_fit(model, table):
    again = fit(fit(clone(model), table.head(200)), table)
    pd.testing.assert_frame_equal(again.summary(), fit(clone(model), table).summary())


def answers_have_one_row_per_customer(model, table):
    answered = answers(fit(clone(model), table), table)
    pd.testing.assert_index_equal(answered.index, table.index)
    assert answered.notna().all(axis=None)


def json_gives_the_same_model(model, table):
    fitted = fit(clone(model), table)
    text = fitted.to_json()
    again = type(model).from_json(text)
    assert json.loads(text)["model"] == type(model).__name__
    pd.testing.assert_frame_equal(answers(again, table), answers(fitted, table), check_exact=True)
    pd.testing.assert_frame_equal(again.summary(), fitted.summary(), check_exact=True)
    # The customers fitted are not written into the file of a model.
    assert set(vars(again)) == set(vars(fitted)) - {"labels_", "customers_"}
    assert again.to_json() == text


def parameters_give_the_same_forecasts(model, table):
    fitted = fit(clone(model), table)
    known = set(inspect.signature(type(model).from_parameters).parameters)
    given = {name: value for name, value in fitted.get_params().items() if name in known}
    for name, value in fitted.parameters_.items():
        kind, _, column = name.rpartition(":")
        if kind:
            given.setdefault(f"{kind}_coefficients", {})[column] = value
        else:
            given[name] = value
    again = type(model).from_parameters(**given, covariance=fitted.covariance_)
    pd.testing.assert_frame_equal(again.forecast(table), fitted.forecast(table), rtol=1e-12)


def weights_equal_repeated_rows(model, table):
    weight = np.where(np.arange(250) < 150, 2, 1)
    merged = fit(clone(model), table.head(250), sample_weight=weight)
    repeated = fit(clone(model), table)
    pd.testing.assert_frame_equal(merged.summary(), repeated.summary(), rtol=1e-6)
    assert merged.n_customers_ == repeated.n_customers_


def weights_give_the_same_likelihood(model, table):
    weight = np.where(np.arange(250) < 150, 2, 1)
    merged = fit(clone(model), table.head(250), sample_weight=weight)
    repeated = fit(clone(model), table)
    assert merged.log_likelihood_ == pytest.approx(repeated.log_likelihood_, rel=1e-12)


def summary_has_the_interval_of_each_parameter(model, table):
    fitted = fit(clone(model), table)
    narrow, wide = (fitted.summary(level=level) for level in (0.5, 0.99))
    assert list(wide) == ["estimate", "standard_error", "low", "high"]
    assert list(wide.index)[: len(fitted.covariance_)] == list(fitted.covariance_.index)
    assert (wide["low"] < narrow["low"]).all()
    assert (narrow["low"] < narrow["estimate"]).all()
    assert (narrow["high"] < wide["high"]).all()


def the_unfitted_model_says_so(model, table):
    for method in (model.summary, model.to_json, lambda: answers(model, table)):
        with pytest.raises(AttributeError, match=r"has no \w+ yet: call"):
            method()


CHECKS = [
    params_survive_clone,
    fit_returns_the_model,
    fit_and_answers_leave_input_alone,
    fitted_names_end_in_underscore,
    refitting_forgets_the_first_fit,
    answers_have_one_row_per_customer,
    json_gives_the_same_model,
    weights_equal_repeated_rows,
    the_unfitted_model_says_so,
]
CHECKS_OF_LIKELIHOODS = [
    parameters_give_the_same_forecasts,
    weights_give_the_same_likelihood,
    summary_has_the_interval_of_each_parameter,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("model", ESTIMATORS, ids=repr)
def test_every_estimator_keeps_the_contract(model, check, table):
    check(model, table)


@pytest.mark.parametrize("check", CHECKS_OF_LIKELIHOODS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("model", LIKELIHOODS, ids=repr)
def test_every_likelihood_keeps_the_contract(model, check, table):
    check(model, table)


def test_no_estimator_escapes_the_contract():
    assert {type(model) for model in ESTIMATORS} == CLASSES
    assert {"BetaGeoModel", "GammaGammaModel"} <= {model.__name__ for model in CLASSES}
