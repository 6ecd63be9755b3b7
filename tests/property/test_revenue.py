"""What holds of revenue tables, their growth and their concentration, whatever the orders."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import trapezoid

from custintel.revenue import (
    concentration_curve,
    concentration_table,
    growth_table,
    index_table,
    revenue_table,
    top_customers,
)

START = pd.Timestamp("2023-11-20")
cents = st.integers(-5_000, 50_000).map(lambda n: n / 100)
line = st.tuples(st.sampled_from(["a", "b", "c", None]), st.integers(0, 900), cents)
# Items of each type alone, with gaps, and of several types in one column.
items = st.sampled_from(
    [
        [True, False],
        [True, False, None],
        [3, 20, 100],
        [3, 20, None],
        [0.5, 1.5],
        ["a", "b", None],
        ["a", "3", 3, 2.5],
        [True, "True", None],
    ]
)
amounts = st.lists(st.integers(-500, 100_000).map(float), min_size=1, max_size=30)
positive = st.lists(st.integers(1, 100_000).map(float), min_size=1, max_size=30)


def transactions(lines):
    channels, days, revenue = zip(*lines, strict=True)
    ordered_at = START + pd.to_timedelta(list(days), unit="D")
    return pd.DataFrame({"channel": channels, "ordered_at": ordered_at, "revenue": revenue})


def one_period(revenue):
    return pd.DataFrame({2024: revenue}, index=[f"c{i:02d}" for i in range(len(revenue))])


@settings(max_examples=30)
@given(st.lists(line, min_size=1, max_size=30), st.integers(0, 900), st.sampled_from("YQM"))
def test_all_observed_revenue_is_in_the_table(lines, last, period):
    table, as_of = transactions(lines), START + pd.Timedelta(days=last)
    observed = table[table["ordered_at"] <= as_of]
    whole = revenue_table(table, as_of=as_of, by="channel", period=period)
    assert whole.to_numpy().sum() == pytest.approx(observed["revenue"].sum(), abs=1e-6)
    by_item = observed.assign(channel=observed["channel"].fillna("(missing)"))
    expected = by_item.groupby("channel")["revenue"].sum()
    assert whole.sum(axis=1).to_dict() == pytest.approx(expected.to_dict(), abs=1e-6)
    if len(observed):
        first_and_last = [observed["ordered_at"].min(), as_of]
        assert [*whole.columns[[0, -1]]] == [day.to_period(period) for day in first_and_last]
        assert (np.diff(whole.columns.astype("int64")) == 1).all()


@settings(max_examples=100)
@given(items, st.lists(line, min_size=1, max_size=20), st.integers(0, 900), st.data())
def test_no_revenue_is_lost_whatever_the_items_are(names, lines, last, data):
    chosen = [data.draw(st.sampled_from(names)) for _each in lines]
    table = transactions(lines).assign(item=pd.Series(chosen))
    as_of = START + pd.Timedelta(days=last)
    observed = table[table["ordered_at"] <= as_of]
    whole = revenue_table(table, as_of=as_of, by="item", period="Q")
    expected = observed.groupby("item", dropna=False, sort=False)["revenue"].sum()
    assert whole.to_numpy().sum() == pytest.approx(observed["revenue"].sum(), abs=1e-6)
    totals = {"(missing)" if pd.isna(item) else item: revenue for item, revenue in expected.items()}
    assert whole.sum(axis=1).to_dict() == pytest.approx(totals, abs=1e-6)
    assert (whole.sum(axis=1).round(4).diff().dropna() <= 1e-9).all()


@settings(max_examples=30)
@given(st.lists(line, min_size=1, max_size=20), st.randoms(), st.integers(0, 900))
def test_order_of_lines_and_lines_after_as_of_do_not_matter(lines, random, last):
    as_of = START + pd.Timedelta(days=last)
    past = [each for each in lines if each[1] <= last]
    assume(past)
    shuffled = transactions(random.sample(lines, len(lines)))
    first = revenue_table(shuffled, as_of=as_of, by="channel", period="M")
    second = revenue_table(transactions(past), as_of=as_of, by="channel", period="M")
    pd.testing.assert_frame_equal(first, second)


@settings(max_examples=30)
@given(st.lists(line, min_size=1, max_size=20), st.integers(0, 900))
def test_dropping_partial_periods_changes_no_other(lines, last):
    as_of = START + pd.Timedelta(days=last)
    kept = revenue_table(transactions(lines), as_of=as_of, period="Q", partial="drop")
    whole = revenue_table(transactions(lines), as_of=as_of, period="Q")
    assert whole.shape[1] - kept.shape[1] <= 2
    assert all(column.end_time.normalize() <= as_of for column in kept.columns)
    pd.testing.assert_frame_equal(kept, whole[kept.columns])


@given(positive, st.integers(1, 10), st.integers(1, 1000))
def test_growth_is_that_which_leads_from_first_to_last(revenue, n_years, factor):
    table = pd.DataFrame({2000: revenue, 2000 + n_years: revenue[::-1]}, index=range(len(revenue)))
    growth = growth_table(table)
    led_to = growth["first"] * (1 + growth["cagr"]) ** n_years
    np.testing.assert_allclose(led_to, growth["last"])
    assert growth["share"].sum() == pytest.approx(1)
    # Another currency changes amounts, never rates.
    rates = ["cagr", "growth", "share"]
    np.testing.assert_allclose(growth_table(table * factor)[rates], growth[rates])
    np.testing.assert_allclose(index_table(table * factor), index_table(table))


@given(positive, st.integers(1, 50))
def test_rounding_interval_holds_the_growth_of_the_unrounded_figures(revenue, rounding):
    true = pd.DataFrame({2000: revenue, 2003: revenue[::-1]}, index=range(len(revenue)))
    printed = (true / rounding).round() * rounding
    printed = printed[(printed[2000] > 0)]
    assume(len(printed) and not (printed[2000] == 100).all())
    interval = growth_table(printed.assign(**{"2001": 1.0}), rounding=rounding)
    cagr = growth_table(true.loc[printed.index].assign(**{"2001": 1.0}))["cagr"]
    assert (interval["cagr_low"] <= cagr + 1e-12).all()
    assert (cagr <= interval["cagr_high"] + 1e-12).all()


@given(amounts)
def test_concentration_equals_its_definitions(revenue):
    measures = concentration_table(one_period(revenue), top=(1, 3)).iloc[0]
    bought = np.array(sorted((x for x in revenue if x > 0), reverse=True))
    assume(len(bought))
    n = len(bought)
    pairs = np.abs(bought[:, None] - bought[None, :]).sum()
    assert measures["gini"] == pytest.approx(pairs / (2 * n**2 * bought.mean()), abs=1e-12)
    assert measures["hhi"] == pytest.approx(((bought / bought.sum()) ** 2).sum())
    assert measures["cr_3"] == pytest.approx(bought[:3].sum() / bought.sum())
    assert 1 / n - 1e-12 <= measures["hhi"] <= measures["cr_1"] + 1e-12
    best = int(0.2 * n + 1e-9)
    part = (0.2 * n - best) * (bought[best] if best < n else 0)
    assert measures["pareto_share"] == pytest.approx((bought[:best].sum() + part) / bought.sum())
    assert measures["revenue"] + measures["net_refunds"] == pytest.approx(sum(revenue))


@given(positive, st.integers(1, 1000), st.integers(1, 4))
def test_concentration_does_not_depend_on_currency_or_copies(revenue, factor, copies):
    measures = concentration_table(one_period(revenue)).iloc[0]
    scaled = concentration_table(one_period(revenue) * factor).iloc[0]
    shares = ["cr_1", "hhi", "gini", "pareto_share"]
    assert scaled[shares].tolist() == pytest.approx(measures[shares].tolist(), abs=1e-9)
    # The same distribution among more customers: Gini stays, HHI falls in proportion.
    copied = concentration_table(one_period(revenue * copies)).iloc[0]
    assert copied["gini"] == pytest.approx(measures["gini"], abs=1e-9)
    assert copied["hhi"] == pytest.approx(measures["hhi"] / copies)


@given(positive)
def test_area_under_the_curve_is_the_gini_index(revenue):
    curve = concentration_curve(one_period(revenue))
    area = trapezoid(curve["revenue_share"], curve["customer_share"])
    gini = concentration_table(one_period(revenue))["gini"].iloc[0]
    assert 2 * area - 1 == pytest.approx(gini, abs=1e-9)
    steps = curve.diff().dropna()
    slope = steps["revenue_share"] / steps["customer_share"]
    assert (slope.diff().dropna() <= 1e-9).all()


@given(st.lists(st.tuples(cents, cents), min_size=1, max_size=15), st.integers(1, 12))
def test_the_largest_of_each_period_make_the_concentration_ratio(rows, n):
    names = [f"c{i}" for i in range(len(rows))]
    table = pd.DataFrame(rows, columns=[2023, 2024], index=names)
    top = top_customers(table, n=n, panel="per_period")
    ratios = concentration_table(table, top=[n])[f"cr_{n}"].dropna()
    last = top.groupby("period")["cumulative_share"].last()
    assert last.to_dict() == pytest.approx(ratios.to_dict())
    assert top.groupby("period")["revenue"].apply(lambda each: each.is_monotonic_decreasing).all()


@given(st.lists(st.tuples(cents, cents), min_size=1, max_size=15), st.integers(1, 12))
def test_a_fixed_panel_never_beats_the_largest_of_a_period(rows, n):
    table = pd.DataFrame(rows, columns=[2023, 2024], index=[f"c{i}" for i in range(len(rows))])
    fixed = top_customers(table, n=n)
    panels = set(fixed.groupby("period")["customer_id"].apply(tuple))
    assert len(panels) == 1
    assert len(fixed) == 2 * min(n, len(rows))
    best = top_customers(table, n=n, panel="per_period").groupby("period")["revenue"].sum()
    summed = fixed.groupby("period")["revenue"].sum()
    assert (summed <= best.reindex(summed.index, fill_value=0.0) + 1e-9).all()
