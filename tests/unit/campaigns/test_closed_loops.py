"""One campaign followed by hand from its sending to the scores of its buyers."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t
from statsmodels.stats.proportion import proportion_confint

from custintel.campaigns import CustomerRecords, closed_loop
from custintel.errors import SchemaError, WeakResultWarning

AS_OF = "2024-06-30"
CAMPAIGNS = pd.DataFrame({"campaign_id": ["mail", "ads"], "cost": [100.0, 40.0]})


def at(*days):
    return pd.to_datetime(list(days), format="ISO8601")


@pytest.fixture
def records():
    events = pd.DataFrame(
        [("mail", f"c{i}", "sent", "2024-03-01") for i in range(10)]
        + [("mail", "c0", "bounced", "2024-03-02"), ("mail", "c9", "bounced", "2024-03-02")]
        + [("mail", f"c{i}", "information_request", "2024-03-05") for i in (1, 2, 3, 4)]
        + [("mail", "c1", "lead", "2024-03-06"), ("ads", "x1", "information_request", "2024-03-07")]
        + [("ghost", "c1", "sent", "2024-03-01"), ("mail", "c5", "lead", "2024-07-01")],
        columns=["campaign_id", "customer_id", "event", "occurred_at"],
    )
    leads = pd.DataFrame(
        {
            "lead_id": ["l1", "l2", "l3", "l4", "l5", "l6"],
            "campaign_id": ["mail", "mail", "mail", "ads", None, "mail"],
            "customer_id": ["c1", "c2", "c2", None, "c3", "c4"],
            "created_at": at(*["2024-03-06"] * 5, "2024-07-02"),
        }
    )
    transactions = pd.DataFrame(
        [
            ("c1", "o1", "2024-03-10", 200.0, 120.0, "mail"),
            ("c1", "o2", "2024-04-10", -50.0, -30.0, "mail"),
            ("c2", "o1", "2024-03-20", 300.0, 180.0, "mail"),
            ("c1", "o3", "2024-05-01", 100.0, 60.0, "ads"),
            ("c7", "o1", "2024-03-20", 999.0, 10.0, None),
        ],
        columns=["customer_id", "order_id", "ordered_at", "revenue", "cost", "campaign_id"],
    ).assign(ordered_at=lambda table: pd.to_datetime(table["ordered_at"]))
    calls = pd.DataFrame(
        {
            "customer_id": ["c1", "c1", "c2", "c7", None, "c1"],
            "opened_at": at(
                "2024-04-11",
                "2024-03-09",
                "2024-03-20 08:00",
                "2024-04-01",
                "2024-04-01",
                "2024-05-02",
            ),
        }
    )
    surveys = pd.DataFrame(
        {
            "customer_id": ["c1", "c1", "c2", "c2", "c7"],
            "answered_at": at(*["2024-04-11"] * 5),
            "score": [8, 6, 9, np.nan, 1],
        }
    )
    return CustomerRecords(
        events=events.assign(occurred_at=pd.to_datetime(events["occurred_at"])),
        leads=leads,
        transactions=transactions,
        calls=calls,
        surveys=surveys,
    )


def test_every_step_is_as_counted_by_hand(records):
    row = closed_loop(CAMPAIGNS, records, as_of=AS_OF).table.loc["mail"]
    counted = {
        "n_sent": 10,
        "n_delivered": 8,
        "n_responses": 4,
        "n_leads": 2,
        "n_buyers": 2,
        "n_sales": 2,
        "n_called": 2,
        "n_surveyed": 2,
        "revenue": 450.0,
        "margin": 180.0,
        "profit": 80.0,
        "romi": 0.8,
        "response_rate": 0.5,
        "lead_rate": 0.5,
        "buyer_rate": 1.0,
        "mean_score": 8.0,
    }
    assert row[list(counted)].to_dict() == pytest.approx(counted)


def test_intervals_are_wilsons_and_students(records):
    row = closed_loop(CAMPAIGNS, records, as_of=AS_OF, level=0.9).table.loc["mail"]
    low, high = proportion_confint(4, 8, alpha=0.1, method="wilson")
    assert (row["response_rate_low"], row["response_rate_high"]) == pytest.approx((low, high))
    # The two customers' means are 7 and 9.
    assert row["mean_score_high"] == pytest.approx(8 + t.ppf(0.95, 1) * 1.0)


def test_calls_belong_to_the_last_purchase_before_them(records):
    table = closed_loop(CAMPAIGNS, records, as_of=AS_OF).table
    assert table["n_called"].tolist() == [2.0, 1.0]


def test_whatever_is_not_linked_is_counted_with_the_reason(records):
    links = closed_loop(CAMPAIGNS, records, as_of=AS_OF).links
    found = {(record, outcome): n for record, outcome, n in links.to_numpy()}
    assert found == {
        ("events", "linked"): 18,
        ("events", "campaign not in the table"): 1,
        ("leads", "linked"): 4,
        ("leads", "no campaign"): 1,
        ("transactions", "linked"): 4,
        ("transactions", "no campaign"): 1,
        ("calls", "linked"): 3,
        ("calls", "bought for no campaign before"): 2,
        ("calls", "no customer"): 1,
        ("surveys", "linked"): 3,
        ("surveys", "bought for no campaign before"): 1,
        ("surveys", "no score"): 1,
    }


def test_a_step_larger_than_the_one_before_has_no_rate(records):
    row = closed_loop(CAMPAIGNS, records, as_of=AS_OF).table.loc["ads"]
    assert np.isnan(row["response_rate"])  # nobody was written to
    assert row["lead_rate"] == 1.0


def test_events_stand_in_for_leads_and_sales(records):
    events = pd.concat(
        [
            records.events,
            pd.DataFrame(
                {
                    "campaign_id": ["mail"],
                    "customer_id": ["c1"],
                    "event": ["sale"],
                    "occurred_at": at("2024-03-10"),
                }
            ),
        ]
    ).assign(revenue=lambda table: np.where(table["event"] == "sale", 400.0, np.nan))
    loop = closed_loop(CAMPAIGNS, CustomerRecords(events=events), as_of=AS_OF, margin_rate=0.5)
    row = loop.table.loc["mail"]
    assert (row["n_leads"], row["n_buyers"], row["romi"]) == (1.0, 1.0, 1.0)
    assert np.isnan(row["n_called"])
    assert np.isnan(row["mean_score"])
    assert set(loop.links["record"]) == {"events"}


def test_a_campaign_without_a_cost_is_told(records):
    with pytest.warns(WeakResultWarning, match="1 campaign has no cost.*'mail'"):
        table = closed_loop(CAMPAIGNS.assign(cost=[None, 40.0]), records, as_of=AS_OF).table
    assert np.isnan(table.loc["mail", "romi"])


def test_without_events_there_is_no_loop():
    with pytest.raises(ValueError, match="needs the events"):
        closed_loop(CAMPAIGNS, CustomerRecords(), as_of=AS_OF)


def test_scores_are_numbers(records):
    surveys = records.surveys.assign(score=["good"] + ["8"] * 4)
    wrong = CustomerRecords(
        events=records.events, transactions=records.transactions, surveys=surveys
    )
    with pytest.raises(SchemaError, match=r"'score'.*good"):
        closed_loop(CAMPAIGNS, wrong, as_of=AS_OF)


def test_a_survey_belongs_to_the_campaign_last_bought_for_even_if_bought_for_before():
    transactions = pd.DataFrame(
        {
            "customer_id": "c1",
            "order_id": ["o1", "o2", "o3"],
            "ordered_at": at("2024-03-10", "2024-03-15", "2024-03-20"),
            "revenue": 10.0,
            "campaign_id": ["mail", "ads", "mail"],
        }
    )
    events = pd.DataFrame(
        {
            "campaign_id": ["mail"],
            "customer_id": ["c1"],
            "event": ["sent"],
            "occurred_at": at("2024-03-01"),
        }
    )
    surveys = pd.DataFrame(
        {
            "customer_id": "c1",
            "answered_at": at("2024-03-16", "2024-03-22"),
            "score": [4.0, 9.0],
        }
    )
    records = CustomerRecords(events=events, transactions=transactions, surveys=surveys)
    table = closed_loop(CAMPAIGNS, records, as_of=AS_OF, margin_rate=0.5).table
    assert table["mean_score"].to_dict() == {"mail": 9.0, "ads": 4.0}
    assert table["n_buyers"].to_dict() == {"mail": 1.0, "ads": 1.0}
