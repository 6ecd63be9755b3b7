"""Plots of attribution and of budgets show the numbers of the tables."""

import gettext
import io
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.errors import SchemaError
from custintel.plots import (
    attribution_dots,
    budget_bars,
    credit_bars,
    elasticity_intervals,
    path_bars,
    removal_effect_bars,
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


def names(n):
    return HOSTILE[:n] if n <= 3 else [f"channel {i}" for i in range(n)]


def paths(n=3):
    done = np.arange(n, 0, -1) * 10
    steps = [tuple(names(3)[i % 3 :] * (i % 3 + 1)) for i in range(n)]
    return pd.DataFrame({"path": steps, "n_conversions": done, "n_nulls": 10})


def credits(n=3):
    value = np.linspace(60, 10, n)
    return pd.DataFrame(
        {
            "conversions": value,
            "conversions_low": value * 0.8,
            "conversions_high": value * 1.2,
            "share": value / value.sum(),
        },
        index=names(n),
    )


def effects(n=3):
    effect = np.linspace(0.75, 0.1, n)
    return pd.DataFrame(
        {
            "removal_effect": effect,
            "removal_effect_low": effect * 0.9,
            "removal_effect_high": effect * 1.1,
        },
        index=names(n),
    )


def comparison(n=3, methods=("first", "markov", "mine")):
    rows = [(channel, method) for channel in names(n) for method in methods]
    value = np.linspace(60, 10, len(rows))
    return pd.DataFrame(rows, columns=["channel", "method"]).assign(
        conversions=value, conversions_low=value * 0.8, conversions_high=value * 1.2
    )


def budget(n=3):
    return pd.DataFrame(
        {
            "current": np.linspace(20e3, 10e3, n),
            "proposed": np.linspace(30e3, 5e3, n),
            "action": ["increase", *["cut"] * (n - 1)],
        },
        index=names(n),
    )


def curves(n=3):
    value = np.linspace(0.3, 0.6, n)
    return pd.DataFrame(
        {
            "elasticity": value,
            "elasticity_low": value - 0.1,
            "elasticity_high": value + 0.1,
            "is_assumed": [False] * (n - 1) + [True],
        },
        index=names(n),
    )


def test_paths_are_bars_with_how_often_they_convert():
    table = pd.DataFrame(
        {
            "path": [("a", "b"), (), tuple("abcdef"), ("z",)],
            "n_conversions": [30, 20, 10, 0],
            "n_nulls": [70, 0, 0, 9],
        }
    )
    ax = drawn(path_bars(table))
    assert [bar.get_width() for bar in ax.patches] == [30, 20, 10]
    assert texts(ax.texts) == ["30 (30.0% of such paths)", "20", "10 (100.0% of such paths)"]
    assert texts(ax.get_yticklabels()) == ["a › b", "(no touch)", "a › b ›\n… › e › f"]


def test_credits_are_bars_with_intervals():
    ax = drawn(credit_bars(credits()))
    assert [bar.get_width() for bar in ax.patches] == [60, 35, 10]
    assert texts(ax.texts) == ["60.0 (57.1%)", "35.0 (33.3%)", "10.0 (9.5%)"]
    ends = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    assert ends == [pytest.approx(pair) for pair in ([48, 72], [28, 42], [8, 12])]


def test_credits_without_a_share_are_told_without_one():
    table = credits().assign(share=np.nan, conversions_low=np.nan, conversions_high=np.nan)
    assert texts(drawn(credit_bars(table)).texts) == ["60.0", "35.0", "10.0"]
    drawn(credit_bars(table.assign(conversions=0.0)))


def test_effects_are_percentages():
    ax = drawn(removal_effect_bars(effects()))
    assert texts(ax.texts) == ["75.0%", "42.5%", "10.0%"]
    assert "50%" in texts(ax.get_xticklabels())


def test_methods_are_dots_beside_one_another():
    ax = drawn(attribution_dots(comparison(2)))
    assert texts(ax.get_legend().get_texts()) == ["first touch", "Markov chain", "mine"]
    assert len({line.get_color() for line in ax.lines[:3]}) == 3
    assert ax.lines[0].get_xdata().tolist() == pytest.approx([60, 30])
    rows = [line.get_ydata()[0] for line in ax.lines[:3]]
    assert rows == sorted(rows)
    assert -0.5 < rows[0] < rows[-1] < 0.5


def test_budgets_are_pairs_of_bars_with_the_action():
    ax = drawn(budget_bars(budget(), currency="EUR"))
    assert [bar.get_width() for bar in ax.patches] == [20, 15, 10, 30, 17.5, 5]
    assert texts(ax.texts) == ["increase (+50.0%)", "cut (+16.7%)", "cut (−50.0%)"]
    assert ax.get_xlabel() == "Amount (thousand EUR)"
    unspent = budget_bars(budget().assign(current=0.0))
    assert texts(unspent.texts) == ["increase", "cut", "cut"]


def test_assumed_elasticities_are_hollow():
    ax = drawn(elasticity_intervals(curves()))
    estimated, assumed = ax.lines
    assert estimated.get_xdata().tolist() == pytest.approx([0.3, 0.45])
    assert assumed.get_markerfacecolor() == "white"


PLOTS = {
    path_bars: paths,
    credit_bars: credits,
    removal_effect_bars: effects,
    attribution_dots: comparison,
    budget_bars: budget,
    elasticity_intervals: curves,
}


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_one_row_and_none(plot):
    table = PLOTS[plot]()
    drawn(plot(table.iloc[:1]))
    ax = drawn(plot(table.iloc[:0]))
    assert len(ax.texts) == 1
    assert "No " in ax.texts[0].get_text()


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_of_many_rows_the_title_says_how_many(plot):
    ax = drawn(plot(PLOTS[plot](60)))
    assert ax.get_title("left").endswith("first 20 of 60")
    assert len(ax.get_yticklabels()) == 20


def test_of_many_methods_the_title_says_how_many():
    methods = [f"method {i}" for i in range(9)]
    ax = drawn(attribution_dots(comparison(2, methods)))
    assert ax.get_title("left").endswith("7 of 9 methods")
    assert len(ax.get_legend().get_texts()) == 7


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_long_and_hostile_names_fit_and_are_not_formulas(plot):
    ax = drawn(plot(PLOTS[plot]()))
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all(box.x0 >= 0 for box in boxes)
    assert not any(one.overlaps(two) for one, two in pairwise(boxes))


def test_numbers_are_written_in_french():
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        ax = removal_effect_bars(effects())
    assert texts(ax.texts)[0] == "75,0\u00a0%"


def test_axes_given_are_drawn_on():
    _figure, ax = plt.subplots()
    assert credit_bars(credits(), ax=ax) is ax
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_missing_columns_are_named(plot):
    with pytest.raises(SchemaError, match="lacks"):
        plot(pd.DataFrame({"a": [1.0]}))
