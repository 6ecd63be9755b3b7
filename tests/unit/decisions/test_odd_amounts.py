"""Plans of odd amounts: nobody, one customer, infinite costs, bounds that are none."""

import numpy as np
import pandas as pd
import pytest

from custintel.decisions import Action, Limits, next_best_action
from custintel.decisions._allocation import allocate
from custintel.decisions._exact import improved
from custintel.decisions._problem import Problem
from custintel.errors import SchemaError

PROMISED = {"owner": "Kim", "deadline": "2025-03-31", "measure": "order in 60 days"}


def action(**settings):
    given = {"name": "call", "probability": "p_call", "value": 100.0, "cost": 5.0} | PROMISED
    return Action(**given | settings)


def few(**columns):
    return pd.DataFrame({"customer_id": ["ann", "bob"], "p_call": [0.5, 0.4]} | columns)


def test_nobody_with_a_column_of_costs_is_an_empty_plan():
    nobody = few(price=1.0, seller="Kim").head(0)
    plan = next_best_action(
        nobody, [action(cost="price", value="price")], limits=Limits(group="seller")
    )
    assert plan.table.empty


@pytest.mark.parametrize("days", [pd.Timedelta("3D"), pd.Timestamp("2025-01-01")])
def test_days_since_a_contact_are_numbers(days):
    limits = Limits(days_since_contact="days", rest="14D")
    with pytest.raises(SchemaError, match="where a number is needed"):
        next_best_action(few(days=days), [action()], limits=limits)


def test_what_is_realised_stays_within_what_is_possible():
    plan = next_best_action(few(p_call=0.5).head(1), [action()])
    assert (plan.expected_low, plan.expected_high) == (-5.0, 95.0)
    plan = next_best_action(few(p_call=0.5).head(1), [action(kind="uplift")])
    assert (plan.expected_low, plan.expected_high) == (-105.0, 95.0)


def test_bounds_that_are_none_are_refused():
    for low, high in ((0.9, 0.1), (-9.0, 9.0), (0.45, 0.6)):
        table = few(p_call_low=low, p_call_high=high)
        with pytest.raises(SchemaError, match="bounds of a probability lie around it"):
            next_best_action(table, [action()])


def test_amounts_of_one_left_out_count_for_nothing():
    table = few(price=np.inf, ok=False).head(1)
    limits = Limits(budget=1)
    assert next_best_action(table, [action(cost="price", eligible="ok")], limits=limits).gap == 0


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e14])
def test_the_unit_of_money_changes_no_exact_choice(size):
    rng = np.random.default_rng(6)
    gain, cost = rng.integers(1, 30, (30, 2)) * 1.0, rng.integers(2, 9, (30, 2)) * 1.0
    group = np.zeros(30, int), np.array([np.inf])
    places = np.array([9.0, np.inf])
    one, other = (
        improved(problem, allocate(problem))
        for problem in (
            Problem(gain * unit, cost * unit, 50.0 * unit, places, *group, 2) for unit in (1, size)
        )
    )
    assert other.value / size == pytest.approx(one.value, rel=1e-6)
    assert other.bound / size == pytest.approx(one.bound, rel=1e-6)


def test_amounts_of_those_left_out_count_for_nothing():
    table = few(price=[1.0, np.inf], ok=[True, False])
    plan = next_best_action(
        table, [action(cost="price", eligible="ok")], limits=Limits(budget=1), currency="EUR"
    )
    assert plan.chosen_value == plan.dual_bound == 49
    with pytest.raises(ValueError, match="value is an amount of 0 or more"):
        action(value=1e200)


def test_a_group_without_a_number_has_no_limit():
    limits = Limits(group="seller", group_capacity={"Kim": None, "Lou": 0})
    plan = next_best_action(few(seller=["Kim", "Lou"]), [action()], limits=limits)
    assert plan.table["customer_id"].tolist() == ["ann"]


def test_the_budget_curve_agrees_with_the_plan():
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"customer_id": np.arange(40), "p_call": rng.random(40)})
    table["price"] = rng.integers(2, 9, 40) * 1.0
    plan = next_best_action(table, [action(cost="price", value=30.0)], limits=Limits(budget=37))
    assert plan.budget_curve([37])["chosen_value"].iloc[0] == pytest.approx(plan.chosen_value)


def test_a_budget_admits_what_costs_just_as_much():
    # In binary fractions three times .1 is more than .3.
    people = pd.DataFrame({"customer_id": ["ann", "bob", "eve"], "p_call": 0.5})
    plan = next_best_action(people, [action(cost=0.1)], limits=Limits(budget=0.3))
    # With the one held back.
    assert plan.chosen_value == pytest.approx(149.7)
    curve = plan.budget_curve([0.2, 0.3])
    assert curve["chosen_value"].tolist() == pytest.approx([99.8, 149.7])
