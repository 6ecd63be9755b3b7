"""Items by growth and by share: which to build, to hold, to doubt, to drop."""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import require_between
from custintel._intervals import Floats
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.revenue._period_columns import by_period, one_of, years_covered

STAR, CASH_COW = N_("stars"), N_("cash cows")
QUESTION_MARK, DOG = N_("question marks"), N_("dogs")


def portfolio_matrix(
    table: pd.DataFrame,
    *,
    since: pd.Period | str | int | None = None,
    growth_cut: float | None = None,
    share_cut: float | None = None,
) -> pd.DataFrame:
    """Sort items into the four fields of growth and share.

    The fields have the names of the growth-share matrix of the Boston Consulting Group. There,
    the growth is that of the market and the share is taken relative to the largest rival.
    Sales records know neither: here both are measured within one's own revenue, so that a dog
    is an item that is small and slow among one's own, not in its market.

    Parameters
    ----------
    table : DataFrame
        Items (index) × periods (columns), made by ``revenue_table(partial="drop")``, or
        printed. Columns are a `PeriodIndex`, or labels such as 2005, "2005Q1", "2005-03".
        Quarters and months are compared best with the same season: choose `since` so.
    since : Period, str or int, optional
        Period from which growth is measured to the last one; by default the first.
    growth_cut : float, optional
        Yearly growth rate above which an item grows fast. By default the growth of all items
        together.
    share_cut : float, optional
        Share from which an item is large, in 0-1. By default that of an average item,
        1 / number of items with revenue above zero.

    Returns
    -------
    DataFrame
        Indexed as the table, the largest share first.

        - ``revenue`` : float, in the last period, in the unit of the table
        - ``share`` : float, part of the last period's revenue above zero; 0 for items
          without such revenue
        - ``relative_share`` : float, 0-1, share / share of the largest item
        - ``growth`` : float, compound rate per year since `since`; inf for an item without
          revenue then, −1 for one without revenue in the last period, NaN for one without
          either
        - ``growth_cut``, ``share_cut`` : float, the cuts, the same in each row
        - ``quadrant`` : str, ``"stars"`` (large, growing faster than the cut), ``"cash
          cows"`` (large, not faster), ``"question marks"`` (small, faster), ``"dogs"``

    Raises
    ------
    SchemaError
        If items or periods repeat, there are less than two periods or no revenue in the
        last one, or an amount is missing or not a number.
    ValueError
        If `since` is not a period before the last, `share_cut` is not in 0-1, `growth_cut`
        is no number, or it is not given and all items together have no growth rate.

    References
    ----------
    Henderson, B. D. (1970). The product portfolio. Boston: The Boston Consulting Group.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {2022: [40.0, 50.0, 5.0, 5.0], 2024: [80.0, 50.0, 15.0, 5.0]}, index=list("abcd")
    ... )
    >>> portfolio_matrix(table)[["share", "growth", "quadrant"]].round(2)
       share  growth        quadrant
    a   0.53    0.41           stars
    b   0.33    0.00       cash cows
    c   0.10    0.73  question marks
    d   0.03    0.00            dogs
    """
    amounts = _since(by_period(table), since)
    first, last = amounts.iloc[:, 0].to_numpy(), amounts.iloc[:, -1].to_numpy()
    n_years = years_covered(amounts)
    sold = np.maximum(last, 0.0)
    if not sold.sum() > 0:
        raise SchemaError(
            _(
                "No item has revenue in {period}, so that there are no shares.",
                period=amounts.columns[-1],
            )
        )
    share = sold / sold.sum()
    growth = _growth(first, last, n_years)
    fast = _growth_cut(growth_cut, first, last, n_years)
    large = _share_cut(share_cut, sold)
    matrix = pd.DataFrame(
        {
            "revenue": last,
            "share": share,
            "relative_share": share / share.max(),
            "growth": growth,
            "growth_cut": fast,
            "share_cut": large,
            "quadrant": _quadrants(share - large, growth - fast),
        },
        index=amounts.index,
    )
    names = np.array([str(name) for name in amounts.index], dtype=str)
    return matrix.iloc[np.lexsort((names, -share.round(12)))]


def _since(amounts: pd.DataFrame, since: pd.Period | str | int | None) -> pd.DataFrame:
    if amounts.shape[1] < 2:
        raise SchemaError(_("This table has {n} periods; growth needs two.", n=amounts.shape[1]))
    if since is None:
        return amounts
    start = one_of(amounts, since)
    if start == amounts.columns[-1]:
        raise ValueError(_("since {period} is the last period; growth needs two.", period=start))
    return amounts.iloc[:, amounts.columns.get_loc(start) :]


def _growth(first: Floats, last: Floats, n_years: float) -> Floats:
    was, is_sold = first > 0, last > 0
    ratio = np.divide(np.maximum(last, 0.0), first, where=was, out=np.full(len(first), np.nan))
    return np.where(was, ratio ** (1 / n_years) - 1, np.where(is_sold, np.inf, np.nan))


def _growth_cut(given: float | None, first: Floats, last: Floats, n_years: float) -> float:
    if given is None:
        cut = float(_growth(first.sum(keepdims=True), last.sum(keepdims=True), n_years)[0])
        if math.isfinite(cut):
            return cut
        raise ValueError(
            _(
                "All items together have no revenue at the beginning, and so no growth rate to "
                "compare with. Give growth_cut, or a later since."
            )
        )
    require_between(given, -1, math.inf, name="growth_cut")
    return float(given)


def _share_cut(given: float | None, sold: Floats) -> float:
    if given is None:
        return 1 / int((sold > 0).sum())
    require_between(given, 0, 1, name="share_cut")
    return float(given)


def _quadrants(above_share: Floats, above_growth: Floats) -> NDArray[np.object_]:
    # What is equal on paper differs in the last bits: that must not decide.
    is_large, is_fast = above_share.round(12) >= 0, above_growth.round(12) > 0
    return np.select(
        [is_large & is_fast, is_large, is_fast],
        [STAR, CASH_COW, QUESTION_MARK],
        default=DOG,
    ).astype(object)
