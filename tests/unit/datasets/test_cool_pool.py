"""Cool Pool: the facts of the course hold for every draw, and the builders read the exports."""

import time
import warnings

import numpy as np
import pandas as pd
import pytest

from custintel.datasets import simulate_cool_pool
from custintel.tables import (
    inspect_campaign_events,
    inspect_campaigns,
    inspect_customers,
    inspect_leads,
    inspect_products,
    inspect_transactions,
)

RAW = ("campaigns", "events", "households", "leads", "orders", "products", "costs")
INSPECT = {
    "campaigns": inspect_campaigns,
    "events": inspect_campaign_events,
    "households": inspect_customers,
    "leads": inspect_leads,
    "orders": inspect_transactions,
    "products": inspect_products,
}


@pytest.fixture(scope="module", params=[0, 1])
def cool_pool(request):
    return simulate_cool_pool(random_state=request.param)


@pytest.fixture(scope="module")
def built(cool_pool):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = {name: inspect(getattr(cool_pool, name)) for name, inspect in INSPECT.items()}
    assert all(each.set_aside.empty for each in found.values())
    return {name: each.table for name, each in found.items()}


def fact(cool_pool, name):
    table = cool_pool.facts.set_index("fact")
    return float(table.loc[name, "value"])


def test_the_facts_of_the_course_hold(cool_pool, built):
    told = cool_pool.facts[cool_pool.facts["source"] == "course"].set_index("fact")["value"]
    assert told.to_dict() == {
        "employees": 250,
        "pieces mailed": 100_000,
        "postage": 17_000,
        "response rate": 0.10,
        "least household income": 75_000,
        "most household income": 200_000,
        "follow-up call after": 1,
        "lowest score": 1,
        "highest score": 10,
    }
    mailing = built["events"].query("campaign_id == 'BEAMER-MAIL'")
    assert (mailing["event"] == "sent").sum() == 100_000
    assert mailing.loc[mailing["event"] == "information_request", "customer_id"].nunique() == 10_000
    postage = cool_pool.costs.query("`Cost Type` == 'Postage'")["Amount"]
    assert postage.tolist() == ["$17,000.00"]
    income = cool_pool.households["Household Income"].astype(float)
    assert (income.min(), income.max()) == (75_000, 200_000)


def test_raw_exports_hold_texts_alone(cool_pool):
    for name in RAW:
        table = getattr(cool_pool, name)
        assert table.map(lambda cell: isinstance(cell, str)).to_numpy().all(), name


def test_exports_are_read_with_their_types_and_currency(built):
    assert built["campaigns"]["cost"].tolist() == [71_000.0, 28_000.0]
    assert built["campaigns"]["budget"].tolist() == [75_000.0, 30_000.0]
    for name in ("campaigns", "events", "orders", "products"):
        assert set(built[name]["currency"]) == {"USD"}
    assert built["events"]["occurred_at"].min() == pd.Timestamp("2024-03-11")
    assert built["orders"]["cost"].notna().all()


def test_costs_by_kind_add_up_to_those_of_the_campaigns(cool_pool, built):
    amount = cool_pool.costs["Amount"].str.replace(r"[$,]", "", regex=True).astype(float)
    total = amount.groupby(cool_pool.costs["Campaign ID"]).sum()
    cost = built["campaigns"].set_index("campaign_id")["cost"]
    assert total[cost.index].tolist() == cost.tolist()
    assert built["campaigns"]["budget"].sum() < cool_pool.annual_budget


def test_leads_sales_and_orders_are_the_same_in_all_exports(built):
    events, leads, orders = built["events"], built["leads"], built["orders"]
    of_event = dict(list(events.groupby("event")))
    assert set(of_event["lead"]["customer_id"]) == set(leads["customer_id"])
    assert set(of_event["lead"]["customer_id"]) <= set(
        of_event["information_request"]["customer_id"]
    )
    sold = of_event["sale"].set_index("customer_id")
    won = leads[leads["status"] == "Converted"].set_index("customer_id")
    assert set(sold.index) == set(won.index)
    assert (won["converted_at"] == sold.loc[won.index, "occurred_at"]).all()
    beamers = orders[(orders["product_id"] == "SB-100") & (orders["revenue"] > 0)]
    credited = beamers.dropna(subset="campaign_id").set_index("customer_id")
    assert set(credited.index) == set(sold.index)
    assert (credited["ordered_at"] == sold.loc[credited.index, "occurred_at"]).all()
    assert (credited["campaign_id"] == sold.loc[credited.index, "campaign_id"]).all()
    assert (credited["Sales Rep"] == won.loc[credited.index, "owner_id"]).all()
    assert (sold["revenue"] == 449.0).all()


def test_steps_of_leads_follow_each_other(cool_pool, built):
    leads = built["leads"]
    is_qualified = leads["qualified_at"].notna()
    assert (leads["qualified_at"] > leads["created_at"])[is_qualified].all()
    is_won = leads["converted_at"].notna()
    assert (leads["converted_at"] > leads["qualified_at"])[is_won].all()
    assert (is_qualified == (leads["status"] != "Disqualified")).all()
    answers = (built["events"]["event"] == "information_request").sum()
    n_pitched = leads["status"].isin(["Contacted", "Converted"]).sum()
    steps = {
        "lead rate": (len(leads), answers),
        "qualified rate": (is_qualified.sum(), len(leads)),
        "pitched rate": (n_pitched, is_qualified.sum()),
        "converted rate": (is_won.sum(), n_pitched),
    }
    for name, (hits, n) in steps.items():
        rate = fact(cool_pool, name)
        assert hits / n == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / n)), name


def test_returned_pieces_are_not_answered(built):
    events = built["events"]
    returned = events.loc[events["event"] == "bounced", "customer_id"]
    assert returned.nunique() == 1_500
    others = events[~events["event"].isin(["sent", "bounced"])]
    assert not others["customer_id"].isin(returned).any()


def test_orders_add_up(cool_pool, built):
    orders = built["orders"]
    price = built["products"].set_index("product_id")["unit_price"]
    np.testing.assert_allclose(
        orders["revenue"], price[orders["product_id"]].to_numpy() * orders["quantity"]
    )
    assert (orders["ordered_at"] <= cool_pool.as_of).all()
    back = orders[orders["revenue"] < 0]
    beamers = orders[(orders["product_id"] == "SB-100") & (orders["revenue"] > 0)]
    assert set(back["order_id"]) <= set(beamers["order_id"])
    n, rate = len(beamers), fact(cool_pool, "return rate")
    assert len(back) / n == pytest.approx(rate, abs=4 * np.sqrt(rate / n))
    skimmers = orders[orders["product_id"] == "HS-010"]
    n_attached = skimmers["order_id"].isin(beamers["order_id"]).sum()
    rate = fact(cool_pool, "attach rate of the hand skimmer")
    assert n_attached / n == pytest.approx(rate, abs=4 * np.sqrt(rate / n))


def test_buyers_are_called_a_month_later_and_asked_for_scores(cool_pool, built):
    calls = cool_pool.calls
    assert calls["call_id"].is_unique
    followed = calls[calls["reason"] == "follow-up"].set_index("customer_id")
    beamers = built["orders"].query("product_id == 'SB-100' and revenue > 0")
    bought = beamers.set_index("customer_id")["ordered_at"]
    due = bought + pd.DateOffset(months=1)
    due = due[due <= cool_pool.as_of]
    assert set(followed.index) == set(due.index)
    assert (followed["opened_at"].dt.normalize() == due[followed.index]).all()
    assert set(calls["customer_id"]) <= set(bought.index)
    inbound = calls[calls["direction"] == "inbound"]
    assert (inbound["answered_at"].isna() == inbound["abandoned_at"].notna()).all()
    assert followed["abandoned_at"].isna().all()
    answered = followed[followed["answered_at"].notna()]
    surveys = cool_pool.surveys
    assert set(surveys["customer_id"]) == set(answered.index)
    assert len(surveys) == 5 * len(answered)
    assert surveys["score"].between(1, 10).all()
    assert (surveys["response_id"].is_unique, set(surveys["scale_max"])) == (True, {10})


def test_visits_peak_after_the_launch_and_in_early_autumn(cool_pool):
    visits = cool_pool.visits.set_index("week")["n_visits"]
    assert (visits.index.day_of_week == 0).all()
    assert (visits.index.to_series().diff().dropna() == pd.Timedelta(days=7)).all()
    assert visits.index[-1] + pd.Timedelta(days=6) <= cool_pool.as_of
    launch = visits["2024-03-11":"2024-03-24"].mean() / visits["2024-02-19":"2024-03-04"].mean()
    assert 1.6 < launch < 2.5
    autumn = visits["2024-09-02":"2024-09-15"].mean() / visits["2024-08-12":"2024-08-26"].mean()
    assert 1.2 < autumn < 1.7
    # A year earlier nothing of the kind happened.
    earlier = visits["2023-03-13":"2023-03-26"].mean() / visits["2023-02-20":"2023-03-06"].mean()
    assert 0.8 < earlier < 1.3


def test_same_seed_same_exports_and_drawn_within_a_second():
    begin = time.process_time()
    first = simulate_cool_pool()
    seconds = time.process_time() - begin
    again, other = simulate_cool_pool(random_state=0), simulate_cool_pool(random_state=1)
    for name in (*RAW, "calls", "surveys", "visits", "facts"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))
    assert not first.events.equals(other.events)
    assert seconds < 3  # measured: 0.5; room for a machine that does other things


def test_impossible_seeds_are_refused():
    with pytest.raises(TypeError, match="random_state is a whole number"):
        simulate_cool_pool(random_state=None)
