"""Call lists, what to say on contact, and qualified leads."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from custintel.decisions import (
    Action,
    ContactEvent,
    Limits,
    call_list,
    next_best_action,
    qualify_leads,
    suggest_on_contact,
)
from custintel.errors import SchemaError

PROMISED = {"owner": "sales", "deadline": "2025-03-31", "measure": "order in 60 days"}


@pytest.fixture(scope="module")
def customers():
    rng = np.random.default_rng(1)
    n = 120
    return pd.DataFrame(
        {
            "p_plan": rng.beta(2, 6, n),
            "p_keep": rng.beta(1, 3, n),
            "p_tip": rng.beta(1, 9, n),
            "seller": rng.choice(["Kim", "Lou"], n),
        },
        index=pd.Index([f"c{i:03}" for i in range(n)], name="customer_id"),
    )


@pytest.fixture(scope="module")
def plan(customers):
    actions = [
        Action(name="plan", probability="p_plan", value=80.0, cost=6.0, capacity=40, **PROMISED),
        Action(name="keep", probability="p_keep", value=60.0, cost=6.0, capacity=20, **PROMISED),
        Action(name="tip", probability="p_tip", value=9.0, words="Did you know …?", **PROMISED),
    ]
    return next_best_action(
        customers, actions, limits=Limits(group="seller", budget=250), control_share=0.2
    )


def planned(plan, action):
    return plan.table.loc[plan.table["action"] == action, "customer_id"].iloc[0]


def on(plan, customer, reason="question", **settings):
    keys = {"has_open_case", "n_refused"} & set(settings)
    event = ContactEvent(
        customer_id=customer, reason=reason, **{key: settings.pop(key) for key in keys}
    )
    return suggest_on_contact(event, plan, **settings)


def test_each_seller_has_the_best_customers_first(plan, customers):
    calls = call_list(plan, n=7, actions=["plan", "keep"])
    assert calls.groupby("owner").size().to_dict() == {"Kim": 7, "Lou": 7}
    for seller, rows in calls.groupby("owner"):
        assert rows["place"].tolist() == [*range(1, 8)]
        assert (rows["expected_value"].diff().dropna() <= 0).all()
        assert (customers.loc[rows["customer_id"], "seller"] == seller).all()
        of_seller = plan.table[(plan.table["group"] == seller) & (plan.table["action"] != "tip")]
        assert rows["expected_value"].max() == of_seller["expected_value"].max()


def test_nobody_held_back_is_called(plan):
    calls = call_list(plan, n=1000)
    assert len(plan.control) > 0
    assert not set(calls["customer_id"]) & set(plan.control["customer_id"])
    assert set(calls["customer_id"]) == set(plan.table["customer_id"])


def test_details_say_what_to_propose_and_when(plan):
    first, second = plan.table["customer_id"].iloc[:2]
    details = pd.DataFrame(
        {
            "customer_id": [first, second, "stranger"],
            "product": ["p1", None, "p9"],
            "bundle": [None, "b2", None],
            "best_time": ["mornings", None, None],
        }
    )
    calls = call_list(plan, details, n=1000).set_index("customer_id")
    assert calls.loc[first, ["propose", "best_time"]].tolist() == ["p1", "mornings"]
    assert calls.loc[second, ["propose", "best_time"]].tolist() == ["b2", ""]
    others = calls.drop(index=[first, second])
    assert (others["propose"] == others["action"]).all()


def test_bad_call_lists_are_refused(plan):
    with pytest.raises(ValueError, match="has no action named 'fax'"):
        call_list(plan, actions=["fax"])
    with pytest.raises(ValueError, match="n is a whole number"):
        call_list(plan, n=0)
    with pytest.raises(TypeError, match="an ActionPlan"):
        call_list(plan.table)


@pytest.mark.parametrize("settings", [{"reason": "complaint"}, {"has_open_case": True}])
def test_who_is_angry_is_served_and_sold_nothing(plan, settings):
    found = on(plan, planned(plan, "plan"), **settings)
    assert found["kind"].tolist() == ["service"]
    assert found["expected_value"].tolist() == [0.0]


def test_what_is_planned_comes_first_then_what_costs_nothing(plan):
    customer = planned(plan, "plan")
    found = on(plan, customer)
    assert found["action"].tolist() == ["plan", "tip"]
    assert found["words"].tolist() == ["May I tell you about plan?", "Did you know …?"]
    assert found["rank"].tolist() == [1, 2]
    assert on(plan, customer, most=1)["action"].tolist() == ["plan"]


def test_nobody_is_offered_what_he_or_she_is_held_back_from(plan):
    for customer, action in plan.control[["customer_id", "action"]].itertuples(index=False):
        assert action not in set(on(plan, customer, most=9)["action"])


def test_who_leaves_is_kept_or_asked(plan):
    kept = on(plan, planned(plan, "keep"), "cancellation", retention="keep")
    assert kept[["kind", "action"]].to_numpy().tolist() == [["retention", "keep"]]
    asked = on(plan, planned(plan, "plan"), "cancellation", retention="keep")
    assert asked["kind"].tolist() == ["service"]
    with pytest.raises(ValueError, match="retention is one of"):
        on(plan, planned(plan, "plan"), "cancellation", retention="gift")


def test_after_two_refusals_nothing_is_proposed(plan):
    found = on(plan, planned(plan, "plan"), n_refused=2)
    assert found["kind"].tolist() == ["none"]
    assert "refused 2 proposals" in found["reason"].iloc[0]


def test_strangers_and_unknown_reasons_are_refused(plan):
    with pytest.raises(ValueError, match="'nobody' is not among the 120 planned for"):
        on(plan, "nobody")
    with pytest.raises(ValueError, match="reason is one of"):
        ContactEvent(customer_id="c001", reason="angry")


@pytest.fixture(scope="module")
def leads():
    rng = np.random.default_rng(2)
    probability = rng.beta(1, 4, 600)
    outcome = (rng.random(600) < probability).astype(object)
    outcome[:50] = None
    ids = [f"l{i:03}" for i in range(600)]
    return pd.DataFrame({"lead_id": ids, "probability": probability, "is_converted": outcome})


def test_precision_and_recall_are_counted_with_exact_intervals(leads):
    rated = qualify_leads(leads, threshold=0.3)
    row = rated.thresholds.loc[0.3]
    is_high = leads["probability"] >= 0.3
    known = leads[leads["is_converted"].notna()]
    hits = known[is_high[known.index] & (known["is_converted"] == True)]  # noqa: E712
    assert (rated.table["qualification"] == "High").sum() == row["n_high"] == is_high.sum()
    for name, k, n in (
        ("precision", len(hits), int(is_high[known.index].sum())),
        ("recall", len(hits), int(known["is_converted"].sum())),
    ):
        interval = binomtest(k, n).proportion_ci(0.95, "exact")
        assert row[name] == pytest.approx(k / n)
        assert row[f"{name}_low"] == pytest.approx(interval.low)
        assert row[f"{name}_high"] == pytest.approx(interval.high)
    assert rated.n_unknown == 50
    assert not row["is_tentative"]
    assert rated.summary()[1].startswith("Of those rated High")


def test_a_higher_threshold_rates_fewer_high(leads):
    table = qualify_leads(leads, threshold=0.3).thresholds
    assert table.index.tolist() == [0.1, 0.2, 0.3, 0.5, 0.7]
    assert table["n_high"].is_monotonic_decreasing
    assert table["recall"].is_monotonic_decreasing
    assert table["is_chosen"].tolist() == [False, False, True, False, False]


def test_without_outcomes_nothing_tells_how_right_it_is(leads):
    rated = qualify_leads(leads.drop(columns="is_converted"), threshold=0.3)
    assert rated.thresholds[["precision", "recall"]].isna().all(axis=None)
    assert rated.thresholds["is_tentative"].all()
    assert "No outcome is known" in rated.summary()[1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"probability": [0.5, None]}, "1 is missing or outside, 'b'"),
        ({"is_converted": ["won", True]}, "true, false or missing: got 'won'"),
        ({"lead_id": ["a", "a"]}, "1 lead_id of 'leads' comes more than once"),
    ],
)
def test_bad_leads_are_refused(change, message):
    good = {"lead_id": ["a", "b"], "probability": [0.5, 0.1], "is_converted": [True, False]}
    with pytest.raises(SchemaError, match=message):
        qualify_leads(pd.DataFrame(good | change), threshold=0.5)
    with pytest.raises(ValueError, match="threshold lies between"):
        qualify_leads(pd.DataFrame(good), threshold=1.5)


def test_nothing_is_proposed_beyond_the_places_of_a_group():
    table = pd.DataFrame({"customer_id": ["a", "b"], "p": [0.5, 0.4], "seller": "Kim"})
    tip = Action(name="tip", probability="p", value=9.0, **PROMISED)
    for places, kind in ((1, "none"), (None, "proposal")):
        limits = Limits(group="seller", group_capacity={"Kim": places}, per_customer=1)
        plan = next_best_action(table, [tip], limits=limits)
        free = {"a", "b"} - set(plan.control["customer_id"])
        other = (free - set(plan.table["customer_id"])) or set(plan.table["customer_id"])
        assert on(plan, other.pop())["kind"].tolist() == [kind]
