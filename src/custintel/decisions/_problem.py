"""What is to be shared out: gains, costs, and limits on money and places."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

NONE = -1  # action of an empty slot
# Three times .1 is a little more than .3: a sum of money may pass its limit by this share.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Gains, costs and limits; a limit that does not hold is infinite."""

    gain: Floats  # customers × actions: value less cost, -inf where it must not be
    cost: Floats  # customers × actions, or 1 × actions
    budget: float
    capacity: Floats  # of each action
    group: Ints  # of each customer, from 0
    group_capacity: Floats
    per_customer: int

    def costs(self, rows: Ints, actions: Ints) -> Floats:
        """Return what each action costs with each customer."""
        return np.asarray(self.cost[rows if len(self.cost) != 1 else 0, actions])

    def sampled(self, rows: Ints) -> "Problem":
        """Return the problem of some customers, with their part of what is shared by all."""
        part = len(rows) / len(self.gain)
        cost = self.cost[rows] if len(self.cost) > 1 else self.cost
        gain, group = self.gain[rows], self.group[rows]
        limits = self.budget * part, self.capacity * part
        return Problem(gain, cost, *limits, group, self.group_capacity, self.per_customer)

    @property
    def limits(self) -> Floats:
        """Return the budget and the capacities of the actions."""
        return np.append(self.budget, self.capacity)


def admitted(budget: float) -> float:
    """Return the sum of money that a budget admits, as sums of binary fractions are rounded."""
    return budget * (1 + _ROUNDING)


def value_of(problem: Problem, chosen: Ints) -> float:
    """Return what the chosen actions are worth."""
    rows, slots = np.nonzero(chosen != NONE)
    return float(problem.gain[rows, chosen[rows, slots]].sum())
