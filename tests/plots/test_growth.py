"""Plots of growth show what each added, and how surely the growth is known."""

import gettext
import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.errors import SchemaError
from custintel.plots import contribution_bars, implied_growth
from custintel.revenue import compare_lines, growth_contributions, totals_from_index


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


@pytest.fixture
def table():
    """Return amounts whose sums are 200, 220, 209."""
    columns = {2021: [120.0, 80.0, 0.0], 2022: [100.0, 100.0, 20.0], 2023: [100.0, 99.0, 10.0]}
    return pd.DataFrame(columns, index=["a", "b", "new"])


def bars(ax):
    return [(bar.get_y(), bar.get_height()) for bar in ax.patches]


def test_gains_are_stacked_above_zero_and_losses_below(table):
    ax = drawn(contribution_bars(growth_contributions(table)))
    first = [bar for n, bar in enumerate(bars(ax)) if n % 2 == 0]
    # In 2022 a lost ten points, b and the new item added ten each.
    assert first == [pytest.approx(bar) for bar in [(0, -0.1), (0, 0.1), (0.1, 0.1)]]
    second = [bar for n, bar in enumerate(bars(ax)) if n % 2]
    assert second[1:] == [
        pytest.approx((0, -1 / 220)),
        pytest.approx((-1 / 220, -10 / 220)),
    ]
    assert texts(ax.texts) == ["+10.0%", "−5.0%"]
    assert texts(ax.get_legend().get_texts()) == ["a", "b", "new"]
    assert texts(ax.get_xticklabels()) == ["2022", "2023"]
    assert ax.get_title("left") == "What each added to the growth"


def test_lines_are_drawn_like_items(table):
    compared = compare_lines(table, {"a": "open", "b": "open", "new": "partner"})
    ax = drawn(contribution_bars(compared))
    assert texts(ax.get_legend().get_texts()) == ["open", "partner"]
    assert texts(ax.texts) == ["+10.0%", "−5.0%"]


def test_of_many_items_the_largest_and_all_others():
    rng = np.random.default_rng(3)
    columns = pd.period_range("2019-01", periods=61, freq="M")
    table = pd.DataFrame(rng.uniform(90, 110, (60, 61)), columns=columns)
    table.loc[59] *= 100
    ax = drawn(contribution_bars(growth_contributions(table)))
    assert ax.get_title("left") == "What each added to the growth, 6 of 60"
    assert texts(ax.get_legend().get_texts())[-2:] == ["59", "all others"]
    assert len(ax.texts) == 0  # sixty numbers would cover the bars
    # All bars of a month together are its growth.
    heights = np.array([height for _y, height in bars(ax)]).reshape(7, 60).sum(axis=0)
    total = table.sum()
    np.testing.assert_allclose(heights, (total / total.shift() - 1).dropna(), atol=1e-12)


def test_seven_items_need_no_others():
    table = pd.DataFrame({2021: [1.0] * 7, 2022: range(7)}, index=list("abcdefg"))
    ax = contribution_bars(growth_contributions(table))
    assert texts(ax.get_legend().get_texts()) == list("abcdefg")


def test_an_item_named_as_the_others_stays_apart():
    table = pd.DataFrame({2021: [1.0] * 9, 2022: range(9)}, index=["all others", *"abcdefgh"])
    ax = contribution_bars(growth_contributions(table))
    assert sum(height for _y, height in bars(ax)) == pytest.approx(36 / 9 - 1)
    assert texts(ax.get_legend().get_texts()).count("all others") >= 1


@pytest.mark.parametrize("rows", [slice(0), slice(0, 3)])
def test_no_growth_is_said(table, rows):
    nothing = growth_contributions(table.iloc[rows, :1])
    assert texts(contribution_bars(nothing).texts) == ["No growth can be measured yet."]


def test_a_table_that_stands_still_has_an_axis(table):
    still = table.assign(**{"2024": table[2023]})[[2023, "2024"]]
    ax = drawn(contribution_bars(growth_contributions(still)))
    assert ax.get_ylim()[0] < ax.get_ylim()[1]
    assert texts(ax.texts) == ["0.0%"]


def test_long_and_hostile_names_fit_and_are_not_formulas(table):
    names = ["Breakthrough Program for Senior Executives in Energy and Mining", r"$\frac$ & <b>"]
    ax = drawn(contribution_bars(growth_contributions(table.iloc[:2].set_axis(names))))
    shown = texts(ax.get_legend().get_texts())
    assert all(len(line) <= 30 for text in shown for line in text.split("\n"))
    assert r"\$\frac\$ & <b>" in shown


def test_numbers_keep_the_language_of_the_call(table):
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        ax = contribution_bars(growth_contributions(table))
    assert texts(drawn(ax).texts) == ["+10,0\u00a0%", "−5,0\u00a0%"]
    assert any("\u00a0%" in text for text in texts(ax.get_yticklabels()))


@pytest.fixture
def totals():
    index = pd.DataFrame({2021: [100, 100], 2022: [200, 100], 2023: [150, 90]}, index=["n", "o"])
    return totals_from_index(index, {"n": 0.25, "o": 0.75})


def test_growth_with_what_rounding_allows(totals):
    ax = drawn(implied_growth(totals))
    assert ax.lines[0].get_ydata().tolist() == totals["growth"].iloc[1:].tolist()
    segments = [segment[:, 1].tolist() for segment in ax.collections[0].get_segments()]
    assert segments == totals[["growth_low", "growth_high"]].iloc[1:].to_numpy().tolist()
    assert texts(ax.get_xticklabels()) == ["2022", "2023"]


def test_unbounded_growth_does_not_stretch_the_axis():
    index = pd.DataFrame({2021: [100], 2022: [0], 2023: [50], 2024: [60]}, index=["all"])
    ax = drawn(implied_growth(totals_from_index(index, {"all": 1.0})))
    assert np.isfinite(ax.get_ylim()).all()
    assert texts(ax.texts) == ["−100.0%", "+20.0%"]


def test_no_implied_growth_is_said(totals):
    for nothing in (totals.iloc[:0], totals.iloc[:1]):
        assert texts(implied_growth(nothing).texts) == ["No growth can be measured yet."]


def test_sixty_periods_are_named_now_and_then(totals):
    many = pd.concat([totals.iloc[[1]]] * 60).set_axis(
        pd.period_range("2019-01", periods=60, freq="M")
    )
    ax = drawn(implied_growth(many))
    assert texts(ax.get_xticklabels()) == [f"Jan {year}" for year in range(2019, 2024)]
    assert len(ax.texts) == 0


@pytest.mark.parametrize("plot", [contribution_bars, implied_growth])
def test_axes_given_are_drawn_on(plot, table, totals):
    _figure, ax = plt.subplots()
    assert plot(growth_contributions(table) if plot is contribution_bars else totals, ax=ax) is ax
    assert len(plt.get_fignums()) == 1


def test_missing_columns_are_named(table, totals):
    with pytest.raises(SchemaError, match="'contribution'"):
        contribution_bars(growth_contributions(table).drop(columns="contribution"))
    with pytest.raises(SchemaError, match="'growth_low'"):
        implied_growth(totals.drop(columns="growth_low"))
