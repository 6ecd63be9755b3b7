"""Plots of hours of activity and of days on which customers are due show their tables."""

import io

import numpy as np
import pandas as pd
import pytest

from custintel.campaigns import BirthdayRule, due_triggers, weekly_activity
from custintel.errors import SchemaError
from custintel.plots import activity_heatmap, due_trigger_heatmap


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def test_each_hour_of_the_week_has_its_share():
    at = pd.to_datetime(["2024-05-06 09:10", "2024-05-06 09:50", "2024-05-12 23:59"])
    events = pd.DataFrame(
        {"campaign_id": "may", "customer_id": ["a", "b", "c"], "event": "opened", "occurred_at": at}
    )
    table = weekly_activity(events)
    ax = drawn(activity_heatmap(table))
    shares = np.asarray(ax.images[0].get_array())
    np.testing.assert_array_equal(shares, table["share"].to_numpy().reshape(7, 24))
    assert shares[0, 9] == pytest.approx(2 / 3)
    assert texts(ax.get_yticklabels())[::6] == ["Monday", "Sunday"]
    nothing = weekly_activity(events, event="sale")
    assert texts(drawn(activity_heatmap(nothing)).texts) == ["No event to show."]
    with pytest.raises(SchemaError, match="lacks 'hour'"):
        activity_heatmap(table.reset_index().drop(columns="hour"))


@pytest.fixture(scope="module")
def listed():
    people = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(6)],
            "birth_date": pd.to_datetime(
                ["1990-05-12", "1985-05-14", "1970-05-14", "1999-05-14", "1980-01-01", "1981-05-13"]
            ),
            "email_opt_out": [False, False, False, True, False, True],
        }
    )
    rules = [BirthdayRule(r"$\frac{a}$", "B"), BirthdayRule("before", "C", days_before=1)]
    return due_triggers(rules, people, as_of="2024-05-14", window="3D")


def test_who_is_due_is_counted_by_rule_and_day(listed):
    table = listed.by_day()
    found = {(rule, day.day): (due, held) for rule, day, due, held in table.itertuples(index=False)}
    first = r"$\frac{a}$"
    assert found == {
        **{(first, 12): (1, 0), (first, 13): (0, 1), (first, 14): (2, 1)},
        **{("before", 13): (2, 1), ("before", 12): (0, 1)},
    }
    assert table["n_due"].sum() == len(listed.due)
    assert table["n_held_back"].sum() == len(listed.held_back)


def test_the_numbers_stand_in_their_cells(listed):
    ax = drawn(listed.plot())
    np.testing.assert_array_equal(ax.images[0].get_array(), [[1, 0, 2], [0, 2, 0]])
    assert texts(ax.texts) == ["1", "0 + 1", "2 + 1", "0 + 1", "2 + 1"]
    assert "12 May 2024" in texts(ax.get_xticklabels())


def test_nobody_due_is_said_and_much_is_cut():
    people = pd.DataFrame({"customer_id": ["a"], "birth_date": [pd.Timestamp("1990-01-01")]})
    nobody = due_triggers([BirthdayRule("birthday", "B")], people, as_of="2024-05-14")
    assert nobody.by_day().empty
    assert texts(drawn(nobody.plot()).texts) == ["Nobody is due."]
    days = pd.date_range("2024-01-01", periods=40)
    many = pd.DataFrame({"rule": "r", "due_on": days, "n_due": range(40), "n_held_back": 0})
    ax = drawn(due_trigger_heatmap(many))
    assert np.asarray(ax.images[0].get_array()).tolist() == [list(range(9, 40))]
    assert ax.get_title("left").endswith("first 1 of 1 rules, last 31 of 40 days")
    assert not ax.texts
