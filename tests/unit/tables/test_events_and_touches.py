"""Campaign events and touches: words of exports, rows set aside, ids, currency."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest

from custintel._frames import lazy, to_pandas
from custintel.errors import MixedCurrencyError, ReadError, SchemaError, SetAsideWarning
from custintel.tables import (
    build_campaign_events,
    build_touches,
    inspect_campaign_events,
    inspect_touches,
)

DAY = "2024-03-31"


def events_of(words, **columns):
    base = {"campaign_id": "c", "customer_id": "a", "occurred_at": DAY}
    return pd.DataFrame({"event": words} | base | columns)


def problems(built):
    assert built.n_rows == len(built.table) + len(built.set_aside)
    return built.set_aside[["line", "column", "value", "reason"]].values.tolist()


@pytest.mark.parametrize(
    ("words", "event"),
    [
        (["sent", "SENT", "envoyé", "Envoi"], "sent"),
        (["delivered", "Délivré", "remis"], "delivered"),
        (["bounce", "BOUNCED", "rebond", "NPAI"], "bounced"),
        (["open", "Opens", "ouverture", "Ouvert", "first-opening"], "opened"),
        (["click", "clic", "CLICKED", "cliqué"], "clicked"),
        (["information_request", "Demande d'information", "Responded"], "information_request"),
        (["lead", "Piste"], "lead"),
        (["sale", "Vente", "achat", "Order"], "sale"),
        (["unsub", "opt-out", "Désinscription", "Désabonné"], "unsubscribed"),
        (["spam complaint", "plainte", "SPAMREPORT", "abuse"], "complained"),
    ],
)
def test_words_of_exports_become_the_ten_events(words, event):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = build_campaign_events(events_of(words))
    assert table["event"].tolist() == [event] * len(words)
    assert table.columns.tolist() == ["campaign_id", "customer_id", "event", "occurred_at"]


def test_words_that_are_not_known_are_set_aside_and_counted():
    raw = events_of(["open", "deferred", None, "<b>open</b>", "n/a"])
    built = inspect_campaign_events(raw)
    assert problems(built) == [
        [1, "event", "deferred", "not a known event"],
        [2, "event", None, "missing"],
        [3, "event", "<b>open</b>", "not a known event"],
        [4, "event", "n/a", "not a known event"],
    ]
    told = r"4 of 5 rows of 'campaign_events'.*3 not a known"
    with pytest.warns(SetAsideWarning, match=told) as caught:
        build_campaign_events(raw)
    assert [each.filename for each in caught] == [__file__]


def test_words_say_what_kind_of_bounce_it_was():
    table = build_campaign_events(events_of(["Hard bounce", "soft_bounce", "bounce", "open"]))
    assert table["event"].tolist() == ["bounced"] * 3 + ["opened"]
    assert table["bounce_type"].fillna("").tolist() == ["hard", "soft", "", ""]


def test_a_column_says_what_kind_of_bounce_it_was():
    raw = events_of(
        ["bounce"] * 6, **{"Bounce type": ["Hard", "mou", "Undetermined", "?!", "", "x"]}
    )
    built = inspect_campaign_events(raw)
    # A mark without letters says nothing; a word that is not known might say anything.
    assert problems(built) == [[5, "Bounce type", "x", "neither a hard nor a soft bounce"]]
    assert built.table["bounce_type"].fillna("").tolist() == ["hard", "soft", "", "", ""]
    mixed = events_of(["hard bounce", "hard bounce"], bounce_type=["soft", None])
    assert build_campaign_events(mixed)["bounce_type"].tolist() == ["soft", "hard"]
    others = events_of(["sent", "bounce"], bounce_type=["hard", "hard"])
    assert build_campaign_events(others)["bounce_type"].fillna("").tolist() == ["", "hard"]


def test_programs_that_open_are_told_apart():
    table = build_campaign_events(events_of(["open", "Proxy open", "bot click"]))
    assert table["event"].tolist() == ["opened", "opened", "clicked"]
    assert table["is_machine"].tolist() == [False, True, True]
    flags = events_of(["open", "machine open", "open"], **{"Apple MPP": ["yes", None, None]})
    table = build_campaign_events(flags)
    assert table["is_machine"].isna().tolist() == [False, False, True]
    assert table["is_machine"].tolist()[:2] == [True, True]
    unreadable = inspect_campaign_events(events_of(["open"], is_machine=["perhaps"]))
    assert problems(unreadable) == [[0, "is_machine", "perhaps", "neither yes nor no"]]


def test_rows_without_what_is_required_are_set_aside():
    raw = pd.DataFrame(
        {
            "campaign_id": ["c", None, "c", "c", "c", "c"],
            "customer_id": ["a", "a", "", "a", "a", "a"],
            "event": ["sale"] * 6,
            "occurred_at": [DAY, DAY, DAY, "soon", "1969-12-31", "2024-04-01 00:00"],
            "revenue": ["5", "5", "5", "5", "5", "5"],
        }
    )
    assert problems(inspect_campaign_events(raw, exported_on=DAY)) == [
        [1, "campaign_id", None, "missing"],
        [2, "customer_id", "", "missing"],
        [3, "occurred_at", "soon", "not a date"],
        [4, "occurred_at", "1969-12-31", "before 1970-01-01"],
        [5, "occurred_at", "2024-04-01", "after 2024-03-31"],
    ]
    bad = raw.assign(campaign_id="c", customer_id="a", occurred_at=DAY)
    bad["revenue"] = ["0", "-1", "1e16", "", "x", None]
    built = inspect_campaign_events(bad)
    assert [row[3] for row in problems(built)] == [
        "below zero",
        "beyond 1,000,000,000,000,000",
        "not a number",
    ]
    assert built.table["revenue"].fillna(-9).tolist() == [0.0, -9.0, -9.0]


@pytest.mark.parametrize(
    ("inspect", "key", "columns"),
    [
        (inspect_campaign_events, "event_id", {"event": "open", "campaign_id": "c"}),
        (inspect_touches, "touch_id", {"channel": "search"}),
    ],
)
def test_repeated_ids_are_refused_and_identical_rows_kept(inspect, key, columns):
    base = {"customer_id": ["a"] * 5, "occurred_at": DAY}
    raw = pd.DataFrame(base | columns)
    built = inspect(raw)
    assert (built.n_identical, built.n_repeated, len(built.table)) == (4, 0, 5)
    assert key not in built.table
    numbered = pd.DataFrame(base | columns | {key: ["1", "2", "1", None, None]})
    built = inspect(numbered)
    assert problems(built) == [[2, key, "1", "repeated id"]]
    assert (built.n_identical, built.n_repeated) == (1, 1)
    assert built.table[key].isna().tolist() == [False, False, True, True]


def test_the_currency_is_that_of_the_sales():
    raw = events_of(["open", "sale"], revenue=[None, "12,50 €"])
    built = inspect_campaign_events(raw)
    assert built.currency == "EUR"
    assert built.table["currency"].tolist() == ["EUR", "EUR"]
    raw = events_of(["open", "sale"], revenue=[None, 12.5], currency=[None, "CHF"])
    assert inspect_campaign_events(raw).currency == "CHF"
    raw = events_of(["sale", "sale"], revenue=[1, 12.5], currency=[None, "CHF"])
    with pytest.raises(SchemaError, match="of 'campaign_events' have no currency"):
        build_campaign_events(raw)
    assert inspect_campaign_events(raw, currency="CHF").currency == "CHF"
    with pytest.raises(MixedCurrencyError, match="'EUR' was given"):
        build_campaign_events(raw, currency="EUR")
    assert inspect_campaign_events(events_of(["open"])).currency is None


@pytest.mark.parametrize(
    ("build", "name", "column"),
    [
        (build_campaign_events, "campaign_events", "campaign_id"),
        (build_touches, "touches", "channel"),
    ],
)
def test_what_cannot_be_built_is_an_error(build, name, column):
    with pytest.raises(SchemaError, match=rf"Table '{name}' lacks '{column}'.*build_{name}\(raw"):
        build(pd.DataFrame({"customer_id": ["a"], "occurred_at": [DAY], "event": ["open"]}))
    with pytest.raises(TypeError, match="raw is a pandas DataFrame"):
        build(pl.DataFrame({"customer_id": ["a"]}))
    whole = {"customer_id": ["a"], "occurred_at": [DAY], "event": ["open"], column: ["x"]}
    with pytest.raises(SchemaError, match=f"nothing to build '{name}' from"):
        build(pd.DataFrame(whole).iloc[:0])
    with pytest.raises(SchemaError, match="The only row of the data cannot be used"):
        build(pd.DataFrame(whole | {"occurred_at": ["1960-01-01"]}))
    with pytest.raises(ReadError, match="timezone="):
        build(pd.DataFrame(whole | {"occurred_at": ["2024-03-31T10:00:00Z"]}))
    with pytest.raises(ValueError, match="exported_on is a date"):
        build(pd.DataFrame(whole), exported_on="today")


def test_touches_of_web_analytics():
    raw = pd.DataFrame(
        {
            "User pseudo ID": ["u1", "u1", "u2", "u3"],
            "Default channel group": ["Paid Search", "Email", None, "Direct"],
            "Event timestamp": ["2024-03-30T22:30:00Z"] * 4,
            "Cost (USD)": ["1.20", "", "0.4", "-0.4"],
            "Device": ["mobile"] * 4,
        }
    )
    built = inspect_touches(raw, timezone="Europe/Paris")
    assert built.currency == "USD"
    assert built.table.columns.tolist() == [
        *("customer_id", "channel", "occurred_at", "cost", "currency", "Device"),
    ]
    assert built.table["occurred_at"].tolist() == [pd.Timestamp("2024-03-30 23:30")] * 2
    assert problems(built) == [
        [2, "Default channel group", None, "missing"],
        [3, "Cost (USD)", "-0.4", "below zero"],
    ]


def test_two_ids_of_a_contact_are_refused_with_the_way_out():
    raw = events_of(["open"]).drop(columns="customer_id")
    raw = raw.assign(ContactId="003", LeadOrContactId="00Q")
    with pytest.raises(SchemaError, match="'ContactId', 'LeadOrContactId' all stand for"):
        build_campaign_events(raw)
    table = build_campaign_events(raw, columns={"LeadOrContactId": "customer_id"})
    assert table["customer_id"].tolist() == ["00Q"]
    assert table["ContactId"].tolist() == ["003"]


def test_the_input_stays_as_it_is_and_lines_of_files_are_told():
    raw = events_of(["open", "unheard of"]).set_axis(pd.Index([2, 3], name="line"))
    before = raw.copy(deep=True)
    assert problems(inspect_campaign_events(raw)) == [
        [3, "event", "unheard of", "not a known event"]
    ]
    pd.testing.assert_frame_equal(raw, before)


def test_built_tables_are_taken_by_the_engines():
    raw = events_of(["open", "sale"], revenue=[None, 5.0])
    table = build_campaign_events(raw)
    columns = ["campaign_id", "customer_id", "event", "occurred_at", "revenue"]
    found = to_pandas(lazy(table, columns, table="campaign_events"))
    np.testing.assert_array_equal(found["revenue"], [np.nan, 5.0])
    touches = build_touches(pd.DataFrame({"customer_id": ["a"], "channel": ["x"], "date": [DAY]}))
    assert len(to_pandas(lazy(touches, ["customer_id", "channel"], table="touches"))) == 1
