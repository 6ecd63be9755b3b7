"""Customers in groups of equal number, by how much they bring."""

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_count
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SetAsideWarning, WeakResultWarning
from custintel.revenue._period_columns import by_period, one_of
from custintel.revenue._ranking import places


def decile_table(
    table: pd.DataFrame, *, period: pd.Period | str | int | None = None, n_groups: int = 10
) -> pd.DataFrame:
    """Divide the customers into groups of equal number, best first, and measure each.

    Only customers with revenue above zero are counted, as in `concentration_table`. If their
    number is no multiple of `n_groups`, the groups differ by one customer.

    Parameters
    ----------
    table : DataFrame
        Customers (index) × periods (columns), from ``revenue_table(by="customer_id")`` or
        printed. Columns are a `PeriodIndex`, or labels such as 2005, "2005Q1", "2005-03".
    period : Period, str or int, optional
        One of the periods; by default all of them together.
    n_groups : int, default=10
        Number of groups: 10 for deciles, 5 for quintiles.

    Returns
    -------
    DataFrame
        Indexed by ``group``, 1 being the best; as many rows as customers if they are fewer
        than `n_groups`. Equal customers are put in order by name, with numbers in the names
        by their size.

        - ``n_customers`` : int
        - ``revenue`` : float, in the unit of the table
        - ``revenue_share`` : float, 0-1, part of the revenue of all groups
        - ``cumulative_share`` : float, 0-1, share of this group and the better ones
        - ``mean_revenue`` : float, revenue per customer
        - ``min_revenue`` : float, revenue of the group's last customer: what it takes to
          be in it

    Raises
    ------
    SchemaError
        If customers or periods repeat, or an amount is missing or not a number.
    ValueError
        If `period` is not one of the periods, or `n_groups` no whole number above zero.

    Warns
    -----
    SetAsideWarning
        If customers have net refunds, with their number: they are in no group.
    WeakResultWarning
        If there are fewer customers than groups.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({2024: [10.0, 60.0, 10.0, 20.0]}, index=list("abcd"))
    >>> decile_table(table, n_groups=2)[["n_customers", "revenue", "revenue_share"]]
           n_customers  revenue  revenue_share
    group
    1                2     80.0            0.8
    2                2     20.0            0.2
    """
    require_count(n_groups, name="n_groups")
    amounts = by_period(table)
    revenue = amounts.sum(axis=1) if period is None else amounts[one_of(amounts, period)]
    _warn_of_refunds(revenue[revenue < 0])
    bought = revenue[revenue > 0]
    _warn_of_few(len(bought), n_groups)
    return _by_group(bought, min(n_groups, len(bought)))


def _by_group(bought: "pd.Series[float]", n_groups: int) -> pd.DataFrame:
    n, total = len(bought), bought.sum()
    rank = places(bought / total)
    group = (n_groups * rank + n - 1) // max(n, 1)
    of_group = bought.groupby(group)
    revenue = of_group.sum()
    share = revenue / total
    return pd.DataFrame(
        {
            "n_customers": of_group.size().astype("int64"),
            "revenue": revenue,
            "revenue_share": share,
            "cumulative_share": share.cumsum().clip(upper=1.0),
            "mean_revenue": of_group.mean(),
            "min_revenue": of_group.min(),
        },
        index=pd.Index(np.arange(1, n_groups + 1), name="group"),
    )


def _warn_of_refunds(refunds: "pd.Series[float]") -> None:
    if len(refunds):
        message = _n(
            "{n} customer has net refunds ({amount}), and is in no group.",
            "{n} customers have net refunds ({amount} in all), and are in no group.",
            len(refunds),
            amount=formats.number(float(refunds.sum()), 2),
        )
        warn(message, SetAsideWarning)


def _warn_of_few(n_customers: int, n_groups: int) -> None:
    if 0 < n_customers < n_groups:
        message = _n(
            "{n} customer cannot fill {n_groups} groups: it is a group alone.",
            "{n} customers cannot fill {n_groups} groups: each is a group alone. Ask for fewer.",
            n_customers,
            n_groups=n_groups,
        )
        warn(message, WeakResultWarning)
