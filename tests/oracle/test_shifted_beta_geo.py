"""The shifted beta-geometric model on the two cohorts of Fader & Hardie.

Fader & Hardie (2007), Journal of Interactive Marketing 21(1), 76–90: estimates and projections;
(2010), Marketing Science 29(1), 85–93: the discounted expected residual lifetime.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.special import betaln, hyp2f1

from custintel.models.shifted_beta_geo import ShiftedBetaGeoModel

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]


@pytest.fixture(scope="module")
def high_end():
    return ShiftedBetaGeoModel().fit_survivors(HIGH_END)


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "log_likelihood", "digits"),
    [
        (HIGH_END, 0.668, 3.806, -1611.1581, 5e-4),
        (REGULAR, 0.704077, 1.182043, -1680.2652, 5e-7),
        (REGULAR[:5], 0.764, 1.296, -1401.56, 5e-4),
    ],
)
def test_estimates(survivors, alpha, beta, log_likelihood, digits):
    model = ShiftedBetaGeoModel().fit_survivors(survivors)
    assert model.alpha_ == pytest.approx(alpha, abs=digits)
    assert model.beta_ == pytest.approx(beta, abs=digits)
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=5e-3)


def test_log_likelihood_to_four_decimals(high_end):
    assert high_end.log_likelihood_ == pytest.approx(-1611.1581, abs=5e-5)


def test_projected_survival(high_end):
    projected = high_end.survival(np.arange(8, 13)).value
    assert projected == pytest.approx([0.460, 0.436, 0.414, 0.395, 0.378], abs=5e-4)


@pytest.mark.parametrize(("contract_period", "derl"), [(7, 7.345), (8, 7.530)])
def test_discounted_expected_residual_lifetime(high_end, contract_period, derl):
    # The paper numbers the period that is under way: the 8th begins with the 7th renewal.
    ours = high_end.discounted_expected_residual_lifetime(
        n_renewals=contract_period - 1, discount_rate_per_period=0.1
    )
    assert ours.value == pytest.approx([derl], abs=5e-4)


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.6])
@pytest.mark.parametrize("n_renewals", [0, 3, 40])
@pytest.mark.parametrize(("alpha", "beta"), [(0.668, 3.806), (1.0, 0.3), (4.0, 90.0)])
def test_residual_lifetime_equals_the_closed_form_and_the_sum(alpha, beta, n_renewals, rate):
    model = ShiftedBetaGeoModel.from_parameters(alpha=alpha, beta=beta)
    ours = model.discounted_expected_residual_lifetime(
        n_renewals=n_renewals, discount_rate_per_period=rate
    ).value
    n = n_renewals + 1  # equation 6 of the paper
    closed = (beta + n - 1) / (alpha + beta + n - 1)
    closed *= hyp2f1(1, beta + n, alpha + beta + n, 1 / (1 + rate))
    t = np.arange(1, 6000)
    stays = np.exp(betaln(alpha, beta + n_renewals + t) - betaln(alpha, beta + n_renewals))
    # scipy's function itself is only good to seven digits for whole α at a discount near 0.9.
    assert ours == pytest.approx([closed], rel=1e-6)
    assert ours == pytest.approx([stays @ (1 + rate) ** -(t - 1.0)], rel=1e-9)


def test_lifetime_of_new_customers_is_that_of_the_paper(high_end):
    alpha, beta = high_end.alpha_, high_end.beta_
    expected = hyp2f1(1, beta, alpha + beta, 1 / 1.1)
    ours = high_end.expected_lifetime(discount_rate_per_period=0.1).value
    assert ours == pytest.approx([expected], rel=1e-9)


def test_rows_and_survivors_are_the_same_data(high_end):
    leavers = -np.diff(HIGH_END)
    customers = pd.DataFrame(
        {
            "n_periods": [*np.repeat(np.arange(1, 8), leavers), *np.repeat(8, HIGH_END[-1])],
            "is_active": np.arange(1000) >= 1000 - HIGH_END[-1],
        }
    )
    by_rows = ShiftedBetaGeoModel().fit(customers)
    pd.testing.assert_frame_equal(by_rows.summary(), high_end.summary())
    assert by_rows.observed_survival_ == pytest.approx(np.array(HIGH_END) / 1000)


def test_cohorts_of_different_ages_with_covariates_are_recovered():
    truth = ShiftedBetaGeoModel.from_parameters(
        alpha=0.8, beta=3.0, dropout_coefficients={"is_trial": 0.7, "distance": -0.004}
    )
    random = np.random.default_rng(5)
    n = 30_000
    known = pd.DataFrame(
        {"is_trial": random.random(n) < 0.4, "distance": random.gamma(2.0, 50.0, n)}
    )
    ages = random.integers(1, 12, n)
    customers = truth.simulate(n, n_periods=ages, random_state=6, covariates=known)
    customers = customers.reset_index().join(known).set_index("customer_id")
    model = ShiftedBetaGeoModel(dropout_covariates=["is_trial", "distance"]).fit(customers)
    z = (model.parameters_ - truth.parameters_) / model.standard_errors_
    assert list(z.index) == ["alpha", "beta", "dropout:is_trial", "dropout:distance"]
    assert z.abs().max() < 3.5
    assert z.abs().min() > 0  # fitted, not copied


def test_simulated_customers_survive_as_the_closed_form_says():
    model = ShiftedBetaGeoModel.from_parameters(alpha=1.4, beta=2.2)
    drawn = model.simulate(400_000, n_periods=9, random_state=2)
    after = np.arange(1, 9)
    shares = [(drawn["n_periods"] > t).mean() for t in after]
    assert shares == pytest.approx(model.survival(after).value, abs=0.004)
    assert (drawn.loc[drawn["is_active"], "n_periods"] == 9).all()


@pytest.mark.parametrize("covariate", [False, True])
def test_intervals_cover_the_truth(covariate):
    truth = ShiftedBetaGeoModel.from_parameters(
        alpha=0.9, beta=3.0, dropout_coefficients={"z": 0.5} if covariate else None
    )
    z = pd.DataFrame({"z": np.arange(2000) % 2})
    held = []
    for seed in range(60):
        drawn = truth.simulate(
            2000, n_periods=7, random_state=seed, covariates=z if covariate else None
        )
        model = ShiftedBetaGeoModel(dropout_covariates=["z"] if covariate else None)
        table = model.fit(drawn.assign(z=z["z"].to_numpy())).summary()
        held.extend((table["low"] <= truth.parameters_) & (truth.parameters_ <= table["high"]))
    assert 0.90 <= np.mean(held) <= 0.99  # 120 or 180 correlated trials at 95 %
