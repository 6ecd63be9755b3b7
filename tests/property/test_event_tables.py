"""Campaign events of any export: every row is accounted for, whatever it holds."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from custintel.schemas.event_words import EVENTS, MEANINGS
from custintel.tables import inspect_campaign_events

WORDS = st.sampled_from([*MEANINGS, "deferred", "Open!", "HARD_BOUNCE", None, "", "\x00", "=1+1"])
ROW = st.fixed_dictionaries(
    {
        "event_id": st.sampled_from(["1", "2", "3", None]),
        "campaign_id": st.sampled_from(["c1", "c2", None]),
        "customer_id": st.sampled_from(["a", "b", "n/a"]),
        "event": WORDS,
        "occurred_at": st.sampled_from(["2024-03-31", "2024-04-01 12:00", "1950-01-01", "soon"]),
        "revenue": st.sampled_from([None, "0", "12.50", "-3", "many"]),
    }
)


def frame(rows):
    return pd.DataFrame(rows)


@settings(max_examples=25, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12))
def test_every_row_is_used_once_or_set_aside_once(rows):
    raw = frame(rows)
    built = inspect_campaign_events(raw)
    assert built.n_rows == len(rows) == len(built.table) + len(built.set_aside)
    assert built.set_aside["line"].is_unique
    kept = raw.drop(index=built.set_aside["line"])
    assert built.table["customer_id"].tolist() == kept["customer_id"].tolist()
    assert set(built.table["event"]) <= set(EVENTS)
    assert built.table["event_id"].dropna().is_unique
    assert not (built.table["revenue"] < 0).any()


@settings(max_examples=15, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12))
def test_what_is_built_is_built_again_as_it_is(rows):
    first = inspect_campaign_events(frame(rows))
    if first.table.empty:
        return
    again = inspect_campaign_events(first.table)
    assert again.set_aside.empty
    pd.testing.assert_frame_equal(again.table, first.table)


@settings(max_examples=15, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12), st.randoms())
def test_the_order_of_rows_without_ids_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    tables = [
        inspect_campaign_events(frame(each).drop(columns="event_id")).table
        for each in (rows, shuffled)
    ]
    columns = ["campaign_id", "customer_id", "event", "occurred_at", "revenue"]
    first, second = (
        table[columns].sort_values(columns, ignore_index=True, na_position="first")
        for table in tables
    )
    pd.testing.assert_frame_equal(first, second)
