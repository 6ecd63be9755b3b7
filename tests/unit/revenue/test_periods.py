import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.revenue import revenue_table


def periods(table):
    return [str(period) for period in table.columns]


def test_months_quarters_and_years_of_the_same_orders(few_orders):
    monthly = revenue_table(few_orders, as_of="2024-06-30", period="M")
    assert dict(zip(periods(monthly), monthly.loc["total"], strict=True)) == {
        "2024-01": 120,
        "2024-02": 100,
        "2024-03": 110,
        "2024-04": 0,
        "2024-05": 670,
        "2024-06": 0,
    }
    quarterly = revenue_table(few_orders, as_of="2024-06-30", period="Q")
    assert dict(zip(periods(quarterly), quarterly.loc["total"], strict=True)) == {
        "2024Q1": 330,
        "2024Q2": 670,
    }
    yearly = revenue_table(few_orders, as_of="2024-06-30")
    assert yearly.to_dict("list") == {pd.Period("2024"): [1000.0]}


def test_items_come_largest_first_and_equal_ones_by_name(few_orders, order_lines):
    by_customer = revenue_table(few_orders, as_of="2024-06-30", by="customer_id")
    assert by_customer.index.name == "customer_id"
    assert by_customer[pd.Period("2024")].to_dict() == {"cleo": 600, "ben": 300, "ada": 100}
    assert list(by_customer.index) == ["cleo", "ben", "ada"]
    alike = order_lines.assign(revenue=1.0, channel=["b", "a", "c", "a", "b", "c", "d", "d"])
    assert list(revenue_table(alike, as_of="2024-12-31", by="channel").index) == list("abcd")


def test_order_of_items_is_not_decided_by_rounding_in_the_last_bits():
    # 0.1 + 0.2 is larger than 0.3 in binary, but not on paper.
    lines = pd.DataFrame(
        {
            "ordered_at": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-01-01"]),
            "revenue": [0.1, 0.2, 0.3],
            "channel": ["web", "web", "shop"],
        }
    )
    table = revenue_table(lines, as_of="2024-12-31", by="channel", period="M")
    assert list(table.index) == ["shop", "web"]


def test_refunds_are_netted_and_the_whole_last_day_is_observed(odd_orders):
    table = revenue_table(odd_orders, as_of="2024-06-30", by="customer_id")
    assert table[pd.Period("2024")].to_dict() == {"ada": 60, "ben": 50, "cleo": 40}
    later = revenue_table(odd_orders, as_of="2024-07-01")
    assert later.loc["total"].tolist() == [220]


def test_lines_without_a_value_are_one_row(order_lines):
    gaps = order_lines.assign(category=order_lines["category"].where(order_lines.index > 1))
    table = revenue_table(gaps, as_of="2024-12-31", by="category")
    assert table.sum(axis=1).to_dict() == {"books": 60, "music": 45, "(missing)": 30}


def test_items_may_be_numbers(order_lines):
    table = revenue_table(order_lines, as_of="2024-12-31", by="quantity")
    assert table.sum(axis=1).to_dict() == {1: 105, 2: 30}


@pytest.mark.parametrize("dtype", [bool, "boolean", object])
def test_items_may_be_true_and_false(order_lines, dtype):
    returning = (order_lines["quantity"] == 1).astype(dtype)
    table = revenue_table(
        order_lines.assign(returning=returning), as_of="2024-12-31", by="returning"
    )
    assert table.sum(axis=1).to_dict() == {True: 105, False: 30}
    assert list(table.index) == [True, False]


@pytest.mark.parametrize(
    "name", ["name", "total", "item", "day", "period", "first_day", "level_0", "index"]
)
def test_columns_may_have_any_name(order_lines, name):
    named = order_lines.rename(columns={"category": name})
    table = revenue_table(named, as_of="2024-12-31", by=name)
    expected = revenue_table(order_lines, as_of="2024-12-31", by="category")
    pd.testing.assert_frame_equal(table, expected.rename_axis(name))


def test_periods_go_on_to_as_of_without_a_line(few_orders):
    table = revenue_table(few_orders, as_of="2026-01-01")
    assert table.loc["total"].tolist() == [1000, 0, 0]


@pytest.mark.parametrize(
    ("as_of", "kept"),
    [
        ("2024-05-31", ["2024-02", "2024-03", "2024-04", "2024-05"]),
        ("2024-05-30", ["2024-02", "2024-03", "2024-04"]),
    ],
)
def test_partial_periods_can_be_dropped(few_orders, as_of, kept):
    # January's first order is on the 10th, after a tenth of the month.
    table = revenue_table(few_orders, as_of=as_of, period="M", partial="drop")
    assert periods(table) == kept


@pytest.mark.parametrize(("day", "n_kept"), [("2024-01-04", 2), ("2024-01-05", 1)])
def test_a_first_period_is_whole_if_it_begins_within_a_tenth_of_it(day, n_kept):
    lines = pd.DataFrame({"ordered_at": pd.to_datetime([day, "2024-02-10"]), "revenue": [1.0, 2.0]})
    table = revenue_table(lines, as_of="2024-02-29", period="M", partial="drop")
    assert table.shape == (1, n_kept)


def test_one_partial_period_leaves_none(few_orders):
    table = revenue_table(few_orders, as_of="2024-06-30", by="customer_id", partial="drop")
    assert table.shape == (3, 0)


def test_without_lines_there_are_no_periods(few_orders):
    assert revenue_table(few_orders, as_of="2023-12-31").shape == (1, 0)
    by_customer = revenue_table(few_orders, as_of="2023-12-31", by="customer_id", partial="drop")
    assert by_customer.shape == (0, 0)
    assert isinstance(by_customer.columns, pd.PeriodIndex)


def test_all_refunds_make_negative_revenue(few_orders):
    refunds = few_orders.assign(revenue=-few_orders["revenue"])
    table = revenue_table(refunds, as_of="2024-06-30", by="customer_id")
    assert table[pd.Period("2024")].to_dict() == {"ada": -100, "ben": -300, "cleo": -600}


def test_input_is_left_alone(order_lines):
    before = order_lines.copy(deep=True)
    revenue_table(order_lines, as_of="2024-01-10", by="category", partial="drop")
    pd.testing.assert_frame_equal(order_lines, before)


def test_unusable_arguments_are_refused(few_orders):
    with pytest.raises(SchemaError, match="'chanel'"):
        revenue_table(few_orders, as_of="2024-06-30", by="chanel")
    with pytest.raises(ValueError, match="period is one of 'M', 'Q', 'Y': got 'W'"):
        revenue_table(few_orders, as_of="2024-06-30", period="W")
    with pytest.raises(ValueError, match="partial"):
        revenue_table(few_orders, as_of="2024-06-30", partial="no")


def test_cells_are_floats(few_orders):
    whole = few_orders.assign(revenue=few_orders["revenue"].astype("int64"))
    table = revenue_table(whole, as_of="2024-06-30", by="customer_id")
    assert set(table.dtypes) == {np.dtype("float64")}
