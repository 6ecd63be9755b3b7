"""One round of improvement: empty slots are filled, actions give way to better ones."""

import numpy as np

from custintel._intervals import Floats
from custintel.decisions._problem import NONE, Bools, Ints, Problem


def improvements(problem: Problem, chosen: Ints, prices: Floats) -> Ints:
    """Return `chosen` after one move at most for each customer, all limits still holding."""
    better = chosen
    for slot in range(chosen.shape[1]):
        better = _improved(problem, better, slot, prices)
    return better


def _improved(problem: Problem, chosen: Ints, slot: int, prices: Floats) -> Ints:
    left, group_left = _left(problem, chosen)
    open_actions = np.flatnonzero(left[1:] >= 1)
    now = chosen[:, slot]
    rows = np.flatnonzero((now != NONE) | (group_left[problem.group] >= 1))
    rows = rows[_can_gain(problem, rows, now[rows], open_actions)]
    if not len(rows) or not len(open_actions):
        return chosen
    action, gained, extra = _moves(problem, chosen, rows, slot, open_actions, left[0], prices)
    is_good = gained > 0
    rows, action = rows[is_good], action[is_good]
    order = _order(gained[is_good], extra[is_good])
    rows, action, extra = rows[order], action[order], extra[is_good][order]
    fits = _fitting(problem, rows, now[rows] == NONE, action, extra, (left, group_left))
    better = chosen.copy()
    better[rows[fits], slot] = action[fits]
    return better


def _can_gain(problem: Problem, rows: Ints, now: Ints, actions: Ints) -> Bools:
    """Return whether an open action has more value than what a customer has now."""
    best = np.full(len(rows), -np.inf)
    for action in actions:
        np.maximum(best, problem.gain[rows, action], out=best)
    has = np.where(now != NONE, problem.gain[rows, now], 0.0)
    return np.asarray(best > has)


def _left(problem: Problem, chosen: Ints) -> tuple[Floats, Floats]:
    """Return what is left of the budget and capacities, and of the groups' places."""
    rows, slots = np.nonzero(chosen != NONE)
    actions = chosen[rows, slots]
    places = np.bincount(actions, minlength=problem.gain.shape[1])
    used = np.append(problem.costs(rows, actions).sum(), places)
    in_groups = np.bincount(problem.group[rows], minlength=len(problem.group_capacity))
    return problem.limits - used, problem.group_capacity - in_groups


def _moves(  # noqa: PLR0913 - the problem, and where it stands
    problem: Problem,
    chosen: Ints,
    rows: Ints,
    slot: int,
    actions: Ints,
    money: float,
    prices: Floats,
) -> tuple[Ints, Floats, Floats]:
    """Return the best move of each customer: the action, its gain and its further cost."""
    now = chosen[rows, slot]
    has = now != NONE
    gain_now = np.where(has, problem.gain[rows, now], 0.0)
    cost_now = np.where(has, problem.costs(rows, np.maximum(now, 0)), 0.0)
    best = np.full(len(rows), -np.inf)
    found, gained, extra = (np.zeros(len(rows), kind) for kind in (np.intp, float, float))
    for action in actions:
        more = problem.gain[rows, action] - gain_now
        cost = problem.costs(rows, np.full(len(rows), action)) - cost_now
        score = more - prices[0] * cost - prices[1 + action]
        is_possible = (more > 0) & (cost <= money) & (chosen[rows] != action).all(axis=1)
        take = is_possible & (score > best)
        best[take], found[take] = score[take], action
        gained[take], extra[take] = more[take], cost[take]
    return found, gained, extra


def _order(gained: Floats, extra: Floats) -> Ints:
    """Return most value for the money first; what costs nothing more comes before all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(extra > 0, gained / extra, np.inf)
    return np.lexsort((-gained, -ratio))


def _fitting(
    problem: Problem,
    rows: Ints,
    is_new: Bools,
    action: Ints,
    extra: Floats,
    room: tuple[Floats, Floats],
) -> Bools:
    """Return which moves fit together, the first ones first."""
    left, group_left = room
    fits = _place(action, np.ones(len(rows), bool)) < left[1:][action]
    group = problem.group[rows]
    fits &= ~is_new | (_place(group, is_new) < group_left[group])
    # What a move sets free is not counted on: the budget holds whatever else is dropped.
    spent = np.cumsum(np.where(fits, np.maximum(extra, 0.0), 0.0))
    return np.asarray(fits & (spent <= left[0]))


def _place(codes: Ints, counted: Bools) -> Ints:
    """Return how many counted entries of the same code come before each entry."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    before: Ints = np.cumsum(counted[order]) - counted[order]
    starts = np.searchsorted(ordered, ordered, side="left")
    place = np.empty(len(codes), np.intp)
    place[order] = before - before[starts]
    return place
