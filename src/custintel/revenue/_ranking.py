"""Ranks by share: the largest first, equal ones by name."""

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_DIGITS = re.compile(r"\d+")


def places(share: "pd.Series[Any]") -> NDArray[np.intp]:
    """Return the rank of each share from 1 up, numbers in the names by their size.

    >>> places(pd.Series([0.3, 0.4, 0.3], index=["C10", "B1", "C9"])).tolist()
    [3, 1, 2]
    """
    # Shares that are equal on paper differ in the last bits: that must not decide.
    sizes = np.round(share.to_numpy(float), 12)
    is_tied = pd.Series(sizes).duplicated(keep=False).to_numpy()
    names = np.array([_sortable(name) for name in share.index[is_tied]], dtype=str)
    by_name = np.zeros(len(sizes), dtype=np.intp)
    by_name[is_tied] = np.unique(names, return_inverse=True)[1]
    ranks = np.empty(len(sizes), dtype=np.intp)
    ranks[np.lexsort((by_name, -sizes))] = np.arange(1, len(sizes) + 1)
    return ranks


def _sortable(name: object) -> str:
    return _DIGITS.sub(lambda digits: digits[0].zfill(20), str(name))
