"""How much of the revenue rests on how few customers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import is_count, require_between
from custintel._concentration import best_first, gini_index, points_kept, share_of_best
from custintel._text import translate as _
from custintel.revenue._period_columns import by_period, one_of

Floats = NDArray[np.float64]


def concentration_table(
    table: pd.DataFrame, *, top: Sequence[int] = (1, 10), pareto: float = 0.2
) -> pd.DataFrame:
    """Measure the concentration of revenue on customers, period by period.

    A period's customers are those with revenue above zero in it: who bought nothing is not
    counted, so the measures of a period do not depend on which others the table holds.
    Customers with net refunds are left out of every share, and counted.

    Parameters
    ----------
    table : DataFrame
        Customers (index) × periods (columns), from ``revenue_table(by="customer_id")`` or
        printed. Columns are a `PeriodIndex`, or labels such as 2005, "2005Q1", "2005-03".
    top : sequence of int, default=(1, 10)
        For each n, a column ``cr_n``: the share of the n largest customers.
    pareto : float, default=0.2
        Part of the customers, best first, whose share of the revenue is given; in 0-1.

    Returns
    -------
    DataFrame
        Indexed by ``period``, in order of time. Shares and indices of a period without a
        customer are NaN.

        - ``n_customers`` : int, customers with revenue above zero
        - ``revenue`` : float, their revenue, in the unit of the table
        - ``cr_n`` : float, 0-1, concentration ratio: share of the n largest; 1 if there
          are no more than n
        - ``hhi`` : float, 0-1, Herfindahl-Hirschman index, the sum of squared shares; some
          print it times 10,000
        - ``gini`` : float, 0-1, 0 if all customers bring the same
        - ``pareto_share`` : float, 0-1, revenue share of the best `pareto` of the
          customers. Where that is not a whole number of them, the next one counts in
          proportion
        - ``n_negative`` : int, customers with net refunds
        - ``net_refunds`` : float, their revenue, <= 0; with ``revenue`` it makes the
          period's total

    Raises
    ------
    SchemaError
        If customers or periods repeat, or an amount is missing or not a number.
    ValueError
        If `pareto` is not in 0-1, or one of `top` is not a whole number above zero.

    References
    ----------
    Hirschman, A. O. (1964). The paternity of an index. American Economic Review 54(5),
    761-762.

    Gini, C. (1912). Variabilità e mutabilità. Bologna: Cuppini.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({2024: [70.0, 30.0, 0.0]}, index=["ann", "bob", "eve"])
    >>> measures = concentration_table(table, top=[1])
    >>> measures[["n_customers", "cr_1", "hhi", "gini"]].round(2)
            n_customers  cr_1   hhi  gini
    period
    2024              2   0.7  0.58   0.2
    """
    require_between(pareto, 0, 1, name="pareto")
    _require_counts(top)
    amounts = by_period(table)
    measures = [_measures(column, top, pareto) for column in amounts.to_numpy().T]
    index = amounts.columns.rename("period")
    return pd.DataFrame(measures, index=index, columns=_columns(top)).astype(
        {"n_customers": "int64", "n_negative": "int64"}
    )


def concentration_curve(
    table: pd.DataFrame, *, period: pd.Period | str | int | None = None
) -> pd.DataFrame:
    """Return the share of revenue that the best customers bring, from none of them to all.

    This is the Lorenz curve read from the best customers down: the diagonal means that all
    bring the same. Only customers with revenue above zero are counted.

    Parameters
    ----------
    table : DataFrame
        Customers (index) × periods (columns), from ``revenue_table(by="customer_id")`` or
        printed.
    period : Period, str or int, optional
        One of the periods; by default all of them together.

    Returns
    -------
    DataFrame
        At most 200 points of the curve, in order, from (0, 0) to (1, 1); joined by straight
        lines they differ from the whole curve by less than one percentage point. No row if
        no customer has revenue above zero.

        - ``customer_share`` : float, 0-1, part of the customers, best first
        - ``revenue_share`` : float, 0-1, part of their revenue

    Raises
    ------
    SchemaError
        If customers or periods repeat, or an amount is missing or not a number.
    ValueError
        If `period` is not one of the periods.

    References
    ----------
    Lorenz, M. O. (1905). Methods of measuring the concentration of wealth. Publications of
    the American Statistical Association 9(70), 209-219.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({2024: [10.0, 60.0, 10.0, 20.0]}, index=list("abcd"))
    >>> concentration_curve(table)
       customer_share  revenue_share
    0            0.00            0.0
    1            0.25            0.6
    2            0.50            0.8
    3            0.75            0.9
    4            1.00            1.0
    """
    amounts = by_period(table)
    revenue = amounts.sum(axis=1) if period is None else amounts[one_of(amounts, period)]
    curve = _of_customers(revenue.to_numpy())
    customer_share = np.linspace(0, 1, len(curve))
    kept = points_kept(curve)
    return pd.DataFrame({"customer_share": customer_share[kept], "revenue_share": curve[kept]})


def _columns(top: Sequence[int]) -> list[str]:
    ratios = [f"cr_{n}" for n in top]
    measures = ["hhi", "gini", "pareto_share", "n_negative", "net_refunds"]
    return ["n_customers", "revenue", *ratios, *measures]


def _measures(revenue: Floats, top: Sequence[int], pareto: float) -> list[float]:
    curve = _of_customers(revenue)
    bought = float(revenue[revenue > 0].sum())
    refunds = revenue[revenue < 0]
    n = max(len(curve) - 1, 0)
    if n == 0:
        shares = [np.nan] * (len(top) + 3)
    else:
        ratios = [curve[min(count, n)] for count in top]
        hhi = float((np.diff(curve) ** 2).sum())
        shares = [*ratios, hhi, gini_index(curve), share_of_best(curve, pareto)]
    return [n, bought, *shares, len(refunds), float(refunds.sum())]


def _of_customers(revenue: Floats) -> Floats:
    """Return the cumulative shares of those with revenue, best first; empty if there is none."""
    return best_first(revenue[revenue > 0])


def _require_counts(top: Sequence[int]) -> None:
    wrong = [n for n in top if not is_count(n)]
    if wrong:
        raise ValueError(
            _("top holds whole numbers of customers, from 1 up: got {wrong!r}.", wrong=wrong[0])
        )
