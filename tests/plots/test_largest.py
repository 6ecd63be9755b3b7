"""Plots of the largest customers, of referrals and of marketing show their tables."""

import io

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.plots import (
    customer_share_bars,
    marketing_rate_bars,
    referral_bars,
    revenue_share_bars,
)
from custintel.revenue import major_customers, marketing_to_sales, referral_rate, top_customers

HOSTILE = r"$x$ & <b>gras</b> élève: un programme très long pour dirigeants d'énergie et de mines"


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


@pytest.fixture
def table():
    years = pd.period_range("2023", periods=2, freq="Y")
    return pd.DataFrame([[50.0, 10.0], [40.0, 60.0], [10.0, 30.0]], list("abc"), years)


def test_each_period_names_its_customers_with_their_shares(table):
    ax = drawn(customer_share_bars(top_customers(table, n=2, panel="per_period")))
    assert texts(ax.get_yticklabels()) == ["2023", "a", "b", "2024", "b", "c"]
    assert [text.get_fontweight() for text in ax.get_yticklabels()][:2] == ["bold", "normal"]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([0.5, 0.4, 0.6, 0.3])
    assert texts(ax.texts) == ["50.0%", "40.0%", "60.0%", "30.0%"]
    # Each number stands in the row of its bar.
    middles = [bar.get_y() + bar.get_height() / 2 for bar in ax.patches]
    assert [text.xy[1] for text in ax.texts] == pytest.approx(middles)


def test_net_refunds_reach_to_the_left():
    negative = pd.DataFrame({2024: [-20.0, 90.0, 30.0]}, index=list("abc"))
    ax = drawn(customer_share_bars(top_customers(negative, n=3)))
    low = [text for text in ax.texts if text.get_text().startswith("−")]
    assert len(low) == 1
    assert low[0].get_ha() == "right"
    assert ax.get_xlim()[0] < low[0].xy[0] < 0


def test_of_many_periods_the_last_have_room():
    months = pd.period_range("2020-01", periods=60, freq="M")
    wide = pd.DataFrame(1.0, index=[f"{n} {HOSTILE}" for n in range(6)], columns=months)
    ax = drawn(customer_share_bars(top_customers(wide, n=5)))
    assert ax.get_title("left") == "The largest customers, last 5 of 60 periods"
    assert texts(ax.get_yticklabels())[0] == "Aug 2024"
    assert len(ax.patches) == 25


def test_one_long_period_is_cut_rather_than_left_out():
    one = pd.DataFrame({2024: 1.0}, index=range(60))
    assert len(customer_share_bars(top_customers(one, n=60)).patches) == 29


def test_nobody_is_so_large(table):
    nobody = major_customers(table, threshold=0.9)
    assert texts(customer_share_bars(nobody).texts) == ["No customer this large."]


def test_revenue_shares_of_rows():
    totals = pd.DataFrame(
        {"revenue": [9e6, -1e6, 1e6], "revenue_share": [1.0, -0.111, np.nan]},
        index=[HOSTILE, "b", "c"],
    )
    ax = drawn(revenue_share_bars(totals, currency="CHF"))
    assert [bar.get_width() for bar in ax.patches] == [9000.0, -1000.0, 1000.0]
    assert ax.get_xlabel() == "Revenue (thousand CHF)"
    assert texts(ax.texts) == ["100.0%", "−11.1%"]
    assert "\n" not in texts(ax.get_yticklabels())[0]
    many = pd.concat([totals] * 20)
    assert revenue_share_bars(many).get_title("left") == "Revenue, and share of all, first 15 of 60"
    assert texts(revenue_share_bars(totals.head(0)).texts) == ["No revenue to show."]


def test_marketing_beside_what_all_periods_took():
    sales = pd.Series([100.0, 0.0, 300.0], index=[2022, 2023, 2024])
    spend = pd.Series([10.0, 5.0, 15.0], index=[2022, 2023, 2024])
    ax = drawn(marketing_rate_bars(marketing_to_sales(sales, spend)))
    assert texts(ax.texts) == ["10.0%", "", "5.0%"]
    dashed = next(line for line in ax.lines if line.get_linestyle() == "--")
    # 25 of 400: the period without sales is left out of both.
    assert dashed.get_ydata()[0] == pytest.approx(0.0625)
    nothing = marketing_to_sales(sales * 0, spend)
    assert texts(marketing_rate_bars(nothing).texts) == ["No sales to compare the spend with."]


def test_referrals_with_their_intervals():
    customers = pd.DataFrame(
        {
            "customer_id": [str(n) for n in range(40)],
            "referred_by": [None] * 30 + ["0"] * 10,
            "country": ["FR", HOSTILE] * 20,
        }
    )
    rates = referral_rate(customers, by="country")
    ax = drawn(referral_bars(rates))
    assert [bar.get_width() for bar in ax.patches] == rates["referral_rate"].tolist()
    ends = [[segment[0][0], segment[1][0]] for segment in ax.collections[0].get_segments()]
    np.testing.assert_allclose(ends, rates[["referral_rate_low", "referral_rate_high"]])
    assert texts(ax.texts) == ["25.0% (5 of 20)", "25.0% (5 of 20)"]
    title = referral_bars(pd.concat([rates] * 30)).get_title("left")
    assert title == "Customers who came on referral,\n20 largest of 60 groups"
    assert texts(referral_bars(rates.head(0)).texts) == ["No customers to show."]


@pytest.mark.parametrize(
    "plot", [customer_share_bars, revenue_share_bars, marketing_rate_bars, referral_bars]
)
def test_a_missing_column_is_named(plot):
    with pytest.raises(SchemaError, match="lacks"):
        plot(pd.DataFrame({"x": [1.0]}))
