"""Plots of revenue show the numbers of the table, in the reader's language."""

import gettext
import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.errors import SchemaError
from custintel.plots import growth_bars, lorenz_curve, revenue_over_time
from custintel.revenue import growth_table, revenue_table


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def one_row(amounts, start="2020-01", freq="M"):
    periods = pd.period_range(start, periods=len(amounts), freq=freq)
    return pd.DataFrame([amounts], index=["total"], columns=periods, dtype=float)


def test_one_item_is_bars(few_orders):
    ax = revenue_over_time(revenue_table(few_orders, as_of="2024-06-30", period="M"))
    assert [bar.get_height() for bar in ax.patches] == [120, 100, 110, 0, 670, 0]
    assert ax.get_ylabel() == "Revenue"
    assert texts(drawn(ax).get_xticklabels())[0] == "Jan 2024"


@pytest.mark.parametrize(
    ("largest", "currency", "height", "label"),
    [
        (9_999, "EUR", 9_999, "Revenue (EUR)"),
        (10_000, "EUR", 10, "Revenue (thousand EUR)"),
        (25e6, None, 25, "Revenue (millions)"),
        (-4e10, "USD", -40, "Revenue (billion USD)"),
    ],
)
def test_amounts_are_in_a_unit_that_keeps_them_short(largest, currency, height, label):
    ax = revenue_over_time(one_row([largest, 0]), currency=currency)
    assert ax.patches[0].get_height() == pytest.approx(height)
    assert ax.get_ylabel() == label


def test_several_items_are_lines_with_their_names(order_lines):
    table = revenue_table(order_lines, as_of="2024-03-31", by="channel", period="Q")
    ax = drawn(revenue_over_time(table))
    lines = {line.get_label(): list(line.get_ydata()) for line in ax.lines[:2]}
    assert lines == {"web": [30, 65], "shop": [30, 10]}
    assert texts(ax.get_legend().get_texts()) == ["web", "shop"]
    assert texts(ax.get_xticklabels()) == ["Q4 2023", "Q1 2024"]


def test_of_many_items_the_first_seven_and_the_title_says_so():
    table = pd.DataFrame({2023: range(9), 2024: range(9)}, index=[f"p{i}" for i in range(9)])
    ax = revenue_over_time(table)
    assert len(ax.get_legend().get_texts()) == 7
    assert ax.get_title("left") == "Revenue over time, 7 largest of 9"


def test_sixty_months_are_named_by_their_januaries():
    ax = drawn(revenue_over_time(one_row(np.linspace(-5, 5, 60), start="2019-03")))
    names = texts(ax.get_xticklabels())
    assert names == ["Jan 2020", "Jan 2021", "Jan 2022", "Jan 2023", "Jan 2024"]
    assert ax.get_xticks().tolist() == [10, 22, 34, 46, 58]
    assert min(bar.get_height() for bar in ax.patches) == -5


def test_long_and_hostile_names_fit_and_are_not_formulas():
    names = ["Breakthrough Program for Senior Executives in Energy and Mining", r"$\frac$ & <b>"]
    table = pd.DataFrame({2023: [1.0, 2.0], 2024: [2.0, 1.0]}, index=names)
    for ax in (revenue_over_time(table), growth_bars(growth_table(table))):
        drawn(ax)
        legend = ax.get_legend()
        shown = legend.get_texts() if legend else ax.get_yticklabels()
        assert all(len(line) <= 30 for text in texts(shown) for line in text.split("\n"))
        boxes = [label.get_window_extent() for label in shown]
        assert all(box.x0 >= 0 for box in boxes)
        assert not boxes[0].overlaps(boxes[1])


@pytest.mark.parametrize("table", [one_row([]), one_row([1]).iloc[:0]])
def test_nothing_to_show_is_said(table):
    assert texts(revenue_over_time(table).texts) == ["No revenue to show."]


def test_axes_given_are_drawn_on(few_orders):
    _figure, ax = plt.subplots()
    table = revenue_table(few_orders, as_of="2024-06-30")
    assert revenue_over_time(table, ax=ax) is ax
    assert len(plt.get_fignums()) == 1


def test_numbers_keep_the_language_of_the_call():
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        ax = revenue_over_time(one_row([4000.0, 8000.0]))
    ax.figure.savefig(io.BytesIO())
    assert "8\u202f000" in texts(ax.get_yticklabels())
    assert texts(ax.get_xticklabels()) == ["01/2020", "02/2020"]


@pytest.fixture
def growth():
    table = pd.DataFrame(
        {2020: [100.0, 100.0, 100.0], 2022: [81.0, 144.0, 121.0]}, index=["fell", "best", "rose"]
    )
    return growth_table(table, rounding=2)


def test_growth_fastest_first_with_intervals(growth):
    ax = drawn(growth_bars(growth))
    assert texts(ax.get_yticklabels()) == ["best", "rose", "fell"]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([0.2, 0.1, -0.1])
    assert texts(ax.texts) == ["+20.0%", "+10.0%", "−10.0%"]
    assert ax.get_xlabel() == "Over 2 years"
    segments = ax.collections[0].get_segments()
    ends = [[segment[0][0], segment[1][0]] for segment in segments]
    expected = growth.loc[["best", "rose", "fell"], ["cagr_low", "cagr_high"]].to_numpy()
    np.testing.assert_allclose(ends, expected)
    low, high = ax.get_xlim()
    assert low < growth["cagr_low"].min() < growth["cagr_high"].max() < high
    # The first row is at the top.
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_unknown_growth_is_a_dash(growth):
    growth.loc["rose", ["cagr", "cagr_low", "cagr_high"]] = np.nan
    ax = drawn(growth_bars(growth))
    assert texts(ax.texts) == ["+20.0%", "−10.0%", "–"]


def test_no_known_growth_is_said(growth):
    assert texts(growth_bars(growth.assign(cagr=np.nan)).texts) == [
        "No growth can be measured yet."
    ]
    assert texts(growth_bars(growth.iloc[:0]).texts) == ["No growth can be measured yet."]


def test_unbounded_growth_does_not_stretch_the_axis(growth):
    growth.loc["best", "cagr_high"] = np.inf
    low, high = drawn(growth_bars(growth)).get_xlim()
    assert np.isfinite([low, high]).all()


def test_growth_of_many_items_says_how_many():
    growth = pd.DataFrame({"cagr": np.linspace(0, 1, 25), "n_years": 1.5}, index=range(25))
    ax = growth_bars(growth)
    assert len(ax.patches) == 20
    assert ax.get_title("left") == "Average growth per year, 20 largest of 25"
    assert ax.get_xlabel() == "Over 1.50 years"


def test_curve_and_the_best_fifth():
    curve = pd.DataFrame({"customer_share": [0, 0.1, 0.5, 1], "revenue_share": [0, 0.4, 0.8, 1]})
    ax = drawn(lorenz_curve(curve))
    diagonal, line, mark = ax.lines
    assert line.get_xydata().tolist() == curve.to_numpy().tolist()
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert mark.get_xydata().ravel().tolist() == pytest.approx([0.2, 0.5])
    assert texts(ax.texts) == ["The best 20% of customers\nbring 50% of the revenue"]
    assert texts(ax.get_xticklabels())[-1] == "100%"


def test_empty_curve_is_said():
    curve = pd.DataFrame({"customer_share": [], "revenue_share": []})
    assert texts(lorenz_curve(curve).texts) == ["No revenue to show."]


def test_missing_columns_are_named(growth):
    with pytest.raises(SchemaError, match="'n_years'"):
        growth_bars(growth.drop(columns="n_years"))
    with pytest.raises(SchemaError, match="'revenue_share'"):
        lorenz_curve(pd.DataFrame({"customer_share": [0, 1]}))
