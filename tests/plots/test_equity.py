"""Plots of equity and of purchases: what is drawn is what the table says."""

import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.plots import equity_bars, holdout_bars, tracking_lines


@pytest.fixture
def equity() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "equity": [900.0, 120.0, 0.0],
            "equity_low": [800.0, 90.0, 0.0],
            "equity_high": [1012.5, 160.0, 0.0],
        },
        index=["Champions", "At risk", "Lost"],
    )


def test_bars_are_as_long_as_the_equity_and_carry_it(equity: pd.DataFrame) -> None:
    ax = equity_bars(equity, currency="EUR")
    assert [bar.get_width() for bar in ax.patches] == [900.0, 120.0, 0.0]
    assert [text.get_text() for text in ax.texts] == ["€900.00", "€120.00", "€0.00"]
    (whiskers,) = [c for c in ax.collections if len(c.get_segments()) == 3]
    assert whiskers.get_segments()[0][:, 0].tolist() == [800.0, 1012.5]


def test_amounts_stand_clear_of_the_axis_end(equity: pd.DataFrame) -> None:
    ax = equity_bars(equity, currency="EUR")
    ax.figure.canvas.draw()
    right = ax.get_window_extent().x1
    assert all(text.get_window_extent().x1 <= right + 1 for text in ax.texts)


def test_tracking_draws_both_lines_and_the_cut() -> None:
    tracking = pd.DataFrame(
        {
            "actual_purchases": [3, 5, 8],
            "expected_purchases": [2.5, 5.5, 7.9],
            "is_holdout": [False, False, True],
        },
        index=pd.date_range("2024-01-07", periods=3, freq="7D"),
    )
    actual, expected, cut = tracking_lines(tracking).get_lines()
    assert list(actual.get_ydata()) == [3, 5, 8]
    assert list(expected.get_ydata()) == [2.5, 5.5, 7.9]
    assert list(cut.get_xdata()) == [2, 2]
    assert len(tracking_lines(tracking.iloc[:2]).get_lines()) == 2


def test_holdout_bars_pair_actual_and_expected() -> None:
    fit = pd.DataFrame(
        {"actual_mean": [0.2, 0.9], "expected_mean": [0.25, 0.8]},
        index=pd.Index([0, 1], name="frequency"),
    )
    ax = holdout_bars(fit)
    assert [[bar.get_height() for bar in group] for group in ax.containers] == [
        [0.2, 0.9],
        [0.25, 0.8],
    ]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1 or more"]


def test_empty_tables_say_so_and_wrong_ones_raise(equity: pd.DataFrame) -> None:
    assert "No customers" in equity_bars(equity.iloc[:0]).texts[0].get_text()
    for plot in (equity_bars, tracking_lines, holdout_bars):
        with pytest.raises(SchemaError):
            plot(pd.DataFrame({"other": [1]}))
