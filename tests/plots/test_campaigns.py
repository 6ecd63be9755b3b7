"""Plots of campaigns show the numbers of their tables."""

import io

import numpy as np
import pandas as pd
import pytest

from custintel.campaigns import campaign_funnel, email_kpis, fatigue_curve, link_clicks
from custintel.errors import SchemaError
from custintel.plots import (
    fatigue_lines,
    funnel_bars,
    kpi_intervals,
    link_bars,
    list_growth_bars,
    pressure_bars,
)

HOSTILE = [r"$\frac{a}{b}$ & <b>bold</b>", "Breakthrough offers for the friends of our old house"]


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


@pytest.fixture(scope="module")
def events():
    rng = np.random.default_rng(8)
    rows = []
    for campaign in HOSTILE:
        for contact in range(60):
            at = pd.Timestamp("2024-03-01") + pd.Timedelta(days=int(rng.integers(0, 40)))
            rows.append((campaign, f"c{contact}", "sent", at, None))
            if rng.random() < 0.4:
                rows.append((campaign, f"c{contact}", "clicked", at, HOSTILE[contact % 2]))
    return pd.DataFrame(rows, columns="campaign_id customer_id event occurred_at link".split())


def test_the_funnel_shows_the_contacts_of_each_stage(events):
    funnel = campaign_funnel(events)
    one = funnel[funnel["campaign_id"] == HOSTILE[0]]
    ax = drawn(funnel_bars(one))
    assert [bar.get_width() for bar in ax.patches] == one["n_contacts"].to_list()
    stages = "Sent|Delivered|Opened|Clicked|Information request|Lead|Sale"
    assert "|".join(texts(ax.get_yticklabels())) == stages
    assert ax.texts[3].get_text().endswith("% of delivered")
    assert r"\$" in ax.get_title("left")
    with pytest.raises(SchemaError, match="several groups"):
        funnel_bars(funnel)
    assert texts(drawn(funnel_bars(one.iloc[:0])).texts) == ["No campaign to show."]


def test_rates_are_dots_with_their_intervals(events):
    table = email_kpis(events)
    ax = drawn(kpi_intervals(table, rate="ctor"))
    assert list(ax.lines[-1].get_xdata()) == table["ctor"].to_list()
    ends = [[segment[0][0], segment[1][0]] for segment in ax.collections[0].get_segments()]
    np.testing.assert_allclose(ends, table[["ctor_low", "ctor_high"]])
    with pytest.raises(ValueError, match="rate is one of"):
        kpi_intervals(table, rate="roi")
    assert texts(drawn(kpi_intervals(table.iloc[:0])).texts) == ["No rate to show."]


def test_of_many_groups_those_with_most_deliveries_are_drawn(events):
    row = email_kpis(events).iloc[[0]]
    many = pd.concat([row] * 60).set_axis([f"m{i:02d}" for i in range(60)])
    many["n_delivered"] = np.arange(60)
    ax = drawn(kpi_intervals(many))
    assert texts(ax.get_yticklabels()) == [f"m{i}" for i in range(36, 60)]
    assert ax.get_title("left").endswith("24 largest of 60")


def test_links_are_bars_with_their_intervals(events):
    table = link_clicks(events)
    one = table[table["campaign_id"] == table["campaign_id"].iloc[0]]
    ax = drawn(link_bars(one))
    assert [bar.get_width() for bar in ax.patches] == one["ctr"].to_list()
    shown = zip(one["n_clicked"], texts(ax.texts), strict=True)
    assert all(text.endswith(f"({n})") for n, text in shown)
    assert texts(drawn(link_bars(one.iloc[:0])).texts) == ["No link to show."]


def test_the_fatigue_curve_has_a_line_for_each_rate(events):
    table = fatigue_curve(events)
    ax = drawn(fatigue_lines(table))
    for line, name in zip(ax.lines, ["open_rate", "ctr", "unsubscribe_rate"], strict=True):
        assert list(line.get_xdata()) == table.index.to_list()
        assert list(line.get_ydata()) == table[name].to_list()
    assert "no effect of them" in ax.get_title("left")
    drawn(fatigue_lines(table.iloc[:1]))
    assert texts(drawn(fatigue_lines(table.iloc[:0])).texts) == ["No sending to show."]


def test_contacts_above_the_limit_have_their_own_colour():
    table = pd.DataFrame({"n_contacts": [5, 9, 2, 1], "is_above": [False, False, True, True]})
    ax = drawn(pressure_bars(table))
    assert [bar.get_height() for bar in ax.patches] == [5, 9, 2, 1]
    assert texts(ax.get_legend().get_texts()) == ["Up to the limit", "Above the limit"]
    assert len({bar.get_facecolor() for bar in ax.patches}) == 2
    assert texts(drawn(pressure_bars(table.iloc[:0])).texts) == ["No contact to show."]


def test_who_leaves_the_list_stands_below_the_line():
    months = pd.period_range("2019-01", periods=60, freq="M")
    removals = {"n_unsubscribed": 2, "n_hard_bounced": 1, "n_complained": 3}
    table = pd.DataFrame({"n_new": 9, **removals}, index=months)
    ax = drawn(list_growth_bars(table))
    first = [bar for bar in ax.patches if round(bar.get_x() + bar.get_width() / 2) == 0]
    assert [bar.get_height() for bar in first] == [9, -2, -1, -3]
    assert [bar.get_y() for bar in first] == [0, 0, -2, -3]
    drawn(list_growth_bars(table.head(1)))
    assert texts(drawn(list_growth_bars(table.head(0))).texts) == ["No period to show."]
