"""Plots of forecasts: what is drawn is what the table says."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.models import BetaGeoModel
from custintel.plots.forecasts import forecast_heatmap, frequency_bars
from custintel.value.forecast_grid import forecast_matrix


@pytest.fixture
def matrix():
    model = BetaGeoModel.from_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    return forecast_matrix(model, age="6W", horizon="13W", max_frequency=3, step="2W")


@pytest.mark.parametrize("column", ["expected_purchases", "probability_alive"])
def test_each_history_has_its_shade_and_no_other(matrix, column):
    ax = forecast_heatmap(matrix, column=column)
    shades = np.ma.filled(ax.collections[0].get_array(), np.nan)
    assert shades.shape == (4, 4)  # silent for 0, 14, 28 or 42 days; 0 to 3 purchases
    for row in matrix.itertuples():
        at = shades[round((row.T - row.recency) / 14), row.frequency]
        assert at == pytest.approx(getattr(row, column))
    assert np.isfinite(shades).sum() == len(matrix)


def test_the_latest_purchase_is_on_top(matrix):
    low, high = forecast_heatmap(matrix).get_ylim()
    assert low > high


def test_a_probability_is_shaded_from_none_to_all(matrix):
    image = forecast_heatmap(matrix, column="probability_alive").collections[0]
    assert image.get_clim() == (0, 1)


def test_one_history_is_drawn(matrix):
    assert forecast_heatmap(matrix.iloc[:1]).collections[0].get_array().shape == (1, 1)


def test_bars_are_actual_and_expected():
    fit = pd.DataFrame({"n_customers": [60, 30, 10], "expected_customers": [58.5, 31.0, 10.5]})
    ax = frequency_bars(fit)
    actual, expected = ([bar.get_height() for bar in bars] for bars in ax.containers)
    assert (actual, expected) == ([60, 30, 10], [58.5, 31.0, 10.5])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1", "2 or more"]


def test_nothing_is_said_instead_of_drawn(matrix):
    assert forecast_heatmap(matrix.iloc[:0]).texts[0].get_text() == "No histories to show."
    fit = pd.DataFrame({"n_customers": [], "expected_customers": []})
    assert frequency_bars(fit).texts[0].get_text() == "No customers to show."


def test_wrong_tables_are_refused(matrix):
    with pytest.raises(SchemaError, match="'recency'"):
        forecast_heatmap(matrix.drop(columns="recency"))
    with pytest.raises(SchemaError, match="'n_customers'"):
        frequency_bars(pd.DataFrame({"expected_customers": [1.0]}))
    with pytest.raises(ValueError, match="column is one of"):
        forecast_heatmap(matrix, column="alive")
