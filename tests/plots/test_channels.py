"""Plots of channels, partners and profits show the numbers of the tables."""

import gettext
import io
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import same_color

from custintel._text import catalogue_in_use
from custintel.errors import SchemaError
from custintel.plots import _style as style
from custintel.plots import (
    best_channel_intervals,
    channel_bars,
    channel_mix_heatmap,
    partner_intervals,
    whale_plot,
)

HOSTILE = [
    "Breakthrough Program for Senior Executives in Energy and Mining",
    r"$\frac$ & <b>",
    "=cmd()",
]


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def channels(n=2):
    return pd.DataFrame(
        {
            "revenue": np.linspace(90e3, 30e3, n),
            "revenue_share": 1 / n,
            "margin": np.linspace(45e3, -10e3, n),
            "margin_rate": np.linspace(0.5, -1 / 3, n),
        },
        index=[f"channel {i}" for i in range(n)],
    )


def mix(rows=("books", "music"), columns=("web", "shop")):
    pairs = [(row, column) for row in rows for column in columns]
    table = pd.DataFrame(pairs, columns=["category", "channel"])
    n = len(table)
    return table.assign(
        lift=np.linspace(0.5, 1.5, n), residual=np.linspace(-12, 12, n), q=np.linspace(0, 0.2, n)
    )


def best(n_segments=1, verdicts=("best", "behind", "too few customers"), *, is_rate=False):
    rows = [
        (f"segment {i}", f"channel {j}", v)
        for i in range(n_segments)
        for j, v in enumerate(verdicts)
    ]
    table = pd.DataFrame(rows, columns=["segment", "channel", "verdict"])
    value = np.linspace(0.9, 0.1, len(table)) * (1 if is_rate else 100)
    return table.assign(
        outcome="is_repeat" if is_rate else "revenue",
        is_rate=is_rate,
        n_customers=1200,
        value=value,
        value_low=value * 0.9,
        value_high=value * 1.1,
    )


def partners(n=3):
    mean = np.linspace(9, 6, n)
    return pd.DataFrame(
        {
            "n_ratings": np.arange(n) + 5,
            "satisfaction": mean,
            "shrunk_satisfaction": mean - 0.1,
            "shrunk_low": mean - 0.5,
            "shrunk_high": mean + 0.3,
            "satisfaction_rank": np.arange(n) + 1.0,
            "is_different": [True] + [False] * (n - 1),
        },
        index=[f"coach {i}" for i in range(n)],
    )


def test_channels_are_bars_of_revenue_and_margin():
    ax = drawn(channel_bars(channels(), currency="EUR"))
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([90, 30, 45, -10])
    assert texts(ax.texts) == ["50.0% of all"] * 2 + ["50.0% of it", "−33.3% of it"]
    assert ax.get_xlabel() == "Revenue (thousand EUR)"
    assert ax.get_title("left") == "Revenue and margin by channel"
    assert texts(ax.get_yticklabels()) == ["channel 0", "channel 1"]


def test_without_margins_there_is_revenue_alone():
    ax = channel_bars(channels().assign(margin=np.nan, margin_rate=np.nan))
    assert len(ax.patches) == 2
    assert ax.get_title("left") == "Revenue by channel"


def test_cells_hold_lifts_and_shades_of_residuals():
    ax = drawn(channel_mix_heatmap(mix()))
    assert texts(ax.texts) == ["0.50", "0.83", "1.17", "1.50"]
    np.testing.assert_allclose(ax.images[0].get_array(), [[-12, -4], [4, 12]])
    assert ax.images[0].get_clim() == (-10, 10)
    assert [text.get_fontweight() for text in ax.texts] == ["bold", "normal", "normal", "normal"]
    assert texts(ax.get_yticklabels()) == ["books", "music"]
    assert texts(ax.get_xticklabels()) == ["web", "shop"]


def test_unknown_residuals_are_white():
    ax = drawn(channel_mix_heatmap(mix().assign(residual=np.nan, q=np.nan, lift=np.nan)))
    assert texts(ax.texts) == ["–"] * 4
    assert ax.images[0].get_array().mask.all()


def test_channels_of_a_segment_are_coloured_by_their_verdict():
    ax = drawn(best_channel_intervals(best(), currency="EUR"))
    names = ["segment 0", "channel 0 (1,200)", "channel 1 (1,200)", "channel 2 (1,200)"]
    assert texts(ax.get_yticklabels()) == names
    by_verdict = {line.get_label(): line for line in ax.lines}
    assert by_verdict["best"].get_xydata().tolist() == [[90, 1]]
    assert by_verdict["behind"].get_xydata().tolist() == [[50, 2]]
    assert same_color(by_verdict["best"].get_color(), style.BLUE)
    assert same_color(by_verdict["behind"].get_color(), style.VERMILLION)
    ends = [each.get_segments()[0][:, 0].tolist() for each in ax.collections]
    assert sorted(ends) == [pytest.approx(pair) for pair in ([9, 11], [45, 55], [81, 99])]
    assert ax.get_xlabel() == "Mean revenue per customer, and interval"
    assert "€50" in texts(ax.get_xticklabels())


def test_rates_are_percentages():
    ax = drawn(best_channel_intervals(best(is_rate=True)))
    assert ax.get_xlabel() == "Share of customers with is_repeat, and interval"
    assert "40%" in texts(ax.get_xticklabels())


def test_partners_best_first_with_the_mean_of_all():
    table = partners()
    ax = drawn(partner_intervals(table[::-1]))
    assert texts(ax.get_yticklabels()) == ["coach 0 (5)", "coach 1 (6)", "coach 2 (7)"]
    average, rings, alike, different = ax.lines
    assert average.get_xdata()[0] == pytest.approx((9 * 5 + 7.5 * 6 + 6 * 7) / 18)
    assert rings.get_xdata().tolist() == [9, 7.5, 6]
    assert alike.get_xydata().tolist() == [[7.4, 1], [5.9, 2]]
    assert different.get_xydata().tolist() == [[8.9, 0]]


def test_partners_without_ratings_are_not_drawn():
    table = partners()
    table.loc["coach 1", "n_ratings"] = 0
    assert texts(partner_intervals(table).get_yticklabels()) == ["coach 0 (5)", "coach 2 (7)"]


def test_the_whale_tells_its_peak():
    curve = pd.DataFrame(
        {"customer_share": [0, 0.25, 0.75, 1], "cumulative_profit": [0.0, 900.0, 1000.0, 400.0]}
    )
    ax = drawn(whale_plot(curve, currency="EUR"))
    told = "75% of the customers make €1,000;\nthe others take away €600.00"
    assert texts(ax.texts) == [told]
    total, _zero, line, peak = ax.lines
    assert total.get_ydata()[0] == 400
    assert line.get_xydata().tolist() == curve.to_numpy().tolist()
    assert peak.get_xydata().tolist() == [[0.75, 1000]]


def test_a_whale_without_losses_says_so():
    curve = pd.DataFrame({"customer_share": [0.0, 1.0], "cumulative_profit": [0.0, 5.0]})
    assert texts(whale_plot(curve).texts) == [
        "100% of the customers make 5.00;\nnobody makes a loss"
    ]


PLOTS = {
    channel_bars: channels,
    channel_mix_heatmap: mix,
    best_channel_intervals: best,
    partner_intervals: partners,
}


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_one_row_and_none(plot):
    table = PLOTS[plot]()
    drawn(plot(table.iloc[:1]))
    ax = drawn(plot(table.iloc[:0]))
    assert len(ax.texts) == 1
    assert "No " in ax.texts[0].get_text()


def test_no_customer_makes_no_whale():
    curve = pd.DataFrame({"customer_share": [], "cumulative_profit": []})
    assert texts(drawn(whale_plot(curve)).texts) == ["No customers to show."]


@pytest.mark.parametrize(
    ("ax", "title"),
    [
        (lambda: channel_bars(channels(60)), "Channels by revenue, 15 largest of 60"),
        (
            lambda: channel_mix_heatmap(mix(range(60), range(10))),
            "What sells where, 20 × 8 largest of 60 × 10",
        ),
        (
            lambda: best_channel_intervals(best(60)),
            "Channels compared,\n6 largest of 60 segments",
        ),
        (lambda: best_channel_intervals(best(1, ["behind"] * 60)), None),
        (lambda: partner_intervals(partners(60)), "Satisfaction by partner, 30 best of 60"),
    ],
)
def test_of_many_rows_the_title_says_how_many(ax, title):
    assert title is None or drawn(ax()).get_title("left") == title


def test_long_and_hostile_names_fit_and_are_not_formulas():
    of_partners = partners().set_axis(HOSTILE)
    of_segments = best().assign(segment=HOSTILE, channel=HOSTILE)
    plots = [
        channel_bars(channels(3).set_axis(HOSTILE)),
        channel_mix_heatmap(mix(HOSTILE, HOSTILE)),
        best_channel_intervals(of_segments),
        partner_intervals(of_partners),
    ]
    for ax in plots:
        drawn(ax)
        boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
        assert all(box.x0 >= 0 for box in boxes)
        assert not any(one.overlaps(two) for one, two in pairwise(boxes))


def test_numbers_are_written_in_french():
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        bars = channel_bars(channels())
        curve = pd.DataFrame({"customer_share": [0.0, 1.0], "cumulative_profit": [0.0, 5e3]})
        whale = whale_plot(curve, currency="EUR")
        best_ax = best_channel_intervals(best(is_rate=True))
    assert texts(bars.texts)[0] == "50,0\u00a0% of all"
    assert "5\u202f000\u00a0€" in texts(whale.texts)[0]
    assert "40\u00a0%" in texts(drawn(best_ax).get_xticklabels())


def test_axes_given_are_drawn_on():
    _figure, ax = plt.subplots()
    assert channel_bars(channels(), ax=ax) is ax
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("plot", [*PLOTS, whale_plot], ids=lambda plot: plot.__name__)
def test_missing_columns_are_named(plot):
    with pytest.raises(SchemaError, match="lacks"):
        plot(pd.DataFrame({"a": [1.0], "b": [1.0]}))
