"""Who responds more: counts by hand, edges, and faults."""

import numpy as np
import pandas as pd
import pytest

from custintel.campaigns import compare_response, email_kpis, response_table
from custintel.errors import SchemaError
from custintel.tables import add_columns


def events(*rows):
    table = pd.DataFrame(rows, columns=["campaign_id", "customer_id", "event"])
    return table.assign(occurred_at=pd.Timestamp("2024-05-02"))


MEDIA = pd.DataFrame(
    {"campaign_id": ["e1", "e2", "post", "press"], "medium": ["online", "online", "paper", None]}
)
LOG = events(
    *[("e1", who, "sent") for who in "abcd"],
    *[("e2", who, "sent") for who in "abx"],
    ("e2", "x", "bounced"),
    *[("post", who, "sent") for who in "abyz"],
    *[("press", who, "lead") for who in "uv"],
    ("e1", "a", "lead"),
    ("e2", "a", "sale"),
    ("e2", "x", "sale"),
    ("post", "a", "sale"),
    ("post", "a", "lead"),
    ("post", "y", "information_request"),
)


@pytest.fixture
def log():
    return add_columns(LOG, MEDIA, on="campaign_id", columns="medium")


def test_messages_and_contacts_are_counted(log):
    table = compare_response(log, by="medium", baseline="paper")
    assert table.index.tolist() == ["online", "(missing)"]
    online = table.loc["online"]
    # Ann got both e-mails and answered both; that to x bounced, whatever x did.
    told = ["n_contacts", "n_common", "n_delivered", "n_responded"]
    assert online[told].tolist() == [4, 2, 6, 2]
    assert online[["baseline_delivered", "baseline_responded"]].tolist() == [4, 2]
    assert online["difference"] == pytest.approx(2 / 6 - 2 / 4)
    assert online["ratio"] == pytest.approx(2 / 3)
    assert online["is_small"]


def test_nothing_delivered_leaves_nothing_to_compare(log):
    press = compare_response(log, by="medium", baseline="paper").loc["(missing)"]
    assert press[["n_delivered", "n_responded"]].tolist() == [0, 0]
    unknown = ["response_rate", "difference", "difference_low", "ratio", "ratio_high", "p", "q"]
    assert press[unknown].isna().all()
    assert press["baseline_rate"] == 0.5


@pytest.mark.parametrize("outcome", ["information_request", "lead", "sale"])
def test_rates_are_those_of_the_table_of_responses(log, outcome):
    known = log[log["medium"].notna()]
    table = compare_response(known, by="medium", baseline="paper", outcome=outcome)
    rates = response_table(known, by="medium").set_index(["outcome", "medium"])["response_rate"]
    assert table.loc["online", "response_rate"] == rates[outcome, "online"]
    assert table.loc["online", "baseline_rate"] == rates[outcome, "paper"]


def test_without_any_response_there_is_no_difference():
    log = events(*[(name, f"{name}{i}", "sent") for name in "ab" for i in range(30)])
    found = compare_response(log, by="campaign_id", baseline="b").loc["a"]
    assert found[["difference", "p", "q", "ratio_low"]].tolist() == [0.0, 1.0, 1.0, 0.0]
    assert np.isnan(found["ratio"])
    assert np.isinf(found["ratio_high"])
    assert 0.1 < found["difference_high"] < 0.2


def test_a_baseline_without_response_may_be_beaten_by_any_factor():
    log = events(
        *[(name, f"{name}{i}", "sent") for name in "ab" for i in range(30)],
        *[("a", f"a{i}", "lead") for i in range(12)],
    )
    found = compare_response(log, by="campaign_id", baseline="b").loc["a"]
    assert np.isinf(found[["ratio", "ratio_high"]].astype(float)).all()
    assert found["ratio_low"] > 1
    assert found["p"] < 0.001


def test_answers_of_one_contact_count_for_less_than_those_of_many():
    """Ten contacts who answer all of ten e-mails, or none, are ten answers, not a hundred."""
    sent = [(f"e{k}", f"c{i}", "sent") for k in range(10) for i in range(10)]
    paper = [("post", f"p{i}", "sent") for i in range(100)]
    some = [(f"e{k}", f"c{i}", "lead") for k in range(10) for i in range(4)]
    others = [("post", f"p{i}", "lead") for i in range(20)]
    media = {"post": "paper"} | {f"e{k}": "online" for k in range(10)}
    log = events(*sent, *paper, *some, *others)
    log["medium"] = log["campaign_id"].map(media)
    found = compare_response(log, by="medium", baseline="paper").loc["online"]
    width = found["response_rate_high"] - found["response_rate_low"]
    baseline = found["baseline_rate_high"] - found["baseline_rate_low"]
    assert found["response_rate"] == 0.4
    assert width > 3 * baseline
    assert found["p"] > 0.05
    assert found["is_small"]


@pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")
def test_the_baseline_may_be_a_flag_or_a_number(log):
    flagged = log.assign(is_paper=log["medium"] == "paper")
    table = compare_response(flagged, by="is_paper", baseline=True)
    assert table.index.tolist() == [False]
    assert email_kpis(flagged, by="is_paper").index.tolist() == [False, True]
    numbered = log.assign(wave=(log["medium"] == "paper").astype(float))
    assert compare_response(numbered, by="wave", baseline=1).index.tolist() == [0]


def test_faults_are_told(log):
    with pytest.raises(ValueError, match=r"baseline is one of .*got 'post', there are 'online'"):
        compare_response(log, by="medium", baseline="post")
    with pytest.raises(ValueError, match="got '\\(missing\\)'"):
        compare_response(log, by="medium", baseline="(missing)")
    with pytest.raises(ValueError, match="two values or more"):
        compare_response(log[log["medium"] == "paper"], by="medium", baseline="paper")
    with pytest.raises(ValueError, match="outcome is one of"):
        compare_response(log, by="medium", baseline="paper", outcome="clicked")
    with pytest.raises(SchemaError, match="lacks 'media'"):
        compare_response(log, by="media", baseline="paper")
    divided = log.assign(event_kind=log["event"])
    with pytest.raises(SchemaError, match="several values for one contact"):
        compare_response(divided, by="event_kind", baseline="sent")
