"""Pareto/NBD on the CDNOW sample: published estimates, lifetimes' predictions, simulation.

Estimates and standard errors: CLVTools, test_correctness_pnbd_nocovstaticcov.R. Forecasts:
BTYD's walkthrough. Discounted expected residual transactions: Fader, Hardie & Lee (2005),
Journal of Marketing Research 42(4), equation 2.
"""

import numpy as np
import pandas as pd
import pytest
from lifetimes import ParetoNBDFitter
from scipy.special import hyperu

from custintel.datasets import load_cdnow
from custintel.models._design import Design
from custintel.models._history import Purchases
from custintel.models._pareto_nbd_likelihood import ParetoNBDLikelihood
from custintel.models._pareto_nbd_process import ParetoNBDProcess
from custintel.models.pareto_nbd import ParetoNBDModel
from custintel.tables import purchase_history

ESTIMATES = {"r": 0.55315, "alpha": 10.57633, "s": 0.60625, "beta": 11.67150}
STANDARD_ERRORS = {"r": 0.0476264, "alpha": 0.8427222, "s": 0.1872594, "beta": 6.2105448}
OTHERS = [  # weeks
    {"r": 0.25, "alpha": 4.4, "s": 0.8, "beta": 30.0},
    {"r": 2.1, "alpha": 15.0, "s": 1.7, "beta": 14.0},
    {"r": 1.2, "alpha": 40.0, "s": 0.35, "beta": 5.0},
    {"r": 0.9, "alpha": 7.0, "s": 3.2, "beta": 90.0},
]


@pytest.fixture(scope="module")
def history():
    return purchase_history(load_cdnow("sample"), as_of="1997-09-30")


@pytest.fixture(scope="module")
def fitted(history):
    return ParetoNBDModel().fit(history)


def columns_of(history):
    return history["frequency"], history["recency"] / 7, history["T"] / 7


def lifetimes_of(parameters):
    fitter = ParetoNBDFitter()
    fitter.params_ = pd.Series(parameters)
    return fitter


@pytest.mark.parametrize("name", ESTIMATES)
def test_estimates(fitted, name):
    # The likelihood is flat: the published optimiser stopped 3e-3 from the maximum in β.
    assert getattr(fitted, f"{name}_") == pytest.approx(ESTIMATES[name], rel=5e-4)


@pytest.mark.parametrize("name", STANDARD_ERRORS)
def test_standard_errors(fitted, name):
    assert fitted.standard_errors_[name] == pytest.approx(STANDARD_ERRORS[name], rel=5e-4)


def test_log_likelihood_and_customers(fitted):
    assert fitted.log_likelihood_ == pytest.approx(-9594.976, abs=1e-3)
    assert fitted.n_customers_ == 2357


def test_the_maximum_is_not_below_the_published_one(history, fitted):
    x, t_x, T = (column.to_numpy() for column in columns_of(history))
    likelihood = ParetoNBDLikelihood.of(Purchases(x, t_x, T), np.ones(len(x)), Design(4))
    published = likelihood(np.log([*ESTIMATES.values()]))
    assert fitted.log_likelihood_ >= published.value
    assert published.value == pytest.approx(-9594.976, abs=1e-3)
    assert likelihood(np.log(fitted.parameters_.to_numpy())).gradient == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("parameters", [ESTIMATES, *OTHERS])
def test_log_likelihoods_equal_those_of_lifetimes(history, parameters):
    values = np.array([*parameters.values()])
    columns = [column.to_numpy() for column in columns_of(history)]
    theirs = ParetoNBDFitter._conditional_log_likelihood(values, *columns)
    likelihood = ParetoNBDLikelihood.of(Purchases(*columns), np.ones(len(history)), Design(4))
    assert likelihood(np.log(values)).value == pytest.approx(theirs.sum(), rel=1e-11)


def test_published_forecast_of_one_customer():
    # x = 26, t_x = 30.86, T = 31 weeks: 25.46 over 52 weeks, and P(alive) 0.9979.
    one = pd.DataFrame({"frequency": [26], "recency": [30.86 * 7], "T": [31.0 * 7]})
    model = ParetoNBDModel.from_parameters(**ESTIMATES)
    expected = model.expected_purchases(one, horizon="52W").value
    assert expected == pytest.approx([25.46], abs=5e-3)
    assert model.probability_alive(one).to_numpy() == pytest.approx([0.9979], abs=5e-5)


def test_published_cumulative_purchases(history):
    # BTYD's walkthrough, cum.tracking[, 20:25]: expected.
    model = ParetoNBDModel.from_parameters(**ESTIMATES)
    first = 272 - history["T"].to_numpy()  # days since 1 January 1997
    cumulative = [
        model.expected_repeat_purchases(np.maximum(7 * week - first, 0)).sum()
        for week in range(20, 26)
    ]
    assert np.rint(cumulative).tolist() == [1309, 1385, 1460, 1533, 1604, 1674]


@pytest.mark.parametrize("weeks", [1, 39, 260])
@pytest.mark.parametrize("parameters", [ESTIMATES, *OTHERS])
def test_forecasts_equal_those_of_lifetimes(history, parameters, weeks):
    model, theirs = ParetoNBDModel.from_parameters(**parameters), lifetimes_of(parameters)
    columns = columns_of(history)
    ours = model.expected_purchases(history, horizon=f"{weeks}W").value
    predict = theirs.conditional_expected_number_of_purchases_up_to_time
    assert ours == pytest.approx(np.asarray(predict(weeks, *columns)), rel=1e-10)
    alive = np.asarray(theirs.conditional_probability_alive(*columns))
    assert model.probability_alive(history).to_numpy() == pytest.approx(alive, rel=1e-10)
    new = theirs.expected_number_of_purchases_up_to_time(weeks)
    assert model.expected_repeat_purchases([7 * weeks]) == pytest.approx([new], rel=1e-10)


@pytest.mark.parametrize("weeks", [4, 39])
@pytest.mark.parametrize("parameters", [ESTIMATES, *OTHERS])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of lifetimes
def test_count_probabilities_equal_those_of_lifetimes(history, parameters, weeks):
    some = history.drop_duplicates(["frequency", "recency", "T"]).iloc[::50]
    ours = ParetoNBDModel.from_parameters(**parameters).purchase_distribution(
        some, horizon=f"{weeks}W", most=8
    )
    theirs = lifetimes_of(parameters)
    for n in range(9):
        predict = theirs.conditional_probability_of_n_purchases_up_to_time
        expected = np.asarray(predict(n, weeks, *columns_of(some)), dtype=float)
        is_stable = np.isfinite(expected) & (expected >= 0) & (expected <= 1)
        assert is_stable.mean() > 0.5
        assert ours[n].to_numpy()[is_stable] == pytest.approx(expected[is_stable], abs=1e-7)


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.15, 0.5])
@pytest.mark.parametrize("parameters", [ESTIMATES, *OTHERS])
def test_discounted_purchases_equal_their_closed_form(history, parameters, rate):
    r, alpha, s, beta = parameters.values()
    model = ParetoNBDModel.from_parameters(**parameters)
    ours = model.expected_purchases(history, horizon=None, annual_discount_rate=rate).value
    x, _t_x, T = (column.to_numpy() for column in columns_of(history))
    per_week = np.log1p(rate) * 7 / 365.25
    z = per_week * (beta + T)
    while_active = (r + x) / (alpha + T) * z**s / per_week * hyperu(s, s, z)
    exact = model.probability_alive(history).to_numpy() * while_active
    assert ours == pytest.approx(exact, rel=1e-7)


@pytest.mark.parametrize("parameters", [ESTIMATES, *OTHERS])
def test_what_customers_do_equals_the_forecast(parameters):
    """Draw many futures of one active customer, and compare counts and expectation."""
    process, n, weeks = ParetoNBDProcess(), 200_000, 26.0
    one = Purchases(np.full(n, 3.0), np.full(n, 30.0), np.full(n, 30.0))
    values = np.array([*parameters.values()])
    drawn = process.draw_counts_while_active(values, one, weeks, np.random.default_rng(1))
    exact = process.counts_while_active(values, one.of(slice(0, 1)), weeks, 30)[0]
    found = np.bincount(np.minimum(drawn, 31), minlength=32)[:31] / n
    assert np.abs(found - exact).max() < 4 * np.sqrt(0.25 / n)
    table = pd.DataFrame({"frequency": [3], "recency": [210.0], "T": [210.0]})
    model = ParetoNBDModel.from_parameters(**parameters)
    expected = model.expected_purchases(table, horizon="26W").value[0]
    assert drawn.mean() == pytest.approx(expected, abs=4 * drawn.std() / np.sqrt(n))


@pytest.mark.parametrize("parameters", [ESTIMATES, *OTHERS])
def test_new_customers_purchase_as_expected(parameters):
    model = ParetoNBDModel.from_parameters(**parameters)
    purchases = model.simulate(100_000, duration="52W", random_state=4)
    repeats = purchases.groupby("customer_id").size() - 1
    expected = model.expected_repeat_purchases([364.0])[0]
    assert repeats.mean() == pytest.approx(expected, abs=4 * repeats.std() / np.sqrt(1e5))


@pytest.mark.parametrize("parameters", OTHERS)
def test_parameters_are_found_again(parameters):
    purchases = ParetoNBDModel.from_parameters(**parameters).simulate(
        8000, duration="104W", random_state=2
    )
    days = purchases.groupby("customer_id")["days_since_first"]
    table = pd.DataFrame({"frequency": days.count() - 1, "recency": days.max(), "T": 728.0})
    model = ParetoNBDModel().fit(table)
    away = (np.log(model.parameters_) - np.log(pd.Series(parameters))) / (
        model.standard_errors_ / model.parameters_
    )
    assert (away.abs() < 3.5).all()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of lifetimes
def test_where_lifetimes_has_no_number():
    table = pd.DataFrame({"frequency": [1000.0, 3.0], "recency": [700.0, 400.0], "T": [720.0] * 2})
    at_one = {**ESTIMATES, "s": 1.0}
    model, theirs = ParetoNBDModel.from_parameters(**at_one), lifetimes_of(at_one)
    columns = columns_of(table)
    assert np.isnan(theirs.conditional_expected_number_of_purchases_up_to_time(39, *columns)).all()
    assert (model.expected_purchases(table, horizon="39W").value > 0).all()
    counts = model.purchase_distribution(table, horizon="39W", most=1000)
    assert counts.sum(axis=1).to_numpy() == pytest.approx(1)
    mean = counts.drop(columns="more").to_numpy() @ np.arange(1001)
    assert mean == pytest.approx(model.expected_purchases(table, horizon="39W").value, rel=1e-8)
