"""Which assumption moves an outcome most: one changed at a time, the others as they are."""

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_choice
from custintel._elementwise import numbers
from custintel._text import translate as _

Ranges = Mapping[str, tuple[float, float]]
_COLUMNS = [
    *("low", "base", "high", "outcome_low", "outcome_base", "outcome_high"),
    *("swing", "elasticity"),
]


def one_at_a_time(
    outcome: Callable[[str, float], float],
    *,
    base: Mapping[str, float],
    at_base: float,
    ranges: Ranges,
) -> pd.DataFrame:
    """Return what each driver does to an outcome between both ends, widest swing first.

    `outcome` takes the name of the driver changed and its value. Equal swings keep the order
    of `ranges`. The elasticity is NaN where it would divide by zero.

    >>> table = one_at_a_time(
    ...     lambda name, value: 3 * value, base={"a": 2.0}, at_base=6.0, ranges={"a": (1, 3)}
    ... )
    >>> table.loc["a", ["outcome_low", "outcome_high", "swing", "elasticity"]].to_list()
    [3.0, 9.0, 6.0, 1.0]
    """
    rows = []
    for name, ends in ranges.items():
        low, high = map(float, ends)
        at_low, at_high = outcome(name, low), outcome(name, high)
        swing = abs(at_high - at_low)
        elasticity = _elasticity(at_high - at_low, at_base, high - low, base[name])
        rows.append([low, base[name], high, at_low, at_base, at_high, swing, elasticity])
    drivers = pd.Index(ranges, name="driver", dtype=object)
    table = pd.DataFrame(rows, index=drivers, columns=_COLUMNS, dtype=float)
    return table.sort_values("swing", ascending=False, kind="stable")


def _elasticity(gain: float, worth: float, change: float, value: float) -> float:
    return (gain / worth) / (change / value) if worth and change and value else np.nan


def require_ranges(ranges: Ranges, drivers: Collection[str]) -> None:
    """Raise unless each range belongs to one of `drivers` and goes from low to high."""
    for name, ends in ranges.items():
        require_choice(name, drivers, name="ranges")
        is_pair = isinstance(ends, Sequence | np.ndarray) and not isinstance(ends, str)
        if not (is_pair and len(ends) == 2):
            raise TypeError(
                _(
                    "The range of {name} is a low and a high value, such as (0.67, 0.77): got "
                    "{ends!r}.",
                    name=name,
                    ends=ends,
                )
            )
        low, high = numbers(ends, name=name)
        if not low <= high:
            raise ValueError(
                _(
                    "The range of {name} goes from its low to its high value: got {ends}.",
                    name=name,
                    ends=quoted(ends),
                )
            )
