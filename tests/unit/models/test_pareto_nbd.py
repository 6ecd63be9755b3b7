"""Pareto/NBD: the likelihood and the forecasts against their definitions, and the edges."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from custintel.errors import ConvergenceError
from custintel.models._design import Design, Term
from custintel.models._history import Purchases
from custintel.models._newton import Escape
from custintel.models._pareto_nbd_likelihood import ParetoNBDLikelihood
from custintel.models._pareto_nbd_limits import explain_escape
from custintel.models._pareto_nbd_process import NAMES, ParetoNBDProcess
from custintel.models._process import Horizon
from custintel.models.pareto_nbd import ParetoNBDModel

CDNOW = {"r": 0.55315, "alpha": 10.57633, "s": 0.60625, "beta": 11.6715}
MODEL = ParetoNBDModel.from_parameters(**CDNOW)
PROCESS = ParetoNBDProcess()
PARAMETERS = [
    (0.55, 10.6, 0.61, 11.7),
    (2.0, 0.01, 0.3, 500.0),  # α far below β
    (0.2, 800.0, 5.0, 0.1),  # α far above β
    (30.0, 60.0, 40.0, 900.0),
    (0.6, 9.0, 1.0, 20.0),  # where the published forms divide by s − 1
]
CUSTOMERS = [
    (0, 0.0, 39.0),
    (0, 0.0, 0.0),  # first purchase on the last day
    (1, 38.9, 39.0),
    (3, 12.0, 30.0),
    (26, 30.86, 31.0),
    (5, 20.0, 20.0),  # purchased on the last day: cannot have left
    (1500, 15.0, 39.0),
    (1500, 38.9, 39.0),
]


def purchases_of(*customers):
    return Purchases(*np.array(customers, dtype=float).T)


def histories_of(customers):
    days = [(x, t_x * 7, T * 7) for x, t_x, T in customers]
    return pd.DataFrame(days, columns=["frequency", "recency", "T"])


def log_odds_by_definition(parameters, customer):
    """Integrate over the time of leaving, in pieces short enough for any integrand."""
    (r, alpha, s, beta), (x, t_x, T) = parameters, customer
    if t_x == T:
        return -np.inf
    m = r + x

    def integrand(u):
        past = m * np.log1p(u / (alpha + t_x)) + s * np.log1p(u / (beta + t_x))
        return s / (beta + t_x + u) * np.exp(-past)

    scale = 1 / (m / (alpha + t_x) + (s + 1) / (beta + t_x))
    ends = scale * np.append(0.0, np.geomspace(1e-3, 1e6, 60))
    ends = np.append(ends[ends < T - t_x], T - t_x)
    pieces = [quad(integrand, *piece, epsabs=0, epsrel=1e-12)[0] for piece in pairwise(ends)]
    grown = m * np.log((alpha + T) / (alpha + t_x)) + s * np.log((beta + T) / (beta + t_x))
    return grown + np.log(sum(pieces))


@pytest.mark.parametrize("customer", CUSTOMERS)
@pytest.mark.parametrize("parameters", PARAMETERS)
@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")
def test_log_odds_of_having_left_equal_the_integral(parameters, customer):
    q, _slopes = PROCESS.log_odds_of_having_left(
        np.array(parameters), purchases_of(customer), with_slopes=True
    )
    assert q == pytest.approx([log_odds_by_definition(parameters, customer)], rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_log_odds_have_derivatives_for_all(parameters):
    _q, slopes = PROCESS.log_odds_of_having_left(
        np.array(parameters), purchases_of(*CUSTOMERS), with_slopes=True
    )
    assert slopes.shape == (4, len(CUSTOMERS))
    assert np.isfinite(slopes).all()


def random_customers(rng, n):
    x = rng.choice([0, 1, 2, 5, 30, 1500], n).astype(float)
    T = rng.uniform(5, 80, n)
    last = np.where(rng.random(n) < 0.1, 1.0, rng.uniform(0.01, 1, n))
    return Purchases(x, np.where(x > 0, T * last, 0.0), T)


@pytest.mark.parametrize("with_covariates", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_likelihood_has_the_slopes_and_bends_of_its_values(seed, with_covariates):
    rng = np.random.default_rng(seed)
    terms = (Term(1, -rng.normal(size=(60, 2))), Term(3, -rng.normal(size=(60, 1))))
    design = Design(4, terms if with_covariates else ())
    weight = rng.uniform(0.5, 3, 60)
    likelihood = ParetoNBDLikelihood.of(random_customers(rng, 60), weight, design)
    theta = np.append(rng.normal([0, 1, 0, 1]), rng.normal(0, 0.3, design.n_coefficients()))
    curve, nudges = likelihood(theta), 1e-4 * np.eye(len(theta))
    ends = [(likelihood(theta + each), likelihood(theta - each)) for each in nudges]
    slopes = [(above.value - below.value) / 2e-4 for above, below in ends]
    bends = [(above.gradient - below.gradient) / 2e-4 for above, below in ends]
    largest = np.abs(curve.gradient).max(), np.abs(curve.hessian).max()
    assert curve.gradient == pytest.approx(np.array(slopes), abs=1e-7 * largest[0])
    assert curve.hessian == pytest.approx(np.array(bends), abs=1e-7 * largest[1])


@pytest.mark.parametrize("scale", [1.0, 1e4, 1e7])
def test_likelihood_tends_to_that_of_equal_rates_of_leaving(scale):
    # s, β → ∞ with s/β = μ: an exponential lifetime, whose integral over λ is elementary for
    # x = 0 and r = 1: L = α [e^(−μT)/(α+T) + ∫ μ e^(−μτ)/(α+τ) dτ].
    alpha, mu, T = 8.0, 0.05, 30.0
    likelihood = ParetoNBDLikelihood.of(purchases_of((0, 0.0, T)), np.ones(1), Design(4))
    ours = likelihood(np.log([1.0, alpha, mu * 1e3 * scale, 1e3 * scale])).value
    left = quad(lambda u: mu * np.exp(-mu * u) / (alpha + u), 0, T, epsrel=1e-12)[0]
    exact = np.log(alpha * (np.exp(-mu * T) / (alpha + T) + left))
    assert ours == pytest.approx(exact, abs=0.02 / scale + 1e-12)


rates = st.floats(0.05, 30)
scales = st.floats(0.1, 300)
one = st.builds(
    lambda x, T, last: (x, T * last if x else 0.0, T),
    st.integers(0, 40),
    st.floats(1, 100),
    st.floats(0.01, 1),
)


@given(rates, scales, rates, scales, one, st.floats(0.1, 200))
def test_forecasts_agree_with_one_another(r, alpha, s, beta, customer, time):
    """Two ways to the chance of none, and the mean of the counts to the expected number."""
    parameters, purchases = np.array([r, alpha, s, beta]), purchases_of(customer)
    counts = PROCESS.counts_while_active(parameters, purchases, time, 400)[0]
    none = PROCESS.none_while_active(parameters, purchases, time)
    assert counts[0] == pytest.approx(none.value[0], rel=1e-9, abs=1e-12)
    assert (counts >= 0).all()
    assert counts.sum() <= 1 + 1e-10
    expected = PROCESS.purchases_while_active(
        parameters, purchases, Horizon.plain(time), with_slopes=False
    )
    beyond = max(1 - counts.sum(), 0)
    mean = counts @ np.arange(401)
    assert mean <= expected.value[0] * (1 + 1e-8) + 1e-9
    if beyond < 1e-14:
        assert mean == pytest.approx(expected.value[0], rel=1e-6, abs=1e-9)


@given(rates, scales, rates, scales, one)
def test_the_next_purchase_agrees_with_the_chance_of_none(r, alpha, s, beta, customer):
    parameters, purchases = np.array([r, alpha, s, beta]), purchases_of(customer)
    coming = PROCESS.next_while_active(parameters, purchases)
    by_median = PROCESS.none_while_active(parameters, purchases, float(coming.median[0]))
    assert 1 - by_median.value == pytest.approx(coming.probability / 2, rel=1e-8)
    assert np.isinf(coming.mean[0]) == (r + customer[0] + s <= 1)
    assert coming.mean[0] > 0


def test_the_mean_time_to_the_next_purchase_is_that_of_its_density():
    m, A, s, B = 2.55, 40.6, 0.61, 50.7

    def density(t):
        return m / (A + t) * (1 + t / A) ** -m * (1 + t / B) ** -s

    probability = quad(density, 0, np.inf, epsrel=1e-12)[0]
    mean = quad(lambda t: t * density(t), 0, np.inf, epsabs=0, epsrel=1e-11, limit=500)[0]
    coming = PROCESS.next_while_active(
        np.array([0.55, 10.6, s, 20.7]), purchases_of((2, 12.0, 30.0))
    )
    assert coming.probability == pytest.approx([probability], rel=1e-10)
    assert coming.mean == pytest.approx([mean / probability], rel=1e-8)


@pytest.mark.parametrize("s", [0.999, 1 - 1e-9, 1.0, 1 + 1e-9, 1.001])
def test_expected_purchases_near_s_of_one(s):
    parameters = np.array([0.6, 9.0, s, 20.0])
    found = PROCESS.purchases_while_active(
        parameters, purchases_of((2, 10.0, 30.0)), Horizon.plain(26.0), with_slopes=True
    )

    def still_active(t):
        return (50 / (50 + t)) ** s

    lived = quad(still_active, 0, 26, epsrel=1e-13)[0]
    longer = quad(lambda t: -np.log1p(t / 50) * still_active(t), 0, 26, epsrel=1e-13)[0]
    assert found.value == pytest.approx([2.6 / 39 * lived], rel=1e-12)
    assert found.jacobian[0, 2] == pytest.approx(2.6 / 39 * s * longer, rel=1e-10)


FORECASTS = {
    "purchases": lambda model, table: model.expected_purchases(table, horizon="52W"),
    "discounted": lambda model, table: model.expected_purchases(
        table, horizon=None, annual_discount_rate=0.1
    ),
    "none": lambda model, table: model.probability_of_none(table, horizon="26W"),
}


@pytest.mark.parametrize("forecast", FORECASTS.values(), ids=FORECASTS)
@pytest.mark.parametrize("s", [0.61, 1.0, 4.0])
def test_forecasts_have_the_derivatives_of_their_values(forecast, s):
    table = histories_of(CUSTOMERS)
    known = {**CDNOW, "s": s}
    errors = pd.DataFrame(np.diag([0.01] * 4), [*known], [*known])
    found = forecast(ParetoNBDModel.from_parameters(**known, covariance=errors), table)
    for position, name in enumerate(known):
        above, below = (
            forecast(ParetoNBDModel.from_parameters(**{**known, name: known[name] * f}), table)
            for f in (np.exp(1e-4), np.exp(-1e-4))
        )
        slope = (above.value - below.value) / 2e-4
        assert found.jacobian[:, position] == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_purchases_on_the_last_day_mean_alive():
    table = histories_of([(5, 20.0, 20.0), (0, 0.0, 0.0), (5, 19.0, 20.0)])
    alive = MODEL.probability_alive(table)
    assert (alive[:2] == 1).all()
    assert 0 < alive[2] < 1


def test_customers_without_repeats_may_have_left():
    alive = MODEL.probability_alive(histories_of([(0, 0.0, T) for T in (1.0, 10.0, 100.0)]))
    assert (np.diff(alive) < 0).all()


def test_thousands_of_purchases_long_ago_give_plain_zero():
    table = histories_of([(5000, 10.0, 100.0)])
    assert MODEL.expected_purchases(table, horizon="52W").value == pytest.approx([0], abs=1e-300)
    assert MODEL.probability_of_none(table, horizon="52W").value == [1]


def history_of(purchases, T):
    days = purchases.groupby("customer_id", sort=False)["days_since_first"]
    return pd.DataFrame({"frequency": days.count() - 1, "recency": days.max(), "T": T})


@pytest.mark.parametrize("seed", [1, 2])
def test_customers_all_of_the_same_age_are_fitted(seed):
    table = history_of(MODEL.simulate(4000, duration="52W", random_state=seed), T=364.0)
    model = ParetoNBDModel().fit(table)
    away = (model.parameters_ - pd.Series(CDNOW)) / model.standard_errors_
    assert (away.abs() < 3.5).all()


@pytest.fixture(scope="module")
def whole_days():
    table = history_of(MODEL.simulate(3000, duration="52W", random_state=7), T=364.0)
    return table.assign(recency=np.ceil(table["recency"]))


def test_weights_stand_for_repeated_rows(whole_days):
    weight = np.arange(len(whole_days)) % 3
    repeated = whole_days.loc[whole_days.index.repeat(weight)]
    weighted, plain = (
        ParetoNBDModel().fit(whole_days, sample_weight=weight),
        ParetoNBDModel().fit(repeated),
    )
    assert weighted.parameters_.to_numpy() == pytest.approx(plain.parameters_.to_numpy(), rel=1e-6)
    assert weighted.log_likelihood_ == pytest.approx(plain.log_likelihood_, rel=1e-12)
    assert weighted.n_customers_ == len(repeated)


def test_the_time_unit_scales_alpha_and_beta_and_changes_nothing_else(whole_days):
    weeks, days = (ParetoNBDModel(time_unit=unit).fit(whole_days) for unit in "WD")
    scale = np.array([1, 7, 1, 7])
    ours, other = weeks.parameters_.to_numpy(), days.parameters_.to_numpy()
    assert other == pytest.approx(ours * scale, rel=1e-6)
    assert days.standard_errors_.to_numpy() == pytest.approx(
        weeks.standard_errors_.to_numpy() * scale, rel=1e-5
    )
    forecasts = [each.forecast(whole_days.head(50), horizon="26W") for each in (weeks, days)]
    assert forecasts[0].to_numpy() == pytest.approx(forecasts[1].to_numpy(), rel=1e-5)


def test_a_fitted_model_is_written_and_read_back(whole_days):
    model = ParetoNBDModel().fit(whole_days)
    again = ParetoNBDModel.from_json(model.to_json())
    ours, theirs = (each.forecast(whole_days.head(), horizon="26W") for each in (model, again))
    pd.testing.assert_frame_equal(ours, theirs)


def test_covariates_are_found_again():
    rng = np.random.default_rng(5)
    known = pd.DataFrame({"age": rng.normal(size=5000), "is_web": rng.integers(0, 2, 5000)})
    truth = ParetoNBDModel.from_parameters(
        **{"r": 0.8, "alpha": 8.0, "s": 0.7, "beta": 12.0},
        transaction_coefficients={"age": 0.4, "is_web": -0.6},
        dropout_coefficients={"is_web": 0.8},
    )
    purchases = truth.simulate(5000, duration="78W", random_state=2, covariates=known)
    table = history_of(purchases, T=546.0).assign(**known.to_dict("list"))
    model = ParetoNBDModel(
        transaction_covariates=["age", "is_web"], dropout_covariates=["is_web"]
    ).fit(table)
    away = (model.parameters_ - truth.parameters_) / model.standard_errors_
    assert (away.abs() < 3.5).all()
    assert model.standard_errors_["transaction:age"] < 0.05


def test_a_covariate_of_leaving_shortens_lifetimes():
    model = ParetoNBDModel.from_parameters(**CDNOW, dropout_coefficients={"is_web": np.log(2)})
    faster = ParetoNBDModel.from_parameters(**{**CDNOW, "beta": CDNOW["beta"] / 2})
    table = histories_of([(2, 10.0, 30.0)] * 2).assign(is_web=[0, 1])
    ours = model.expected_purchases(table, horizon="52W").value
    assert ours[0] == pytest.approx(MODEL.expected_purchases(table, horizon="52W").value[0])
    assert ours[1] == pytest.approx(faster.expected_purchases(table, horizon="52W").value[1])


def test_customers_who_never_came_again_are_refused():
    with pytest.raises(ConvergenceError, match="None of the 9 customers has purchased again"):
        ParetoNBDModel().fit(histories_of([(0, 0.0, 30.0)] * 9))


@pytest.mark.parametrize(
    "customers",
    [
        [(1, 5.0, 10.0)],
        [(3, 7.0, 10.0)] * 50,
        [(0, 0.0, 350.0)] * 99 + [(2000, 350.0, 357.0)],
        [(1000, 286.0, 357.0), (1200, 286.0, 357.0), (800, 343.0, 357.0), (1500, 4.0, 357.0)],
    ],
)
def test_data_without_a_maximum_are_explained_and_a_penalty_helps(customers):
    table = histories_of(customers)
    with pytest.raises(ConvergenceError, match=r"no maximum.*The data look.*penalty=0\.1"):
        ParetoNBDModel().fit(table)
    model = ParetoNBDModel(penalty=0.1).fit(table)
    assert np.isfinite(model.forecast(table).to_numpy()).all()


@pytest.mark.parametrize(
    ("growing", "shrinking", "meaning"),
    [
        ("", "s", "nobody ever left"),
        ("beta", "", "nobody ever left"),
        ("beta", "s", "nobody ever left"),
        ("s beta", "", "left at the same rate, about 0.05"),
        ("", "s beta", "two kinds of customers: those who never leave"),
        ("", "beta", "everybody left right after the first purchase"),
        ("s", "beta", "everybody left right after the first purchase"),
        ("s", "", "everybody left right after the first purchase"),
        ("r alpha", "", "purchased at the same rate"),
        ("", "r alpha", "two kinds of customers: those who never purchase again"),
        ("", "r", "hardly anybody purchased again"),
        ("", "", "do not tell these parameters apart"),
    ],
)
def test_runaway_parameters_are_explained(growing, shrinking, meaning):
    parameters = dict(zip(NAMES, [0.5, 10.0, 1.0, 20.0], strict=True))
    escape = Escape(frozenset(growing.split()), frozenset(shrinking.split()), parameters)
    assert meaning in explain_escape(escape)


def test_lifetimes_drawn_from_a_tiny_s_stay_finite():
    drawn = ParetoNBDModel.from_parameters(r=0.5, alpha=10, s=1e-4, beta=10).simulate(
        500, duration="52W", random_state=1
    )
    assert np.isfinite(drawn["days_since_first"]).all()
