"""What holds of new business, margins, groups and movers, whatever the orders."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custintel.revenue import (
    decile_table,
    margin_table,
    movers,
    new_customer_revenue,
    new_product_revenue,
    portfolio_matrix,
    revenue_table,
)

START = pd.Timestamp("2022-11-20")
cents = st.integers(-5_000, 50_000).map(lambda n: n / 100)
line = st.tuples(
    st.sampled_from(["a", "b", "c"]), st.sampled_from(["p", "q", None]), st.integers(0, 900), cents
)
positive = st.lists(st.integers(1, 100_000).map(float), min_size=1, max_size=40)


def transactions(lines):
    customers, products, days, revenue = zip(*lines, strict=True)
    ordered_at = START + pd.to_timedelta(list(days), unit="D")
    columns = {"customer_id": customers, "ordered_at": ordered_at, "revenue": revenue}
    return pd.DataFrame(columns).assign(
        product_id=pd.Series(list(products), dtype=object), cost=np.abs(revenue)
    )


@settings(max_examples=30)
@given(st.lists(line, min_size=1, max_size=25), st.integers(0, 900), st.sampled_from("YQM"))
def test_all_revenue_is_either_new_or_not(lines, last, period):
    table, as_of = transactions(lines), START + pd.Timedelta(days=last)
    whole = revenue_table(table, as_of=as_of, period=period).loc["total"]
    customers = new_customer_revenue(table, as_of=as_of, period=period)
    assert customers["revenue"].tolist() == pytest.approx(whole.tolist(), abs=1e-6)
    both = customers["new_revenue"] + customers["existing_revenue"]
    assert both.tolist() == pytest.approx(whole.tolist(), abs=1e-6)
    assert (customers["n_new_customers"] <= customers["n_customers"]).all()
    # Everybody is new once, and no more.
    seen = table[(table["ordered_at"] <= as_of) & (table["revenue"] >= 0)]
    assert customers["n_new_customers"].sum() == seen["customer_id"].nunique()
    products = new_product_revenue(table, as_of=as_of, period=period)
    assert products["revenue"].tolist() == pytest.approx(whole.tolist(), abs=1e-6)
    assert (products["n_new_products"] <= products["n_products"]).all()


@settings(max_examples=30)
@given(st.lists(line, min_size=1, max_size=25), st.randoms())
def test_order_of_lines_does_not_matter_and_margins_add_up(lines, random):
    table = transactions(lines)
    shuffled = transactions(random.sample(lines, len(lines)))
    by_product = margin_table(table, as_of="2030-12-31", by="product_id")
    again = margin_table(shuffled, as_of="2030-12-31", by="product_id")
    pd.testing.assert_frame_equal(by_product, again, atol=1e-9)
    whole = margin_table(table, as_of="2030-12-31").loc["total"]
    for name in ("revenue", "cost", "gross_margin", "n_lines"):
        assert by_product[name].sum() == pytest.approx(whole[name], abs=1e-6)


@given(positive, st.integers(1, 12))
@pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")
def test_groups_hold_all_customers_and_revenue_in_order(revenue, n_groups):
    table = pd.DataFrame({2024: revenue}, index=[f"c{i}" for i in range(len(revenue))])
    groups = decile_table(table, n_groups=n_groups)
    assert groups["n_customers"].sum() == len(revenue)
    assert groups["n_customers"].max() - groups["n_customers"].min() <= 1
    assert groups["revenue"].sum() == pytest.approx(sum(revenue))
    assert groups["mean_revenue"].is_monotonic_decreasing
    assert groups["cumulative_share"].iloc[-1] == pytest.approx(1)


@given(st.lists(st.tuples(cents, cents), min_size=1, max_size=15), st.integers(1, 15))
def test_movers_backwards_are_the_same_moves_turned_round(rows, n):
    table = pd.DataFrame(rows, columns=[2023, 2024], index=[f"c{i}" for i in range(len(rows))])
    there = movers(table, before=2023, after=2024, n=n)
    back = movers(table[[2024, 2023]].set_axis([2023, 2024], axis=1), before=2023, after=2024, n=n)
    back = back.reindex(there.index)
    pd.testing.assert_series_equal(there["rank_before"], back["rank_after"], check_names=False)
    turned = {
        "stayed": "stayed",
        "entered": "left",
        "new": "lost",
        "left": "entered",
        "lost": "new",
    }
    assert there["status"].map(turned).tolist() == back["status"].tolist()
    assert (there["status"] == "stayed").sum() <= n


@given(positive, st.integers(1, 1000))
def test_fields_do_not_depend_on_the_currency(revenue, factor):
    names = [f"p{i}" for i in range(len(revenue))]
    table = pd.DataFrame({2020: revenue[::-1], 2024: revenue}, index=names)
    matrix, scaled = portfolio_matrix(table), portfolio_matrix(table * factor)
    assert matrix["quadrant"].to_dict() == scaled["quadrant"].to_dict()
    assert matrix["share"].sum() == pytest.approx(1)
    large = matrix["quadrant"].isin(["stars", "cash cows"])
    assert large.iloc[0]
