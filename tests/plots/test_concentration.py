"""Plots of concentration show the numbers of the tables, in the reader's language."""

import gettext
import io

import numpy as np
import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.errors import SchemaError
from custintel.plots import concentration_lines, decile_bars, mover_bars
from custintel.revenue import concentration_intervals, decile_table, movers

HOSTILE = ["A company of a very long name, with a legal form & Co. KG, in liquidation", r"$\frac$"]


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def many(n):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({2023: rng.gamma(1, 9, n), 2024: rng.gamma(1, 9, n)})
    return table.set_axis([f"c{i}" for i in range(n)], axis=0)


def test_deciles_are_bars_with_their_shares():
    deciles = decile_table(many(100))
    ax = drawn(decile_bars(deciles))
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(deciles["revenue_share"])
    assert texts(ax.get_xticklabels()) == [str(i) for i in range(1, 11)]
    assert ax.get_title("left") == "Revenue by tenth of the customers"
    # What each would bring if all were alike.
    assert ax.lines[0].get_ydata()[0] == pytest.approx(0.1)


@pytest.mark.parametrize("n_groups", [1, 60])
def test_other_groups_are_named_in_the_title(n_groups):
    ax = drawn(decile_bars(decile_table(many(100), n_groups=n_groups)))
    assert len(ax.patches) == n_groups
    assert f"{n_groups} of equal number" in ax.get_title("left")
    assert len(ax.get_xticklabels()) <= 12


def test_movers_are_lines_from_before_to_after():
    table = pd.DataFrame({2023: [60.0, 40, 0], 2024: [50.0, 0, 50]}, index=["ann", "bob", "eve"])
    ax = drawn(mover_bars(movers(table, before=2023, after=2024)))
    assert texts(ax.get_yticklabels()) == ["eve", "ann", "bob"]
    assert texts(ax.texts) == ["+50.0 points (new)", "−10.0 points", "−40.0 points (lost)"]
    ends = [[segment[0][0], segment[1][0]] for segment in ax.collections[0].get_segments()]
    np.testing.assert_allclose(ends, [[0, 0.5], [0.6, 0.5], [0.4, 0]])
    assert texts(ax.get_legend().get_texts()) == ["Before", "After"]


def test_of_many_movers_the_largest_gains_and_losses_are_drawn():
    moves = movers(many(200), before=2023, after=2024, n=60)
    ax = drawn(mover_bars(moves))
    assert len(ax.texts) == 20
    assert ax.get_title("left") == f"Largest gains and losses of share, 20 of {len(moves)}"
    names = texts(ax.get_yticklabels())
    assert [names[0], names[-1]] == [moves.index[0], moves.index[-1]]


def test_hostile_names_fit_and_are_no_formulas():
    table = pd.DataFrame({2023: [60.0, 40], 2024: [50.0, 55]}, index=HOSTILE)
    labels = drawn(mover_bars(movers(table, before=2023, after=2024))).get_yticklabels()
    assert all(label.get_window_extent().x0 >= 0 for label in labels)
    assert all(len(line) <= 24 for text in texts(labels) for line in text.split("\n"))


@pytest.mark.parametrize(
    ("measure", "name"),
    [
        ("gini", "Gini index"),
        ("hhi", "Herfindahl-Hirschman index"),
        ("cr_10", "Revenue share of the 10 largest customers"),
    ],
)
def test_concentration_over_the_periods(measure, name):
    intervals = concentration_intervals(many(60))
    ax = drawn(concentration_lines(intervals, measure=measure))
    values = intervals.xs(measure, level="measure")
    assert ax.lines[0].get_ydata().tolist() == pytest.approx(values["value"])
    assert texts(ax.get_xticklabels()) == ["2023", "2024"]
    assert ax.get_ylabel() == name


def test_unknown_measures_are_refused():
    with pytest.raises(ValueError, match="measure is one of 'cr_1', 'cr_10', 'gini'"):
        concentration_lines(concentration_intervals(many(60)), measure="theil")


def test_nothing_to_show_is_said():
    nobody = pd.DataFrame({2023: [], 2024: []}, dtype=float)
    for ax in (
        decile_bars(decile_table(nobody)),
        mover_bars(movers(nobody, before=2023, after=2024)),
        concentration_lines(concentration_intervals(nobody)),
    ):
        assert texts(drawn(ax).texts) == ["No customers to show."]


def test_missing_columns_are_named():
    for draw in (decile_bars, mover_bars, concentration_lines):
        with pytest.raises(SchemaError, match="lacks"):
            draw(pd.DataFrame({"x": [1.0]}))


def test_numbers_are_in_the_language_of_the_reader():
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        ax = decile_bars(decile_table(many(100)))
    assert texts(ax.texts)[0].endswith("\u00a0%")
