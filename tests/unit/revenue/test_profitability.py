"""Profit after the cost to serve, and the whale curve."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue import CostDriver, profitability_table, whale_curve

AS_OF = "2024-12-31"


@pytest.fixture
def orders():
    """Ann: two orders of three lines, a refund. Bob: one order. Eve: later than the last day."""
    return pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "ann", "ann", "bob", "eve"],
            "order_id": ["1", "1", "2", "2", "3", "4"],
            "ordered_at": pd.to_datetime(["2024-01-05"] * 5 + ["2025-01-01"]),
            "revenue": [60.0, 40.0, 100.0, -20.0, 50.0, 999.0],
            "cost": [30.0, 20.0, 50.0, -10.0, 35.0, 0.0],
            "weight": [2.0, 1.0, 3.0, 3.0, 2.0, 9.0],
        }
    )


def test_activities_are_counted_and_added_up(orders):
    drivers = [
        CostDriver("handling", "orders", rate=2.0),
        CostDriver("picking", "lines", rate=1.0),
        CostDriver("returns", "refunds", rate=7.0),
        CostDriver("account", "customers", cost=30.0),
        CostDriver("freight", "weight", cost=16.0),
    ]
    table = profitability_table(orders, drivers, as_of=AS_OF)
    assert list(table.index) == ["ann", "bob"]
    ann = {"handling": 4, "picking": 3, "returns": 7, "account": 15, "freight": 12}
    bob = {"handling": 2, "picking": 1, "returns": 0, "account": 15, "freight": 4}
    assert table.loc["ann", list(ann)].to_dict() == ann
    assert table.loc["bob", list(bob)].to_dict() == bob
    assert table["margin"].to_dict() == {"ann": 90.0, "bob": 15.0}
    assert table["cost_to_serve"].to_dict() == {"ann": 41.0, "bob": 22.0}
    assert table["profit"].to_dict() == {"ann": 49.0, "bob": -7.0}
    assert table["profit_rate"].to_dict() == pytest.approx({"ann": 49 / 180, "bob": -0.14})


def test_an_activity_may_be_given_and_those_without_purchases_are_kept(orders):
    calls = pd.Series({"bob": 3, "zoe": 1})
    table = profitability_table(orders, [CostDriver("calls", calls, cost=40.0)], as_of=AS_OF)
    assert table["calls"].to_dict() == {"ann": 0.0, "bob": 30.0, "zoe": 10.0}
    assert table["profit"].to_dict() == {"ann": 90.0, "zoe": -10.0, "bob": -15.0}
    assert table.loc["zoe", ["n_orders", "revenue", "margin"]].to_list() == [0, 0, 0]
    assert np.isnan(table.loc["zoe", "profit_rate"])


def test_ids_that_are_numbers_meet_their_text(orders):
    numbered = orders.assign(customer_id=orders["customer_id"].map({"ann": 1, "bob": 2, "eve": 3}))
    calls = CostDriver("calls", pd.Series({2: 5}), rate=1.0)
    table = profitability_table(numbered, [calls], as_of=AS_OF)
    assert table["calls"].to_dict() == {"1": 0.0, "2": 5.0}


def test_without_drivers_the_profit_is_the_margin(orders):
    table = profitability_table(orders, [], as_of=AS_OF)
    assert table["profit"].to_list() == table["margin"].to_list()


def test_a_window_and_another_row(orders):
    table = profitability_table(
        orders.assign(channel="web"),
        [CostDriver("account", "customers", rate=1.0)],
        as_of="2025-01-31",
        window="1M",
        by="channel",
    )
    assert table.loc["web", ["revenue", "account"]].to_list() == [999.0, 1.0]


def test_amounts_of_the_table_may_be_activities(orders):
    driver = CostDriver("fees", "revenue", cost=25.0)
    table = profitability_table(orders, [driver], as_of=AS_OF)
    assert table["fees"].to_dict() == {"ann": 20.0, "bob": 5.0}
    assert table["revenue"].to_dict() == {"ann": 180.0, "bob": 50.0}


def test_missing_cells_of_an_activity_count_as_nothing_and_are_counted(orders):
    gaps = orders.assign(weight=[np.nan, 1.0, 3.0, np.nan, 4.0, np.nan])
    with pytest.warns(WeakResultWarning, match="1 cell of 'weight' is missing") as caught:
        table = profitability_table(gaps, [CostDriver("freight", "weight", rate=1.0)], as_of=AS_OF)
    assert caught[0].filename == __file__
    assert table["freight"].to_dict() == {"ann": 4.0, "bob": 4.0}


def test_lines_without_cost_are_an_error(orders):
    with pytest.raises(SchemaError, match=r"1 line has no cost.*'bob'"):
        profitability_table(
            orders.assign(cost=orders["cost"].where(orders["cost"] != 35)), [], as_of=AS_OF
        )
    with pytest.raises(SchemaError, match="lacks 'cost'"):
        profitability_table(orders.drop(columns="cost"), [], as_of=AS_OF)


def test_activities_are_checked(orders):
    def made(activity, **price):
        return profitability_table(orders, [CostDriver("calls", activity, **price)], as_of=AS_OF)

    with pytest.raises(SchemaError, match=r"comes twice, or is not .* 2 rows: 'ann', 'bob'"):
        made(pd.Series({"ann": -1.0, "bob": np.nan}), rate=1.0)
    with pytest.raises(SchemaError, match="for 1 row: 'ann'"):
        made(pd.Series([1, 2], index=["ann", "ann"]), rate=1.0)
    with pytest.raises(SchemaError, match="nobody has any of its activity"):
        made(pd.Series({"ann": 0.0}), cost=1.0)
    with pytest.raises(SchemaError, match="lacks 'visits'"):
        made("visits", rate=1.0)
    with pytest.raises(SchemaError, match="Column 'order_id' of 'transactions' holds String"):
        made("order_id", rate=1.0)
    assert made(pd.Series({"ann": 0.0}), cost=0.0)["calls"].to_list() == [0.0, 0.0]


@pytest.mark.parametrize(
    "price", [{}, {"cost": 1.0, "rate": 1.0}, {"cost": -1.0}, {"rate": np.nan}, {"rate": "2"}]
)
def test_a_driver_has_one_price(price):
    with pytest.raises(ValueError, match="'calls' has either a cost or a rate"):
        CostDriver("calls", "orders", **price)


def test_drivers_are_named_apart(orders):
    calls = CostDriver("calls", "orders", rate=1.0)
    with pytest.raises(ValueError, match="got 'calls' twice"):
        profitability_table(orders, [calls, calls], as_of=AS_OF)
    with pytest.raises(ValueError, match="got 'profit' twice"):
        profitability_table(orders, [CostDriver("profit", "orders", rate=1.0)], as_of=AS_OF)
    with pytest.raises(TypeError, match="drivers is a list of"):
        profitability_table(orders, [("calls", "orders", 1.0)], as_of=AS_OF)
    with pytest.raises(TypeError, match="drivers is a list of"):
        profitability_table(orders, calls, as_of=AS_OF)
    with pytest.raises(TypeError, match="activity is one of"):
        CostDriver("calls", {"ann": 1}, rate=1.0)


def test_curve_of_profits_that_fall_evenly_has_a_closed_form():
    # Profits a, a − d, a − 2d …: after k customers k·a − d·k·(k − 1)/2; the peak is at a/d + 1.
    n, a, d = 1000, 600.0, 1.0
    profit = a - d * np.arange(n)
    shuffled = np.random.default_rng(0).permutation(profit)
    curve = whale_curve(pd.DataFrame({"profit": shuffled}))
    k = (curve.table["customer_share"] * n).round()
    np.testing.assert_allclose(curve.table["cumulative_profit"], k * a - d * k * (k - 1) / 2)
    assert curve.peak_profit == a * (a + 1) / 2
    assert curve.total_profit == n * a - n * (n - 1) / 2
    assert curve.peak_customer_share == 0.6
    assert curve.n_unprofitable == 399
    assert curve.lost_profit == 399 * 400 / 2
    assert curve.peak_share == curve.peak_profit / curve.total_profit
    assert curve.lost_share == curve.lost_profit / curve.peak_profit
    assert len(curve.table) <= 203
    drawn = np.interp(
        np.arange(n + 1) / n, *curve.table[["customer_share", "cumulative_profit"]].to_numpy().T
    )
    whole = np.concatenate([[0], np.sort(profit)[::-1].cumsum()])
    assert np.abs(drawn - whole).max() < 0.01 * curve.peak_profit


@pytest.mark.parametrize(
    ("profit", "shares"),
    [
        ([], [np.nan, np.nan, np.nan]),
        ([0.0, 0.0], [0.0, np.nan, np.nan]),
        ([-5.0], [0.0, np.nan, np.nan]),
        ([10.0, -30.0], [0.5, np.nan, 3.0]),
        ([10.0, 30.0], [1.0, 1.0, 0.0]),
    ],
)
def test_edges_of_the_curve(profit, shares):
    curve = whale_curve(pd.DataFrame({"profit": profit}, dtype=float))
    found = [curve.peak_customer_share, curve.peak_share, curve.lost_share]
    assert found == pytest.approx(shares, nan_ok=True)
    assert curve.total_profit == sum(profit)


def test_curve_needs_profits():
    with pytest.raises(SchemaError, match="Table 'profitability_table' lacks 'profit'"):
        whale_curve(pd.DataFrame({"revenue": [1.0]}))
    with pytest.raises(SchemaError, match=r"1 customer has no profit.*'b'"):
        whale_curve(pd.DataFrame({"profit": [1.0, np.nan]}, index=["a", "b"]))
