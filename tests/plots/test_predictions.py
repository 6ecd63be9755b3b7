"""Plots of predictions show the numbers of their tables."""

import io
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from custintel import evaluation, plots
from custintel.errors import SchemaError


@pytest.fixture(scope="module")
def tables():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(600, 2)), columns=["recency", "a $very$ long name" * 4])
    y = rng.random(600) < 1 / (1 + np.exp(1 - X["recency"]))
    model = LogisticRegression().fit(X, y)
    p = model.predict_proba(X)[:, 1]
    dependence = evaluation.partial_dependence_table(model, X, ["recency"])
    return {
        plots.gains_curve: evaluation.gains_table(y, p),
        plots.calibration_plot: evaluation.calibration_table(y, p),
        plots.profit_curve: evaluation.own_value_profit(y, p, rng.lognormal(4, 1, 600)).table,
        plots.prediction_driver_bars: evaluation.permutation_drivers(model, X, y),
        plots.partial_dependence_lines: dependence,
        plots.drift_bars: evaluation.drift_table(X, X.iloc[:200] + np.array([0.5, 0])),
        "odds": evaluation.logit_drivers(X, y),
    }


PLOTS = [
    *(plots.gains_curve, plots.calibration_plot, plots.profit_curve),
    *(plots.prediction_driver_bars, plots.partial_dependence_lines, plots.drift_bars),
]


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_plot_draws_on_axes_and_refuses_what_is_no_table(plot, tables):
    figure, ax = plt.subplots()
    before = tables[plot].copy()
    assert plot(tables[plot], ax=ax) is ax
    figure.savefig(io.BytesIO(), format="png")
    pd.testing.assert_frame_equal(tables[plot], before)
    assert ax.get_title("left")
    assert ax.get_xlabel()
    empty = plot(tables[plot].iloc[:0])
    assert len(empty.texts) == 1
    with pytest.raises(SchemaError, match="lacks"):
        plot(pd.DataFrame({"a": [1]}))
    plt.close("all")


def test_numbers_are_those_of_the_tables(tables):
    gains = tables[plots.gains_curve]
    line = plots.gains_curve(gains).lines[0]
    np.testing.assert_allclose(line.get_ydata()[1:], gains["gain"])
    calibration = tables[plots.calibration_plot]
    points = plots.calibration_plot(calibration).lines[-1]
    np.testing.assert_allclose(points.get_xydata(), calibration[["probability", "event_rate"]])
    profit = tables[plots.profit_curve]
    np.testing.assert_allclose(plots.profit_curve(profit).lines[0].get_ydata(), profit["profit"])
    odds = tables["odds"]
    shown = plots.prediction_driver_bars(odds).lines[0]
    np.testing.assert_allclose(shown.get_xdata(), odds["odds_ratio"][::-1])
    drift = tables[plots.drift_bars]
    bars = sorted(bar.get_width() for bar in plots.drift_bars(drift).patches)
    np.testing.assert_allclose(bars, np.sort(drift["psi"]))
    plt.close("all")


def test_twenty_categories_have_room_for_their_names():
    names = [f"A sector with a long name, {number}" for number in range(20)]
    table = pd.DataFrame(
        {"value": np.nan, "text": names, "probability": np.linspace(0.1, 0.6, 20)},
        index=pd.MultiIndex.from_product([["sector"], range(1, 21)], names=["feature", "point"]),
    ).assign(
        tenth_percentile=lambda each: each["probability"] - 0.1,
        ninetieth_percentile=lambda each: each["probability"] + 0.1,
    )
    ax = plots.partial_dependence_lines(table)
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.get_yticklabels()]
    assert not any(box.overlaps(other) for box, other in pairwise(boxes))
    np.testing.assert_allclose(ax.lines[0].get_xdata(), table["probability"][::-1])
    plt.close("all")


def test_nothing_is_cut_off(tables):
    drivers = tables["odds"].rename(index=lambda name: f"{name} " * 3)
    ax = plots.prediction_driver_bars(drivers)
    ax.figure.draw_without_rendering()
    box = ax.xaxis.label.get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= ax.figure.bbox.x1
    plt.close("all")


def test_long_categories_can_be_told_apart(tables):
    terms = [f"sector_of_the_company = Trade, {kind}" for kind in ("retail", "wholesale")]
    drivers = tables["odds"].set_axis(terms)
    names = [text.get_text() for text in plots.prediction_driver_bars(drivers).get_yticklabels()]
    assert names == ["sector_of_t… = Trade, wholesale", "sector_of_t… = Trade, retail"]
    plt.close("all")
