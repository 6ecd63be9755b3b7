"""Rates of e-mail against SQL written by itself, on the events of a simulated year."""

import duckdb
import pandas as pd
import pytest

from custintel.campaigns import consent_check, email_kpis, fatigue_curve, marketing_events
from custintel.datasets import simulate_campaigns
from custintel.tables import add_columns

# One row per contact and campaign; mailings by post have no deliveries of their own.
KPIS = """
with told as (
    select campaign_id, bool_or(event = 'delivered') as tells from events group by 1
), flagged as (
    select *, event in ('opened', 'clicked') and is_machine is not distinct from true as by_machine
    from events
), message as (
    select campaign_id, customer_id,
        count(*) filter (event in ('sent', 'bounced', 'delivered')) > 0 as sent,
        count(*) filter (event = 'delivered') > 0 as arrived,
        count(*) filter (event = 'sent') > 0 and count(*) filter (event = 'bounced') = 0 as quiet,
        count(*) filter (event = 'bounced' and bounce_type = 'hard') > 0 as hard,
        count(*) filter (event in ('opened', 'clicked') and not by_machine) > 0 as opened,
        count(*) filter (event = 'clicked' and not by_machine) > 0 as clicked,
        count(*) filter (event = 'sale') > 0 as bought,
        count(*) filter (event = 'unsubscribed') > 0 as gone
    from flagged group by 1, 2
), settled as (
    select *, case when tells then arrived else quiet end as delivered
    from message join told using (campaign_id)
)
select campaign_id,
    count(*) filter (sent) as n_sent,
    count(*) filter (delivered) as n_delivered,
    count(*) filter (hard and not delivered) as n_hard_bounced,
    count(*) filter (opened and delivered) as n_opened,
    count(*) filter (clicked and delivered) as n_clicked,
    count(*) filter (bought and delivered) as n_converted,
    count(*) filter (gone and delivered) as n_unsubscribed
from settled group by 1 order by 1
"""

# A join of every pair of a contact's sendings, which the library does without.
FATIGUE = """
with sent as (
    select campaign_id, customer_id, occurred_at::date as day from events where event = 'sent'
), message as (
    select campaign_id, customer_id, min(day) as day from sent group by 1, 2
)
select least(n_before, 4) as n_before, count(*) as n_sent from (
    select m.campaign_id, m.customer_id, count(s.day) as n_before
    from message m left join sent s
        on s.customer_id = m.customer_id and s.day < m.day and s.day >= m.day - 30
    group by 1, 2
) group by 1 order by 1
"""


@pytest.fixture(scope="module")
def simulated():
    return simulate_campaigns(300, random_state=11)


def asked(query, events):
    connection = duckdb.connect()
    connection.register("events", events)
    return connection.sql(query).df()


@pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")
def test_counts_equal_those_of_sql(simulated):
    expected = asked(KPIS, simulated.events).set_index("campaign_id").astype("int64")
    found = email_kpis(simulated.events)[list(expected)]
    assert expected["n_opened"].sum() > 1000
    pd.testing.assert_frame_equal(found, expected, check_index_type=False, check_column_type=False)


@pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")
def test_sendings_before_equal_those_of_a_join_of_all_pairs(simulated):
    expected = asked(FATIGUE, simulated.events.query("event == 'sent'")).set_index("n_before")
    found = fatigue_curve(simulated.events.query("event == 'sent'"), most=4)
    assert found["n_sent"].to_dict() == expected["n_sent"].to_dict()


def test_planted_sendings_after_an_unsubscription_or_a_complaint_are_found(simulated):
    events = add_columns(
        simulated.events,
        simulated.campaigns,
        on="campaign_id",
        columns=["channel", "campaign_type"],
    )
    of_email = marketing_events(events[events["channel"] == "e-mail"])
    found = consent_check(of_email, simulated.customers).sendings
    planted = simulated.truth.contacted_in_spite
    for rule, name in (("unsubscribed", "after_unsubscription"), ("complained", "after_complaint")):
        expected = planted.loc[planted["rule"] == rule, ["campaign_id", "customer_id"]]
        against = found.loc[found["rule"] == name, ["campaign_id", "customer_id"]]
        assert set(map(tuple, expected.to_numpy())) <= set(map(tuple, against.to_numpy()))
    assert (planted["rule"] == "unsubscribed").sum() >= 3
