"""Which of two rival ways of reading a column its own values speak for."""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Verdict = Literal["first", "second", "same", "open"]

# A few slips of the pen do not make a convention: below this share of the telling rows, the
# values that only the other way can read are left unread rather than left to decide.
_MOST_SLIPS = 0.01


def weigh(
    counts: NDArray[np.intp], first: NDArray[np.generic], second: NDArray[np.generic]
) -> Verdict:
    """Say which reading holds, given both readings of each distinct value and its row count.

    A value tells when only one way can read it. ``"same"``: no value tells, and none
    needs to, as both ways agree wherever both can read. ``"open"``: the values do not
    decide, because none tells or because they contradict one another.

    >>> counts = np.array([3, 1])
    >>> weigh(counts, np.array([1.5, 1234.0]), np.array([np.nan, 1.234]))
    'first'
    >>> weigh(counts, np.array([7.0, 1234.0]), np.array([7.0, 1.234]))
    'open'
    """
    in_first, in_second = ~pd.isna(first), ~pd.isna(second)
    only_first = int(counts[in_first & ~in_second].sum())
    only_second = int(counts[in_second & ~in_first].sum())
    if only_first == only_second == 0:
        differ = in_first & in_second & (first != second)
        return "open" if differ.any() else "same"
    if min(only_first, only_second) > _MOST_SLIPS * (only_first + only_second):
        return "open"
    return "first" if only_first > only_second else "second"
