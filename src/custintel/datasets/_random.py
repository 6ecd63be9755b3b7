"""Random numbers that do not depend on what else is drawn."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from custintel._checks import require_type
from custintel._intervals import Floats
from custintel._text import translate as _


def seed_of(random_state: int | np.random.Generator) -> int:
    """Return the number from which all streams of a simulation follow."""
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**63))
    what = _("a whole number from 0, or a numpy.random.Generator")
    require_type(random_state, (int, np.integer), name="random_state", what=what)
    if random_state < 0:
        raise ValueError(_("random_state is {what}: got {n}.", what=what, n=random_state))
    return int(random_state)


def streams_of(seed: int, names: Iterable[str]) -> dict[str, np.random.Generator]:
    """Return a stream of its own for each of `names`, which does not depend on the others."""
    return {
        name: np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        for number, name in enumerate(names)
    }


def draw_from(shares: Floats, rows: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw a column of `shares`, whose rows add up to 1, for each of `rows`."""
    limits = np.cumsum(shares, axis=1)
    # The last column takes what rounding leaves above the last limit.
    at = rng.random(len(rows))
    drawn = np.zeros(len(rows), dtype=np.intp)
    for column in range(shares.shape[1] - 1):
        drawn += at >= limits[rows, column]
    return drawn
