"""Plots of migration, profiles and lookalikes show the numbers of their tables."""

import gettext
import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.errors import SchemaError
from custintel.plots import (
    lookalike_curve,
    migration_heatmap,
    profile_bars,
    profile_differences,
    segment_bars,
    segment_flow_bars,
)
from custintel.segmentation import (
    migration_table,
    profile_means,
    profile_table,
    segment_flows,
    segment_table,
)

HOSTILE = [r"$\frac$ & <b> of a name that is longer than any line", "{0}", "{x}", "=1+1", ""]


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def named(names, n=120):
    """Return segments of customers before and after, by a fixed rule."""
    ids = [f"c{i}" for i in range(n)]
    before = pd.Series([names[i % len(names)] for i in range(n)], index=ids)
    after = pd.Series([names[(i + i // len(names)) % len(names)] for i in range(n)], index=ids)
    return before, after


@pytest.fixture
def migration():
    before = pd.Series({"a": "x", "b": "x", "c": "x", "d": "x", "e": "y"})
    after = pd.Series({"a": "x", "b": "x", "c": "x", "d": "y", "e": "y", "f": "y"})
    return migration_table(before, after)


def test_heatmap_writes_the_shares_of_the_rows(migration):
    ax = drawn(migration_heatmap(migration))
    assert texts(ax.texts) == ["75%", "25%", "100%", "100%"]
    assert texts(ax.get_yticklabels()) == ["x (4)", "y (1)", "(not yet a customer) (1)"]
    assert texts(ax.get_xticklabels()) == ["x", "y"]
    shares = np.asarray(ax.images[0].get_array())
    np.testing.assert_allclose(shares, [[0.75, 0.25], [0, 1], [0, 1]])
    # The frame marks those who stayed.
    assert [patch.get_xy() for patch in ax.patches] == [(-0.5, -0.5), (0.5, 0.5)]


def test_flow_bars_write_the_change(migration):
    ax = drawn(segment_flow_bars(segment_flows(migration)))
    assert [[bar.get_width() for bar in bars] for bars in ax.containers] == [[4, 1], [3, 3]]
    assert texts(ax.texts) == ["4", "1", "3 (−1)", "3 (+2)"]


def test_of_sixty_segments_some_are_drawn_and_the_title_says_so():
    before, after = named([f"s{i:02d}" for i in range(60)], 600)
    moves = migration_table(before, after)
    ax = drawn(migration_heatmap(moves))
    assert ax.get_title("left").endswith("14 largest of 60")
    assert len(ax.get_yticklabels()) == 14
    flows = drawn(segment_flow_bars(segment_flows(moves)))
    assert flows.get_title("left").endswith("20 of 60")
    values = pd.Series(1.0, index=before.index)
    assert len(segment_bars(segment_table(before, values)).get_yticklabels()) == 60


@pytest.mark.parametrize("n", [1, 5])
def test_names_are_text_whatever_they_hold(n):
    before, after = named(HOSTILE[:n])
    moves = migration_table(before, after)
    for ax in (migration_heatmap(moves), segment_flow_bars(segment_flows(moves))):
        drawn(ax)
        boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
        assert all(box.x0 >= 0 for box in boxes)
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    columns = [label.get_window_extent() for label in migration_heatmap(moves).get_xticklabels()]
    assert not any(a.overlaps(b) for i, a in enumerate(columns) for b in columns[:i])


@pytest.fixture
def profile():
    before, _after = named(["best", "rest"], 200)
    table = pd.DataFrame(
        {"country": ["FR", "CH"] * 90 + ["DE"] * 20, "level": ["VP", "x", "y", "z"] * 50},
        index=before.index,
    )
    return profile_table(table, before)


def test_profile_of_one_segment_around_a_hundred(profile):
    best = profile[profile["segment"] == "best"]
    ax = drawn(profile_bars(best))
    rows = best.sort_values("q", kind="stable")
    rows = rows.sort_values("index", ascending=False, kind="stable")
    assert texts(ax.get_yticklabels()) == [
        f"{a}: {v}" for a, v in zip(rows["attribute"], rows["value"], strict=True)
    ]
    assert texts(ax.texts) == [f"{index:.0f}" for index in rows["index"]]
    dots = ax.collections[1].get_offsets()
    np.testing.assert_allclose(dots[:, 0], rows["index"].clip(10, 1000))
    ranges = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    expected = rows[["index_low", "index_high"]].clip(10, 1000).to_numpy()
    np.testing.assert_allclose(ranges, expected)
    assert ax.get_title("left") == "best:\nOver- and under-represented values"


def test_only_what_is_more_than_chance_has_a_colour(profile):
    ax = profile_bars(profile[profile["segment"] == "best"].assign(q=[0.04, 0.06] + [1.0] * 5))
    colours = {tuple(colour) for colour in ax.collections[1].get_facecolors().round(3)}
    assert len(colours) == 2


def test_of_many_rows_the_clearest_are_drawn():
    before, _after = named([f"s{i}" for i in range(12)], 240)
    table = pd.DataFrame({"x": [f"v{i % 5}" for i in range(240)]}, index=before.index)
    profile = profile_table(table, before)
    ax = drawn(profile_bars(profile))
    assert ax.get_title("left").endswith("20 clearest of 60")
    assert len(ax.get_yticklabels()) == 20
    assert texts(ax.get_yticklabels())[0].startswith("s")


def test_profiles_with_hostile_names_and_infinite_numbers(profile):
    odd = profile.iloc[:4].assign(
        segment="$x$", value=HOSTILE[:4], index=[np.inf, 0, 1e9, 50], index_high=np.inf, index_low=0
    )
    ax = drawn(profile_bars(odd))
    assert np.isfinite(ax.get_xlim()).all()
    assert "–" in texts(ax.texts)
    drawn(profile_bars(odd.iloc[:1]))


def test_differences_of_means():
    before, _after = named(["best", "rest"], 40)
    table = pd.DataFrame(
        {"income": [9.0, 1.0] * 20, "age": np.arange(40.0), "same": 1.0}, index=before.index
    ) + pd.DataFrame({"income": np.arange(40) / 40, "age": 0, "same": 0}, index=before.index)
    means = profile_means(table, before)
    ax = drawn(profile_differences(means))
    assert texts(ax.get_yticklabels())[0] == "best, income"
    # What does not vary has no difference in standard deviations, and the title says so.
    assert ax.get_title("left").endswith("4 clearest of 6")
    assert texts(ax.texts)[0].startswith("+")
    assert texts(ax.texts)[-1].startswith("−")


def test_curve_of_lookalikes():
    worth = pd.DataFrame(
        {"hit_rate": [0.4, 0.9], "hit_low": [0.3, 0.8], "hit_high": [0.5, 0.95]},
        index=pd.Index([0.1, 0.5], name="top_share"),
    )
    ax = drawn(lookalike_curve(worth))
    diagonal, curve = ax.lines
    assert curve.get_xydata().tolist() == [[0, 0], [0.1, 0.4], [0.5, 0.9], [1, 1]]
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert texts(ax.texts) == ["40%", "90%"]


TABLES = {
    migration_heatmap: ["before", "after", "n_customers", "share"],
    segment_flow_bars: ["n_before", "n_after", "net"],
    profile_bars: ["segment", "attribute", "value", "index", "index_low", "index_high", "q"],
    profile_differences: [
        *("segment", "attribute", "standardised_difference"),
        *("standardised_low", "standardised_high", "q"),
    ],
    lookalike_curve: ["hit_rate", "hit_low", "hit_high"],
}


@pytest.mark.parametrize("plot", TABLES, ids=lambda plot: plot.__name__)
def test_nothing_is_said_and_missing_columns_are_named(plot):
    empty = pd.DataFrame(columns=TABLES[plot], dtype=float)
    assert texts(plot(empty).texts)[0].startswith("No ")
    with pytest.raises(SchemaError, match=repr(TABLES[plot][-1])):
        plot(empty.drop(columns=TABLES[plot][-1]))
    _figure, ax = plt.subplots()
    assert plot(empty, ax=ax) is ax


def test_french_numbers_and_names(migration):
    class Catalogue(gettext.NullTranslations):
        def gettext(self, message):
            return {"(not yet a customer)": "(pas encore client)"}.get(message, message)

    with catalogue_in_use(Catalogue(), "fr"):
        ax = drawn(migration_heatmap(migration))
    assert "75\u00a0%" in texts(ax.texts)
    assert texts(ax.get_yticklabels())[-1] == "(pas encore client) (1)"
