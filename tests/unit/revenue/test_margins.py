import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue import margin_table, marketing_to_sales, revenue_table


@pytest.fixture
def sold(order_lines):
    """Return the eight order lines with costs: 60 % of music's revenue, 40 % of books'."""
    part = order_lines["category"].map({"music": 0.6, "books": 0.4})
    return order_lines.assign(cost=order_lines["revenue"] * part)


def test_margins_of_categories_the_largest_first(sold):
    margins = margin_table(sold, as_of="2024-12-31", by="category")
    assert margins.index.name == "category"
    assert list(margins.index) == ["music", "books"]
    assert margins["revenue"].tolist() == [75, 60]
    assert margins["cost"].tolist() == pytest.approx([45, 24])
    assert margins["gross_margin"].tolist() == pytest.approx([30, 36])
    assert margins["margin_rate"].tolist() == pytest.approx([0.4, 0.6])
    assert margins["n_lines"].tolist() == [4, 4]
    assert (margins[["revenue_without_cost", "n_without_cost"]] == 0).all(axis=None)


def test_the_whole_is_one_row(sold):
    margins = margin_table(sold, as_of="2024-12-31")
    assert list(margins.index) == ["total"]
    assert margins["margin_rate"].tolist() == pytest.approx([66 / 135])


def test_periods_are_told_apart(sold):
    margins = margin_table(sold, as_of="2024-12-31", by="category", period="Y")
    assert margins.index.names == ["category", "period"]
    assert [(item, str(period)) for item, period in margins.index] == [
        *(("music", "2023"), ("music", "2024"), ("books", "2024"))
    ]
    assert margins["revenue"].tolist() == [60, 15, 60]
    of_all = margin_table(sold, as_of="2024-12-31", period="Q")
    whole = revenue_table(sold, as_of="2024-12-31", period="Q").loc["total"]
    assert of_all.loc["total", "revenue"].to_dict() == whole[whole > 0].to_dict()


def test_lines_without_a_cost_are_left_out_and_counted(sold):
    gaps = sold.assign(cost=sold["cost"].where(sold["product_id"] != "cd-2"))
    with pytest.warns(WeakResultWarning, match=r"2 of 8 lines have no cost.*30.00 of 135.00"):
        margins = margin_table(gaps, as_of="2024-12-31", by="category")
    music = margins.loc["music"]
    assert music[["revenue", "revenue_without_cost", "n_without_cost"]].tolist() == [75, 30, 2]
    assert music["gross_margin"] == pytest.approx(45 - 27)
    assert music["margin_rate"] == pytest.approx(0.4)


def test_without_any_cost_there_is_no_margin(sold):
    with pytest.warns(WeakResultWarning, match="8 of 8 lines"):
        margins = margin_table(sold.assign(cost=np.nan), as_of="2024-12-31")
    assert margins[["gross_margin", "margin_rate"]].isna().all(axis=None)
    assert margins["revenue_without_cost"].tolist() == [135]


def test_refunds_are_netted_with_their_cost(sold):
    returned = sold.iloc[[0]].assign(revenue=-15.0, cost=-9.0)
    margins = margin_table(pd.concat([sold, returned]), as_of="2024-12-31", by="category")
    assert margins.loc["music", ["revenue", "cost"]].tolist() == pytest.approx([60, 36])
    assert margins.loc["music", "margin_rate"] == pytest.approx(0.4)


def test_a_loss_is_a_negative_rate_and_net_refunds_have_none(sold):
    loss = margin_table(sold.assign(cost=2 * sold["revenue"]), as_of="2024-12-31")
    assert loss["margin_rate"].tolist() == [-1]
    refunds = margin_table(sold.assign(revenue=-sold["revenue"]), as_of="2024-12-31")
    assert refunds["margin_rate"].isna().all()
    assert refunds["gross_margin"].tolist() == pytest.approx([-135 - 69])


def test_lines_without_a_value_are_one_row(sold):
    gaps = sold.assign(category=sold["category"].where(sold.index > 1))
    margins = margin_table(gaps, as_of="2024-12-31", by="category")
    assert margins["revenue"].to_dict() == {"books": 60, "music": 45, "(missing)": 30}
    named = sold.assign(category=gaps["category"].where(sold.index != 2, "(missing)"))
    together = margin_table(named, as_of="2024-12-31", by="category")
    assert together["revenue"].to_dict() == {"books": 60, "(missing)": 60, "music": 15}


def test_only_observed_lines_count(sold):
    assert margin_table(sold, as_of="2023-11-30")["revenue"].tolist() == [30]
    assert margin_table(sold, as_of="2020-01-01", by="category").empty
    assert margin_table(sold, as_of="2020-01-01", period="M").empty


@pytest.mark.parametrize("name", ["item", "period", "cost2", "uncosted", "n_lines"])
def test_columns_may_have_any_name(sold, name):
    named = sold.rename(columns={"category": name})
    found = margin_table(named, as_of="2024-12-31", by=name)
    expected = margin_table(sold, as_of="2024-12-31", by="category")
    pd.testing.assert_frame_equal(found, expected.rename_axis(name))


def test_unusable_arguments_are_refused(sold):
    with pytest.raises(SchemaError, match="lacks 'cost'"):
        margin_table(sold.drop(columns="cost"), as_of="2024-12-31")
    with pytest.raises(ValueError, match="period is one of"):
        margin_table(sold, as_of="2024-12-31", period="W")


def test_marketing_as_a_part_of_sales(order_lines):
    sales = revenue_table(order_lines, as_of="2024-12-31").loc["total"]
    spend = pd.Series([15.0, 6.0], index=[2024, 2023])
    rates = marketing_to_sales(sales, spend)
    assert [str(period) for period in rates.index] == ["2023", "2024"]
    assert rates["marketing_rate"].tolist() == pytest.approx([6 / 60, 15 / 75])


def test_no_sales_give_no_rate():
    rates = marketing_to_sales(pd.Series({2023: 0.0}), pd.Series({2023: 5.0}))
    assert rates["marketing_rate"].isna().all()


@pytest.mark.parametrize(
    ("spend", "error", "message"),
    [
        (pd.Series({2023: 1.0}), SchemaError, "different periods: '2024' in one of them"),
        (pd.Series({2023: 1.0, "2024": None}), SchemaError, "missing or infinite"),
        (pd.Series({2023: 1.0, "2024": "x"}), SchemaError, "something else than numbers"),
        (pd.Series([1.0, 2, 3], index=[2023, 2024, "2024"]), SchemaError, "more than once"),
        ([1.0, 2.0], TypeError, "spend is a Series of amounts by period"),
    ],
)
def test_unusable_spend_is_refused(spend, error, message):
    with pytest.raises(error, match=message):
        marketing_to_sales(pd.Series({2023: 10.0, 2024: 20.0}), spend)
