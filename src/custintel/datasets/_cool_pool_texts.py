"""How a small firm's systems write days, amounts and numbers of customers."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.datasets._cool_pool_facts import AS_OF, FIRST_DAY

N_DAYS = (AS_OF - FIRST_DAY).days + 1


def days_written(day: NDArray[np.int64]) -> pd.Index:
    """Return days of the year, counted from 0, as ``03/28/2024``; -1 is an empty cell."""
    written = pd.date_range(FIRST_DAY, AS_OF).strftime("%m/%d/%Y")
    return pd.Index([*written, ""], dtype=object).take(day)


def amounts_written(amount: Floats) -> list[str]:
    """Return amounts as ``$1,234.50`` and ``-$1,234.50``; a missing one is an empty cell."""
    return [
        "" if np.isnan(each) else f"{'-' if each < 0 else ''}${abs(each):,.2f}" for each in amount
    ]


def numbered(letter: str, n: int, width: int = 6) -> pd.Index:
    """Return `n` ids of a letter and a number from 1."""
    return pd.Index(letter + pd.Series(np.arange(1, n + 1)).astype(str).str.zfill(width))
