"""Rates of campaigns equal their definitions, counted by loops, whatever the log of events."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from custintel.campaigns import (
    campaign_funnel,
    contact_log,
    contact_pressure,
    email_kpis,
    fatigue_curve,
    link_clicks,
    response_table,
)
from custintel.schemas.event_words import EVENTS

START = pd.Timestamp("2024-01-01")
HOUR = pd.Timedelta(hours=1)
# Sendings are most of a log; what bounced and was opened all the same is in it too.
KINDS = [*EVENTS, "sent", "sent", "delivered", "opened", "clicked"]
event = st.tuples(
    st.sampled_from(["m1", "m2", "m3"]),
    st.sampled_from("abcde"),
    st.sampled_from(KINDS),
    st.integers(0, 24 * 40),
    st.sampled_from([True, False, None]),
    st.sampled_from(["hard", "soft", None]),
    st.sampled_from(["shop", "terms", None]),
)
logs = st.lists(event, min_size=1, max_size=60)
COLUMNS = ["campaign_id", "customer_id", "event", "hour", "is_machine", "bounce_type", "link"]

# What came of messages that were not delivered is counted, and warned of.
pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")


def frame(log):
    table = pd.DataFrame(log, columns=COLUMNS).astype(
        {"is_machine": "boolean", "bounce_type": object, "link": object}
    )
    at = START + pd.to_timedelta(table.pop("hour"), unit="h")
    return table.assign(occurred_at=at, revenue=np.where(table["event"] == "sale", 10.0, np.nan))


def new_message():
    return {"hours": [], "sent_hours": [], "opens": 0, "machine_opens": 0}


def hour_of_sending(one):
    """Return the hour of the first ``sent`` row, or else of what proves a sending."""
    return min(one["sent_hours"] or one["hours"])


def by_hand(log):
    """Return what became of each contact of each campaign, read event by event."""
    with_deliveries = {row[0] for row in log if row[2] == "delivered"}
    found = {}
    for campaign, contact, kind, hour, machine, bounce, _link in log:
        one = found.setdefault((campaign, contact), new_message())
        by_machine = machine is True and kind in {"opened", "clicked"}
        one[f"machine_{kind}" if by_machine else kind] = True
        if kind == "opened":
            one["machine_opens" if by_machine else "opens"] += 1
        if kind == "bounced" and bounce:
            one[bounce] = True
        if kind in {"sent", "bounced", "delivered"}:
            one["hours"].append(hour)
        if kind == "sent":
            one["sent_hours"].append(hour)
    for (campaign, _contact), one in found.items():
        silent = campaign not in with_deliveries and "sent" in one and "bounced" not in one
        one["is_delivered"] = "delivered" in one or silent
        one["is_sent"] = bool(one["hours"])
        one["is_bounced"] = "bounced" in one and not one["is_delivered"]
        one["is_opened"] = "opened" in one or "clicked" in one
        touched = "machine_opened" in one or "machine_clicked" in one
        one["by_machine"] = touched and not one["is_opened"]
        one["clicked_by_machine"] = "machine_clicked" in one and "clicked" not in one
    return found


def expected_counts(messages):
    reached = [one for one in messages if one["is_delivered"]]
    late = {"information_request", "lead", "sale", "unsubscribed", "complained"}
    bounced = [one for one in messages if one["is_bounced"]]
    return {
        "n_sent": sum(one["is_sent"] for one in messages),
        "n_bounced": len(bounced),
        "n_hard_bounced": sum("hard" in one for one in bounced),
        "n_soft_bounced": sum("soft" in one and "hard" not in one for one in bounced),
        "n_delivered": len(reached),
        "n_opened": sum(one["is_opened"] for one in reached),
        "n_machine_opened": sum(one["by_machine"] for one in reached),
        "n_clicked": sum("clicked" in one for one in reached),
        "n_machine_clicked": sum(one["clicked_by_machine"] for one in reached),
        "n_unsubscribed": sum("unsubscribed" in one for one in reached),
        "n_complained": sum("complained" in one for one in reached),
        "n_converted": sum("sale" in one for one in reached),
        "n_elsewhere": sum(
            bool(one["is_opened"] or one["by_machine"] or late & set(one))
            for one in messages
            if not one["is_delivered"]
        ),
        "opens": sum(one["opens"] for one in messages),
    }


@settings(max_examples=8)
@given(logs)
def test_counts_equal_those_of_loops(log):
    found = by_hand(log)
    table = email_kpis(frame(log))
    assert table.index.to_list() == sorted({campaign for campaign, _contact in found})
    for campaign, row in table.iterrows():
        expected = expected_counts([one for key, one in found.items() if key[0] == campaign])
        assert row[list(expected)].astype(int).to_dict() == expected
    whole = email_kpis(frame(log), by=None)
    counts = [name for name in table if name.startswith("n_") or name in {"opens", "clicks"}]
    assert whole.loc["total", counts].to_dict() == table[counts].sum().to_dict()


@settings(max_examples=4)
@given(logs, st.sampled_from(["apart", "counted"]), st.sampled_from(["delivered", "clicked"]))
def test_rates_are_their_counts_with_wilsons_interval(log, machine, base):
    table = email_kpis(frame(log), machine=machine, conversion_base=base, level=0.9)
    rates = {
        "delivery_rate": ("n_delivered", "n_sent"),
        "bounce_rate": ("n_bounced", "n_sent"),
        "open_rate": ("n_opened", "n_delivered"),
        "ctr": ("n_clicked", "n_delivered"),
        "ctor": ("n_clicked", "n_opened"),
        "unsubscribe_rate": ("n_unsubscribed", "n_sent"),
        "complaint_rate": ("n_complained", "n_delivered"),
        "conversion_rate": ("n_converted", f"n_{base}"),
    }
    for name, (part, whole) in rates.items():
        for _group, row in table.iterrows():
            if row[whole] == 0:
                assert np.isnan(row[name])
                continue
            low, high = proportion_confint(row[part], row[whole], alpha=0.1, method="wilson")
            assert row[name] == row[part] / row[whole]
            assert row[[f"{name}_low", f"{name}_high"]].to_list() == pytest.approx([low, high])


@settings(max_examples=4)
@given(logs)
def test_machines_counted_add_those_set_apart(log):
    apart, counted = (email_kpis(frame(log), machine=how) for how in ("apart", "counted"))
    for name in ("opened", "clicked"):
        both = apart[f"n_{name}"] + apart[f"n_machine_{name}"]
        assert (counted[f"n_{name}"] == both).all()
    assert (counted["opens"] == apart["opens"] + apart["machine_opens"]).all()


@settings(max_examples=4)
@given(logs)
def test_total_opens_are_a_mean_with_its_standard_error(log):
    reached = [one["opens"] for one in by_hand(log).values() if one["is_delivered"]]
    row = email_kpis(frame(log), by=None, opens="total").loc["total"]
    if not reached:
        assert np.isnan(row["open_rate"])
        return
    assert row["open_rate"] == pytest.approx(np.mean(reached))
    if len(reached) > 1:
        half = 1.959964 * np.std(reached, ddof=1) / np.sqrt(len(reached))
        assert row["open_rate_high"] - row["open_rate"] == pytest.approx(half, abs=1e-6)


@settings(max_examples=4)
@given(logs)
def test_stages_of_the_funnel_are_parts_of_one_another(log):
    funnel = campaign_funnel(frame(log), by=None).set_index("stage")
    n = funnel["n_contacts"]
    assert n["sent"] >= n["delivered"] >= n["opened"] >= n["clicked"]
    assert (funnel["n_from_previous"] <= n).all()
    shares = funnel.filter(like="share_").to_numpy()
    assert ((shares >= 0) & (shares <= 1) | np.isnan(shares)).all()
    reached = [one for one in by_hand(log).values() if one["is_delivered"]]
    asked = sum("information_request" in one and "clicked" in one for one in reached)
    assert funnel.loc["information_request", "n_from_previous"] == asked
    assert n["lead"] == sum("lead" in one for one in reached)


@settings(max_examples=4)
@given(logs, st.randoms())
def test_order_of_events_and_their_repetition_change_no_rate(log, random):
    table = email_kpis(frame(log))
    rates = [name for name in table if "rate" in name or name.startswith("n_")]
    again = email_kpis(frame(random.sample(log, len(log)) + log))
    pd.testing.assert_frame_equal(table[rates], again[rates])


@settings(max_examples=4)
@given(logs)
def test_links_equal_those_of_loops(log):
    found = by_hand(log)
    table = link_clicks(frame(log))
    clicked = {}
    for campaign, contact, kind, _hour, machine, _bounce, link in log:
        if kind == "clicked":
            who = clicked.setdefault((campaign, link or "(missing)"), [])
            who.append((contact, machine is True))
    assert set(map(tuple, table[["campaign_id", "link"]].to_numpy())) == set(clicked)
    for row in table.itertuples():
        who = clicked[row.campaign_id, row.link]
        people = {contact for contact, machine in who if not machine}
        reached = {c for c in people if found[row.campaign_id, c]["is_delivered"]}
        assert (row.n_clicked, row.clicks) == (len(reached), sum(not m for _c, m in who))
        assert row.machine_clicks == sum(m for _c, m in who)


@settings(max_examples=4)
@given(logs)
def test_the_log_of_contacts_adds_up_to_the_figures(log):
    table, kpis = contact_log(frame(log)), email_kpis(frame(log), by=None).loc["total"]
    assert table["is_sent"].sum() == kpis["n_sent"]
    reached = table[table["is_delivered"]]
    assert len(reached) == kpis["n_delivered"]
    assert reached["is_opened"].sum() == kpis["n_opened"]
    assert reached["is_clicked"].sum() == kpis["n_clicked"]
    assert table["n_opens"].sum() == kpis["opens"]
    for (campaign, contact), one in by_hand(log).items():
        row = table[(table["campaign_id"] == campaign) & (table["customer_id"] == contact)].iloc[0]
        expected = START + hour_of_sending(one) * HOUR if one["hours"] else pd.NaT
        assert row["sent_at"] == expected or (pd.isna(row["sent_at"]) and pd.isna(expected))


@settings(max_examples=4)
@given(logs)
def test_responses_count_everybody_and_every_sale(log):
    table = response_table(frame(log), by=None).set_index("outcome")
    found = by_hand(log)
    for outcome, row in table.iterrows():
        assert row["n_contacts"] == sum(outcome in one for one in found.values())
        assert row["n_events"] == sum(kind == outcome for _m, _c, kind, *_rest in log)
    n_sales = sum(row[2] == "sale" for row in log)
    assert table.loc["sale", "revenue"] == 10.0 * n_sales


def sendings_by_hand(log):
    """Return contact and hour of each sending; without ``sent``, what proves one."""
    telling = {row[0] for row in log if row[2] == "sent"}
    proofs = {"sent"}, {"delivered", "bounced"}
    return [
        (contact, hour, campaign)
        for campaign, contact, kind, hour, *_rest in log
        if kind in proofs[campaign not in telling]
    ]


@settings(max_examples=4)
@given(logs, st.integers(1, 12))
def test_the_fatigue_curve_counts_sendings_of_the_days_before(log, n_days):
    sent = sendings_by_hand(log)
    counts = {}
    for (_campaign, contact), one in by_hand(log).items():
        if not one["hours"]:
            continue
        day = hour_of_sending(one) // 24
        n = sum(who == contact and day - n_days <= at // 24 < day for who, at, _campaign in sent)
        row = counts.setdefault(min(n, 3), [0, 0, 0])
        row[0] += 1
        row[1] += one["is_delivered"]
        row[2] += one["is_delivered"] and one["is_opened"]
    curve = fatigue_curve(frame(log), window=f"{n_days}D", most=3)
    columns = ["n_sent", "n_delivered", "n_opened"]
    assert {n: curve.loc[n, columns].to_list() for n in curve.index} == counts


@settings(max_examples=4)
@given(logs, st.integers(0, 40), st.integers(1, 20))
def test_pressure_counts_the_sendings_of_the_window(log, last, n_days):
    table = contact_pressure(
        frame(log), as_of=START + pd.Timedelta(days=last), window=f"{n_days}D", most=2
    )
    seen = [each for each in sendings_by_hand(log) if each[1] // 24 <= last]
    assert set(table.index) == {contact for contact, _hour, _campaign in seen}
    for contact, row in table.iterrows():
        own = [each for each in seen if each[0] == contact]
        inside = [each for each in own if each[1] // 24 > last - n_days]
        assert row["n_sent"] == len(inside)
        assert row["n_campaigns"] == len({campaign for _who, _hour, campaign in inside})
        assert row["days_since_last"] == last - max(hour // 24 for _who, hour, _m in own)
        assert row["is_above"] == (len(inside) > 2)
