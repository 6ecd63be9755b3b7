"""Lifetime value net of what it costs to win and to keep customers: closed formulas."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from custintel._cashflows import discount_factors, geometric_sum
from custintel._elementwise import as_given, count_or_none, numbers
from custintel.value.constant_retention import require_limit


def berger_nasr_value(
    margin: ArrayLike,
    *,
    retention_cost: ArrayLike,
    retention_rate: ArrayLike,
    discount_rate: ArrayLike,
    n_periods: int | None = None,
) -> Any:
    """Value a customer who is sent promotions every period (case 1 of Berger and Nasr 1998).

    Margins come now and at the end of each of the `n_periods` periods, so ``n_periods + 1``
    times, each if the customer has stayed until then. The promotion of a period is paid in
    its middle for those who were customers at its start:
    GC · Σ_{t=0..n} r^t / (1 + d)^t − M · Σ_{t=1..n} r^(t−1) / (1 + d)^(t−0.5).

    Parameters
    ----------
    margin : float or array-like
        Gross contribution GC per period, currency.
    retention_cost : float or array-like
        Promotion cost M per customer and period, currency, 0 or more.
    retention_rate : float or array-like
        Probability r of staying from one period to the next, 0-1.
    discount_rate : float or array-like
        Effective rate d **per period**, 0 or more.
    n_periods : int, optional
        Length n of the horizon; by default there is no end.

    Returns
    -------
    float, ndarray or Series
        Lifetime value, currency: a Series if an argument is one, a float if all are numbers.

    Raises
    ------
    ValueError
        If an argument is out of range, or if there is no end and nothing makes the sum
        converge: a retention rate of 1 without discounting.
    SchemaError
        If several Series are given whose labels differ.

    References
    ----------
    Berger, P. D. and Nasr, N. I. (1998). Customer lifetime value: marketing models and
    applications. Journal of Interactive Marketing 12(1), 17-30.

    Examples
    --------
    >>> value = berger_nasr_value(
    ...     260, retention_cost=50, retention_rate=0.75, discount_rate=0.2, n_periods=10
    ... )
    >>> round(value, 2)
    568.78
    """
    n = count_or_none(n_periods)
    r = numbers(retention_rate, name="retention_rate", low=0, high=1)
    d = numbers(discount_rate, name="discount_rate", low=0)
    ratio = r / (1 + d)
    if n is None:
        require_limit(ratio, retention_rate)
    margins = geometric_sum(ratio, None if n is None else n + 1)
    promotions = discount_factors(0.5, d) * geometric_sum(ratio, n)
    earned = numbers(margin, name="margin") * margins
    value = earned - numbers(retention_cost, name="retention_cost", low=0) * promotions
    return as_given(value, margin, retention_cost, retention_rate, discount_rate)


def blattberg_deighton_value(
    margin: ArrayLike,
    *,
    acquisition_rate: ArrayLike,
    cost_per_prospect: ArrayLike,
    retention_rate: ArrayLike,
    retention_cost: ArrayLike,
    discount_rate: ArrayLike,
) -> Any:
    """Value a prospect: the customer equity test of Blattberg and Deighton (1996).

    Approaching a prospect costs A and wins a customer with probability a. The margin m of the
    first period comes at once; each later period brings m if the customer has stayed, and
    costs the retention spend R for every customer of the period before:
    a·m − A + a·(m − R/r)·r′/(1 − r′), with r′ = r/(1 + d).

    Parameters
    ----------
    margin : float or array-like
        Margin m per customer and period before marketing, currency.
    acquisition_rate : float or array-like
        Part a of the prospects who become customers, 0-1.
    cost_per_prospect : float or array-like
        Spend A on acquisition **per prospect approached**, currency, 0 or more; per customer
        won it is A / a.
    retention_rate : float or array-like
        Probability r of staying from one period to the next, 0-1.
    retention_cost : float or array-like
        Spend R on retention per customer and period, currency, 0 or more.
    discount_rate : float or array-like
        Effective rate d **per period**, 0 or more.

    Returns
    -------
    float, ndarray or Series
        Value of one prospect, currency: a Series if an argument is one, a float if all are
        numbers.

    Raises
    ------
    ValueError
        If an argument is out of range, or a retention rate of 1 is not discounted.
    SchemaError
        If several Series are given whose labels differ.

    References
    ----------
    Blattberg, R. C. and Deighton, J. (1996). Manage marketing by the customer equity test.
    Harvard Business Review 74(4), 136-144.

    Examples
    --------
    >>> value = blattberg_deighton_value(
    ...     100,
    ...     acquisition_rate=0.2,
    ...     cost_per_prospect=10,
    ...     retention_rate=0.6,
    ...     retention_cost=20,
    ...     discount_rate=0.2,
    ... )
    >>> round(value, 2)
    23.33
    """
    m = numbers(margin, name="margin")
    a = numbers(acquisition_rate, name="acquisition_rate", low=0, high=1)
    won_at = numbers(cost_per_prospect, name="cost_per_prospect", low=0)
    r = numbers(retention_rate, name="retention_rate", low=0, high=1)
    kept_at = numbers(retention_cost, name="retention_cost", low=0)
    d = numbers(discount_rate, name="discount_rate", low=0)
    require_limit(np.asarray(r / (1 + d)), retention_rate)
    # (m − R/r)·r′/(1 − r′), multiplied out: it holds for r = 0, too.
    later = (m * r - kept_at) / (1 + d - r)
    given = (
        *(margin, acquisition_rate, cost_per_prospect),
        *(retention_rate, retention_cost, discount_rate),
    )
    return as_given(a * (m + later) - won_at, *given)
