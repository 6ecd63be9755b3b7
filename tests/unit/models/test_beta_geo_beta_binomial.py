"""BG/BB: derivatives, intervals, errors, and what it means when there is no maximum."""

import numpy as np
import pandas as pd
import pytest

from custintel.datasets import load_donations
from custintel.errors import ConvergenceError, SchemaError, WeakResultWarning
from custintel.models import _beta_geo_beta_binomial_likelihood as likelihood_module
from custintel.models._beta_geo_beta_binomial_history import Occasions
from custintel.models._beta_geo_beta_binomial_likelihood import BetaGeoBetaBinomialLikelihood
from custintel.models.beta_geo_beta_binomial import BetaGeoBetaBinomialModel

PARAMETERS = {"alpha": 1.2, "beta": 0.75, "gamma": 0.66, "delta": 2.8}
HISTORY = pd.DataFrame(
    {"frequency": [0, 2, 6, 3, 0], "recency": [0, 4, 6, 9, 0], "n_periods": [6, 6, 6, 14, 0]},
    index=["a", "b", "c", "d", "e"],
)


@pytest.fixture(scope="module")
def fitted():
    donations = load_donations()
    return BetaGeoBetaBinomialModel().fit(donations, sample_weight=donations["n_donors"])


def occasions(table=HISTORY):
    return Occasions(*(table[name].to_numpy() for name in HISTORY.columns))


def slope(function, at, step=1e-5):
    columns = [
        (function(at + step * e) - function(at - step * e)) / (2 * step) for e in np.eye(len(at))
    ]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("parameters", [[0.8, 1.3, 0.4, 2.0], [30.0, 0.1, 1e-3, 50.0]])
def test_gradient_and_hessian_are_the_derivatives(parameters):
    curve = BetaGeoBetaBinomialLikelihood(occasions(), np.array([1.0, 2.0, 3.0, 0.5, 7.0]))
    at = np.log(parameters)
    found = curve(at)
    assert found.gradient == pytest.approx(slope(lambda p: curve(p).value, at), rel=1e-6, abs=1e-7)
    hessian = slope(lambda p: curve(p).gradient, at)
    assert found.hessian == pytest.approx(hessian, rel=1e-6, abs=1e-7)


def test_blocks_change_nothing(monkeypatch):
    curve = BetaGeoBetaBinomialLikelihood(occasions(), np.ones(5))
    whole = curve(np.zeros(4))
    monkeypatch.setattr(likelihood_module, "_TERMS", 4)
    parts = curve(np.zeros(4))
    assert parts.value == pytest.approx(whole.value, rel=1e-14)
    assert parts.hessian == pytest.approx(whole.hessian, rel=1e-12)


@pytest.mark.parametrize(
    "forecast",
    [
        lambda m: m.expected_purchases(HISTORY, n_occasions=7, discount_rate_per_occasion=0.05),
        lambda m: m.expected_purchases(HISTORY, n_occasions=None, discount_rate_per_occasion=0.05),
        lambda m: m.probability_of_none(HISTORY, n_occasions=4),
        lambda m: m.expected_purchases_of_new_customer(n_occasions=3),
    ],
)
def test_jacobians_are_the_derivatives(forecast):
    at = np.log(list(PARAMETERS.values()))

    def value(log_parameters):
        named = dict(zip(PARAMETERS, np.exp(log_parameters).tolist(), strict=True))
        return forecast(BetaGeoBetaBinomialModel.from_parameters(**named)).value

    named = pd.DataFrame(np.eye(4), [*PARAMETERS], [*PARAMETERS])
    model = BetaGeoBetaBinomialModel.from_parameters(**PARAMETERS, covariance=named)
    assert forecast(model).jacobian == pytest.approx(slope(value, at), rel=1e-6, abs=1e-9)


def test_expectation_is_the_mean_of_the_distribution(fitted):
    table = fitted.purchase_distribution(HISTORY, n_occasions=12, most=12)
    assert table.sum(axis=1).to_numpy() == pytest.approx(np.ones(5), rel=1e-12)
    mean = table.drop(columns="more").to_numpy() @ np.arange(13)
    assert mean == pytest.approx(fitted.expected_purchases(HISTORY, n_occasions=12).value)
    assert table[0].to_numpy() == pytest.approx(
        fitted.probability_of_none(HISTORY, n_occasions=12).value
    )
    short = fitted.purchase_distribution(HISTORY, n_occasions=12, most=3)
    pd.testing.assert_frame_equal(short[[0, 1, 2, 3]], table[[0, 1, 2, 3]])
    assert short["more"].to_numpy() == pytest.approx(1 - table[[0, 1, 2, 3]].sum(axis=1))


def test_long_horizons_tend_to_the_endless_one(fitted):
    endless = fitted.expected_purchases(HISTORY, n_occasions=None, discount_rate_per_occasion=0.1)
    long = fitted.expected_purchases(HISTORY, n_occasions=400, discount_rate_per_occasion=0.1)
    assert long.value == pytest.approx(endless.value, rel=1e-12)
    assert long.jacobian == pytest.approx(endless.jacobian, rel=1e-6, abs=1e-9)


def test_forecast_has_one_row_per_customer_with_bounds(fitted):
    table = fitted.forecast(HISTORY, n_occasions=3)
    assert list(table.index) == list(HISTORY.index)
    assert (table["expected_purchases_low"] < table["expected_purchases"]).all()
    assert (table["expected_purchases"] < table["expected_purchases_high"]).all()
    assert table.loc["c", "expected_purchases"] > table.loc["b", "expected_purchases"]
    assert table.loc["e", "probability_alive"] == pytest.approx(
        fitted.delta_ / (fitted.gamma_ + fitted.delta_)
    )


def test_bounds_are_missing_with_a_warning_without_covariance():
    model = BetaGeoBetaBinomialModel.from_parameters(**PARAMETERS)
    with pytest.warns(WeakResultWarning, match="without the covariance"):
        table = model.forecast(HISTORY)
    assert table["expected_purchases_low"].isna().all()
    with pytest.raises(ValueError, match="without the covariance"):
        model.prediction_interval(HISTORY, n_occasions=2)


def test_prediction_interval_holds_what_comes():
    truth = BetaGeoBetaBinomialModel.from_parameters(**PARAMETERS)
    held, customers = [], []
    for seed in range(15):
        past = truth.simulate(3000, n_periods=6, random_state=seed)
        later = truth.simulate(3000, n_periods=9, random_state=seed)["frequency"]
        coming = later - past["frequency"]
        model = BetaGeoBetaBinomialModel().fit(past)
        found = model.prediction_interval(past, n_occasions=3, level=0.8, n_draws=150)
        held.append(found.total_low <= coming.sum() <= found.total_high)
        inside = (found.table["low"] <= coming) & (coming <= found.table["high"])
        customers.append(inside.mean())
        assert (found.table["low"] <= found.table["median"]).all()
    assert sum(held) >= 7  # binomial of 15 at 0.8: fewer once in 1,000
    assert np.mean(customers) >= 0.8
    assert found.horizon == "3 occasions"


def test_prediction_interval_is_reproducible_and_counts_everybody(fitted):
    many = pd.concat([HISTORY] * 40)
    first, again = (fitted.prediction_interval(many, n_occasions=2, n_draws=100) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, again.table)
    assert (first.total_low, first.total_high) == (again.total_low, again.total_high)
    mean = fitted.expected_purchases(many, n_occasions=2).value.sum()
    assert first.total_low < mean < first.total_high


def test_json_gives_the_same_model(fitted):
    again = BetaGeoBetaBinomialModel.from_json(fitted.to_json())
    pd.testing.assert_frame_equal(again.summary(), fitted.summary(), check_exact=True)
    assert again.bic_ == fitted.bic_


def test_simulated_history_is_possible_and_reproducible(fitted):
    drawn = fitted.simulate(500, n_periods=np.arange(500) % 7, random_state=4)
    pd.testing.assert_frame_equal(
        drawn, fitted.simulate(500, n_periods=np.arange(500) % 7, random_state=4)
    )
    assert drawn["n_periods"].tolist() == (np.arange(500) % 7).tolist()
    assert (drawn["recency"] <= drawn["n_periods"]).all()
    assert (drawn["frequency"] <= drawn["recency"]).all()
    assert ((drawn["frequency"] == 0) == (drawn["recency"] == 0)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frequency": [5, 2, 6, 3, 0]}, "frequency is above recency.*'a'"),
        ({"recency": [0, 7, 6, 9, 0]}, "recency is above n_periods.*'b'"),
        ({"recency": [2, 4, 6, 9, 0]}, "recency is above 0 and frequency is 0"),
        ({"n_periods": [6, 6, 6, 10**9, 0]}, "n_periods is above 100000, more than.*'d'"),
        ({"n_periods": [6, 6, 6.5, 14, 0]}, "n_periods is not a whole number.*'c'"),
        ({"frequency": [0, 2, np.nan, 3, 0]}, "frequency is missing"),
        ({"frequency": list("abcde")}, "not numbers"),
    ],
)
def test_impossible_histories_are_refused(change, message):
    with pytest.raises(SchemaError, match=message):
        BetaGeoBetaBinomialModel().fit(HISTORY.assign(**change))


def test_missing_columns_and_customers_are_refused():
    with pytest.raises(SchemaError, match="lacks 'n_periods'"):
        BetaGeoBetaBinomialModel().fit(HISTORY.drop(columns="n_periods"))
    with pytest.raises(SchemaError, match="no customer"):
        BetaGeoBetaBinomialModel().fit(HISTORY.iloc[:0])
    with pytest.raises(TypeError, match="pandas DataFrame"):
        BetaGeoBetaBinomialModel().fit([1, 2])


@pytest.mark.parametrize("n", [0, -1, 2.5, True])
def test_numbers_of_occasions_are_whole_and_above_zero(fitted, n):
    with pytest.raises(ValueError, match="n_occasions is a whole number"):
        fitted.forecast(HISTORY, n_occasions=n)


def test_occasions_without_end_need_a_discount(fitted):
    with pytest.raises(ValueError, match="above 0"):
        fitted.expected_purchases(HISTORY, n_occasions=None)
    with pytest.raises(ValueError, match="discount_rate_per_occasion is a rate"):
        fitted.expected_purchases(HISTORY, n_occasions=3, discount_rate_per_occasion=-0.1)


def cohort(n_periods, counts):
    rows = [(x, t, n_periods, n) for (x, t), n in counts.items()]
    return pd.DataFrame(rows, columns=["frequency", "recency", "n_periods", "n"])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (cohort(2, {(0, 0): 5, (1, 1): 3, (1, 2): 4, (2, 2): 6}), "more than 2 occasions"),
        (cohort(6, {(0, 0): 50}), "None of the 50 customers purchased"),
        (cohort(4, {(0, 0): 10, (4, 4): 90}), "nobody ever dropped out"),
        (
            cohort(4, {(0, 0): 30, (1, 1): 20, (2, 2): 14, (3, 3): 9, (4, 4): 27}),
            "on every occasion until they left",
        ),
    ],
)
def test_data_without_a_maximum_are_explained(table, message):
    with pytest.raises(ConvergenceError, match=message):
        BetaGeoBetaBinomialModel().fit(table, sample_weight=table["n"])


def test_nobody_leaving_is_explained_and_a_penalty_helps():
    random = np.random.default_rng(2)
    bought = random.random((2000, 8)) < random.beta(2, 2, (2000, 1))
    frequency = bought.sum(axis=1)
    recency = np.where(frequency > 0, 8 - bought[:, ::-1].argmax(axis=1), 0)
    table = pd.DataFrame({"frequency": frequency, "recency": recency, "n_periods": 8})
    with pytest.raises(ConvergenceError, match="nobody ever dropped out") as caught:
        BetaGeoBetaBinomialModel().fit(table)
    assert list(caught.value.diagnosis.index) == ["alpha", "beta", "gamma", "delta"]
    model = BetaGeoBetaBinomialModel(penalty=0.1).fit(table)
    assert model.alpha_ == pytest.approx(2, rel=0.2)
    assert model.gamma_ / (model.gamma_ + model.delta_) < 0.02


@pytest.mark.parametrize("penalty", [0.0, 0.1])
def test_customers_observed_on_no_occasion_tell_nothing(penalty):
    nobody = pd.DataFrame({"frequency": [0, 0], "recency": [0, 0], "n_periods": [0, 0]})
    with pytest.raises(ConvergenceError, match="occasion"):
        BetaGeoBetaBinomialModel(penalty=penalty).fit(nobody)


def test_anything_but_a_table_is_refused():
    with pytest.raises(TypeError, match="'occasion_history' is a pandas DataFrame: got NoneType"):
        BetaGeoBetaBinomialModel().fit(None)
