"""Return on what is spent, under its several names, and what earns the spend back.

Each formula takes numbers or columns of them, and names what it divides by what.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from custintel._elementwise import as_given, examples, numbers
from custintel._intervals import Floats
from custintel._text import translate_plural as _n
from custintel.projects._amounts import LARGEST


def romi(
    incremental_revenue: ArrayLike, *, contribution_margin: ArrayLike, spend: ArrayLike
) -> Any:
    """Return the return on marketing investment: profit per unit of money spent.

    (incremental revenue × contribution margin − spend) / spend: 0 is break-even, 2 brings two
    back for each one spent, beyond the one. Rival figures leave out a part: `roas` the margin
    and the spend, "revenue ROI" (revenue − spend) / spend the margin.

    Parameters
    ----------
    incremental_revenue : float or array-like
        Revenue that would not have come **without** the spend, currency. All revenue of those
        who were reached overstates it: compare with a group held out.
    contribution_margin : float or array-like
        Part of the revenue left after variable costs, 0-1.
    spend : float or array-like
        What was spent on marketing, currency, above 0.

    Returns
    -------
    float, ndarray or Series
        The rate, −1 or more unless the revenue is negative: a Series if an argument is one, a
        float if all are numbers.

    Raises
    ------
    ValueError
        If an argument is out of range.
    SchemaError
        If several Series are given whose labels differ.

    References
    ----------
    Farris, P. W., Bendle, N. T., Pfeifer, P. E. and Reibstein, D. J. (2010). Marketing
    metrics, 2nd edition. Upper Saddle River: Pearson.

    Examples
    --------
    >>> romi(50_000, contribution_margin=0.6, spend=10_000)
    2.0
    """
    revenue = numbers(incremental_revenue, name="incremental_revenue", low=-LARGEST, high=LARGEST)
    margin = numbers(contribution_margin, name="contribution_margin", low=0.0, high=1.0)
    cost = _above_zero(spend, "spend")
    given = (incremental_revenue, contribution_margin, spend)
    return as_given((revenue * margin - cost) / cost, *given)


def roas(revenue: ArrayLike, *, spend: ArrayLike) -> Any:
    """Return the return on advertising spend: revenue per unit of money spent.

    Revenue / spend, the "revenue factor". It breaks even not at 1 but at 1 / contribution
    margin: at a margin of 25 %, a return of 4 has earned nothing yet; see `romi`.

    Parameters
    ----------
    revenue : float or array-like
        Revenue that is counted for the spend, currency.
    spend : float or array-like
        What was spent on advertising, currency, above 0.

    Returns
    -------
    float, ndarray or Series
        The factor: a Series if an argument is one, a float if all are numbers.

    Raises
    ------
    ValueError
        If an argument is out of range.
    SchemaError
        If several Series are given whose labels differ.

    References
    ----------
    Farris, P. W., Bendle, N. T., Pfeifer, P. E. and Reibstein, D. J. (2010). Marketing
    metrics, 2nd edition. Upper Saddle River: Pearson.

    Examples
    --------
    >>> roas(50_000, spend=10_000)
    5.0
    """
    total = numbers(revenue, name="revenue", low=-LARGEST, high=LARGEST)
    return as_given(total / _above_zero(spend, "spend"), revenue, spend)


def return_on_investment(benefit: ArrayLike, *, cost: ArrayLike) -> Any:
    """Return the return on an investment as a rate: (benefit − cost) / cost.

    The benefit is a margin, a saving, or a gain of customer equity (the definition of Rust,
    Lemon and Zeithaml); never revenue. Time does not come into it: discount both before, or
    take `project_appraisal`.

    Parameters
    ----------
    benefit : float or array-like
        What the investment brings in all, before its cost is taken off, currency.
    cost : float or array-like
        What it costs in all, currency, above 0.

    Returns
    -------
    float, ndarray or Series
        The rate, 0 at break-even: a Series if an argument is one, a float if all are numbers.

    Raises
    ------
    ValueError
        If an argument is out of range.
    SchemaError
        If several Series are given whose labels differ.

    References
    ----------
    Rust, R. T., Lemon, K. N. and Zeithaml, V. A. (2004). Return on marketing: using customer
    equity to focus marketing strategy. Journal of Marketing 68(1), 109-127.

    Examples
    --------
    >>> round(return_on_investment(101.3, cost=70), 3)
    0.447
    """
    total = numbers(benefit, name="benefit", low=-LARGEST, high=LARGEST)
    spent = _above_zero(cost, "cost")
    return as_given((total - spent) / spent, benefit, cost)


def break_even_volume(fixed_cost: ArrayLike, *, unit_margin: ArrayLike) -> Any:
    """Return how many units must be sold until a fixed cost is earned back.

    Fixed cost / margin of one unit, not rounded. Divided by the number of people reached, it
    is the response rate that breaks even.

    Parameters
    ----------
    fixed_cost : float or array-like
        What is paid whatever is sold, currency, 0 or more.
    unit_margin : float or array-like
        What one unit (order, customer, response) contributes, currency, above 0.

    Returns
    -------
    float, ndarray or Series
        Units: a Series if an argument is one, a float if all are numbers.

    Raises
    ------
    ValueError
        If an argument is out of range: what loses with each unit never breaks even.
    SchemaError
        If several Series are given whose labels differ.

    Examples
    --------
    >>> break_even_volume(17_000, unit_margin=8.5)
    2000.0
    """
    fixed = numbers(fixed_cost, name="fixed_cost", low=0.0, high=LARGEST)
    return as_given(fixed / _above_zero(unit_margin, "unit_margin"), fixed_cost, unit_margin)


def _above_zero(given: ArrayLike, name: str) -> Floats:
    values = numbers(given, name=name, low=0.0, high=LARGEST)
    n = int(np.count_nonzero(values == 0))
    if n:
        raise ValueError(
            _n(
                "{name} is above zero, as it is divided by; {n} value of {total} is not: "
                "{examples}. Leave it out.",
                "{name} is above zero, as it is divided by; {n} values of {total} are not, such "
                "as {examples}. Leave them out.",
                n,
                name=name,
                total=values.size,
                examples=examples(given, values == 0),
            )
        )
    return values
