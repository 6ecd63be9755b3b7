"""Whether a printed list of the largest is the same list in each period."""

from typing import Literal

import numpy as np
import pandas as pd

from custintel._intervals import Floats

# The order of two items tells nothing: it is by chance one time in two.
_FEWEST = 3
_EQUAL = 1e-9


def panel_of(amounts: pd.DataFrame) -> Literal["fixed", "per_period"] | None:
    """Return how the items of a table of amounts were chosen, as their order tells.

    Rows that fall from the first to the last in every period are each period's largest.
    Rows that fall by their mean, or in one period, but not in all of them, were chosen once.
    """
    values = amounts.to_numpy()
    if len(values) < _FEWEST or values.shape[1] < 2:
        return None
    falls = [_falls(column) for column in values.T]
    if all(falls):
        return "per_period"
    return "fixed" if any(falls) or _falls(values.mean(axis=1)) else None


def _falls(values: Floats) -> bool:
    # Means that are equal on paper differ in the last bits.
    slack = _EQUAL * float(np.abs(values).max())
    return bool((np.diff(values) <= slack).all())
