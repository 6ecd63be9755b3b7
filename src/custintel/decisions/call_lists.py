"""Whom to call: a plan as an ordered list for each person who calls."""

from collections.abc import Sequence

import pandas as pd

from custintel._checks import quoted, require_count, require_type
from custintel._text import translate as _
from custintel.decisions._offers import by_customer
from custintel.decisions.plans import ActionPlan

_DETAILS = ("product", "bundle", "best_time")


def call_list(
    plan: ActionPlan,
    details: pd.DataFrame | None = None,
    *,
    n: int = 20,
    actions: Sequence[str] | None = None,
) -> pd.DataFrame:
    """List whom each person is to call, most expected value first, and what to propose.

    The list holds customers of the plan alone, so that its budget, its capacities and its
    control group stay as they are: whoever is held back is not on it. A customer is called
    once, with the action of most expected value first.

    Parameters
    ----------
    plan : ActionPlan
        From `next_best_action`. If its limits name a group, such as the sales person of each
        customer, there is one list per group; else one per owner of the actions.
    details : DataFrame, optional
        Index or column ``customer_id``, and any of ``product``, ``bundle`` and ``best_time``:
        texts that the caller needs, such as from `custintel.affinity.recommend_next`.
    n : int, default=20
        Most customers on one list.
    actions : sequence of str, optional
        Names of the actions that are calls; by default all.

    Returns
    -------
    DataFrame
        One row per customer, by owner and place.

        - ``owner`` : str, who calls
        - ``place`` : int, from 1
        - ``customer_id`` : str
        - ``action`` : str, of most expected value
        - ``propose`` : str, the product, then the bundle, of `details`; else the action
        - ``best_time`` : str, of `details`; empty if it is not known
        - ``expected_value`` : float, currency
        - ``is_incremental`` : bool
        - ``deadline``, ``measure`` : Timestamp and str, of the action
        - ``reason`` : str

    Raises
    ------
    SchemaError
        If a customer comes twice in `details`.
    TypeError
        If `plan` is none.
    ValueError
        If `n` is no count, or an action is not in the plan.

    Examples
    --------
    >>> from custintel.decisions import Action, Limits, next_best_action
    >>> customers = pd.DataFrame(
    ...     {"p": [0.3, 0.1, 0.2], "seller": ["Kim", "Lou", "Kim"]},
    ...     index=pd.Index(["ann", "bob", "cleo"], name="customer_id"),
    ... )
    >>> call = Action(
    ...     name="call",
    ...     probability="p",
    ...     value=100.0,
    ...     cost=5.0,
    ...     owner="sales",
    ...     deadline="2025-03-31",
    ...     measure="order in 60 days",
    ... )
    >>> plan = next_best_action(customers, [call], limits=Limits(group="seller"), random_state=2)
    >>> calls = call_list(plan)
    >>> len(calls) + len(plan.control), sorted(set(calls["owner"])) <= ["Kim", "Lou"]
    (3, True)
    """
    require_type(plan, ActionPlan, name="plan", what=_("an ActionPlan, from next_best_action"))
    require_count(n, name="n")
    rows = plan.table
    if actions is not None:
        named = [actions] if isinstance(actions, str) else list(actions)
        unknown = [name for name in named if name not in plan.by_action.index]
        if unknown:
            raise ValueError(
                _(
                    "The plan has no action named {unknown}; it has {names}.",
                    unknown=quoted(unknown, most=3),
                    names=quoted(plan.by_action.index, most=12),
                )
            )
        rows = rows[rows["action"].isin(named)]
    rows = rows.drop_duplicates("customer_id")
    rows = rows.assign(owner=rows["group"] if "group" in rows else rows["owner"])
    rows = rows.assign(place=rows.groupby("owner", sort=False).cumcount() + 1)
    rows = rows[rows["place"] <= n].sort_values(["owner", "place"])
    known = _details(details).reindex(rows["customer_id"]).set_axis(rows.index, axis=0)
    rows = rows.assign(best_time=_first_known(known["best_time"], pd.Series("", rows.index)))
    rows["propose"] = _first_known(known["product"], known["bundle"], rows["action"])
    return rows[_COLUMNS].reset_index(drop=True)


_COLUMNS = [
    *("owner", "place", "customer_id", "action", "propose", "best_time", "expected_value"),
    *("is_incremental", "deadline", "measure", "reason"),
]


def _first_known(*columns: "pd.Series[str]") -> "pd.Series[str]":
    """Return of each row the first text that is not missing."""
    found = columns[-1]
    for column in columns[-2::-1]:
        found = column.where(column.notna(), found)
    return found.astype("str")


def _details(details: pd.DataFrame | None) -> pd.DataFrame:
    if details is None:
        return pd.DataFrame(columns=[*_DETAILS], dtype="str")
    table = by_customer(details, name="details").reindex(columns=[*_DETAILS])
    return table.astype("str").where(table.notna())
