import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue import price_volume_mix, revenue_table

EFFECTS = ["volume_effect", "price_effect", "mix_effect", "new_items", "lost_items"]
OTHERS = ["unmeasured", "refunds"]


def lines(*rows):
    columns = ["ordered_at", "product_id", "quantity", "revenue"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"], format="ISO8601"))


@pytest.fixture
def two_years():
    """Return seats and boxes of 2023 and 2024, a product that went and one that came.

    Seats: 10 for 100, then 12 for 132. Boxes: 10 for 300, then 18 for 540. Of both 20 units for
    400, a mean of 20, then 30 for 672.
    """
    return lines(
        ("2023-01-02", "seat", 10, 100.0),
        ("2023-06-01", "box", 4, 120.0),
        ("2023-12-31T23:59:59", "box", 6, 180.0),
        ("2023-07-01", "old", 1, 50.0),
        ("2024-01-01", "seat", 12, 132.0),
        ("2024-05-01", "box", 18, 540.0),
        ("2024-05-01", "new", 2, 80.0),
    )


def effects_of(table, as_of="2024-12-31", **options):
    return price_volume_mix(table, as_of=as_of, **options)


def test_effects_by_hand(two_years):
    row = effects_of(two_years).loc["2024"]
    # Ten units more at 20; seats at 11 rather than 10; eight of ten units more were boxes.
    assert row[EFFECTS].tolist() == pytest.approx([200, 12, 60, 80, -50])
    assert row[OTHERS].tolist() == [0, 0]
    assert row[["revenue_before", "revenue_after"]].tolist() == [450, 752]
    assert row[["n_both", "n_new", "n_lost", "n_unmeasured"]].tolist() == [2, 1, 1, 0]
    assert row["is_complete"]


def test_effects_add_up_to_the_change(two_years):
    row = effects_of(two_years).loc["2024"]
    assert row["revenue_before"] + row[EFFECTS + OTHERS].sum() == pytest.approx(
        row["revenue_after"]
    )


@pytest.mark.parametrize(
    ("units", "prices", "effect", "change"),
    [
        ((20, 20), (10.0, 30.0), "volume_effect", 400),  # twice of each
        ((10, 10), (12.0, 33.0), "price_effect", 50),
        ((5, 15), (10.0, 30.0), "mix_effect", 100),  # five units from 10 to 30
    ],
)
def test_a_change_of_one_kind_is_of_that_kind_alone(units, prices, effect, change):
    after = [
        ("2024-01-01", name, n, n * price)
        for name, n, price in zip(("seat", "box"), units, prices, strict=True)
    ]
    before = [("2023-01-01", "seat", 10, 100.0), ("2023-01-01", "box", 10, 300.0)]
    row = effects_of(lines(*before, *after)).loc["2024"]
    expected = dict.fromkeys(EFFECTS, 0.0) | {effect: change}
    assert row[EFFECTS].to_dict() == pytest.approx(expected, abs=1e-9)


def test_refunds_are_amounts_not_units(two_years):
    refunds = lines(("2023-02-01", "seat", 5, -20.0), ("2024-02-01", "box", -3, -90.0))
    row = effects_of(pd.concat([two_years, refunds])).loc["2024"]
    assert row[EFFECTS].tolist() == pytest.approx([200, 12, 60, 80, -50])
    assert row["refunds"] == -70
    assert row[["revenue_before", "revenue_after"]].tolist() == [430, 662]


@pytest.mark.parametrize("quantity", [np.nan, 0, -2, np.inf])
def test_purchases_without_a_usable_quantity_are_told_and_kept_apart(two_years, quantity):
    odd = lines(("2023-02-01", "seat", quantity, 30.0), ("2024-02-01", "x", quantity, 100.0))
    table = pd.concat([two_years, odd])
    with pytest.warns(WeakResultWarning, match="2 purchase lines have no quantity above zero"):
        row = effects_of(table).loc["2024"]
    assert row[EFFECTS].tolist() == pytest.approx([200, 12, 60, 80, -50])
    assert row[["unmeasured", "n_unmeasured", "n_new"]].tolist() == [70, 2, 1]
    assert row["revenue_after"] == pytest.approx(852)


def test_a_gift_is_a_purchase_at_a_price_of_zero():
    table = lines(
        ("2023-01-01", "a", 10, 100.0),
        ("2023-01-01", "b", 10, 0.0),
        ("2024-01-01", "a", 10, 100.0),
        ("2024-01-01", "b", 10, 20.0),
    )
    row = effects_of(table).loc["2024"]
    assert row[["price_effect", "n_both", "n_new"]].tolist() == [20, 2, 0]
    assert row["volume_effect"] == 0


def test_lines_without_an_item_are_one_item(two_years):
    unnamed = two_years.replace({"product_id": {"seat": None}})
    pd.testing.assert_frame_equal(effects_of(unnamed), effects_of(two_years))


def test_any_column_names_the_items(two_years):
    one = effects_of(two_years.assign(category="all"), by="category").loc["2024"]
    # One item has no mix: its mean price is the price.
    assert one[["mix_effect", "new_items", "lost_items"]].tolist() == [0, 0, 0]
    assert one["volume_effect"] == pytest.approx(450 / 21 * (32 - 21))
    assert one["price_effect"] == pytest.approx(752 - 450 / 21 * 32)


def test_periods_without_a_line_lose_all_and_begin_anew():
    table = lines(("2024-01-10", "a", 1, 10.0), ("2024-03-10", "a", 2, 30.0))
    effects = effects_of(table, as_of="2024-03-31", period="M")
    assert effects.index.astype(str).tolist() == ["2024-02", "2024-03"]
    assert effects["lost_items"].tolist() == [-10, 0]
    assert effects["new_items"].tolist() == [0, 30]
    assert np.signbit(effects["lost_items"]).tolist() == [True, False]


def test_revenue_is_that_of_the_revenue_table(two_years):
    effects = effects_of(two_years, as_of="2024-06-30", period="Q")
    revenue = revenue_table(two_years, as_of="2024-06-30", period="Q").iloc[0]
    assert effects["revenue_after"].tolist() == revenue.iloc[1:].tolist()
    assert effects["revenue_before"].tolist() == revenue.iloc[:-1].tolist()


def test_lines_after_as_of_are_not_looked_at(two_years):
    cut = two_years[two_years["ordered_at"] < "2024-05-01"]
    early = effects_of(two_years, as_of="2024-04-30")
    pd.testing.assert_frame_equal(early, effects_of(cut, as_of="2024-04-30"))
    assert early["revenue_after"].tolist() == [132]


def test_periods_that_were_not_observed_whole_are_marked(two_years):
    assert effects_of(two_years, as_of="2024-12-30")["is_complete"].tolist() == [False]
    late = two_years.assign(
        ordered_at=two_years["ordered_at"].clip(lower=pd.Timestamp("2023-03-01"))
    )
    assert effects_of(late)["is_complete"].tolist() == [False]
    three = effects_of(late, as_of="2025-12-31")
    assert three["is_complete"].tolist() == [False, True]


@pytest.mark.parametrize(
    ("rows", "said"), [(slice(4), "1 period was"), (slice(0), "0 periods were")]
)
def test_fewer_than_two_periods_have_no_change(two_years, rows, said):
    with pytest.warns(WeakResultWarning, match=f"{said} observed, so there is no change"):
        effects = effects_of(two_years.iloc[rows], as_of="2023-12-31")
    assert len(effects) == 0
    assert list(effects.columns[:2]) == ["revenue_before", "volume_effect"]
    assert list(effects.columns[-2:]) == ["n_unmeasured", "is_complete"]


def test_amounts_that_cannot_be_added_up_are_refused(two_years):
    huge = two_years.assign(revenue=1e308)
    with pytest.raises(SchemaError, match="too large to be added up"):
        effects_of(huge)


def test_unusable_arguments_are_refused(two_years):
    with pytest.raises(SchemaError, match="lacks 'quantity'"):
        effects_of(two_years.drop(columns="quantity"))
    with pytest.raises(SchemaError, match="lacks 'product_id'"):
        effects_of(two_years.drop(columns="product_id"))
    with pytest.raises(SchemaError, match="'transactions' holds text in 'quantity'"):
        effects_of(two_years.astype({"quantity": "str"}))
    with pytest.raises(ValueError, match="period is one of 'M', 'Q', 'Y'"):
        effects_of(two_years, period="W")
    with pytest.raises(ValueError, match="as_of is a date"):
        effects_of(two_years, as_of="today")


def test_inputs_stay_as_they_are(two_years):
    before = two_years.copy()
    effects_of(two_years)
    pd.testing.assert_frame_equal(two_years, before)
