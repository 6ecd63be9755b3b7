"""What holds of channels, partners and profits whatever the orders."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from custintel._significance import fisher_two_sided
from custintel.revenue import (
    CostDriver,
    channel_mix,
    channel_table,
    customer_channels,
    profitability_table,
    whale_curve,
)

START = pd.Timestamp("2024-01-01")
AS_OF = "2024-12-31"
line = st.tuples(
    st.sampled_from("abcde"),
    st.integers(0, 6),
    st.integers(0, 400),
    st.integers(-3_000, 50_000).map(lambda n: n / 100),
    st.sampled_from(["web", "shop", "fax", None]),
    st.sampled_from(["p", "q", None]),
)
orders = st.lists(line, min_size=1, max_size=25)

# Customers with refunds alone are left out, and a warning counts them.
pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")


def transactions(lines):
    columns = ["customer_id", "order_id", "day", "revenue", "channel", "product_id"]
    dtypes = {"revenue": float, "channel": object, "product_id": object}
    table = pd.DataFrame(lines, columns=columns).astype(dtypes)
    at = START + pd.to_timedelta(table.pop("day"), unit="D")
    return table.assign(ordered_at=at, cost=(table["revenue"] / 2).round(2))


@settings(max_examples=15)
@given(orders)
def test_channels_add_up_to_the_whole(lines):
    table = transactions(lines)
    seen = table[table["ordered_at"] < "2025-01-01"]
    channels = channel_table(table, as_of=AS_OF)
    assert channels["revenue"].sum() == pytest.approx(seen["revenue"].sum(), abs=1e-6)
    assert channels["margin"].sum() == pytest.approx(
        (seen["revenue"] - seen["cost"]).sum(), abs=1e-6
    )
    n_customers = seen.loc[seen["revenue"] >= 0, "customer_id"].nunique()
    # Each customer made the first purchase somewhere, once.
    assert channels["n_new_customers"].sum() == n_customers
    assert channels["n_only_customers"].sum() <= n_customers <= channels["n_customers"].sum()
    assert (channels["n_only_customers"] <= channels["n_customers"]).all()
    assert (channels["n_customers"] <= channels["n_orders"]).all()


@settings(max_examples=15)
@given(orders, st.randoms())
def test_order_of_lines_and_later_lines_do_not_matter(lines, random):
    past = [each for each in lines if each[2] < 366]
    shuffled = transactions(random.sample(lines, len(lines)))
    for table in (channel_table, channel_mix):
        first, second = (table(frame, as_of=AS_OF) for frame in (shuffled, transactions(past)))
        pd.testing.assert_frame_equal(first, second, check_index_type=False, check_dtype=bool(past))


@settings(max_examples=15)
@given(orders, st.sampled_from(["orders", "customers", "revenue"]))
def test_pairs_add_up_to_their_margins(lines, measure):
    mix = channel_mix(transactions(lines), as_of=AS_OF, measure=measure)
    whole = mix["observed"].sum()
    assume(whole > 0)
    for name in ("product_id", "channel"):
        sums = mix.groupby(name)[["observed", "expected"]].sum()
        np.testing.assert_allclose(sums["observed"], sums["expected"], atol=1e-6 * whole)
    assert mix["p"].dropna().between(0, 1).all()
    assert (mix["q"].dropna() >= mix["p"].dropna()).all()
    known = mix.dropna(subset=["lift_low", "lift_high"])
    assert (known["lift_low"] <= known["lift"] * (1 + 1e-9)).all()
    assert (known["lift"] <= known["lift_high"] * (1 + 1e-9)).all()


@settings(max_examples=15)
@given(orders)
def test_every_customer_with_a_purchase_has_one_main_channel(lines):
    table = transactions(lines)
    seen = table[(table["ordered_at"] < "2025-01-01")]
    bought = seen[seen["revenue"] >= 0]
    segments = pd.Series("all", index=list("abcde"))
    main = customer_channels(table, segments, as_of=AS_OF)
    assert list(main.index) == sorted(bought["customer_id"].unique())
    used = bought.assign(channel=bought["channel"].fillna("(missing)"))
    used = used.groupby("customer_id")["channel"].agg(set)
    assert all(row.channel in used[customer] for customer, row in main.iterrows())
    net = seen[seen["customer_id"].isin(main.index)]["revenue"].sum()
    assert main["revenue"].sum() == pytest.approx(net, abs=1e-6)


@settings(max_examples=15)
@given(orders, st.lists(st.integers(0, 9), min_size=6, max_size=6), st.integers(0, 10_000))
def test_pools_are_shared_out_whole(lines, calls, pool):
    table = transactions(lines)
    activity = pd.Series(calls, index=list("abcdez"))
    assume(activity.sum() > 0)
    drivers = [
        CostDriver("calls", activity, cost=pool),
        CostDriver("orders handled", "orders", rate=2.5),
    ]
    profits = profitability_table(table, drivers, as_of=AS_OF)
    assert profits["calls"].sum() == pytest.approx(pool)
    parts = profits["margin"].sum() - profits["cost_to_serve"].sum()
    assert profits["profit"].sum() == pytest.approx(parts, abs=1e-6)
    assert profits["orders handled"].to_list() == (profits["n_orders"] * 2.5).to_list()
    assert (np.diff(profits["profit"]) <= 1e-6).all()
    curve = whale_curve(profits)
    assert curve.total_profit == pytest.approx(profits["profit"].sum(), abs=1e-6)
    assert curve.peak_profit == pytest.approx(profits["profit"].clip(lower=0).sum(), abs=1e-6)
    assert curve.table["cumulative_profit"].max() == pytest.approx(curve.peak_profit, abs=1e-6)


@given(st.lists(st.integers(-1000, 1000).map(float), max_size=300))
def test_the_curve_is_concave_and_ends_at_the_total(profit):
    curve = whale_curve(pd.DataFrame({"profit": profit}, dtype=float))
    assert curve.lost_profit == pytest.approx(-sum(each for each in profit if each < 0))
    steps = curve.table.diff().dropna(how="all")
    slope = steps["cumulative_profit"] / steps["customer_share"]
    assert (slope.diff().dropna() <= 1e-6 * max(map(abs, profit), default=1) * 300).all()
    if profit:
        assert curve.table["cumulative_profit"].iloc[-1] == pytest.approx(sum(profit))


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(1, 60))
def test_two_sided_p_is_twice_the_smaller_tail(both, one, other, neither):
    first, second, n = both + one, both + other, both + one + other + neither
    chance = hypergeom(n, first, second)
    expected = min(2 * min(chance.cdf(both), chance.sf(both - 1)), 1.0)
    assert fisher_two_sided([both], [first], [second], [n])[0] == pytest.approx(expected, rel=1e-8)
