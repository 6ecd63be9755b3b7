"""Plots of new business, margins and portfolios show the numbers of the tables."""

import gettext
import io

import numpy as np
import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.errors import SchemaError
from custintel.plots import margin_bars, new_business_bars, portfolio_bubbles
from custintel.revenue import (
    margin_table,
    new_customer_revenue,
    new_product_revenue,
    portfolio_matrix,
)

LONG = "A programme for leaders of companies in energy, mining and everything else"


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


@pytest.fixture
def split():
    columns = {
        "revenue": [10.0, 50.0],
        "new_revenue": [10.0, 20.0],
        "new_revenue_share": [1.0, 0.4],
    }
    years = pd.period_range("2023", periods=2, freq="Y")
    return pd.DataFrame(columns, index=years).assign(is_warm_up=[True, False])


def test_new_customers_stand_on_existing_ones(split):
    ax = drawn(new_business_bars(split, currency="EUR"))
    heights = [[bar.get_height() for bar in bars] for bars in ax.containers]
    assert heights == [[0, 30], [0], [10, 20], [0]]
    assert [bar.get_y() for bar in ax.containers[2]] == [0, 30]
    assert [bar.get_alpha() for bar in ax.containers[2]] == [0.35, 1]
    assert texts(ax.texts) == ["100%", "40%"]
    assert texts(ax.get_legend().get_texts()) == ["Existing customers", "New customers"]
    assert ax.get_xlabel() == "Pale: the data begin, and all seem new"
    assert ax.get_ylabel() == "Revenue (EUR)"


def test_new_business_of_real_tables(order_lines):
    customers = drawn(new_business_bars(new_customer_revenue(order_lines, as_of="2024-12-31")))
    assert customers.get_title("left") == "Revenue of new customers"
    vitality = new_product_revenue(order_lines, as_of="2024-12-31", period="M")
    products = drawn(new_business_bars(vitality))
    assert products.get_title("left") == "Revenue of young products"
    assert texts(products.get_legend().get_texts()) == ["Older products", "Young products"]


def test_many_periods_have_no_numbers_on_them(split):
    months = pd.period_range("2019-01", periods=60, freq="M")
    ax = drawn(new_business_bars(pd.concat([split] * 30).set_axis(months)))
    assert not ax.texts
    assert len(ax.get_xticklabels()) <= 6


def test_margins_and_the_revenue_they_rest_on(order_lines):
    gaps = order_lines.assign(cost=(order_lines["revenue"] * 0.6).where(order_lines.index > 0))
    with pytest.warns(UserWarning, match="1 of 8 lines has no cost"):
        margins = margin_table(gaps, as_of="2024-12-31", by="category")
    ax = drawn(margin_bars(margins))
    assert texts(ax.texts) == ["40.0% (of 80% of the revenue)", "40.0%"]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([0.4, 0.4])
    high = max(text.get_window_extent().x1 for text in ax.texts)
    assert high <= ax.get_window_extent().x1 + 1


def test_losses_and_unknown_margins():
    margins = pd.DataFrame(
        {"revenue": [9.0, 5.0], "revenue_without_cost": 0.0, "margin_rate": [-0.2, np.nan]},
        index=["loss", "unknown"],
    )
    ax = drawn(margin_bars(margins))
    assert texts(ax.texts) == ["−20.0%", "–"]
    assert ax.get_xlim()[0] < -0.2


def test_items_and_periods_are_named_together(order_lines):
    costs = order_lines.assign(cost=1.0)
    ax = drawn(margin_bars(margin_table(costs, as_of="2024-12-31", by="channel", period="Q")))
    assert texts(ax.get_yticklabels())[:2] == ["web\nQ4 2023", "web\nQ1 2024"]


def test_of_many_margins_the_title_says_so():
    margins = pd.DataFrame(
        {"revenue": 9.0, "revenue_without_cost": 0.0, "margin_rate": 0.1}, index=range(60)
    )
    ax = drawn(margin_bars(margins))
    assert len(ax.patches) == 20
    assert ax.get_title("left") == "Gross margin, 20 largest of 60"


def items(n, name="item"):
    rng = np.random.default_rng(1)
    names = [f"{name} {i}" for i in range(n)]
    return pd.DataFrame({2020: rng.gamma(1, 9, n), 2024: rng.gamma(1, 9, n)}, index=names)


def test_bubbles_lie_at_share_and_growth():
    matrix = portfolio_matrix(items(4))
    ax = drawn(portfolio_bubbles(matrix))
    placed = ax.collections[0].get_offsets()
    np.testing.assert_allclose(placed, matrix[["share", "growth"]].to_numpy())
    assert ax.lines[0].get_xdata()[0] == 0.25
    assert ax.lines[1].get_ydata()[0] == pytest.approx(matrix["growth_cut"].iloc[0])
    assert {"stars", "cash cows", "question marks", "dogs"} < set(texts(ax.texts))
    named = texts(ax.get_legend().get_texts())
    assert named == [f"{i}  {name}" for i, name in enumerate(matrix.index, start=1)]


def test_a_new_item_is_a_triangle_at_the_top():
    table = items(3)
    table.iloc[0, 0] = 0.0
    ax = drawn(portfolio_bubbles(portfolio_matrix(table)))
    assert len(ax.collections[0].get_offsets()) == 2
    assert len(ax.collections[1].get_offsets()) == 1
    low, high = ax.get_ylim()
    assert low < ax.collections[1].get_offsets()[0][1] < high


@pytest.mark.parametrize("n", [1, 60])
def test_one_or_many_items(n):
    ax = drawn(portfolio_bubbles(portfolio_matrix(items(n, LONG))))
    assert len(ax.collections[0].get_offsets()) == n
    assert len(ax.get_legend().get_texts()) == min(n, 12)
    assert ("12 largest of 60 named" in ax.get_title("left")) == (n == 60)


def test_nothing_to_show_is_said(split):
    assert texts(new_business_bars(split.iloc[:0]).texts) == ["No revenue to show."]
    columns = ["revenue", "revenue_without_cost", "margin_rate"]
    empty = pd.DataFrame(columns=columns, dtype=float)
    assert "No margin can be measured" in texts(margin_bars(empty).texts)[0]
    matrix = portfolio_matrix(items(2)).iloc[:0]
    assert texts(portfolio_bubbles(matrix).texts) == ["No items to show."]


def test_missing_columns_are_named():
    for draw in (new_business_bars, margin_bars, portfolio_bubbles):
        with pytest.raises(SchemaError, match="lacks"):
            draw(pd.DataFrame({"x": [1.0]}))


def test_numbers_are_in_the_language_of_the_reader(split):
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        ax = new_business_bars(split)
    assert texts(ax.texts) == ["100\u00a0%", "40\u00a0%"]
