"""Plots of clusters show which numbers hold, and what is typical of each cluster."""

import gettext
import io
import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from custintel._text import catalogue_in_use
from custintel.errors import SchemaError
from custintel.plots import _style as style
from custintel.plots import cluster_profile_heatmap, cluster_stability_plot
from custintel.segmentation import cluster_profiles


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


@pytest.fixture
def stability():
    worst = np.array([0.95, 0.80, 0.60])
    return pd.DataFrame(
        {
            "worst_jaccard": worst,
            "worst_jaccard_low": worst - 0.05,
            "worst_jaccard_high": worst + 0.05,
            "smallest_share": [0.30, 0.06, 0.055],
        },
        index=pd.Index([2, 3, 4], name="k"),
    )


@pytest.fixture
def profiles():
    return pd.DataFrame(
        {
            "name": ["Frequent, high spenders", "Average customers"],
            "customer_share": [0.054, 0.946],
            "median_frequency": [12.0, 1.5],
            "position_frequency": [0.95, 0.45],
            "median_monetary": [1234.5, np.nan],
            "position_monetary": [0.98, np.nan],
        },
        index=pd.Index([1, 2], name="cluster"),
    )


def test_lines_are_the_table_and_points_that_pass_are_filled(stability):
    ax = drawn(cluster_stability_plot(stability))
    jaccard, share = (line for line in ax.lines if len(line.get_xdata()) == 3)
    assert jaccard.get_ydata().tolist() == [0.95, 0.80, 0.60]
    assert share.get_ydata().tolist() == [0.30, 0.06, 0.055]
    thresholds = [line.get_ydata()[0] for line in ax.lines if len(line.get_xdata()) == 2]
    assert thresholds == [0.75, 0.05]
    faces = [to_hex(face) for face in ax.collections[1].get_facecolors()]
    assert faces == [style.BLUE.lower(), style.BLUE.lower(), "#ffffff"]
    assert texts(ax.texts) == ["0.95", "0.80", "0.60", "30%", "6.0%", "5.5%"]
    assert texts(ax.get_xticklabels()) == ["2", "3", "4"]
    assert texts(ax.get_legend().get_texts()) == ["Worst Jaccard", "Smallest cluster"]


def test_own_thresholds(stability):
    ax = drawn(cluster_stability_plot(stability, least_jaccard=0.5, smallest_share=0.2))
    faces = [to_hex(face) for face in ax.collections[1].get_facecolors()]
    assert faces == [style.BLUE.lower(), "#ffffff", "#ffffff"]


def test_intervals_are_drawn(stability):
    ax = cluster_stability_plot(stability)
    ends = [segment[:, 1].tolist() for segment in ax.collections[0].get_segments()]
    assert ends == [pytest.approx([v - 0.05, v + 0.05]) for v in (0.95, 0.80, 0.60)]


@pytest.mark.parametrize("n", [1, 20, 60])
def test_any_number_of_numbers_of_clusters(stability, n):
    many = pd.concat([stability.head(1)] * n).set_axis(range(2, n + 2))
    ax = drawn(cluster_stability_plot(many))
    assert len(ax.texts) == (2 if n == 1 else 0)
    inside = ax.figure.bbox
    assert inside.y0 <= ax.get_legend().get_window_extent().y0
    names = [label.get_window_extent() for label in ax.get_xticklabels()]
    assert not any(a.overlaps(b) for a, b in itertools.pairwise(names))


def test_numbers_do_not_touch(stability):
    ax = drawn(cluster_stability_plot(stability))
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(ax.get_window_extent().contains(*box.max) for box in boxes)


def test_cells_are_the_medians_shaded_by_position(profiles):
    ax = drawn(cluster_profile_heatmap(profiles))
    assert texts(ax.texts) == ["12", "1,234", "1.5", "–"]
    shades = ax.images[0].get_array().filled(np.nan)
    np.testing.assert_array_equal(shades, [[0.95, 0.98], [0.45, np.nan]])
    assert ax.images[0].get_clim() == (0, 1)
    assert texts(ax.get_xticklabels()) == ["frequency", "monetary"]
    assert texts(ax.get_yticklabels()) == [
        "Frequent, high spenders\n5.4%",
        "Average customers\n95%",
    ]
    assert ax.get_title(loc="left") == "The typical customer of each cluster"


def test_of_many_clusters_and_features_the_first_are_drawn_and_the_title_says_so():
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.normal(size=(600, 9)), columns=[f"feature {i}" for i in range(9)])
    profiles = cluster_profiles(table, pd.Series(np.arange(600) % 60))
    ax = drawn(cluster_profile_heatmap(profiles))
    assert ax.images[0].get_array().shape == (20, 7)
    assert ax.get_title(loc="left").endswith("(20 of 60 clusters, 7 of 9 features)")
    names = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert not any(a.overlaps(b) for a, b in itertools.pairwise(names))
    assert ax.title.get_window_extent().x1 <= ax.figure.bbox.x1


@pytest.mark.parametrize("name", ["$x$ and $y", "<script>", "{0}", "", "long " * 40, "=1+1"])
def test_names_are_written_as_they_are(profiles, name):
    odd = profiles.head(1).assign(name=name).rename(columns=lambda c: c.replace("monetary", name))
    ax = drawn(cluster_profile_heatmap(odd))
    written = texts(ax.get_yticklabels())[0].replace("\\$", "$")
    assert written.partition("\n")[0][:5] == name.strip()[:5]
    edges = ax.figure.bbox
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all(edges.x0 - 1 <= box.x0 for box in boxes)


def test_nothing_is_said(stability, profiles):
    assert texts(cluster_stability_plot(stability.head(0)).texts) == [
        "No numbers of clusters were tried."
    ]
    assert texts(cluster_profile_heatmap(profiles.head(0)).texts) == ["No clusters to show."]
    assert texts(cluster_profile_heatmap(profiles[["name", "customer_share"]]).texts) == [
        "No clusters to show."
    ]


def test_axes_that_are_given_are_drawn_on(stability, profiles):
    import matplotlib.pyplot as plt

    _, (first, second) = plt.subplots(1, 2, figsize=(10, 4))
    assert cluster_stability_plot(stability, ax=first) is first
    assert cluster_profile_heatmap(profiles, ax=second) is second


def test_french(stability, profiles):
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        first, second = cluster_stability_plot(stability), cluster_profile_heatmap(profiles)
    assert texts(drawn(first).texts)[0] == "0,95"
    assert texts(drawn(second).texts)[2] == "1,5"
    assert texts(first.get_yticklabels())[1].startswith("0,")


def test_missing_columns_are_named(stability, profiles):
    with pytest.raises(SchemaError, match="'smallest_share'"):
        cluster_stability_plot(stability.drop(columns="smallest_share"))
    with pytest.raises(SchemaError, match="'name'"):
        cluster_profile_heatmap(profiles.drop(columns="name"))
    with pytest.raises(SchemaError, match="'position_frequency'"):
        cluster_profile_heatmap(profiles.drop(columns="position_frequency"))
