"""Plots of experiments show the numbers of the tables."""

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
from custintel.plots import lift_intervals, look_lines, power_lines

HOSTILE = ["Breakthrough Program for Senior Executives", r"$\frac$ & <b>", "=cmd()"]


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def lifts(n=2, *, is_rate=True):
    lift = np.append(np.nan, np.linspace(0.03, -0.02, n)) * (1 if is_rate else 100)
    return pd.DataFrame(
        {
            "is_control": [True] + [False] * n,
            "is_rate": is_rate,
            "n": 1200,
            "lift": lift,
            "lift_low": lift - 0.01,
            "lift_high": lift + 0.01,
            "relative_lift": lift / 0.1,
            "is_different": [False, True] + [False] * (n - 2) + [True] * (n > 1),
        },
        index=["none", *(f"arm {i}" for i in range(n))],
    )


def curve(n=2):
    rows = [(0.01 * (i + 1), size, 0.1 * i) for i in range(n) for size in (1000.0, 4000.0)]
    table = pd.DataFrame(rows, columns=["effect", "n_treated", "power"])
    return table.assign(is_rate=True)


def looks(n_arms=1, n_looks=3):
    rows = [(look + 1, f"arm {arm}") for look in range(n_looks) for arm in range(n_arms)]
    table = pd.DataFrame(rows, columns=["look", "arm"])
    lift = np.linspace(0.05, 0.02, len(table))
    return table.assign(
        is_rate=True,
        lift=lift,
        lift_low=lift - 0.03,
        lift_high=lift + 0.03,
        is_different=[False] * (len(table) - 1) + [True],
    )


def test_lifts_are_dots_with_their_intervals():
    ax = drawn(lift_intervals(lifts(), outcome="is_buyer"))
    assert texts(ax.get_yticklabels()) == ["arm 0 (1,200)", "arm 1 (1,200)"]
    assert texts(ax.texts) == ["+30.0%", "−20.0%"]
    _zero, above, below, _untold = ax.lines
    assert above.get_xydata().tolist() == [[0.03, 0]]
    assert below.get_xydata().tolist() == [[-0.02, 1]]
    assert same_color(above.get_color(), style.BLUE)
    assert same_color(below.get_color(), style.VERMILLION)
    ends = [each.get_segments()[0][:, 0].tolist() for each in ax.collections[:2]]
    assert ends == [pytest.approx([0.02, 0.04]), pytest.approx([-0.03, -0.01])]
    assert ax.get_xlabel() == "Lift of is_buyer in points, and interval"
    assert ax.get_title("left") == "Lift over none"


def test_amounts_have_their_currency():
    ax = drawn(lift_intervals(lifts(is_rate=False), outcome="revenue", currency="EUR"))
    assert ax.get_xlabel() == "Lift of the mean revenue, and interval"
    assert "€2" in texts(ax.get_xticklabels())


def test_arms_without_interval_are_drawn():
    table = lifts().assign(lift_low=np.nan, lift_high=np.nan, relative_lift=np.nan)
    assert not any(texts(drawn(lift_intervals(table)).texts))


def test_power_is_a_line_for_each_effect():
    ax = drawn(power_lines(curve()))
    first, second, goal = ax.lines
    assert first.get_xydata().tolist() == [[1000, 0], [4000, 0]]
    assert second.get_ydata().tolist() == pytest.approx([0.1, 0.1])
    assert goal.get_ydata()[0] == 0.8
    assert texts(ax.get_legend().get_texts()) == ["+1.0 points", "+2.0 points"]
    amounts = power_lines(curve().assign(is_rate=False, effect=2.5))
    assert texts(amounts.get_legend().get_texts()) == ["+2.50"]


def test_looks_are_in_order_with_their_intervals():
    ax = drawn(look_lines(looks()))
    _zero, line, told, untold = ax.lines
    assert line.get_xydata()[:, 0].tolist() == [1, 2, 3]
    assert line.get_ydata().tolist() == pytest.approx([0.05, 0.035, 0.02])
    assert told.get_xdata().tolist() == [3]
    assert untold.get_xdata().tolist() == [1, 2]
    assert texts(ax.get_xticklabels()) == ["1", "2", "3"]


def test_looks_without_a_lift_yet_are_left_free():
    table = looks()
    table.loc[0, ["lift", "lift_low", "lift_high"]] = np.nan
    assert drawn(look_lines(table)).get_xlim() == (0.5, 3.5)


PLOTS = {lift_intervals: lifts, power_lines: curve, look_lines: looks}


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_one_row_and_none(plot):
    table = PLOTS[plot]()
    drawn(plot(table.iloc[-1:]))
    ax = drawn(plot(table.iloc[:0]))
    assert len(ax.texts) == 1
    assert "No " in ax.texts[0].get_text()


@pytest.mark.parametrize(
    ("draw", "title"),
    [
        (lambda: lift_intervals(lifts(60)), "Lift over the control, first 30 of 60 arms"),
        (lambda: power_lines(curve(60)), "Power, first 6 of 60 effects"),
        (lambda: look_lines(looks(60)), "Lift so far, first 6 of 60 arms"),
        (lambda: look_lines(looks(1, 60)), "Lift over the control, so far"),
    ],
)
def test_of_many_rows_the_title_says_how_many(draw, title):
    assert drawn(draw()).get_title("left") == title


def test_long_and_hostile_names_fit_and_are_not_formulas():
    ax = drawn(lift_intervals(lifts(3).set_axis(["$a$", *HOSTILE]), outcome=HOSTILE[1]))
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all(box.x0 >= 0 for box in boxes)
    assert not any(one.overlaps(two) for one, two in pairwise(boxes))
    drawn(look_lines(looks(3, 1).assign(arm=HOSTILE)))


def test_numbers_are_written_in_french():
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        ax = lift_intervals(lifts())
    assert texts(ax.texts)[0] == "+30,0\u00a0%"


def test_axes_given_are_drawn_on():
    _figure, ax = plt.subplots()
    assert look_lines(looks(), ax=ax) is ax
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_missing_columns_are_named(plot):
    with pytest.raises(SchemaError, match="lacks"):
        plot(pd.DataFrame({"a": [1.0]}))
