"""The largest customers and their shares, for a fixed panel or afresh in each period."""

import math
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import require_between, require_choice, require_count
from custintel._text import translate as _
from custintel.revenue._period_columns import by_period
from custintel.revenue._ranking import places
from custintel.revenue._shares import name_of_index, period_totals

_MEASURES = ("period", "rank", "revenue", "revenue_share", "cumulative_share", "largest_share")


def top_customers(
    table: pd.DataFrame,
    *,
    n: int = 10,
    panel: Literal["fixed", "per_period"] = "fixed",
    total: float | None = None,
) -> pd.DataFrame:
    """List the largest customers of each period with their shares of the revenue.

    A fixed panel shows how the same customers fared; its sum is only a lower bound of the
    share of each period's n largest. A panel per period gives that share: its last
    ``cumulative_share`` is the concentration ratio.

    Parameters
    ----------
    table : DataFrame
        Customers (index) × periods (columns), from ``revenue_table(by="customer_id")`` or
        printed. Columns are a `PeriodIndex`, or labels such as 2005, "2005Q1", "2005-03".
    n : int, default=10
        Size of the panel.
    panel : {"fixed", "per_period"}, default="fixed"
        ``"fixed"``: the n customers with the largest mean share over all periods with
        revenue, the same in each period, ranked by that mean. ``"per_period"``: the n
        largest of each period, among those with revenue above zero. Equal customers are
        ranked by name, with numbers in the names by their size.
    total : float, optional
        What the shares are shares of, in the unit of the table, in every period: 100 for a
        printed table in percent that lists some customers only. By default each period's
        sum over the customers with revenue above zero, as in `concentration_table`.

    Returns
    -------
    DataFrame
        One row per period and customer of the panel, by period and rank.
        `custintel.plots.customer_share_bars` draws it.

        - ``period`` : Period
        - ``rank`` : int, from 1
        - ``customer_id`` : the customer; the column is named as the table's index, or
          ``customer_id`` if that has no name
        - ``revenue`` : float, in the unit of the table
        - ``revenue_share`` : float, part of the total; negative for net refunds; NaN in a
          period without revenue
        - ``cumulative_share`` : float, sum of the shares of this rank and those above
        - ``largest_share`` : float, share of as many customers, the largest of the period:
          the concentration ratio, of which the ``cumulative_share`` of a fixed panel is only
          a lower bound. With `total` it is of the listed customers

    Raises
    ------
    SchemaError
        If customers or periods repeat, an amount is missing or not a number, or the index
        is named as another column of the result.
    ValueError
        If `n` is not a whole number above zero, `total` is not above zero, or `panel` is
        unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {2023: [50.0, 40.0, 10.0], 2024: [30.0, 60.0, 60.0]}, index=["ann", "bob", "eve"]
    ... )
    >>> top = top_customers(table, n=1)
    >>> top[["period", "customer_id", "revenue", "cumulative_share", "largest_share"]]
      period customer_id  revenue  cumulative_share  largest_share
    0   2023         bob     40.0               0.4            0.5
    1   2024         bob     60.0               0.4            0.4
    """
    require_choice(panel, ("fixed", "per_period"), name="panel")
    require_count(n, name="n")
    amounts = by_period(table)
    shares = amounts / period_totals(amounts, total)
    name = name_of_index(amounts, _MEASURES)
    ranks = _fixed_ranks(shares) if panel == "fixed" else _ranks_per_period(shares)
    row, column = np.nonzero(ranks.to_numpy() <= n)
    chosen = pd.DataFrame(
        {
            "period": amounts.columns[column],
            "rank": ranks.to_numpy()[row, column].astype("int64"),
            name: amounts.index[row],
            "revenue": amounts.to_numpy()[row, column],
            "revenue_share": shares.to_numpy()[row, column],
            "largest_share": _of_largest(shares)[
                ranks.to_numpy()[row, column].astype(int) - 1, column
            ],
        }
    ).sort_values(["period", "rank"], ignore_index=True)
    chosen["cumulative_share"] = chosen.groupby("period")["revenue_share"].cumsum()
    return chosen[[*chosen.columns.drop("largest_share"), "largest_share"]]


def _of_largest(shares: pd.DataFrame) -> NDArray[np.float64]:
    """Return the share of the period's largest one, two, … customers, one row for each number."""
    positive = shares.clip(lower=0).to_numpy()
    return np.asarray(np.cumsum(np.sort(positive, axis=0)[::-1], axis=0))


def major_customers(
    table: pd.DataFrame, *, threshold: float = 0.1, total: float | None = None
) -> pd.DataFrame:
    """List the customers who alone bring a large part of a period's revenue.

    The default threshold is that of the accounting standards, which ask companies to
    disclose each customer of 10 % of the revenue or more. They take companies under
    common control for one customer: make the table by account for that.

    Parameters
    ----------
    table : DataFrame
        Customers (index) × periods (columns), from ``revenue_table(by="customer_id")`` or
        printed. Columns are a `PeriodIndex`, or labels such as 2005, "2005Q1", "2005-03".
    threshold : float, default=0.1
        Share of the period's revenue from which a customer is listed, in 0-1.
    total : float, optional
        What the shares are shares of, as for `top_customers`.

    Returns
    -------
    DataFrame
        One row per period and customer at or above the threshold, by period and share; no
        row for a period without one. `custintel.plots.customer_share_bars` draws it.

        - ``period`` : Period
        - ``customer_id`` : the customer; the column is named as the table's index, or
          ``customer_id`` if that has no name
        - ``revenue`` : float, in the unit of the table
        - ``revenue_share`` : float, part of the total

    Raises
    ------
    SchemaError
        If customers or periods repeat, an amount is missing or not a number, or the index
        is named as another column of the result.
    ValueError
        If `threshold` is not in 0-1 or is 0, or `total` is not above zero.

    References
    ----------
    IFRS 8 Operating Segments, paragraph 34. London: IFRS Foundation.

    Accounting Standards Codification 280-10-50-42. Norwalk: FASB.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({2024: [85.0, 9.0, 6.0]}, index=["ann", "bob", "eve"])
    >>> major_customers(table)
      period customer_id  revenue  revenue_share
    0   2024         ann     85.0           0.85
    """
    require_between(threshold, 0, 1, name="threshold")
    if threshold == 0:
        raise ValueError(_("threshold is a share above zero: got {threshold!r}.", threshold=0))
    amounts = by_period(table)
    largest = math.ceil(1 / threshold) if total is None else max(len(amounts), 1)
    top = top_customers(amounts, n=largest, panel="per_period", total=total)
    is_major = top["revenue_share"].round(12) >= round(threshold, 12)
    cumulated = ["rank", "cumulative_share", "largest_share"]
    return top[is_major].drop(columns=cumulated).reset_index(drop=True)


def _fixed_ranks(shares: pd.DataFrame) -> pd.DataFrame:
    ranks = _ranks(shares.mean(axis=1).fillna(0.0))
    return pd.DataFrame(dict.fromkeys(shares.columns, ranks), index=shares.index)


def _ranks_per_period(shares: pd.DataFrame) -> pd.DataFrame:
    ranks = {period: _ranks(share[share > 0]) for period, share in shares.items()}
    return pd.DataFrame(ranks, index=shares.index)


def _ranks(share: "pd.Series[float]") -> "pd.Series[int]":
    return pd.Series(places(share), index=share.index)
