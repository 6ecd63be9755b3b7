"""Lifetime value when margin and retention are the same in every period: closed formulas.

All of them add up the margins of the periods, each times the probability of still being a
customer and discounted. They differ in when the first margin comes and whether it is certain;
`timing` names that.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from custintel._cashflows import geometric_sum
from custintel._checks import require_choice
from custintel._elementwise import as_given, count_or_none, examples, numbers
from custintel._intervals import Floats
from custintel._text import translate_plural as _n

MarginTiming = Literal["after_renewal", "now", "period_end"]
TIMINGS = ("after_renewal", "now", "period_end")


def margin_multiple(
    retention_rate: ArrayLike,
    *,
    discount_rate: ArrayLike,
    growth_rate: ArrayLike = 0.0,
    n_periods: int | None = None,
    timing: MarginTiming = "after_renewal",
) -> Any:
    """Return how many times its margin of one period a customer is worth.

    With retention rate r, discount rate i and growth g, without an end:

    - ``"after_renewal"``: r / (1 + i − r(1 + g)). The first margin comes after one period, if
      the customer has stayed (Gupta and Lehmann 2003; Farris et al.). Right for a customer
      whose current margin is already in the books.
    - ``"now"``: (1 + i) / (1 + i − r(1 + g)). The first margin comes now, for certain, as
      when a new customer pays in advance.
    - ``"period_end"``: 1 / (1 + i − r(1 + g)). The first margin comes after one period, for
      certain, as when a new customer pays in arrears.

    The results differ by factors of r and 1 + i, which is much: 1.0, 2.0 and 1.8 times the
    margin for r = 55 %, i = 10 %.

    Parameters
    ----------
    retention_rate : float or array-like
        Probability of staying from one period to the next, 0-1.
    discount_rate : float or array-like
        Effective rate **per period**, 0 or more: 0.01 a month, not 0.12 a year.
    growth_rate : float or array-like, default=0.0
        Growth of the margin of a customer who stays, per period, from −1 up. The first
        margin has not grown yet.
    n_periods : int, optional
        Number of margins counted; by default there is no end.
    timing : {"after_renewal", "now", "period_end"}, default="after_renewal"
        When the first margin comes; see above.

    Returns
    -------
    float, ndarray or Series
        The multiple, 0 or more: a Series if an argument is one, a float if all are numbers.

    Raises
    ------
    ValueError
        If a rate is out of range, or if there is no end and r(1 + g) is not below 1 + i: the
        sum has no limit.
    SchemaError
        If several Series are given whose labels differ.

    References
    ----------
    Gupta, S. and Lehmann, D. R. (2003). Customers as assets. Journal of Interactive Marketing
    17(1), 9-24.

    Farris, P. W., Bendle, N. T., Pfeifer, P. E. and Reibstein, D. J. (2010). Marketing
    metrics, 2nd edition. Upper Saddle River: Pearson.

    Examples
    --------
    >>> round(margin_multiple(0.8, discount_rate=0.12), 2)
    2.5
    >>> margin_multiple([0.6, 0.9], discount_rate=0.12).round(2).tolist()
    [1.15, 4.09]
    >>> round(margin_multiple(0.8, discount_rate=0.12, timing="now"), 2)
    3.5
    """
    require_choice(timing, TIMINGS, name="timing")
    terms = count_or_none(n_periods)
    r = numbers(retention_rate, name="retention_rate", low=0, high=1)
    i = numbers(discount_rate, name="discount_rate", low=0)
    g = numbers(growth_rate, name="growth_rate", low=-1)
    ratio = r * (1 + g) / (1 + i)
    if terms is None:
        require_limit(ratio, retention_rate)
    multiple = _first_margin(r, i, timing) * geometric_sum(ratio, terms)
    return as_given(multiple, retention_rate, discount_rate, growth_rate)


def simple_lifetime_value(  # noqa: PLR0913 - the quantities that the formula has
    margin: ArrayLike,
    *,
    retention_rate: ArrayLike,
    discount_rate: ArrayLike,
    n_periods: int | None = None,
    growth_rate: ArrayLike = 0.0,
    timing: MarginTiming = "after_renewal",
    acquisition_cost: ArrayLike = 0.0,
) -> Any:
    """Value a customer whose margin and retention rate do not change.

    The value is the margin times `margin_multiple`, less what it cost to win the customer.

    Parameters
    ----------
    margin : float or array-like
        Margin per period, currency, after the cost of serving and keeping the customer.
    retention_rate : float or array-like
        Probability of staying from one period to the next, 0-1.
    discount_rate : float or array-like
        Effective rate **per period**, 0 or more.
    n_periods : int, optional
        Number of margins counted; by default there is no end.
    growth_rate : float or array-like, default=0.0
        Growth of the margin per period, from −1 up.
    timing : {"after_renewal", "now", "period_end"}, default="after_renewal"
        When the first margin comes; see `margin_multiple`.
    acquisition_cost : float or array-like, default=0.0
        Cost of winning the customer, currency, paid now: for prospects. It is lost for
        customers that there are, and then left out.

    Returns
    -------
    float, ndarray or Series
        Lifetime value, currency: a Series if an argument is one, a float if all are numbers.

    Raises
    ------
    ValueError
        If an argument is out of range or the sum has no limit, as for `margin_multiple`.
    SchemaError
        If several Series are given whose labels differ.

    References
    ----------
    Gupta, S. and Lehmann, D. R. (2003). Customers as assets. Journal of Interactive Marketing
    17(1), 9-24.

    Examples
    --------
    A customer who brings 150 a year, costs 100 to win and stays with 55 %, under the three
    conventions:

    >>> for timing in ("after_renewal", "now", "period_end"):
    ...     value = simple_lifetime_value(
    ...         150, retention_rate=0.55, discount_rate=0.1, timing=timing, acquisition_cost=100
    ...     )
    ...     print(timing, round(value, 2))
    after_renewal 50.0
    now 200.0
    period_end 172.73
    """
    multiple = margin_multiple(
        retention_rate,
        discount_rate=discount_rate,
        growth_rate=growth_rate,
        n_periods=n_periods,
        timing=timing,
    )
    earned = numbers(margin, name="margin") * np.asarray(multiple)
    value = earned - numbers(acquisition_cost, name="acquisition_cost", low=0)
    given = (margin, retention_rate, discount_rate, growth_rate, acquisition_cost)
    return as_given(value, *given)


def expected_lifetime(retention_rate: ArrayLike) -> Any:
    """Return how many periods a customer stays on average, the first one included.

    That is 1 / (1 − r): halving attrition from 50 % to 25 % doubles the life from 2 periods
    to 4. Attrition rates that differ between customers make the mean life longer than the
    mean rate tells; see `custintel.models.ShiftedBetaGeoModel`.

    Parameters
    ----------
    retention_rate : float or array-like
        Probability of staying from one period to the next, 0-1.

    Returns
    -------
    float, ndarray or Series
        Mean number of periods, 1 or more.

    Raises
    ------
    ValueError
        If a rate is not in 0-1, or is 1: nobody ever leaves then.

    Examples
    --------
    >>> expected_lifetime([0.5, 0.75]).tolist()
    [2.0, 4.0]
    """
    return margin_multiple(retention_rate, discount_rate=0.0, timing="now")


def break_even_retention(
    margin: ArrayLike,
    *,
    value: ArrayLike,
    discount_rate: ArrayLike,
    growth_rate: ArrayLike = 0.0,
    timing: MarginTiming = "after_renewal",
) -> Any:
    """Return the retention rate that makes a margin worth a given lifetime value.

    It answers by how much a loyalty programme, which lowers the margin, must raise retention
    to pay for itself: give the margin with the programme and the value without it. It is the
    inverse of `simple_lifetime_value` without an end and without acquisition cost.

    Parameters
    ----------
    margin : float or array-like
        Margin per period, currency, above zero.
    value : float or array-like
        Lifetime value to be reached, currency, above zero.
    discount_rate : float or array-like
        Effective rate **per period**, 0 or more.
    growth_rate : float or array-like, default=0.0
        Growth of the margin per period, above −1.
    timing : {"after_renewal", "now", "period_end"}, default="after_renewal"
        When the first margin comes; see `margin_multiple`.

    Returns
    -------
    float, ndarray or Series
        Retention rate, 0-1.

    Raises
    ------
    ValueError
        If an argument is out of range, or no retention rate in 0-1 gives that value.
    SchemaError
        If several Series are given whose labels differ.

    Examples
    --------
    A provider earns 18.95 a month, keeps 78.8 % of its customers and discounts at 1 %. Spending
    0.20 more on loyalty pays from a retention of 78.98 %:

    >>> before = simple_lifetime_value(18.95, retention_rate=0.788, discount_rate=0.01)
    >>> round(break_even_retention(18.75, value=before, discount_rate=0.01), 4)
    0.7898
    """
    require_choice(timing, TIMINGS, name="timing")
    smallest = np.finfo(float).tiny
    m = numbers(margin, name="margin", low=smallest)
    worth = numbers(value, name="value", low=smallest)
    i = numbers(discount_rate, name="discount_rate", low=0)
    g = numbers(growth_rate, name="growth_rate", low=np.nextafter(-1, 0))
    rate = {
        "after_renewal": worth * (1 + i) / (m + worth * (1 + g)),
        "now": (1 + i) * (1 - m / worth) / (1 + g),
        "period_end": (1 + i - m / worth) / (1 + g),
    }[timing]
    _require_rate(rate, value)
    return as_given(rate, margin, value, discount_rate, growth_rate)


def _first_margin(r: Floats, i: Floats, timing: MarginTiming) -> Floats:
    """Return what the first margin is worth now, of 1."""
    worth = {"after_renewal": r / (1 + i), "now": np.ones_like(i), "period_end": 1 / (1 + i)}
    return worth[timing]


def require_limit(ratio: Floats, retention_rate: ArrayLike) -> None:
    """Raise `ValueError` naming the retention rates for which a sum without end diverges."""
    endless = ratio >= 1
    n = int(np.count_nonzero(endless))
    if n:
        raise ValueError(
            _n(
                "Without an end the sum of {n} of {total} has no limit (retention_rate "
                "{examples}): retention times growth is not below 1 + discount_rate. Check the "
                "rates, or count a limited number of periods.",
                "Without an end the sums of {n} of {total} have no limit (retention_rate "
                "{examples}): retention times growth is not below 1 + discount_rate. Check the "
                "rates, or count a limited number of periods.",
                n,
                total=ratio.size,
                examples=examples(retention_rate, endless),
            )
        )


def _require_rate(rate: Floats, value: ArrayLike) -> None:
    impossible = ~((rate >= 0) & (rate <= 1))
    n = int(np.count_nonzero(impossible))
    if n:
        raise ValueError(
            _n(
                "{n} value of {total} is reached with no retention rate in 0-1: {examples}. "
                "Check margin, value and timing.",
                "{n} values of {total} are reached with no retention rate in 0-1, such as "
                "{examples}. Check margin, value and timing.",
                n,
                total=rate.size,
                examples=examples(value, impossible),
            )
        )
