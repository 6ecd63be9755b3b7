"""Contracts: derivatives, intervals, conventions, and what it means without a maximum."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import ConvergenceError, SchemaError, WeakResultWarning
from custintel.models import _drawn_periods as drawn_periods_module
from custintel.models._design import Design, Term
from custintel.models._shifted_beta_geo_history import Contracts, WeightedContracts
from custintel.models._shifted_beta_geo_likelihood import ShiftedBetaGeoLikelihood
from custintel.models.shifted_beta_geo import ShiftedBetaGeoModel

CUSTOMERS = pd.DataFrame(
    {
        "n_periods": [1, 3, 8, 2, 5],
        "is_active": [True, True, True, False, False],
        "z": [0.0, 1.0, 0.5, 1.0, 0.0],
    },
    index=["a", "b", "c", "d", "e"],
)
COVARIANCE = pd.DataFrame(0.01 * np.eye(3), *[["alpha", "beta", "dropout:z"]] * 2)


@pytest.fixture(scope="module")
def fitted():
    return ShiftedBetaGeoModel().fit_survivors([1000, 869, 743, 653, 593, 551, 517, 491])


def with_covariate(alpha=1.7, beta=3.0, z=0.4):
    return ShiftedBetaGeoModel.from_parameters(
        alpha=alpha, beta=beta, dropout_coefficients={"z": z}, covariance=COVARIANCE
    )


def slope(function, at, step=1e-5):
    columns = [
        (function(at + step * e) - function(at - step * e)) / (2 * step) for e in np.eye(len(at))
    ]
    return np.stack(columns, axis=-1)


def test_gradient_and_hessian_are_the_derivatives():
    contracts = Contracts(np.array([0.0, 3, 7, 1, 4]), np.array([0.0, 0, 0, 1, 1]))
    data = WeightedContracts(contracts, np.array([1.0, 2, 3, 0.5, 7]))
    design = Design(2, (Term(0, CUSTOMERS[["z"]].to_numpy()),))
    curve = ShiftedBetaGeoLikelihood.of(data, design)
    at = np.array([0.3, 1.1, -0.6])
    found = curve(at)
    assert found.gradient == pytest.approx(slope(lambda p: curve(p).value, at), rel=1e-6)
    assert found.hessian == pytest.approx(slope(lambda p: curve(p).gradient, at), rel=1e-6)


@pytest.mark.parametrize(
    "forecast",
    [
        lambda m: m.probability_of_staying(CUSTOMERS, periods_ahead=4),
        lambda m: m.expected_periods(CUSTOMERS, periods_ahead=4, discount_rate_per_period=0.1),
        lambda m: m.expected_periods(CUSTOMERS, periods_ahead=None, discount_rate_per_period=0.1),
        lambda m: m.survival([0, 1, 6], covariates=CUSTOMERS),
        lambda m: m.retention_rate([0, 5], covariates=CUSTOMERS),
        lambda m: m.churn_rate([2], covariates=CUSTOMERS),
        lambda m: m.expected_lifetime(covariates=CUSTOMERS),
        lambda m: m.discounted_expected_residual_lifetime(
            n_renewals=[0, 9], discount_rate_per_period=0.2, covariates=CUSTOMERS
        ),
    ],
)
def test_jacobians_are_the_derivatives(forecast):
    at = np.array([np.log(1.7), np.log(3.0), 0.4])

    def value(theta):
        return forecast(with_covariate(np.exp(theta[0]), np.exp(theta[1]), theta[2])).value

    expected = slope(value, at)
    assert forecast(with_covariate()).jacobian == pytest.approx(expected, rel=1e-6, abs=1e-8)


def test_rates_follow_from_survival(fitted):
    after = np.arange(10)
    share = fitted.survival(np.arange(11)).value
    assert share[0] == 1
    assert fitted.retention_rate(after).value == pytest.approx(share[1:] / share[:-1])
    assert fitted.churn_rate(after).value == pytest.approx(1 - share[1:] / share[:-1])


def test_a_mixed_cohort_is_the_mean_of_its_customers():
    model = with_covariate()
    alone = [
        ShiftedBetaGeoModel.from_parameters(alpha=1.7 * np.exp(0.4 * z), beta=3.0)
        for z in CUSTOMERS["z"]
    ]
    after = np.arange(6)
    share = np.mean([each.survival(after).value for each in alone], axis=0)
    assert model.survival(after, covariates=CUSTOMERS).value == pytest.approx(share)
    kept = model.retention_rate(after[:-1], covariates=CUSTOMERS).value
    assert kept == pytest.approx(share[1:] / share[:-1])
    t = np.arange(1, 3000)
    long = np.mean([each.survival(3 + t).value for each in alone], axis=0)
    derl = model.discounted_expected_residual_lifetime(
        n_renewals=3, discount_rate_per_period=0.1, covariates=CUSTOMERS
    )
    assert derl.value == pytest.approx([(long / share[3]) @ 1.1 ** -(t - 1.0)], rel=1e-9)


def test_a_coefficient_multiplies_the_odds_of_churn():
    model = with_covariate(z=np.log(2))
    churn = [
        model.churn_rate(0, covariates=pd.DataFrame({"z": [float(z)]})).value[0] for z in (0, 1)
    ]
    odds = [rate / (1 - rate) for rate in churn]
    assert odds[1] / odds[0] == pytest.approx(2.0)


def test_customers_forecasts_continue_the_cohorts(fitted):
    table = fitted.forecast(CUSTOMERS, periods_ahead=3)
    share = fitted.survival(np.arange(12)).value
    assert table.loc["b", "probability_of_staying"] == pytest.approx(share[5] / share[2])
    assert table.loc["c", "expected_periods"] == pytest.approx(share[8:11].sum() / share[7])
    inside = table.loc[["a", "b", "c"]]
    assert (inside["expected_periods_low"] < inside["expected_periods"]).all()
    assert (inside["expected_periods"] < inside["expected_periods_high"]).all()
    assert (table.loc[["d", "e"]] == 0).all(axis=None)


def test_per_customer_derl_is_that_of_the_cohort(fitted):
    rate = {"discount_rate_per_period": 0.1}
    own = fitted.expected_periods(CUSTOMERS, periods_ahead=None, **rate)
    cohort = fitted.discounted_expected_residual_lifetime(n_renewals=[0, 2, 7], **rate)
    assert own.value[:3] == pytest.approx(cohort.value, rel=1e-12)
    assert own.standard_error()[:3] == pytest.approx(cohort.standard_error(), rel=1e-6)


def test_lifetime_is_infinite_not_missing_for_small_alpha(fitted):
    assert fitted.alpha_ < 1
    for found in (
        fitted.expected_lifetime(),
        fitted.expected_residual_lifetime(n_renewals=4),
        fitted.expected_periods(CUSTOMERS.loc[["a"]], periods_ahead=None),
    ):
        assert found.value.tolist() == [np.inf]
        assert found.interval(0.95).low.tolist() == [np.inf]
    finite = ShiftedBetaGeoModel.from_parameters(alpha=3.0, beta=5.0)
    assert finite.expected_lifetime().value == pytest.approx([3.5])
    assert finite.expected_residual_lifetime(n_renewals=1).value == pytest.approx([3.0])


def test_survival_table_shows_observed_and_projected(fitted):
    table = fitted.survival_table(n_renewals=9)
    assert table.index.name == "n_renewals"
    assert table["observed_survival"].tolist()[:3] == pytest.approx([1, 0.869, 0.743])
    assert table["observed_survival"].isna().tolist() == [False] * 8 + [True] * 2
    others = table.drop(columns="observed_survival")
    assert others.notna().all(axis=None)
    assert (table["survival_low"] <= table["survival"]).all()
    assert (table["survival"] <= table["survival_high"]).all()
    assert table["retention_rate"].is_monotonic_increasing


def test_observed_survival_of_different_ages_is_kaplan_meiers():
    # At risk and leaving: renewal 1: 4 and 1; renewal 2: 2 and 1 (one is too young).
    customers = pd.DataFrame(
        {"n_periods": [1, 1, 2, 2, 3], "is_active": [True, False, True, False, True]}
    )
    model = ShiftedBetaGeoModel(penalty=0.5).fit(customers)
    assert model.observed_survival_ == pytest.approx([1, 0.75, 0.375])


def test_json_gives_the_same_model(fitted):
    again = ShiftedBetaGeoModel.from_json(fitted.to_json())
    pd.testing.assert_frame_equal(again.survival_table(), fitted.survival_table(), check_exact=True)
    model = with_covariate()
    copy = ShiftedBetaGeoModel.from_json(model.to_json())
    pd.testing.assert_frame_equal(
        copy.forecast(CUSTOMERS), model.forecast(CUSTOMERS), check_exact=True
    )


def test_models_made_from_parameters_warn_of_missing_bounds():
    model = ShiftedBetaGeoModel.from_parameters(alpha=1.0, beta=2.0)
    with pytest.warns(WeakResultWarning, match="without the covariance"):
        table = model.survival_table(n_renewals=2)
    assert table["observed_survival"].isna().all()
    assert table["survival"].tolist() == pytest.approx([1, 2 / 3, 1 / 2])


def test_units_of_covariates_do_not_matter():
    truth = with_covariate()
    z = pd.DataFrame({"z": np.arange(4000) % 5 / 4})
    drawn = truth.simulate(4000, n_periods=6, random_state=1, covariates=z)
    fits = [
        ShiftedBetaGeoModel(dropout_covariates=["z"], penalty=0.1)
        .fit(drawn.assign(z=scale * z["z"].to_numpy()))
        .summary()
        for scale in (1, 1000)
    ]
    assert fits[1].loc["dropout:z", "estimate"] == pytest.approx(
        fits[0].loc["dropout:z", "estimate"] / 1000
    )
    assert fits[1].loc["alpha"].to_numpy() == pytest.approx(fits[0].loc["alpha"].to_numpy())


@pytest.mark.parametrize(
    ("survivors", "message"),
    [
        ([1000, 1000, 1000], "renewed whenever they could"),
        ([1000, 900], "one renewal only"),
        ([1000, 0, 0], "left at the same renewal"),
        ([1000, 900, 810, 729, 656.1], "same probability of leaving.*0.1"),
        ([1000, 900, 700, 400, 100], "same probability of leaving"),
        ([1000, 500, 500, 500], "those who never leave"),
    ],
)
def test_data_without_a_maximum_are_explained(survivors, message):
    with pytest.raises(ConvergenceError, match=message):
        ShiftedBetaGeoModel().fit_survivors(survivors)
    model = ShiftedBetaGeoModel(penalty=0.1).fit_survivors(survivors)
    assert np.isfinite(model.summary()).all(axis=None)


def test_customers_before_their_first_renewal_tell_nothing():
    young = pd.DataFrame({"n_periods": [1, 1], "is_active": True})
    with pytest.raises(ConvergenceError, match="first renewal"):
        ShiftedBetaGeoModel().fit(young)


@pytest.mark.parametrize(
    ("survivors", "message"),
    [
        ([100, 90, 95], "got 90 after 1 renewals, then 95"),
        ([100, 90, -5], "got 90 after 1 renewals, then -5"),
        ([1.0, 0.9, 0.8], "not shares"),
        ([100], "numbers of customers"),
        ([100, np.nan], "numbers of customers"),
    ],
)
def test_impossible_survivors_are_refused(survivors, message):
    with pytest.raises(ValueError, match=message):
        ShiftedBetaGeoModel().fit_survivors(survivors)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_periods": [0, 3, 8, 2, 5]}, "n_periods is not a whole number of 1 or more.*'a'"),
        ({"is_active": [1, 2, 0, 0, 1]}, "is_active is neither true nor false.*'b'"),
        ({"is_active": list("yynny")}, "not numbers"),
    ],
)
def test_impossible_contracts_are_refused(change, message):
    with pytest.raises(SchemaError, match=message):
        ShiftedBetaGeoModel().fit(CUSTOMERS.assign(**change))


def test_covariates_are_asked_for_and_checked():
    model = with_covariate()
    with pytest.raises(ValueError, match="give covariates"):
        model.survival([1])
    with pytest.raises(ValueError, match="Survivors have no covariates"):
        ShiftedBetaGeoModel(dropout_covariates=["z"]).fit_survivors([10, 5, 3])
    with pytest.raises(ValueError, match="one row per customer"):
        model.simulate(3, n_periods=2, random_state=0, covariates=CUSTOMERS)
    with pytest.raises(SchemaError, match="constant"):
        ShiftedBetaGeoModel(dropout_covariates=["z"]).fit(CUSTOMERS.assign(z=1.0))


@pytest.mark.parametrize("n", [[-1], [0.5], [np.nan]])
def test_numbers_of_renewals_are_whole(fitted, n):
    with pytest.raises(ValueError, match="n_renewals are whole"):
        fitted.survival(n)


def test_rates_are_checked(fitted):
    with pytest.raises(ValueError, match="discount_rate_per_period is a rate"):
        fitted.expected_lifetime(discount_rate_per_period=-0.1)
    with pytest.raises(ValueError, match="periods_ahead is a whole number"):
        fitted.forecast(CUSTOMERS, periods_ahead=0)


def test_simulation_needs_whole_periods(fitted):
    with pytest.raises(ValueError, match="n_periods is whole and 1 or more"):
        fitted.simulate(3, n_periods=[1, 2, 0], random_state=0)
    with pytest.raises(ValueError, match="one for each customer"):
        fitted.simulate(3, n_periods=[1, 2], random_state=0)


@pytest.mark.parametrize("n", [0, 2.5, "many", None])
def test_simulation_needs_a_number_of_customers(fitted, n):
    with pytest.raises(ValueError, match="n_customers is a whole number from 1"):
        fitted.simulate(n, n_periods=2, random_state=0)


def test_customers_of_no_weight_do_not_show_in_the_observed_survival():
    # Only the customer without weight has lived through a third renewal.
    customers = pd.DataFrame(
        {"n_periods": [1, 1, 2, 2, 9], "is_active": [True, False, True, False, True]}
    )
    model = ShiftedBetaGeoModel(penalty=0.5)
    model.fit(customers, sample_weight=[1, 1, 1, 1, 0])
    assert model.observed_survival_ == pytest.approx([1, 2 / 3, 0])


def test_messages_about_covariates_name_the_table():
    model = with_covariate()
    with pytest.raises(SchemaError, match="'contracts' lacks 'z'"):
        model.forecast(CUSTOMERS.drop(columns="z"))
    with pytest.raises(SchemaError, match="'covariates' lacks 'z'"):
        model.survival([1], covariates=CUSTOMERS.drop(columns="z"))
    with pytest.raises(SchemaError, match="'covariates' has no customer"):
        model.survival([1], covariates=CUSTOMERS.head(0))
    with pytest.raises(SchemaError, match="'contracts' has several columns named 'z'"):
        model.forecast(pd.concat([CUSTOMERS, CUSTOMERS[["z"]]], axis=1))


def test_a_covariate_may_have_a_number_for_a_name():
    truth = with_covariate()
    z = pd.DataFrame({"z": np.arange(2000) % 5 / 4})
    drawn = truth.simulate(2000, n_periods=6, random_state=1, covariates=z)
    named = [
        ShiftedBetaGeoModel(dropout_covariates=[name]).fit(
            drawn.assign(z=z["z"].to_numpy()).rename(columns={"z": name})
        )
        for name in ("z", 2024)
    ]
    assert named[1].parameters_["dropout:2024"] == named[0].parameters_["dropout:z"]


def test_prediction_interval_holds_the_quantiles_of_the_periods_begun():
    # With hardly any uncertainty of the parameters, the distribution is known exactly.
    certain = pd.DataFrame(1e-12 * np.eye(2), *[["alpha", "beta"]] * 2)
    model = ShiftedBetaGeoModel.from_parameters(alpha=1.9, beta=3.0, covariance=certain)
    drawn = model.prediction_interval(
        CUSTOMERS, periods_ahead=6, level=0.8, n_draws=20_000, random_state=1
    )
    share = model.survival(np.arange(20)).value
    for name, n_periods in (("a", 1), ("b", 3), ("c", 8)):
        begun = np.arange(7)
        at_most = 1 - share[n_periods + begun] / share[n_periods - 1]
        at_most[-1] = 1.0
        # No step of the distribution is near enough to a tail for 20,000 draws to miss it.
        assert np.abs(at_most[:, None] - [0.5, 0.1, 0.9]).min() > 0.02
        expected = [int(np.argmax(at_most >= tail)) for tail in (0.5, 0.1, 0.9)]
        assert drawn.table.loc[name].tolist() == expected
    assert (drawn.table.loc[["d", "e"]] == 0).all(axis=None)
    assert drawn.table["high"].sum() > drawn.total_high > drawn.total > drawn.total_low
    assert (drawn.horizon, drawn.level, drawn.n_draws) == ("6 periods", 0.8, 20_000)


def test_prediction_intervals_are_wider_with_uncertain_parameters():
    crowd = pd.DataFrame({"n_periods": 2, "is_active": True}, index=range(400))
    widths = []
    for variance in (1e-12, 0.05):
        errors = pd.DataFrame(variance * np.eye(2), *[["alpha", "beta"]] * 2)
        model = ShiftedBetaGeoModel.from_parameters(alpha=1.5, beta=3.0, covariance=errors)
        drawn = model.prediction_interval(crowd, periods_ahead=4, n_draws=400)
        expected = model.expected_periods(crowd, periods_ahead=4).value.sum()
        assert drawn.total_low < expected < drawn.total_high
        widths.append(drawn.total_high - drawn.total_low)
    assert widths[1] > 2 * widths[0]


def test_prediction_blocks_hold_every_customer(monkeypatch, fitted):
    monkeypatch.setattr(drawn_periods_module, "_CELLS", 150)
    drawn = fitted.prediction_interval(CUSTOMERS, periods_ahead=3, n_draws=100)
    assert (drawn.table.loc[["a", "b", "c"], "high"] == 3).all()
    gone = fitted.prediction_interval(CUSTOMERS.loc[["d", "e"]], periods_ahead=3, n_draws=100)
    assert (gone.total_low, gone.total, gone.total_high) == (0, 0, 0)


def test_prediction_interval_needs_a_covariance():
    model = ShiftedBetaGeoModel.from_parameters(alpha=1.0, beta=2.0)
    with pytest.raises(ValueError, match="without the covariance"):
        model.prediction_interval(CUSTOMERS, periods_ahead=3)
