"""Plots of what comes next show the numbers of the tables, in the reader's language."""

import gettext
import io
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.affinity import interpurchase_distribution, next_purchase, transition_table
from custintel.errors import SchemaError
from custintel.plots import interpurchase_curve, next_purchase_bars, transition_heatmap

LONG = "Breakthrough Program for Senior Executives in Energy and Mining"
HOSTILE = r"$\frac$ & <b>"


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def orders(n=900, items=("course", "coaching", "book", LONG, HOSTILE)):
    rng = np.random.default_rng(1)
    days = rng.integers(0, 1000, n).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "customer_id": rng.integers(0, 150, n),
            "order_id": np.arange(n),
            "ordered_at": np.datetime64("2021-01-01", "us") + days,
            "product_id": rng.choice(np.array(items, dtype=object), n),
            "revenue": 1.0,
        }
    )


@pytest.fixture(scope="module")
def following():
    return next_purchase(orders(), as_of="2024-06-30")


@pytest.fixture(scope="module")
def transitions():
    return transition_table(orders(), as_of="2024-06-30")


@pytest.fixture(scope="module")
def distribution():
    return interpurchase_distribution(orders(), as_of="2024-06-30")


def test_bars_are_the_probabilities_with_their_intervals_and_chance(following):
    ax = drawn(next_purchase_bars(following, antecedent="course"))
    rows = following[following["antecedent"] == "course"]
    assert [bar.get_width() for bar in ax.patches] == rows["probability"].tolist()
    segments = np.array(ax.collections[0].get_segments())
    np.testing.assert_allclose(
        segments[:, :, 0], rows[["probability_low", "probability_high"]].to_numpy()
    )
    assert ax.lines[0].get_xdata().tolist() == rows["base_rate"].tolist()
    assert texts(ax.get_legend().get_texts()) == ["by chance"]
    assert ax.get_title("left") == "What customers buy after\ncourse"
    first = rows.iloc[0]
    assert texts(ax.texts)[0].endswith(f"({first['n_followed']} of {first['n_observed']})")
    # The first row is at the top.
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_several_antecedents_are_named(following):
    ax = drawn(next_purchase_bars(following))
    assert len(ax.patches) == 15
    assert ax.get_title("left") == "What customers buy afterwards,\nfirst 15 of 25"
    assert all("\n→ " in name for name in texts(ax.get_yticklabels()))
    one = next_purchase_bars(following.iloc[:1])
    assert "→" not in texts(one.get_yticklabels())[0]


def test_sixty_bars_say_how_many_are_drawn(following):
    many = pd.concat([following.iloc[[0]]] * 60).assign(consequent=[f"p{i}" for i in range(60)])
    title = next_purchase_bars(many).get_title("left")
    assert title.startswith("What customers buy (first 15 of 60) after\n")


@pytest.mark.parametrize("antecedent", [LONG, HOSTILE])
def test_long_and_hostile_names_fit_and_are_not_formulas(following, transitions, antecedent):
    ax = drawn(next_purchase_bars(following, antecedent=antecedent))
    for shown in (ax, drawn(transition_heatmap(transitions))):
        boxes = [label.get_window_extent() for label in shown.get_yticklabels()]
        assert all(box.x0 >= 0 for box in boxes)
        assert not any(a.overlaps(b) for a, b in pairwise(boxes))
        figure = shown.figure.get_window_extent()
        assert shown._left_title.get_window_extent().x1 <= figure.x1
    names = texts(drawn(transition_heatmap(transitions)).get_yticklabels())
    assert r"\$\frac\$ & <b>" in names


def test_nothing_to_show_is_said(following, transitions, distribution):
    nothing = "No purchase that follows another often enough."
    assert texts(next_purchase_bars(following.iloc[:0]).texts) == [nothing]
    nobody = next_purchase_bars(following.iloc[:0], antecedent="course")
    assert texts(nobody.texts) == [nothing]
    assert texts(transition_heatmap(transitions.iloc[:0]).texts) == ["No purchase to show."]
    assert texts(interpurchase_curve(distribution.iloc[:0]).texts) == [
        "No purchase was followed by another."
    ]


def test_an_unknown_antecedent_is_told(following):
    with pytest.raises(ValueError, match="No row has the antecedent 'chess'; the table has"):
        next_purchase_bars(following, antecedent="chess")


def test_missing_columns_are_named(following, transitions, distribution):
    with pytest.raises(SchemaError, match="'base_rate'"):
        next_purchase_bars(following.drop(columns="base_rate"))
    with pytest.raises(SchemaError, match="'next_item'"):
        transition_heatmap(transitions.drop(columns="next_item"))
    with pytest.raises(SchemaError, match="'days'"):
        interpurchase_curve(distribution.drop(columns="days"))


def test_shades_are_the_probabilities(transitions):
    ax = drawn(transition_heatmap(transitions))
    shown = np.asarray(ax.images[0].get_array())
    assert shown.shape == (5, 6)
    assert shown.ravel().tolist() == transitions["probability"].tolist()
    assert shown.sum(axis=1) == pytest.approx(1)
    assert texts(ax.get_xticklabels())[-1] == "(no further purchase)"
    assert len(ax.texts) == 30


def test_of_sixty_items_twenty_are_drawn():
    many = orders(3000, items=tuple(f"product {i}" for i in range(80)))
    table = transition_table(many, as_of="2024-06-30", n_items=60)
    ax = drawn(transition_heatmap(table))
    shown = np.asarray(ax.images[0].get_array())
    assert shown.shape == (20, 21)
    assert ax.get_title("left") == "What comes after each purchase,\n20 of 61 items"
    by_pair = table.set_index(["item", "next_item"])["probability"]
    first, last = table["item"].iloc[0], "(no further purchase)"
    assert shown[0, [0, -1]].tolist() == [by_pair[first, first], by_pair[first, last]]
    assert not ax.texts


def test_a_single_purchase_is_drawn():
    ax = drawn(transition_heatmap(transition_table(orders(1), as_of="2024-06-30")))
    assert texts(ax.texts) == ["0%", "100%"]


def test_the_curve_starts_at_nothing_and_marks_the_median(distribution):
    ax = drawn(interpurchase_curve(distribution))
    line = ax.lines[0]
    assert line.get_xdata().tolist() == [0, *distribution["days"]]
    assert line.get_ydata().tolist() == [0, *distribution["followed_share"]]
    half = distribution.loc[distribution["followed_share"] >= 0.5, "days"].iloc[0]
    assert texts(ax.texts) == [f"Half within {half} days"]
    assert ax.get_legend() is None


def test_groups_have_curves_of_their_own_up_to_seven():
    many = orders(2000, items=tuple(f"product {i}" for i in range(9)))
    table = interpurchase_distribution(many, as_of="2024-06-30", by="product_id")
    ax = drawn(interpurchase_curve(table))
    assert len(ax.get_legend().get_texts()) == 7
    assert ax.get_title("left") == "How soon customers purchase again, 7 of 9 groups"
    assert not ax.texts


def test_a_median_that_is_not_reached_is_not_marked(distribution):
    ax = drawn(interpurchase_curve(distribution[distribution["followed_share"] < 0.5]))
    assert not ax.texts


def test_numbers_are_in_the_language_of_the_call(following, transitions, distribution):
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        bars = next_purchase_bars(following, antecedent="course")
        shades = transition_heatmap(transitions)
        curve = interpurchase_curve(distribution)
    for ax in (bars, shades, curve):
        drawn(ax)
    assert "\u00a0%" in texts(bars.texts)[0]
    assert "\u00a0%" in texts(shades.texts)[0]
    assert "100\u00a0%" in texts(curve.get_yticklabels())


def test_axes_given_are_drawn_on(following, transitions, distribution):
    for draw, table in (
        (next_purchase_bars, following),
        (transition_heatmap, transitions),
        (interpurchase_curve, distribution),
    ):
        _figure, ax = plt.subplots()
        assert draw(table, ax=ax) is ax
    assert len(plt.get_fignums()) == 3
