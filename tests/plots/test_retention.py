"""The cohort plot shows the rates of the table, and which are not final."""

import io
import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from custintel.errors import SchemaError
from custintel.plots import cohort_heatmap
from custintel.retention import cohort_table


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def hatched(ax):
    """Return the cells under hatching as (row, period number)."""
    patches = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_hatch()]
    return [(round(p.get_y() + 0.5), round(p.get_x() + 0.5)) for p in patches]


def test_cells_are_the_rates_after_the_first_period(few_orders):
    ax = drawn(cohort_heatmap(cohort_table(few_orders, as_of="2024-05-31")))
    shown = ax.images[0].get_array().filled(np.nan)
    np.testing.assert_array_equal(shown, [[0.5, 1, 0, 0.5], [np.nan] * 4])
    assert texts(ax.texts) == ["50%", "100%", "0%", "50%"]
    assert texts(ax.get_yticklabels()) == ["Jan 2024 (2)", "May 2024 (1)"]
    assert texts(ax.get_xticklabels()) == ["1", "2", "3", "4"]
    assert hatched(ax) == []
    assert ax.get_xlabel().startswith("Months after the first purchase")


def test_periods_that_are_not_over_are_hatched(few_orders):
    cohorts = cohort_table(few_orders, as_of="2024-06-15")
    assert hatched(drawn(cohort_heatmap(cohorts))) == [(0, 5), (1, 1)]


@pytest.mark.parametrize(("period", "word"), [("Q", "Quarters"), ("Y", "Years")])
def test_axis_names_the_period(few_orders, period, word):
    ax = cohort_heatmap(cohort_table(few_orders, as_of="2026-06-15", period=period))
    assert ax.get_xlabel().startswith(word)


def triangle(n):
    """Return `n` monthly cohorts, all with the rate 20 %, one customer's with 100 %."""
    rows = [(cohort, number) for cohort in range(n) for number in range(n - cohort)]
    start = pd.Period("2019-01")
    table = pd.DataFrame(rows, columns=["cohort", "period_number"])
    return table.assign(
        cohort=[start + cohort for cohort in table["cohort"]],
        n_customers=100,
        retention_rate=np.where(table["period_number"] == 0, 1.0, 0.2),
        is_complete=True,
    )


def test_many_cells_have_a_scale_instead_of_numbers():
    cohorts = triangle(60)
    cohorts.loc[1, "retention_rate"] = 1.0
    ax = drawn(cohort_heatmap(cohorts))
    assert not ax.texts
    scale = next(axes for axes in ax.figure.axes if axes is not ax)
    assert "20%" in texts(scale.get_yticklabels())
    # One odd cell does not pale the others: the darkest shade is that of nearly all.
    assert ax.images[0].get_clim() == (0, pytest.approx(0.2))
    names = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert not any(a.overlaps(b) for a, b in itertools.pairwise(names))
    assert len(names) <= 24


def test_nobody_came_back_can_be_drawn():
    cohorts = triangle(3)
    cohorts.loc[cohorts["period_number"] > 0, "retention_rate"] = 0.0
    ax = drawn(cohort_heatmap(cohorts))
    assert texts(ax.texts) == ["0%"] * 3
    assert ax.images[0].get_clim() == (0, 1)


@pytest.mark.parametrize("as_of", ["2023-01-01", "2024-01-31"])
def test_no_later_period_is_said(few_orders, as_of):
    ax = cohort_heatmap(cohort_table(few_orders, as_of=as_of))
    assert texts(ax.texts) == ["No period after the first purchases yet."]


def test_missing_columns_are_named():
    with pytest.raises(SchemaError, match="'is_complete'"):
        cohort_heatmap(triangle(2).drop(columns="is_complete"))
