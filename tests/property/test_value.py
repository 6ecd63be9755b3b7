"""What holds of lifetime values and of customer equity, whatever the numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custintel._intervals import Estimates
from custintel.value import (
    EquityAssumptions,
    break_even_retention,
    customer_equity,
    customer_lifetime_value,
    equity_concentration,
    equity_scenarios,
    future_equity,
    margin_multiple,
    migration_value,
    net_present_value,
    new_customer_value,
    share_of_wallet,
    simple_lifetime_value,
    total_equity,
    wallet_allocation,
)

rates = st.floats(0.01, 0.99)
discounts = st.floats(0.01, 0.5)
timings = st.sampled_from(["after_renewal", "now", "period_end"])
amounts = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)
worths = st.lists(st.floats(0.01, 1e4), min_size=1, max_size=40)


class Purchases:
    """A model under which customers buy as often as their frequency says."""

    def expected_purchases(self, history, *, horizon, annual_discount_rate, with_errors=True):
        value = history["frequency"].to_numpy(float)
        slopes = np.column_stack([value, np.sqrt(value)])
        return Estimates(value, slopes, np.array([[0.01, 0.002], [0.002, 0.03]]))

    def expected_purchases_of_new_customer(self, *, horizon, annual_discount_rate):
        return Estimates(
            np.array([1.5]), np.array([[1.5, 0.3]]), np.array([[0.01, 0.002], [0.002, 0.03]])
        )


class Spend:
    """A model under which everyone spends 10."""

    def expected_spend(self, history, *, with_errors=True):
        value = np.full(len(history), 10.0)
        return Estimates(value, value[:, None], np.array([[0.0025]]))


def values_of(worth, **conventions):
    history = pd.DataFrame({"frequency": worth}, index=[f"c{at:02d}" for at in range(len(worth))])
    return customer_lifetime_value(
        history, Purchases(), Spend(), annual_discount_rate=0.1, **conventions
    )


@given(rates, discounts, timings)
def test_endless_values_are_the_limit_of_finite_ones(r, i, timing):
    endless = margin_multiple(r, discount_rate=i, timing=timing)
    longer = [
        margin_multiple(r, discount_rate=i, timing=timing, n_periods=n) for n in (1, 10, 20_000)
    ]
    assert longer[0] <= longer[1] <= longer[2] * (1 + 1e-12)
    assert longer[2] == pytest.approx(endless, rel=1e-9)


@given(rates, rates, discounts, timings, st.integers(1, 50) | st.none())
def test_more_retention_never_lowers_the_value(one, other, i, timing, n):
    low, high = (
        simple_lifetime_value(100, retention_rate=r, discount_rate=i, timing=timing, n_periods=n)
        for r in sorted([one, other])
    )
    assert low <= high * (1 + 1e-12)


@given(rates, discounts, timings, st.floats(0.01, 100))
def test_the_currency_scales_the_value_and_nothing_else(r, i, timing, factor):
    one, other = (
        simple_lifetime_value(
            100 * scale,
            retention_rate=r,
            discount_rate=i,
            timing=timing,
            acquisition_cost=30 * scale,
        )
        for scale in (1, factor)
    )
    assert other == pytest.approx(one * factor, rel=1e-9, abs=1e-9)


@given(rates, discounts, timings)
def test_the_break_even_retention_is_the_one_that_gives_the_value(r, i, timing):
    value = simple_lifetime_value(10, retention_rate=r, discount_rate=i, timing=timing)
    found = break_even_retention(10, value=value, discount_rate=i, timing=timing)
    assert found == pytest.approx(r, rel=1e-9)


@given(rates, discounts, timings, st.integers(1, 30) | st.none())
def test_one_state_that_customers_leave_is_a_constant_retention_rate(r, i, timing, n):
    found = migration_value(
        pd.DataFrame([[r]], index=["customer"], columns=["customer"]),
        pd.Series({"customer": 100.0}),
        discount_rate=i,
        n_periods=n,
        timing=timing,
    )
    closed = simple_lifetime_value(
        100, retention_rate=r, discount_rate=i, n_periods=n, timing=timing
    )
    assert found["customer"] == pytest.approx(closed, rel=1e-9)


@given(amounts, st.sampled_from(["end", "middle", "start"]))
def test_at_a_rate_of_zero_the_present_value_is_the_sum(flows, timing):
    table = pd.DataFrame({"period": range(len(flows)), "amount": flows})
    worth = net_present_value(table, annual_discount_rate=0, timing=timing)
    assert worth.total == pytest.approx(sum(flows), rel=1e-9, abs=1e-6)
    assert (worth.table["discount_factor"] == 1).all()


@given(amounts, discounts, st.randoms())
def test_the_order_of_the_rows_does_not_matter(flows, rate, random):
    table = pd.DataFrame({"period": range(len(flows)), "amount": flows})
    shuffled = table.iloc[random.sample(range(len(flows)), len(flows))]
    one, other = (net_present_value(each, annual_discount_rate=rate) for each in (table, shuffled))
    pd.testing.assert_frame_equal(one.table, other.table)


@given(worths, st.data())
def test_equity_by_segment_adds_up_to_the_total(worth, data):
    segments = st.lists(st.sampled_from("abc"), min_size=len(worth), max_size=len(worth))
    values = values_of(worth)
    by = pd.Series(data.draw(segments), index=values.table.index)
    equity = customer_equity(values, by=by)
    assert equity.table["equity"].sum() == pytest.approx(equity.total)
    assert equity.table["n_customers"].sum() == len(worth)
    plain = customer_equity(values_of(worth, level=None), by=by)
    assert plain.total == pytest.approx(equity.total)
    assert plain.table["equity"].to_list() == pytest.approx(equity.table["equity"].to_list())


@given(worths)
def test_concentration_is_that_of_the_sorted_values(worth):
    spread = equity_concentration(values_of(worth), top=(0.5, 1.0))
    best = np.sort(worth)[::-1]
    n = len(best)
    half = best[: n // 2].sum() + (best[n // 2] / 2 if n % 2 else 0)
    assert spread.top["equity_share"].to_list() == pytest.approx([half / best.sum(), 1])
    # Half the mean difference of all pairs over the mean: the index's own definition.
    differences = np.abs(np.subtract.outer(best, best)).mean()
    assert spread.gini == pytest.approx(differences / 2 / best.mean(), abs=1e-9)
    assert spread.curve["equity_share"].is_monotonic_increasing


@given(worths, st.floats(0, 500), st.floats(0, 60))
def test_current_and_future_equity_add_up(worth, n, cost):
    current = customer_equity(values_of(worth, margin_rate=0.5))
    new = new_customer_value(
        Purchases(), Spend(), annual_discount_rate=0.1, margin_rate=0.5, acquisition_cost=cost
    )
    assert new.value == pytest.approx((1 + 1.5) * 10 * 0.5 - cost)
    future = future_equity(new, customers_per_month=n, acquisition_horizon="1Y")
    both = total_equity(current, future)
    assert both.total == pytest.approx(current.total + future.total)
    assert both.total_low <= both.total <= both.total_high
    # Errors of one model go together, so the widths add up at most.
    widths = (both.table["equity_high"] - both.table["equity_low"]).to_numpy()
    assert widths[2] <= (widths[0] + widths[1]) * (1 + 1e-9)


@given(st.floats(0.1, 100), st.integers(1, 240))
def test_a_list_of_equal_months_is_one_number_of_customers(n, months):
    new = new_customer_value(Purchases(), Spend(), annual_discount_rate=0.2)
    listed = future_equity(new, customers_per_month=[n] * months)
    told = future_equity(new, customers_per_month=n, acquisition_horizon=f"{months}M")
    assert listed.total == pytest.approx(told.total)
    assert listed.total <= future_equity(new, customers_per_month=n).total


@given(rates, discounts, st.floats(0.001, 0.009))
def test_small_changes_move_equity_by_the_elasticity_of_the_formula(r, i, step):
    base = EquityAssumptions(n_customers=100, margin=10, retention_rate=r, discount_rate=i)
    table = equity_scenarios(
        base,
        ranges={"margin": (10 - step, 10 + step), "retention_rate": (r - step / 10, r + step / 10)},
    )
    assert table.loc["margin", "elasticity"] == pytest.approx(1)
    # d ln[r / (1 + i − r)] / d ln r = (1 + i) / (1 + i − r), about which the arc is centred.
    expected = (1 + i) / (1 + i - r)
    assert table.loc["retention_rate", "elasticity"] == pytest.approx(expected, rel=0.02)
    assert table["swing"].is_monotonic_decreasing


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(1, 1e5)), min_size=1, max_size=20))
def test_the_total_share_weighs_the_shares_by_the_wallets(rows):
    shares, wallets = (np.array(column) for column in zip(*rows, strict=True))
    found = share_of_wallet(pd.Series(shares * wallets), pd.Series(wallets))
    assert found.total_share == pytest.approx(np.average(shares, weights=wallets))
    assert found.mean_share == pytest.approx(shares.mean())


@pytest.mark.filterwarnings("ignore:No respondent gives rank 1")
@given(
    st.lists(st.lists(st.none() | st.integers(1, 5), min_size=4, max_size=4), min_size=1).filter(
        lambda rows: all(any(rank is not None for rank in row) for row in rows)
    )
)
def test_allocated_shares_of_each_respondent_add_up_to_one(rows):
    ranks = pd.DataFrame(rows, columns=list("abcd"), dtype=float)
    found = wallet_allocation(ranks)
    assert found.respondents.sum(axis=1).to_numpy() == pytest.approx(np.ones(len(rows)))
    assert found.brands["mean_share"].sum() == pytest.approx(1)
