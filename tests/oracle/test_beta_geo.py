"""BG/NBD on the CDNOW sample: published estimates, and lifetimes' predictions.

Estimates: Fader, Hardie & Lee (2005), Marketing Science 24(2), table 2, with the digits of
CLVTools' test_correctness_bgnbd.R. Standard errors: from a numerical Hessian, independently.
"""

import warnings

import numpy as np
import pandas as pd
import pytest
from lifetimes import BetaGeoFitter

from custintel.datasets import load_cdnow
from custintel.models import BetaGeoModel
from custintel.tables import purchase_history

ESTIMATES = {"r": 0.2425945, "alpha": 4.4136019, "a": 0.7929199, "b": 2.4258881}
STANDARD_ERRORS = {"r": 0.012557, "alpha": 0.378224, "a": 0.185734, "b": 0.705414}


@pytest.fixture(scope="module")
def history():
    return purchase_history(load_cdnow("sample"), as_of="1997-09-30")


@pytest.fixture(scope="module")
def fitted(history):
    return BetaGeoModel().fit(history)


@pytest.fixture(scope="module")
def lifetimes_model(history):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return BetaGeoFitter().fit(history["frequency"], history["recency"] / 7, history["T"] / 7)


def test_the_data_are_those_of_the_paper(history):
    assert len(history) == 2357
    assert history["frequency"].sum() == 2457


@pytest.mark.parametrize("name", ESTIMATES)
def test_estimates(fitted, name):
    assert getattr(fitted, f"{name}_") == pytest.approx(ESTIMATES[name], abs=1e-4)


@pytest.mark.parametrize("name", STANDARD_ERRORS)
def test_standard_errors(fitted, name):
    assert fitted.standard_errors_[name] == pytest.approx(STANDARD_ERRORS[name], abs=1e-4)


def test_log_likelihood_and_customers(fitted):
    assert fitted.log_likelihood_ == pytest.approx(-9582.429, abs=1e-3)
    assert fitted.n_customers_ == 2357


def test_the_maximum_is_not_below_that_of_lifetimes(history, fitted, lifetimes_model):
    columns = history["frequency"], history["recency"] / 7, history["T"] / 7

    def mean_loss(values):
        loss = BetaGeoFitter._negative_log_likelihood
        return loss(np.log(values), *columns, np.ones(len(history)), 0.0)

    ours = mean_loss([getattr(fitted, f"{name}_") for name in ESTIMATES])
    assert ours == pytest.approx(-fitted.log_likelihood_ / 2357, rel=1e-12)
    assert ours <= mean_loss([lifetimes_model.params_[name] for name in ESTIMATES])


def test_published_forecast_of_one_customer(fitted):
    # Customer 1 of the paper: x = 2, t_x = 30.43, T = 38.86 weeks; 39 weeks ahead: 1.226.
    one = pd.DataFrame({"frequency": [2], "recency": [30.43 * 7], "T": [38.86 * 7]})
    expected = fitted.expected_purchases(one, horizon="39W").value
    assert expected == pytest.approx([1.226], abs=5e-4)


@pytest.mark.filterwarnings("ignore:.*no repeat purchase")
@pytest.mark.parametrize("weeks", [1, 13, 39, 52, 260])
def test_forecasts_equal_those_of_lifetimes(history, lifetimes_model, weeks):
    parameters = {name: float(lifetimes_model.params_[name]) for name in ESTIMATES}
    model = BetaGeoModel.from_parameters(**parameters)
    columns = history["frequency"], history["recency"] / 7, history["T"] / 7
    predict = lifetimes_model.conditional_expected_number_of_purchases_up_to_time
    ours = model.expected_purchases(history, horizon=f"{weeks}W").value
    assert ours == pytest.approx(np.asarray(predict(weeks, *columns)), rel=1e-7)
    alive = np.asarray(lifetimes_model.conditional_probability_alive(*columns))
    assert model.probability_alive(history).to_numpy() == pytest.approx(alive, rel=1e-9)


def cumulative(expected, history):
    """Sum the expected repeat purchases of all customers up to the ends of weeks 20–25."""
    first = 272 - history["T"].to_numpy()  # days since 1 January 1997
    return [expected(np.maximum(7 * week - first, 0)).sum() for week in range(20, 26)]


def test_cumulative_purchases_equal_those_of_lifetimes(history, fitted, lifetimes_model):
    ours = cumulative(fitted.expected_repeat_purchases, history)

    def by_lifetimes(days):
        made = np.zeros(len(days))
        since = days > 0  # lifetimes gives NaN at 0
        up_to = lifetimes_model.expected_number_of_purchases_up_to_time
        made[since] = up_to(days[since] / 7)
        return made

    assert ours == pytest.approx(cumulative(by_lifetimes, history), rel=1e-4)


def test_cumulative_purchases_are_near_the_actual_ones(history, fitted):
    # Actual: BTYD's walkthrough, cum.tracking[, 20:25]. Its expected 1309 … 1674 are those of
    # Pareto/NBD; the two models differ by less than half a percent here.
    actual = [1359, 1414, 1484, 1517, 1573, 1672]
    pareto_nbd = [1309, 1385, 1460, 1533, 1604, 1674]
    ours = cumulative(fitted.expected_repeat_purchases, history)
    assert ours == pytest.approx(pareto_nbd, rel=0.005)
    assert ours == pytest.approx(actual, rel=0.04)


def test_the_published_cumulative_purchases_are_those_of_pareto_nbd(history):
    r, alpha, s, beta = 0.55315, 10.57633, 0.60625, 11.67150

    def pareto_nbd(days):
        lived = beta / (s - 1) * (1 - (beta / (beta + days / 7)) ** (s - 1))
        return r / alpha * lived

    expected = cumulative(pareto_nbd, history)
    assert np.rint(expected).tolist() == [1309, 1385, 1460, 1533, 1604, 1674]


def test_holdout_total(history, fitted):
    # 1,882 repeat purchases in the 39 weeks that follow; the paper's figure 3 shows the fit.
    forecast = fitted.expected_purchases(history, horizon="39W")
    total = forecast.sums(np.zeros(len(history), dtype=np.intp), 1)
    assert total.value[0] == pytest.approx(1882, rel=0.15)
