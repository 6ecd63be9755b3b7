"""Plots of backtests and of alive paths: what is drawn is what the table says."""

import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.plots.alive import alive_path
from custintel.plots.backtest import backtest_lines, calibration_points


@pytest.fixture
def tracking() -> pd.DataFrame:
    weeks = pd.date_range("2024-01-07", periods=2, freq="7D")
    index = pd.MultiIndex.from_product([["BG/NBD", "hiatus"], weeks], names=["model", "week_end"])
    return pd.DataFrame(
        {"actual_purchases": [3, 5, 3, 5], "expected_purchases": [2.5, 5.5, 1.0, 2.0]}, index=index
    )


@pytest.fixture
def deciles() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "expected_mean": [0.2, 2.8],
            "actual_mean": [0.25, 2.6],
            "actual_mean_low": [0.2, 2.4],
            "actual_mean_high": [0.3, 2.75],
        },
        index=pd.Index([1, 10], name="decile"),
    )


def test_lines_start_at_the_cut_and_are_named(tracking: pd.DataFrame) -> None:
    ax = backtest_lines(tracking)
    lines = [list(line.get_ydata()) for line in ax.get_lines()]
    assert lines == [[0, 3, 5], [0, 2.5, 5.5], [0, 1.0, 2.0]]
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["Actual", "BG/NBD", "Past rate until a long silence"]


def test_points_carry_their_intervals(deciles: pd.DataFrame) -> None:
    ax = calibration_points(deciles)
    (bars,) = ax.containers
    points, _caps, (whiskers,) = bars
    assert list(points.get_xdata()) == [0.2, 2.8]
    assert list(points.get_ydata()) == [0.25, 2.6]
    assert whiskers.get_segments()[1][:, 1].tolist() == pytest.approx([2.4, 2.75])
    assert ax.get_xlim() == ax.get_ylim()


def test_the_path_is_in_steps_with_its_purchases() -> None:
    path = pd.DataFrame(
        {"probability_alive": [1.0, 0.9, 0.95], "is_purchase": [True, False, True]},
        index=pd.date_range("2024-01-01", periods=3, name="day"),
    )
    ax = alive_path(path)
    line, marks = ax.get_lines()
    assert line.get_drawstyle() == "steps-post"
    assert list(line.get_ydata()) == [1.0, 0.9, 0.95]
    assert list(marks.get_ydata()) == [1.0, 0.95]
    assert ax.get_xticklabels()[0].get_text() == "1 Jan 2024"


def test_empty_tables_say_so_and_wrong_ones_raise(
    tracking: pd.DataFrame, deciles: pd.DataFrame
) -> None:
    assert "No purchases" in backtest_lines(tracking.iloc[:0]).texts[0].get_text()
    assert "No customers" in calibration_points(deciles.iloc[:0]).texts[0].get_text()
    for plot in (backtest_lines, calibration_points, alive_path):
        with pytest.raises(SchemaError):
            plot(pd.DataFrame({"other": [1]}))


def test_a_short_last_week_ends_before_a_whole_one_would(tracking: pd.DataFrame) -> None:
    ends = pd.to_datetime(["2024-01-07", "2024-01-10"])
    short = tracking.set_axis(
        pd.MultiIndex.from_product([["BG/NBD", "hiatus"], ends], names=["model", "week_end"])
    )
    for line in backtest_lines(short).get_lines():
        assert list(line.get_xdata()) == pytest.approx([0, 1, 1 + 3 / 7])
