"""The plot of hit rates shows the numbers of the trial, in the reader's language."""

import gettext
import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.affinity import recommendation_trial
from custintel.datasets import simulate_crm
from custintel.errors import SchemaError
from custintel.plots import recommendation_hits

HOSTILE = r"$\frac$ & <b> a way of recommending that has a very long name indeed"


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


@pytest.fixture(scope="module")
def trial():
    crm = simulate_crm(300, random_state=1)
    return recommendation_trial(
        crm.transactions, calibration_end="2023-12-31", as_of=crm.as_of, n=3
    )


def test_bars_are_the_hit_rates_with_their_intervals(trial):
    ax = drawn(trial.plot())
    hits = trial.hits
    assert [bar.get_width() for bar in ax.patches] == hits["hit_rate"].tolist()
    segments = np.array(ax.collections[0].get_segments())[:, :, 0]
    np.testing.assert_allclose(segments, hits[["hit_rate_low", "hit_rate_high"]])
    assert texts(ax.get_yticklabels()) == ["Recommended", "Most popular"]
    assert ax.get_title("left") == "Customers who bought one of 3 items named"
    first = hits.iloc[0]
    assert texts(ax.texts)[0].endswith(f"({first['n_hits']:.0f} of {first['n_customers']:.0f})")


def test_trials_of_several_lengths_are_told_apart(trial):
    both = pd.concat([trial.hits, trial.hits.assign(n_items=5)])
    ax = drawn(recommendation_hits(both))
    assert texts(ax.get_yticklabels())[2] == "Recommended, 5 items"
    assert ax.get_title("left") == "Customers who bought an item named"


def test_one_row_sixty_rows_and_none(trial):
    assert len(drawn(recommendation_hits(trial.hits.iloc[:1])).patches) == 1
    nothing = drawn(recommendation_hits(trial.hits.iloc[:0]))
    assert texts(nothing.texts) == ["No recommendation was tried."]
    many = drawn(recommendation_hits(pd.concat([trial.hits] * 30)))
    assert len(many.patches) == 20
    assert many.get_title("left").endswith(",\nfirst 20 of 60")


def test_nobody_hit_is_drawn(trial):
    zero = trial.hits.assign(n_hits=0, hit_rate=0.0, hit_rate_low=0.0, hit_rate_high=0.0)
    assert drawn(recommendation_hits(zero)).get_xlim() == (0, 1)


def test_certain_hits_have_no_tick_above_all(trial):
    sure = trial.hits.assign(hit_rate=1.0, hit_rate_high=1.0)
    names = texts(drawn(recommendation_hits(sure)).get_xticklabels())
    assert "100%" in names
    assert not {"120%", "125%", "150%"} & set(names)


def test_long_and_hostile_names_fit_and_are_not_formulas(trial):
    ax = drawn(recommendation_hits(trial.hits.rename(index={"popularity": HOSTILE})))
    assert texts(ax.get_yticklabels())[1].startswith(r"\$\frac\$ & <b>")
    assert all(label.get_window_extent().x0 >= 0 for label in ax.get_yticklabels())


def test_numbers_are_in_the_language_of_the_call(trial):
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        ax = recommendation_hits(trial.hits)
        told = trial.summary()
    assert "\u00a0%" in texts(drawn(ax).texts)[0]
    assert texts(ax.get_xticklabels())[0] == "0\u00a0%"
    assert "\u00a0%" in told


def test_axes_given_are_drawn_on_and_missing_columns_named(trial):
    _figure, ax = plt.subplots()
    assert trial.plot(ax=ax) is ax
    assert len(plt.get_fignums()) == 1
    with pytest.raises(SchemaError, match="'n_items'"):
        recommendation_hits(trial.hits.drop(columns="n_items"))
