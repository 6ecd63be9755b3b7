"""Rates of a month or a quarter, brought to a year."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from custintel._checks import require_choice
from custintel._elementwise import as_given, numbers
from custintel._time import PERIOD_MONTHS


def annual_rate(retention_rate: ArrayLike, *, period: Literal["M", "Q", "Y"] = "M") -> Any:
    """Bring the retention rate of a month or a quarter to a year: r to the power of 12, or 4.

    Rates of churn do not multiply: pass 1 − churn, and take the result off 1. A churn of 3 % a
    month is 30.6 % a year, not 36 %. The power holds if the rate is the same in every month;
    where those who are prone to leave have left first, fewer leave in a year than it says
    (see `custintel.models.ShiftedBetaGeoModel`).

    Parameters
    ----------
    retention_rate : float or array-like
        Share of customers who stay through one period, 0-1.
    period : {"M", "Q", "Y"}, default="M"
        The period that the rate is of.

    Returns
    -------
    float or array-like
        Share of customers who stay through a year, 0-1, as one number or with the shape and
        index given.

    Raises
    ------
    ValueError
        If a rate is not between 0 and 1, or `period` is unknown.

    Examples
    --------
    >>> round(annual_rate(0.97), 4)
    0.6938
    >>> round(1 - annual_rate(1 - 0.03), 4)
    0.3062
    """
    require_choice(period, tuple(PERIOD_MONTHS), name="period")
    rate = numbers(retention_rate, name="retention_rate", low=0, high=1)
    return as_given(np.power(rate, 12 / PERIOD_MONTHS[period]), retention_rate)
