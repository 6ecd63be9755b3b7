"""The survival curve draws what its table says."""

import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.plots.survival import survival_curve


@pytest.fixture
def survival() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "observed_survival": [1.0, 0.87, None, None],
            "survival": [1.0, 0.85, 0.75, 0.68],
            "survival_low": [1.0, 0.83, 0.72, 0.64],
            "survival_high": [1.0, 0.87, 0.77, 0.71],
        },
        index=pd.RangeIndex(4, name="n_renewals"),
    )


def test_lines_and_band_are_those_of_the_table(survival: pd.DataFrame) -> None:
    ax = survival_curve(survival)
    model, observed, projected = ax.get_lines()
    assert list(model.get_ydata()) == [1.0, 0.85, 0.75, 0.68]
    assert list(observed.get_xdata()) == [0, 1]
    assert list(observed.get_ydata()) == [1.0, 0.87]
    assert list(projected.get_xdata()) == [1, 1]
    (band,) = ax.collections
    heights = band.get_paths()[0].vertices[:, 1]
    assert {0.64, 0.71} <= set(heights.tolist())


def test_nothing_is_marked_as_projected_when_all_was_observed(survival: pd.DataFrame) -> None:
    assert len(survival_curve(survival.head(2)).get_lines()) == 2


def test_models_made_from_parameters_have_neither_points_nor_band(survival: pd.DataFrame) -> None:
    missing = ["observed_survival", "survival_low", "survival_high"]
    ax = survival_curve(survival.assign(**dict.fromkeys(missing, float("nan"))))
    assert len(ax.get_lines()) == 1
    assert not ax.collections


def test_given_axes_are_drawn_on_and_the_table_is_not_changed(survival: pd.DataFrame) -> None:
    before = survival.copy(deep=True)
    ax = survival_curve(survival)
    assert survival_curve(survival, ax=ax) is ax
    pd.testing.assert_frame_equal(survival, before)


def test_missing_columns_are_named(survival: pd.DataFrame) -> None:
    with pytest.raises(SchemaError, match="'survival_low'"):
        survival_curve(survival.drop(columns="survival_low"))
