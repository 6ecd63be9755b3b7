"""A project followed: what was booked against what was planned."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.projects import track_project


@pytest.fixture
def plan() -> pd.DataFrame:
    return pd.DataFrame(
        {"period": [0, 1, 2, 3], "cost": [100, 10, 10, 10], "benefit": [0, 50, 80, 80]}
    )


def test_variances_and_outlook_by_hand(plan: pd.DataFrame) -> None:
    booked = pd.DataFrame({"period": [0, 0, 2], "cost": [90, 30, 15], "benefit": [0.0, 0.0, 70.0]})
    track = track_project(plan, booked)
    assert track["is_observed"].to_list() == [True, True, True, False]
    # Nothing was booked in period 1, so nothing was spent or earned.
    assert track["actual_cost"].iloc[:3].to_list() == [120, 0, 15]
    assert track["cost_variance"].iloc[:3].to_list() == [20, -10, 5]
    assert track["benefit_variance"].iloc[:3].to_list() == [0, -50, -10]
    assert track["planned_cumulative"].to_list() == [-100, -60, 10, 80]
    assert track["actual_cumulative"].iloc[:3].to_list() == [-120, -120, -65]
    assert track["cumulative_variance"].iloc[2] == -75
    assert track["outlook"].to_list() == [-120, -120, -65, 5]
    assert track["planned_roi"].iloc[3] == pytest.approx(80 / 130)
    assert track["actual_roi"].iloc[2] == pytest.approx(-65 / 135)
    unseen = ["actual_cost", "actual_benefit", "cost_variance", "actual_cumulative", "actual_roi"]
    assert track[unseen].iloc[3].isna().all()


def test_a_project_that_runs_longer_than_planned(plan: pd.DataFrame) -> None:
    longer = pd.concat([plan, plan.tail(1).assign(period=5)])
    track = track_project(plan, longer)
    assert track["planned_cost"].iloc[4:].to_list() == [0, 0]
    assert track["outlook"].iloc[-1] == track["actual_cumulative"].iloc[-1] == 150


def test_before_the_start_all_is_plan(plan: pd.DataFrame) -> None:
    track = track_project(plan, plan.iloc[:0])
    assert not track["is_observed"].any()
    np.testing.assert_allclose(track["outlook"], track["planned_cumulative"])
    assert track_project(plan.iloc[:0], plan.iloc[:0]).empty


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("cost", -1.0, "'cost' of table 'actual'"),
        ("benefit", np.nan, "'benefit' of table 'actual'"),
        ("period", 0.5, "whole number between 0 and 1200"),
    ],
)
def test_impossible_bookings_are_refused(
    column: str, value: float, told: str, plan: pd.DataFrame
) -> None:
    with pytest.raises(SchemaError, match=told):
        track_project(plan, plan.assign(**{column: value}))
    with pytest.raises(SchemaError, match="lacks"):
        track_project(plan.drop(columns=column), plan)
    with pytest.raises(TypeError, match="actual is a pandas DataFrame"):
        track_project(plan, None)
