"""Scenarios: equity by hand, one change at a time, and keeping against winning."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.plots import tornado
from custintel.value import EquityAssumptions, equity_scenarios, retention_or_acquisition


@pytest.fixture
def base() -> EquityAssumptions:
    return EquityAssumptions(
        n_customers=100,
        margin=10,
        retention_rate=0.8,
        discount_rate=0.25,
        new_customers=20,
        acquisition_cost=15,
    )


def test_equity_is_the_sum_over_all_cohorts(base: EquityAssumptions) -> None:
    t = np.arange(1.0, 400)
    current = 100 * (10 * 0.8**t / 1.25**t).sum()
    # Each cohort comes at the end of a period, costs 15 a head, and pays 10 at once.
    one = -15 + (10 * 0.8 ** (t - 1) / 1.25 ** (t - 1)).sum()
    assert base.equity() == pytest.approx(current + (20 * one / 1.25**t).sum())


def test_each_row_changes_one_assumption(base: EquityAssumptions) -> None:
    ranges = {"acquisition_cost": (10, 20), "retention_rate": (0.7, 0.9), "margin": (10, 10)}
    table = equity_scenarios(base, ranges=ranges)
    assert table.index.to_list() == ["retention_rate", "acquisition_cost", "margin"]
    assert set(table["equity_base"]) == {base.equity()}
    # A customer more expensive by 5 costs 20 × 5 / 0.25 in all.
    cost = table.loc["acquisition_cost"]
    assert cost["equity_low"] - cost["equity_base"] == pytest.approx(400)
    assert cost["equity_high"] - cost["equity_base"] == pytest.approx(-400)
    assert cost["swing"] == pytest.approx(800)
    # The cost goes up by two thirds of itself.
    assert cost["elasticity"] == pytest.approx(-800 / base.equity() * 1.5)
    assert table.loc["margin", "swing"] == 0
    assert np.isnan(table.loc["margin", "elasticity"])


def test_no_range_no_row(base: EquityAssumptions) -> None:
    assert equity_scenarios(base, ranges={}).empty


@pytest.mark.parametrize(
    ("ranges", "told"),
    [
        ({"churn": (0.1, 0.2)}, "retention_rate"),
        ({"timing": (1, 2)}, "ranges"),
        ({"margin": (12, 8)}, "from its low to its high"),
        ({"retention_rate": (0.7, 1.2)}, "retention_rate is between 0 and 1"),
        ({"growth_rate": (0.0, 0.7)}, "no limit"),
    ],
)
def test_impossible_ranges_are_refused(
    ranges: dict[str, tuple[float, float]], told: str, base: EquityAssumptions
) -> None:
    with pytest.raises(ValueError, match=told):
        equity_scenarios(base, ranges=ranges)


def test_impossible_assumptions_are_refused() -> None:
    with pytest.raises(ValueError, match="n_customers"):
        EquityAssumptions(n_customers=-1, margin=1, retention_rate=0.5, discount_rate=0.1)
    with pytest.raises(ValueError, match="for ever"):
        EquityAssumptions(
            n_customers=1, margin=1, retention_rate=0.5, discount_rate=0, new_customers=1
        )


def programme(**changes: float) -> dict[str, float]:
    given = {
        "programme_cost": 4,
        "retention_without": 0.7,
        "retention_with": 0.75,
        "acquisition_cost": 120,
        "margin": 60,
        "discount_rate": 0.1,
    }
    return given | changes


def test_keeping_costs_what_the_programme_costs_by_those_it_keeps() -> None:
    choice = retention_or_acquisition(**programme())
    # 100 customers: 400 spent, 5 more stay.
    assert choice.cost_per_customer_kept == pytest.approx(80)
    assert choice.saving_per_customer_kept == pytest.approx(40)
    at_cost = retention_or_acquisition(**programme(programme_cost=choice.break_even_programme_cost))
    assert at_cost.saving_per_customer_kept == pytest.approx(0)
    at_rate = retention_or_acquisition(**programme(retention_with=choice.break_even_retention_rate))
    assert at_rate.saving_per_customer_kept == pytest.approx(0)


def test_a_programme_that_keeps_nobody_has_no_cost_per_customer() -> None:
    with pytest.raises(ValueError, match="keeps nobody"):
        retention_or_acquisition(**programme(retention_with=0.7))
    assert retention_or_acquisition(
        **programme(acquisition_cost=0)
    ).break_even_retention_rate == float("inf")


@pytest.mark.parametrize(
    "changes", [{"retention_rate": 1.2}, {"retention_rate": -0.1}, {"growth_rate": -1.5}]
)
def test_impossible_assumptions_are_refused_at_the_door(
    changes: dict[str, float], base: EquityAssumptions
) -> None:
    with pytest.raises(ValueError, match=next(iter(changes))):
        replace(base, **changes)


def test_no_range_gives_an_empty_table_with_its_columns(base: EquityAssumptions) -> None:
    full = equity_scenarios(base, ranges={"margin": (9, 11)})
    empty = equity_scenarios(base, ranges={})
    assert empty.empty
    assert empty.columns.to_list() == full.columns.to_list()


def test_ranges_of_texts_are_told_by_name(base: EquityAssumptions) -> None:
    with pytest.raises(ValueError, match=r"^margin is "):
        equity_scenarios(base, ranges={"margin": ("a", "b")})


@pytest.mark.parametrize("ends", [0.77, (0.7,), "ab", (0.6, 0.7, 0.8)])
def test_a_range_has_two_ends(ends: object, base: EquityAssumptions) -> None:
    with pytest.raises(TypeError, match="range of retention_rate is a low and a high value"):
        equity_scenarios(base, ranges={"retention_rate": ends})


def test_assumptions_and_ranges_have_their_kinds(base: EquityAssumptions) -> None:
    with pytest.raises(TypeError, match=r"base is an EquityAssumptions, .*: got dict"):
        equity_scenarios({"margin": 100}, ranges={})
    with pytest.raises(TypeError, match=r"ranges is a mapping, .*: got list"):
        equity_scenarios(base, ranges=[("margin", 1, 2)])
    with pytest.raises(TypeError, match="n_customers is a number: got '12000'"):
        replace(base, n_customers="12000")
    with pytest.raises(ValueError, match="retention_rate is between 0 and 1"):
        replace(base, retention_rate=72)


def test_a_plot_of_another_table_tells_which_function_makes_its_own() -> None:
    with pytest.raises(SchemaError, match=r"Make it with custintel\.value\.equity_scenarios\(base"):
        tornado(pd.DataFrame({"customer_lifetime_value": [1.0]}))
