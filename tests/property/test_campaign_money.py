"""What must hold of costs, returns and triggers whatever the data."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custintel.campaigns import (
    ContactLimit,
    CustomerRecords,
    PurchaseRule,
    campaign_roi,
    cost_per_result,
    direct_mail_plan,
    due_triggers,
)
from custintel.schemas.event_words import EVENTS

DAY = pd.Timestamp("2024-01-01")
event = st.tuples(
    st.sampled_from("ab"), st.sampled_from("123456"), st.sampled_from(EVENTS), st.integers(0, 40)
)
order = st.tuples(
    st.sampled_from("ab"), st.sampled_from("123"), st.integers(-90, 500), st.integers(0, 40)
)


def events_of(rows):
    table = pd.DataFrame(rows, columns=["campaign_id", "customer_id", "event", "day"])
    return table.assign(occurred_at=DAY + pd.to_timedelta(table["day"], unit="D"))


def sales_of(rows):
    table = pd.DataFrame(rows, columns=["campaign_id", "customer_id", "revenue", "day"])
    return table.assign(ordered_at=DAY + pd.to_timedelta(table["day"], unit="D"))


CAMPAIGNS = pd.DataFrame({"campaign_id": ["a", "b"], "cost": [10.0, 30.0], "all": "all"})


@settings(deadline=None, max_examples=12)
@given(st.lists(event, min_size=1, max_size=40), st.randoms())
def test_costs_do_not_depend_on_rows_and_bounds_hold_them(rows, random):
    table = cost_per_result(CAMPAIGNS, events_of(rows))
    again = cost_per_result(CAMPAIGNS, events_of(random.sample(rows, len(rows))))
    pd.testing.assert_frame_equal(table, again)
    for name in ("cost_per_response", "cost_per_lead", "cost_per_sale"):
        known = table[table[name].notna()]
        assert (known[f"{name}_low"] <= known[name] * (1 + 1e-9)).all()
        assert (known[f"{name}_high"] >= known[name] * (1 - 1e-9)).all()
    # Each contact once: never more results than contacts.
    assert (table[["n_responses", "n_leads", "n_sales"]] <= 6).all(axis=None)


@settings(deadline=None, max_examples=12)
@given(st.lists(event, min_size=1, max_size=40))
def test_groups_add_up(rows):
    apart = cost_per_result(CAMPAIGNS, events_of(rows))
    together = cost_per_result(CAMPAIGNS, events_of(rows), by="all").loc["all"]
    counts = ["cost", "n_sent", "n_responses", "n_leads", "n_sales", "n_campaigns"]
    np.testing.assert_allclose(together[counts].astype(float), apart[counts].sum())


@settings(deadline=None, max_examples=12)
@given(st.lists(order, min_size=1, max_size=30), st.integers(1, 50), st.randoms())
def test_revenue_is_kept_and_money_scales_with_its_unit(rows, factor, random):
    sales = sales_of(rows)
    roi = campaign_roi(CAMPAIGNS, sales, as_of="2024-12-31", margin_rate=0.5)
    assert roi["revenue"].sum() == pytest.approx(sales["revenue"].sum())
    in_cents = campaign_roi(
        CAMPAIGNS.assign(cost=CAMPAIGNS["cost"] * factor),
        sales_of(random.sample(rows, len(rows))).assign(
            revenue=lambda table: table["revenue"] * factor
        ),
        as_of="2024-12-31",
        margin_rate=0.5,
    )
    np.testing.assert_allclose(in_cents["romi"], roi["romi"], atol=1e-9)
    np.testing.assert_allclose(in_cents["profit"], roi["profit"] * factor, atol=1e-6)


@settings(deadline=None, max_examples=12)
@given(st.lists(order, min_size=1, max_size=30), st.integers(0, 40))
def test_later_sales_change_nothing(rows, cut):
    as_of = DAY + pd.Timedelta(days=cut)
    sales = sales_of(rows)
    past = sales[sales["ordered_at"] <= as_of]
    one, two = (
        campaign_roi(CAMPAIGNS, each, as_of=as_of, margin_rate=0.5) for each in (sales, past)
    )
    pd.testing.assert_frame_equal(one, two)


@settings(deadline=None, max_examples=10)
@given(st.lists(order, min_size=1, max_size=20), st.lists(event, max_size=20), st.integers(1, 3))
def test_everybody_due_is_on_one_list_alone_and_within_the_limit(sold, log, most):
    people = pd.DataFrame({"customer_id": list("12345")})
    rules = [
        PurchaseRule("first", "a", after="5D"),
        PurchaseRule("last", "c", after="5D", purchase="last"),
    ]
    events = events_of(log).drop(columns="day")
    events = events.astype(dict.fromkeys(("campaign_id", "customer_id", "event"), object))
    records = CustomerRecords(transactions=sales_of(sold), events=events)
    listed = due_triggers(
        rules, people, records, as_of="2024-01-25", window="2W", limit=ContactLimit(most)
    )
    both = pd.concat(
        [listed.due[["customer_id", "rule"]], listed.held_back[["customer_id", "rule"]]]
    )
    assert not both.duplicated().any()
    assert (listed.due["customer_id"].value_counts() <= most).all()
    assert listed.due["rank"].tolist() == list(range(1, len(listed.due) + 1))


@given(st.integers(1, 10**6), st.floats(0, 1e6), st.floats(0.001, 1), st.floats(0.01, 1e4))
def test_profit_is_zero_at_the_break_even(n, cost, rate, margin):
    plan = direct_mail_plan(
        n, costs={"other": cost}, response_rate=rate, margin_per_response=margin
    )
    assert plan.break_even_responses * margin == pytest.approx(cost)
    assert (plan.profit > 0) == (rate > plan.break_even_response_rate) or plan.profit == (
        pytest.approx(0, abs=1e-6 * max(cost, 1))
    )
