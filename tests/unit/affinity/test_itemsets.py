import numpy as np
import pandas as pd
import pytest

from custintel.affinity import itemset_rules
from custintel.errors import SetAsideWarning, WeakResultWarning

AS_OF = "2024-12-31"


def transactions(*baskets):
    lines = [(str(order), item) for order, held in enumerate(baskets) for item in held.split()]
    return pd.DataFrame(lines, columns=["order_id", "product_id"]).assign(
        ordered_at=pd.Timestamp("2024-03-01"), revenue=2.0
    )


def rules_by_name(rules):
    return {
        (" ".join(row["antecedent"]), row["consequent"]): row for row in rules.to_dict("records")
    }


# Of ten baskets: a 6, b 6, c 5; a b 4, a c 4, b c 4, a b c 4; the rest holds d.
SHOP = ["a b c"] * 4 + ["a", "a", "b", "b", "c", "d"]


def test_measures_by_hand():
    rules = itemset_rules(transactions(*SHOP), as_of=AS_OF, min_support=2)
    found = rules_by_name(rules)
    assert set(found) == {("a b", "c"), ("a c", "b"), ("b c", "a")}
    row = found["a b", "c"]
    counts = {"n_items": 3, "n_baskets": 10, "n_antecedent": 4, "n_consequent": 5, "n_both": 4}
    assert {name: row[name] for name in counts} == counts
    assert (row["support"], row["confidence"], row["lift"]) == (0.4, 1.0, 2.0)
    assert row["conviction"] == np.inf
    # C(4,4) C(6,1) / C(10,5); three sets of two, each with one of three items, are tested.
    assert row["p"] == pytest.approx(6 / 252)
    assert row["q"] == pytest.approx(min(1, 3 * 6 / 252))
    assert row["lift_low"] < 2 < row["lift_high"]


def test_rules_that_say_no_more_than_simpler_ones_are_marked():
    found = rules_by_name(itemset_rules(transactions(*SHOP), as_of=AS_OF, min_support=2))
    # a and b alone have c in 4 of 6, both together always; c alone has a in 4 of 5.
    assert not found["a b", "c"]["is_redundant"]
    assert not found["a c", "b"]["is_redundant"]
    baskets = ["a b c"] * 4 + ["a b", "a", "b", "d"]
    found = rules_by_name(itemset_rules(transactions(*baskets), as_of=AS_OF, min_support=2))
    # c is never without a and b, so that the other item adds nothing.
    assert found["a c", "b"]["is_redundant"]
    assert found["b c", "a"]["is_redundant"]
    assert not found["a b", "c"]["is_redundant"]


def test_longer_rules_come_on_request():
    table = transactions(*["a b c d"] * 3, "a", "b", "e")
    sizes = [
        itemset_rules(table, as_of=AS_OF, min_support=2, max_length=n)["n_items"].value_counts()
        for n in (3, 4, 9)
    ]
    assert [each.to_dict() for each in sizes] == [{3: 12}, {3: 12, 4: 4}, {3: 12, 4: 4}]


def test_rows_come_by_the_lower_bound_of_the_lift_then_by_length_and_names():
    table = transactions(*["a b c d"] * 3, "a", "b", "e")
    rules = itemset_rules(table, as_of=AS_OF, min_support=2, max_length=4)
    assert rules["lift_low"].is_monotonic_decreasing
    equal = rules[rules["lift_low"] == rules["lift_low"].max()]
    assert equal["n_items"].is_monotonic_increasing
    three = equal.loc[equal["n_items"] == 3, ["antecedent", "consequent"]].to_numpy().tolist()
    assert three == sorted(three)
    assert list(rules.index) == list(range(len(rules)))


def test_no_rule_makes_an_empty_table_of_the_same_columns():
    none = itemset_rules(transactions(*SHOP), as_of=AS_OF, min_support=5)
    some = itemset_rules(transactions(*SHOP), as_of=AS_OF, min_support=1)
    assert len(none) == 0
    assert list(none.columns) == list(some.columns)
    assert none["is_redundant"].dtype == bool


def test_what_is_weak_or_left_out_is_told():
    with pytest.warns(WeakResultWarning, match="None of the 2 baskets"):
        assert len(itemset_rules(transactions("a", "b"), as_of=AS_OF, min_support=1)) == 0
    table = transactions(*SHOP)
    table.loc[12:, "product_id"] = None
    with pytest.warns(SetAsideWarning, match="6 of 18 purchase lines have no product_id"):
        itemset_rules(table, as_of=AS_OF, min_support=1)


@pytest.mark.parametrize("value", [2, 3.0, 0, True, "3", None])
def test_lengths_are_whole_numbers_from_three(value):
    with pytest.raises(ValueError, match=r"max_length is a whole number of items, from 3 up"):
        itemset_rules(transactions(*SHOP), as_of=AS_OF, min_support=1, max_length=value)


def test_too_many_sets_are_refused(monkeypatch):
    monkeypatch.setattr("custintel.affinity._frequent._MOST_SETS", 15)
    with pytest.raises(ValueError, match=r"More than 15 sets of 3 items .*\(baskets: 1\)"):
        itemset_rules(transactions("a b c d e f"), as_of=AS_OF, min_support=1)
