"""BG/BB on the donations: the published figures, lifetimes, and every string of purchases.

Fader, Hardie & Shang (2010), Marketing Science 29(6), 1086–1108: estimates and table 6. The sum
of conditional expectations is that of their spreadsheet, as lifetimes' tests quote it.
"""

import warnings
from itertools import product

import numpy as np
import pandas as pd
import pytest
from lifetimes import BetaGeoBetaBinomFitter
from scipy.special import betaln, hyp2f1

from custintel.datasets import load_donations
from custintel.models.beta_geo_beta_binomial import BetaGeoBetaBinomialModel

ESTIMATES = {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}
OTHER = {"alpha": 0.7, "beta": 1.6, "gamma": 1.3, "delta": 0.9}


@pytest.fixture(scope="module")
def donations():
    return load_donations()


@pytest.fixture(scope="module")
def fitted(donations):
    return BetaGeoBetaBinomialModel().fit(donations, sample_weight=donations["n_donors"])


@pytest.fixture(scope="module")
def theirs(donations):
    columns = [donations[name] for name in ("frequency", "recency", "n_periods", "n_donors")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return BetaGeoBetaBinomFitter().fit(*columns)


@pytest.fixture(scope="module")
def same(theirs):
    parameters = {name: float(theirs.params_[name]) for name in ESTIMATES}
    return BetaGeoBetaBinomialModel.from_parameters(**parameters)


@pytest.mark.parametrize("name", ESTIMATES)
def test_estimates(fitted, name):
    assert getattr(fitted, f"{name}_") == pytest.approx(ESTIMATES[name], abs=5e-4)


def test_log_likelihood(fitted):
    assert fitted.log_likelihood_ == pytest.approx(-33225.5813, abs=1e-4)
    assert fitted.n_customers_ == 11_104
    assert fitted.aic_ == pytest.approx(8 + 2 * 33225.5813, abs=1e-3)


@pytest.mark.parametrize(
    ("frequency", "recency", "alive"), [(0, 0, 0.11), (2, 4, 0.59), (6, 6, 0.93)]
)
def test_probability_alive_in_2002(fitted, frequency, recency, alive):
    donor = pd.DataFrame({"frequency": [frequency], "recency": [recency], "n_periods": [6]})
    assert fitted.probability_alive(donor).iloc[0] == pytest.approx(alive, abs=0.005)


def test_sum_of_conditional_expectations(fitted, donations):
    expected = fitted.expected_purchases(donations, n_occasions=5).value
    assert expected @ donations["n_donors"].to_numpy() == pytest.approx(12_884.2, abs=0.1)


def test_standard_errors_equal_those_of_a_numerical_hessian(fitted, donations):
    """Differentiate lifetimes' likelihood, which is not ours."""
    x, t_x, n, weight = (donations[name].to_numpy() for name in donations.columns)
    at = fitted.parameters_.to_numpy()
    steps = np.diag(1e-3 * at)

    def loss(parameters):
        return -weight @ BetaGeoBetaBinomFitter._loglikelihood(parameters, x, t_x, n)

    hessian = [
        [
            (loss(at + u + w) - loss(at + u - w) - loss(at - u + w) + loss(at - u - w))
            / (4 * u.sum() * w.sum())
            for w in steps
        ]
        for u in steps
    ]
    expected = np.sqrt(np.diag(np.linalg.inv(hessian)))
    assert fitted.standard_errors_.to_numpy() == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("n", [1, 5, 40])
def test_expectations_equal_those_of_lifetimes(same, theirs, donations, n):
    columns = [donations[name] for name in ("frequency", "recency", "n_periods")]
    expected = theirs.conditional_expected_number_of_purchases_up_to_time(n, *columns)
    ours = same.expected_purchases(donations, n_occasions=n).value
    assert ours == pytest.approx(expected.to_numpy(), rel=1e-9)


@pytest.mark.parametrize("ahead", [0, 1, 7])
def test_probability_alive_equals_that_of_lifetimes(same, theirs, donations, ahead):
    columns = [donations[name] for name in ("frequency", "recency", "n_periods")]
    expected = theirs.conditional_probability_alive(ahead, *columns)
    ours = same.probability_alive(donations, occasions_ahead=ahead)
    assert ours.to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-9)


def test_distribution_of_new_customers_equals_that_of_lifetimes(same, theirs):
    expected = theirs.expected_number_of_transactions_in_first_n_periods(6)["model"]
    ours = 11_104 * same.purchase_distribution_of_new_customer(n_occasions=6)
    assert ours.to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-9)


def test_discounted_residual_transactions_are_those_of_the_paper(donations):
    """Equation 14, with Gauss's hypergeometric function from scipy."""
    alpha, beta, gamma, delta = OTHER.values()
    x, n, d = donations["frequency"].to_numpy(), 6, 0.1
    columns = [donations[name].to_numpy() for name in ("frequency", "recency", "n_periods")]
    likelihood = np.exp(BetaGeoBetaBinomFitter._loglikelihood(tuple(OTHER.values()), *columns))
    bought = np.exp(betaln(alpha + x + 1, beta + n - x) - betaln(alpha, beta))
    stayed = np.exp(betaln(gamma, delta + n + 1) - betaln(gamma, delta)) / (1 + d)
    later = hyp2f1(1, delta + n + 1, gamma + delta + n + 1, 1 / (1 + d))
    model = BetaGeoBetaBinomialModel.from_parameters(**OTHER)
    ours = model.expected_purchases(donations, n_occasions=None, discount_rate_per_occasion=d)
    assert ours.value == pytest.approx(bought * stayed * later / likelihood, rel=1e-9)


def probabilities_of_strings(n):
    """Return the probability of every string of purchases on n occasions, by the definition.

    A customer of probabilities p, θ is integrated numerically over both beta distributions.
    """
    nodes, weights = np.polynomial.legendre.leggauss(400)
    # u = v² flattens the densities' singular ends.
    v, w = (nodes + 1) / 2, weights / 2
    at = np.sin(np.pi / 2 * v) ** 2
    measure = w * np.pi * np.sqrt(at * (1 - at))
    alpha, beta, gamma, delta = OTHER.values()

    def density(a, b):
        return np.exp((a - 1) * np.log(at) + (b - 1) * np.log1p(-at) - betaln(a, b)) * measure

    p, theta = at[:, None], at[None, :]
    joint = density(alpha, beta)[:, None] * density(gamma, delta)[None, :]
    found = {}
    for string in product([0, 1], repeat=n):
        total = np.zeros_like(joint)
        for last in range(n + 1):  # occasion after which the customer is gone
            if any(string[last:]):
                continue
            bought = sum(string[:last])
            gone = theta if last < n else 1.0
            total += p**bought * (1 - p) ** (last - bought) * (1 - theta) ** last * gone
        found[string] = float((joint * total).sum())
    return found


@pytest.fixture(scope="module")
def strings():
    return probabilities_of_strings(6)


def begins_like(string, frequency, recency, observed):
    past = string[:observed]
    last = max((i + 1 for i, bought in enumerate(past) if bought), default=0)
    return sum(past) == frequency and last == recency


HISTORIES = [(0, 0, 3), (1, 1, 3), (1, 3, 3), (2, 2, 3), (3, 3, 3), (2, 3, 3), (0, 0, 0)]


@pytest.mark.parametrize("history", HISTORIES)
def test_forecasts_equal_the_enumeration_of_all_strings(strings, history):
    model = BetaGeoBetaBinomialModel.from_parameters(**OTHER)
    observed = history[2]
    table = pd.DataFrame([history], columns=["frequency", "recency", "n_periods"])
    mass = np.zeros(4)
    for string, probability in strings.items():
        if begins_like(string, *history):
            mass[sum(string[observed : observed + 3])] += probability
    mass /= mass.sum()
    ours = model.purchase_distribution(table, n_occasions=3, most=3).iloc[0].to_numpy()
    assert ours == pytest.approx([*mass, 0.0], abs=1e-7)
    expected = model.expected_purchases(table, n_occasions=3).value
    assert expected == pytest.approx([mass @ np.arange(4)], abs=1e-7)
    assert model.probability_of_none(table, n_occasions=3).value == pytest.approx(mass[0], abs=1e-7)


def test_simulated_customers_meet_their_forecasts():
    """Observe 6 occasions, forecast 4, and count the purchases on these."""
    model = BetaGeoBetaBinomialModel.from_parameters(**OTHER)
    short = model.simulate(200_000, n_periods=6, random_state=3)
    long = model.simulate(200_000, n_periods=10, random_state=3)
    assert (long["frequency"] >= short["frequency"]).all()  # the same customers, seen longer
    later = long["frequency"] - short["frequency"]
    forecast = model.expected_purchases(short, n_occasions=4).value
    error = later.std() / np.sqrt(len(later))
    assert later.mean() == pytest.approx(forecast.mean(), abs=4 * error)
    never = short["frequency"] == 0
    assert later[never].mean() == pytest.approx(forecast[never].mean(), rel=0.05)


def test_intervals_cover_the_truth():
    truth = BetaGeoBetaBinomialModel.from_parameters(alpha=1.2, beta=0.8, gamma=0.7, delta=2.8)
    parameters, totals = [], []
    for seed in range(60):
        history = truth.simulate(2000, n_periods=8, random_state=seed)
        model = BetaGeoBetaBinomialModel().fit(history)
        table = model.summary()
        parameters.extend(
            (table["low"] <= truth.parameters_) & (truth.parameters_ <= table["high"])
        )
        everyone = np.zeros(len(history), dtype=np.intp)
        bounds = model.expected_purchases(history, n_occasions=4).sums(everyone, 1).interval(0.95)
        exact = truth.expected_purchases(history, n_occasions=4).value.sum()
        totals.append(bool(bounds.low[0] <= exact <= bounds.high[0]))
    assert 0.90 <= np.mean(parameters) <= 0.99  # 240 correlated trials at 95 %
    assert sum(totals) >= 51  # of 60 at 95 %: fewer once in 1,000
