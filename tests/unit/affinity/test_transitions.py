import numpy as np
import pandas as pd
import pytest

from custintel._intervals import wilson_interval
from custintel.affinity import transition_table
from custintel.errors import SchemaError, WeakResultWarning

NONE, OTHER = "(no further purchase)", "(other items)"


def table(rows):
    columns = ["customer_id", "order_id", "ordered_at", "product_id"]
    frame = pd.DataFrame(rows, columns=columns).assign(revenue=1.0)
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"], format="ISO8601"))


@pytest.fixture
def orders():
    """Ann: a, then b with c, then a. Ben: a, then a a year and a day later. Cid: b."""
    return table(
        [
            ("ann", "1", "2022-01-01", "a"),
            ("ann", "2", "2022-02-01", "b"),
            ("ann", "2", "2022-02-01", "c"),
            ("ann", "3", "2022-03-01", "a"),
            ("ben", "4", "2022-01-01", "a"),
            ("ben", "5", "2023-01-02", "a"),
            ("cid", "6", "2023-06-01", "b"),
        ]
    )


def matrix(transitions, values="n_transitions"):
    return transitions.pivot_table(values, "item", "next_item", sort=False)


def test_orders_of_several_items_count_in_parts(orders):
    found = transition_table(orders, as_of="2023-12-31")
    assert list(dict.fromkeys(found["item"])) == ["a", "b", "c"]
    assert list(dict.fromkeys(found["next_item"])) == ["a", "b", "c", NONE]
    assert matrix(found).to_numpy().tolist() == [[1, 0.5, 0.5, 2], [1, 0, 0, 1], [1, 0, 0, 0]]
    assert found.groupby("item")["n_cases"].first().to_dict() == {"a": 4, "b": 2, "c": 1}
    shares = matrix(found, "probability")
    assert shares.loc["a"].tolist() == [0.25, 0.125, 0.125, 0.5]


def test_with_a_horizon_only_what_was_observed_for_all_of_it_counts(orders):
    found = transition_table(orders, as_of="2023-12-31", horizon="12M")
    # Ben's second a and Cid's b have no whole year behind them; Ben's first came too late.
    assert matrix(found).loc["a"].tolist() == [0, 0.5, 0.5, 2]
    assert found.groupby("item")["n_cases"].first().to_dict() == {"a": 3, "b": 1, "c": 1}


def test_rare_items_are_one(orders):
    found = transition_table(orders, as_of="2023-12-31", n_items=1)
    assert list(dict.fromkeys(found["item"])) == ["a", OTHER]
    assert matrix(found).to_numpy().tolist() == [[1, 1, 2], [2, 0, 1]]


def test_items_without_an_observed_case_have_no_row(orders):
    found = transition_table(orders, as_of="2023-12-31", horizon="22M")
    assert list(dict.fromkeys(found["item"])) == ["a", "b", "c"]
    found = transition_table(orders, as_of="2023-12-31", horizon="23M")
    assert list(dict.fromkeys(found["item"])) == ["a"]
    assert list(dict.fromkeys(found["next_item"])) == ["a", "b", "c", NONE]


def test_a_horizon_that_no_data_cover_is_told(orders):
    with pytest.warns(WeakResultWarning, match="the 9Y after it are observed") as told:
        found = transition_table(orders, as_of="2023-12-31", horizon="9Y")
    assert len(found) == 0
    assert told[0].filename == __file__


def test_customers_with_one_case_each_have_the_interval_of_wilson():
    days = pd.date_range("2023-01-01", periods=2).strftime("%Y-%m-%d")
    rows = []
    for i in range(10):
        rows.append((f"c{i}", "1", days[0], "a"))
        if i < 4:
            rows.append((f"c{i}", "2", days[1], "b"))
    found = transition_table(table(rows), as_of="2023-12-31").set_index(["item", "next_item"])
    row = found.loc[("a", "b")]
    low, high = wilson_interval(4, 10, 0.95)
    assert row["probability_low"] == pytest.approx(low)
    assert row["probability_high"] == pytest.approx(high)


def test_refunds_and_what_comes_after_as_of_are_left_out(orders):
    refund = table([("cid", "7", "2023-07-01", "a")]).assign(revenue=-1.0)
    late = table([("cid", "8", "2024-01-01", "a")])
    found = transition_table(pd.concat([orders, refund, late]), as_of="2023-12-31")
    pd.testing.assert_frame_equal(found, transition_table(orders, as_of="2023-12-31"))


def test_one_purchase_goes_nowhere():
    found = transition_table(table([("ann", "1", "2023-01-01", None)]), as_of="2023-12-31")
    assert found["item"].tolist() == ["(missing)"] * 2
    assert found["probability"].tolist() == [0, 1]
    assert np.isfinite(found[["probability_low", "probability_high"]].to_numpy()).all()


def test_many_ties_are_told():
    tied = table([("ann", "1", "2023-01-01", "a"), ("ann", "2", "2023-01-01", "b")])
    with pytest.warns(WeakResultWarning, match="same day as the one before"):
        transition_table(tied, as_of="2023-12-31")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_items": 0}, "n_items is a whole number, 1 or more"),
        ({"n_items": 2.0}, "n_items is a whole number"),
        ({"horizon": 12}, "A span is a number above zero"),
        ({"level": 1}, "level lies between 0 and 1"),
    ],
)
def test_wrong_arguments_are_told(orders, arguments, message):
    with pytest.raises(ValueError, match=message):
        transition_table(orders, as_of="2023-12-31", **arguments)


def test_a_table_without_purchases_is_told(orders):
    with pytest.raises(SchemaError, match="no purchase on or before"):
        transition_table(orders, as_of="2021-12-31")


def test_an_item_that_is_called_as_all_others_are_is_never_taken_for_them(orders):
    named = orders.assign(product_id=orders["product_id"].replace({"a": OTHER}))
    with pytest.raises(SchemaError, match=r"'transactions' is called '\(other items\)'"):
        transition_table(named, as_of="2023-12-31", n_items=1)
    # Where all items are told apart there is no other row of that name ...
    found = transition_table(named, as_of="2023-12-31")
    expected = transition_table(orders, as_of="2023-12-31").replace({"a": OTHER})
    pd.testing.assert_frame_equal(found, expected)
    # ... and a rare one is among the others.
    rare = orders.assign(product_id=orders["product_id"].replace({"c": OTHER}))
    found = transition_table(rare, as_of="2023-12-31", n_items=1)
    pd.testing.assert_frame_equal(found, transition_table(orders, as_of="2023-12-31", n_items=1))


def test_an_item_that_is_called_as_no_purchase_is_refused(orders):
    named = orders.assign(product_id=orders["product_id"].replace({"b": NONE}))
    with pytest.raises(SchemaError, match=r"is called '\(no further purchase\)'"):
        transition_table(named, as_of="2023-12-31")
