"""The next best action: for each customer what is worth most, within budget and capacity."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import require_between, require_columns
from custintel._intervals import normal_quantile
from custintel.decisions._exact import best_allocation
from custintel.decisions._held_back import held_back
from custintel.decisions._offers import Offers, read_offers
from custintel.decisions._plan_tables import (
    action_rows,
    group_rows,
    pairs_of,
    plan_rows,
    total_interval,
)
from custintel.decisions.actions import Action, Limits
from custintel.decisions.plans import ActionPlan, part_missing

_NO_LIMITS = Limits()


def next_best_action(  # noqa: PLR0913 - what is planned, and how its effect is measured
    customers: pd.DataFrame,
    actions: Sequence[Action],
    *,
    limits: Limits = _NO_LIMITS,
    control_share: float = 0.1,
    stratify_by: Sequence[str] = (),
    currency: str | None = None,
    level: float = 0.95,
    random_state: int | np.random.Generator = 0,
) -> ActionPlan:
    """Plan which customers get which action, for the most expected value within all limits.

    An action is worth probability × value − cost, and is never chosen at 0 or less. A
    probability tells what customers are likely to do, not what the action changes: unless it
    is the uplift of an experiment, the value assumes that nothing would have come anyway, and
    the plan says so. The plan therefore holds some of the customers chosen back at random, to
    be compared afterwards; their part of the budget is not spent.

    Up to 2,000 pairs of a customer and an action that is worth it are planned exactly, by
    integer programming. Of more, prices on the budget and the capacities settle the choice;
    ``dual_bound`` says how much any plan could be worth at most, and ``gap`` how near this one
    is. No limit is ever exceeded.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, with the index or column ``customer_id``, and the columns that
        `actions` and `limits` name.
    actions : sequence of Action
        What can be proposed.
    limits : Limits, optional
        Budget, actions per customer, capacity of groups, rest after a contact; by default one
        action per customer, and no other limit.
    control_share : float, default=0.1
        Part of the customers chosen for each action who are held back; above 0, up to 0.5.
    stratify_by : sequence of str, optional
        Columns of the customers of whose values the same part is held back, such as the
        segment; fifths of the expected value always are.
    currency : str, optional
        Of all amounts, such as ``"EUR"``.
    level : float, default=0.95
        Probability that the interval of what is realised aims to cover, between 0 and 1; that
        of what is expected has the level of the bounds given.
    random_state : int or numpy.random.Generator, default=0
        Of who is held back.

    Returns
    -------
    ActionPlan
        Who gets what, who is held back, what it is expected to bring, and what limits it.

    Raises
    ------
    SchemaError
        If a column is missing, a customer comes twice, or a probability or amount is missing
        or out of its range for a customer who may get the action.
    TypeError
        If something is not of its type.
    ValueError
        If two actions have one name, or a share or level is out of its range.

    References
    ----------
    Fisher, M. L. (1981). The Lagrangian relaxation method for solving integer programming
    problems. Management Science 27(1), 1-18.

    Marsten, R. E., Hogan, W. W. and Blankenship, J. W. (1975). The boxstep method for
    large-scale optimization. Operations Research 23(3), 389-405.

    Examples
    --------
    >>> customers = pd.DataFrame(
    ...     {"p_call": [0.30, 0.10, 0.20, 0.02], "p_mail": [0.05, 0.04, 0.01, 0.03]},
    ...     index=pd.Index(["ann", "bob", "cleo", "dan"], name="customer_id"),
    ... )
    >>> promised = {"owner": "Kim", "deadline": "2025-03-31", "measure": "order in 60 days"}
    >>> actions = [
    ...     Action(name="call", probability="p_call", value=100.0, cost=8.0, **promised),
    ...     Action(name="mail", probability="p_mail", value=100.0, cost=1.0, **promised),
    ... ]
    >>> plan = next_best_action(customers, actions, limits=Limits(budget=18), control_share=0.3)
    >>> chosen = plan.ranked()
    >>> chosen[chosen["status"] != "not chosen"][["customer_id", "action", "expected_value"]]
      customer_id action  expected_value
    0         ann   call            22.0
    2         bob   mail             3.0
    4        cleo   call            12.0
    5         dan   mail             2.0
    >>> plan.chosen_value, plan.dual_bound
    (39.0, 39.0)
    """
    require_between(control_share, 0.001, 0.5, name="control_share")
    normal_quantile(level)
    offers = read_offers(customers, actions, limits)
    found = best_allocation(offers.problem)
    rows, chosen = pairs_of(found.chosen)
    is_held = held_back(
        chosen,
        _strata(offers, stratify_by)[rows],
        offers.of(rows, chosen)["expected_value"],
        share=control_share,
        rng=np.random.default_rng(random_state),
    )
    treated = rows[~is_held], chosen[~is_held]
    table = plan_rows(offers, *treated, currency)
    held = plan_rows(offers, rows[is_held], chosen[is_held], currency)
    low, high, interval_of = total_interval(offers, *treated, level)
    problem = offers.problem
    dearest = problem.cost.max(initial=0.0)
    has_money_left = problem.costs(rows, chosen).sum() + dearest <= problem.budget
    return ActionPlan(
        table=table,
        control=held.drop(columns=["rank", "reason"]),
        by_action=action_rows(offers, found, treated, (rows, chosen)),
        group_capacity=group_rows(offers, found, rows),
        expected_total=float(table["expected_value"].sum()),
        expected_low=low,
        expected_high=high,
        interval_of=interval_of,
        level=level,
        chosen_value=found.value,
        dual_bound=max(found.bound, found.value),
        gap=part_missing(found.value, found.bound),
        budget=limits.budget,
        budget_used=float(table["cost"].sum()),
        budget_price=0.0 if has_money_left else float(found.prices[0]),
        currency=currency,
        n_customers=len(offers.ids),
        n_resting=offers.n_resting,
        offers=offers,
    )


def _strata(offers: Offers, columns: Sequence[str]) -> NDArray[np.intp]:
    names = [columns] if isinstance(columns, str) else list(columns)
    require_columns(offers.customers.columns, names, table="customers")
    if not names:
        return np.zeros(len(offers.ids), np.intp)
    codes = offers.customers.groupby(names, dropna=False, sort=True, observed=True).ngroup()
    return np.asarray(codes, np.intp)
