"""The shared tables add up to what their descriptions say."""

import pandas as pd


def test_few_orders_add_up_as_described(few_orders):
    assert len(few_orders) == 8
    by_customer = few_orders.groupby("customer_id")["revenue"]
    assert by_customer.sum().to_dict() == {"ada": 100, "ben": 300, "cleo": 600}
    assert by_customer.count().to_dict() == {"ada": 4, "ben": 3, "cleo": 1}
    by_month = few_orders.groupby(few_orders["ordered_at"].dt.month)["revenue"].sum()
    assert by_month.to_dict() == {1: 120, 2: 100, 3: 110, 5: 670}


def test_odd_orders_add_up_as_described(odd_orders):
    assert len(odd_orders) == 8
    until_june = odd_orders[odd_orders["ordered_at"] < pd.Timestamp("2024-07-01")]
    revenue = until_june.groupby("customer_id")["revenue"].sum()
    assert revenue.to_dict() == {"ada": 60, "ben": 50, "cleo": 40}


def test_order_lines_add_up_as_described(order_lines):
    assert len(order_lines) == 8
    for column, revenue in [
        ("category", {"books": 60, "music": 75}),
        ("channel", {"web": 95, "shop": 40}),
    ]:
        assert order_lines.groupby(column)["revenue"].sum().to_dict() == revenue
