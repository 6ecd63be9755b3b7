"""Cost of ownership: hosted against on-premise, year by year."""

import pandas as pd
import pytest

from custintel.projects import SystemCosts, total_cost_of_ownership

HOSTED = SystemCosts(setup_cost=1000, monthly_cost_per_user=(50, 100))
OWN = SystemCosts(
    setup_cost=(20_000, 30_000), annual_cost=1000, upgrade_cost=500, years_between_upgrades=2
)


def test_a_hosted_system_costs_its_fee_times_users_and_months() -> None:
    table = total_cost_of_ownership({"hosted": HOSTED}, n_users=10, n_years=2)
    assert table["cost_low"].to_list() == [1000, 6000, 6000]
    assert table["cost_high"].to_list() == [1000, 12_000, 12_000]
    assert table["cumulative_high"].to_list() == [1000, 13_000, 25_000]
    assert not table["is_cheapest"].any()


def test_upgrades_come_at_their_years_save_the_last() -> None:
    table = total_cost_of_ownership({"own": OWN}, n_users=10, n_years=4)
    assert table["cost_low"].to_list() == [20_000, 1000, 1500, 1000, 1000]


def test_a_system_is_cheapest_when_its_dearest_case_is() -> None:
    systems = {"hosted": HOSTED, "own": OWN}
    table = total_cost_of_ownership(systems, n_users=10, n_years=6)
    cheapest = {name: part["is_cheapest"] for name, part in table.groupby("system")}
    # Hosted: 7,000 to 13,000 after a year; own: 21,000 to 31,000.
    assert cheapest["hosted"].to_list() == [True, True, False, False, False, False, False]
    # After six years 37,000 to 73,000 against 27,000 to 37,000: not below, but equal.
    assert not cheapest["own"].any()
    dear = {"hosted": SystemCosts(monthly_cost_per_user=100), "own": OWN, "free": SystemCosts()}
    three = total_cost_of_ownership(dear, n_users=10, n_years=1)
    assert three["is_cheapest"].to_list() == [False, False, False, False, False, True]


def test_users_can_change_and_costs_are_discounted() -> None:
    table = total_cost_of_ownership(
        {"hosted": HOSTED}, n_users=[10, 20], n_years=2, annual_discount_rate=0.25
    )
    assert table["n_users"].to_list() == [0, 10, 20]
    assert table["cost_low"].to_list() == pytest.approx([1000, 6000 / 1.25, 12_000 / 1.25**2])


@pytest.mark.parametrize(
    ("costs", "error", "told"),
    [
        ({"setup_cost": -1}, ValueError, "setup_cost"),
        ({"setup_cost": (5, 3)}, ValueError, "from its low to its high"),
        ({"annual_cost": (1, 2, 3)}, TypeError, "a low and a high one"),
        ({"annual_cost": "12"}, TypeError, "annual_cost is a number"),
        ({"monthly_cost_per_user": (50, float("nan"))}, ValueError, "monthly_cost_per_user"),
        ({"monthly_cost_per_user": 1e300}, ValueError, "monthly_cost_per_user"),
        ({"upgrade_cost": 5}, ValueError, "go together"),
        ({"years_between_upgrades": 2}, ValueError, "go together"),
        ({"upgrade_cost": 5, "years_between_upgrades": 0}, ValueError, "years_between_upgrades"),
    ],
)
def test_impossible_costs_are_refused(
    costs: dict[str, object], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        SystemCosts(**costs)


def test_impossible_comparisons_are_refused() -> None:
    with pytest.raises(ValueError, match="name at least one system"):
        total_cost_of_ownership({}, n_users=1)
    with pytest.raises(TypeError, match="own is a SystemCosts: got dict"):
        total_cost_of_ownership({"own": {"setup_cost": 1}}, n_users=1)
    with pytest.raises(TypeError, match="systems is a mapping"):
        total_cost_of_ownership([OWN], n_users=1)
    with pytest.raises(ValueError, match="one for each of 3 years: got 2"):
        total_cost_of_ownership({"own": OWN}, n_users=[1, 2], n_years=3)
    with pytest.raises(ValueError, match="n_users"):
        total_cost_of_ownership({"own": OWN}, n_users=-1)
    with pytest.raises(ValueError, match="n_years"):
        total_cost_of_ownership({"own": OWN}, n_users=1, n_years=0)
    assert isinstance(total_cost_of_ownership({"own": OWN}, n_users=0), pd.DataFrame)
