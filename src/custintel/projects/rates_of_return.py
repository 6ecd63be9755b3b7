"""The rates at which a table of cash flows is worth nothing."""

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._intervals import Floats
from custintel._present_value import CashFlows, CashFlowTiming, read_cash_flows
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day
from custintel.projects._exponential_sums import sign_changes, zeros_of_sum

_MOST_CHANGES = 100  # of sign: beyond, the search takes long and its rates say nothing


def internal_rate_of_return(
    cash_flows: pd.DataFrame,
    *,
    timing: CashFlowTiming = "end",
    period_length: str = "1Y",
    as_of: Day | None = None,
) -> float:
    """Return the annual rate at which cash flows have a net present value of zero.

    All rates above −100 % are found, not one near a guess. Flows that change sign once have
    one rate; those that change sign more often can have several, or none: then there is no
    answer, and the error tells all rates. The net present value always has an answer.

    Parameters
    ----------
    cash_flows : DataFrame
        ``amount``, currency, negative for what is paid; and ``period``, whole numbers from 0
        (0 is now), or ``due_on``, dates. As for `net_present_value`; the table of
        `project_cash_flows` is one.
    timing : {"end", "middle", "start"}, default="end"
        When in its period an amount comes. Period 0 is now in any case. Dates ignore it.
    period_length : str, default="1Y"
        Length of a period with its unit: ``"1M"``, ``"1Y"``. Dates ignore it.
    as_of : date-like, optional
        Now, for amounts with dates; none may come before it.

    Returns
    -------
    float
        Effective rate **a year**, above −1: 0.1 for 10 %. Infinite if it is too large for a
        number, as when ten comes back for one the next day.

    Raises
    ------
    SchemaError
        If a column is missing, or an amount, period or date is missing or impossible.
    ValueError
        If no rate or more than one is found, or the flows change sign more than 100 times.
    TypeError
        If `cash_flows` is not a table.

    References
    ----------
    Brealey, R. A., Myers, S. C. and Allen, F. (2017). Principles of corporate finance, 12th
    edition, chapter 5. New York: McGraw-Hill.

    Examples
    --------
    >>> import pandas as pd
    >>> campaign = pd.DataFrame({"period": [0, 1, 2], "amount": [-100.0, 60.0, 72.0]})
    >>> round(internal_rate_of_return(campaign), 6)
    0.2
    """
    flows = read_cash_flows(cash_flows, timing=timing, period_length=period_length, as_of=as_of)
    amount, years = _in_order(flows)
    if not sign_changes(amount):
        raise ValueError(
            _(
                "Cash flows that are never negative, or never positive, have no internal rate of "
                "return: give what is paid as negative amounts and what comes in as positive "
                "ones."
            )
        )
    if sign_changes(amount) > _MOST_CHANGES:
        raise ValueError(
            _(
                "The cash flows change sign more than {most} times: no rate of return describes "
                "them. Add them up into longer periods, or take their net present value.",
                most=_MOST_CHANGES,
            )
        )
    rates = _rates(amount, years)
    if len(rates) != 1:
        raise ValueError(_no_single(rates))
    return rates[0]


def internal_rates(flows: CashFlows) -> tuple[float, ...]:
    """Return all annual rates at which cash flows are worth nothing, in order.

    None is looked for where they change sign more than 100 times.

    >>> flows = CashFlows("period", np.array([0.0, 1.0]), np.array([-100.0, 110.0]))
    >>> [round(rate, 6) for rate in internal_rates(flows)]
    [0.1]
    """
    amount, years = _in_order(flows)
    return _rates(amount, years) if sign_changes(amount) <= _MOST_CHANGES else ()


def _rates(amount: Floats, years: Floats) -> tuple[float, ...]:
    with np.errstate(over="ignore"):
        return tuple(np.expm1(zeros_of_sum(amount, years)).tolist())


def _in_order(flows: CashFlows) -> tuple[Floats, Floats]:
    """Return the amounts other than zero, one for each time, and these times."""
    years, at = np.unique(flows.years, return_inverse=True)
    amount = np.bincount(at.ravel(), flows.amount, len(years)).astype(float)
    return amount[amount != 0], years[amount != 0]


def _no_single(rates: tuple[float, ...]) -> str:
    if not rates:
        return _(
            "At no rate do the cash flows have a net present value of zero, so they have no "
            "internal rate of return. Take their net present value."
        )
    shown = ", ".join(formats.percent(rate, 2) for rate in rates[:5])
    return _n(
        "The cash flows have {n} internal rate of return: {rates}.",
        "The cash flows have {n} internal rates of return, {rates}: they change sign more than "
        "once, and none of these is the return. Take their net present value.",
        len(rates),
        rates=shown,
    )
