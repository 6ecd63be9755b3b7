"""Growth of items over periods, on tables made from transactions or copied from print."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from custintel._checks import quoted
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue._growth_rates import cagr, cagr_ends
from custintel.revenue._period_columns import by_period, one_of, years_covered
from custintel.revenue._rounding import Amounts, rounded


def index_table(table: pd.DataFrame, *, base: pd.Period | str | int | None = None) -> pd.DataFrame:
    """Express each item's amounts as an index, with a base period of 100.

    An index shows how items developed, whatever their size; it hides the size, so it is
    read beside the shares.

    Parameters
    ----------
    table : DataFrame
        Items (index) × periods (columns), amounts in one unit; made by `revenue_table`, or
        printed. Columns are a `PeriodIndex`, or labels such as 2005, "2005Q1", "2005-03".
    base : Period, str or int, optional
        The period that becomes 100; by default the first.

    Returns
    -------
    DataFrame
        Same items, in the same order; columns are a `PeriodIndex` in order of time.

        - each period : float, 100 × amount / amount in the base period; NaN for the whole
          row of an item whose amount in the base period is zero or negative

    Raises
    ------
    SchemaError
        If items or periods repeat, or an amount is missing or not a number.
    ValueError
        If `base` is not one of the periods.

    Warns
    -----
    WeakResultWarning
        If items have no index, with their number.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({2023: [50.0, 80.0], 2024: [60.0, 60.0]}, index=["north", "south"])
    >>> index_table(table)
            2023   2024
    north  100.0  120.0
    south  100.0   75.0
    """
    amounts = by_period(table)
    if amounts.columns.empty:
        return amounts
    basis = amounts[amounts.columns[0] if base is None else one_of(amounts, base)]
    without = amounts.index[basis <= 0]
    if len(without):
        warn(_no_index(without, len(amounts)), WeakResultWarning)
    return amounts.mul(100).div(basis.where(basis > 0), axis=0)


def growth_table(table: pd.DataFrame, *, rounding: float | None = None) -> pd.DataFrame:
    """Measure how fast each item grew over the whole table and in its last period.

    The compound annual growth rate (CAGR) is the constant yearly rate that leads from the
    first amount to the last: (last / first)^(1 / n_years) − 1. The years are counted
    between the labels, so five yearly columns from 2005 to 2009 are four years.

    Parameters
    ----------
    table : DataFrame
        Items (index) × periods (columns), amounts in one unit; made by `revenue_table`, or
        printed. Columns are a `PeriodIndex`, or labels such as 2005, "2005Q1", "2005-03".
    rounding : float, optional
        The unit to which the figures of a printed table were rounded: 1.0 for whole
        numbers, 0.1 for one decimal, 1000 for thousands. Adds the interval of growth rates
        that the unrounded figures may have had. A first period in which every item is
        exactly 100 is taken for the base of an index, which rounding did not touch.

    Returns
    -------
    DataFrame
        Same items, in the same order.

        - ``first`` : float, amount in the first period
        - ``last`` : float, amount in the last period
        - ``n_years`` : float, years from the first period to the last
        - ``cagr`` : float, yearly rate, >= −1; NaN if ``first`` is not above zero, ``last``
          is negative, or there is one period only
        - ``growth`` : float, last period over the one before it in the table, minus 1, not
          annualised; NaN if that one is not above zero or does not exist
        - ``share`` : float, part of the last period's total; NaN if that is not above zero.
          It means nothing on index numbers: each is relative to its own item's base
        - ``cagr_low``, ``cagr_high`` : float, only with `rounding`: bounds of ``cagr``;
          ``cagr_high`` is inf if the first figure may have been zero

    Raises
    ------
    SchemaError
        If items or periods repeat, there is no period, or an amount is missing or not a
        number.
    ValueError
        If `rounding` is not above zero.

    Warns
    -----
    WeakResultWarning
        If items have no growth rate, with their number.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({2005: [100, 100], 2009: [111, 184]}, index=["PED", "OWP"])
    >>> growth_table(table)[["n_years", "cagr", "growth"]].round(4)
         n_years    cagr  growth
    PED      4.0  0.0264    0.11
    OWP      4.0  0.1647    0.84
    >>> growth_table(table, rounding=1.0)[["cagr_low", "cagr_high"]].round(4)
         cagr_low  cagr_high
    PED    0.0253     0.0276
    OWP    0.1639     0.1655
    """
    amounts = by_period(table)
    if amounts.columns.empty:
        raise SchemaError(_("This table has no period, so nothing can be said of its growth."))
    ends = _ends(amounts)
    before = amounts.iloc[:, -2] if amounts.shape[1] > 1 else ends.last * np.nan
    total = ends.last.sum()
    measures = pd.DataFrame(
        {
            "first": ends.first,
            "last": ends.last,
            "n_years": ends.n_years,
            "cagr": cagr(ends.first, ends.last, ends.n_years),
            "growth": ends.last / before.where(before > 0) - 1,
            "share": ends.last / total if total > 0 else ends.last * np.nan,
        }
    )
    without = amounts.index[measures[["cagr", "growth"]].isna().any(axis=1)]
    if len(without):
        warn(_no_growth(without, amounts), WeakResultWarning)
    if rounding is None:
        return measures
    return measures.join(_rounding_interval(amounts, ends, rounding))


class _Ends(NamedTuple):
    first: Amounts
    last: Amounts
    n_years: float


def _ends(amounts: pd.DataFrame) -> _Ends:
    return _Ends(amounts.iloc[:, 0], amounts.iloc[:, -1], years_covered(amounts))


def _rounding_interval(amounts: pd.DataFrame, ends: _Ends, rounding: float) -> pd.DataFrame:
    figures = rounded(amounts, rounding)
    interval = cagr_ends(figures.ends(0), figures.ends(-1), ends.n_years)
    known = cagr(*ends).notna()
    return pd.DataFrame(
        {"cagr_low": interval.low.where(known), "cagr_high": interval.high.where(known)},
        index=amounts.index,
    )


def _no_index(without: pd.Index, n_items: int) -> str:
    return _n(
        "{n} of {n_items} items has no index, because the base period holds nothing or net "
        "refunds for it: {examples}. Choose another base, or leave it out.",
        "{n} of {n_items} items have no index, because the base period holds nothing or net "
        "refunds for them: {examples}. Choose another base, or leave them out.",
        len(without),
        n_items=n_items,
        examples=quoted(without, most=3),
    )


def _no_growth(without: pd.Index, amounts: pd.DataFrame) -> str:
    if amounts.shape[1] == 1:
        return _("The table has one period, so no growth can be measured. Add earlier ones.")
    return _n(
        "{n} of {n_items} items lacks a growth rate, because its first period, or the one "
        "before the last, holds nothing or net refunds, or its last one holds net refunds: "
        "{examples}. Begin the table later, or leave it out.",
        "{n} of {n_items} items lack a growth rate, because their first period, or the one "
        "before the last, holds nothing or net refunds, or their last one holds net refunds: "
        "{examples}. Begin the table later, or leave them out.",
        len(without),
        n_items=len(amounts),
        examples=quoted(without, most=3),
    )
