"""Plans of actions: what is chosen, who is held back, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from custintel.decisions import Action, ActionPlan, Limits, next_best_action
from custintel.decisions._allocation import allocate
from custintel.decisions._exact import holds, improved
from custintel.decisions._problem import Problem
from custintel.errors import SchemaError
from custintel.experiments import compare_arms

PROMISED = {"owner": "Kim", "deadline": "2025-03-31", "measure": "order in 60 days"}


def action(name="call", **settings):
    given = {"probability": f"p_{name}", "value": 100.0, "cost": 5.0} | PROMISED | settings
    return Action(name=name, **given)


@pytest.fixture(scope="module")
def customers():
    rng = np.random.default_rng(3)
    n = 3000
    table = pd.DataFrame(
        {
            "p_call": rng.beta(2, 10, n),
            "p_mail": rng.beta(1, 20, n),
            "worth": rng.gamma(2, 60, n),
            "seller": rng.choice(["Kim", "Lou", "Max"], n),
            "segment": rng.choice(["a", "b"], n),
            "days": rng.choice([3.0, 30.0, np.nan], n),
            "may_call": rng.random(n) < 0.8,
        },
        index=pd.Index([f"c{i:04}" for i in range(n)], name="customer_id"),
    )
    return table


@pytest.fixture(scope="module")
def plan(customers):
    actions = [
        action("call", value="worth", eligible="may_call", capacity=500),
        action("mail", cost=0.8),
    ]
    limits = Limits(
        budget=4000,
        group="seller",
        group_capacity={"Kim": 300},
        days_since_contact="days",
        rest="14D",
    )
    return next_best_action(
        customers, actions, limits=limits, stratify_by=["segment"], currency="EUR"
    )


def chosen_of(plan):
    columns = ["customer_id", "action"]
    return pd.concat([plan.table[columns], plan.control[columns]])


def test_every_limit_holds(plan, customers):
    chosen = chosen_of(plan)
    rows = customers.loc[chosen["customer_id"]]
    is_call = (chosen["action"] == "call").to_numpy()
    assert is_call.sum() <= 500
    assert is_call.sum() * 5 + (~is_call).sum() * 0.8 <= 4000
    assert not chosen["customer_id"].duplicated().any()
    assert (rows["seller"] == "Kim").sum() <= 300
    assert rows.loc[is_call, "may_call"].all()
    assert not (rows["days"] < 14).any()
    assert plan.n_resting == (customers["days"] < 14).sum() > 0


def test_the_plan_is_near_its_bound(plan):
    assert 0 <= plan.gap < 0.005
    assert plan.chosen_value <= plan.dual_bound
    told = plan.table["expected_value"].sum() + plan.control["expected_value"].sum()
    assert told == pytest.approx(plan.chosen_value)


def test_expected_values_follow_from_the_columns(plan, customers):
    calls = plan.table[plan.table["action"] == "call"]
    rows = customers.loc[calls["customer_id"]]
    expected = rows["p_call"].to_numpy() * rows["worth"].to_numpy() - 5
    np.testing.assert_allclose(calls["expected_value"], expected)
    assert plan.expected_total == pytest.approx(plan.table["expected_value"].sum())


def test_the_same_part_of_each_stratum_is_held_back(plan, customers):
    chosen = chosen_of(plan).merge(customers["segment"], on="customer_id")
    held = plan.control.merge(customers["segment"], on="customer_id")
    n = chosen.groupby(["action", "segment"]).size()
    n_held = held.groupby(["action", "segment"]).size()
    assert len(n) == 4
    assert ((n_held - 0.1 * n).abs() <= 1.01).all()


def test_the_control_differs_from_the_treated_by_chance_alone(customers):
    rng = np.random.default_rng(5)
    plans = [next_best_action(customers.head(400), [action()], random_state=rng) for _ in range(60)]
    means = [p.control["expected_value"].mean() - p.table["expected_value"].mean() for p in plans]
    assert abs(np.mean(means)) < 4 * np.std(means) / np.sqrt(len(means))


def test_the_effect_is_found_afterwards(plan):
    arms = plan.arms("mail")
    rng = np.random.default_rng(1)
    is_treated = (arms["arm"] == "treated").to_numpy()
    results = arms.assign(is_buyer=rng.random(len(arms)) < np.where(is_treated, 0.7, 0.2))
    found = compare_arms(
        results.reset_index(),
        outcome="is_buyer",
        control="control",
        expected_shares={"treated": 0.9, "control": 0.1},
    )
    assert not found.is_mismatched
    lift = found.table.loc["treated"]
    assert lift["lift_low"] < 0.5 < lift["lift_high"]
    assert lift["is_different"]


def test_what_has_no_experiment_says_so(customers):
    both = [action("call", kind="uplift"), action("mail", cost=0.8)]
    plan = next_best_action(customers, both)
    assert plan.by_action["is_incremental"].tolist() == [True, False]
    anyway = plan.table["reason"].str.contains("would have come anyway")
    assert (anyway == ~plan.table["is_incremental"]).all()
    assert any("'mail'" in line and "come anyway" in line for line in plan.summary())


def test_without_bounds_the_interval_is_of_what_is_realised(customers):
    plan = next_best_action(customers, [action()])
    assert plan.interval_of == "realised"
    rng = np.random.default_rng(0)
    p, cost = plan.table["probability"].to_numpy(), plan.table["cost"].sum()
    drawn = (rng.random((2000, len(p))) < p).sum(axis=1) * 100.0 - cost
    inside = (drawn >= plan.expected_low) & (drawn <= plan.expected_high)
    assert 0.93 < inside.mean() < 0.97


def test_with_bounds_the_interval_is_of_what_is_expected(customers):
    known = customers.assign(
        p_call_low=customers["p_call"] * 0.8, p_call_high=customers["p_call"] * 1.1
    )
    plan = next_best_action(known, [action()])
    gross = (plan.table["probability"] * 100).sum()
    cost = plan.table["cost"].sum()
    assert plan.interval_of == "expected"
    assert plan.expected_low == pytest.approx(0.8 * gross - cost)
    assert plan.expected_high == pytest.approx(1.1 * gross - cost)


def test_the_price_of_the_budget_is_what_more_of_it_brings(customers):
    actions = [action("call"), action("mail", cost=0.8)]
    low, high = (
        next_best_action(customers, actions, limits=Limits(budget=each)) for each in (3000, 3300)
    )
    gained = (high.chosen_value - low.chosen_value) / 300
    assert high.budget_price * 0.98 <= gained <= low.budget_price * 1.02
    assert next_best_action(customers, actions).budget_price == 0


def test_the_budget_curve_rises_and_bends(customers):
    actions = [action("call"), action("mail", cost=0.8)]
    plan = next_best_action(customers.head(500), actions, limits=Limits(budget=500))
    curve = plan.budget_curve([0, 200, 400, 600, 10_000])
    steps = np.diff(curve["dual_bound"]) / np.diff(curve["budget"])
    assert curve["chosen_value"].iloc[0] == 0
    assert (np.diff(curve["chosen_value"]) > 0).all()
    assert (np.diff(steps) < 1e-6).all()
    assert (curve["chosen_value"] <= curve["dual_bound"] * (1 + 1e-9)).all()


def test_many_equal_customers_are_spread_over_the_actions():
    n = 2500
    table = pd.DataFrame({"p": np.full(n, 0.2)}, index=pd.RangeIndex(n, name="customer_id"))
    actions = [action(f"a{i}", probability="p", capacity=400) for i in range(5)]
    plan = next_best_action(table, actions)
    assert plan.by_action["n_chosen"].tolist() == [400] * 5
    assert plan.gap < 1e-3


def test_the_exact_choice_is_that_of_brute_force():
    rng = np.random.default_rng(2)
    for _trial in range(8):
        gain, cost = rng.integers(1, 30, (6, 2)).astype(float), np.array([[3.0, 7.0]])
        problem = Problem(
            gain, cost, 16.0, np.array([4.0, 2.0]), np.zeros(6, int), np.array([5.0]), 1
        )
        best = 0.0
        for codes in np.ndindex(*(3,) * 6):
            chosen = np.array(codes)[:, None] - 1
            if holds(problem, chosen):
                rows = np.flatnonzero(chosen[:, 0] >= 0)
                best = max(best, gain[rows, chosen[rows, 0]].sum())
        found = improved(problem, allocate(problem))
        assert found.value == pytest.approx(best)
        assert found.bound >= best - 1e-9


def test_ranked_lists_every_action_worth_it(plan):
    ranked = plan.ranked()
    assert (ranked["expected_value"] > 0).all()
    assert (ranked["status"] == "treated").sum() == len(plan.table)
    assert (ranked["status"] == "control").sum() == len(plan.control)
    falls = ranked.groupby("customer_id")["expected_value"].diff().dropna()
    assert (falls <= 0).all()


def test_two_actions_for_one_customer_are_ranked(customers):
    plan = next_best_action(
        customers.head(100), [action("call"), action("mail")], limits=Limits(per_customer=2)
    )
    assert plan.chosen_value == pytest.approx(plan.ranked()["expected_value"].sum())
    assert set(plan.table["rank"]) == {1, 2}


def test_inputs_are_not_changed(customers):
    before = customers.copy(deep=True)
    next_best_action(customers, [action()])
    pd.testing.assert_frame_equal(customers, before)


def test_nobody_worth_it_is_an_empty_plan(customers):
    plan = next_best_action(customers, [action(cost=1000.0)])
    assert isinstance(plan, ActionPlan)
    assert plan.table.empty
    assert plan.expected_total == plan.dual_bound == 0
    assert plan.summary() == ["No action is worth its cost within the limits."]
    assert plan.to_frame().empty
    assert next_best_action(customers.head(0), [action()]).table.empty
    assert next_best_action(customers, [action(capacity=0)]).table.empty


def test_files_are_safe_in_a_spreadsheet(tmp_path):
    table = pd.DataFrame({"customer_id": ["=cmd()", "+1", "ann"], "p_=x": 0.5})
    risky = action("=x", owner="@kim")
    plan = next_best_action(table, [risky])
    for name in ("plan.csv", "plan.xlsx"):
        plan.write(tmp_path / name)
    found = [pd.read_csv(tmp_path / "plan.csv"), pd.read_excel(tmp_path / "plan.xlsx")]
    for each in found:
        assert sorted(each["customer_id"]) == ["'+1", "'=cmd()", "ann"]
        assert set(each["action"]) == {"'=x"}
        assert set(each["owner"]) == {"'@kim"}
        assert sorted(each["arm"]) == ["control", "treated", "treated"]
    with pytest.raises(ValueError, match=r"ends in \.csv or \.xlsx: got 'plan.pkl'"):
        plan.write(tmp_path / "plan.pkl")


def test_control_characters_are_replaced_in_excel_files_which_cannot_hold_them(tmp_path):
    table = pd.DataFrame({"customer_id": ["a\x07nn", "bob"], "p_call": 0.5})
    next_best_action(table, [action()]).write(tmp_path / "plan.xlsx")
    found = pd.read_excel(tmp_path / "plan.xlsx")
    assert sorted(found["customer_id"]) == ["a\ufffdnn", "bob"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"p_call": [np.nan, 0.5]}, "1 is missing or outside, 'ann'"),
        ({"p_call": [1.5, -0.5]}, "2 are missing or outside, 'ann', 'bob'"),
        ({"p_call": ["high", 0.5]}, "1 value that is no number"),
        ({"worth": [-1.0, 5.0]}, "1 is missing, negative or infinite, 'ann'"),
        ({"ok": ["yes", True]}, "1 value does not"),
        ({"customer_id": ["ann", "ann"]}, "1 customer_id of 'customers' comes more than once"),
        ({"customer_id": [None, "ann"]}, "1 row of 'customers' has no customer_id"),
        ({"seller": [None, "Kim"]}, "1 customer has no seller"),
    ],
)
def test_bad_customers_are_refused(change, message):
    good = {"customer_id": ["ann", "bob"], "p_call": 0.5, "worth": 9.0, "ok": True, "seller": "K"}
    table = pd.DataFrame(good | change)
    with pytest.raises(SchemaError, match=message):
        next_best_action(
            table, [action(value="worth", eligible="ok")], limits=Limits(group="seller")
        )


def test_who_is_left_out_needs_no_score():
    table = pd.DataFrame({"customer_id": ["a", "b"], "p_call": [np.nan, 0.5], "ok": [None, True]})
    plan = next_best_action(table, [action(eligible="ok")])
    assert plan.table["customer_id"].tolist() == ["b"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"owner": " "}, "owner of an action must not be empty"),
        ({"measure": ""}, "measure of an action must not be empty"),
        ({"deadline": "soon"}, "deadline is a date"),
        ({"cost": -1.0}, "cost is an amount of 0 or more: got -1.0"),
        ({"value": np.inf}, "value is an amount of 0 or more"),
        ({"capacity": -1}, "capacity is a whole number, 0 or more"),
        ({"kind": "guess"}, "kind is one of 'probability', 'uplift'"),
    ],
)
def test_bad_actions_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        action(**settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"budget": -1}, "budget is an amount"),
        ({"per_customer": 0}, "per_customer is a whole number, 1 or more"),
        ({"group_capacity": 3}, "group_capacity needs group"),
        ({"rest": "14D"}, "go together"),
        ({"rest": "14", "days_since_contact": "days"}, "A span is a number above zero"),
    ],
)
def test_bad_limits_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Limits(**settings)


def test_bad_plans_are_refused(customers):
    few = customers.head(5)
    with pytest.raises(ValueError, match="each with a name of its own: 'call'"):
        next_best_action(few, [action(), action()])
    with pytest.raises(ValueError, match="there is none"):
        next_best_action(few, [])
    with pytest.raises(ValueError, match="control_share lies between"):
        next_best_action(few, [action()], control_share=0)
    with pytest.raises(SchemaError, match=r"lacks 'p_cal' \(nearest: 'p_call'\)"):
        next_best_action(few, [action(probability="p_cal")])
    limits = Limits(group="seller", group_capacity={"Nobody": 3})
    with pytest.raises(ValueError, match="names groups that no customer belongs to: 'Nobody'"):
        next_best_action(few, [action()], limits=limits)
    plan = next_best_action(few, [action()])
    with pytest.raises(ValueError, match="action is one of"):
        plan.arms("fax")
