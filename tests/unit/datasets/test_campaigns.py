"""The simulated campaigns: their form, and every planted fact found again in their tables."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chisquare

from custintel.datasets import simulate_campaigns
from custintel.tables import (
    inspect_campaign_events,
    inspect_campaigns,
    inspect_customers,
    inspect_transactions,
)

START, END = pd.Timestamp("2024-01-01"), pd.Timestamp("2025-01-01")
TABLES = ("campaigns", "events", "customers", "transactions", "arms")
SERVICE = ("confirmation", "account_statement", "satisfaction_survey")


@pytest.fixture(scope="module")
def simulated():
    return simulate_campaigns(2500, random_state=20240229)


@pytest.fixture(scope="module")
def events(simulated):
    """The events with the type and channel of their campaign."""
    known = simulated.campaigns[["campaign_id", "campaign_type", "channel"]]
    return simulated.events.merge(known, on="campaign_id")


@pytest.fixture(scope="module")
def emails(events):
    """One row per contact and bulk e-mail: when it was sent, and what became of it."""
    bulk = events[(events["channel"] == "e-mail") & ~events["is_machine"]]
    bulk = bulk[~bulk["campaign_type"].isin(["confirmation", "birthday", "satisfaction_survey"])]
    keys = ["campaign_id", "campaign_type", "customer_id"]
    table = pd.crosstab([bulk[key] for key in keys], bulk["event"]).clip(upper=1).reset_index()
    sent = bulk.loc[bulk["event"] == "sent", ["campaign_id", "customer_id", "occurred_at"]]
    table = table.merge(sent, on=["campaign_id", "customer_id"])
    return table.assign(pressure=pressures(events, table)).astype({"campaign_type": "str"})


def pressures(events, table):
    """Count by definition the e-mails sent to each contact in the 30 days before each e-mail."""
    sent = events[(events["event"] == "sent") & (events["channel"] == "e-mail")]
    days = {
        customer: np.sort((at.dt.normalize() - START).dt.days.to_numpy())
        for customer, at in sent.groupby("customer_id")["occurred_at"]
    }
    day = (table["occurred_at"].dt.normalize() - START).dt.days
    return [
        int(np.searchsorted(days[customer], each) - np.searchsorted(days[customer], each - 30))
        for customer, each in zip(table["customer_id"], day, strict=True)
    ]


def assert_rate(hits, rate):
    """Check a share of independent trials: within four standard errors."""
    assert len(hits) >= 50
    error = np.sqrt(np.mean(rate) * (1 - np.mean(rate)) / len(hits))
    assert np.mean(hits) == pytest.approx(np.mean(rate), abs=4 * error)


def test_tables_are_canonical(simulated):
    builders = {
        "campaigns": inspect_campaigns,
        "events": inspect_campaign_events,
        "customers": inspect_customers,
        "transactions": inspect_transactions,
    }
    for name, inspect in builders.items():
        table = getattr(simulated, name)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            built = inspect(table)
        assert built.set_aside.empty
        pd.testing.assert_frame_equal(built.table, table)


def test_keys_are_unique_and_references_exist(simulated):
    assert simulated.campaigns["campaign_id"].is_unique
    assert simulated.events["event_id"].is_unique
    assert simulated.customers["customer_id"].is_unique
    assert simulated.transactions["order_id"].is_unique
    assert not simulated.arms.duplicated(["campaign_id", "customer_id"]).any()
    for table in (simulated.events, simulated.transactions, simulated.arms):
        assert table["customer_id"].isin(simulated.customers["customer_id"]).all()
        ids = table["campaign_id"].dropna()
        assert ids.isin(simulated.campaigns["campaign_id"]).all()
    orders = simulated.truth.incremental_orders
    assert orders["order_id"].isin(simulated.transactions["order_id"]).all()


def test_everything_happens_in_the_year(simulated):
    assert simulated.as_of == END - pd.Timedelta(days=1)
    assert simulated.events["occurred_at"].between(START, END, inclusive="left").all()
    assert simulated.transactions["ordered_at"].between(START, END, inclusive="left").all()
    assert (simulated.customers["created_at"] < START).all()
    assert set(simulated.campaigns["channel"]) == {"e-mail", "direct mail", "social"}
    types = simulated.truth.email_types["campaign_type"]
    assert set(types) <= set(simulated.campaigns["campaign_type"])
    assert len(types) == 9


def test_every_event_has_what_it_follows(simulated, events):
    keys = ["campaign_id", "customer_id"]
    first = events.pivot_table("occurred_at", keys, "event", aggfunc="min")
    channel = simulated.campaigns.set_index("campaign_id")["channel"]
    is_mailed = (channel.reindex(first.index.get_level_values(0)) == "e-mail").to_numpy()
    mailed = first[is_mailed]
    before = {
        "delivered": "sent",
        "bounced": "sent",
        "opened": "delivered",
        "clicked": "delivered",
        "unsubscribed": "opened",
        "complained": "opened",
        "information_request": "clicked",
        "lead": "clicked",
    }
    for event, cause in before.items():
        seen = mailed[mailed[event].notna()]
        assert len(seen) > 10
        assert (seen[cause] <= seen[event]).all(), event
    assert not events.loc[events["channel"] == "direct mail", "event"].isin(["delivered"]).any()


def test_what_is_sent_bounces_or_is_delivered(events):
    counts = events[events["channel"] == "e-mail"]["event"].value_counts()
    assert counts["sent"] == counts["delivered"] + counts["bounced"]


def test_addresses_bounce_at_the_planted_rates_and_are_not_used_again(simulated, events):
    sent = events[(events["event"] == "sent") & (events["channel"] == "e-mail")]
    spite = simulated.truth.contacted_in_spite
    n_fresh = len(sent) - (spite["rule"] == "hard_bounce").sum()
    bounced = events[(events["event"] == "bounced") & (events["channel"] == "e-mail")]
    for kind, rate in simulated.truth.bounce_rates.items():
        n = (bounced["bounce_type"] == kind).sum()
        n -= (spite["rule"] == "hard_bounce").sum() if kind == "hard" else 0
        # Refused and bounced addresses that are written to all the same bounce too: a few.
        assert n / n_fresh == pytest.approx(rate, abs=4 * np.sqrt(rate / n_fresh) + 2e-4)
    first = bounced[bounced["bounce_type"] == "hard"].groupby("customer_id")["occurred_at"].min()
    noted = simulated.customers.set_index("customer_id")["email_bounced_at"].dropna()
    pd.testing.assert_series_equal(
        noted.sort_index(), first.dt.normalize().sort_index(), check_names=False
    )


def test_open_rates_fall_with_what_was_sent_before(simulated, emails):
    delivered = emails[emails["delivered"] == 1]
    planted = simulated.truth.email_types.set_index("campaign_type")["open_rate"]
    rate = planted[delivered["campaign_type"]].to_numpy() * (
        simulated.truth.fatigue ** delivered["pressure"]
    )
    for name, rows in delivered.groupby("campaign_type"):
        assert_rate(rows["opened"], rate[rows.index])
        assert name in planted
    n_sent = delivered["pressure"].value_counts()
    often = n_sent.index[n_sent >= 400]
    assert {1, 2, 3, 4} <= set(often)
    for pressure in often:
        rows = delivered[delivered["pressure"] == pressure]
        assert_rate(rows["opened"], rate[rows.index])


def test_clicks_and_what_follows_have_the_planted_rates(simulated, emails):
    planted = simulated.truth.email_types.set_index("campaign_type")
    opened = emails[emails["opened"] == 1]
    # Late in the year, some of what follows falls into the next one.
    opened = opened[opened["occurred_at"] < END - pd.Timedelta(days=8)]
    for name, rows in opened.groupby("campaign_type"):
        assert_rate(rows["clicked"], planted.loc[name, "click_to_open_rate"])
    clicked = opened[opened["clicked"] == 1]
    enough = clicked["campaign_type"].value_counts().loc[lambda n: n >= 50].index
    assert len(enough) >= 4
    for name in enough:
        rows = clicked[clicked["campaign_type"] == name]
        for event in ("information_request", "lead"):
            assert_rate(rows[event], planted.loc[name, f"{event}_rate"])


def test_those_who_leave_do_so_at_the_planted_rates(simulated, emails):
    truth = simulated.truth
    marketing = emails[(emails["delivered"] == 1) & ~emails["campaign_type"].isin(SERVICE)]
    rate = truth.unsubscribe_rate + truth.unsubscribe_rate_per_send * marketing["pressure"]
    assert_rate(marketing["unsubscribed"], rate)
    assert_rate(marketing["complained"], truth.complaint_rate)
    left = emails[emails["campaign_type"].isin(SERVICE)]
    assert not left[["unsubscribed", "complained"]].to_numpy().any()
    reasons = simulated.events.loc[simulated.events["event"] == "unsubscribed", "reason"]
    shares = truth.reasons.fillna("none").set_index("reason")["probability"]
    counts = reasons.fillna("none").value_counts().reindex(shares.index, fill_value=0)
    assert shares.sum() == pytest.approx(1)
    assert chisquare(counts, shares * counts.sum()).pvalue > 1e-4
    assert shares.idxmax() == "not relevant"


def test_programs_open_and_click_at_the_planted_rates(simulated, events):
    by_mail = events[events["channel"] == "e-mail"]
    n_delivered = (by_mail["event"] == "delivered").sum()
    machine = by_mail.loc[by_mail["is_machine"], "event"].value_counts()
    clicks, rate = machine["clicked"] / n_delivered, simulated.truth.machine_click_rate
    assert clicks == pytest.approx(rate, abs=4 * np.sqrt(rate / n_delivered))
    # A contact's program opens all or nothing: the share varies with the contacts drawn.
    spread = 4 * np.sqrt(0.35 * 0.65 / len(simulated.customers))
    opens = machine["opened"] / n_delivered
    assert opens == pytest.approx(simulated.truth.machine_open_rate, abs=spread + 0.01)


def test_contacts_in_spite_of_a_refusal_are_those_of_the_truth(simulated, events):
    """Find them by definition: sent after the refusal, by the events alone."""
    by_mail = events[events["channel"] == "e-mail"]
    sent = by_mail[by_mail["event"] == "sent"]
    is_marketing = ~sent["campaign_type"].isin(SERVICE)
    kinds = {"unsubscribed": by_mail["event"] == "unsubscribed"}
    kinds["complained"] = by_mail["event"] == "complained"
    kinds["hard_bounce"] = by_mail["bounce_type"] == "hard"
    first = {
        name: sent["customer_id"].map(by_mail[rows].groupby("customer_id")["occurred_at"].min())
        for name, rows in kinds.items()
    }
    left = first["unsubscribed"].combine(first["complained"], min)
    left = left.fillna(first["unsubscribed"]).fillna(first["complained"])
    after_leaving = is_marketing & (left < sent["occurred_at"])
    after_bounce = first["hard_bounce"].dt.normalize() < sent["occurred_at"].dt.normalize()
    flag = simulated.customers.set_index("customer_id")["email_opt_out"]
    opted_out = flag[sent["customer_id"]].to_numpy(bool) & left.isna() & is_marketing
    found = sent[after_leaving | after_bounce | opted_out]
    truth = simulated.truth.contacted_in_spite
    pairs = [
        set(zip(table["campaign_id"], table["customer_id"], strict=True))
        for table in (found, truth)
    ]
    # One who unsubscribed although opted out before is known to the truth as the former.
    early = truth[truth["rule"] == "opt_out"]
    assert pairs[0] <= pairs[1]
    missing = pairs[1] - pairs[0]
    assert missing <= set(zip(early["campaign_id"], early["customer_id"], strict=True))
    assert len(missing) <= 0.05 * len(truth)
    assert set(truth["rule"]) == {"opt_out", "unsubscribed", "complained", "hard_bounce"}


def test_arms_are_given_in_the_planted_shares_and_the_control_gets_nothing(simulated):
    arms = simulated.arms
    assert (
        chisquare(
            arms["arm"].value_counts()[["control", "standard", "voucher"]],
            np.array([0.2, 0.4, 0.4]) * len(arms),
        ).pvalue
        > 1e-4
    )
    control = arms[arms["arm"] == "control"]
    pairs = control.merge(simulated.events, on=["campaign_id", "customer_id"])
    assert pairs.empty
    given = simulated.events.merge(arms, on=["campaign_id", "customer_id"])
    assert len(given) > 1000
    assert (given["arm_x"] == given["arm_y"]).all()
    assert simulated.events["arm"].notna().sum() == len(given)


def test_letters_and_vouchers_sell_at_the_planted_rates(simulated, events):
    truth = simulated.truth
    caused = events[events["event"] == "sale"].merge(
        simulated.transactions,
        left_on=["customer_id", "occurred_at", "campaign_id"],
        right_on=["customer_id", "ordered_at", "campaign_id"],
    )
    caused = caused[caused["order_id"].isin(truth.incremental_orders["order_id"])]
    letters = events[events["channel"] == "direct mail"]
    for arm in ("standard", "voucher"):
        one = letters[letters["arm"] == arm]
        n = (one["event"] == "sent").sum() - (one["event"] == "bounced").sum()
        rate = truth.sale_rates.query("channel == 'direct mail' and arm == @arm")["sale_rate"]
        n_sales = ((caused["channel_x"] == "direct mail") & (caused["arm"] == arm)).sum()
        rate = float(rate.iloc[0])
        assert n_sales / n == pytest.approx(rate, abs=4 * np.sqrt(rate / n))
    by_click = truth.sale_rates.query("channel == 'e-mail'").set_index("arm")["sale_rate"]
    assert by_click["voucher"] == 2 * by_click["standard"]
    offers = events[(events["campaign_type"] == "complementary_offer") & ~events["is_machine"]]
    for arm in ("standard", "voucher"):
        clicked = offers[(offers["event"] == "clicked") & (offers["arm"] == arm)]
        n = len(clicked.drop_duplicates(["campaign_id", "customer_id"]))
        of_arm = (caused["campaign_type"] == "complementary_offer") & (caused["arm"] == arm)
        expected = n * by_click[arm]
        assert of_arm.sum() == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_expected_sales_are_those_drawn_within_chance(simulated):
    table = simulated.truth.incremental_sales
    assert table["n_sales"].sum() == len(simulated.truth.incremental_orders)
    by_arm = table.fillna({"arm": "none"}).groupby("arm")[["n_expected", "n_sales"]].sum()
    spread = 4 * np.sqrt(by_arm["n_expected"])
    assert ((by_arm["n_sales"] - by_arm["n_expected"]).abs() <= spread).all()
    assert (by_arm.loc["control"] == 0).all()
    large = table[table["n_expected"] >= 5]
    z = (large["n_sales"] - large["n_expected"]) / np.sqrt(large["n_expected"])
    assert len(large) > 5
    assert z.abs().max() < 4.5


def test_sales_are_the_credited_purchases(simulated):
    sales = simulated.events[simulated.events["event"] == "sale"]
    credited = simulated.transactions.dropna(subset="campaign_id")
    pairs = sales.merge(
        credited,
        left_on=["campaign_id", "customer_id", "occurred_at", "revenue"],
        right_on=["campaign_id", "customer_id", "ordered_at", "revenue"],
    )
    assert len(pairs) == len(sales) == len(credited)
    # Credit is given for more than campaigns cause.
    assert len(credited) > 1.2 * len(simulated.truth.incremental_orders)
    margin = 1 - simulated.transactions["cost"].sum() / simulated.transactions["revenue"].sum()
    assert margin == pytest.approx(simulated.truth.margin_rate, abs=1e-4)


def test_credit_goes_to_the_campaign_last_clicked_on(simulated, events):
    """Of the purchases that no campaign caused: by definition, one customer after the other."""
    clicks = events[(events["event"] == "clicked") & ~events["is_machine"]]
    first = clicks.drop_duplicates(["campaign_id", "customer_id"])
    of_customer = dict(list(first.groupby("customer_id")))
    caused = simulated.truth.incremental_orders["order_id"]
    own = simulated.transactions[~simulated.transactions["order_id"].isin(caused)]
    days = pd.Timedelta(days=simulated.truth.attribution_days)
    n_checked = 0
    for row in own.head(900).itertuples():
        rows = of_customer.get(row.customer_id)
        if rows is None:
            assert pd.isna(row.campaign_id)
            continue
        late = rows[rows["occurred_at"].between(row.ordered_at - days, row.ordered_at)]
        once = rows["campaign_type"].isin(["confirmation", "satisfaction_survey"])
        if once.any():  # clicked on more than once in one campaign, perhaps
            continue
        expected = late.iloc[-1]["campaign_id"] if len(late) else None
        assert (row.campaign_id == expected) or (expected is None and pd.isna(row.campaign_id))
        n_checked += 1
    assert n_checked > 50


def test_costs_follow_from_what_was_sent(simulated):
    sent = simulated.events[simulated.events["event"] == "sent"].groupby("campaign_id").size()
    table = simulated.campaigns.set_index("campaign_id")
    n = sent.reindex(table.index, fill_value=0)
    fixed = table["channel"].map({"e-mail": 250.0, "direct mail": 1200.0, "social": 2500.0})
    unit = table["channel"].map({"e-mail": 0.02, "direct mail": 1.10, "social": 0.0})
    np.testing.assert_allclose(table["cost"], fixed + n * unit)
    assert (table["budget"] >= table["cost"]).all()
    assert (table["ends_at"] >= table["starts_at"]).all()


def test_same_seed_same_tables():
    first, again = (simulate_campaigns(40, random_state=7) for _ in range(2))
    other = simulate_campaigns(40, random_state=8)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))
    assert not first.events.equals(other.events)
    drawn = [simulate_campaigns(40, random_state=np.random.default_rng(7)) for _ in range(2)]
    pd.testing.assert_frame_equal(drawn[0].events, drawn[1].events)


@pytest.mark.parametrize("seed", range(4))
def test_one_customer_is_enough(seed):
    simulated = simulate_campaigns(1, random_state=seed)
    assert simulated.customers["customer_id"].tolist() == ["C000001"]
    assert len(simulated.campaigns) == 69


@pytest.mark.parametrize(
    ("n", "error", "message"),
    [
        (0, ValueError, "n_customers is 1 or more: got 0"),
        (2.5, TypeError, "n_customers is a whole number: got 2.5"),
        ("9", TypeError, "n_customers is a whole number: got '9'"),
    ],
)
def test_impossible_numbers_of_customers_are_refused(n, error, message):
    with pytest.raises(error, match=message):
        simulate_campaigns(n, random_state=1)


@pytest.mark.parametrize(("seed", "error"), [(None, TypeError), (1.5, TypeError), (-1, ValueError)])
def test_impossible_seeds_are_refused(seed, error):
    with pytest.raises(error, match="random_state is a whole number from 0, or a numpy"):
        simulate_campaigns(1, random_state=seed)
