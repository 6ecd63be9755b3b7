"""One assumption at a time: swings and break-even points of a formula that is known."""

import math

import pytest

from custintel.projects import sensitivity_table, tec_roi


def profit(price: float, volume: float, cost: float) -> float:
    return price * volume - cost


BASE = {"price": 10.0, "volume": 100.0, "cost": 800.0}


def test_swings_and_break_even_points_by_hand() -> None:
    table = sensitivity_table(
        profit, BASE, ranges={"volume": (95, 110), "price": (7, 12), "cost": (500, 1100)}
    )
    assert table.index.to_list() == ["cost", "price", "volume"]
    assert table["outcome_base"].to_list() == [200] * 3
    price = table.loc["price"]
    assert (price["outcome_low"], price["outcome_high"], price["swing"]) == (-100, 400, 500)
    assert price["break_even"] == pytest.approx(8)
    assert price["elasticity"] == pytest.approx((500 / 200) / (5 / 10))
    assert table.loc["cost", "break_even"] == pytest.approx(1000)
    assert math.isnan(table.loc["volume", "break_even"])


def test_an_outcome_of_zero_at_an_end_is_a_break_even() -> None:
    table = sensitivity_table(profit, BASE, ranges={"price": (8, 12)})
    assert table.loc["price", "break_even"] == pytest.approx(8)


def test_nothing_to_change_is_an_empty_table() -> None:
    table = sensitivity_table(profit, BASE, ranges={})
    assert table.empty
    assert "break_even" in table.columns


@pytest.mark.parametrize(
    ("ranges", "error", "told"),
    [
        ({"margin": (1, 2)}, ValueError, "ranges is one of"),
        ({"price": (2, 1)}, ValueError, "from its low to its high"),
        ({"price": 3}, TypeError, "low and a high"),
        ([("price", 1, 2)], TypeError, "ranges is a mapping"),
    ],
)
def test_impossible_ranges_are_refused(ranges: object, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        sensitivity_table(profit, BASE, ranges=ranges)


def test_what_cannot_be_calculated_is_told_with_its_assumptions() -> None:
    with pytest.raises(ValueError, match=r"With price=9, .* returns nan"):
        sensitivity_table(
            lambda price: math.nan if price < 10 else 1.0, {"price": 10}, ranges={"price": (9, 11)}
        )
    base = {
        "n_customers": 1,
        "implementation_cost": 1,
        "upkeep_cost": 1,
        "gross_profit": 9,
        "success_rate": 0.9,
    }
    with pytest.raises(ValueError, match=r"success_rate=1\.1, calculate fails: success_rate is"):
        sensitivity_table(
            lambda **given: tec_roi(**given).roi, base, ranges={"success_rate": (0.5, 1.1)}
        )
    with pytest.raises(TypeError, match="calculate is a function"):
        sensitivity_table(3, BASE, ranges={})
    with pytest.raises(TypeError, match="price is a number"):
        sensitivity_table(profit, {"price": "10"}, ranges={})
