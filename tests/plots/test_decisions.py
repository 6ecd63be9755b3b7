"""Plots of plans and warnings show the numbers of the tables."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.plots import budget_value_curve, plan_bars, warning_lines

HOSTILE = [r"$\frac$ & <b>", "=cmd()", "Breakthrough Program for Senior Executives in Energy"]


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def actions(n=3):
    names = HOSTILE[:n] if n <= 3 else [f"action {i}" for i in range(n)]
    value = np.linspace(900, 100, n)
    return pd.DataFrame(
        {
            "expected_value": value,
            "n_treated": 90,
            "n_control": 10,
            "is_incremental": np.arange(n) % 2 == 0,
        },
        index=names,
    )


def limits():
    return pd.DataFrame(
        {
            "kpi": r"$\frac$ orders",
            "period": pd.period_range("2023-01", periods=14, freq="M"),
            "value": [10.0] * 12 + [15.0, 4.0],
            "expected": 10.0,
            "expected_low": 8.0,
            "expected_high": 12.0,
            "is_watched": [False] * 12 + [True] * 2,
        }
    )


def test_bars_are_the_expected_values():
    ax = drawn(plan_bars(actions()))
    assert sorted(bar.get_width() for bar in ax.patches) == [100, 500, 900]
    assert ax.texts[0].get_text() == "900 (90 customers, 10 held back)"
    assert len(ax.get_legend().get_texts()) == 2


def test_the_title_says_how_many_actions_are_shown():
    ax = drawn(plan_bars(actions(25)))
    assert len(ax.patches) == 20
    assert "first 20 of 25" in ax.get_title(loc="left")


def test_the_curve_is_the_table():
    budgets, reached, bound = [0.0, 100.0, 50.0], [0.0, 90.0, 60.0], [0.0, 91.0, 62.0]
    curve = pd.DataFrame({"budget": budgets, "chosen_value": reached, "dual_bound": bound})
    lines = drawn(budget_value_curve(curve)).lines
    assert lines[0].get_xydata().tolist() == [[0, 0], [50, 60], [100, 90]]
    assert lines[1].get_ydata().tolist() == [0, 62, 91]


def test_watched_values_outside_their_limits_are_marked():
    ax = drawn(warning_lines(limits()))
    marked = [line for line in ax.lines if line.get_label() == "outside"]
    assert marked[0].get_xydata().tolist() == [[12, 15], [13, 4]]
    quiet = limits().assign(value=10.0)
    assert "outside" not in [line.get_label() for line in warning_lines(quiet).lines]


@pytest.mark.parametrize(
    ("plot", "table"),
    [(plan_bars, actions().head(0)), (warning_lines, limits().head(0))],
)
def test_nothing_to_draw_is_said(plot, table):
    assert len(drawn(plot(table)).texts) == 1


def test_axes_given_are_drawn_on():
    _figure, ax = plt.subplots()
    assert warning_lines(limits(), ax=ax) is ax


@pytest.mark.parametrize("plot", [plan_bars, budget_value_curve, warning_lines])
def test_missing_columns_are_named(plot):
    with pytest.raises(SchemaError, match="lacks"):
        plot(pd.DataFrame({"x": [1]}))
