"""The plot of an audit shows each printed figure against what is possible."""

import gettext
import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from custintel._text import catalogue_in_use
from custintel.errors import SchemaError
from custintel.plots import audit_intervals
from custintel.plots._style import BLUE, ORANGE, VERMILLION
from custintel.revenue import GrowthClaim, PrintedCagr, PrintedTotals, audit_table


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


@pytest.fixture
def audit():
    """Return a verdict of each kind; recomputed are 100, 103 and 110, two figures each."""
    table = pd.DataFrame({2021: [60, 40], 2022: [61, 42], 2023: [70, 40]}, index=["a", "b"])
    claims = [
        PrintedTotals({2021: 100.0, 2022: 104.0, 2023: 114.0}, rounding=1.0),
        GrowthClaim(0.02, rounding=0.01, item="a", period=2022),
    ]
    return audit_table(table, rounding=1.0, claims=claims).table


def marks(ax):
    """Return the place, the shape and the colour of each mark, from the top down."""
    found = [
        (row, x, line.get_marker(), to_hex(line.get_color()).upper())
        for line in ax.lines
        if line.get_marker() != "None"
        for x, row in line.get_xydata()
    ]
    return [mark[1:] for mark in sorted(found)]


def test_marks_and_intervals_are_distances_in_printed_places(audit):
    ax = drawn(audit_intervals(audit))
    assert texts(ax.get_yticklabels()) == [
        "Total 2023",
        "Total 2022",
        "Total 2021",
        "Growth 2022, a",
    ]
    found = marks(ax)
    assert [shape for _x, shape, _color in found] == ["X", "s", "o", "o"]
    assert [color for _x, _shape, color in found] == [VERMILLION, ORANGE, BLUE, BLUE]
    printed = (audit["printed"] - audit["recomputed"]) / audit["rounding"]
    assert [x for x, _shape, _color in found] == pytest.approx(printed[[2, 1, 0, 3]].tolist())
    segments = ax.collections[0].get_segments()
    assert [segment[:, 0].tolist() for segment in segments[:3]] == [[-1, 1]] * 3
    assert texts(ax.get_legend().get_texts()) == [
        *("possible", "cannot be", "agrees within rounding", "agrees")
    ]


def test_what_cannot_be_is_written_out_inside_the_figure(audit):
    ax = drawn(audit_intervals(audit))
    assert texts(ax.texts) == ["printed 114,\npossible 109.0 to 111.0"]
    box = ax.texts[0].get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= ax.figure.bbox.width


def test_a_figure_that_is_far_off_is_an_arrow_at_the_edge(audit):
    far = audit.iloc[[2]].assign(printed=[900.0])
    ax = drawn(audit_intervals(far))
    ((x, shape, _color),) = marks(ax)
    assert shape == ">"
    assert x < ax.get_xlim()[1] < 100


def test_unbounded_and_unknown_figures_are_drawn_as_far_as_they_are_known():
    table = pd.DataFrame({2021: [-5.0, 0.0], 2022: [5.0, 5.0]}, index=["r", "z"])
    claims = [PrintedCagr({"r": 1.0, "z": 20.0}, rounding=0.1)]
    audit = audit_table(table, rounding=1.0, claims=claims).table
    assert audit["verdict"].tolist() == ["not judged", "agrees within rounding"]
    ax = drawn(audit_intervals(audit))
    assert texts(ax.get_yticklabels()) == ["r", "z"]
    assert next(shape for _x, shape, _color in marks(ax)) == "d"
    assert np.isfinite(ax.get_xlim()).all()


def test_of_many_figures_the_impossible_come_first_and_the_title_says_how_many(audit):
    many = pd.concat([audit.iloc[[0]]] * 58 + [audit.iloc[[2]]] * 2, ignore_index=True)
    ax = drawn(audit_intervals(many))
    assert ax.get_title("left") == "Printed figures, and what is possible, 24 of 60"
    assert [shape for _x, shape, _color in marks(ax)].count("X") == 2
    assert texts(ax.get_yticklabels())[:2] == ["Total 2023"] * 2


def test_nothing_to_show_is_said(audit):
    assert texts(audit_intervals(audit.iloc[:0]).texts) == ["No printed figures to show."]
    assert len(audit_intervals(audit.iloc[:1]).get_yticklabels()) == 1


def test_long_and_hostile_names_fit_and_are_not_formulas(audit):
    names = ["Breakthrough Program for Senior Executives in Energy", r"$\frac$ & <b>"]
    hostile = audit.iloc[[3, 3]].assign(item=names, check="cagr")
    ax = drawn(audit_intervals(hostile))
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all(box.x0 >= 0 for box in boxes)
    assert not boxes[0].overlaps(boxes[1])
    assert texts(ax.get_yticklabels())[1] == r"\$\frac\$ & <b>"


def test_numbers_keep_the_language_of_the_call(audit):
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        ax = audit_intervals(audit)
    drawn(ax)
    assert "109,0" in ax.texts[0].get_text()


def test_axes_given_are_drawn_on_and_results_draw_themselves():
    table = pd.DataFrame({2021: [60.0]}, index=["a"])
    result = audit_table(table, rounding=1.0, claims=[PrintedTotals({2021: 60.0}, rounding=1.0)])
    _figure, ax = plt.subplots()
    assert result.plot(ax=ax) is ax
    assert len(plt.get_fignums()) == 1


def test_missing_columns_are_named(audit):
    with pytest.raises(SchemaError, match="'verdict'"):
        audit_intervals(audit.drop(columns="verdict"))
