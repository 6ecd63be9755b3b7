"""The best choice of few customers and actions, by integer programming (HiGHS, in scipy)."""

from dataclasses import replace

import numpy as np

from custintel.decisions._allocation import Allocation, allocate, filled
from custintel.decisions._problem import NONE, Ints, Problem, value_of

MOST_OFFERS = 2000
_MOST_NODES = 20_000
_GAP = 1e-7


def best_allocation(problem: Problem) -> Allocation:
    """Return the exact choice of few offers, and nearly the best one of many."""
    found = allocate(problem)
    return improved(problem, found) if is_small(problem) else found


def is_small(problem: Problem) -> bool:
    """Return whether the exact choice is a matter of seconds."""
    return int((problem.gain > 0).sum()) <= MOST_OFFERS


def improved(problem: Problem, found: Allocation) -> Allocation:
    """Return the exact choice if it is better than what was found, and the lesser bound."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows, actions = np.nonzero(problem.gain > 0)
    if not len(rows) or found.value >= found.bound * (1 - _GAP):
        return found
    # The solver's tolerances are absolute: figures are counted in units of the largest one.
    size = float(problem.gain[rows, actions].max())
    gain = problem.gain[rows, actions] / size
    matrix, limits = _constraints(problem, rows, actions)
    solved = milp(
        -gain,
        integrality=np.ones(len(rows)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, ub=limits),
        options={"mip_rel_gap": _GAP, "node_limit": _MOST_NODES},
    )
    bound = found.bound
    if solved.mip_dual_bound is not None and np.isfinite(solved.mip_dual_bound):
        bound = min(bound, max(-float(solved.mip_dual_bound) * size, found.value))
    if solved.x is None:
        return replace(found, bound=bound)
    chosen = _as_slots(problem, rows, actions, solved.x > 0.5)
    if not holds(problem, chosen):
        return replace(found, bound=bound)
    chosen = filled(problem, chosen, found.prices)
    value = value_of(problem, chosen)
    if value <= found.value:
        return replace(found, bound=bound)
    return replace(found, chosen=chosen, value=value, bound=max(bound, value))


def holds(problem: Problem, chosen: Ints) -> bool:
    """Return whether every limit holds."""
    rows, slots = np.nonzero(chosen != NONE)
    actions = chosen[rows, slots]
    places = np.bincount(actions, minlength=problem.gain.shape[1])
    in_groups = np.bincount(problem.group[rows], minlength=len(problem.group_capacity))
    is_within = problem.costs(rows, actions).sum() <= problem.budget
    return bool(
        is_within
        and (places <= problem.capacity).all()
        and (in_groups <= problem.group_capacity).all()
    )


def _constraints(problem: Problem, rows: Ints, actions: Ints) -> tuple[object, np.ndarray]:
    from scipy.sparse import csr_array, vstack

    n = len(rows)
    at = np.arange(n)

    def counted(codes: Ints, n_codes: int) -> csr_array:
        return csr_array((np.ones(n), (codes, at)), shape=(n_codes, n))

    people, person = np.unique(rows, return_inverse=True)
    costs = problem.costs(rows, actions)
    unit = float(costs.max()) or 1.0
    cost = csr_array((costs / unit)[None, :])
    groups = len(problem.group_capacity)
    parts = [
        counted(person, len(people)),
        counted(actions, problem.gain.shape[1]),
        counted(problem.group[rows], groups),
        cost,
    ]
    limits = np.concatenate(
        [
            np.full(len(people), float(problem.per_customer)),
            problem.capacity,
            problem.group_capacity,
            [problem.budget / unit],
        ]
    )
    is_real = np.isfinite(limits)
    kept = csr_array(vstack(parts)).tocsr()[np.flatnonzero(is_real)]
    # Older releases of scipy hand 32-bit indices alone to HiGHS.
    indices, starts = kept.indices.astype(np.int32), kept.indptr.astype(np.int32)
    return csr_array((kept.data, indices, starts), shape=kept.shape), limits[is_real]


def _as_slots(problem: Problem, rows: Ints, actions: Ints, taken: np.ndarray) -> Ints:
    n, n_actions = problem.gain.shape
    chosen = np.full((n, min(problem.per_customer, n_actions)), NONE)
    rows, actions = rows[taken], actions[taken]
    # Rows come in order: the slot is the place within the row.
    slot = np.arange(len(rows)) - np.searchsorted(rows, rows, side="left")
    chosen[rows, slot] = actions
    return chosen
