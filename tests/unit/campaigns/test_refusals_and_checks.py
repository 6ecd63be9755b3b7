"""Consent, list growth, engagement, and what does not add up, on logs made by hand."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from custintel.campaigns import (
    campaign_funnel,
    check_events,
    consent_check,
    contact_log,
    email_kpis,
    email_types,
    engagement_ladder,
    engagement_stages,
    list_growth,
    marketing_events,
    pressure_distribution,
    response_table,
    unsubscribe_reasons,
)
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning


def log(*rows, **more):
    """Return events from rows of campaign, contact, event, instant."""
    columns = ["campaign_id", "customer_id", "event", "occurred_at"]
    table = pd.DataFrame(list(rows), columns=columns).assign(**more)
    return table.assign(occurred_at=pd.to_datetime(table["occurred_at"], format="ISO8601"))


@pytest.fixture
def refused():
    return log(
        ("m1", "ann", "sent", "2024-03-01"),
        ("m1", "ann", "unsubscribed", "2024-03-02"),
        ("m2", "ann", "sent", "2024-03-02"),
        ("m3", "ann", "sent", "2024-04-01"),
        ("m1", "bob", "sent", "2024-03-01"),
        ("m1", "bob", "bounced", "2024-03-01 00:01"),
        ("m2", "bob", "sent", "2024-03-05"),
        ("m1", "cleo", "sent", "2024-03-01"),
        ("m1", "cleo", "bounced", "2024-03-01 00:01"),
        ("m2", "cleo", "sent", "2024-03-05"),
        ("m1", "dan", "sent", "2024-03-01"),
        ("m1", "dan", "complained", "2024-03-01 10:00"),
        ("m2", "dan", "sent", "2024-03-05"),
        ("m2", "eve", "sent", "2024-03-05"),
    ).assign(bounce_type=[None] * 5 + ["hard", None, None, "soft"] + [None] * 5)


def test_sendings_after_each_refusal_are_found(refused):
    customers = pd.DataFrame(
        {
            "customer_id": ["ann", "eve", "cleo", "dan"],
            "email_opt_out": pd.array([True, True, False, None], dtype="boolean"),
            "email_bounced_at": pd.to_datetime([None, None, "2024-03-04", None]),
        }
    )
    check = consent_check(refused, customers)
    found = check.sendings[["customer_id", "campaign_id", "rule"]].to_numpy().tolist()
    # A sending at the very instant of the refusal is not after it. Ann's opt-out is the
    # unsubscription of the log; Cleo's soft bounce is none, but the table dates a hard one.
    assert found == [
        ["ann", "m3", "after_unsubscription"],
        ["bob", "m2", "after_hard_bounce"],
        ["cleo", "m2", "after_hard_bounce"],
        ["dan", "m2", "after_complaint"],
        ["eve", "m2", "opted_out"],
    ]
    assert check.table["n_sendings"].to_list() == [1, 1, 2, 1]
    assert check.sendings["since"].isna().to_list() == [False] * 4 + [True]
    alone = consent_check(refused)
    assert alone.table["n_sendings"].to_list() == [0, 1, 1, 1]


@pytest.mark.parametrize(
    ("n", "verdict"), [(0, "fine"), (9, "fine"), (10, "high"), (29, "high"), (30, "too high")]
)
def test_the_complaint_rate_is_judged_by_the_two_marks(n, verdict):
    rows = [("m1", f"c{i}", "sent", "2024-03-01") for i in range(10_000)]
    rows += [("m1", f"c{i}", "complained", "2024-03-02") for i in range(n)]
    check = consent_check(log(*rows), level=0.9)
    low, high = proportion_confint(n, 10_000, alpha=0.1, method="wilson")
    assert (check.n_complained, check.n_delivered, check.verdict) == (n, 10_000, verdict)
    bounds = [check.complaint_rate_low, check.complaint_rate_high]
    assert bounds == pytest.approx([low, high], abs=1e-12)


def test_without_a_delivery_the_complaint_rate_is_unknown():
    check = consent_check(log(("m1", "ann", "clicked", "2024-03-01")))
    assert check.verdict == "unknown"
    assert np.isnan(check.complaint_rate)
    assert check.table["n_sendings"].to_list() == [0, 0, 0, 0]


def test_what_does_not_add_up_is_found_and_had_back():
    events = log(
        ("m1", "ann", "sent", "2024-03-01 10:00"),
        ("m1", "ann", "opened", "2024-03-01 09:00"),
        ("m1", "bob", "sent", "2024-03-01 10:00"),
        ("m1", "bob", "bounced", "2024-03-01 10:01"),
        ("m1", "bob", "opened", "2024-03-02"),
        ("m1", "cleo", "clicked", "2024-03-02"),
        ("m1", "cleo", "clicked", "2024-03-02"),
        ("social", "dan", "lead", "2024-03-02"),
        ("m1", "ann", "sale", "2024-06-02"),
    ).assign(revenue=[None] * 8 + [-5.0])
    checks = check_events(
        events,
        campaigns=pd.DataFrame({"campaign_id": ["m1"]}),
        customers=pd.DataFrame({"customer_id": ["ann", "bob", "cleo"]}),
        as_of="2024-05-31",
    )
    assert checks.n_events == len(events)
    assert checks.table["n_events"].to_dict() == {
        "before_send": 1,
        "without_sending": 2,
        "without_delivery": 1,
        "click_without_open": 2,
        "repeated": 1,
        "negative_revenue": 1,
        "after_as_of": 1,
        "unknown_contact": 1,
        "unknown_campaign": 1,
    }
    assert checks.table.loc["without_delivery", "examples"] == "'bob @ m1'"
    sums = checks.found.groupby("check")["n_events"].sum()
    assert sums.to_dict() == checks.table["n_events"].to_dict()
    unknown = checks.found[checks.found["check"] == "unknown_campaign"].iloc[0]
    assert unknown["campaign_id"] == "social"
    assert pd.isna(unknown["customer_id"])
    # What is not counted is missing, and not none.
    assert pd.isna(checks.table.loc["unknown_campaign", "n_contacts"])
    assert pd.isna(checks.table.loc["unknown_contact", "n_campaigns"])
    assert checks.table.loc["unknown_contact", "n_contacts"] == 1


def test_a_sent_row_says_when_a_message_was_sent_whatever_other_clocks_say():
    events = log(
        ("m1", "ann", "sent", "2024-03-02 00:30"),
        ("m1", "ann", "delivered", "2024-03-01 23:30"),
        ("m1", "bob", "delivered", "2024-03-01 23:30"),
        ("m1", "bob", "bounced", "2024-03-01 22:30"),
    )
    sent_at = contact_log(events).set_index("customer_id")["sent_at"]
    assert sent_at.to_dict() == {
        "ann": pd.Timestamp("2024-03-02 00:30"),
        "bob": pd.Timestamp("2024-03-01 22:30"),
    }
    assert email_kpis(events, by="hour").index.to_list() == [0, 22]
    checks = check_events(events)
    early = checks.found[checks.found["check"] == "before_send"]
    assert early[["customer_id", "event"]].to_numpy().tolist() == [["ann", "delivered"]]


@pytest.mark.parametrize("by", ["row", "place", "level_0", "index", "group"])
def test_groups_may_have_any_name_that_no_column_of_the_result_has(by):
    events = log(*[("m1", who, "sent", "2024-03-01") for who in "abc"], **{by: ["y", "x", "x"]})
    funnel = campaign_funnel(events, by=by)
    assert funnel[by].to_list() == ["x"] * 7 + ["y"] * 7
    assert funnel["n_contacts"].to_list() == [2, 2, *[0] * 5, 1, 1, *[0] * 5]
    assert response_table(events, by=by)[by].to_list() == ["x"] * 3 + ["y"] * 3


@pytest.mark.parametrize(
    ("measure", "by"),
    [
        (campaign_funnel, "stage"),
        (campaign_funnel, "n_contacts"),
        (response_table, "outcome"),
        (response_table, "revenue"),
        (unsubscribe_reasons, "reason"),
        (unsubscribe_reasons, "n_contacts"),
    ],
)
def test_groups_of_the_name_of_another_column_are_refused(measure, by):
    rows = [("m1", "a", event, "2024-03-01") for event in ("sent", "unsubscribed")]
    events = log(*rows, **{"reason": "dull", by: 1.0})
    with pytest.raises(SchemaError, match=f"The result has a column '{by}' of its own"):
        measure(events, by=by)


def test_a_list_of_nobody_and_a_contact_with_two_rows():
    events = log(("m1", "a", "unsubscribed", "2024-02-01"))
    customers = pd.DataFrame({"customer_id": ["a", "a"], "created_at": pd.Timestamp("2024-01-05")})
    assert list_growth(events, customers.iloc[:0], as_of="2024-03-31").empty
    assert list_growth(events, customers.iloc[:1], as_of="2023-03-31").empty
    with pytest.raises(SchemaError, match="1 customer_id of 'customers' comes more than once"):
        list_growth(events, customers, as_of="2024-03-31")


def test_a_clean_log_has_nothing_to_find():
    checks = check_events(log(("m1", "ann", "sent", "2024-03-01")))
    assert checks.table["n_events"].sum() == 0
    assert checks.found.empty
    assert "unknown_contact" not in checks.table.index


def test_the_list_adds_up_from_period_to_period():
    customers = pd.DataFrame(
        {
            "customer_id": list("abcdefg"),
            "created_at": pd.to_datetime(["2024-01-05"] * 4 + ["2024-03-10", None, "2024-06-01"]),
            "email": ["x"] * 3 + [None] + ["x"] * 3,
            "email_opt_out": pd.array([False, True] + [None] * 5, dtype="boolean"),
        }
    )
    events = log(
        ("m1", "a", "unsubscribed", "2024-02-01"),
        ("m1", "a", "complained", "2024-02-01"),
        ("m1", "c", "bounced", "2024-01-20"),
        ("m2", "c", "bounced", "2024-02-20"),
        # Earlier than the row of the contact: joined, and left at once.
        ("m1", "e", "unsubscribed", "2024-02-20"),
        ("m1", "z", "unsubscribed", "2024-02-20"),
    ).assign(bounce_type=[None, None, "soft", "hard", None, None])
    with pytest.warns(SetAsideWarning, match="2 contacts are left out of the list.*'b', 'f'"):
        growth = list_growth(events, customers, as_of="2024-03-31")
    assert growth.index.astype(str).to_list() == ["2024-01", "2024-02", "2024-03"]
    assert growth["n_start"].to_list() == [0, 2, 0]
    assert growth["n_new"].to_list() == [2, 0, 1]
    assert growth["n_complained"].to_list() == [0, 1, 0]
    assert growth["n_hard_bounced"].to_list() == [0, 1, 0]
    assert growth["n_unsubscribed"].to_list() == [0, 0, 1]
    assert growth["n_end"].to_list() == [2, 0, 0]
    assert growth["removal_rate"].to_list()[1] == 1.0
    left = growth[["n_unsubscribed", "n_hard_bounced", "n_complained"]].sum(axis=1)
    assert (growth["n_start"] + growth["n_new"] - left == growth["n_end"]).all()


def test_stages_are_the_highest_reached_and_the_ladder_counts_who_came_as_far():
    events = log(
        *[("m1", who, "sent", "2024-03-01") for who in "abcdef"],
        ("m1", "b", "clicked", "2024-03-02"),
        ("m1", "c", "lead", "2024-03-02"),
        ("m1", "d", "sale", "2024-03-02"),
        ("m1", "e", "sale", "2024-03-02"),
        ("m2", "e", "sale", "2024-03-09"),
        ("m1", "f", "clicked", "2024-03-02"),
        ("m1", "a", "clicked", "2025-03-02"),
    ).assign(is_machine=[False] * 11 + [True, False])
    stages = engagement_stages(events, as_of="2024-12-31")
    assert "".join(stages.index) == "abcdef"
    assert stages["stage"].to_list() == [
        *("contacted", "clicked", "form", "purchase", "repeat", "contacted"),
    ]
    ladder = engagement_ladder(stages)
    assert ladder["n_reached"].to_list() == [6, 4, 3, 2, 1]
    assert ladder["conversion"].iloc[1:].to_list() == pytest.approx([4 / 6, 3 / 4, 2 / 3, 1 / 2])
    low, high = proportion_confint(3, 4, method="wilson")
    assert ladder.loc["form", "conversion_low"] == pytest.approx(low)
    assert ladder.loc["form", "conversion_high"] == pytest.approx(high)
    orders = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b"],
            "ordered_at": pd.Timestamp("2024-03-03"),
            "revenue": [5.0, 5.0, 7.0, -5.0],
            "order_id": ["1", "1", "2", "3"],
        }
    )
    of_orders = engagement_stages(events, orders, as_of="2024-12-31")
    # Two lines of one order are one purchase, a refund is none, and sales are not looked at.
    assert of_orders["n_purchases"].to_dict() == {**dict.fromkeys("bcdef", 0), "a": 2}
    assert of_orders.loc["a", "stage"] == "repeat"


def test_reasons_are_shares_of_those_who_unsubscribed():
    events = log(
        ("m1", "a", "unsubscribed", "2024-03-01"),
        ("m1", "a", "unsubscribed", "2024-03-02"),
        ("m2", "a", "unsubscribed", "2024-03-03"),
        ("m1", "b", "unsubscribed", "2024-03-01"),
        ("m1", "b", "sent", "2024-02-01"),
    ).assign(reason=["many", "dull", "many", None, "many"])
    table = unsubscribe_reasons(events)
    assert table["reason"].to_list() == ["(missing)", "dull", "many"]
    assert table["n_contacts"].to_list() == [1, 1, 1]
    assert table["n_unsubscribed"].to_list() == [2, 2, 2]
    by_campaign = unsubscribe_reasons(events, by="campaign_id")
    assert by_campaign["n_unsubscribed"].to_list() == [2, 2, 2, 1]


def test_the_distribution_of_pressure_counts_everybody_once():
    pressure = pd.DataFrame({"n_sent": [4, 0, 1, 1, 6]})
    table = pressure_distribution(pressure.assign(is_above=pressure["n_sent"] > 3))
    assert table.index.to_list() == [0, 1, 2, 3, 4, 5, 6]
    assert table["n_contacts"].to_list() == [1, 2, 0, 0, 1, 0, 1]
    assert table["share_or_more"].to_list() == pytest.approx([1, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2])
    assert table["is_above"].to_list() == [False] * 4 + [True] * 3
    nobody = pressure_distribution(pressure.iloc[:0].assign(is_above=False))
    assert nobody.empty


def test_nine_types_of_which_three_are_no_marketing():
    kinds = email_types()
    assert len(kinds) == 9
    assert kinds["is_marketing"].sum() == 6
    events = pd.DataFrame({"campaign_type": [*kinds.index, None, "other"]})
    kept = marketing_events(events)["campaign_type"]
    assert len(kept) == 8
    assert set(kept.dropna()) - {"other"} == set(kinds.index[kinds["is_marketing"]])
    with pytest.raises(SchemaError, match="campaign_type"):
        marketing_events(events.drop(columns="campaign_type"))


def test_rates_of_the_hour_are_those_of_the_sending():
    events = log(
        ("m1", "a", "sent", "2024-03-04 09:30"),
        ("m1", "a", "opened", "2024-03-05 22:00"),
        ("m1", "b", "sent", "2024-03-09 14:00"),
        ("m2", "c", "delivered", "2024-03-10 14:00"),
    )
    by_hour, by_day = (email_kpis(events, by=by) for by in ("hour", "weekday"))
    assert by_hour["n_delivered"].to_dict() == {9: 1, 14: 2}
    assert by_hour["n_opened"].to_dict() == {9: 1, 14: 0}
    assert by_day["n_sent"].to_dict() == {1: 1, 6: 1, 7: 1}
    own = email_kpis(events.assign(hour="morning"), by="hour")
    assert own.index.to_list() == ["morning"]


def test_bad_input_is_refused_in_words():
    events = log(("m1", "a", "sent", "2024-03-01"))
    with pytest.raises(SchemaError, match="1 word of the column 'event' is none of the ten"):
        email_kpis(events.assign(event="Sent!"))
    with pytest.raises(SchemaError, match="lacks 'arm'"):
        email_kpis(events, by="arm")
    with pytest.raises(TypeError, match="by is the name of a column"):
        email_kpis(events, by=["campaign_id"])
    with pytest.raises(ValueError, match="unsubscribe_base is one of 'sent', 'delivered'"):
        email_kpis(events, unsubscribe_base="opened")
    with pytest.raises(SchemaError, match="'is_machine' of 'campaign_events' holds String"):
        email_kpis(events.assign(is_machine="no"))
    links = log(*[("m1", "a", "clicked", "2024-03-01")] * 2, link=["x", "y"])
    with pytest.raises(SchemaError, match=r"use custintel\.campaigns\.link_clicks"):
        email_kpis(links, by="link")
    with pytest.warns(WeakResultWarning, match="1 contact of a campaign opened, clicked"):
        email_kpis(log(("m1", "a", "clicked", "2024-03-01")))


def test_an_empty_log_gives_empty_tables():
    empty = log(("m1", "a", "sent", "2024-03-01")).iloc[:0]
    table = email_kpis(empty)
    assert table.empty
    assert set(email_kpis(log(("m1", "a", "sent", "2024-03-01")))) == set(table)
