import numpy as np
import pandas as pd
import pytest

from custintel.affinity import product_pairs
from custintel.affinity._pair_measures import Together
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning

AS_OF = "2024-12-31"


def transactions(*baskets):
    """Return an order for each text of items between spaces."""
    lines = [(str(order), item) for order, held in enumerate(baskets) for item in held.split()]
    return pd.DataFrame(lines, columns=["order_id", "product_id"]).assign(
        ordered_at=pd.Timestamp("2024-03-01"), revenue=2.0, customer_id="ann"
    )


def row_of(pairs, antecedent, consequent):
    is_it = (pairs["antecedent"] == antecedent) & (pairs["consequent"] == consequent)
    (row,) = pairs[is_it].to_dict("records")
    return row


# Ten baskets: beer in 4, chips in 5, both in 3; only milk in 3.
SHOP = ["beer chips", "beer chips", "beer chips milk", "beer", "chips", "chips"] + ["milk"] * 4


def test_measures_by_hand():
    pairs = product_pairs(transactions(*SHOP), as_of=AS_OF, min_support=3)
    assert pairs[["antecedent", "consequent"]].to_numpy().tolist() == [
        ["beer", "chips"],
        ["chips", "beer"],
    ]
    row = row_of(pairs, "beer", "chips")
    counts = {"n_baskets": 10, "n_antecedent": 4, "n_consequent": 5, "n_both": 3}
    assert {name: row[name] for name in counts} == counts
    expected = {
        "support": 0.3,
        "confidence": 0.75,
        "lift": 1.5,
        "leverage": 0.3 - 0.4 * 0.5,
        "conviction": (1 - 0.5) / (1 - 0.75),
        "zhang": 0.1 / max(0.3 * 0.6, 0.4 * 0.2),
        # (C(4,3) C(6,2) + C(4,4) C(6,1)) / C(10,5)
        "p": 66 / 252,
        # Beer, chips and milk make three pairs, of which this one is listed.
        "q": 66 / 252 * 3,
    }
    assert {name: row[name] for name in expected} == pytest.approx(expected, abs=1e-12)
    assert not row["is_redundant"]


def test_columns_and_their_order():
    pairs = product_pairs(transactions(*SHOP), as_of=AS_OF, min_support=1)
    assert " ".join(pairs.columns) == (
        "antecedent consequent n_baskets n_antecedent n_consequent n_both support confidence "
        "confidence_low confidence_high lift lift_low lift_high leverage conviction zhang p q "
        "is_redundant"
    )
    counts = ["n_baskets", "n_antecedent", "n_consequent", "n_both"]
    assert set(pairs[counts].dtypes) == {np.dtype("int64")}
    assert pairs["is_redundant"].dtype == bool


def test_rows_come_by_the_lower_bound_of_the_lift_then_by_names():
    pairs = product_pairs(transactions(*SHOP, "d a", "c b"), as_of=AS_OF, min_support=1)
    assert pairs["lift_low"].is_monotonic_decreasing
    equal = pairs[pairs["n_both"] == 1].head(4)
    assert equal["antecedent"].tolist() == ["a", "b", "c", "d"]
    assert equal["consequent"].tolist() == ["d", "c", "b", "a"]


def test_an_item_in_every_basket_goes_with_all_by_chance_alone():
    pairs = product_pairs(transactions("bag a", "bag b", "bag a b"), as_of=AS_OF, min_support=1)
    row = row_of(pairs, "a", "bag")
    assert row["conviction"] == np.inf
    expected = {"confidence": 1, "lift": 1, "leverage": 0, "zhang": 0, "p": 1, "q": 1}
    assert {name: row[name] for name in expected} == pytest.approx(expected)
    assert row["is_redundant"]
    assert row["lift_low"] <= 1 <= row["lift_high"]


def test_an_accessory_tells_no_more_than_its_main_product():
    # A cover is never bought without a phone; a charger goes with phones, covered or not.
    baskets = ["phone cover charger"] * 4 + ["phone cover"] * 4 + ["phone charger"] * 4
    baskets += ["phone"] * 4 + ["milk"] * 20
    pairs = product_pairs(transactions(*baskets), as_of=AS_OF, min_support=3)
    assert row_of(pairs, "cover", "charger")["lift"] > 1
    assert row_of(pairs, "cover", "charger")["is_redundant"]
    assert not row_of(pairs, "phone", "charger")["is_redundant"]
    assert not row_of(pairs, "cover", "phone")["is_redundant"]
    # A better rule than that of phones says more.
    with_more = [*baskets, *["phone cover charger"] * 3]
    pairs = product_pairs(transactions(*with_more), as_of=AS_OF, min_support=3)
    assert not row_of(pairs, "cover", "charger")["is_redundant"]


def test_items_that_are_always_together_do_not_make_each_other_redundant():
    pairs = product_pairs(transactions(*["a b c"] * 3, "d", "d"), as_of=AS_OF, min_support=1)
    kept = pairs[~pairs["is_redundant"]]
    rules = set(zip(kept["antecedent"], kept["consequent"], strict=True))
    # What b and c say of the third item, a says; what c says of a, b says.
    assert rules == {("a", "b"), ("a", "c"), ("b", "a")}


def test_support_is_a_share_or_a_number():
    table = transactions(*SHOP)
    by_number = product_pairs(table, as_of=AS_OF, min_support=3)
    for share in (0.3, 0.21, np.float64(0.3)):
        pd.testing.assert_frame_equal(
            product_pairs(table, as_of=AS_OF, min_support=share), by_number
        )
    assert len(product_pairs(table, as_of=AS_OF, min_support=np.int64(1))) == 6
    assert len(product_pairs(table, as_of=AS_OF, min_support=1.0)) == 0


@pytest.mark.parametrize("value", [0, -1, 0.0, 1.5, 25.0, True, "5", None, np.nan, [2]])
def test_other_supports_are_refused(value):
    with pytest.raises(ValueError, match=r"min_support is a share .* such as 25: got"):
        product_pairs(transactions(*SHOP), as_of=AS_OF, min_support=value)


def test_no_pair_makes_an_empty_table_of_the_same_columns():
    none = product_pairs(transactions(*SHOP), as_of=AS_OF, min_support=8)
    some = product_pairs(transactions(*SHOP), as_of=AS_OF, min_support=1)
    assert len(none) == 0
    assert none.dtypes.to_dict() == some.dtypes.to_dict()


def test_baskets_of_one_item_are_told():
    with pytest.warns(WeakResultWarning, match=r"None of the 2 baskets holds two values of 'pro"):
        pairs = product_pairs(transactions("a", "b"), as_of=AS_OF, min_support=1)
    assert len(pairs) == 0
    table = transactions("a", "b")
    assert len(product_pairs(table, as_of=AS_OF, min_support=1, basket="customer")) == 2


def test_lines_without_an_item_are_counted():
    table = transactions(*SHOP)
    table.loc[0, "product_id"] = None
    with pytest.warns(SetAsideWarning, match=r"1 of 14 purchase lines has no product_id"):
        pairs = product_pairs(table, as_of=AS_OF, min_support=1)
    assert row_of(pairs, "beer", "chips")["n_both"] == 2
    assert set(pairs["n_baskets"]) == {10}


def test_too_many_pairs_are_refused(monkeypatch):
    monkeypatch.setattr("custintel.affinity._frequent._MOST_SETS", 2)
    with pytest.raises(ValueError, match=r"More than 2 sets of 2 items .* Raise min_support"):
        product_pairs(transactions(*SHOP), as_of=AS_OF, min_support=1)


def test_size_of_blocks_changes_nothing(order_lines, monkeypatch):
    expected = product_pairs(order_lines, as_of=AS_OF, min_support=1, basket="customer")
    monkeypatch.setattr("custintel.affinity._frequent._BLOCK", 1)
    monkeypatch.setattr("custintel.affinity.pairs._MOST_COMPARED", 1)
    found = product_pairs(order_lines, as_of=AS_OF, min_support=1, basket="customer")
    pd.testing.assert_frame_equal(found, expected)
    assert len(found) >= 8


def test_input_is_left_alone(order_lines):
    before = order_lines.copy(deep=True)
    product_pairs(order_lines, as_of=AS_OF, min_support=1)
    pd.testing.assert_frame_equal(order_lines, before)


def test_empty_tables_are_refused(order_lines):
    with pytest.raises(SchemaError, match="no purchase"):
        product_pairs(order_lines.iloc[:0], as_of=AS_OF, min_support=1)


def delta_variance(p, n):
    """Return the variance of log(p11 / (p1 p2)) from its derivatives by the four cells."""

    def log_lift(cells):
        both, one, other, _neither = cells
        return np.log(both / ((both + one) * (both + other)))

    cells, step = np.array(p), 1e-6
    gradient = [
        (log_lift(cells + step * unit) - log_lift(cells - step * unit)) / (2 * step)
        for unit in np.eye(4)
    ]
    covariance = (np.diag(cells) - np.outer(cells, cells)) / n
    return gradient @ covariance @ np.array(gradient)


@pytest.mark.parametrize("counts", [(30, 50, 20, 900), (5, 0, 7, 88), (300, 100, 100, 500)])
def test_interval_of_the_lift_is_that_of_the_delta_method(counts):
    n = sum(counts)
    both, one, other, _neither = counts
    rule = Together(*(np.array([x]) for x in (both, both + one, both + other)), n)
    bounds = rule.lift_interval(0.95)
    half = 1.959964 * np.sqrt(delta_variance(np.array(counts) / n, n))
    assert np.log(bounds.high / rule.lift) == pytest.approx(half, rel=1e-5)
    assert np.log(rule.lift / bounds.low) == pytest.approx(half, rel=1e-5)


@pytest.mark.parametrize("cells", [(0.03, 0.05, 0.07, 0.85), (0.2, 0.1, 0.2, 0.5)])
def test_interval_of_the_lift_covers_the_true_one(cells):
    n, true = 400, cells[0] / ((cells[0] + cells[1]) * (cells[0] + cells[2]))
    drawn = np.random.default_rng(5).multinomial(n, cells, size=4000)
    both, one, other, _neither = drawn.T
    bounds = Together(both, both + one, both + other, n).lift_interval(0.95)
    covered = ((bounds.low <= true) & (true <= bounds.high)).mean()
    assert 0.93 <= covered <= 0.975


def test_items_never_together_have_an_upper_bound_of_the_lift():
    bounds = Together(np.array([0]), np.array([20]), np.array([30]), 1000).lift_interval(0.95)
    assert bounds.low.tolist() == [0.0]
    # Wilson's upper bound of 0 of 1000 is z² / (1000 + z²).
    assert bounds.high[0] == pytest.approx(3.8415 / 1003.8415 / (0.02 * 0.03), rel=1e-4)
