"""Cases, answers to surveys and web events: headers, rows set aside, what may be missing."""

import warnings

import pandas as pd
import pytest

from custintel.datasets import simulate_cool_pool
from custintel.errors import SchemaError, SetAsideWarning
from custintel.schemas import CASES, SURVEYS, WEB_EVENTS, recognise
from custintel.schemas.headers import plain_header
from custintel.tables import (
    build_cases,
    build_surveys,
    build_web_events,
    inspect_cases,
    inspect_surveys,
    inspect_web_events,
)

DAY = "2024-03-31"


def problems(built):
    assert built.n_rows == len(built.table) + len(built.set_aside)
    return built.set_aside[["line", "column", "reason"]].values.tolist()


@pytest.mark.parametrize("table", [CASES, SURVEYS, WEB_EVENTS], ids=lambda table: table.name)
def test_every_synonym_is_in_plain_form_and_means_one_column(table):
    words = [word for column in table.columns.values() for word in column.synonyms]
    assert words == [plain_header(word) for word in words]
    names = {plain_header(name) for name in table.columns}
    assert len({*words, *names}) == len(words) + len(names)


@pytest.mark.parametrize(
    ("table", "headers", "names"),
    [
        (
            CASES,
            ["Case Number", "Contact ID", "Case Origin", "Date/Time Opened", "Closed Date"],
            ["case_id", "customer_id", "channel", None, "closed_at"],
        ),
        (
            CASES,
            ["N° ticket", "Client", "Canal", "Motif", "Ouvert le", "Clôturé le"],
            ["case_id", "customer_id", "channel", "reason", "opened_at", None],
        ),
        (
            SURVEYS,
            ["Response ID", "Contact ID", "Survey", "Question", "NPS", "Response date"],
            ["response_id", "customer_id", "survey_id", "question", "score", "answered_at"],
        ),
        (
            WEB_EVENTS,
            ["User ID", "User pseudo ID", "Event timestamp", "Page path", "Terme de recherche"],
            ["customer_id", "visitor_id", "occurred_at", "page", "search_term"],
        ),
    ],
)
def test_headers_of_exports(table, headers, names):
    expected = {header: name for header, name in zip(headers, names, strict=True) if name}
    found = recognise(headers, table)
    assert {header: found[header] for header in expected} == expected


def test_what_ends_before_it_begins_is_set_aside():
    raw = pd.DataFrame(
        {
            "case_id": ["1", "2", "3", "4", "5", "6", "1"],
            "opened_at": [DAY, DAY, DAY, None, DAY, "2024-04-02", DAY],
            "answered_at": [DAY, "2024-03-30", None, None, None, None, None],
            "closed_at": [DAY, None, "2024-03-30", None, None, None, None],
            "cost": ["5", "5", "5", "5", "-1", "5", "5"],
        }
    )
    assert problems(inspect_cases(raw, exported_on="2024-04-01")) == [
        [1, "answered_at", "before 'opened_at'"],
        [2, "closed_at", "before 'opened_at'"],
        [3, "opened_at", "missing"],
        [4, "cost", "below zero"],
        [5, "opened_at", "after 2024-04-01"],
        [6, "case_id", "repeated id"],
    ]
    with pytest.warns(SetAsideWarning, match="of 'cases'") as caught:
        assert len(build_cases(raw, exported_on="2024-04-01")) == 1
    assert [each.filename for each in caught] == [__file__]


def test_scores_outside_their_scale_are_set_aside():
    raw = pd.DataFrame(
        {
            "answered_at": [DAY, DAY, DAY, None, DAY, DAY],
            "sent_at": [DAY, DAY, DAY, DAY, "2024-04-01", DAY],
            "scale_min": [0, 0, 0, 0, 0, None],
            "scale_max": [10, 10, 10, 10, 10, None],
            "score": ["10", "-1", "11", None, "5", "77"],
        }
    )
    built = inspect_surveys(raw)
    assert problems(built) == [
        [1, "score", "outside its scale"],
        [2, "score", "outside its scale"],
        [4, "answered_at", "before 'sent_at'"],
    ]
    assert built.table["score"].fillna(-9).tolist() == [10.0, -9.0, 77.0]


def test_surveys_need_the_columns_but_not_the_cells_of_an_answer():
    with pytest.raises(SchemaError, match="Table 'surveys' lacks 'score'"):
        build_surveys(pd.DataFrame({"answered_at": [DAY]}))
    unanswered = pd.DataFrame({"sent_at": [DAY], "answered_at": [None], "score": [None]})
    assert len(build_surveys(unanswered)) == 1


def test_an_event_of_nobody_is_set_aside():
    raw = pd.DataFrame(
        {"customer_id": ["a", None, None], "visitor_id": ["x", "y", None], "occurred_at": DAY}
    )
    assert problems(inspect_web_events(raw)) == [[2, "customer_id", "neither customer nor visitor"]]
    with pytest.raises(SchemaError, match="lacks both 'customer_id' and 'visitor_id'"):
        build_web_events(raw[["occurred_at"]])


@pytest.mark.parametrize(
    ("inspect", "columns"),
    [
        (inspect_cases, {"opened_at": [DAY, DAY, "soon"], "reason": ["x", "x", "=1+1"]}),
        (inspect_surveys, {"answered_at": [DAY, DAY, "soon"], "score": ["1", "1", "2"]}),
        (inspect_web_events, {"occurred_at": [DAY, DAY, "soon"], "customer_id": ["a", "a", "b"]}),
    ],
)
def test_what_is_built_is_built_again_and_identical_rows_stay(inspect, columns):
    raw = pd.DataFrame(columns)
    before = raw.copy()
    built = inspect(raw)
    pd.testing.assert_frame_equal(raw, before)
    assert (len(built.table), built.n_identical) == (2, 1)
    assert problems(built) == [[2, next(iter(columns)), "not a date"]]
    again = inspect(built.table)
    assert again.set_aside.empty
    pd.testing.assert_frame_equal(again.table, built.table)


def test_the_case_of_the_course_passes_whole():
    case = simulate_cool_pool(random_state=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        calls = build_cases(case.calls, columns={"call_id": "case_id"}, currency="CHF")
        answers = build_surveys(case.surveys)
    assert (len(calls), len(answers)) == (len(case.calls), len(case.surveys))
    assert calls["case_id"].tolist() == case.calls["call_id"].tolist()
