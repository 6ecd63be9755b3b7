"""The tables of a plan, made from what was chosen."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel import _formats as formats
from custintel._checks import require_between
from custintel._intervals import Floats, normal_quantile
from custintel._text import translate as _
from custintel._time import as_day
from custintel.decisions._allocation import Allocation
from custintel.decisions._exact import best_allocation
from custintel.decisions._offers import Offers
from custintel.decisions._problem import NONE, admitted

if TYPE_CHECKING:
    from custintel.decisions.plans import ActionPlan

Ints = NDArray[np.intp]
_LARGEST = 1e15
_N_BUDGETS = 13


def pairs_of(chosen: Ints) -> tuple[Ints, Ints]:
    """Return the rows and actions that were chosen, by row."""
    rows, slots = np.nonzero(chosen != NONE)
    return rows, chosen[rows, slots]


def plan_rows(offers: Offers, rows: Ints, actions: Ints, currency: str | None) -> pd.DataFrame:
    """Return the rows of a plan, most expected value first."""
    figures = offers.of(rows, actions)
    order = np.lexsort((rows, -figures["expected_value"]))
    rows, actions = rows[order], actions[order]
    figures = {name: values[order] for name, values in figures.items()}
    table = pd.DataFrame({"customer_id": offers.ids[rows]})
    # Rows come best first, so that the place among a customer's own is the rank.
    table["rank"] = table.groupby("customer_id", sort=False).cumcount() + 1
    table["action"] = _by_action(offers, actions, "name")
    for name, values in figures.items():
        table[name] = values
    table["is_incremental"] = np.array([each.is_incremental for each in offers.actions])[actions]
    table["owner"] = _by_action(offers, actions, "owner")
    deadlines = [as_day(each.deadline, name="deadline") for each in offers.actions]
    table["deadline"] = pd.DatetimeIndex(deadlines).as_unit("us")[actions]
    table["measure"] = _by_action(offers, actions, "measure")
    if offers.groups is not None:
        table["group"] = offers.groups.to_numpy()[offers.problem.group[rows]]
    table["reason"] = _reasons(offers, actions, figures, currency)
    return table.astype({"reason": "str"})


def action_rows(
    offers: Offers, found: Allocation, treated: tuple[Ints, Ints], chosen: tuple[Ints, Ints]
) -> pd.DataFrame:
    """Return one row per action: customers, money, places and what one more would bring."""
    n = len(offers.actions)
    figures = offers.of(*treated)
    n_chosen, n_treated = (np.bincount(codes, minlength=n) for codes in (chosen[1], treated[1]))
    capacity = offers.problem.capacity
    price = np.where(n_chosen < capacity, 0.0, found.prices[1:])
    return pd.DataFrame(
        {
            "n_chosen": n_chosen,
            "n_treated": n_treated,
            "n_control": n_chosen - n_treated,
            "expected_value": np.bincount(treated[1], figures["expected_value"], n),
            "cost": np.bincount(treated[1], figures["cost"], n),
            "capacity": np.where(np.isfinite(capacity), capacity, np.nan),
            "capacity_price": price,
            "is_incremental": [each.is_incremental for each in offers.actions],
            "owner": [each.owner for each in offers.actions],
            "deadline": [as_day(each.deadline, name="deadline") for each in offers.actions],
            "measure": [each.measure for each in offers.actions],
        },
        index=pd.Index([each.name for each in offers.actions], name="action", dtype="str"),
    )


def group_rows(offers: Offers, found: Allocation, rows: Ints) -> pd.DataFrame:
    """Return the places that each group uses."""
    capacity = offers.problem.group_capacity
    used = np.bincount(offers.problem.group[rows], minlength=len(capacity))
    price = np.where(used < capacity, 0.0, found.group_prices)
    names = pd.Index([] if offers.groups is None else offers.groups, name="group", dtype="str")
    table = pd.DataFrame(
        {
            "n_chosen": used,
            "capacity": np.where(np.isfinite(capacity), capacity, np.nan),
            "price": price,
        }
    )
    return table.iloc[: len(names)].set_axis(names, axis=0)


def total_interval(
    offers: Offers, rows: Ints, actions: Ints, level: float
) -> tuple[float, float, str]:
    """Return the interval of the total, and of what it is."""
    figures = offers.of(rows, actions)
    bounds = offers.bounds_of(rows, actions)
    if bounds is not None:
        low, high = (bounds * figures["value"] - figures["cost"]).sum(axis=1)
        return float(low), float(high), "expected"
    p = figures["probability"]
    is_uplift = np.array([each.is_incremental for each in offers.actions])[actions]
    # A customer's gain from an action is −1, 0 or 1 success: of such the variance is at most
    # 1 − p². Of what a customer does, it is that of one yes or no.
    variance = np.where(is_uplift, 1 - p**2, p * (1 - p)) * figures["value"] ** 2
    half = normal_quantile(level) * float(np.sqrt(variance.sum()))
    total = float(figures["expected_value"].sum())
    # Nobody brings more than the value, nor less than nothing; by an uplift, than its loss.
    most = float((figures["value"] - figures["cost"]).sum())
    least = float((-figures["cost"] - np.where(is_uplift, figures["value"], 0.0)).sum())
    return max(total - half, least), min(total + half, most), "realised"


def ranked_offers(plan: "ActionPlan") -> pd.DataFrame:
    """Return every action worth it of each customer, and what became of it."""
    offers = plan.offers
    rows, actions = np.nonzero(offers.problem.gain > 0)
    figures = offers.of(rows, actions)
    order = np.lexsort((-figures["expected_value"], rows))
    rows, actions = rows[order], actions[order]
    table = pd.DataFrame({"customer_id": offers.ids[rows]})
    table["rank"] = np.arange(len(rows)) - np.searchsorted(rows, rows, side="left") + 1
    table["action"] = _by_action(offers, actions, "name")
    table["expected_value"] = figures["expected_value"][order]
    table["cost"] = figures["cost"][order]
    table["is_incremental"] = np.array([each.is_incremental for each in offers.actions])[actions]
    keys = pd.MultiIndex.from_frame(table[["customer_id", "action"]])
    columns = ["customer_id", "action"]
    treated = keys.isin(pd.MultiIndex.from_frame(plan.table[columns]))
    held = keys.isin(pd.MultiIndex.from_frame(plan.control[columns]))
    status = np.select([treated, held], ["treated", "control"], "not chosen")
    return table.assign(status=pd.array(status.astype(object), dtype="str"))


def budget_values(plan: "ActionPlan", budgets: Sequence[float] | None) -> pd.DataFrame:
    """Return what several budgets would bring."""
    problem = plan.offers.problem
    if budgets is None:
        free = best_allocation(replace(problem, budget=np.inf))
        rows, actions = pairs_of(free.chosen)
        budgets = list(np.linspace(0.0, float(problem.costs(rows, actions).sum()), _N_BUDGETS))
    for each in budgets:
        require_between(each, 0, _LARGEST, name="budgets")
    found = [best_allocation(replace(problem, budget=admitted(float(each)))) for each in budgets]
    return pd.DataFrame(
        {
            "budget": np.array(budgets, float),
            "chosen_value": [each.value for each in found],
            "dual_bound": [each.bound for each in found],
            "price": [float(each.prices[0]) for each in found],
        }
    )


def _by_action(offers: Offers, actions: Ints, field: str) -> "pd.api.extensions.ExtensionArray":
    # Texts are looked up by position: a million rows hold a handful of them.
    texts = pd.array([str(getattr(each, field)) for each in offers.actions], dtype="str")
    return texts.take(actions)


def _reasons(
    offers: Offers, actions: Ints, figures: dict[str, Floats], currency: str | None
) -> list[str]:
    """Return one sentence per row; figures are written once for all rows that share them."""
    chance, value, cost, total = (
        _written(values, write)
        for values, write in (
            (figures["probability"].round(3), formats.percent),
            *((_rounded(figures[name]), _money(currency)) for name in ("value", "cost")),
            (_rounded(figures["expected_value"]), _money(currency)),
        )
    )
    chances = _(
        "{total} expected: {chance} chance of {value}, less a cost of {cost}; assumes that "
        "nothing would have come anyway."
    )
    uplifts = _(
        "{total} expected: the action adds {chance} to the chance of {value}, less a cost of "
        "{cost}."
    )
    texts = [uplifts if each.is_incremental else chances for each in offers.actions]
    columns = zip(actions, total, chance, value, cost, strict=True)
    return [texts[code].format(total=t, chance=p, value=v, cost=c) for code, t, p, v, c in columns]


def _rounded(amounts: Floats) -> Floats:
    return np.asarray(np.where(np.abs(amounts) < 1000, amounts.round(2), amounts.round(0)))


def _money(currency: str | None) -> Any:
    return lambda amount: formats.money(amount, currency)


def _written(values: Floats, write: Any) -> list[str]:
    distinct, codes = np.unique(values, return_inverse=True)
    texts = np.array([write(float(each)) for each in distinct], object)
    return list(texts[codes])
