"""Plots of the largest customers, companies and partners."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._named_rows import name_rows, write_beyond
from custintel.plots._revenue_unit import revenue_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 30
_MOST_BARS = 15
_MEASURES = ["period", "revenue", "revenue_share"]
_OTHER_MEASURES = ["rank", "cumulative_share", "largest_share"]


def customer_share_bars(customers: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the shares of the largest customers in the revenue, period by period.

    Parameters
    ----------
    customers : DataFrame
        From `custintel.revenue.top_customers` or `custintel.revenue.major_customers`:
        ``period``, the column of the customers, ``revenue``, ``revenue_share``. Of more than
        thirty rows those of the latest periods are drawn, as far as whole periods have room,
        and the title says so.
    ax : matplotlib Axes, optional
        Drawn on if given; otherwise a new figure is made.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.

    Raises
    ------
    SchemaError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from custintel.revenue import major_customers
    >>> table = pd.DataFrame({2024: [85.0, 9.0, 6.0]}, index=["ann", "bob", "eve"])
    >>> [text.get_text() for text in customer_share_bars(major_customers(table)).texts]
    ['85.0%']
    """
    require_columns(customers.columns, _MEASURES, table="top_customers")
    drawn = _latest(customers)
    names, rows = _rows(drawn, _column_of_customers(customers))
    ax = style.prepared(ax, height=1.2 + 0.27 * max(len(names), 3))
    if drawn.empty:
        return style.say(ax, _("No customer this large."))
    shares = drawn["revenue_share"].to_numpy(float)
    colors = np.where(shares < 0, style.VERMILLION, style.BLUE).tolist()
    ax.barh(rows, np.nan_to_num(shares), color=colors, height=0.66)
    ends, texts = np.zeros(len(names)), np.full(len(names), "", object)
    ends[rows] = np.nan_to_num(shares)
    texts[rows] = [formats.percent(share) for share in shares]
    write_beyond(ax, ends, texts.tolist(), is_left=ends < 0)
    ax.axvline(0, color=style.INK, linewidth=0.6)
    name_rows(ax, names, fewest=3)
    for row, text in enumerate(ax.get_yticklabels()):
        text.set_fontweight("normal" if row in set(rows) else "bold")
    low, high = float(ends.min()), float(ends.max())
    style.percent_ticks(ax.xaxis, high - min(low, 0.0))
    style.room_for_labels(ax, low, high)
    style.titled(
        ax,
        _title(drawn["period"].nunique(), customers["period"].nunique()),
        x=_("Share of the revenue of the period"),
    )
    return ax


def revenue_share_bars(
    totals: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot the revenue of each row of a table, with its share of the whole.

    Parameters
    ----------
    totals : DataFrame
        ``revenue`` and ``revenue_share``, such as those of companies or partners:
        ``custintel.revenue.channel_table(…, by="account_id")`` or
        `custintel.revenue.partner_table`. Of more than fifteen rows the first fifteen are
        drawn, and the title says so.
    currency : str, optional
        Currency of the amounts, written on the axis.
    ax : matplotlib Axes, optional
        Drawn on if given; otherwise a new figure is made.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.

    Raises
    ------
    SchemaError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> totals = pd.DataFrame(
    ...     {"revenue": [90.0, 30.0], "revenue_share": [0.75, 0.25]}, index=["acme", "bolt"]
    ... )
    >>> [text.get_text() for text in revenue_share_bars(totals, currency="EUR").texts]
    ['75.0%', '25.0%']
    """
    require_columns(totals.columns, ["revenue", "revenue_share"], table="totals")
    drawn = totals.iloc[:_MOST_BARS]
    ax = style.prepared(ax, height=1.2 + 0.3 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No revenue to show."))
    unit, unit_name = revenue_unit(float(drawn["revenue"].abs().max()), currency)
    amounts = drawn["revenue"].to_numpy(float) / unit
    colors = np.where(amounts < 0, style.VERMILLION, style.BLUE).tolist()
    ax.barh(np.arange(len(drawn)), amounts, color=colors, height=0.66)
    # Where the whole is not above zero, nothing is a part of it.
    texts = [formats.percent(each) if np.isfinite(each) else "" for each in drawn["revenue_share"]]
    write_beyond(ax, amounts, texts, is_left=amounts < 0)
    ax.axvline(0, color=style.INK, linewidth=0.6)
    name_rows(ax, [style.short_label(_(str(name)), 26) for name in drawn.index])
    style.amount_ticks(ax.xaxis)
    style.room_for_labels(ax, float(amounts.min()), float(amounts.max()))
    title = _("Revenue, and share of all")
    if len(drawn) < len(totals):
        title = _(
            "Revenue, and share of all, first {n} of {total}",
            n=len(drawn),
            total=formats.number(len(totals)),
        )
    style.titled(ax, title, x=unit_name)
    return ax


def _column_of_customers(customers: pd.DataFrame) -> str:
    known = {*_MEASURES, *_OTHER_MEASURES}
    return next((str(name) for name in customers.columns if name not in known), "customer_id")


def _latest(customers: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest periods that have room, each under its own name."""
    sizes = customers.groupby("period", sort=True).size().iloc[::-1]
    n_periods = max(int(((sizes + 1).cumsum() <= _MOST_ROWS).sum()), 1)
    is_shown = customers["period"].isin(sizes.index[:n_periods])
    return customers[is_shown.to_numpy()].iloc[: _MOST_ROWS - 1]


def _rows(drawn: pd.DataFrame, column: str) -> tuple[list[str], list[int]]:
    """Return the texts beside the axis, a line for each period first, and the customers' rows."""
    names: list[str] = []
    rows: list[int] = []
    for period, part in drawn.groupby("period", sort=False):
        names.append(style.period_name(period))
        for customer in part[column]:
            rows.append(len(names))
            names.append(style.short_label(_(str(customer)), 26))
    return names, rows


def _title(n_drawn: int, n_periods: int) -> str:
    if n_drawn == n_periods:
        return _("The largest customers")
    return _(
        "The largest customers, last {n} of {n_periods} periods", n=n_drawn, n_periods=n_periods
    )
