"""What holds of audits, implied totals and effects, whatever the figures."""

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from custintel.revenue import (
    GrowthClaim,
    PrintedCagr,
    PrintedShares,
    PrintedTotals,
    amounts_from_index,
    audit_table,
    compare_lines,
    growth_contributions,
    price_volume_mix,
    totals_from_index,
)

START = pd.Timestamp("2022-01-01")
UNITS = [Fraction(1), Fraction(1, 10), Fraction(1, 1000), Fraction(1000)]
HALF = Fraction(1, 2)


def verdict(printed, half, recomputed, low, high):
    """Return the verdict on fractions, where no bit is lost."""
    if abs(printed - recomputed) <= half:
        return "agrees"
    overlaps = printed - half <= high and low <= printed + half
    return "agrees within rounding" if overlaps else "cannot be"


def floats(counts, unit):
    return [float(count * unit) for count in counts]


@settings(max_examples=60)
@given(
    st.lists(st.integers(-50, 200), min_size=1, max_size=12),
    st.integers(-30, 30),
    st.sampled_from(UNITS),
    st.sampled_from([1, 2, 10]),
)
def test_totals_are_judged_as_in_exact_arithmetic(counts, off, unit, coarser):
    place = unit * coarser
    printed = (sum(counts) // coarser + off) * place
    spread = HALF * unit * len(counts)
    total = sum(counts) * unit
    expected = verdict(printed, place / 2, total, total - spread, total + spread)
    table = pd.DataFrame({2021: floats(counts, unit)})
    claim = PrintedTotals({2021: float(printed)}, rounding=float(place))
    audit = audit_table(table, rounding=float(unit), claims=[claim], is_index=False)
    assert audit.table["verdict"].tolist() == [expected]


@settings(max_examples=60)
@given(st.integers(1, 400), st.integers(0, 400), st.integers(-200, 200), st.sampled_from(UNITS))
def test_growth_is_judged_as_in_exact_arithmetic(before, after, off, unit):
    assume(before > 0)
    place = Fraction(1, 100)
    growth = Fraction(after, before) - 1
    printed = (round(growth / place) + off) * place
    low = (Fraction(after) - HALF) / (before + HALF) if after else (-HALF) / (before - HALF)
    high = (Fraction(after) + HALF) / (before - HALF)
    expected = verdict(printed, place / 2, growth, low - 1, high - 1)
    table = pd.DataFrame([floats([before, after], unit)], index=["a"], columns=[2021, 2022])
    claim = GrowthClaim(float(printed), rounding=float(place), item="a")
    audit = audit_table(table, rounding=float(unit), claims=[claim], is_index=False)
    assert audit.table["verdict"].tolist() == [expected]


@settings(max_examples=60)
@given(st.integers(20, 400), st.integers(-12, 12), st.integers(1, 6))
def test_yearly_growth_of_an_index_is_judged_as_in_exact_arithmetic(last, off, n_years):
    place = Fraction(1, 1000)
    rate = (last / 100) ** (1 / n_years) - 1
    printed = round(rate * 1000) * place + off * place
    # Yearly factors are compared by their powers, which are fractions.
    factor = [max(1 + printed + side * place / 2, Fraction(0)) ** n_years for side in (-1, 1)]
    low, high = (last - HALF) / 100, (last + HALF) / 100
    if factor[0] <= Fraction(last, 100) <= factor[1]:
        expected = "agrees"
    else:
        overlaps = factor[0] <= high and low <= factor[1]
        expected = "agrees within rounding" if overlaps else "cannot be"
    table = pd.DataFrame({2000: [100], 2000 + n_years: [last]}, index=["a"])
    claim = PrintedCagr({"a": float(printed)}, rounding=float(place))
    audit = audit_table(table, rounding=1.0, claims=[claim])
    assert audit.table["verdict"].tolist() == [expected]


def rounded_to(values, unit):
    return (values / unit).round() * unit


@settings(max_examples=20)
@given(st.data(), st.integers(2, 6), st.integers(2, 4))
def test_what_was_printed_from_true_figures_is_never_refused(data, n_items, n_periods):
    amounts = st.floats(50, 1000)
    drawn = [[data.draw(amounts) for _period in range(n_periods)] for _item in range(n_items)]
    table = pd.DataFrame(drawn, columns=range(2001, 2001 + n_periods))
    last, years = table.iloc[:, -1], n_periods - 1
    growth = table.sum().pct_change().iloc[-1]
    claims = [
        PrintedCagr(rounded_to((last / table[2001]) ** (1 / years) - 1, 0.001), rounding=0.001),
        PrintedShares(rounded_to(last / last.sum(), 0.01), rounding=0.01),
        GrowthClaim(rounded_to(growth, 0.01), rounding=0.01, period=2000 + n_periods),
    ]
    totals = PrintedTotals(rounded_to(table.sum(), 1.0), rounding=1.0)
    index = rounded_to(table.mul(100).div(table[2001], axis=0), 1.0)
    for audit in (
        audit_table(rounded_to(table, 10.0), rounding=10.0, claims=[*claims, totals]),
        audit_table(index, rounding=1.0, claims=claims),
    ):
        assert set(audit.table["verdict"]) <= {"agrees", "agrees within rounding"}


def corners_of_shares(low, high):
    """Return the corners of the shares between their ends that add up to 1."""
    n, found = len(low), []
    for free in range(n):
        for ends in product((0, 1), repeat=n - 1):
            share = np.insert(np.where(ends, np.delete(high, free), np.delete(low, free)), free, 0)
            share[free] = 1 - share.sum()
            if low[free] - 1e-12 <= share[free] <= high[free] + 1e-12:
                found.append(share)
    return np.array(found)


def extremes(index, share, period, other):
    """Return the least and the largest total(period) / total(other), by trying all corners."""
    n = len(index)
    low, high = index - 0.5, index + 0.5
    low[:, 0] = high[:, 0] = 100.0
    corners = corners_of_shares(np.maximum(share - 0.005, 0), share + 0.005)
    used = sorted({period, other, index.shape[1] - 1})
    found = []
    for ends in product((0, 1), repeat=n * len(used)):
        values = index.copy()
        chosen = np.array(ends).reshape(n, len(used)).astype(bool)
        values[:, used] = np.where(chosen, high[:, used], low[:, used])
        totals = corners @ (values / values[:, [-1]])
        found.append(totals[:, period] / totals[:, other])
    return np.min(found), np.max(found)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), min_size=1, max_size=3),
    st.data(),
)
def test_bounds_of_implied_growth_are_those_of_the_best_and_worst_corner(rows, data):
    index = np.array([[100, *row] for row in rows], float)
    weights = np.array([data.draw(st.integers(0, 20)) for _row in rows], float)
    assume(weights.sum() > 0)
    share = np.round(weights / weights.sum(), 2)
    assume(np.maximum(share - 0.005, 0).sum() <= 1 <= (share + 0.005).sum())
    totals = totals_from_index(
        pd.DataFrame(index, columns=[2001, 2002, 2003]), dict(enumerate(share))
    )
    bounds = totals[["growth_low", "growth_high"]].to_numpy() + 1
    assert bounds[1] == pytest.approx(extremes(index, share, 1, 0), rel=1e-9)
    assert bounds[2] == pytest.approx(extremes(index, share, 2, 1), rel=1e-9)
    levels = totals[["total_low", "total_high"]].to_numpy() / 100
    assert levels[2] == pytest.approx(extremes(index, share, 2, 0), rel=1e-9)
    # The best guess lies inside, and a total is in its own units exactly 100.
    assert (bounds[1:, 0] <= totals["growth"].iloc[1:] + 1 + 1e-12).all()
    assert (totals["growth"].iloc[1:] + 1 <= bounds[1:, 1] + 1e-12).all()
    assert levels[0].tolist() == [1, 1]


def best_shares(top, bottom, low, high):
    """Maximise a ratio of totals over the shares, as a linear programme (Charnes and Cooper)."""
    n = len(top)
    scaled = np.hstack([np.eye(n), -high[:, None]]), np.hstack([-np.eye(n), low[:, None]])
    equal = np.vstack([[*bottom, 0.0], [*np.ones(n), -1.0]])
    found = linprog([*-top, 0.0], np.vstack(scaled), np.zeros(2 * n), equal, [1.0, 0.0])
    assert found.success
    return found.x[:n] / found.x[n]


@pytest.mark.parametrize(("period", "other"), [(1, 0), (2, 1), (3, 2), (3, 0)])
def test_bounds_of_twelve_items_are_reached_by_another_optimiser(period, other):
    """From many starts shares are optimised for given indices, then indices for given shares."""
    rng = np.random.default_rng(12)
    index = np.round(np.column_stack([np.full(12, 100), rng.uniform(60, 220, (12, 3))]))
    share = np.array([25, 15, 8, 7, 7, 7, 6, 6, 5, 5, 5, 4]) / 100
    low, high = share - 0.005, share + 0.005
    best = 0.0
    for _start in range(10):
        last = index[:, 3] + rng.choice([-0.5, 0.5], 12)
        for _round in range(20):
            top = (last if period == 3 else index[:, period] + 0.5) / last
            bottom = (last if other == 3 else index[:, other] - 0.5 * (other > 0)) / last
            weights = best_shares(top, bottom, low, high)
            ratio = weights @ top / (weights @ bottom)
            up, down = index[:, period] + 0.5, index[:, other] - 0.5 * (other > 0)
            gain = (0 if period == 3 else up) - ratio * (0 if other == 3 else down)
            better = np.where(gain > 0, index[:, 3] - 0.5, index[:, 3] + 0.5)
            if np.array_equal(better, last):
                break
            last = better
        best = max(best, ratio)
    table = pd.DataFrame(index, columns=range(2001, 2005))
    totals = totals_from_index(table, dict(enumerate(share)), base=2001 + other)
    assert totals["total_high"].iloc[period] / 100 == pytest.approx(best, rel=1e-9)


tables = st.integers(1, 6).flatmap(
    lambda n: st.lists(
        st.lists(st.integers(0, 1000), min_size=n, max_size=n), min_size=3, max_size=3
    )
)


@given(tables, st.integers(1, 50))
def test_contributions_and_lines_add_up(columns, factor):
    table = pd.DataFrame(dict(zip((2021, 2022, 2023), columns, strict=True)), dtype=float)
    total = table.sum()
    assume((total > 0).all() and not (table[2021] == 100).all())
    growth = (total.iloc[1:].to_numpy() / total.iloc[:-1].to_numpy() - 1).tolist()
    added = growth_contributions(table)
    assert added.groupby("period")["contribution"].sum().tolist() == pytest.approx(growth)
    shares = added.groupby("period")["growth_share"].sum(min_count=1).dropna()
    assert shares.tolist() == pytest.approx([1.0] * len(shares))
    line = {item: f"line {item % 2}" for item in table.index}
    compared = compare_lines(table, line).groupby("period")
    assert compared["amount"].sum().tolist() == pytest.approx(total.tolist())
    assert compared["share"].sum().tolist() == pytest.approx([1.0] * 3)
    of_lines = compared["contribution"].sum().iloc[1:]
    assert of_lines.tolist() == pytest.approx(growth)
    # Another currency changes amounts alone.
    scaled = growth_contributions(table * factor)
    np.testing.assert_allclose(scaled["contribution"], added["contribution"], atol=1e-12)


@given(tables)
def test_an_index_and_shares_give_back_the_amounts(columns):
    table = pd.DataFrame(dict(zip((2021, 2022, 2023), columns, strict=True)), dtype=float) + 1
    index = table.mul(100).div(table[2021], axis=0)
    shares = table[2023] / table[2023].sum()
    amounts = amounts_from_index(index, shares, base=2023)
    np.testing.assert_allclose(amounts.to_numpy(), 100 * table.to_numpy() / table[2023].sum())


cents = st.integers(-3_000, 30_000).map(lambda n: n / 100)
line = st.tuples(
    st.sampled_from(["a", "b", "c", None]),
    st.integers(0, 1000),
    st.sampled_from([None, 0.0, -1.0, 1.0, 2.0, 2.5, 10.0]),
    cents,
)


def transactions(lines):
    names = ["product_id", "day", "quantity", "revenue"]
    table = pd.DataFrame(lines, columns=names).astype({"quantity": float})
    return table.assign(ordered_at=START + pd.to_timedelta(table["day"], unit="D"))


def effects_by_definition(table, before, after):
    """Return the effects of one step, product by product, in plain Python."""
    sold = {}
    for row in table.to_dict("records"):
        if row["revenue"] >= 0 and row["quantity"] > 0 and row["year"] in (before, after):
            units, revenue = sold.get((row["product_id"], row["year"]), (0.0, 0.0))
            sold[row["product_id"], row["year"]] = units + row["quantity"], revenue + row["revenue"]
    first = {name: value for (name, year), value in sold.items() if year == before}
    then = {name: value for (name, year), value in sold.items() if year == after}
    both = first.keys() & then.keys()
    units = sum(first[name][0] for name in both), sum(then[name][0] for name in both)
    mean = sum(first[name][1] for name in both) / units[0] if both else 0.0
    prices = {name: first[name][1] / first[name][0] for name in both}
    share = {name: then[name][0] / units[1] - first[name][0] / units[0] for name in both}
    return {
        "volume_effect": (units[1] - units[0]) * mean,
        "price_effect": sum(then[n][1] - prices[n] * then[n][0] for n in both),
        # Of the units sold now, what moved from one product to another, at the old prices.
        "mix_effect": sum(units[1] * share[name] * prices[name] for name in both),
        "new_items": sum(value[1] for name, value in then.items() if name not in first),
        "lost_items": -sum(value[1] for name, value in first.items() if name not in then),
    }


@pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")
@settings(max_examples=25)
@given(st.lists(line, min_size=1, max_size=25), st.randoms())
def test_effects_equal_their_definition_and_add_up(lines, random):
    table = transactions(lines)
    effects = price_volume_mix(table, as_of="2024-12-31")
    table = table.assign(
        year=table["ordered_at"].dt.year, product_id=table["product_id"].fillna("?")
    )
    revenue = table.groupby("year")["revenue"].sum()
    for period, row in effects.iterrows():
        expected = effects_by_definition(table, period.year - 1, period.year)
        assert row[list(expected)].to_dict() == pytest.approx(expected, abs=1e-6)
        assert row["revenue_after"] == pytest.approx(revenue.get(period.year, 0.0), abs=1e-6)
        parts = row[[*expected, "unmeasured", "refunds"]].sum()
        assert row["revenue_before"] + parts == pytest.approx(row["revenue_after"], abs=1e-6)
    shuffled = price_volume_mix(transactions(random.sample(lines, len(lines))), as_of="2024-12-31")
    pd.testing.assert_frame_equal(shuffled, effects, atol=1e-9)
