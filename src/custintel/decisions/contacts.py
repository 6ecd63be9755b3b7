"""What to propose to a customer who makes contact."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from custintel._checks import require_choice, require_count, require_type
from custintel._text import translate as _
from custintel.decisions.plans import ActionPlan

Reason = Literal["question", "order", "complaint", "cancellation", "other"]
REASONS = ("question", "order", "complaint", "cancellation", "other")
_COLUMNS = ["rank", "kind", "action", "words", "expected_value", "is_incremental", "reason"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEvent:
    """Describe that a customer makes contact, and why.

    Parameters
    ----------
    customer_id : str
        Who makes contact.
    reason : {"question", "order", "complaint", "cancellation", "other"}
        Why.
    has_open_case : bool, default=False
        Whether something of the customer's is still to be solved.
    n_refused : int, default=0
        Proposals that the customer has lately said no to.

    Raises
    ------
    TypeError
        If something is not of its type.
    ValueError
        If the reason is not one of those.

    Examples
    --------
    >>> ContactEvent(customer_id="ann", reason="order").has_open_case
    False
    """

    customer_id: str
    reason: Reason
    has_open_case: bool = False
    n_refused: int = 0

    def __post_init__(self) -> None:
        require_type(self.customer_id, str, name="customer_id", what=_("a text"))
        require_choice(self.reason, REASONS, name="reason")
        require_type(self.has_open_case, bool, name="has_open_case", what=_("True or False"))
        if self.n_refused != 0:
            require_count(self.n_refused, name="n_refused")


def suggest_on_contact(
    event: ContactEvent, plan: ActionPlan, *, most: int = 2, retention: str | None = None
) -> pd.DataFrame:
    """Suggest what to say and to propose to a customer who makes contact now.

    The rules, in this order:

    1. A complaint or an open case: service, and nothing else. Who is angry is not sold to.
    2. A cancellation: the action named `retention`, if it is planned for this customer or is
       worth it and costs nothing; else the question why, and nothing to buy.
    3. Otherwise what the plan holds for the customer, most expected value first, then other
       actions worth it that cost nothing and have places left, as has the customer's group. So no
       budget changes. How many is a matter of `most`: who calls is not under the limits of
       those whom you call.
    4. After two refusals, nothing.
    5. Never an action that the customer is held back from: it would spoil the comparison.

    Customers whom the plan leaves alone because they were contacted lately get no proposal
    either: they have no action in it.

    Parameters
    ----------
    event : ContactEvent
        Who makes contact, and why.
    plan : ActionPlan
        From `next_best_action`.
    most : int, default=2
        Most proposals.
    retention : str, optional
        Name of the action that keeps customers who want to leave.

    Returns
    -------
    DataFrame
        What to do, first things first; at least one row.

        - ``rank`` : int, from 1
        - ``kind`` : str, ``"service"``, ``"retention"``, ``"proposal"`` or ``"none"``
        - ``action`` : str, of the plan; empty of service and none
        - ``words`` : str, what to say
        - ``expected_value`` : float, currency, 0 of service and none
        - ``is_incremental`` : bool, whether an experiment stands behind that
        - ``reason`` : str, why this

    Raises
    ------
    TypeError
        If `event` or `plan` is none.
    ValueError
        If `most` is no count, the plan has no action `retention`, or the customer is not among
        those planned for.

    Examples
    --------
    >>> from custintel.decisions import Action, next_best_action
    >>> customers = pd.DataFrame({"customer_id": ["ann", "bob"], "p": [0.3, 0.2]})
    >>> call = Action(
    ...     name="annual plan",
    ...     probability="p",
    ...     value=100.0,
    ...     owner="Kim",
    ...     deadline="2025-03-31",
    ...     measure="order in 60 days",
    ... )
    >>> plan = next_best_action(customers, [call])
    >>> angry = ContactEvent(customer_id="ann", reason="complaint")
    >>> suggest_on_contact(angry, plan)["kind"].tolist()
    ['service']
    """
    require_type(event, ContactEvent, name="event", what=_("a ContactEvent"))
    require_type(plan, ActionPlan, name="plan", what=_("an ActionPlan, from next_best_action"))
    require_count(most, name="most")
    if retention is not None:
        require_choice(retention, list(plan.by_action.index), name="retention")
    if event.customer_id not in plan.offers.ids:
        raise ValueError(
            _(
                "Customer {name!r} is not among the {n} planned for: score the customer, and make "
                "the plan again.",
                name=event.customer_id,
                n=plan.n_customers,
            )
        )
    if event.reason == "complaint" or event.has_open_case:
        words = _("I am sorry. Let us solve this first.")
        return _only("service", words, _("A complaint is made or a case is open: service first."))
    offers = _open_offers(event.customer_id, plan)
    if event.reason == "cancellation":
        return _to_keep(offers, retention)
    if event.n_refused >= 2:
        why = _("The customer has refused {n} proposals lately.", n=event.n_refused)
        return _only("none", _("Thank you for your call."), why)
    if offers.empty:
        why = _("Nothing is planned for this customer that may be proposed now.")
        return _only("none", _("Thank you for your call."), why)
    return _numbered(offers.head(most).assign(kind="proposal"))


def _open_offers(customer_id: str, plan: ActionPlan) -> pd.DataFrame:
    """Return what may be proposed to a customer without a change of the budget."""
    planned = plan.table[plan.table["customer_id"] == customer_id]
    held = plan.control.loc[plan.control["customer_id"] == customer_id, "action"]
    row = plan.offers.ids.get_loc(customer_id)
    problem = plan.offers.problem
    used = plan.group_capacity["n_chosen"].to_numpy()
    group = problem.group[row]
    is_full = len(used) > 0 and used[group] >= problem.group_capacity[group]
    free = []
    for code, action in enumerate(plan.offers.actions):
        counts = plan.by_action.loc[action.name]
        has_place = not is_full and not counts["n_chosen"] >= counts["capacity"]
        cost = problem.cost[row if len(problem.cost) > 1 else 0, code]
        is_new = action.name not in {*planned["action"], *held}
        if is_new and has_place and cost == 0 and problem.gain[row, code] > 0:
            free.append((action.name, float(problem.gain[row, code]), action.is_incremental))
    names = ["action", "expected_value", "is_incremental"]
    others = pd.DataFrame(free, columns=names).sort_values("expected_value", ascending=False)
    others["reason"] = _("Not planned, but worth it, without cost, and with places left.")
    parts = [part for part in (planned[[*names, "reason"]], others) if len(part)]
    table = pd.concat(parts, ignore_index=True) if parts else planned[[*names, "reason"]]
    said = {each.name: each.words for each in plan.offers.actions}
    default = _("May I tell you about {name}?")
    words = [said[name] or default.format(name=name) for name in table["action"]]
    return table.assign(words=pd.array(words, dtype="str"))


def _to_keep(offers: pd.DataFrame, retention: str | None) -> pd.DataFrame:
    kept = offers[offers["action"] == retention] if retention is not None else offers.head(0)
    if len(kept):
        return _numbered(kept.assign(kind="retention"))
    why = _("The customer wants to leave, and no action to keep this customer is open.")
    return _only("service", _("May I ask what made you decide to leave?"), why)


def _only(kind: str, words: str, why: str) -> pd.DataFrame:
    row = {"kind": kind, "action": "", "words": words, "expected_value": 0.0}
    return _numbered(pd.DataFrame([row | {"is_incremental": False, "reason": why}]))


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    ranked = table.assign(rank=range(1, len(table) + 1))
    return ranked[_COLUMNS].reset_index(drop=True)
