"""Rules of pairs and larger sets equal their definitions, whatever the baskets."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, fisher_exact
from statsmodels.stats.proportion import proportion_confint

from custintel.affinity import (
    attach_rate,
    basket_statistics,
    complementary_offers,
    itemset_rules,
    product_pairs,
)

START, AS_OF, LAST = pd.Timestamp("2024-01-01"), "2024-03-01", 60
line = st.tuples(
    st.integers(0, 7),  # order
    st.sampled_from(["a", "b", "c", "d", "e", None]),
    st.integers(0, 80),  # day, some after as_of
    st.sampled_from([-5.0, 0.0, 10.0, 25.0, 40.0]),
)
lines_of_orders = st.lists(line, min_size=1, max_size=40)

# Names may be missing, and baskets of one item are no rarity here.
pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.CustintelWarning")


def transactions(lines):
    order, product, day, revenue = zip(*lines, strict=True)
    return pd.DataFrame(
        {
            "order_id": [f"o{number}" for number in order],
            "customer_id": [f"c{number // 2}" for number in order],
            "product_id": pd.Series(product, dtype="str"),
            "ordered_at": START + pd.to_timedelta(list(day), unit="D"),
            "revenue": revenue,
            "quantity": 2.0,
        }
    )


def baskets_of(lines, key=lambda order: order):
    """Return the sets of items of all baskets with a purchase."""
    held = {}
    for order, item, day, revenue in lines:
        if day <= LAST and revenue >= 0:
            held.setdefault(key(order), set()).update([item] if item else [])
    return list(held.values())


def count(baskets, items):
    return sum(set(items) <= held for held in baskets)


def confidence(baskets, antecedent, consequent):
    return Fraction(count(baskets, {*antecedent, consequent}), count(baskets, antecedent))


def check_measures(row, baskets, antecedent, consequent):
    """Compare a row of a table of rules with the definitions, in exact fractions."""
    n = len(baskets)
    one, other = count(baskets, antecedent), count(baskets, {consequent})
    both = count(baskets, {*antecedent, consequent})
    assert (row["n_baskets"], row["n_antecedent"], row["n_consequent"], row["n_both"]) == (
        *(n, one, other),
        both,
    )
    p_one, p_other, p_both = Fraction(one, n), Fraction(other, n), Fraction(both, n)
    leverage = p_both - p_one * p_other
    most = max(p_both * (1 - p_one), p_one * (p_other - p_both))
    exceptions = p_one - p_both
    expected = {
        "support": p_both,
        "confidence": p_both / p_one,
        "lift": p_both / (p_one * p_other),
        "leverage": leverage,
        "conviction": p_one * (1 - p_other) / exceptions if exceptions else np.inf,
        "zhang": leverage / most if most else 0,
    }
    found = {name: row[name] for name in expected}
    assert found == pytest.approx({name: float(x) for name, x in expected.items()}, abs=1e-14)
    wilson = proportion_confint(both, one, 0.05, method="wilson")
    assert (row["confidence_low"], row["confidence_high"]) == pytest.approx(wilson, abs=1e-12)
    cells = [[both, one - both], [other - both, n - one - other + both]]
    assert row["p"] == pytest.approx(fisher_exact(cells, "greater")[1], rel=1e-9, abs=1e-12)
    assert row["lift_low"] <= row["lift"] <= row["lift_high"]


def covers(baskets, item):
    """Return the more general items: in all baskets with `item`, or in the same and named first."""
    n = count(baskets, {item})
    others = {other for held in baskets for other in held} - {item}
    held_too = [other for other in others if count(baskets, {item, other}) == n]
    return [other for other in held_too if count(baskets, {other}) > n or other < item]


@settings(max_examples=60)
@given(lines_of_orders, st.integers(1, 3), st.sampled_from(["order", "customer"]))
def test_pairs_equal_their_definition(lines, fewest, basket):
    baskets = baskets_of(lines, key=(lambda order: order // 2 if basket == "customer" else order))
    assume(baskets)
    pairs = product_pairs(
        transactions(lines), as_of=AS_OF, min_support=fewest, basket=basket, level=0.95
    )
    items = sorted({item for held in baskets for item in held})
    frequent = [item for item in items if count(baskets, {item}) >= fewest]
    unordered = [pair for pair in combinations(items, 2) if count(baskets, pair) >= fewest]
    expected = {*unordered, *(pair[::-1] for pair in unordered)}
    assert set(zip(pairs["antecedent"], pairs["consequent"], strict=True)) == expected
    assert len(pairs) == len(expected)
    for _place, row in pairs.iterrows():
        antecedent, consequent = row["antecedent"], row["consequent"]
        check_measures(row, baskets, {antecedent}, consequent)
        simpler = [Fraction(count(baskets, {consequent}), len(baskets))]
        simpler += [
            confidence(baskets, {cover}, consequent)
            for cover in covers(baskets, antecedent)
            if cover != consequent
        ]
        is_redundant = confidence(baskets, {antecedent}, consequent) <= max(simpler)
        assert row["is_redundant"] == is_redundant
    if len(pairs):
        # All pairs of frequent items are tested; those that are not listed count as p = 1.
        listed = pairs[pairs["antecedent"] < pairs["consequent"]]
        n_tested = len(frequent) * (len(frequent) - 1) // 2
        p = np.r_[listed["p"], np.ones(n_tested - len(listed))]
        q = false_discovery_control(p)[: len(listed)]
        np.testing.assert_allclose(listed["q"], q, rtol=1e-12)


@settings(max_examples=60)
@given(lines_of_orders, st.integers(1, 2), st.integers(3, 5))
def test_rules_of_larger_sets_equal_their_definition(lines, fewest, max_length):
    baskets = baskets_of(lines)
    assume(baskets)
    table = transactions(lines)
    rules = itemset_rules(table, as_of=AS_OF, min_support=fewest, max_length=max_length)
    items = sorted({item for held in baskets for item in held})
    expected = {
        (tuple(item for item in chosen if item != consequent), consequent)
        for size in range(3, max_length + 1)
        for chosen in combinations(items, size)
        if count(baskets, chosen) >= fewest
        for consequent in chosen
    }
    assert set(zip(rules["antecedent"], rules["consequent"], strict=True)) == expected
    assert len(rules) == len(expected)
    for _place, row in rules.iterrows():
        antecedent, consequent = row["antecedent"], row["consequent"]
        assert row["n_items"] == len(antecedent) + 1
        check_measures(row, baskets, antecedent, consequent)
        simpler = [
            confidence(baskets, fewer, consequent)
            for size in range(len(antecedent))
            for fewer in combinations(antecedent, size)
        ]
        is_redundant = confidence(baskets, antecedent, consequent) <= max(simpler)
        assert row["is_redundant"] == is_redundant


@given(lines_of_orders, st.randoms())
def test_order_of_lines_and_lines_after_as_of_do_not_matter(lines, random):
    past = [each for each in lines if each[2] <= LAST]
    assume(baskets_of(lines))
    shuffled = transactions(random.sample(lines, len(lines)))
    for table in (product_pairs, itemset_rules):
        first = table(shuffled, as_of=AS_OF, min_support=1)
        pd.testing.assert_frame_equal(first, table(transactions(past), as_of=AS_OF, min_support=1))


@given(lines_of_orders, st.integers(1, 4))
def test_support_as_a_share_is_that_number_of_baskets(lines, fewest):
    baskets = baskets_of(lines)
    assume(len(baskets) >= fewest)
    table = transactions(lines)
    by_share = product_pairs(table, as_of=AS_OF, min_support=fewest / len(baskets))
    pd.testing.assert_frame_equal(by_share, product_pairs(table, as_of=AS_OF, min_support=fewest))


@given(lines_of_orders)
def test_attach_rates_are_the_confidences_of_pairs(lines):
    baskets = baskets_of(lines)
    items = sorted({item for held in baskets for item in held})
    assume(len(items) >= 2)
    rates = attach_rate(transactions(lines), items, items, as_of=AS_OF)
    assert len(rates) == len(items) * (len(items) - 1)
    for _place, row in rates.iterrows():
        base, add_on = row["base"], row["add_on"]
        assert row["attach_rate"] == float(confidence(baskets, {base}, add_on))
        without = [held for held in baskets if base not in held]
        if without:
            assert row["other_rate"] == count(without, {add_on}) / len(without)
            assert -1 <= row["difference_low"] <= row["difference"] <= row["difference_high"] <= 1
        else:
            assert row[["other_rate", "difference", "difference_low"]].isna().all()
        assert row["lift_low"] <= row["lift"] <= row["lift_high"]


@given(lines_of_orders, st.lists(st.sampled_from("abcde"), max_size=3), st.integers(1, 4))
def test_offers_are_the_best_that_the_pairs_speak_for(lines, held, n):
    assume(baskets_of(lines))
    pairs = product_pairs(transactions(lines), as_of=AS_OF, min_support=1)
    offers = complementary_offers(pairs, held, n=n, max_q=1.0)
    assert not set(offers["item"]) & set(held)
    assert offers["rank"].tolist() == list(range(1, len(offers) + 1))
    gains = {}
    for _place, row in pairs.iterrows():
        if row["antecedent"] in held and row["consequent"] not in held:
            gain = row["confidence_low"] - row["n_consequent"] / row["n_baskets"]
            gains.setdefault(row["consequent"], []).append(gain)
    best = {item: max(each) for item, each in gains.items() if max(each) > 0}
    assert len(offers) == min(n, len(best))
    assert offers["gain"].tolist() == sorted(best.values(), reverse=True)[:n]
    for _place, row in offers.iterrows():
        assert row["gain"] == best[row["item"]]
        assert row["n_reasons"] == sum(gain > 0 for gain in gains[row["item"]])


@settings(max_examples=80)
@given(lines_of_orders)
def test_statistics_of_orders_equal_their_definition(lines):
    baskets = [
        {
            item or "?"
            for number, item, day, revenue in lines
            if (number, True) == (order, day <= LAST) and revenue >= 0
        }
        for order in range(8)
    ]
    sizes = np.array([len(held) for held in baskets if held])
    assume(len(sizes))
    observed = [each for each in lines if each[2] <= LAST]
    row = basket_statistics(transactions(lines), as_of=AS_OF).loc["total"]
    assert row["n_orders"] == len(sizes)
    assert row["items_per_order"] == pytest.approx(sizes.mean())
    assert row["median_items"] == np.median(sizes)
    assert row["p90_items"] == np.quantile(sizes, 0.9, method="inverted_cdf")
    assert row["single_item_share"] == (sizes == 1).mean()
    assert row["n_products"] == len(set().union(*baskets) - {"?"})
    n_bought = sum(revenue >= 0 for *_rest, revenue in observed)
    assert row["units_per_order"] == pytest.approx(2 * n_bought / len(sizes))
    assert row["revenue"] == pytest.approx(sum(revenue for *_rest, revenue in observed))
    assert row["revenue_per_order"] == pytest.approx(row["revenue"] / len(sizes))
