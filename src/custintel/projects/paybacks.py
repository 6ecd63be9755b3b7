"""How long it takes until a project has brought back what it cost."""

from typing import Literal

import numpy as np
import pandas as pd

from custintel._checks import require_choice
from custintel._intervals import Floats
from custintel._present_value import CashFlowTiming, net_present_value
from custintel.projects._amounts import whole_column
from custintel.projects.templates import MOST_PERIODS

WithinPeriod = Literal["even", "end"]
_WITHIN = ("even", "end")
_NOTHING = 1e-12  # part of all that moved: what rounding leaves of a balance of zero


def payback(
    cash_flows: pd.DataFrame,
    *,
    annual_discount_rate: float = 0.0,
    within_period: WithinPeriod = "even",
    timing: CashFlowTiming = "end",
    period_length: str = "1Y",
) -> float:
    """Return after how many periods cash flows have paid back, for good.

    That is when their running total reaches zero and does not fall below it again. With one
    outlay at the start this is the usual payback; where a later outlay undoes it, the time
    after that one counts. What comes after the payback is left out, so a project that pays back
    soon can be worth less than one that does so later.

    Parameters
    ----------
    cash_flows : DataFrame
        ``period``, whole numbers from 0 (0 is now), at most 1200; ``amount``, currency,
        negative for what is paid. A period may stand in several rows; one that is missing
        brings nothing.
    annual_discount_rate : float, default=0.0
        Effective rate a year, 0-10. At 0 this is the **simple** payback, above it the
        **discounted** one, of present values.
    within_period : {"even", "end"}, default="even"
        Whether the amount of the period in which it happens comes evenly through it, which
        gives parts of a period, or at its end, which gives whole ones.
    timing : {"end", "middle", "start"}, default="end"
        When in its period an amount comes, for discounting alone.
    period_length : str, default="1Y"
        Length of a period with its unit, for discounting alone.

    Returns
    -------
    float
        Number of **periods**, 0 or more: 0 if the running total is never below zero, infinite
        if it is at the end.

    Raises
    ------
    SchemaError
        If a column is missing, or an amount or period is missing or impossible.
    ValueError
        If the rate, the timing or the length of a period is not one.
    TypeError
        If `cash_flows` is not a table.

    References
    ----------
    Brealey, R. A., Myers, S. C. and Allen, F. (2017). Principles of corporate finance, 12th
    edition, chapter 5. New York: McGraw-Hill.

    Examples
    --------
    >>> import pandas as pd
    >>> campaign = pd.DataFrame({"period": [0, 1, 2], "amount": [-100.0, 60.0, 80.0]})
    >>> payback(campaign), payback(campaign, within_period="end")
    (1.5, 2.0)
    >>> round(payback(campaign, annual_discount_rate=0.2), 2)
    1.9
    """
    require_choice(within_period, _WITHIN, name="within_period")
    worth = net_present_value(
        cash_flows,
        annual_discount_rate=annual_discount_rate,
        timing=timing,
        period_length=period_length,
    ).table
    period = whole_column(worth, "period", table_name="cash_flows", most=MOST_PERIODS)
    by_period = np.bincount(period.astype(int), worth["present_value"].to_numpy(float))
    return periods_until(by_period.astype(float), within_period=within_period)


def periods_until(amount: Floats, *, within_period: WithinPeriod = "even") -> float:
    """Return after how many periods the running total of amounts stays at zero or above.

    >>> periods_until(np.array([-100.0, 60.0, 80.0]))
    1.5
    """
    balance = running_total(amount)
    below = np.flatnonzero(balance < 0)
    if not len(below):
        return 0.0
    last = int(below[-1])
    if last == len(balance) - 1:
        return np.inf
    part = -balance[last] / amount[last + 1] if within_period == "even" else 1.0
    return float(last + min(part, 1.0))


def is_paid_back(amount: Floats) -> np.ndarray:
    """Return for each period whether the running total is zero or above from there on."""
    below = running_total(amount) < 0
    return ~np.logical_or.accumulate(below[::-1])[::-1]


def running_total(amount: Floats) -> Floats:
    """Return the running total, 0 where rounding alone keeps it from that."""
    total = np.cumsum(amount)
    return np.where(np.abs(total) <= _NOTHING * np.abs(amount).sum(), 0.0, total)
