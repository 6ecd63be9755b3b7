"""Closed formulas of lifetime value, against printed numbers and against sums written out.

Where only the numbers of a source were at hand and not its text, the comment says so: the
inputs are then from memory, and the arithmetic is reproduced.
"""

import numpy as np
import pandas as pd
import pytest

from custintel.value import (
    berger_nasr_value,
    blattberg_deighton_value,
    break_even_retention,
    expected_lifetime,
    margin_multiple,
    migration_value,
    net_present_value,
    retention_or_acquisition,
    simple_lifetime_value,
    wallet_allocation,
)

PERIODS = np.arange(4000.0)  # long enough for what is left to be below rounding

# Gupta & Lehmann (2003), Journal of Interactive Marketing 17(1): margin multiples by
# retention rate (rows) and discount rate (columns). The formula is theirs; the table as
# printed was not seen.
MULTIPLES = {
    0.6: (1.20, 1.15, 1.11, 1.07),
    0.7: (1.75, 1.67, 1.59, 1.52),
    0.8: (2.67, 2.50, 2.35, 2.22),
    0.9: (4.50, 4.09, 3.75, 3.46),
}
# The same source: r = 90 %, i = 12 %, margins that grow.
WITH_GROWTH = {0.00: 4.09, 0.02: 4.46, 0.04: 4.89, 0.06: 5.42, 0.08: 6.08}


@pytest.mark.parametrize("retention_rate", MULTIPLES)
def test_margin_multiples(retention_rate):
    found = margin_multiple(retention_rate, discount_rate=[0.10, 0.12, 0.14, 0.16])
    assert found == pytest.approx(MULTIPLES[retention_rate], abs=0.005001)


def test_margin_multiples_with_growth():
    found = margin_multiple(0.9, discount_rate=0.12, growth_rate=list(WITH_GROWTH))
    assert found == pytest.approx(list(WITH_GROWTH.values()), abs=0.005001)


# "Net-4-You", a case set in marketing courses (question 1327778623 of jiskha.com prints
# 67.2639): price 19.95, variable cost .50 and loyalty cost .50 a month, r = .788, 1 % a month.
def test_net_4_you():
    value = simple_lifetime_value(19.95 - 0.5 - 0.5, retention_rate=0.788, discount_rate=0.01)
    assert value == pytest.approx(67.2639, abs=0.0001)
    # 20 cents more on loyalty: derived, and put back into the formula.
    needed = break_even_retention(18.75, value=value, discount_rate=0.01)
    assert needed == pytest.approx(0.789832, abs=5e-7)
    again = simple_lifetime_value(18.75, retention_rate=needed, discount_rate=0.01)
    assert again == pytest.approx(value)


# Berger & Nasr (1998), Journal of Interactive Marketing 12(1), case 1. Inputs from memory of
# the paper, arithmetic reproduced to the cent.
def test_berger_nasr_case_1():
    value = berger_nasr_value(
        260, retention_cost=50, retention_rate=0.75, discount_rate=0.2, n_periods=10
    )
    assert value == pytest.approx(568.78, abs=0.005)
    assert value == pytest.approx(berger_nasr_written_out(260, 50, 0.75, 0.2, 10))


def berger_nasr_written_out(gc, m, r, d, n):
    margins = sum(gc * r**t / (1 + d) ** t for t in range(n + 1))
    return margins - sum(m * r ** (t - 1) / (1 + d) ** (t - 0.5) for t in range(1, n + 1))


def test_berger_nasr_without_an_end():
    value = berger_nasr_value(260, retention_cost=50, retention_rate=0.75, discount_rate=0.2)
    assert value == pytest.approx(berger_nasr_written_out(260, 50, 0.75, 0.2, 500))


# Farris, Bendle, Pfeifer & Reibstein, Marketing Metrics: an internet service at 19.95 a
# month, variable cost 1.50, marketing 6 a year, attrition .5 % and discount 1 % a month.
# Inputs from memory, arithmetic reproduced.
def test_farris_internet_service():
    margin = 19.95 - 1.50 - 6 / 12
    assert margin_multiple(0.995, discount_rate=0.01) == pytest.approx(66.33, abs=0.005)
    value = simple_lifetime_value(margin, retention_rate=0.995, discount_rate=0.01)
    # Printed as 17.95 × 66.33 or so; the product of unrounded numbers is 1190.68.
    assert value == pytest.approx(1190.68, abs=0.005)


# A question about a mail-order house (studydaddy.com): the same inputs under the three
# conventions.
@pytest.mark.parametrize(
    ("timing", "value"), [("after_renewal", 50), ("now", 200), ("period_end", 172.73)]
)
def test_three_conventions(timing, value):
    found = simple_lifetime_value(
        150, retention_rate=0.55, discount_rate=0.1, timing=timing, acquisition_cost=100
    )
    assert found == pytest.approx(value, abs=0.005)


@pytest.mark.parametrize("timing", ["after_renewal", "now", "period_end"])
@pytest.mark.parametrize("growth_rate", [-0.1, 0.0, 0.05])
@pytest.mark.parametrize("n_periods", [1, 7, None])
def test_multiples_are_the_sums_that_their_conventions_describe(timing, growth_rate, n_periods):
    r, i, t = 0.8, 0.1, PERIODS[:n_periods]
    grown = (1 + growth_rate) ** t
    written_out = {
        "after_renewal": grown * (r / (1 + i)) ** (t + 1),
        "now": grown * (r / (1 + i)) ** t,
        "period_end": grown * r**t / (1 + i) ** (t + 1),
    }[timing]
    found = margin_multiple(
        r, discount_rate=i, growth_rate=growth_rate, n_periods=n_periods, timing=timing
    )
    assert found == pytest.approx(written_out.sum(), rel=1e-12)


def test_halving_attrition_doubles_the_expected_life():
    # From 50 % to 25 %: from 2 periods to 4. Simulated: the life is geometric.
    assert expected_lifetime([0.5, 0.75]).tolist() == [2.0, 4.0]
    drawn = np.random.default_rng(1).geometric(0.25, 200_000)
    assert drawn.mean() == pytest.approx(expected_lifetime(0.75), abs=0.03)


# Blattberg & Deighton (1996), Harvard Business Review 74(4): the formula as printed, which
# divides by r; ours is multiplied out.
def test_blattberg_deighton_formula_as_printed():
    a, m, cost, r, spend, d = 0.3, 250.0, 12.0, 0.7, 40.0, 0.15
    discounted = r / (1 + d)
    printed = a * m - cost + a * (m - spend / r) * discounted / (1 - discounted)
    found = blattberg_deighton_value(
        m,
        acquisition_rate=a,
        cost_per_prospect=cost,
        retention_rate=r,
        retention_cost=spend,
        discount_rate=d,
    )
    assert found == pytest.approx(printed)
    later = (m * r - spend) * r ** (PERIODS) / (1 + d) ** (PERIODS + 1)
    assert found == pytest.approx(a * (m + later.sum()) - cost)


# The situation of Pfeifer & Carraway (2000), Journal of Interactive Marketing 14(2): states
# are periods since the last purchase; who has not bought for five is lost. Its matrix is
# described in the paper; these inputs are from memory, the values derived.
@pytest.fixture
def recency_states():
    states = [1, 2, 3, 4, 5]
    moves = pd.DataFrame(0.0, index=states, columns=states)
    for state, buys in zip(states, [0.3, 0.2, 0.15, 0.05], strict=False):
        moves.loc[state, 1] = buys
        moves.loc[state, state + 1] = 1 - buys
    moves.loc[5, 5] = 1.0
    return moves, pd.Series([36.0, -4.0, -4.0, -4.0, 0.0], index=states)


def test_migration_equals_the_sum_over_all_paths(recency_states):
    moves, margins = recency_states
    value, where = np.zeros(5), np.eye(5)
    for _period in range(300):
        value += where @ margins.to_numpy()
        where = where @ moves.to_numpy() / 1.2
    found = migration_value(moves, margins, discount_rate=0.2)
    assert found.to_numpy() == pytest.approx(value, rel=1e-12)
    assert found.round(3).to_list() == [52.320, 5.554, 1.251, -1.820, 0.0]


def test_migration_equals_the_mean_of_simulated_customers(recency_states):
    moves, margins = recency_states
    rng = np.random.default_rng(7)
    state, total = np.zeros(100_000, int), np.zeros(100_000)
    cumulative = moves.to_numpy().cumsum(axis=1)
    for period in range(60):
        total += margins.to_numpy()[state] / 1.2**period
        state = (rng.random(len(state))[:, None] > cumulative[state]).sum(axis=1)
    error = total.std() / np.sqrt(len(total))
    found = migration_value(moves, margins, discount_rate=0.2)
    assert total.mean() == pytest.approx(found[1], abs=4 * error)


# Keiningham, Aksoy, Buoye & Cooil (2011), Harvard Business Review 89(10): the rule's shares by
# number of brands.
@pytest.mark.parametrize(
    "shares", [[0.667, 0.333], [0.5, 0.333, 0.167], [0.4, 0.3, 0.2, 0.1]], ids=len
)
def test_wallet_allocation_rule(shares):
    ranks = pd.DataFrame([np.arange(1.0, len(shares) + 1)])
    found = wallet_allocation(ranks).respondents.iloc[0].to_numpy()
    assert found == pytest.approx(shares, abs=0.0005)
    assert found.sum() == pytest.approx(1)


def test_net_present_value_written_out():
    flows = pd.DataFrame({"period": [0, 1, 2, 3], "amount": [-1000.0, 400.0, 500.0, 300.0]})
    written_out = -1000 + 400 / 1.1 + 500 / 1.1**2 + 300 / 1.1**3
    assert net_present_value(flows, annual_discount_rate=0.1).total == pytest.approx(written_out)
    quarterly = net_present_value(
        flows, annual_discount_rate=0.1, timing="middle", period_length="3M"
    )
    years = np.array([0, 0.5, 1.5, 2.5]) / 4
    assert quarterly.total == pytest.approx((flows["amount"] / 1.1**years).sum())


def test_a_programme_pays_when_the_value_with_it_is_the_higher():
    # The Net-4-You programme again: at its break-even retention both values are the same.
    value = simple_lifetime_value(18.95, retention_rate=0.788, discount_rate=0.01)
    needed = break_even_retention(18.75, value=value, discount_rate=0.01)
    choice = retention_or_acquisition(
        programme_cost=0.2,
        retention_without=0.788,
        retention_with=needed,
        acquisition_cost=100,
        margin=18.95,
        discount_rate=0.01,
    )
    assert choice.value_with == pytest.approx(choice.value_without)
