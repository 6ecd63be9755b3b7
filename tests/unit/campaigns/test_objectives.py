"""Campaigns measured by what they are for: the figures of the other tables, and no others."""

import numpy as np
import pandas as pd
import pytest

from custintel.campaigns import cost_per_result, email_kpis, objective_kpis, response_table
from custintel.datasets import simulate_campaigns
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning

RATES = {
    "open_rate": "open_rate",
    "ctr": "ctr",
    "ctor": "ctor",
    "unsubscribe_rate": "unsubscribe_rate",
    "complaint_rate": "complaint_rate",
    "conversion_rate": "conversion_rate",
}
COSTS = ["cpm", "cost_per_lead", "cost_per_sale"]


@pytest.fixture(scope="module")
def simulated():
    return simulate_campaigns(100, random_state=4)


@pytest.fixture(scope="module")
def mailings(simulated):
    return simulated.campaigns[simulated.campaigns["channel"] == "e-mail"]


@pytest.fixture(scope="module")
def events(simulated, mailings):
    return simulated.events[simulated.events["campaign_id"].isin(mailings["campaign_id"])]


@pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")
def test_figures_are_those_of_the_other_tables(mailings, events):
    table = objective_kpis(mailings, events).set_index(["kpi", "campaign_id"])
    assert set(table["objective"]) == {"awareness", "prospects", "loyalty", "sales"}
    kpis, costs = email_kpis(events), cost_per_result(mailings, events)
    for name, theirs in RATES.items():
        found = table.loc[name, ["value", "value_low", "value_high"]]
        expected = kpis.loc[found.index, [theirs, f"{theirs}_low", f"{theirs}_high"]]
        np.testing.assert_array_equal(found, expected)
    for name in COSTS:
        found = table.loc[name, "value"]
        pd.testing.assert_series_equal(found, costs.loc[found.index, name], check_names=False)
    leads = response_table(events).query("outcome == 'lead'").set_index("campaign_id")
    found = table.loc["lead_rate"]
    assert found["value"].tolist() == leads.loc[found.index, "response_rate"].tolist()
    assert (found["n"] / found["n_of"]).tolist() == found["value"].tolist()
    sold = response_table(events).query("outcome == 'sale'").set_index("campaign_id")["revenue"]
    found = table.loc["revenue", "value"]
    assert found.tolist() == pytest.approx(sold[found.index].tolist())


CAMPAIGNS = pd.DataFrame(
    {
        "campaign_id": ["a", "b", "c", "d"],
        "campaign_name": ["Anna", None, "Carl", "Dora"],
        "objective": ["Fidélisation", "  LEAD generation ", "profit", None],
        "cost": [None, 20.0, 1.0, 1.0],
        "n_addresses": [5.0, 4.0, 1.0, 1.0],
    }
)
LOG = pd.DataFrame(
    {
        "campaign_id": ["a", "a", "b", "a"],
        "customer_id": ["x", "y", "x", "x"],
        "event": ["sent", "sent", "sent", "opened"],
        "occurred_at": pd.Timestamp("2024-05-02"),
    }
)


def test_words_are_known_and_others_are_left_out_with_a_count():
    left = r"2 campaigns are left out, .*: 'c: profit', 'd: (nan|None)'"
    with (
        pytest.warns(SetAsideWarning, match=left) as caught,
        pytest.warns(WeakResultWarning, match="1 campaign has no cost"),
    ):
        table = objective_kpis(CAMPAIGNS, LOG)
    assert {each.filename for each in caught} == {__file__}
    assert table["objective"].unique().tolist() == ["loyalty", "prospects"]
    assert table["campaign_name"].unique().tolist() == ["Anna", "b"]
    told = table.set_index(["campaign_id", "kpi"])["value"]
    assert told["b", "cost_per_address"] == 5.0
    assert pd.isna(told["b", "cost_per_lead"])
    assert told["a", "ctor"] == 0.0
    better = table.set_index("kpi")["better"]
    assert (better["unsubscribe_rate"], better["ctor"]) == ("lower", "higher")


def test_a_campaign_without_events_reached_nobody():
    one = CAMPAIGNS.iloc[[1]].assign(campaign_id="z")
    with pytest.warns(SetAsideWarning, match="name 2 campaigns"):
        table = objective_kpis(one, LOG).set_index("kpi")
    assert table.loc["n_reached", "value"] == 0
    assert table.loc[["request_rate", "lead_rate"], "value"].isna().all()


def test_faults_are_told():
    with pytest.raises(SchemaError, match=r"known objective: got 'profit'\. There are 'awareness'"):
        objective_kpis(CAMPAIGNS.iloc[2:], LOG[:0])
    with pytest.raises(SchemaError, match="lacks 'objective'"):
        objective_kpis(CAMPAIGNS.drop(columns="objective"), LOG)
    with pytest.raises(ValueError, match="level"):
        objective_kpis(CAMPAIGNS, LOG, level=0)
