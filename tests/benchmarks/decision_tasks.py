"""What is measured of decisions: a million customers, twenty actions, all limits at once."""

import numpy as np
import pandas as pd

from custintel.decisions import Action, Limits, next_best_action

from .measuring import Task

N_ACTIONS = 20
PROMISED = {"owner": "Kim", "deadline": "2025-03-31", "measure": "order in 60 days"}


def customers(n: int) -> pd.DataFrame:
    """Return customers with a probability for each action, a value and a sales person."""
    rng = np.random.default_rng(1)
    keen = rng.lognormal(0, 0.5, n)
    columns = {f"p{i}": np.minimum(rng.beta(1, 12, n) * keen, 1.0) for i in range(N_ACTIONS)}
    columns |= {"worth": rng.gamma(2, 60, n), "seller": rng.integers(0, n // 1000, n)}
    columns |= {"may_call": rng.random(n) < 0.7}
    index = pd.Index(np.char.zfill(np.arange(n).astype(str), 7), name="customer_id", dtype="str")
    return pd.DataFrame(columns, index=index)


def actions(n: int) -> list[Action]:
    """Return actions half of which have places for a fortieth of the customers."""
    return [
        Action(
            name=f"action {i}",
            probability=f"p{i}",
            value="worth" if i % 2 else 60.0 + 5 * i,
            cost=1.0 + 0.5 * i,
            eligible="may_call" if i % 3 == 0 else None,
            capacity=n // 40 if i % 2 else None,
            **PROMISED,
        )
        for i in range(N_ACTIONS)
    ]


def _planned(table: pd.DataFrame) -> list[float]:
    n = len(table)
    limits = Limits(budget=1.5 * n, group="seller", group_capacity=450)
    plan = next_best_action(table, actions(n), limits=limits)
    chosen = plan.by_action["n_chosen"].to_numpy(float)
    is_within = (chosen <= plan.by_action["capacity"].fillna(np.inf)).all()
    is_within &= bool((plan.group_capacity["n_chosen"] <= 450).all())
    is_within &= bool(plan.budget_used <= 1.5 * n)
    return [plan.gap, float(is_within), plan.chosen_value, float(chosen.sum())]


TASKS = {("next_best_action", "custintel"): Task(customers, _planned)}
