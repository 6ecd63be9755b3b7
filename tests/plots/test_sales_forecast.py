"""Plots of seasons and of sales to come show the numbers of the tables."""

import gettext
import io

import numpy as np
import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.errors import SchemaError
from custintel.plots import forecast_fan, seasonal_profile
from custintel.revenue import seasonality_table, weekday_table


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def seasons(n_items, season="month", cycle=12):
    names = [
        f"item {i} $x$ of a name that does not end before the second line" for i in range(n_items)
    ]
    index = pd.MultiIndex.from_product([names, range(1, cycle + 1)], names=["item", season])
    values = np.tile(np.linspace(0.5, 1.5, cycle), n_items)
    return pd.DataFrame(
        {"seasonal_index": values, "low": values - 0.1, "high": values + 0.1}, index=index
    )


def test_one_item_is_bars_with_intervals():
    ax = drawn(seasonal_profile(seasons(1)))
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(np.linspace(0.5, 1.5, 12))
    ends = [segment[:, 1].tolist() for segment in ax.collections[0].get_segments()]
    np.testing.assert_allclose(ends[0], [0.4, 0.6])
    assert texts(ax.get_xticklabels())[:2] == ["Jan", "Feb"]
    assert ax.get_title("left") == "Revenue by month of the year"


def test_several_items_are_lines_and_the_title_says_how_many():
    ax = drawn(seasonal_profile(seasons(60, "weekday", 7)))
    assert len(ax.get_legend().get_texts()) == 7
    assert ax.get_title("left") == "Revenue by day of the week, 7 first of 60"
    assert texts(ax.get_xticklabels()) == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def test_seasons_of_real_tables(few_orders):
    quarters = pd.period_range("2021Q1", periods=12, freq="Q")
    table = pd.DataFrame([[80.0, 100, 90, 130] * 3], index=["total"], columns=quarters)
    ax = drawn(seasonal_profile(seasonality_table(table)))
    assert texts(ax.get_xticklabels()) == ["Q1", "Q2", "Q3", "Q4"]
    drawn(seasonal_profile(weekday_table(few_orders, as_of="2024-06-30")))


@pytest.fixture
def coming():
    months = pd.period_range("2024-01", periods=3, freq="M")
    return pd.DataFrame(
        {"forecast": [11.0, 12, 13], "low": [9.0, 9, 9], "high": [13.0, 15, 17]}, months
    )


def past(n, freq="M"):
    periods = pd.period_range(end="2023-12", periods=n, freq=freq)
    return pd.Series(np.linspace(5, 10, n), index=periods)


def test_the_forecast_sets_out_from_the_last_sale(coming):
    ax = drawn(forecast_fan(coming, past(12), model="seasonal naive", currency="EUR"))
    observed, forecast = ax.lines
    assert observed.get_ydata().tolist() == past(12).tolist()
    assert forecast.get_xdata().tolist() == [11, 12, 13, 14]
    assert forecast.get_ydata().tolist() == [10, 11, 12, 13]
    assert texts(ax.get_legend().get_texts()) == [
        *("Observed", "Forecast: seasonal naive", "95% bounds")
    ]
    assert ax.get_ylim()[0] == 0


def test_one_step_and_a_long_history(coming):
    ax = drawn(forecast_fan(coming.iloc[:1], past(80), level=0.8))
    assert len(ax.lines[0].get_xdata()) == 60
    assert ax.get_title("left") == "Sales to come, after the last 60 periods of 80"
    assert texts(ax.get_legend().get_texts())[-1] == "80% bounds"


def test_large_amounts_are_in_millions_and_losses_below_zero(coming):
    ax = drawn(forecast_fan(-coming * 1e6, past(12)))
    assert ax.get_ylabel() == "Revenue (millions)"
    assert ax.get_ylim()[0] < -13


def test_nothing_to_show_is_said(coming):
    assert texts(forecast_fan(coming.iloc[:0], past(12)).texts) == ["No forecast to show."]
    for table in (seasons(1).iloc[:0], seasons(1) * np.nan):
        assert texts(seasonal_profile(table).texts) == ["No season can be measured yet."]


def test_missing_columns_are_named(coming):
    with pytest.raises(SchemaError, match="lacks 'high'"):
        forecast_fan(coming.drop(columns="high"), past(12))
    with pytest.raises(SchemaError, match="lacks"):
        seasonal_profile(coming)


def test_numbers_are_in_the_language_of_the_reader(coming):
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        ax = seasonal_profile(seasons(1))
    assert "0,5" in texts(drawn(ax).get_yticklabels())
