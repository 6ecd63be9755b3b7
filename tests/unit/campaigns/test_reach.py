"""How much of a target was reached, by hand."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from custintel.campaigns import email_kpis, target_reach
from custintel.errors import SchemaError

LOG = pd.DataFrame(
    [
        *[("may", who, "sent", None) for who in ("ann", "bob", "cyd", "dan", "eve")],
        ("may", "bob", "bounced", None),
        ("may", "ann", "clicked", None),
        ("may", "cyd", "opened", True),
        ("may", "dan", "opened", None),
        *[("june", who, "sent", None) for who in ("ann", "cyd", "fay")],
        ("june", "fay", "opened", None),
        ("press", "gus", "lead", None),
    ],
    columns=["campaign_id", "customer_id", "event", "is_machine"],
).assign(occurred_at=pd.Timestamp("2024-05-02"))
TARGET = pd.DataFrame({"customer_id": ["ann", "bob", "cyd", "zoe", "zoe"]})
COUNTS = ["n_target", "n_sent", "n_reached", "n_opened", "n_clicked", "n_exposures", "n_outside"]


def test_customers_of_the_target_and_beside_it_are_counted():
    table = target_reach(LOG, TARGET)
    assert table[COUNTS].loc["may"].tolist() == [4, 3, 2, 1, 1, 2, 2]
    assert table[COUNTS].loc["june"].tolist() == [4, 2, 2, 0, 0, 2, 1]
    assert table[COUNTS].loc["press"].tolist() == [4, 0, 0, 0, 0, 0, 0]
    assert table["reach"].tolist() == [0.5, 0.5, 0.0]
    assert table["outside_share"].tolist()[:2] == [1 / 3, 0.5]
    unknown = ["opened_share", "clicked_share_low", "exposures_per_head", "outside_share"]
    assert table.loc["press", unknown].isna().all()
    assert table.index.tolist() == ["june", "may", "press"]


def test_together_each_customer_counts_once_and_exposures_add_up():
    total = target_reach(LOG, TARGET, by=None).loc["total"]
    assert total[COUNTS].tolist() == [4, 3, 2, 1, 1, 4, 3]
    assert total["exposures_per_head"] == 2.0
    assert total["gross_rating_points"] == 100.0
    ends = total[["opened_share_low", "opened_share_high"]].tolist()
    assert ends == pytest.approx(proportion_confint(1, 2, method="wilson"))


def test_a_target_of_everybody_has_no_outside_and_the_counts_of_the_e_mails():
    log = LOG[LOG["campaign_id"] != "press"]
    everybody = pd.DataFrame({"customer_id": log["customer_id"]})
    table, kpis = target_reach(log, everybody), email_kpis(log)
    pairs = {"n_sent": "n_sent", "n_reached": "n_delivered", "n_opened": "n_opened"}
    for ours, theirs in pairs.items():
        assert table[ours].tolist() == kpis[theirs].tolist()
    assert table["n_outside"].tolist() == [0, 0]


def test_ids_may_be_the_index_or_numbers():
    indexed = pd.DataFrame({"score": range(5)}, index=pd.Index(TARGET["customer_id"]))
    pd.testing.assert_frame_equal(target_reach(LOG, indexed), target_reach(LOG, TARGET))
    numbered = LOG.assign(customer_id=LOG["customer_id"].map(hash).abs() % 97)
    target = numbered[["customer_id"]].iloc[:2].astype(float)
    assert target_reach(numbered, target).loc["may", "n_target"] == 2


def test_no_event_reaches_nobody():
    assert target_reach(LOG.iloc[:0], TARGET).empty


def test_faults_are_told():
    with pytest.raises(ValueError, match="The target has no customer"):
        target_reach(LOG, TARGET.iloc[:0])
    with pytest.raises(SchemaError, match="'target' lacks 'customer_id'"):
        target_reach(LOG, TARGET.rename(columns={"customer_id": "name"}))
    with pytest.raises(SchemaError, match="'target' has"):
        target_reach(LOG, pd.DataFrame({"customer_id": ["ann", None]}))
    with pytest.raises(SchemaError, match="several values for one contact"):
        target_reach(LOG, TARGET, by="event")
    with pytest.raises(ValueError, match="level"):
        target_reach(LOG, TARGET, level=np.nan)
