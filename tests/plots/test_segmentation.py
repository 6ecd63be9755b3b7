"""Plots of segments show the shares of the summary."""

import gettext
import io

import numpy as np
import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.errors import SchemaError
from custintel.plots import segment_bars


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


@pytest.fixture
def summary():
    return pd.DataFrame(
        {"customer_share": [0.25, 0.70, 0.05], "revenue_share": [0.85, 0.25, -0.10]},
        index=pd.Index(["Champions", "Lost", "Odd $ name $"], name="segment"),
    )


def test_two_bars_for_each_segment_best_on_top(summary):
    ax = drawn(segment_bars(summary))
    widths = [[bar.get_width() for bar in bars] for bars in ax.containers]
    assert widths == [[0.25, 0.70, 0.05], [0.85, 0.25, -0.10]]
    assert texts(ax.get_legend().get_texts()) == ["Customers", "Revenue"]
    assert texts(ax.get_yticklabels())[:2] == ["Champions", "Lost"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert texts(ax.texts) == ["25.0%", "70.0%", "5.0%", "85.0%", "25.0%", "−10.0%"]


def test_numbers_stay_within_the_axes_and_apart(summary):
    ax = drawn(segment_bars(summary))
    inside = ax.get_window_extent()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert all(inside.x0 <= box.x0 and box.x1 <= inside.x1 for box in boxes)
    pairs = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i]]
    assert not any(a.overlaps(b) for a, b in pairs)


def test_unknown_shares_are_dashes(summary):
    ax = drawn(segment_bars(summary.assign(revenue_share=np.nan)))
    assert texts(ax.texts)[3:] == ["–", "–", "–"]


def test_names_are_translated(summary):
    class Catalogue(gettext.NullTranslations):
        def gettext(self, message):
            return {"Champions": "Meilleurs clients", "Revenue": "Revenu"}.get(message, message)

    with catalogue_in_use(Catalogue(), "fr"):
        ax = segment_bars(summary)
    assert texts(ax.get_yticklabels())[0] == "Meilleurs clients"
    assert texts(ax.get_legend().get_texts()) == ["Customers", "Revenu"]


@pytest.mark.parametrize("n", [1, 3])
def test_names_with_braces_are_text(summary, n):
    odd = summary.iloc[:n].set_axis(["{0}", "{x}", "{"][:n])
    assert texts(drawn(segment_bars(odd)).get_yticklabels()) == ["{0}", "{x}", "{"][:n]


def test_nobody_is_said(summary):
    assert texts(segment_bars(summary.iloc[:0]).texts) == ["No customers to show."]


def test_missing_columns_are_named(summary):
    with pytest.raises(SchemaError, match="'revenue_share'"):
        segment_bars(summary.drop(columns="revenue_share"))
