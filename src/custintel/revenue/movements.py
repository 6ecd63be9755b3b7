"""Who rose and who fell among the largest customers, from one period to another."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import require_count
from custintel._text import translate as _
from custintel.revenue._period_columns import by_period, one_of
from custintel.revenue._ranking import places
from custintel.revenue._shares import period_totals

Ranks = NDArray[np.float64]


def movers(
    table: pd.DataFrame,
    *,
    before: pd.Period | str | int,
    after: pd.Period | str | int,
    n: int = 10,
    total: float | None = None,
) -> pd.DataFrame:
    """Compare the largest customers of two periods: shares, ranks, who came and who went.

    Listed are the n largest of either period. Those in between did not disappear: who is no
    longer among the n largest may still be a customer, and the status tells which.

    Parameters
    ----------
    table : DataFrame
        Customers (index) × periods (columns), from ``revenue_table(by="customer_id")`` or
        printed. Columns are a `PeriodIndex`, or labels such as 2005, "2005Q1", "2005-03".
    before, after : Period, str or int
        The periods to compare, in order of time.
    n : int, default=10
        How many of the largest customers of each period are listed.
    total : float, optional
        What the shares are shares of, as for `top_customers`: 100 for a printed table in
        percent that lists some customers only.

    Returns
    -------
    DataFrame
        Indexed as the table; who gained the largest share first, equal ones by name.

        - ``share_before``, ``share_after`` : float, part of the period's revenue; negative
          for net refunds; NaN in a period without revenue
        - ``share_change`` : float, ``share_after`` − ``share_before``, so 0.01 is one
          percentage point
        - ``rank_before``, ``rank_after`` : Int64, rank among all customers with revenue
          above zero in the period, equal ones by name; missing without such revenue
        - ``rank_change`` : Int64, ranks climbed; missing without either rank
        - ``status`` : str; ``"stayed"`` among the n largest; ``"entered"`` or ``"left"``
          them, a customer in both periods; ``"new"``, among them without revenue before;
          ``"lost"``, formerly among them, without revenue after

    Raises
    ------
    SchemaError
        If customers or periods repeat, or an amount is missing or not a number.
    ValueError
        If `before` does not come before `after`, one of them is not a period of the table,
        or `n` or `total` is not above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {2023: [50.0, 40.0, 10.0], 2024: [30.0, 60.0, 10.0]}, index=["ann", "bob", "eve"]
    ... )
    >>> movers(table, before=2023, after=2024, n=1)[["share_change", "rank_change", "status"]]
         share_change  rank_change   status
    bob           0.2            1  entered
    ann          -0.2           -1     left
    """
    require_count(n, name="n")
    amounts = by_period(table)
    first, last = one_of(amounts, before), one_of(amounts, after)
    if first >= last:
        raise ValueError(
            _("before {first} does not come before after {last}.", first=first, last=last)
        )
    shares = amounts / period_totals(amounts, total)
    ranks_before, ranks_after = _ranks(shares[first]), _ranks(shares[last])
    change = shares[last] - shares[first]
    listed = pd.DataFrame(
        {
            "share_before": shares[first],
            "share_after": shares[last],
            "share_change": change,
            "rank_before": _whole(ranks_before),
            "rank_after": _whole(ranks_after),
            "rank_change": _whole(ranks_before - ranks_after),
            "status": _status(ranks_before, ranks_after, n),
        },
        index=amounts.index,
    )
    listed = listed[listed["status"] != ""]
    return listed.iloc[np.argsort(places(listed["share_change"].fillna(0.0)))]


def _ranks(share: "pd.Series[float]") -> Ranks:
    """Return the rank of each among those with a share above zero, NaN for the others."""
    ranks = np.full(len(share), np.nan)
    is_customer = (share > 0).to_numpy()
    ranks[is_customer] = places(share[is_customer])
    return ranks


def _whole(ranks: Ranks) -> Any:
    return pd.array(ranks, dtype="Float64").astype("Int64")


def _status(before: Ranks, after: Ranks, n: int) -> NDArray[np.object_]:
    """Tell how each stands to the n largest; empty for those among them in neither period."""
    was, is_now = before <= n, after <= n
    return np.select(
        [was & is_now, was & np.isnan(after), was, is_now & np.isnan(before), is_now],
        ["stayed", "lost", "left", "new", "entered"],
        default="",
    ).astype(object)
