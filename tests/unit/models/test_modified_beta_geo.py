"""MBG/NBD and MBG/CNBD-k: likelihood and forecasts against their definitions."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import beta, gamma, poisson

from custintel.models import BetaGeoModel, ModifiedBetaGeoModel
from custintel.models._beta_geo_likelihood import BetaGeoLikelihood, Variant
from custintel.models._design import Design, Term
from custintel.models._history import Purchases

PARAMETERS = {"r": 1.4, "alpha": 2.0, "a": 1.7, "b": 2.4}
# Times of the repeat purchases in weeks, and the end of observation.
CASES = [([], 3.0), ([], 0.0), ([0.5], 2.0), ([0.2, 1.1, 1.5], 1.8), ([1.0, 2.0], 2.0)]


def history_of(purchases: pd.DataFrame, T: float) -> pd.DataFrame:
    observed = purchases[purchases["days_since_first"] <= T]
    days = observed.groupby("customer_id", sort=False)["days_since_first"]
    logs = np.log(days.diff().fillna(1.0)).groupby(observed["customer_id"]).sum()
    return pd.DataFrame(
        {"frequency": days.count() - 1, "recency": days.max(), "T": T, "sum_log_intervals": logs}
    )


def customer(times, T):
    intervals = np.diff([0.0, *times])
    numbers = (len(times), max([0.0, *times]), T, np.log(intervals).sum())
    return Purchases(*(np.array([float(number)]) for number in numbers))


def likelihood_by_definition(times, T, k, *, r, alpha, a, b):
    """Average over rates λ of phases and probabilities p of leaving after each purchase."""
    x, silent = len(times), T - max([0.0, *times])
    intervals = np.diff([0.0, *times])

    def until_the_last(rate):
        density = rate**k * intervals ** (k - 1) * np.exp(-rate * intervals)
        return np.prod(density / math.factorial(k - 1)) * gamma.pdf(rate, r, scale=1 / alpha)

    def and_silent(rate):
        return until_the_last(rate) * poisson.cdf(k - 1, rate * silent)

    def mean(function, upper):
        return quad(function, 0, upper, epsabs=0, epsrel=1e-10, limit=500)[0]

    stays = mean(lambda p: (1 - p) ** (x + 1) * beta.pdf(p, a, b), 1)
    leaves_last = mean(lambda p: p * (1 - p) ** x * beta.pdf(p, a, b), 1)
    return stays * mean(and_silent, 60.0) + leaves_last * mean(until_the_last, 60.0)


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize(("times", "T"), CASES)
def test_likelihood_equals_its_definition(times, T, k):
    variant = Variant(leaves_at_first=True, regularity=k)
    one = BetaGeoLikelihood.of(variant, customer(times, T), np.ones(1), Design(4))
    ours = one(np.log([*PARAMETERS.values()])).value
    assert np.exp(ours) == pytest.approx(
        likelihood_by_definition(times, T, k, **PARAMETERS), rel=1e-8
    )


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize(("times", "T"), CASES)
def test_probability_alive_equals_its_definition(times, T, k):
    # Bayes: the share of the likelihood that belongs to not having left.
    model = ModifiedBetaGeoModel.from_parameters(**PARAMETERS, regularity=k)
    one = customer(times, T)
    history = pd.DataFrame({"frequency": one.frequency, "recency": 7 * one.recency, "T": 7 * one.T})
    x, silent = len(times), T - max([0.0, *times])
    r, alpha, a, b = PARAMETERS.values()
    of_all = gamma(r, scale=1 / alpha)

    def of_rate(rate):  # given x intervals of k phases until t_x
        return rate ** (k * x) * np.exp(-rate * one.recency[0]) * of_all.pdf(rate)

    active = quad(lambda rate: of_rate(rate) * poisson.cdf(k - 1, rate * silent), 0, 60)[0]
    active *= (b + x) / (a + b + x)
    left = quad(of_rate, 0, 60)[0] * a / (a + b + x)
    ours = model.probability_alive(history)
    assert ours.iloc[0] == pytest.approx(active / (active + left), rel=1e-7)


VARIANTS = [Variant(leaves_at_first=False)] + [
    Variant(leaves_at_first=True, regularity=k) for k in (1, 2, 5)
]
POINTS = [[0.5, 5, 0.5, 2], [3, 0.2, 0.05, 40], [0.05, 90, 8, 0.3]]


@pytest.fixture(scope="module")
def few():
    """Customers of all kinds: without repeat, silent, just seen, observed for no time."""
    model = ModifiedBetaGeoModel.from_parameters(r=1.1, alpha=3.0, a=0.5, b=2.0, regularity=2)
    history = history_of(model.simulate(60, duration="40W", random_state=4), T=280.0)
    history.iloc[0, :3] = [0, 0.0, 0.0]
    columns = history[["frequency", "recency", "T", "sum_log_intervals"]].to_numpy(float).T
    return Purchases(*columns).in_units_of(7.0)


@pytest.fixture(scope="module")
def designs():
    z = np.random.default_rng(5).normal(size=(60, 3))
    rate, dropout = Term(1, -z[:, :2]), Term(2, z[:, 1:])
    return {
        "none": Design(4),
        "transactions": Design(4, (rate,)),
        "dropout": Design(4, (dropout,)),
        "both": Design(4, (rate, dropout)),
    }


@pytest.mark.parametrize("at", POINTS)
@pytest.mark.parametrize("moved", ["none", "transactions", "dropout", "both"])
@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_derivatives_equal_differences(few, designs, variant, moved, at):
    weight = np.linspace(0.5, 2.0, 60)
    likelihood = BetaGeoLikelihood.of(variant, few, weight, designs[moved])
    point = np.append(np.log(at), [0.3, -0.2, 0.1, 0.4][: designs[moved].n_coefficients()])
    curve, steps = likelihood(point), 1e-5 * np.eye(len(point))
    ends = [(likelihood(point + step), likelihood(point - step)) for step in steps]
    gradient = [(up.value - down.value) / 2e-5 for up, down in ends]
    hessian = [(up.gradient - down.gradient) / 2e-5 for up, down in ends]
    size = np.abs(gradient).max()
    assert curve.gradient == pytest.approx(gradient, rel=1e-6, abs=1e-7 * size)
    size = np.abs(hessian).max()
    assert curve.hessian == pytest.approx(np.array(hessian), rel=1e-6, abs=1e-7 * size)


@pytest.fixture(scope="module", params=[1, 2, 3])
def observed_and_later(request):
    """A model, the histories of its customers, and when they purchased next."""
    model = ModifiedBetaGeoModel.from_parameters(
        r=0.9, alpha=5.0 / request.param, a=0.8, b=2.4, regularity=request.param
    )
    purchases = model.simulate(60_000, duration="78W", random_state=6)
    history = history_of(purchases, T=273.0)
    later = purchases[purchases["days_since_first"] > 273.0]
    counts = later.groupby("customer_id").size().reindex(history.index, fill_value=0)
    first = later.groupby("customer_id")["days_since_first"].min().reindex(history.index) - 273.0
    return model, history, counts, first


def groups_of(history):
    silent = (history["frequency"] > 2) & (history["recency"] < 100)
    just_seen = history["recency"] > 250
    return [history["T"] > 0, history["frequency"] == 0, silent, just_seen]


def assert_mean(residuals, groups):
    """Check that the mean of each group is zero, as far as chance allows."""
    for group in groups:
        assert group.sum() > 100
        # Of events that hardly ever happen, none may have been seen.
        error = residuals[group].std() / np.sqrt(group.sum()) + 3 / group.sum()
        assert residuals[group].mean() == pytest.approx(0, abs=4 * error)


def test_expected_purchases_are_the_mean_of_those_simulated(observed_and_later):
    model, history, counts, _ = observed_and_later
    expected = model.expected_purchases(history, horizon="39W").value
    assert_mean(counts - expected, groups_of(history))


def test_probability_of_none_is_the_share_of_those_simulated(observed_and_later):
    model, history, counts, _ = observed_and_later
    none = model.probability_of_none(history, horizon="39W").value
    assert_mean((counts == 0) - none, groups_of(history))


def test_count_probabilities_are_the_shares_of_those_simulated(observed_and_later):
    model, history, counts, _ = observed_and_later
    table = model.purchase_distribution(history, horizon="39W", most=6)
    for n in range(7):
        assert_mean((counts == n) - table[n], groups_of(history))
    assert_mean((counts > 6) - table["more"], groups_of(history))


def test_the_median_of_the_next_purchase_is_that_of_those_simulated(observed_and_later):
    # Half of those who purchase at all do so by their median, if the simulation lasts so long.
    model, history, _, first = observed_and_later
    again = history["frequency"] > 0
    coming = model.next_purchase(history[again])
    first, groups = first[again], groups_of(history[again])
    seen = coming["median_days"] < 270.0
    by_median = (first <= coming["median_days"]) - coming["probability_of_another"] / 2
    assert_mean(by_median[seen], [seen[seen], *(each[seen] for each in groups[2:])])


@pytest.mark.parametrize("days", [30.0, 180.0, 364.0])
@pytest.mark.parametrize("k", [1, 4])
def test_expected_repeat_purchases_are_the_mean_of_those_simulated(days, k):
    model = ModifiedBetaGeoModel.from_parameters(r=0.9, alpha=2.0, a=0.8, b=2.4, regularity=k)
    purchases = model.simulate(100_000, duration="52W", random_state=5)
    made = purchases["days_since_first"].between(0, days, inclusive="right")
    per_customer = made.groupby(purchases["customer_id"]).sum()
    error = per_customer.std() / np.sqrt(len(per_customer))
    expected = model.expected_repeat_purchases(days)
    assert expected == pytest.approx(per_customer.mean(), abs=4 * error)


@pytest.mark.parametrize("k", [1, 3])
def test_jacobians_equal_differences(k):
    history = pd.DataFrame(
        {"frequency": [0, 2, 9, 2], "recency": [0.0, 60, 200, 1], "T": [200.0, 90, 210, 90]}
    )
    values = {"r": 0.9, "alpha": 5.0, "a": 0.8, "b": 2.4}

    def forecasts(factors):
        moved = {name: value * factors.get(name, 1.0) for name, value in values.items()}
        model = ModifiedBetaGeoModel.from_parameters(**moved, regularity=k)
        return (
            model.expected_purchases(history, horizon="12M", annual_discount_rate=0.1),
            model.probability_of_none(history, horizon="12M"),
        )

    ours, h = forecasts({}), 1e-4
    for position, name in enumerate(values):
        up, down = forecasts({name: np.exp(h)}), forecasts({name: np.exp(-h)})
        for each, above, below in zip(ours, up, down, strict=True):
            difference = (above.value - below.value) / (2 * h)
            assert each.jacobian[:, position] == pytest.approx(difference, rel=1e-5, abs=1e-7)


def test_one_time_buyers_may_have_left_unlike_under_bg_nbd():
    history = pd.DataFrame({"frequency": 0, "recency": 0.0, "T": [0.0, 70.0, 700.0]})
    alive = ModifiedBetaGeoModel.from_parameters(**PARAMETERS).probability_alive(history)
    assert alive.iloc[0] == pytest.approx(2.4 / (1.7 + 2.4))
    assert alive.is_monotonic_decreasing
    with pytest.warns(match="no repeat purchase"):
        assert (BetaGeoModel.from_parameters(**PARAMETERS).probability_alive(history) == 1).all()


def test_a_second_model_of_the_same_parameters_forecasts_alike_in_other_units():
    history = pd.DataFrame({"frequency": [0, 3], "recency": [0.0, 40.0], "T": [90.0, 90.0]})
    weeks = ModifiedBetaGeoModel.from_parameters(**PARAMETERS, regularity=2)
    in_days = {**PARAMETERS, "alpha": 14.0}
    days = ModifiedBetaGeoModel.from_parameters(**in_days, regularity=2, time_unit="D")
    for method in ("probability_alive", "next_purchase"):
        ours, theirs = (getattr(model, method)(history) for model in (weeks, days))
        assert ours.to_numpy() == pytest.approx(theirs.to_numpy(), rel=1e-10)
