"""The largest customers and their shares, for a fixed panel or afresh in each period."""

import re
from typing import Literal

import numpy as np
import pandas as pd

from custintel._checks import require_choice
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.revenue._counts import is_count
from custintel.revenue._period_columns import by_period

_MEASURES = ("period", "rank", "revenue", "revenue_share", "cumulative_share")
_DIGITS = re.compile(r"\d+")


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

        - ``period`` : Period
        - ``rank`` : int, from 1
        - ``customer_id`` : the customer; the column is named as the table's index, or
          ``customer_id`` if that has no name
        - ``revenue`` : float, in the unit of the table
        - ``revenue_share`` : float, part of the total; negative for net refunds; NaN in a
          period without revenue
        - ``cumulative_share`` : float, sum of the shares of this rank and those above

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
    >>> top_customers(table, n=1, panel="per_period")
      period  rank customer_id  revenue  revenue_share  cumulative_share
    0   2023     1         ann     50.0            0.5               0.5
    1   2024     1         bob     60.0            0.4               0.4
    """
    require_choice(panel, ("fixed", "per_period"), name="panel")
    if not is_count(n):
        raise ValueError(_("n is a whole number of customers, from 1 up: got {n!r}.", n=n))
    amounts = by_period(table)
    shares = amounts / _totals(amounts, total)
    name = _column_of_names(amounts)
    ranks = _fixed_ranks(shares, n) if panel == "fixed" else _ranks_per_period(shares, n)
    row, column = np.nonzero(ranks.to_numpy() <= n)
    chosen = pd.DataFrame(
        {
            "period": amounts.columns[column],
            "rank": ranks.to_numpy()[row, column].astype("int64"),
            name: amounts.index[row],
            "revenue": amounts.to_numpy()[row, column],
            "revenue_share": shares.to_numpy()[row, column],
        }
    ).sort_values(["period", "rank"], ignore_index=True)
    chosen["cumulative_share"] = chosen.groupby("period")["revenue_share"].cumsum()
    return chosen


def _column_of_names(amounts: pd.DataFrame) -> str:
    name = str(amounts.index.name or "customer_id")
    if name in _MEASURES:
        raise SchemaError(
            _(
                "The index of this table is named {name!r}, as a column of the result is. "
                "Name it otherwise: table.rename_axis('customer_id').",
                name=name,
            )
        )
    return name


def _totals(amounts: pd.DataFrame, total: float | None) -> "pd.Series[float]":
    if total is None:
        positive = amounts.clip(lower=0).sum()
        return positive.where(positive > 0)
    if not 0 < total < np.inf:
        raise ValueError(_("total is an amount above zero: got {total!r}.", total=total))
    return pd.Series(float(total), index=amounts.columns)


def _fixed_ranks(shares: pd.DataFrame, n: int) -> pd.DataFrame:
    ranks = _ranks(shares.mean(axis=1).fillna(0.0), n)
    return pd.DataFrame(dict.fromkeys(shares.columns, ranks), index=shares.index)


def _ranks_per_period(shares: pd.DataFrame, n: int) -> pd.DataFrame:
    ranks = {period: _ranks(share[share > 0], n) for period, share in shares.items()}
    return pd.DataFrame(ranks, index=shares.index)


def _ranks(share: "pd.Series[float]", n: int) -> "pd.Series[int]":
    """Rank the n largest from 1, equal ones by name."""
    # Shares that are equal on paper differ in the last bits: that must not decide.
    largest = share.round(12).nlargest(n, keep="all")
    names = [_DIGITS.sub(lambda digits: digits[0].zfill(20), str(name)) for name in largest.index]
    order = np.lexsort((np.array(names), -largest.to_numpy()))
    return pd.Series(np.arange(1, len(order) + 1), index=largest.index[order])
