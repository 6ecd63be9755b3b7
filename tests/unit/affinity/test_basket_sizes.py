import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student
from statsmodels.stats.proportion import proportion_confint

from custintel.affinity import basket_statistics
from custintel.errors import SchemaError

AS_OF = "2024-12-31"


def test_figures_by_hand(order_lines):
    row = basket_statistics(order_lines, as_of=AS_OF).loc["total"]
    # Orders of 2, 1, 2, 2 and 1 items, 30, 30, 35, 30 and 10 in revenue.
    expected = {
        **{"n_orders": 5, "n_products": 5, "revenue": 135, "items_per_order": 1.6},
        **{"median_items": 2, "p90_items": 2, "single_item_share": 0.4},
        **{"units_per_order": 9 / 5, "revenue_per_order": 27},
    }
    assert {name: row[name] for name in expected} == pytest.approx(expected)
    revenue = np.array([30, 30, 35, 30, 10])
    low, high = student.interval(0.95, 4, 27, revenue.std(ddof=1) / np.sqrt(5))
    assert (row["revenue_per_order_low"], row["revenue_per_order_high"]) == pytest.approx(
        (low, high)
    )
    share = row["single_item_share_low"], row["single_item_share_high"]
    assert share == pytest.approx(proportion_confint(2, 5, 0.05, method="wilson"))


def test_groups_come_by_name_and_what_has_none_last(order_lines):
    order_lines["channel"] = order_lines["channel"].where(order_lines.index != 2)
    table = basket_statistics(order_lines, as_of=AS_OF, by="channel")
    assert table.index.to_list() == ["shop", "web", "(missing)"]
    assert table["n_orders"].tolist() == [1, 3, 1]
    assert table.index.name == "channel"


def test_an_order_counts_in_each_group_with_its_lines_there(order_lines):
    table = basket_statistics(order_lines, as_of=AS_OF, by="category")
    assert table["n_orders"].to_dict() == {"books": 3, "music": 3}
    assert table["items_per_order"].to_dict() == {"books": 4 / 3, "music": 4 / 3}
    assert table["revenue"].to_dict() == {"books": 60, "music": 75}
    assert table["n_products"].to_dict() == {"books": 3, "music": 2}


def test_refunds_are_netted_and_make_no_order(order_lines):
    # Order 1 gives one of two lines back; order 5 is a refund of something bought before.
    order_lines.loc[1, "revenue"] = -5.0
    order_lines.loc[7, "revenue"] = -10.0
    row = basket_statistics(order_lines, as_of=AS_OF).loc["total"]
    assert row["n_orders"] == 4
    assert row["items_per_order"] == (1 + 1 + 2 + 2) / 4
    assert row["revenue"] == 15 - 5 + 30 + 35 + 30 - 10
    assert row["revenue_per_order"] == row["revenue"] / 4
    # The ratio of sums: orders deviate from the mean, the lone refund from zero.
    ratio = 95 / 4
    squares = ((np.array([10, 30, 35, 30]) - ratio) ** 2).sum() + 10**2
    half = student.ppf(0.975, 3) * np.sqrt(squares / 3 / 4)
    assert row["revenue_per_order_high"] == pytest.approx(ratio + half)


def test_a_group_of_refunds_alone_keeps_its_revenue(order_lines):
    order_lines.loc[order_lines["channel"] == "shop", "revenue"] = -10.0
    table = basket_statistics(order_lines, as_of=AS_OF, by="channel")
    assert table.loc["shop", ["n_orders", "revenue"]].tolist() == [0, -20]
    assert table.loc["shop"].drop(["n_orders", "n_products", "revenue"]).isna().all()
    assert table.loc["web"].notna().all()


def test_means_of_one_order_have_no_interval(order_lines):
    row = basket_statistics(order_lines.head(2), as_of=AS_OF).loc["total"]
    assert row["items_per_order"] == 2
    missing = row[row.isna()].index
    assert set(missing) == {
        f"{name}_{end}"
        for name in ("items_per_order", "units_per_order", "revenue_per_order")
        for end in ("low", "high")
    }


def test_without_order_numbers_each_row_is_an_order(order_lines):
    row = basket_statistics(order_lines.drop(columns="order_id"), as_of=AS_OF).loc["total"]
    assert (row["n_orders"], row["items_per_order"], row["single_item_share"]) == (8, 1, 1)


def test_without_products_lines_are_counted(order_lines):
    row = basket_statistics(order_lines.drop(columns="product_id"), as_of=AS_OF).loc["total"]
    assert row["items_per_order"] == 8 / 5
    assert np.isnan(row["n_products"])


def test_lines_without_a_product_are_one_item_of_their_order(order_lines):
    order_lines.loc[[0, 1, 4], "product_id"] = None
    row = basket_statistics(order_lines, as_of=AS_OF).loc["total"]
    assert row["items_per_order"] == (1 + 1 + 2 + 2 + 1) / 5
    assert row["n_products"] == 4


def test_units_are_known_only_where_all_quantities_are(order_lines):
    order_lines.loc[2, "quantity"] = np.nan
    table = basket_statistics(order_lines, as_of=AS_OF, by="channel")
    assert table["units_per_order"].isna().to_dict() == {"shop": True, "web": False}
    without = basket_statistics(order_lines.drop(columns="quantity"), as_of=AS_OF)
    assert without.filter(like="units").isna().all(axis=None)


def test_the_same_product_twice_is_one_item_of_two_lines(order_lines):
    order_lines["product_id"] = order_lines["product_id"].replace("cd-2", "cd-1")
    row = basket_statistics(order_lines, as_of=AS_OF).loc["total"]
    assert row["items_per_order"] == (1 + 1 + 2 + 2 + 1) / 5
    assert row["units_per_order"] == 9 / 5


def test_only_the_days_observed_are_read(order_lines):
    row = basket_statistics(order_lines, as_of="2024-01-05").loc["total"]
    assert (row["n_orders"], row["revenue"]) == (3, 95)


@pytest.mark.parametrize("name", ["group", "order", "item", "units", "bought", "lacking", "n"])
def test_columns_may_have_any_name(order_lines, name):
    named = order_lines.rename(columns={"channel": name})
    expected = basket_statistics(order_lines, as_of=AS_OF, by="channel")
    found = basket_statistics(named, as_of=AS_OF, by=name)
    pd.testing.assert_frame_equal(found, expected.rename_axis(name))


def test_groups_may_be_true_and_false(order_lines):
    flagged = order_lines.assign(is_web=order_lines["channel"] == "web")
    table = basket_statistics(flagged, as_of=AS_OF, by="is_web")
    assert table["n_orders"].to_dict() == {False: 2, True: 3}


def test_level_widens_the_intervals(order_lines):
    narrow, wide = (
        basket_statistics(order_lines, as_of=AS_OF, level=level).loc["total"]
        for level in (0.5, 0.99)
    )
    for name in ("single_item_share", "revenue_per_order", "units_per_order"):
        assert wide[f"{name}_low"] < narrow[f"{name}_low"] < narrow[name]
        assert narrow[name] < narrow[f"{name}_high"] < wide[f"{name}_high"]
    assert wide["items_per_order_low"] == 1


def test_unusable_arguments_are_refused(order_lines):
    with pytest.raises(SchemaError, match="no purchase on or before 2020-01-01"):
        basket_statistics(order_lines, as_of="2020-01-01")
    with pytest.raises(SchemaError, match="no purchase"):
        basket_statistics(order_lines.assign(revenue=-1.0), as_of=AS_OF)
    with pytest.raises(SchemaError, match="'chanel'"):
        basket_statistics(order_lines, as_of=AS_OF, by="chanel")
    with pytest.raises(ValueError, match="level lies between 0 and 1"):
        basket_statistics(order_lines, as_of=AS_OF, level=95)
    with pytest.raises(ValueError, match="as_of is a date"):
        basket_statistics(order_lines, as_of="today")


def test_orders_of_one_number_are_one_for_each_customer(order_lines):
    shared = order_lines.assign(order_id=order_lines["order_id"].replace("4", "1"))
    found = basket_statistics(shared, as_of=AS_OF)
    pd.testing.assert_frame_equal(found, basket_statistics(order_lines, as_of=AS_OF))
    without = basket_statistics(shared.drop(columns="customer_id"), as_of=AS_OF)
    assert without["n_orders"].tolist() == [4]


@pytest.mark.parametrize("column", ["revenue", "quantity"])
@pytest.mark.parametrize("amount", [1e308, -2e30, np.inf])
def test_amounts_that_cannot_be_added_up_are_refused(order_lines, column, amount):
    order_lines = order_lines.astype({column: float})
    order_lines.loc[[0, 2], column] = amount
    said = f"2 lines of 'transactions' have a {column} beyond 1e+30, too large to be added up: "
    with pytest.raises(SchemaError, match=re.escape(f"{said}'{amount}', '{amount}'.")):
        basket_statistics(order_lines, as_of=AS_OF)


def test_the_largest_amounts_have_finite_figures(order_lines):
    order_lines.loc[0, "revenue"] = 1e30
    order_lines.loc[1, "revenue"] = -1e30
    assert basket_statistics(order_lines, as_of=AS_OF).notna().all(axis=None)
