import pandas as pd
import pytest

from custintel.affinity import complementary_offers, product_pairs
from custintel.errors import SchemaError, WeakResultWarning


@pytest.fixture
def pairs():
    """Of 1000 baskets: jam goes with bread and butter, salt with all, tea by chance with bread."""
    baskets = ["bread butter jam"] * 60 + ["bread salt tea"] * 40 + ["butter jam"] * 20
    baskets += ["salt"] * 400 + ["milk"] * 380 + ["bread milk"] * 60 + ["tea"] * 40
    lines = [(str(order), item) for order, held in enumerate(baskets) for item in held.split()]
    transactions = pd.DataFrame(lines, columns=["order_id", "product_id"]).assign(
        ordered_at=pd.Timestamp("2024-03-01"), revenue=2.0
    )
    return product_pairs(transactions, as_of="2024-12-31", min_support=10)


def test_offers_are_ranked_by_what_the_pair_adds_to_the_base_rate(pairs):
    offers = complementary_offers(pairs, ["bread"])
    assert offers["item"].tolist() == ["butter", "jam", "tea"]
    assert offers["rank"].tolist() == [1, 2, 3]
    row = offers.iloc[0]
    assert (row["because_of"], row["n_antecedent"], row["n_both"]) == ("bread", 160, 60)
    assert (row["confidence"], row["base_rate"]) == (0.375, 0.08)
    assert row["gain"] == pytest.approx(row["confidence_low"] - 0.08)
    # Salt is in many baskets with bread, but no oftener than in others.
    assert "salt" not in set(offers["item"])


def test_the_item_that_says_most_is_the_reason(pairs):
    offers = complementary_offers(pairs, ["bread", "butter"])
    assert offers.loc[0, ["item", "because_of", "n_reasons"]].tolist() == ["jam", "butter", 2]
    assert offers.loc[0, "confidence"] == 1
    assert not set(offers["item"]) & {"bread", "butter"}


def test_at_most_n_are_offered(pairs):
    both = complementary_offers(pairs, ["bread"])
    pd.testing.assert_frame_equal(complementary_offers(pairs, ["bread"], n=1), both.head(1))


def test_pairs_that_may_be_chance_speak_for_nothing(pairs):
    unsure = pairs.assign(q=pairs["q"].where(pairs["consequent"] != "butter", 0.2))
    assert "butter" not in set(complementary_offers(unsure, ["bread"])["item"])
    assert "butter" in set(complementary_offers(unsure, ["bread"], max_q=0.2)["item"])


def test_items_without_pairs_are_told(pairs):
    with pytest.warns(WeakResultWarning, match="1 of 2 items of the basket is in no pair.*'wine'"):
        offers = complementary_offers(pairs, ["bread", "wine"])
    assert offers["item"].tolist() == ["butter", "jam", "tea"]
    with pytest.warns(WeakResultWarning, match="2 of 2 items of the basket are in no pair"):
        none = complementary_offers(pairs, ["wine", "beer"])
    assert len(none) == 0
    assert list(none.columns) == list(offers.columns)


def test_an_empty_order_has_no_offers(pairs):
    assert len(complementary_offers(pairs, [])) == 0
    assert len(complementary_offers(pairs.head(0), [])) == 0


@pytest.mark.parametrize("held", ["bread", None, 3, [1, 2], [None]])
def test_other_things_than_lists_of_names_are_refused(pairs, held):
    with pytest.raises(TypeError, match="basket_items is a list of the names"):
        complementary_offers(pairs, held)


def test_unusable_arguments_are_refused(pairs):
    with pytest.raises(ValueError, match="n is a whole number, 1 or more: got 0"):
        complementary_offers(pairs, ["bread"], n=0)
    with pytest.raises(ValueError, match="max_q lies between 0 and 1"):
        complementary_offers(pairs, ["bread"], max_q=5)
    with pytest.raises(SchemaError, match="'confidence_low'"):
        complementary_offers(pairs.drop(columns="confidence_low"), ["bread"])


def test_pairs_are_left_alone(pairs):
    before = pairs.copy(deep=True)
    complementary_offers(pairs, ["bread"])
    pd.testing.assert_frame_equal(pairs, before)
