"""Which assumption of a project moves its outcome, and where the outcome turns to a loss."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import require_type
from custintel._sensitivity import one_at_a_time, require_ranges
from custintel._text import translate as _
from custintel.projects._amounts import LARGEST, amount
from custintel.projects._outcomes import outcome_of, require_function


def sensitivity_table(
    calculate: Callable[..., float],
    base: Mapping[str, float],
    *,
    ranges: Mapping[str, tuple[float, float]],
) -> pd.DataFrame:
    """Change one assumption of a project at a time, and see what it does to the outcome.

    The others stay as they are, so what happens when several go wrong together is not seen;
    `simulate_returns` shows it.

    Parameters
    ----------
    calculate : callable
        Takes the assumptions as named arguments, and returns the outcome as a number:
        ``lambda **given: tec_roi(**given).roi``.
    base : mapping of str to float
        All assumptions as they are expected, by name.
    ranges : mapping of str to (float, float)
        For each assumption to be changed, by name, its low and its high value.

    Returns
    -------
    DataFrame
        Indexed by ``driver``, the assumption changed; widest swing first, equal ones in the
        order of `ranges`.

        - ``low``, ``base``, ``high`` : float, values of the assumption
        - ``outcome_low``, ``outcome_base``, ``outcome_high`` : float, outcome at these values;
          a higher cost makes ``outcome_high`` the smaller
        - ``swing`` : float, distance between the outcomes at both ends, 0 or more
        - ``elasticity`` : float, percent of outcome for one percent of the assumption, between
          both ends; NaN where the base value or outcome is 0, or the range is empty
        - ``break_even`` : float, value between ``low`` and ``high`` at which the outcome is 0;
          NaN if it has the same sign at both ends

    Raises
    ------
    ValueError
        If a name is not one of `base`, a low value is above its high one, or the outcome is not
        a finite number or cannot be calculated.
    TypeError
        If `calculate` cannot be called, `base` or `ranges` is no mapping, or a range no pair.

    References
    ----------
    Eschenbach, T. G. (1992). Spiderplots versus tornado diagrams for sensitivity analysis.
    Interfaces 22(6), 40-46.

    Examples
    --------
    >>> from custintel.projects import tec_roi
    >>> expected = {"n_customers": 10_000, "implementation_cost": 20, "upkeep_cost": 5,
    ...             "gross_profit": 60, "success_rate": 0.5}
    >>> table = sensitivity_table(
    ...     lambda **given: tec_roi(**given).roi, expected,
    ...     ranges={"upkeep_cost": (4, 8), "success_rate": (0.35, 0.6)},
    ... )
    >>> table[["outcome_low", "outcome_base", "outcome_high", "break_even"]].round(3)
                  outcome_low  outcome_base  outcome_high  break_even
    driver
    success_rate     -40000.0       50000.0      110000.0       0.417
    upkeep_cost       60000.0       50000.0       20000.0         NaN
    """
    require_function(calculate)
    for name, given in (("base", base), ("ranges", ranges)):
        asked = _("a mapping from the names of assumptions")
        require_type(given, Mapping, name=name, what=asked)
    require_ranges(ranges, list(base))
    values = {name: amount(value, name=name, low=-LARGEST) for name, value in base.items()}

    def outcome(name: str, value: float) -> float:
        return outcome_of(calculate, {**values, name: value})

    table = one_at_a_time(
        outcome, base=values, at_base=outcome_of(calculate, values), ranges=ranges
    )
    break_even = [_zero_between(partial(outcome, str(name)), row) for name, row in table.iterrows()]
    return table.assign(break_even=np.array(break_even, dtype=float))


def _zero_between(outcome: Callable[[float], float], row: "pd.Series[Any]") -> float:
    """Return where the outcome is zero between both ends; NaN without a change of sign."""
    from scipy.optimize import brentq

    at_low, at_high = float(row["outcome_low"]), float(row["outcome_high"])
    if np.sign(at_low) * np.sign(at_high) > 0 or at_low == at_high:
        return np.nan
    return float(brentq(outcome, float(row["low"]), float(row["high"]), xtol=1e-12))
