"""Business lines side by side: what each brings, how it grows, what the mix does."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_type
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue._growth_rates import cagr
from custintel.revenue._period_columns import by_period, years_covered
from custintel.revenue.contributions import index_numbers, looks_like_an_index, points_added
from custintel.revenue.periods import MISSING


def compare_lines(
    table: pd.DataFrame, lines: "pd.Series[str] | Mapping[object, str]"
) -> pd.DataFrame:
    """Compare business lines: their amounts, growth, shares, and what they add to the growth.

    Growth of the whole can come from lines that grow, or from the weight moving to those
    that grew faster all along. The second is the mix effect: what the whole would not have
    grown had each line kept its share of the first period.

    Parameters
    ----------
    table : DataFrame
        Items (index) × periods (columns), amounts in one unit that add up: from
        `revenue_table`, printed, or from `amounts_from_index`. Columns are a `PeriodIndex`,
        or labels such as 2005, "2005Q1", "2005-03".
    lines : Series or mapping
        Line of each item, such as ``"open"`` or ``"partner"``. Items without one are one
        line, ``(missing)``; items that the table lacks are not looked at.

    Returns
    -------
    DataFrame
        One row per line and period; the line with the largest amount in the last period
        first, equal ones by name, each in order of time.

        - ``line`` : the line
        - ``period`` : Period
        - ``amount`` : float, sum over its items, in the unit of the table
        - ``share`` : float, part of the period's total; NaN if that is not above zero
        - ``growth`` : float, over the period before, minus 1; NaN in the first period, and
          if the amount before is not above zero
        - ``cagr`` : float, yearly growth since the first period; NaN there, and if the first
          amount is not above zero or this one is negative
        - ``contribution`` : float, what it added to the growth of the whole, 0.04 for four
          percentage points; they add up to that growth. NaN in the first period, and if the
          total before is not above zero
        - ``mix_effect`` : float, the part of ``contribution`` that comes from its share
          having changed since the first period: (share before − first share) × growth; all
          of it for a line that the first period did not have. NaN like ``contribution``, and
          for another line whose amount before is not above zero

    Raises
    ------
    SchemaError
        If items or periods repeat, an amount is missing or not a number, or no item of the
        table has a line.
    TypeError
        If `lines` is neither a Series nor a mapping.

    Warns
    -----
    WeakResultWarning
        If some items have no line, with their number, or if the table holds index numbers,
        which do not add up.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {2023: [60.0, 20.0, 20.0], 2024: [60.0, 20.0, 30.0]}, index=["a", "b", "c"]
    ... )
    >>> compared = compare_lines(table, {"a": "open", "b": "open", "c": "partner"})
    >>> compared[["line", "period", "amount", "growth", "contribution"]]
          line period  amount  growth  contribution
    0     open   2023    80.0     NaN           NaN
    1     open   2024    80.0     0.0           0.0
    2  partner   2023    20.0     NaN           NaN
    3  partner   2024    30.0     0.5           0.1
    """
    amounts = by_period(table)
    if looks_like_an_index(amounts):
        warn(index_numbers(), WeakResultWarning)
    line = _line_of_each(lines, amounts.index)
    without = amounts.index[line == MISSING]
    if len(without):
        warn(_no_line(without, len(amounts)), WeakResultWarning)
    by_line = _largest_first(amounts.groupby(line.to_numpy(), sort=False).sum())
    n_lines, n_periods = by_line.shape
    columns = {
        "line": np.repeat(by_line.index.to_numpy(), n_periods),
        "period": by_line.columns[np.tile(np.arange(n_periods), n_lines)],
    }
    measures = _measures(by_line)
    return pd.DataFrame(columns | {name: each.ravel() for name, each in measures.items()})


def _measures(by_line: pd.DataFrame) -> dict[str, Floats]:
    """Return each measure as an array of lines × periods."""
    amount = by_line.to_numpy()
    total = amount.sum(axis=0)
    share = amount / np.where(total > 0, total, np.nan)
    before, after = amount[:, :-1], amount[:, 1:]
    growth = after / np.where(before > 0, before, np.nan) - 1
    contribution = points_added(before, after)
    mix = np.where(amount[:, :1] == 0, contribution, (share[:, :-1] - share[:, :1]) * growth)
    return {
        "amount": amount,
        "share": share,
        "growth": _after_the_first(growth, amount),
        "cagr": _yearly_since_first(by_line),
        "contribution": _after_the_first(contribution, amount),
        "mix_effect": _after_the_first(mix, amount),
    }


def _after_the_first(values: Floats, amount: Floats) -> Floats:
    """Return what is known from the second period on, with the first one missing."""
    whole = np.full(amount.shape, np.nan)
    whole[:, 1:] = values
    return whole


def _yearly_since_first(by_line: pd.DataFrame) -> Floats:
    if by_line.empty:
        return np.empty(by_line.shape)
    first = by_line.iloc[:, 0]
    spans = [by_line.iloc[:, : n + 1] for n in range(by_line.shape[1])]
    rates = [cagr(first, span.iloc[:, -1], years_covered(span)) for span in spans]
    return np.column_stack(rates)


def _largest_first(by_line: pd.DataFrame) -> pd.DataFrame:
    if by_line.empty:
        return by_line
    names = np.array([str(name) for name in by_line.index])
    return by_line.iloc[np.lexsort((names, -by_line.iloc[:, -1].round(9)))]


def _line_of_each(
    lines: "pd.Series[str] | Mapping[object, str]", items: pd.Index
) -> "pd.Series[str]":
    require_type(lines, (pd.Series, Mapping), name="lines", what=_("a Series or a mapping"))
    given = pd.Series(lines, dtype=object)
    repeated = given.index[given.index.duplicated()].unique()
    if len(repeated):
        raise SchemaError(
            _n(
                "{n} item has several lines: {examples}. Keep one of each.",
                "{n} items have several lines: {examples}. Keep one of each.",
                len(repeated),
                examples=quoted(repeated, most=3),
            )
        )
    line = given.reindex(items)
    if len(items) and line.isna().all():
        raise SchemaError(
            _(
                "None of the {n} items of the table has a line: it has {items}, and lines names "
                "{named}.",
                n=len(items),
                items=quoted(items, most=3),
                named=quoted(given.index, most=3),
            )
        )
    return line.where(line.notna(), MISSING)


def _no_line(without: pd.Index, n_items: int) -> str:
    return _n(
        "{n} of {n_items} items has no line and is counted as (missing): {examples}.",
        "{n} of {n_items} items have no line and are counted as (missing): {examples}.",
        len(without),
        n_items=n_items,
        examples=quoted(without, most=3),
    )
