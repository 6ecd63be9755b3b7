"""Features of touches, messages, cases, surveys and visits, against loops over plain rows."""

import math

import narwhals as nw
import numpy as np
import pandas as pd
import pytest

from custintel._frames import day_number, lazy
from custintel._time import Span
from custintel.errors import SchemaError
from custintel.tables import _features_of_cases as cases
from custintel.tables import _features_of_messages as messages
from custintel.tables import _features_of_surveys as surveys
from custintel.tables import _features_of_touches as touches
from custintel.tables import _features_of_visits as visits
from custintel.tables._snapshot_cuts import Cut
from custintel.tables._source_checks import with_readable_columns

AS_OF = pd.Timestamp("2024-02-29")
# By the calendar: the windows that end with the 29th of February.
FIRST = {"12m": "2023-03-01", "6m": "2023-09-01", "3m": "2023-12-01", "1m": "2024-02-01"}
N = 160


def instants(rng, n=N):
    seconds = rng.integers(0, 500 * 86_400, n)
    return pd.Series(pd.Timestamp("2023-01-01") + pd.to_timedelta(seconds, "s"))


def base(rng):
    return pd.DataFrame(
        {"customer_id": np.array(["a", "b", "c", None], object)[rng.integers(0, 4, N)]}
    )


def features_of(module, make, frame, as_of=AS_OF):
    cut = Cut.at(as_of, Span.parse("12M"))
    columns = [*module.COLUMNS, *(name for name in module.OPTIONAL if name in frame)]
    lines = lazy(frame.dropna(subset=module.INSTANT), columns, table="surveys")
    dated = lines.with_columns(day=day_number(module.INSTANT))
    return make(dated.filter(nw.col("day") <= cut.last_day), cut).values


def rows_of(frame, instant):
    """Return each customer's rows seen as of the day, as plain dictionaries with their age."""
    by_customer = {}
    for row in frame.to_dict("records"):
        if row["customer_id"] is None or pd.isna(row["customer_id"]) or pd.isna(row[instant]):
            continue
        row["day"] = row[instant].normalize()
        if row["day"] <= AS_OF:
            by_customer.setdefault(row["customer_id"], []).append(row)
    return by_customer


def within(rows, span):
    return [row for row in rows if row["day"] >= pd.Timestamp(FIRST[span])]


def recency(rows):
    return (AS_OF - max(row["day"] for row in rows)).days if rows else math.nan


def trend(rows):
    new, both = len(within(rows, "6m")), len(within(rows, "12m"))
    return math.log(max(new, 0.5) / max(both - new, 0.5)) if both else 0.0


def mean(values):
    return sum(values) / len(values) if values else math.nan


def distinct(rows, name):
    return len({row[name] for row in rows if not pd.isna(row[name])})


def check(found, expected):
    assert [*found.index] == sorted(expected)
    wanted = pd.DataFrame.from_dict(expected, orient="index").sort_index()
    assert sorted(found.columns) == sorted(wanted.columns)
    pd.testing.assert_frame_equal(
        found, wanted[found.columns].astype(float), check_names=False, check_index_type=False
    )


def test_touches():
    rng = np.random.default_rng(1)
    frame = base(rng).assign(
        channel=rng.choice(["search", "mail", "social"], N),
        occurred_at=instants(rng),
        campaign_id=np.array(["k", "l", None], object)[rng.integers(0, 3, N)],
        cost=np.where(rng.random(N) < 0.2, np.nan, rng.random(N)),
    )
    expected = {}
    for who, rows in rows_of(frame, "occurred_at").items():
        one = {"touch_recency_days": recency(rows), "trend_touches_12m": trend(rows)}
        channels = [row["channel"] for row in within(rows, "12m")]
        most = max((channels.count(each) for each in channels), default=0)
        one["largest_touch_channel_share_12m"] = most / len(channels)
        for span in FIRST:
            seen = within(rows, span)
            one |= {
                f"n_touches_{span}": len(seen),
                f"n_touch_days_{span}": distinct(seen, "day"),
                f"n_touch_channels_{span}": distinct(seen, "channel"),
                f"n_touch_campaigns_{span}": distinct(seen, "campaign_id"),
                f"touch_cost_{span}": sum(r["cost"] for r in seen if not math.isnan(r["cost"])),
            }
        expected[who] = one
    check(features_of(touches, touches.touches_features, frame), expected)


def test_visits():
    rng = np.random.default_rng(2)
    frame = base(rng).assign(
        occurred_at=instants(rng),
        page=rng.choice(["home", "pools", "jobs"], N),
        section=np.array(["x", None], object)[rng.integers(0, 2, N)],
        search_term=np.array(["q", "r", None], object)[rng.integers(0, 3, N)],
    )
    expected = {}
    for who, rows in rows_of(frame, "occurred_at").items():
        one = {
            "visit_recency_days": recency(rows),
            "visit_tenure_days": (AS_OF - min(row["day"] for row in rows)).days,
            "trend_web_events_12m": trend(rows),
        }
        for span in FIRST:
            seen = within(rows, span)
            one |= {
                f"n_web_events_{span}": len(seen),
                f"n_visit_days_{span}": distinct(seen, "day"),
                f"n_pages_{span}": distinct(seen, "page"),
                f"n_sections_{span}": distinct(seen, "section"),
                f"n_search_terms_{span}": distinct(seen, "search_term"),
                f"n_searches_{span}": sum(not pd.isna(row["search_term"]) for row in seen),
            }
        expected[who] = one
    check(features_of(visits, visits.visits_features, frame), expected)


def scaled(row):
    low, high, score = row["scale_min"], row["scale_max"], row["score"]
    return None if math.isnan(score) or math.isnan(high) else (score - low) / (high - low)


def test_surveys():
    rng = np.random.default_rng(3)
    frame = base(rng).assign(
        answered_at=instants(rng).dt.normalize().mask(rng.random(N) < 0.1),
        score=np.where(rng.random(N) < 0.1, np.nan, rng.integers(1, 6, N)),
        scale_min=1.0,
        scale_max=np.where(rng.random(N) < 0.1, np.nan, 5.0),
        survey_id=rng.choice(["s", "t"], N),
    )
    expected = {}
    for who, rows in rows_of(frame, "answered_at").items():
        scored = [row | {"at": scaled(row)} for row in rows if scaled(row) is not None]
        last = max(row["day"] for row in scored)
        year, half = within(scored, "12m"), within(scored, "6m")
        one = {
            "survey_recency_days": recency(rows),
            "newest_score": mean([row["at"] for row in scored if row["day"] == last]),
            "lowest_score_12m": min(row["at"] for row in year),
            "score_change_12m": mean([row["at"] for row in half])
            - mean([row["at"] for row in year if row not in half]),
        }
        for span in FIRST:
            seen = within(rows, span)
            one |= {
                f"n_survey_answers_{span}": len(seen),
                f"n_answer_days_{span}": distinct(seen, "day"),
                f"n_surveys_{span}": distinct(seen, "survey_id"),
                f"mean_score_{span}": mean([row["at"] for row in within(scored, span)]),
            }
        expected[who] = one
    check(features_of(surveys, surveys.surveys_features, frame), expected)


@pytest.fixture(scope="module")
def calls():
    rng = np.random.default_rng(4)
    opened = instants(rng)
    closed = opened + pd.to_timedelta(rng.integers(60, 90 * 86_400, N), "s")
    return base(rng).assign(
        opened_at=opened,
        answered_at=(opened + pd.Timedelta(hours=30)).where(rng.random(N) < 0.7),
        abandoned_at=(opened + pd.Timedelta(minutes=5)).where(rng.random(N) < 0.1),
        closed_at=closed.where(rng.random(N) < 0.8),
        reason=rng.choice(["bill", "fault"], N),
        cost=rng.random(N),
    )


def hours(row, name):
    return (row[name] - row["opened_at"]).total_seconds() / 3600


def has_come(row, name):
    return not pd.isna(row[name]) and row[name] < AS_OF + pd.Timedelta(days=1)


def test_cases(calls):
    expected = {}
    for who, rows in rows_of(calls, "opened_at").items():
        over = [row for row in rows if has_come(row, "closed_at") or has_come(row, "abandoned_at")]
        still = [row for row in rows if row not in over]
        year = within(rows, "12m")
        one = {
            "case_recency_days": recency(rows),
            "trend_cases_12m": trend(rows),
            "n_open_cases": len(still),
            "oldest_open_case_days": (AS_OF - min(row["day"] for row in still)).days,
        }
        for name, feature in (("answered_at", "answer"), ("closed_at", "closing")):
            known = [hours(row, name) for row in year if has_come(row, name)]
            one[f"mean_{feature}_hours_12m"] = mean(known)
        for span in FIRST:
            seen = within(rows, span)
            one |= {
                f"n_cases_{span}": len(seen),
                f"n_case_reasons_{span}": distinct(seen, "reason"),
                f"n_abandoned_cases_{span}": sum(has_come(row, "abandoned_at") for row in seen),
                f"case_cost_{span}": sum(row["cost"] for row in within(over, span)),
            }
        expected[who] = one
    check(features_of(cases, cases.cases_features, calls), expected)


def test_what_comes_of_cases_after_the_day_changes_nothing(calls):
    day_after = AS_OF + pd.Timedelta(days=1)
    later = calls.copy()
    for name in ("answered_at", "abandoned_at", "closed_at"):
        is_late = later[name] >= day_after
        assert name == "abandoned_at" or is_late.any()
        later[name] = later[name].mask(is_late)
    make = cases.cases_features
    pd.testing.assert_frame_equal(features_of(cases, make, later), features_of(cases, make, calls))


def test_messages():
    rng = np.random.default_rng(5)
    kinds = ["sent", "bounced", "delivered", "opened", "clicked", "sale", "lead", "complained"]
    frame = base(rng).assign(
        campaign_id=[f"k{i}" for i in rng.integers(0, 25, N)],
        event=rng.choice(kinds, N, p=[0.3, 0.1, 0.05, 0.25, 0.15, 0.08, 0.05, 0.02]),
        occurred_at=instants(rng),
        is_machine=pd.array(rng.choice([True, False, None], N), dtype="boolean"),
    )
    expected = {}
    for who, rows in rows_of(frame, "occurred_at").items():
        by = {kind: [row for row in rows if row["event"] == kind] for kind in kinds}
        for kind in ("opened", "clicked"):
            by[kind] = [row for row in by[kind] if row["is_machine"] is not True]
        answers = by["sale"] + by["lead"]
        one = {
            "is_unsubscribed": 0.0,
            "is_complainant": float(bool(by["complained"])),
            "is_bounced": float(bool(by["bounced"])),
            "message_recency_days": recency(by["sent"]),
            "open_recency_days": recency(by["opened"]),
            "trend_opens_12m": trend(by["opened"]),
        }
        for span, first in FIRST.items():
            reached = {k for k, day in reached_days(by).items() if day >= pd.Timestamp(first)}
            one |= {
                f"n_sent_{span}": len(within(by["sent"], span)),
                f"n_opens_{span}": len(within(by["opened"], span)),
                f"n_clicks_{span}": len(within(by["clicked"], span)),
                f"n_campaign_responses_{span}": len(within(answers, span)),
                f"n_campaigns_received_{span}": len(reached),
            }
            for kind, rate in (("opened", "open_rate"), ("clicked", "click_rate")):
                acted = {row["campaign_id"] for row in within(by[kind], span)}
                one[f"{rate}_{span}"] = mean([float(each in acted) for each in reached])
        expected[who] = one
    check(features_of(messages, messages.messages_features, frame), expected)


def reached_days(by):
    """Return the last day on which each campaign reached a customer."""
    reached = {}
    for campaign in {row["campaign_id"] for row in by["sent"] + by["delivered"]}:
        own = {
            k: [r["day"] for r in rows if r["campaign_id"] == campaign] for k, rows in by.items()
        }
        if own["delivered"]:
            reached[campaign] = max(own["delivered"])
        elif len(own["sent"]) > len(own["bounced"]):
            reached[campaign] = max(own["sent"])
    return reached


def test_tables_with_the_required_columns_alone_have_fewer_features(calls):
    found = features_of(cases, cases.cases_features, calls[["customer_id", "opened_at"]])
    assert sorted({name.rpartition("_")[0] for name in found}) == [
        "case_recency",
        "n_cases",
        "trend_cases",
    ]


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NaT])
def test_an_empty_column_gives_the_features_of_a_filled_one(calls, nothing):
    never = calls.assign(abandoned_at=pd.Series([nothing] * N, dtype=object))
    read = nw.to_native(with_readable_columns(never, cases.OPTIONAL, table="cases"))
    found = features_of(cases, cases.cases_features, read)
    assert (found["n_abandoned_cases_12m"] == 0).all()
    filled = features_of(cases, cases.cases_features, calls)
    assert found.columns.tolist() == filled.columns.tolist()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"abandoned_at": "soon"}, "'abandoned_at' of 'cases' holds .*dates and times"),
        ({"cost": "dear"}, "'cost' of 'cases' holds .*numbers"),
        ({"cost": 1e308}, "'cost' of 'cases' is infinite or beyond 1e.30 on 160 rows"),
    ],
)
def test_columns_that_cannot_be_read_are_named(calls, changed, told):
    with pytest.raises(SchemaError, match=told):
        with_readable_columns(calls.assign(**changed), cases.OPTIONAL, table="cases")


def test_flags_as_numbers_are_refused():
    events = pd.DataFrame({"is_machine": [0, 1]})
    with pytest.raises(SchemaError, match=r"'is_machine' of 'campaign_events' holds .*flags"):
        with_readable_columns(events, ["is_machine"], table="campaign_events")


def test_a_day_before_all_rows_has_no_customers(calls):
    found = features_of(cases, cases.cases_features, calls, as_of=pd.Timestamp("2020-01-01"))
    assert found.empty
    assert "n_open_cases" in found
