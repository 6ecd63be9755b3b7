"""Plots of concentration and scenarios: what is drawn is what the table says."""

from itertools import pairwise

import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.plots import equity_bars, equity_curve, tornado


@pytest.fixture
def scenarios() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "low": [0.7, 80.0],
            "high": [0.9, 120.5],
            "equity_low": [200.0, 340.0],
            "equity_base": [300.0, 300.0],
            "equity_high": [450.0, 270.0],
        },
        index=["retention_rate", "a cost of one's own"],
    )


def test_bars_reach_from_the_base_to_each_end(scenarios: pd.DataFrame) -> None:
    ax = tornado(scenarios, currency="EUR")
    low, high = ax.containers
    assert [bar.get_x() + bar.get_width() for bar in low] == [200, 340]
    assert [bar.get_x() + bar.get_width() for bar in high] == [450, 270]
    assert [text.get_text() for text in ax.texts] == ["0.7", "80", "0.9", "120.5"]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["Retention rate", "a cost of one's own"]
    assert "€300" in ax.get_xlabel()


def test_texts_stay_on_the_figure_and_apart(scenarios: pd.DataFrame) -> None:
    ax = tornado(scenarios * [1, 1, 1e4, 1e4, 1e4], currency="EUR")
    ax.figure.canvas.draw()
    low, high = ax.get_xlim()
    ticks = zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)
    shown = [text.get_window_extent() for at, text in ticks if low <= at <= high]
    assert len(shown) >= 2
    assert all(left.x1 <= right.x0 for left, right in pairwise(shown))
    assert ax.title.get_window_extent().x1 <= ax.figure.bbox.x1


def test_many_drivers_are_cut_and_told(scenarios: pd.DataFrame) -> None:
    many = pd.concat([scenarios] * 7)
    ax = tornado(many)
    assert len(ax.get_yticklabels()) == 12
    assert "12 of 14" in ax.get_title(loc="left")


def test_the_curve_is_drawn_and_marked() -> None:
    curve = pd.DataFrame({"customer_share": [0, 0.5, 1], "equity_share": [0, 0.9, 1]})
    ax = equity_curve(curve)
    assert ax.get_lines()[1].get_ydata().tolist() == [0, 0.9, 1]
    assert "36%" in ax.texts[0].get_text()
    assert "No equity" in equity_curve(curve.iloc[:0]).texts[0].get_text()


def test_bars_without_interval_have_no_whiskers() -> None:
    ax = equity_bars(pd.DataFrame({"equity": [3.0]}, index=["all"]))
    assert not ax.collections
    assert "interval" not in ax.get_title(loc="left")


def test_wrong_tables_are_refused(scenarios: pd.DataFrame) -> None:
    for plot in (tornado, equity_curve):
        with pytest.raises(SchemaError):
            plot(pd.DataFrame({"other": [1]}))
    assert "No scenario" in tornado(scenarios.iloc[:0]).texts[0].get_text()
