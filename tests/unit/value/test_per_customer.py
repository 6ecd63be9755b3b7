"""Average value per customer: windows, refunds, margins, groups."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.value import value_per_customer


def test_refunds_are_netted_but_make_no_customer(odd_orders: pd.DataFrame) -> None:
    table = value_per_customer(odd_orders, as_of="2024-06-30", window="6M")
    assert table.loc["total"].to_list() == pytest.approx([3, 150, 50])
    # In May and June: Ada 10, Ben 80 − 30.
    table = value_per_customer(odd_orders, as_of="2024-06-30", window="2M")
    assert table.loc["total"].to_list() == pytest.approx([2, 60, 30])


@pytest.mark.parametrize(
    ("window", "n"), [("1M", 2), ("31D", 2), ("30D", 1), ("2M", 2), ("1Y", 3), ("12M", 3)]
)
def test_months_are_calendar_months(window: str, n: int, few_orders: pd.DataFrame) -> None:
    # Up to 2024-06-19: Ada last bought on 31 May, Cleo on 20 May, Ben on 15 March.
    table = value_per_customer(few_orders, as_of="2024-06-19", window=window)
    assert table.loc["total", "n_customers"] == n


def test_margins_and_groups(order_lines: pd.DataFrame) -> None:
    with_costs = order_lines.assign(cost=order_lines["revenue"] / 2)
    table = value_per_customer(with_costs, as_of="2024-03-31", basis="margin", by="channel")
    assert table.index.to_list() == ["shop", "web"]
    assert table["n_customers"].to_list() == [1, 2]
    assert table["margin"].to_list() == pytest.approx([20, 47.5])
    assert table["margin_per_customer"].to_list() == pytest.approx([20, 23.75])


def test_lines_without_cost_are_counted(order_lines: pd.DataFrame) -> None:
    holes = order_lines.assign(cost=[1.0, np.nan] * 4)
    with pytest.raises(SchemaError, match="4 lines of 8 in the window have no cost"):
        value_per_customer(holes, as_of="2024-03-31", basis="margin")
    with pytest.raises(SchemaError, match="cost"):
        value_per_customer(order_lines, as_of="2024-03-31", basis="margin")


def test_lines_without_a_group_are_a_group(order_lines: pd.DataFrame) -> None:
    some = order_lines.assign(category=order_lines["category"].where(order_lines.index > 0))
    table = value_per_customer(some, as_of="2024-03-31", by="category")
    assert table.index.to_list() == ["books", "music", "(missing)"]
    assert table["revenue"].sum() == pytest.approx(order_lines["revenue"].sum())


def test_refunds_alone_have_no_average() -> None:
    refund = pd.DataFrame(
        {"customer_id": ["a"], "ordered_at": pd.to_datetime(["2024-05-01"]), "revenue": [-5.0]}
    )
    row = value_per_customer(refund, as_of="2024-05-31").loc["total"]
    assert (row["n_customers"], row["revenue"]) == (0, -5)
    assert np.isnan(row["revenue_per_customer"])
    assert value_per_customer(refund, as_of="2023-05-31").empty


def test_groups_may_have_any_name(order_lines: pd.DataFrame) -> None:
    columns = ["day", "group", "amount", "bought"]
    named = order_lines.assign(**dict.fromkeys(columns, order_lines["channel"]))
    usual = value_per_customer(named, as_of="2024-03-31", by="channel")
    for column in columns:
        table = value_per_customer(named, as_of="2024-03-31", by=column)
        pd.testing.assert_frame_equal(table.rename_axis("channel"), usual)
