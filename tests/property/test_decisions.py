"""Laws that hold for the plan of any customers, actions and limits."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custintel.decisions import Action, Limits, next_best_action
from custintel.decisions._allocation import allocate
from custintel.decisions._exact import holds, improved
from custintel.decisions._problem import Problem, value_of

PROMISED = {"owner": "Kim", "deadline": "2025-03-31", "measure": "order"}


@st.composite
def problems(draw):
    """Return a problem of whole numbers, in which ties are common."""
    n, n_actions = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    n_groups = draw(st.integers(1, 3))
    whole = st.integers(-3, 20)
    gain = np.array(draw(st.lists(whole, min_size=n * n_actions, max_size=n * n_actions)), float)
    gain[gain <= 0] = -np.inf
    costs = st.lists(st.integers(0, 6), min_size=n_actions, max_size=n_actions)
    places = st.one_of(st.just(np.inf), st.integers(0, 5).map(float))
    return Problem(
        gain=gain.reshape(n, n_actions),
        cost=np.array([draw(costs)], float),
        budget=draw(st.one_of(st.just(np.inf), st.integers(0, 40).map(float))),
        capacity=np.array([draw(places) for _ in range(n_actions)]),
        group=np.array(draw(st.lists(st.integers(0, n_groups - 1), min_size=n, max_size=n))),
        group_capacity=np.array([draw(places) for _ in range(n_groups)]),
        per_customer=draw(st.integers(1, 3)),
    )


@settings(max_examples=60, deadline=None)
@given(problems())
def test_limits_hold_and_the_bound_is_one(problem):
    found = allocate(problem)
    exact = improved(problem, found)
    for each in (found, exact):
        assert holds(problem, each.chosen)
        assert each.chosen.shape[1] <= problem.per_customer
        assert all(len({*row} - {-1}) == (row >= 0).sum() for row in each.chosen)
        assert each.value == pytest.approx(value_of(problem, each.chosen))
        assert each.value <= each.bound * (1 + 1e-9) + 1e-9
    assert found.value <= exact.value <= found.bound * (1 + 1e-9) + 1e-9
    assert exact.value >= exact.bound * (1 - 1e-6) - 1e-6


def customers(rng, n=60):
    table = pd.DataFrame({"a": rng.beta(1, 6, n), "b": rng.beta(1, 9, n), "g": rng.choice(3, n)})
    return table.set_axis(pd.Index([f"c{i:03}" for i in range(n)], name="customer_id"), axis=0)


ACTIONS = [
    Action(name="a", probability="a", value=100.0, cost=6.0, capacity=14, **PROMISED),
    Action(name="b", probability="b", value=160.0, cost=2.5, **PROMISED),
]


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_of_customers_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    table = customers(rng)
    limits = Limits(budget=90, group="g", group_capacity=12)
    plans = [
        next_best_action(each, ACTIONS, limits=limits)
        for each in (table, table.iloc[rng.permutation(len(table))])
    ]
    pd.testing.assert_frame_equal(plans[0].table, plans[1].table)
    pd.testing.assert_frame_equal(plans[0].control, plans[1].control)
    assert plans[0].budget_used <= 90
    assert (plans[0].by_action["n_chosen"] <= [14, np.inf]).all()
    assert (plans[0].group_capacity["n_chosen"] <= 12).all()


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 150), st.integers(1, 60))
def test_more_budget_is_never_worse(seed, budget, more):
    table = customers(np.random.default_rng(seed))
    less, richer = (
        next_best_action(table, ACTIONS, limits=Limits(budget=each)).chosen_value
        for each in (budget, budget + more)
    )
    assert richer >= less * (1 - 1e-6)
