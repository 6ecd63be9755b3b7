"""What must hold of the models whatever the customers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custintel.models import BetaGeoModel, GammaGammaModel, ModifiedBetaGeoModel
from custintel.models._beta_geo_likelihood import BetaGeoLikelihood, Variant
from custintel.models._design import Design
from custintel.models._history import read_purchases
from custintel.models._merging import merged

positive = st.floats(0.05, 50)
parameters = st.fixed_dictionaries({"r": positive, "alpha": positive, "a": positive, "b": positive})
spend_parameters = st.fixed_dictionaries(
    {"p": st.floats(0.1, 50), "q": st.floats(1.1, 50), "v": st.floats(0.1, 500)}
)
weeks = st.integers(1, 120)


@st.composite
def customer(draw):
    T = draw(st.integers(1, 2000))
    frequency = draw(st.one_of(st.just(0), st.integers(1, T), st.just(min(T, 1500))))
    recency = draw(st.integers(1, T)) if frequency else 0
    return frequency, float(recency), float(T), draw(st.floats(0.01, 1e5))


@st.composite
def histories(draw):
    rows = draw(st.lists(customer(), min_size=1, max_size=12))
    return pd.DataFrame(rows, columns=["frequency", "recency", "T", "monetary_value"])


def beta_geo(values):
    return BetaGeoModel.from_parameters(**values)


def gamma_gamma(values):
    return GammaGammaModel.from_parameters(**values)


@given(histories(), parameters, weeks, weeks)
def test_longer_horizons_never_lower_expected_purchases(history, values, first, second):
    model, (short, long) = beta_geo(values), sorted([first, second])
    near, far = (model.expected_purchases(history, horizon=f"{n}W").value for n in (short, long))
    assert (near >= 0).all()
    assert (near <= far * (1 + 1e-9)).all()


@given(histories(), parameters, weeks, st.floats(0.01, 0.5))
def test_discounting_lowers_purchases_by_less_than_the_last_factor(history, values, n, rate):
    model = beta_geo(values)
    plain, discounted = (
        model.expected_purchases(history, horizon=f"{n}W", annual_discount_rate=each).value
        for each in (0.0, rate)
    )
    last = (1 + rate) ** -(n * 7 / 365.25)
    assert (discounted <= plain * (1 + 1e-9)).all()
    assert (discounted >= plain * last * (1 - 1e-9)).all()


@pytest.mark.filterwarnings("ignore:.*no repeat purchase")
@given(histories(), parameters)
def test_probability_alive_is_a_probability(history, values):
    alive = beta_geo(values).probability_alive(history)
    assert alive.between(0, 1).all()
    assert (alive[history["frequency"] == 0] == 1).all()


@given(histories(), parameters, weeks)
def test_expected_purchases_do_not_exceed_those_without_departures(history, values, n):
    expected = beta_geo(values).expected_purchases(history, horizon=f"{n}W").value
    rate = (values["r"] + history["frequency"]) / (values["alpha"] + history["T"] / 7)
    assert (expected <= rate * n * (1 + 1e-9)).all()


@given(histories(), parameters, weeks, st.sampled_from([1.0, 7.0, 365.25 / 12]))
def test_the_time_unit_changes_nothing(history, values, n, days):
    unit = {1.0: "D", 7.0: "W", 365.25 / 12: "M"}[days]
    scaled = {**values, "alpha": values["alpha"] * 7 / days}
    other = BetaGeoModel.from_parameters(**scaled, time_unit=unit)
    ours = [m.expected_purchases(history, horizon=f"{n}W") for m in (beta_geo(values), other)]
    assert ours[0].value == pytest.approx(ours[1].value, rel=1e-9)
    assert ours[0].jacobian == pytest.approx(ours[1].jacobian, rel=1e-5, abs=1e-7)


@given(histories(), parameters, weeks)
def test_customers_are_independent_of_one_another(history, values, n):
    model = beta_geo(values)
    together = model.expected_purchases(history, horizon=f"{n}W").value
    turned = model.expected_purchases(history.iloc[::-1], horizon=f"{n}W").value[::-1]
    alone = model.expected_purchases(history.iloc[[0]], horizon=f"{n}W").value
    assert together == pytest.approx(turned, rel=1e-9)
    assert together[:1] == pytest.approx(alone, rel=1e-9)


def likelihood_of(history, weight):
    purchases, weights = merged(read_purchases(history), weight)
    variant = Variant(leaves_at_first=False)
    return BetaGeoLikelihood.of(variant, purchases.in_units_of(7.0), weights, Design(4))


@given(histories(), parameters, st.lists(st.integers(1, 4), min_size=12, max_size=12))
def test_weights_stand_for_repeated_rows(history, values, counts):
    weight = np.array(counts[: len(history)], dtype=float)
    repeated = history.loc[history.index.repeat(weight.astype(int))]
    at = np.log([*values.values()])
    weighted = likelihood_of(history, weight)(at)
    plain = likelihood_of(repeated, None)(at)
    assert weighted.value == pytest.approx(plain.value, rel=1e-10)
    assert weighted.gradient == pytest.approx(plain.gradient, rel=1e-8, abs=1e-8)
    assert weighted.hessian == pytest.approx(plain.hessian, rel=1e-8, abs=1e-8)


@given(parameters, st.lists(st.floats(0, 5000), min_size=2, max_size=6))
def test_cumulative_purchases_grow_from_zero(values, days):
    expected = beta_geo(values).expected_repeat_purchases([0.0, *sorted(days)])
    assert expected[0] == 0
    assert (np.diff(expected) >= -1e-9 * expected[1:]).all()


@given(histories(), spend_parameters, st.floats(0.01, 100))
def test_scaling_the_currency_scales_spend_and_nothing_else(history, values, factor):
    scaled = history.assign(monetary_value=history["monetary_value"] * factor)
    ours = gamma_gamma(values).expected_spend(history)
    other = gamma_gamma({**values, "v": values["v"] * factor}).expected_spend(scaled)
    assert other.value == pytest.approx(ours.value * factor, rel=1e-9)
    assert other.jacobian == pytest.approx(ours.jacobian * factor, rel=1e-9)


@given(histories(), spend_parameters)
def test_expected_spend_lies_between_the_customers_mean_and_that_of_all(history, values):
    # For p x + q > 1 it is their weighted mean.
    expected = gamma_gamma(values).expected_spend(history).value
    of_all = values["p"] * values["v"] / (values["q"] - 1)
    own = history["monetary_value"].where(history["frequency"] > 0, of_all).to_numpy()
    low, high = np.minimum(own, of_all), np.maximum(own, of_all)
    assert (expected >= low * (1 - 1e-9)).all()
    assert (expected <= high * (1 + 1e-9)).all()


regularities = st.integers(1, 6)


def regular(values, k):
    return ModifiedBetaGeoModel.from_parameters(**values, regularity=k)


@given(histories(), parameters, regularities, weeks, weeks)
def test_longer_horizons_never_lower_what_is_expected_of_regular_customers(
    history, values, k, first, second
):
    model, (short, long) = regular(values, k), sorted([first, second])
    near, far = (model.expected_purchases(history, horizon=f"{n}W").value for n in (short, long))
    assert (near >= 0).all()
    assert (near <= far * (1 + 1e-7) + 1e-9).all()
    none = [model.probability_of_none(history, horizon=f"{n}W").value for n in (short, long)]
    assert (none[0] >= none[1] * (1 - 1e-12)).all()
    assert ((none[1] >= 0) & (none[0] <= 1)).all()


@given(histories(), parameters, regularities, weeks)
def test_whoever_is_expected_to_purchase_might_do_so(history, values, k, n):
    # Markov's inequality, and that nobody who has left returns.
    model = regular(values, k)
    some = 1 - model.probability_of_none(history, horizon=f"{n}W").value
    expected = model.expected_purchases(history, horizon=f"{n}W").value
    alive = model.probability_alive(history).to_numpy()
    assert (some <= expected * (1 + 1e-7) + 1e-9).all()
    assert (some <= alive + 1e-12).all()
    counts = model.purchase_distribution(history, horizon=f"{n}W", most=3)
    assert counts.min(axis=None) >= 0
    assert counts.sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-9)


@given(histories(), parameters, regularities, weeks, st.sampled_from(["D", "M", "Y"]))
def test_the_time_unit_changes_nothing_for_regular_customers(history, values, k, n, unit):
    days = {"D": 1.0, "M": 365.25 / 12, "Y": 365.25}[unit]
    other = ModifiedBetaGeoModel.from_parameters(
        **{**values, "alpha": values["alpha"] * 7 / days}, regularity=k, time_unit=unit
    )
    ours = [
        model.expected_purchases(history, horizon=f"{n}W") for model in (regular(values, k), other)
    ]
    assert ours[1].value == pytest.approx(ours[0].value, rel=1e-7, abs=1e-10)
    coming = [model.next_purchase(history).to_numpy() for model in (regular(values, k), other)]
    assert coming[1] == pytest.approx(coming[0], rel=1e-8)


@given(histories(), parameters, st.floats(0.02, 0.5))
def test_the_value_without_end_is_above_that_of_any_horizon(history, values, rate):
    model = regular(values, 1)
    endless = model.expected_purchases(history, horizon=None, annual_discount_rate=rate).value
    years = model.expected_purchases(history, horizon="3Y", annual_discount_rate=rate).value
    # Discounting from the middles of months is half a percent higher at most.
    assert (years <= endless * 1.005 + 1e-12).all()


@given(
    histories(),
    parameters,
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.lists(st.floats(-3, 3), min_size=12, max_size=12),
)
def test_covariates_are_parameters_of_each_customer(history, values, rate, leaving, column):
    table = history.assign(z=column[: len(history)])
    model = ModifiedBetaGeoModel.from_parameters(
        **values, transaction_coefficients={"z": rate}, dropout_coefficients={"z": leaving}
    )
    ours = model.expected_purchases(table, horizon="26W").value
    for at, z in enumerate(table["z"]):
        own = {
            **values,
            "alpha": values["alpha"] * np.exp(-rate * z),
            "a": values["a"] * np.exp(leaving * z),
        }
        alone = regular(own, 1).expected_purchases(history.iloc[[at]], horizon="26W").value
        assert ours[at] == pytest.approx(alone[0], rel=1e-8)
