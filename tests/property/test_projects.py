"""What holds of projects, whatever the numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from custintel.projects import (
    Normal,
    Triangular,
    Uniform,
    corrected_tec_roi,
    internal_rate_of_return,
    net_present_value,
    payback,
    project_appraisal,
    sensitivity_table,
    tec_roi,
    weighted_success_rate,
)
from custintel.projects._exponential_sums import sign_changes, zeros_of_sum

money = st.floats(0.01, 1e6)
rates = st.floats(0, 1)
amounts = st.lists(st.integers(-1000, 1000), min_size=2, max_size=15)


def flows(values):
    return pd.DataFrame({"period": range(len(values)), "amount": values}).astype(float)


@given(money, st.lists(money, min_size=1, max_size=20), st.sampled_from(["1M", "1Y"]))
def test_at_its_internal_rate_a_project_is_worth_nothing(outlay, income, length):
    values = [-outlay, *income]
    rate = internal_rate_of_return(flows(values), period_length=length)
    # Nearer to −1 the rate has too few digits left to be put in again.
    assume(-1 + 1e-6 < rate < 1e12)
    years = np.arange(len(values)) * (1 / 12 if length == "1M" else 1)
    worth = np.array(values) * np.exp(-years * np.log1p(rate))
    assert abs(worth.sum()) < 1e-6 * np.abs(worth).sum()


@given(amounts)
def test_no_more_rates_than_changes_of_sign_and_of_the_same_parity(values):
    amount = np.array([value for value in values if value], dtype=float)
    zeros = zeros_of_sum(amount, np.arange(len(amount)) * 1.0)
    assert len(zeros) <= sign_changes(amount)
    for u in zeros:
        terms = amount * np.exp(-np.arange(len(amount)) * u)
        assert abs(terms.sum()) < 1e-6 * np.abs(terms).sum()
    if len(amount) and np.sign(amount[0]) != np.sign(amount[-1]):
        assert len(zeros) >= 1


@given(amounts)
def test_the_payback_is_where_the_running_total_leaves_zero_for_good(values):
    found = payback(flows(values), within_period="end")
    total = np.cumsum(values)
    if np.isinf(found):
        assert total[-1] < 0
    else:
        assert (total[int(found) :] >= 0).all()
        assert found == 0 or total[int(found) - 1] < 0
        even = payback(flows(values))
        assert found - 1 <= even <= found


@given(money, st.lists(money, min_size=1, max_size=12), st.floats(0.01, 1))
def test_discounting_never_makes_it_sooner(outlay, income, rate):
    project = flows([-outlay, *income])
    assert payback(project, annual_discount_rate=rate) >= payback(project) - 1e-9


@given(st.floats(1, 1e6), money, money, money, rates, rates)
def test_the_roi_rises_with_the_success_rate(n, cost, upkeep, profit, one, other):
    low, high = (
        tec_roi(
            n,
            implementation_cost=cost,
            upkeep_cost=upkeep,
            gross_profit=profit,
            success_rate=rate,
        )
        for rate in sorted([one, other])
    )
    assert low.roi <= high.roi
    assert low.cost == high.cost
    assert low.roi == pytest.approx(low.gross_profit - low.cost)


@given(st.floats(1, 1e6), money, money, rates, st.tuples(money, money, money, money))
def test_fixed_costs_shared_out_give_what_the_source_states(n, cost, profit, rate, fixed):
    names = ("hardware_cost", "storage_cost", "training_cost", "upgrade_cost")
    given_ = {
        "implementation_cost": cost,
        "upkeep_cost": 1,
        "gross_profit": profit,
        "success_rate": rate,
    }
    whole = corrected_tec_roi(n, **given_, **dict(zip(names, fixed, strict=True)))
    per_head = {name: each / n for name, each in zip(names, fixed, strict=True)}
    stated = tec_roi(n, **given_, **per_head)
    size = stated.cost + stated.gross_profit
    assert whole.roi == pytest.approx(stated.roi, abs=1e-9 * size)


@given(st.lists(st.tuples(rates, st.floats(0.01, 1)), min_size=1, max_size=8))
def test_a_weighted_rate_lies_between_its_factors(pairs):
    total = sum(weight for _, weight in pairs)
    factors = {str(i): rate for i, (rate, _) in enumerate(pairs)}
    weights = {str(i): weight / total for i, (_, weight) in enumerate(pairs)}
    found = weighted_success_rate(factors, weights)
    assert min(factors.values()) - 1e-9 <= found <= max(factors.values()) + 1e-9


lines = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 1000)), min_size=1, max_size=6
)


@given(lines, lines, st.floats(0, 0.5))
def test_an_appraisal_agrees_with_its_cash_flows(costs, benefits, rate):
    tables = [
        pd.DataFrame(
            [(min(a, b), max(a, b), float(c)) for a, b, c in rows],
            columns=["first_period", "last_period", "amount"],
        )
        for rows in (costs, benefits)
    ]
    found = project_appraisal(*tables, annual_discount_rate=rate)
    worth = net_present_value(found.cash_flows, annual_discount_rate=rate)
    assert found.net_present_value == pytest.approx(worth.total, abs=1e-6)
    assert found.benefit - found.cost == pytest.approx(found.cash_flows["amount"].sum())
    spread = [sum(c * (abs(a - b) + 1) for a, b, c in rows) for rows in (costs, benefits)]
    assert [found.cost, found.benefit] == pytest.approx(spread)


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=3), st.floats(0.1, 50))
def test_quantiles_rise_and_stay_within_the_ends(three, spread):
    low, mode, high = sorted(three)
    p = np.linspace(0, 1, 21)
    for drawn in (Uniform(low, high), Triangular(low, mode, high)):
        values = drawn.quantile(p)
        assert (np.diff(values) >= -1e-9).all()
        assert values[0] == pytest.approx(low)
        assert values[-1] == pytest.approx(high)
    cut = Normal(mode, spread, low=mode - spread, high=mode + spread).quantile(p)
    assert cut.min() >= mode - spread
    assert cut.max() <= mode + spread


@given(money, money, st.floats(0.5, 0.99), st.floats(1.01, 2))
def test_at_the_break_even_the_outcome_is_zero(price, volume, low, high):
    # The cost lies between the revenue at both ends.
    cost = price * volume * (low + high) / 2
    table = sensitivity_table(
        lambda price, volume, cost: price * volume - cost,
        {"price": price, "volume": volume, "cost": cost},
        ranges={"price": (price * low, price * high)},
    )
    found = table.loc["price", "break_even"]
    assert found * volume == pytest.approx(cost)
