"""A plan in sentences: what it brings, what that assumes, and what limits it."""

from typing import TYPE_CHECKING

from custintel import _formats as formats
from custintel._checks import quoted
from custintel._text import translate as _
from custintel._text import translate_plural as _n

if TYPE_CHECKING:
    from custintel.decisions.plans import ActionPlan

SMALL_CONTROL = 30


def sentences(plan: "ActionPlan") -> list[str]:
    """Return a plan in sentences, in the active language."""
    if plan.table.empty:
        return [_("No action is worth its cost within the limits.")]
    return [_brings(plan), *_assumes(plan), _bounded(plan), *_more(plan), *_measured(plan)]


def _brings(plan: "ActionPlan") -> str:
    figures = {
        "total": formats.money(plan.expected_total, plan.currency),
        "interval": formats.interval(
            formats.money(plan.expected_low, plan.currency),
            formats.money(plan.expected_high, plan.currency),
        ),
        "cost": formats.money(plan.budget_used, plan.currency),
        "level": formats.percent(plan.level, 0),
    }
    n = len(plan.table)
    text = _n(
        "{n} action, at a cost of {cost}, is expected to bring {total} after cost.",
        "{n} actions, at a cost of {cost}, are expected to bring {total} after cost.",
        n,
        **figures | {"n": formats.number(n)},
    )
    if plan.interval_of == "expected":
        more = _(
            "The interval of what is expected is {interval}: the sum of the bounds of the "
            "probabilities, as if all errors went the same way.",
            **figures,
        )
    else:
        more = _(
            "If the probabilities are right, what is realised is {interval} ({level}).",
            **figures,
        )
    return f"{text} {more}"


def _assumes(plan: "ActionPlan") -> list[str]:
    used = plan.by_action[plan.by_action["n_chosen"] > 0]
    names = used.index[~used["is_incremental"].astype(bool)]
    if not len(names):
        return []
    return [
        _n(
            "{n} action has no experiment behind it, so that its value assumes that nothing "
            "would have come anyway: {names}.",
            "{n} actions have no experiment behind them, so that their value assumes that "
            "nothing would have come anyway: {names}.",
            len(names),
            names=quoted(names, most=5),
        )
    ]


def _bounded(plan: "ActionPlan") -> str:
    return _(
        "No plan within the limits is worth more than {bound}; this one, with those held back, "
        "falls short of it by {gap} at most.",
        bound=formats.money(plan.dual_bound, plan.currency),
        gap=formats.percent(plan.gap, 2),
    )


def _more(plan: "ActionPlan") -> list[str]:
    """Say what more money or places would bring."""
    found = []
    if plan.budget is not None and plan.budget_price > 0:
        found.append(
            _(
                "One more unit of currency of budget would bring about {price} beyond its cost.",
                price=formats.number(plan.budget_price, 2),
            )
        )
    tables = [
        (
            plan.by_action["capacity_price"],
            _("One more place of {name!r} would bring about {price}."),
        ),
        (
            plan.group_capacity["price"],
            _("One more action for {name!r} would bring about {price}."),
        ),
    ]
    for prices, text in tables:
        for name, price in prices[prices > 0].sort_values(ascending=False).head(3).items():
            written = formats.money(float(price), plan.currency)
            found.append(text.format(name=str(name), price=written))
    return found


def _measured(plan: "ActionPlan") -> list[str]:
    used = plan.by_action[plan.by_action["n_chosen"] > 0]
    n = plan.control["customer_id"].nunique()
    found = [
        _n(
            "{n} customer is held back from an action at random, to be compared afterwards.",
            "{n} customers are held back from an action at random, to be compared afterwards.",
            n,
        )
    ]
    small = used.index[used["n_control"] < SMALL_CONTROL]
    if len(small):
        found.append(
            _(
                "Fewer than {n} are held back from {names}: only a large effect would be seen. "
                "Hold more back, or repeat the action.",
                n=SMALL_CONTROL,
                names=quoted(small, most=5),
            )
        )
    if plan.n_resting:
        found.append(
            _n(
                "{n} customer was contacted too lately, and is left alone.",
                "{n} customers were contacted too lately, and are left alone.",
                plan.n_resting,
            )
        )
    return found
