"""Plots of reach, of compared responses and of self-service show the numbers of their tables."""

import io

import numpy as np
import pandas as pd
import pytest

from custintel.campaigns import compare_response, self_service_benefit, target_reach
from custintel.errors import SchemaError
from custintel.plots import reach_bars, response_differences, self_service_differences

HOSTILE = [r"$\frac{a}{b}$ & <b>bold</b>", "Breakthrough offers for the friends of our old house"]


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


@pytest.fixture(scope="module")
def events():
    sent = [(name, f"c{i}", "sent") for name in HOSTILE for i in range(40)]
    done = [(HOSTILE[0], f"c{i}", "opened") for i in range(10)]
    done += [(HOSTILE[1], f"c{i}", "lead") for i in range(8)]
    rows = pd.DataFrame([*sent, *done], columns=["campaign_id", "customer_id", "event"])
    return rows.assign(occurred_at=pd.Timestamp("2024-05-02"))


def test_reach_is_drawn_within_the_target_and_waste_beside_it(events):
    target = pd.DataFrame({"customer_id": [f"c{i}" for i in range(20, 60)]})
    table = target_reach(events, target)
    ax = drawn(reach_bars(table))
    widths = np.array([bar.get_width() for bar in ax.patches]).reshape(5, 2)
    assert widths[0].tolist() == [40, 40]
    assert widths[1].tolist() == table["n_reached"].tolist() == [20, 20]
    assert widths[4].tolist() == [-20, -20]
    assert texts(ax.texts) == ["50%, 20 outside"] * 2
    assert texts(ax.get_legend().get_texts())[-1] == "Reached outside the target"
    nobody = table.assign(n_outside=0)
    assert texts(drawn(reach_bars(nobody)).texts) == ["50%", "50%"]
    assert texts(drawn(reach_bars(table.iloc[:0])).texts) == ["No campaign to show."]
    with pytest.raises(SchemaError, match="lacks 'reach'"):
        reach_bars(table.drop(columns="reach"))


def test_of_many_campaigns_those_that_reached_most_are_drawn(events):
    one = target_reach(events, pd.DataFrame({"customer_id": ["c1"]})).iloc[[0]]
    many = pd.concat([one] * 30).set_axis([f"m{i:02d}" for i in range(30)])
    ax = drawn(reach_bars(many.assign(n_reached=range(30))))
    assert texts(ax.get_yticklabels()) == [f"m{i}" for i in range(10, 30)]
    assert ax.get_title("left").endswith("20 largest of 30")


def test_differences_of_response_stand_about_nothing(events):
    table = compare_response(events, by="campaign_id", baseline=HOSTILE[1])
    ax = drawn(response_differences(table))
    assert list(ax.lines[-1].get_xdata()) == table["difference"].tolist() == [-0.2]
    ends = [[each[0][0], each[1][0]] for each in ax.collections[0].get_segments()]
    np.testing.assert_allclose(ends, table[["difference_low", "difference_high"]])
    assert texts(ax.texts) == ["0.0%, not 20.0%"]
    assert texts(drawn(response_differences(table.iloc[:0])).texts) == ["No response to compare."]


def test_savings_of_self_service_are_drawn_by_measure():
    calls = pd.DataFrame(
        {
            "channel": ["web"] * 3 + ["phone"] * 3,
            "opened_at": pd.Timestamp("2024-05-02 09:00"),
            "closed_at": pd.to_datetime(["2024-05-02 10:00"] * 3 + ["2024-05-02 13:00"] * 3),
            "cost": [0.5, 0.7, 0.6, 6.0, 7.0, 8.0],
            "reason": HOSTILE[0],
        }
    )
    table = self_service_benefit(calls, self_service=["web"], by="reason")
    cost = drawn(self_service_differences(table, currency="USD"))
    assert list(cost.lines[-1].get_xdata()) == pytest.approx([-6.4])
    assert texts(cost.texts) == [r"−\$6.40"]
    hours = drawn(self_service_differences(table, measure="time"))
    assert texts(hours.texts) == ["−3.0"]
    completed = drawn(self_service_differences(table, measure="completion"))
    assert texts(completed.texts) == ["No interactions to compare."]
    with pytest.raises(ValueError, match="measure is one of"):
        self_service_differences(table, measure="ease")
