"""BG/NBD: the likelihood and the forecasts against their definitions, and the edges."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import betaln, gammaln
from scipy.stats import beta, gamma

from custintel.errors import ConvergenceError, WeakResultWarning
from custintel.models import BetaGeoModel
from custintel.models._beta_geo_likelihood import BetaGeoLikelihood, Variant
from custintel.models._design import Design
from custintel.models._history import Purchases, read_purchases
from custintel.models._merging import merged

CDNOW = {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}
MODEL = BetaGeoModel.from_parameters(**CDNOW)


def history_of(purchases: pd.DataFrame, T: float) -> pd.DataFrame:
    days = purchases.groupby("customer_id")["days_since_first"]
    return pd.DataFrame({"frequency": days.count() - 1, "recency": days.max(), "T": T})


def likelihood_of(purchases: Purchases, days_per_unit: float) -> BetaGeoLikelihood:
    distinct, weight = merged(purchases, None)
    variant = Variant(leaves_at_first=False)
    return BetaGeoLikelihood.of(variant, distinct.in_units_of(days_per_unit), weight, Design(4))


@pytest.fixture(scope="module")
def simulated():
    return history_of(MODEL.simulate(4000, duration="39W", random_state=3), T=273.0)


@pytest.fixture(scope="module")
def fitted(simulated):
    return BetaGeoModel().fit(simulated)


def likelihood_by_definition(x, t_x, T, parameters):
    """Average the likelihood of one customer over many rates λ and probabilities p."""
    r, alpha, a, b = parameters
    middles = (np.arange(4000) + 0.5) / 4000
    rate, p = gamma.ppf(middles, r, scale=1 / alpha)[:, None], beta.ppf(middles, a, b)
    stayed = (1 - p) ** x * rate**x * np.exp(-rate * T)
    left = p * (1 - p) ** (x - 1) * rate**x * np.exp(-rate * t_x) if x else 0.0
    return (stayed + left).mean()


@pytest.mark.parametrize(("x", "t_x", "T"), [(0, 0, 3.0), (1, 0.5, 2.0), (3, 1.5, 1.8), (2, 2, 2)])
def test_likelihood_equals_its_definition(x, t_x, T):
    parameters = np.array([1.4, 2.0, 1.7, 2.4])
    one = Purchases(*(np.array([float(number)]) for number in (x, t_x, T)))
    ours = likelihood_of(one, 1.0)(np.log(parameters)).value
    assert np.exp(ours) == pytest.approx(likelihood_by_definition(x, t_x, T, parameters), rel=1e-4)


@pytest.mark.parametrize("days_per_unit", [1.0, 7.0])
@pytest.mark.parametrize("whole_days", [True, False])
def test_likelihood_equals_the_published_formula(simulated, days_per_unit, whole_days):
    # Fader, Hardie & Lee (2005), equation 6, customer by customer.
    table = simulated.assign(recency=np.ceil(simulated["recency"])) if whole_days else simulated
    r, alpha, a, b = np.array([0.6, 30.0 / days_per_unit, 0.5, 1.5])
    x = table["frequency"].to_numpy()
    t_x, T = table["recency"].to_numpy() / days_per_unit, table["T"].to_numpy() / days_per_unit
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    alive = betaln(a, b + x) - (r + x) * np.log(alpha + T)
    left = betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)
    expected = shared + np.where(x > 0, np.logaddexp(alive, left), alive)
    likelihood = likelihood_of(read_purchases(table), days_per_unit)
    ours = likelihood(np.log([r, alpha, a, b])).value
    assert ours == pytest.approx(expected.sum(), rel=1e-12)
    # All rows, or one of each kind: more than a block of them would not differ.
    assert (len(likelihood.weight) < len(table)) == whole_days


def test_blocks_do_not_matter(simulated, monkeypatch):
    likelihood = likelihood_of(read_purchases(simulated), 7.0)
    at = np.log([0.6, 4.0, 0.5, 1.5])
    whole = likelihood(at)
    monkeypatch.setattr("custintel.models._beta_geo_likelihood._BLOCK", 100)
    parts = likelihood(at)
    assert parts.value == pytest.approx(whole.value, rel=1e-13)
    assert parts.hessian == pytest.approx(whole.hessian, rel=1e-11)


@pytest.mark.parametrize("at", [[0.5, 5, 0.5, 2], [3, 0.2, 0.05, 40], [0.05, 90, 8, 0.3]])
def test_derivatives_equal_differences(simulated, at):
    likelihood = likelihood_of(read_purchases(simulated), 7.0)
    point, steps = np.log(at), 1e-5 * np.eye(4)
    curve = likelihood(point)
    ends = [(likelihood(point + step), likelihood(point - step)) for step in steps]
    gradient = [(up.value - down.value) / 2e-5 for up, down in ends]
    hessian = [(up.gradient - down.gradient) / 2e-5 for up, down in ends]
    assert curve.gradient == pytest.approx(gradient, rel=1e-6, abs=1e-5)
    assert curve.hessian == pytest.approx(np.array(hessian), rel=1e-6, abs=1e-5)


def test_fit_recovers_the_true_parameters(fitted):
    for name, truth in CDNOW.items():
        distance = abs(np.log(getattr(fitted, f"{name}_") / truth))
        assert distance < 3 * fitted.standard_errors_[name] / getattr(fitted, f"{name}_")


def test_a_subsample_as_start_changes_nothing(simulated, fitted, monkeypatch):
    monkeypatch.setattr("custintel.models._purchase_fit._SUBSAMPLE", 500)
    again = BetaGeoModel().fit(simulated)
    pd.testing.assert_frame_equal(again.summary(), fitted.summary(), rtol=1e-6)


def test_the_time_unit_changes_alpha_alone(simulated, fitted):
    by_day = BetaGeoModel(time_unit="D").fit(simulated)
    assert by_day.alpha_ == pytest.approx(7 * fitted.alpha_, rel=1e-6)
    assert by_day.r_ == pytest.approx(fitted.r_, rel=1e-6)
    forecasts = [model.forecast(simulated, horizon="26W") for model in (by_day, fitted)]
    pd.testing.assert_frame_equal(*forecasts, rtol=1e-5)
    with pytest.raises(ValueError, match="time unit is one of"):
        BetaGeoModel(time_unit="weeks").fit(simulated)


@pytest.mark.parametrize("days", [30.0, 180.0, 364.0])
def test_expected_repeat_purchases_are_the_mean_of_the_simulated_ones(days):
    purchases = MODEL.simulate(200_000, duration="52W", random_state=5)
    made = purchases["days_since_first"].between(0, days, inclusive="right")
    per_customer = made.groupby(purchases["customer_id"]).sum()
    error = per_customer.std() / np.sqrt(len(per_customer))
    expected = MODEL.expected_repeat_purchases(days)
    assert expected == pytest.approx(per_customer.mean(), abs=4 * error)


def test_forecasts_are_the_mean_of_what_is_simulated_later():
    purchases = MODEL.simulate(300_000, duration="78W", random_state=6)
    later = purchases[purchases["days_since_first"] > 273.0].groupby("customer_id").size()
    history = history_of(purchases[purchases["days_since_first"] <= 273.0], T=273.0)
    realised = later.reindex(history.index, fill_value=0)
    expected = MODEL.expected_purchases(history, horizon="39W").value
    residuals = realised - expected
    # In total, for frequent customers, and for those who have been silent for long.
    silent = (history["frequency"] > 2) & (history["recency"] < 100)
    for group in (history["T"] > 0, history["frequency"] == 0, history["frequency"] > 5, silent):
        error = residuals[group].std() / np.sqrt(group.sum())
        assert residuals[group].mean() == pytest.approx(0, abs=4 * error)
    # The probability to be active is the share that would purchase if the horizon never ended.
    again = history["frequency"] > 0
    assert (MODEL.probability_alive(history[again])[realised[again] > 0] > 0).all()


def test_probability_alive_is_one_without_repeat_purchase_and_a_warning_says_so():
    history = pd.DataFrame({"frequency": [0, 0, 3], "recency": [0, 0, 9.0], "T": [9, 900.0, 900]})
    with pytest.warns(WeakResultWarning, match="2 customers of 3 have no repeat .* by assumption"):
        alive = MODEL.probability_alive(history)
    assert alive.tolist()[:2] == [1, 1]
    with pytest.warns(WeakResultWarning, match="without the covariance"):
        assert MODEL.forecast(history)["is_alive_assumed"].tolist() == [True, True, False]
    r, alpha, a, b = CDNOW.values()
    odds = a / (b + 2) * ((alpha + 900 / 7) / (alpha + 9 / 7)) ** (r + 3)
    assert alive[2] == pytest.approx(1 / (1 + odds))


def test_parameters_that_break_lifetimes():
    model = BetaGeoModel.from_parameters(r=0.11, alpha=2.24, a=0.31, b=0.5)
    history = pd.DataFrame({"frequency": [0], "recency": [0.0], "T": [7.0]})
    expected = model.expected_purchases(history, horizon="30W")

    def given_p(p):
        kernel = (1 - (1 + p * 30 / 3.24) ** -0.11) / p
        return kernel * np.exp(
            (0.31 - 1) * np.log(p) + (0.5 - 1) * np.log1p(-p) - betaln(0.31, 0.5)
        )

    assert expected.value[0] == pytest.approx(quad(given_p, 0, 1, epsabs=1e-10)[0], rel=1e-6)


def test_customers_with_thousands_of_purchases():
    history = pd.DataFrame(
        {"frequency": [1000, 5000, 100_000], "recency": [700.0, 90.0, 699.9], "T": 700.0}
    )
    errors = pd.DataFrame(np.diag([0.01, 0.4, 0.2, 0.7]) ** 2, [*CDNOW], [*CDNOW])
    model = BetaGeoModel.from_parameters(**CDNOW, covariance=errors)
    table = model.forecast(history, horizon="10W")
    assert np.isfinite(table.to_numpy(float)).all()
    # At the customer's own rate, less the few who leave; silent for 600 days is gone.
    assert 90 < table["expected_purchases"][0] < 100
    assert table["probability_alive"].tolist()[1] < 1e-12
    assert table["expected_purchases"][1] == pytest.approx(0, abs=1e-9)


def test_discounting_is_step_by_step(simulated):
    some = simulated.head(200)
    discounted = MODEL.expected_purchases(some, horizon="12M", annual_discount_rate=0.15)
    ends = [MODEL.expected_purchases(some, horizon=f"{n}M").value for n in range(1, 13)]
    steps = np.diff([np.zeros(200), *ends], axis=0)
    factors = 1.15 ** -((np.arange(12) + 0.5) / 12)
    assert discounted.value == pytest.approx(factors @ steps, rel=1e-9)


def test_no_discount_is_exactly_the_plain_expectation(simulated):
    plain = MODEL.expected_purchases(simulated, horizon="52W")
    zero = MODEL.expected_purchases(simulated, horizon="52W", annual_discount_rate=0.0)
    assert plain.value.tolist() == zero.value.tolist()
    assert plain.jacobian.tolist() == zero.jacobian.tolist()
    with pytest.raises(ValueError, match="annual_discount_rate is a rate"):
        MODEL.expected_purchases(simulated, horizon="52W", annual_discount_rate=-0.1)


def test_jacobian_equals_differences(simulated):
    some, h = simulated.head(300), 1e-5
    arguments = {"horizon": "12M", "annual_discount_rate": 0.1}
    jacobian = MODEL.expected_purchases(some, **arguments).jacobian
    for position, name in enumerate(CDNOW):
        up, down = (
            BetaGeoModel.from_parameters(**{**CDNOW, name: CDNOW[name] * np.exp(step)})
            for step in (h, -h)
        )
        values = [model.expected_purchases(some, **arguments).value for model in (up, down)]
        assert jacobian[:, position] == pytest.approx((values[0] - values[1]) / (2 * h), abs=1e-6)


def test_bounds_are_missing_with_a_warning_without_covariance(simulated):
    with pytest.warns(WeakResultWarning, match="made without the covariance") as caught:
        table = MODEL.forecast(simulated.head(3))
    assert caught[0].filename == __file__
    assert table.filter(regex="low|high").isna().all(axis=None)
    sure = ["probability_alive", "expected_purchases", "probability_of_none"]
    assert table[sure].notna().all(axis=None)


def test_bounds_hold_the_expectation_and_widen_with_the_level(fitted, simulated):
    narrow, wide = (fitted.forecast(simulated, level=level) for level in (0.5, 0.99))
    assert (wide["expected_purchases_low"] < narrow["expected_purchases_low"]).all()
    assert (narrow["expected_purchases_low"] < narrow["expected_purchases"]).all()
    assert (narrow["expected_purchases"] < wide["expected_purchases_high"]).all()


def test_intervals_agree_with_draws_from_the_covariance(fitted, simulated):
    some = simulated.head(40)
    values = np.array([getattr(fitted, f"{name}_") for name in CDNOW])
    covariance = fitted.covariance_.to_numpy() / np.outer(values, values)
    rng = np.random.default_rng(1)
    draws = np.exp(rng.multivariate_normal(np.log(values), covariance, 500))
    forecasts = [
        BetaGeoModel.from_parameters(**dict(zip(CDNOW, draw, strict=True)))
        .expected_purchases(some, horizon="26W")
        .value
        for draw in draws
    ]
    table = fitted.forecast(some, horizon="26W")
    spread = np.log(table["expected_purchases_high"] / table["expected_purchases_low"])
    assert spread.to_numpy() == pytest.approx(2 * 1.96 * np.log(forecasts).std(axis=0), rel=0.15)


def one_purchase_each(n):
    return pd.DataFrame({"frequency": 0, "recency": 0.0, "T": 200.0}, index=range(n))


def test_no_repeat_purchase_is_diagnosed():
    with pytest.raises(ConvergenceError, match="None of the 300 customers has purchased again"):
        BetaGeoModel().fit(one_purchase_each(300))


def nobody_leaves(rng):
    rate, T = rng.gamma(1.5, 1 / 40, 500), 400.0
    times = [np.sort(rng.random(rng.poisson(each * T))) * T for each in rate]
    return pd.DataFrame(
        {"frequency": [len(t) for t in times], "recency": [max([0, *t]) for t in times], "T": T}
    )


def all_leave_alike(rng):
    purchases = BetaGeoModel.from_parameters(r=2, alpha=2, a=40_000, b=120_000).simulate(
        400, duration="52W", random_state=rng
    )
    return history_of(purchases, T=364.0)


def everybody_alike(rng):
    purchases = BetaGeoModel.from_parameters(r=9e4, alpha=6e5, a=0.8, b=2.4).simulate(
        300, duration="52W", random_state=rng
    )
    return history_of(purchases, T=364.0)


def test_parameters_that_the_data_hardly_tell_are_pointed_out():
    messages = []
    for seed in range(8):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                model = BetaGeoModel().fit(all_leave_alike(np.random.default_rng(seed)))
            except ConvergenceError:
                continue
        loose = model.standard_errors_ / model.parameters_ > 3
        assert bool(caught) == loose.any()
        messages += [(str(each.message), loose.index[loose]) for each in caught]
    assert messages
    for message, names in messages:
        assert f"The data hardly tell {', '.join(names)}" in message


@pytest.mark.filterwarnings("ignore:The data hardly tell")
@pytest.mark.parametrize(
    ("situation", "words"),
    [
        (nobody_leaves, "nobody ever dropped out: .* NBD"),
        (all_leave_alike, "same probability of leaving after a purchase, about 0.2"),
        (everybody_alike, "all customers purchased at the same rate"),
    ],
)
def test_a_maximum_at_the_boundary_is_diagnosed(situation, words):
    # Not every sample of such customers lacks a maximum, but these do.
    messages = []
    for seed in range(8):
        try:
            BetaGeoModel().fit(situation(np.random.default_rng(seed)))
        except ConvergenceError as error:
            messages.append(str(error))
    assert any(pd.Series(messages).str.contains(words)), messages
    assert all("from_parameters" in message for message in messages)


def test_customers_of_the_same_age():
    model = BetaGeoModel.from_parameters(r=1.0, alpha=4.0, a=1.0, b=2.0)
    history = history_of(model.simulate(300, duration="52W", random_state=3), T=364.0)
    forecast = BetaGeoModel().fit(history).forecast(history)
    assert np.isfinite(forecast.to_numpy(float)).all()


def test_a_single_customer_is_diagnosed():
    one = pd.DataFrame({"frequency": [4], "recency": [100.0], "T": [120.0]})
    with pytest.raises(ConvergenceError, match="The likelihood has no maximum"):
        BetaGeoModel().fit(one)


def test_simulation_is_repeatable_and_ordered():
    first, again = (MODEL.simulate(50, duration="52W", random_state=9) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    other = MODEL.simulate(50, duration="52W", random_state=np.random.default_rng(10))
    assert not first.equals(other)
    by_customer = first.groupby("customer_id")["days_since_first"]
    assert first["customer_id"].nunique() == 50
    assert (by_customer.first() == 0).all()
    assert by_customer.is_monotonic_increasing.all()
    assert first["days_since_first"].between(0, 364).all()


def test_nobody_cannot_be_simulated():
    with pytest.raises(ValueError, match="n_customers is 1 or more: got 0"):
        MODEL.simulate(0, duration="52W", random_state=1)


def test_unfitted_models_say_what_to_do():
    with pytest.raises(AttributeError, match="has no parameters yet: call fit"):
        BetaGeoModel().forecast(one_purchase_each(1))


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_impossible_parameters_are_refused(value):
    with pytest.raises(ValueError, match="r is a finite number above zero"):
        BetaGeoModel.from_parameters(**{**CDNOW, "r": value})


def test_impossible_covariances_are_refused():
    wrong_names = pd.DataFrame(np.eye(4))
    with pytest.raises(ValueError, match="one row and one column per parameter"):
        BetaGeoModel.from_parameters(**CDNOW, covariance=wrong_names)
    lopsided = pd.DataFrame(np.tri(4), [*CDNOW], [*CDNOW])
    with pytest.raises(ValueError, match="symmetric"):
        BetaGeoModel.from_parameters(**CDNOW, covariance=lopsided)


def test_covariance_is_read_by_name(fitted, simulated):
    values = {name: getattr(fitted, f"{name}_") for name in CDNOW}
    turned = fitted.covariance_.iloc[::-1, ::-1]
    model = BetaGeoModel.from_parameters(**values, covariance=turned)
    pd.testing.assert_frame_equal(model.forecast(simulated), fitted.forecast(simulated))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no JSON", "not a BetaGeoModel written by to_json"),
        ("[1]", "not a BetaGeoModel written by to_json"),
        ("{}", "not a BetaGeoModel written by to_json"),
        ('{"model": "GammaGammaModel"}', "This is a GammaGammaModel, not a BetaGeoModel"),
    ],
)
def test_other_texts_are_refused(text, message):
    with pytest.raises(ValueError, match=message):
        BetaGeoModel.from_json(text)


def test_texts_set_nothing_but_the_facts_of_a_fit(fitted):
    stored = json.loads(fitted.to_json())
    stored["fit"]["forecast"] = "something else"
    stored["settings"]["other"] = 1
    again = BetaGeoModel.from_json(json.dumps(stored))
    assert set(vars(again)) == set(vars(fitted))


def test_no_warning_escapes_from_extreme_forecasts():
    history = pd.DataFrame({"frequency": [0, 1, 2], "recency": [0, 1, 2.0], "T": [0, 5000, 2.0]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for a, b in ((1e-3, 1e-3), (1e3, 1e-2), (1, 1e4), (0.5, 0.5)):
            model = BetaGeoModel.from_parameters(r=0.1, alpha=0.5, a=a, b=b)
            assert np.isfinite(model.expected_purchases(history, horizon="10Y").value).all()
