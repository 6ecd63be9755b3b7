"""Who gets which action: the most value that budget and capacities admit, within a known bound.

Prices are put on the budget and on each capacity (Lagrangian relaxation): every customer then
takes the actions that are still worth it at those prices, independently of all others. For any
prices the value so found is an upper bound of what is possible. The prices that make the bound
least are searched with cutting planes inside a box around the best ones so far (Marsten, Hogan
and Blankenship 1975), first on a sample. What is chosen at them is cut back until every limit
holds, and what is left over is filled up.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from custintel._intervals import Floats
from custintel.decisions._cutting_planes import least_bound
from custintel.decisions._improvements import improvements
from custintel.decisions._problem import NONE, Ints, Problem, value_of

_BLOCK = 32_768  # rows whose scores stay near the processor
_SAMPLE = 24_000
_MOST_ROUNDS = 60
_CLOSE = 2e-4  # part of the bound that no further search is worth


@dataclass(frozen=True, slots=True, eq=False)
class Picks:
    """Actions that some customers get; one entry each."""

    row: Ints
    slot: Ints
    action: Ints
    score: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """What was chosen, and the prices that bound it."""

    chosen: Ints  # customers × slots: an action, or `NONE`
    value: float
    bound: float
    prices: Floats  # of the budget, then of each action's capacity
    group_prices: Floats


def allocate(problem: Problem) -> Allocation:
    """Choose actions of nearly the most value within all limits, and bound what is possible."""
    prices = _first_prices(problem)
    best: Allocation | None = None

    def bound_at(tried: Floats) -> tuple[float, Floats]:
        nonlocal best
        picks, bound, group_prices = _relaxed(problem, tried)
        if best is None or bound < best.bound:
            chosen = _repaired(problem, picks, tried)
            value = value_of(problem, chosen)
            if best is None or value >= best.value:
                best = Allocation(chosen, value, bound, tried, group_prices)
            else:
                best = Allocation(best.chosen, best.value, bound, tried, group_prices)
        return bound, problem.limits - _used(problem, picks)

    def is_close() -> bool:
        return best is not None and best.bound - best.value <= _CLOSE * best.bound

    steps = 12 if len(problem.gain) > _SAMPLE else 40
    least_bound(bound_at, prices, problem.limits, radius=0.02, steps=steps, is_done=is_close)
    assert best is not None
    return best


def _first_prices(problem: Problem) -> Floats:
    """Return the prices of a sample, made of whole groups: theirs is a limit of their own."""
    rows = _sample(problem)
    part = problem.sampled(rows) if len(rows) < len(problem.gain) else problem

    def bound_at(tried: Floats) -> tuple[float, Floats]:
        picks, bound, _group_prices = _relaxed(part, tried)
        return bound, part.limits - _used(part, picks)

    start = np.zeros(1 + len(part.capacity))
    steps = 40 + 6 * len(start)
    return least_bound(bound_at, start, part.limits, radius=0.5, steps=steps, is_done=None)


def _sample(problem: Problem) -> Ints:
    n = len(problem.gain)
    if n <= _SAMPLE:
        return np.arange(n)
    rng = np.random.default_rng(0)
    if not np.isfinite(problem.group_capacity).any():
        return np.sort(rng.choice(n, _SAMPLE, replace=False))
    sizes = np.bincount(problem.group, minlength=len(problem.group_capacity))
    order = rng.permutation(len(sizes))
    n_taken = int(np.searchsorted(np.cumsum(sizes[order]), _SAMPLE)) + 1
    return np.flatnonzero(np.isin(problem.group, order[:n_taken]))


def _relaxed(problem: Problem, prices: Floats) -> tuple[Picks, float, Floats]:
    """Return what customers take at given prices, the bound, and the prices of the groups."""
    picks = _best(problem, prices, np.full(_shape(problem), NONE))
    kept, group_prices = _within_groups(picks, problem.group, problem.group_capacity)
    bound = float(picks.score[kept].sum())
    # An infinite limit has the price 0, and adds nothing.
    bound += float(np.where(prices > 0, prices, 0.0) @ np.nan_to_num(problem.limits, posinf=0.0))
    return _only(picks, kept), bound, group_prices


def _shape(problem: Problem) -> tuple[int, int]:
    n, n_actions = problem.gain.shape
    return n, min(problem.per_customer, n_actions)


def _best(problem: Problem, prices: Floats, taken: Ints) -> Picks:
    """Return the actions with a score above 0 at given prices, for the empty slots."""
    n, n_slots = taken.shape
    found: list[tuple[Any, ...]] = []
    # Once at least, so that there are columns even of nobody.
    for start in range(0, max(n, 1), _BLOCK):
        rows = slice(start, start + _BLOCK)
        cost = problem.cost[rows] if len(problem.cost) > 1 else problem.cost
        score = problem.gain[rows] - (prices[0] * cost + prices[1:])
        at = np.arange(len(score))
        for slot in range(n_slots):
            action = score.argmax(axis=1)
            best = score[at, action]
            good = np.flatnonzero((best > 0) & (taken[rows, slot] == NONE))
            found.append((good + start, np.full(len(good), slot), action[good], best[good]))
            if slot + 1 < n_slots:
                score[at, action] = -np.inf
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    return Picks(*columns)


def _within_groups(picks: Picks, group: Ints, capacity: Floats) -> tuple[Ints, Floats]:
    """Return the picks of most score that the groups admit, and the score that they stop at."""
    if not np.isfinite(capacity).any():
        return np.arange(len(picks.row)), np.zeros(len(capacity))
    groups = group[picks.row]
    order, rank = _ranks(groups, picks.score)
    is_in = rank < capacity[groups[order]]
    # The best score that has to stay out is what one more place would bring.
    price = np.zeros(len(capacity))
    first_out = rank == capacity[groups[order]]
    price[groups[order][first_out]] = picks.score[order][first_out]
    return np.sort(order[is_in]), price


def _ranks(groups: Ints, score: Floats) -> tuple[Ints, Ints]:
    """Return the order by group, best score first, and the place of each within its group."""
    order = np.lexsort((-score, groups))
    ordered = groups[order]
    starts = np.searchsorted(ordered, ordered, side="left")
    return order, np.arange(len(order)) - starts


def _only(picks: Picks, kept: Ints) -> Picks:
    return Picks(picks.row[kept], picks.slot[kept], picks.action[kept], picks.score[kept])


def _used(problem: Problem, picks: Picks) -> Floats:
    """Return the money and the places that picks use."""
    places = np.bincount(picks.action, minlength=problem.gain.shape[1])
    return np.append(problem.costs(picks.row, picks.action).sum(), places)


def _repaired(problem: Problem, picks: Picks, prices: Floats) -> Ints:
    """Return what is left once every limit holds, filled up with what still has room."""
    chosen = np.full(_shape(problem), NONE)
    picks = _admitted(problem, picks, problem.limits, prices[0])
    chosen[picks.row, picks.slot] = picks.action
    return filled(problem, chosen, prices)


def _admitted(problem: Problem, picks: Picks, left: Floats, price: float) -> Picks:
    """Return the picks that fit into what is left of the capacities and of the budget."""
    order, rank = _ranks(picks.action, picks.score)
    picks = _only(picks, np.sort(order[rank < left[1:][picks.action[order]]]))
    cost = problem.costs(picks.row, picks.action)
    if cost.sum() <= left[0]:
        return picks
    # Most value for the money first; what costs nothing comes before all.
    worth = picks.score + price * cost
    with np.errstate(divide="ignore"):
        order = np.argsort(-np.where(cost > 0, worth / cost, np.inf), kind="stable")
    fits = np.cumsum(cost[order]) <= left[0]
    return _only(picks, np.sort(order[fits]))


def filled(problem: Problem, chosen: Ints, prices: Floats) -> Ints:
    """Fill empty slots, and put better actions in place of others, while limits have room."""
    value = value_of(problem, chosen)
    for _round in range(_MOST_ROUNDS):
        better = improvements(problem, chosen, prices)
        gained = value_of(problem, better) - value
        if gained <= 1e-6 * max(value, 1e-300):
            return better if gained > 0 else chosen
        chosen, value = better, value + gained
    return chosen
