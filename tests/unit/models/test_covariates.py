"""Covariates: against likelihoods and groups put together by hand, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from custintel.errors import ConvergenceError, SchemaError
from custintel.models import BetaGeoModel, ModifiedBetaGeoModel

MODELS = [BetaGeoModel, ModifiedBetaGeoModel]
EFFECTS = {
    "transaction_coefficients": {"is_member": 0.6, "age": 0.02},
    "dropout_coefficients": {"is_member": -0.5},
}
COLUMNS = {"transaction_covariates": ["is_member", "age"], "dropout_covariates": ["is_member"]}
pytestmark = pytest.mark.filterwarnings("ignore:.*no repeat purchase")


@pytest.fixture(scope="module")
def history():
    rng = np.random.default_rng(0)
    covariates = pd.DataFrame(
        {"is_member": rng.random(2000) < 0.5, "age": rng.normal(45.0, 15.0, 2000)}
    )
    truth = ModifiedBetaGeoModel.from_parameters(r=0.9, alpha=9.0, a=0.8, b=2.4, **EFFECTS)
    purchases = truth.simulate(2000, duration="52W", random_state=1, covariates=covariates)
    days = np.ceil(purchases["days_since_first"]).groupby(purchases["customer_id"], sort=False)
    table = pd.DataFrame({"frequency": days.nunique() - 1, "recency": days.max(), "T": 364.0})
    return table.reset_index(drop=True).join(covariates)


@pytest.fixture(scope="module", params=MODELS)
def fitted(request, history):
    return request.param(**COLUMNS).fit(history)


def log_likelihood(theta, history, chances):
    """Sum the published log-likelihoods of customers with parameters of their own."""
    r, b = np.exp(theta[[0, 3]])
    alpha = np.exp(theta[1] - history["is_member"] * theta[4] - history["age"] * theta[5])
    a = np.exp(theta[2] + history["is_member"] * theta[6])
    x, n = history["frequency"], chances(history["frequency"])
    t_x, T = history["recency"] / 7, history["T"] / 7
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    alive = betaln(a, b + n) - (r + x) * np.log(alpha + T)
    left = betaln(a + 1, b + np.maximum(n, 1) - 1) - (r + x) * np.log(alpha + t_x)
    return (shared + np.where(n > 0, np.logaddexp(alive, left), alive)).sum()


@pytest.mark.parametrize("model", MODELS)
def test_estimates_are_the_maximum_of_a_likelihood_written_out(model, history):
    def chances(x):
        return x + 1 if model is ModifiedBetaGeoModel else x

    fitted = model(**COLUMNS).fit(history)
    at = fitted._theta()
    assert fitted.log_likelihood_ == pytest.approx(log_likelihood(at, history, chances), rel=1e-12)
    better = minimize(lambda theta: -log_likelihood(theta, history, chances), at, method="BFGS")
    assert -better.fun == pytest.approx(fitted.log_likelihood_, abs=1e-4)
    assert better.x == pytest.approx(at, abs=2e-3)


def test_estimates_recover_the_truth(history):
    # Whole days move the estimates by little here: there are weeks between purchases.
    fitted = ModifiedBetaGeoModel(**COLUMNS).fit(history)
    truth = {"transaction:is_member": 0.6, "transaction:age": 0.02, "dropout:is_member": -0.5}
    for name, value in truth.items():
        assert abs(fitted.parameters_[name] - value) < 3 * fitted.standard_errors_[name]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("factor", "shift"), [(1e-6, 0.0), (1e6, 0.0), (1.0, 2000.0)])
def test_scaling_a_covariate_scales_its_coefficient_inversely(model, history, factor, shift):
    plain = model(**COLUMNS).fit(history)
    scaled = history.assign(age=history["age"] * factor + shift)
    other = model(**COLUMNS).fit(scaled)
    assert other.log_likelihood_ == pytest.approx(plain.log_likelihood_, rel=1e-11)
    name = "transaction:age"
    assert other.parameters_[name] * factor == pytest.approx(plain.parameters_[name], rel=1e-5)
    ours, theirs = plain.standard_errors_[name], other.standard_errors_[name]
    assert theirs * factor == pytest.approx(ours, rel=1e-5)
    forecasts = plain.forecast(history), other.forecast(scaled)
    pd.testing.assert_frame_equal(*forecasts, rtol=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_without_effect_the_model_is_the_plain_one(model, history):
    zeros = dict.fromkeys(["is_member", "age"], 0.0)
    values = {"r": 0.9, "alpha": 9.0, "a": 0.8, "b": 2.4}
    plain = model.from_parameters(**values)
    other = model.from_parameters(
        **values, transaction_coefficients=zeros, dropout_coefficients=zeros
    )
    for name in ("probability_alive", "next_purchase"):
        ours, theirs = (getattr(each, name)(history) for each in (plain, other))
        assert theirs.to_numpy() == pytest.approx(ours.to_numpy(), rel=1e-12)
    expected = [each.expected_purchases(history, horizon="26W").value for each in (plain, other)]
    assert expected[1] == pytest.approx(expected[0], rel=1e-12)


def test_a_group_forecasts_as_a_model_of_its_own_parameters(fitted, history):
    group = history[history["is_member"] & (history["frequency"] < 4)].assign(age=40.0)
    values = fitted.parameters_
    alpha = values["alpha"] * np.exp(
        -values["transaction:is_member"] - 40 * values["transaction:age"]
    )
    own = type(fitted).from_parameters(
        r=values["r"],
        alpha=alpha,
        a=values["a"] * np.exp(values["dropout:is_member"]),
        b=values["b"],
    )
    ours, theirs = (m.expected_purchases(group, horizon="1Y").value for m in (fitted, own))
    assert ours == pytest.approx(theirs, rel=1e-10)
    assert fitted.probability_alive(group).to_numpy() == pytest.approx(
        own.probability_alive(group).to_numpy(), rel=1e-10
    )
    new = group.head(1)
    assert fitted.expected_repeat_purchases([30, 300], covariates=new) == pytest.approx(
        own.expected_repeat_purchases([30, 300]), rel=1e-10
    )


def test_jacobian_equals_differences(fitted, history):
    some, h = history.head(50), 1e-4
    values, jacobian = fitted.parameters_, fitted.expected_purchases(some, horizon="1Y").jacobian

    def moved(name, step):
        new = values.copy()
        new[name] = new[name] + step if ":" in name else new[name] * np.exp(step)
        coefficients = {
            f"{kind}_coefficients": {
                label.split(":")[1]: number
                for label, number in new.items()
                if label.startswith(f"{kind}:")
            }
            for kind in ("transaction", "dropout")
        }
        model = type(fitted).from_parameters(**new[["r", "alpha", "a", "b"]], **coefficients)
        return model.expected_purchases(some, horizon="1Y").value

    for position, name in enumerate(values.index):
        step = h / 45 if name.endswith("age") else h
        difference = (moved(name, step) - moved(name, -step)) / (2 * step)
        scale = np.abs(difference).max()
        assert jacobian[:, position] == pytest.approx(difference, rel=1e-4, abs=1e-6 * scale)


def test_weights_stand_for_repeated_rows(history):
    weight = np.arange(2000) % 3
    repeated = history.loc[history.index.repeat(weight)]
    once = ModifiedBetaGeoModel(**COLUMNS).fit(history, sample_weight=weight)
    again = ModifiedBetaGeoModel(**COLUMNS).fit(repeated)
    pd.testing.assert_frame_equal(once.summary(), again.summary(), rtol=1e-6)
    assert once.log_likelihood_ == pytest.approx(again.log_likelihood_, rel=1e-12)


def test_a_subsample_as_start_changes_nothing(history, monkeypatch):
    whole = ModifiedBetaGeoModel(**COLUMNS).fit(history)
    monkeypatch.setattr("custintel.models._purchase_fit._SUBSAMPLE", 400)
    again = ModifiedBetaGeoModel(**COLUMNS).fit(history)
    pd.testing.assert_frame_equal(again.summary(), whole.summary(), rtol=1e-5)


@pytest.mark.parametrize("dtype", ["bool", "boolean", "Int64", "Float64", "float32", "int8"])
def test_columns_of_any_numeric_type_are_read_alike(history, dtype):
    model = ModifiedBetaGeoModel(dropout_covariates=["is_member"])
    plain = model.fit(history).summary()
    typed = history.assign(is_member=history["is_member"].astype(float).astype(dtype))
    pd.testing.assert_frame_equal(model.fit(typed).summary(), plain)


REFUSED = [
    ({"age": 1.0}, SchemaError, "'is_member', 'age' do not vary independently"),
    ({"age": np.nan}, SchemaError, "'age' is missing or infinite for 2000 of 2000 .*'0', '1', '2'"),
    ({"age": "old"}, SchemaError, "'age' holds .* not numbers; .*pandas.get_dummies"),
]


@pytest.mark.parametrize(("column", "error", "message"), REFUSED)
@pytest.mark.parametrize("model", MODELS)
def test_unusable_covariates_are_refused(model, history, column, error, message):
    with pytest.raises(error, match=message):
        model(**COLUMNS).fit(history.assign(**column))


def test_covariates_that_follow_from_others_are_refused(history):
    both = history.assign(is_guest=~history["is_member"])
    model = BetaGeoModel(transaction_covariates=["is_member", "is_guest"])
    with pytest.raises(SchemaError, match="leave out one indicator column"):
        model.fit(both)
    # One in each list is no problem: they move different parameters.
    apart = {"transaction_covariates": ["is_member"], "dropout_covariates": ["is_guest"]}
    assert BetaGeoModel(**apart).fit(both).log_likelihood_ < 0


def test_missing_columns_and_wrong_lists_are_refused(history, fitted):
    with pytest.raises(SchemaError, match="lacks 'age'"):
        fitted.forecast(history.drop(columns="age"))
    with pytest.raises(TypeError, match="transaction_covariates is a list of column names"):
        BetaGeoModel(transaction_covariates="age").fit(history)
    with pytest.raises(ValueError, match="dropout_covariates names a column twice"):
        BetaGeoModel(dropout_covariates=["age", "age"]).fit(history)
    with pytest.raises(SchemaError, match="has no customer"):
        BetaGeoModel(dropout_covariates=["age"]).fit(history.head(0))


def test_new_customers_need_their_covariates(fitted, history):
    with pytest.raises(ValueError, match=r"covariates=.*the columns is_member, age"):
        fitted.simulate(3, duration="52W", random_state=1)
    with pytest.raises(ValueError, match=r"give covariates="):
        fitted.expected_repeat_purchases([30])
    with pytest.raises(ValueError, match="one row per customer simulated"):
        fitted.simulate(3, duration="52W", random_state=1, covariates=history.head(2))


def test_simulated_groups_differ_as_their_coefficients_say():
    groups = pd.DataFrame({"is_member": np.repeat([0.0, 1.0], 30_000)})
    model = ModifiedBetaGeoModel.from_parameters(
        r=0.9,
        alpha=9.0,
        a=0.8,
        b=2.4,
        transaction_coefficients={"is_member": 0.8},
        dropout_coefficients={"is_member": -0.7},
    )
    made = model.simulate(60_000, duration="52W", random_state=2, covariates=groups)
    per_customer = made.groupby("customer_id", sort=False).size() - 1
    for start, group in ((0, groups.head(1)), (30_000, groups.tail(1))):
        counts = per_customer.iloc[start : start + 30_000]
        expected = model.expected_repeat_purchases(364.0, covariates=group)
        assert counts.mean() == pytest.approx(expected, abs=4 * counts.std() / np.sqrt(30_000))


@pytest.mark.parametrize("model", MODELS)
def test_a_group_without_any_repeat_purchase_is_diagnosed(model, history):
    silent = history.copy()
    silent.loc[silent["is_member"], ["frequency", "recency"]] = 0
    with pytest.raises(
        ConvergenceError, match=r"transaction:is_member falls towards minus inf"
    ) as caught:
        model(transaction_covariates=["is_member"]).fit(silent)
    assert "leave the covariate out" in str(caught.value)
    diagnosis = caught.value.diagnosis
    assert diagnosis.loc["transaction:is_member", "moves"] == "towards minus infinity"
    assert diagnosis.loc["transaction:is_member", "value"] < -3
    # A penalty finds the largest effect that is still plausible.
    rescued = model(transaction_covariates=["is_member"], penalty=0.1).fit(silent)
    assert rescued.parameters_["transaction:is_member"] < -2
