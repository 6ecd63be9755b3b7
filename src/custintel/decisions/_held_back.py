"""Who is held back at random, so that the effect of an action can be measured afterwards."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


def held_back(
    action: Ints,
    strata: Ints,
    worth: NDArray[np.float64],
    *,
    share: float,
    rng: np.random.Generator,
) -> Bools:
    """Return who of those chosen is held back: the same share of each action and stratum.

    Within an action customers are put in order of stratum and of fifths of what they promise,
    by chance within those, and every (1 ÷ share)-th is taken from a random start: each has the
    same chance, and no stratum is missed by more than one customer.
    """
    is_held = np.zeros(len(action), bool)
    for code in np.unique(action):
        members = np.flatnonzero(action == code)
        fifths = np.empty(len(members), np.intp)
        fifths[np.argsort(worth[members], kind="stable")] = (
            np.arange(len(members)) * 5 // len(members)
        )
        order = members[np.lexsort((rng.random(len(members)), fifths, strata[members]))]
        start = rng.random()
        upto = np.floor(start + share * np.arange(1, len(order) + 1))
        is_held[order] = np.diff(upto, prepend=np.floor(start)) > 0
        # Chance may take nobody of a few; then there would be nothing to compare with.
        if len(members) > 1 and not is_held[members].any():
            is_held[rng.choice(members)] = True
    return is_held
