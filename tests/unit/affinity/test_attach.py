import pandas as pd
import pytest

from custintel.affinity import attach_rate
from custintel.errors import SchemaError, SetAsideWarning

AS_OF = "2024-12-31"


def transactions(**orders):
    """Return orders of items between spaces, a month apart, by customer c0, c1, c0, …"""
    lines = [
        (order, f"c{place % 2}", item, pd.Timestamp("2024-01-31") + pd.DateOffset(months=place))
        for place, (order, held) in enumerate(orders.items())
        for item in held.split()
    ]
    names = ["order_id", "customer_id", "product_id", "ordered_at"]
    return pd.DataFrame(lines, columns=names).assign(revenue=2.0)


@pytest.fixture
def phones():
    """Eight orders, of which four hold a phone, three a case, two both; two a cable."""
    return transactions(
        o1="phone case",
        o2="phone case cable",
        o3="phone",
        o4="phone",
        o5="case",
        o6="cable",
        o7="milk",
        o8="milk",
    )


def test_rates_by_hand(phones):
    (row,) = attach_rate(phones, "phone", "case", as_of=AS_OF).to_dict("records")
    expected = {
        **{"base": "phone", "add_on": "case"},
        **{"n_baskets": 8, "n_base": 4, "n_add_on": 3, "n_both": 2},
        **{"attach_rate": 0.5, "other_rate": 0.25, "difference": 0.25, "lift": 0.5 * 8 / 3},
        # (C(4,2) C(4,1) + C(4,3)) / C(8,3)
        **{"p": 28 / 56, "q": 28 / 56},
    }
    assert {name: row[name] for name in expected} == pytest.approx(expected)
    for name in ("attach_rate", "other_rate", "difference", "lift"):
        assert row[f"{name}_low"] < row[name] < row[f"{name}_high"]


def test_every_add_on_is_set_beside_every_base_but_itself(phones):
    rates = attach_rate(phones, ["phone", "case"], ["case", "cable"], as_of=AS_OF)
    assert rates[["base", "add_on", "n_both"]].to_numpy().tolist() == [
        ["phone", "case", 2],
        ["phone", "cable", 1],
        ["case", "cable", 1],
    ]
    assert (rates["q"] >= rates["p"]).all()


def test_products_are_together_in_what_a_customer_ever_bought(phones):
    (row,) = attach_rate(phones, "phone", "cable", as_of=AS_OF, basket="customer").to_dict(
        "records"
    )
    assert (row["n_baskets"], row["n_base"], row["n_both"]) == (2, 2, 1)
    # Both customers have a phone: there are no others to compare with.
    missing = ["other_rate", "other_rate_low", "difference", "difference_high"]
    assert all(pd.isna(row[name]) for name in missing)
    assert row["lift"] == 1


def test_only_the_window_counts(phones):
    # Orders 3 to 5 are of the end of March, April and May.
    rates = attach_rate(phones, "phone", "case", as_of="2024-05-31", window="3M")
    assert rates[["n_baskets", "n_base", "n_add_on"]].to_numpy().tolist() == [[3, 2, 1]]
    rates = attach_rate(phones, "phone", "case", as_of="2024-05-31", window="62D")
    assert rates["n_baskets"].tolist() == [3]
    rates = attach_rate(phones, "phone", "case", as_of="2024-05-31", window="61D")
    assert rates["n_baskets"].tolist() == [2]


def test_what_is_never_attached_has_a_rate_of_zero():
    rates = attach_rate(transactions(o1="a", o2="b", o3="b"), "a", "b", as_of=AS_OF)
    (row,) = rates.to_dict("records")
    assert (row["attach_rate"], row["lift"], row["lift_low"]) == (0, 0, 0)
    assert (row["other_rate"], row["difference"], row["p"]) == (1, -1, 1)
    assert 0 < row["attach_rate_high"] < 1
    assert row["difference_low"] == -1 < row["difference_high"] < 0.1
    assert row["lift_high"] > 0


def test_other_columns_hold_items_as_well(order_lines):
    rates = attach_rate(order_lines, "books", "music", as_of=AS_OF, by="category")
    assert rates[["n_baskets", "n_base", "n_both"]].to_numpy().tolist() == [[5, 3, 1]]


def test_products_that_nobody_bought_are_named(phones):
    with pytest.raises(ValueError, match=r"No purchase of 'fone' in the column 'product_id'.*'pho"):
        attach_rate(phones, "fone", "case", as_of=AS_OF)
    with pytest.raises(ValueError, match=r"'zzz' in the column .* Check the spelling"):
        attach_rate(phones, "phone", ["case", "zzz"], as_of=AS_OF)
    with pytest.raises(ValueError, match="No purchase of 'milk'"):
        attach_rate(phones, "phone", "milk", as_of="2024-05-31")


@pytest.mark.parametrize("base", [[], 3, None, ["phone", 3], {"phone": 1}])
def test_other_things_than_names_are_refused(phones, base):
    with pytest.raises(ValueError, match="base is the name of a product, or a list of names"):
        attach_rate(phones, base, "case", as_of=AS_OF)


def test_unusable_arguments_are_refused(phones):
    with pytest.raises(ValueError, match="the same product: 'phone'"):
        attach_rate(phones, "phone", ["phone"], as_of=AS_OF)
    with pytest.raises(ValueError, match="A span is a number"):
        attach_rate(phones, "phone", "case", as_of=AS_OF, window="12")
    with pytest.raises(SchemaError, match="no purchase from 2029-12-01 to 2029-12-31"):
        attach_rate(phones, "phone", "case", as_of="2029-12-31", window="1M")


def test_lines_without_an_item_are_counted(phones):
    phones.loc[[0, 3], "product_id"] = None
    with pytest.warns(SetAsideWarning, match="2 of 11 purchase lines have no product_id"):
        rates = attach_rate(phones, "phone", "case", as_of=AS_OF)
    assert rates["n_baskets"].tolist() == [8]


def test_names_may_come_from_a_table(phones):
    asked = pd.Series(["case", "cable"])
    expected = attach_rate(phones, "phone", ["case", "cable"], as_of=AS_OF)
    pd.testing.assert_frame_equal(attach_rate(phones, "phone", asked, as_of=AS_OF), expected)
