"""The simulated experiment has the effects that it tells of."""

import numpy as np
import pandas as pd
import pytest

from custintel.datasets import simulate_experiment


@pytest.fixture(scope="module")
def experiment():
    return simulate_experiment(40_000, random_state=5)


def rates(experiment):
    return experiment.table.groupby("arm")["converted"].mean()


def test_table_and_truth_are_of_the_same_customers(experiment):
    assert experiment.table.index.name == "customer_id"
    pd.testing.assert_index_equal(experiment.table.index, experiment.truth.index)
    assert set(experiment.features) == set(experiment.table) - {"arm", "converted", "revenue"}
    assert experiment.table.notna().all(axis=None)


def test_rates_are_the_true_ones(experiment):
    truth = experiment.truth[["control_rate", "treated_rate"]].mean()
    found = rates(experiment)
    # Four standard errors of a rate of 0.12 among 20,000.
    assert found["control"] == pytest.approx(truth["control_rate"], abs=0.009)
    assert found["mail"] == pytest.approx(truth["treated_rate"], abs=0.009)


def test_revenue_added_is_the_true_one(experiment):
    revenue = experiment.table.groupby("arm")["revenue"]
    error = np.sqrt((revenue.var() / revenue.count()).sum())
    added = revenue.mean()["mail"] - revenue.mean()["control"]
    assert added == pytest.approx(experiment.truth["revenue_uplift"].mean(), abs=4 * error)


def test_who_is_put_off_loses(experiment):
    worst = experiment.truth["uplift"].nsmallest(8000).index
    found = experiment.table.loc[worst].groupby("arm")["converted"].mean()
    assert found["mail"] < found["control"] - 0.04


def test_revenue_is_of_buyers_alone(experiment):
    bought = experiment.table["converted"] == 1
    assert (experiment.table["revenue"] > 0).equals(bought)


@pytest.mark.parametrize(("effect", "uplift"), [("constant", 0.03), ("none", 0.0)])
def test_effect_of_a_kind_is_the_same_for_all(effect, uplift):
    truth = simulate_experiment(500, effect=effect, random_state=1).truth
    np.testing.assert_allclose(truth["uplift"], uplift, atol=1e-12)
    assert truth["treated_rate"].between(0, 1).all()


@pytest.mark.parametrize(("share", "n"), [(0.5, 50), (0.2, 20), (0.001, 1), (0.999, 99)])
def test_as_many_are_treated_as_asked_for(share, n):
    table = simulate_experiment(100, treated_share=share, random_state=1).table
    assert (table["arm"] == "mail").sum() == n


def test_same_seed_gives_the_same_experiment():
    first, again, other = (simulate_experiment(50, random_state=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first.table, again.table)
    assert not first.table.equals(other.table)
    generator = np.random.default_rng(1)
    assert len(simulate_experiment(2, random_state=generator).table) == 2


@pytest.mark.parametrize("n", [1, 0, -3, 2.5, True])
def test_wrong_numbers_of_customers_are_refused(n):
    with pytest.raises(ValueError, match="n_customers is a whole number, 2 or more"):
        simulate_experiment(n, random_state=1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"effect": "large"}, "effect is one of"),
        ({"treated_share": 1.0}, "treated_share lies between 0 and 1, ends excluded"),
        ({"random_state": -1}, "random_state is a whole number from 0"),
    ],
)
def test_wrong_arguments_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        simulate_experiment(10, **({"random_state": 1} | wrong))
