"""Simulated touches: their form, and the chain that they are drawn from."""

import numpy as np
import pandas as pd
import pytest

from custintel.datasets import simulate_touches


@pytest.fixture(scope="module")
def simulated():
    return simulate_touches(20_000, random_state=1)


def test_form_of_the_tables(simulated):
    touches, conversions = simulated.touches, simulated.conversions
    assert touches["touch_id"].is_unique
    assert conversions["conversion_id"].is_unique
    assert touches["customer_id"].nunique() == 20_000
    assert set(conversions["customer_id"]) <= set(touches["customer_id"])
    last = touches.groupby("customer_id")["occurred_at"].max()
    since = conversions["occurred_at"] - last[conversions["customer_id"]].to_numpy()
    assert since.between(pd.Timedelta("1min"), pd.Timedelta("1h")).all()
    gaps = touches.groupby("customer_id")["occurred_at"].diff().dropna()
    assert gaps.between(pd.Timedelta("1min"), pd.Timedelta("36h")).all()


def test_steps_are_taken_as_often_as_the_chain_says(simulated):
    steps = simulated.touches.groupby("customer_id")["channel"]
    following = pd.crosstab(simulated.touches["channel"], steps.shift(-1).fillna("(end)"))
    truth = simulated.truth.transitions
    assert truth.sum(axis=1).to_numpy() == pytest.approx(1)
    n = following.sum(axis=1)
    for before in following.index:
        for after in following.index:
            p = truth.loc[before, after]
            error = np.sqrt(p * (1 - p) / n[before])
            assert following.loc[before, after] / n[before] == pytest.approx(p, abs=4.5 * error)


def test_paths_convert_as_often_as_the_chain_says(simulated):
    p = simulated.truth.conversion_probability
    error = np.sqrt(p * (1 - p) / 20_000)
    assert len(simulated.conversions) / 20_000 == pytest.approx(p, abs=4 * error)


def test_effects_are_those_of_walks_that_end_at_the_channel_taken(simulated):
    """Of the paths of the chain, those that hold a channel are lost without it."""
    touches = simulated.touches
    converted = touches[touches["customer_id"].isin(simulated.conversions["customer_id"])]
    n = len(simulated.conversions)
    lost = converted.groupby("channel")["customer_id"].nunique() / n
    truth = simulated.truth.channels["removal_effect"]
    error = np.sqrt(truth * (1 - truth) / n)
    assert ((lost[truth.index] - truth).abs() < 4 * error).all()
    assert simulated.truth.channels["share"].sum() == pytest.approx(1)


def test_one_path_and_the_same_again():
    first, second = (simulate_touches(1, random_state=5) for _time in range(2))
    pd.testing.assert_frame_equal(first.touches, second.touches)
    assert first.touches["customer_id"].unique().tolist() == ["c1"]
    with pytest.raises(ValueError, match="n_paths is a whole number"):
        simulate_touches(0, random_state=1)
