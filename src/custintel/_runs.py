"""Runs of equal values in sorted arrays: the groups of whole numbers in order."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def starts_of_runs(values: Ints) -> Ints:
    """Return where runs of equal values start.

    >>> starts_of_runs(np.array([5, 5, 7, 5])).tolist()
    [0, 2, 3]
    """
    if not len(values):
        return np.empty(0, np.int64)
    return np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
