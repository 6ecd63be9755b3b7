"""The TEC formula: what each number does, what is kept apart, and what is refused."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from custintel.projects import TecRoi, corrected_tec_roi, tec_roi


def stated(n_customers: float = 100, **changes: object) -> TecRoi:
    given = {
        "implementation_cost": 3,
        "upkeep_cost": 1,
        "gross_profit": 20,
        "success_rate": 0.5,
        "hardware_cost": 0.5,
        "storage_cost": 0.25,
        "training_cost": 1.0,
        "upgrade_cost": 0.25,
    }
    return tec_roi(n_customers, **(given | changes))


def test_every_cost_is_multiplied_by_the_customers() -> None:
    found = stated()
    assert found.cost == pytest.approx(100 * 6)
    assert found.gross_profit == pytest.approx(100 * 20 * 0.5)
    assert (found.roi, found.roi_rate) == (pytest.approx(400), pytest.approx(2 / 3))
    assert (found.basis, found.n_years, found.annual_discount_rate) == ("as stated", 1, 0.0)


def test_the_sign_does_not_depend_on_the_number_of_customers() -> None:
    assert stated(1).roi_rate == pytest.approx(stated(1e6).roi_rate)
    assert stated().break_even_customers == 0.0
    assert stated(success_rate=0.1).break_even_customers == math.inf


def test_fixed_costs_apart_do_not_grow_with_the_customers() -> None:
    given = {"implementation_cost": 3, "upkeep_cost": 1, "gross_profit": 20, "success_rate": 0.5}
    found = corrected_tec_roi(100, **given, hardware_cost=200, training_cost=50, storage_cost=50)
    assert found.cost == pytest.approx(100 * 4 + 300)
    assert found.roi == pytest.approx(100 * 10 - 700)
    # Each customer leaves 10 − 4.
    assert found.break_even_customers == pytest.approx(50)
    at_break_even = corrected_tec_roi(
        50, **given, hardware_cost=200, training_cost=50, storage_cost=50
    )
    assert at_break_even.roi == pytest.approx(0)


def test_the_success_rate_that_breaks_even_does() -> None:
    rate = stated().break_even_success_rate
    assert stated(success_rate=rate).roi == pytest.approx(0)
    assert stated(gross_profit=0).break_even_success_rate == math.inf


def test_years_are_discounted_one_by_one() -> None:
    found = corrected_tec_roi(
        10,
        implementation_cost=7,
        upkeep_cost=2,
        gross_profit=9,
        success_rate=0.8,
        hardware_cost=11,
        storage_cost=3,
        training_cost=5,
        upgrade_cost=4,
        n_years=4,
        annual_discount_rate=0.1,
    )
    worth = sum(1.1**-year for year in range(1, 5))
    assert found.gross_profit == pytest.approx(10 * 9 * 0.8 * worth)
    assert found.cost == pytest.approx(70 + 20 * worth + 11 + 5 + 7 * worth)
    assert found.costs["upkeep_cost"] == pytest.approx(20 * worth)


def test_the_lines_add_up_to_the_cost() -> None:
    table = stated().cost_table()
    assert table["cost"].sum() == pytest.approx(stated().cost)
    assert table["cost_share"].sum() == pytest.approx(1)
    assert table.index.to_list()[0] == "implementation_cost"
    assert table.loc["training_cost", "cost_per_customer"] == pytest.approx(1)


def test_what_cannot_be_divided_is_missing_as_documented() -> None:
    nothing = tec_roi(0, implementation_cost=1, upkeep_cost=1, gross_profit=1, success_rate=1)
    assert nothing.roi == 0.0
    assert math.isnan(nothing.roi_rate)
    assert nothing.cost_table()["cost_per_customer"].isna().all()
    assert nothing.break_even_success_rate == 0.0


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"upkeep_cost": -1}, ValueError, "upkeep_cost is between 0 and"),
        ({"success_rate": 50}, ValueError, "success_rate is between 0 and 1"),
        ({"gross_profit": float("nan")}, ValueError, "gross_profit"),
        ({"gross_profit": 1e300}, ValueError, r"1e\+15"),
        ({"implementation_cost": "20"}, TypeError, "implementation_cost is a number: got '20'"),
        ({"hardware_cost": True}, TypeError, "hardware_cost"),
        ({"hardware_cost": None}, TypeError, "hardware_cost"),
    ],
)
def test_impossible_numbers_are_refused(
    changes: dict[str, object], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        stated(**changes)


def test_negative_customers_and_odd_years_are_refused() -> None:
    given = {"implementation_cost": 3, "upkeep_cost": 1, "gross_profit": 20, "success_rate": 0.5}
    with pytest.raises(ValueError, match="n_customers"):
        stated(-1)
    for years in (0, 2.5, 101):
        with pytest.raises(ValueError, match="n_years"):
            corrected_tec_roi(10, **given, n_years=years)
    with pytest.raises(ValueError, match="annual_discount_rate"):
        corrected_tec_roi(10, **given, annual_discount_rate=-0.1)


def test_numpy_numbers_are_numbers_and_results_stay() -> None:
    assert stated(np.int64(100), success_rate=np.float32(0.5)).roi == pytest.approx(400)
    with pytest.raises(FrozenInstanceError):
        stated().roi = 1.0
