"""Plots of revenue: over time, its growth, its concentration."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.plots import _style as style
from custintel.plots._named_rows import name_rows, write_beyond
from custintel.plots._revenue_unit import revenue_unit
from custintel.plots._share_curve import draw_share_curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_LINES = len(style.PALETTE)
_MOST_BARS = 20
_FEW = 4  # fewer bars than this keep the width that they have beside others


def revenue_over_time(
    table: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot revenue by period: bars for one item, lines for several.

    Parameters
    ----------
    table : DataFrame
        Items × periods, from `custintel.revenue.revenue_table`. Of more than seven items
        the first seven are drawn, and the title says so.
    currency : str, optional
        Currency of the amounts, written on the axis.
    ax : matplotlib Axes, optional
        Drawn on if given; otherwise a new figure is made.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame([[10.0, 12.0]], index=["total"], columns=[2023, 2024])
    >>> ax = revenue_over_time(table, currency="EUR")
    >>> ax.get_ylabel()
    'Revenue (EUR)'
    """
    drawn = table.iloc[:_MOST_LINES]
    legend_height = 0.15 * len(drawn) if len(drawn) > 1 else 0.0
    ax = style.prepared(ax, height=3.0 + legend_height)
    if drawn.empty:
        return style.say(ax, _("No revenue to show."))
    largest = float(drawn.abs().to_numpy().max(initial=0.0))
    unit, unit_name = revenue_unit(largest, currency)
    if len(table) == 1:
        ax.bar(np.arange(drawn.shape[1]), drawn.iloc[0] / unit, color=style.BLUE, width=0.8)
        room = max(_FEW - drawn.shape[1], 0) / 2
        ax.set_xlim(-0.75 - room, drawn.shape[1] - 0.25 + room)
    else:
        _draw_lines(ax, drawn / unit)
    ax.axhline(0, color=style.INK, linewidth=0.6)
    style.period_ticks(ax.xaxis, list(drawn.columns))
    style.amount_ticks(ax.yaxis)
    style.titled(ax, _title(len(drawn), len(table)), y=unit_name)
    return ax


def growth_bars(growth: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the compound annual growth rate of each item, fastest first.

    Parameters
    ----------
    growth : DataFrame
        From `custintel.revenue.growth_table`: ``cagr``, ``n_years``, and the interval
        ``cagr_low``, ``cagr_high`` if there is one. Of more than twenty items the first
        twenty are drawn, and the title says so.
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
    >>> growth = pd.DataFrame({"cagr": [0.05, -0.01], "n_years": 4.0}, index=["north", "south"])
    >>> [text.get_text() for text in growth_bars(growth).texts]
    ['+5.0%', '−1.0%']
    """
    require_columns(growth.columns, ["cagr", "n_years"], table="growth_table")
    drawn = growth.iloc[:_MOST_BARS].sort_values("cagr", ascending=False, kind="stable")
    ax = style.prepared(ax, height=1.1 + 0.34 * max(len(drawn), 2))
    if drawn["cagr"].notna().sum() == 0:
        return style.say(ax, _("No growth can be measured yet."))
    positions = np.arange(len(drawn))
    colors = np.where(drawn["cagr"] < 0, style.VERMILLION, style.BLUE)
    ax.barh(positions, drawn["cagr"].fillna(0.0), color=colors.tolist(), height=0.7)
    ends = drawn[["cagr"]]
    if {"cagr_low", "cagr_high"} <= set(drawn.columns):
        ends = drawn[["cagr_low", "cagr_high"]].replace(np.inf, np.nan)
        ax.hlines(positions, ends["cagr_low"], ends["cagr_high"], color=style.INK, linewidth=1)
    _write_rates(ax, drawn["cagr"], ends)
    ax.axvline(0, color=style.INK, linewidth=0.6)
    name_rows(ax, [style.label(name) for name in drawn.index])
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    style.percent_ticks(ax.xaxis, high - min(low, 0.0))
    style.room_for_labels(ax, low, high)
    style.titled(ax, _growth_title(len(drawn), len(growth)), x=_years(growth["n_years"].iloc[0]))
    return ax


def lorenz_curve(curve: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the share of revenue that the best customers bring.

    Parameters
    ----------
    curve : DataFrame
        From `custintel.revenue.concentration_curve`: ``customer_share``,
        ``revenue_share``, both in 0-1, best customers first.
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
    >>> curve = pd.DataFrame({"customer_share": [0, 0.2, 1], "revenue_share": [0, 0.6, 1]})
    >>> [text.get_text() for text in lorenz_curve(curve).texts]
    ['The best 20% of customers\\nbring 60% of the revenue']
    """
    require_columns(curve.columns, ["customer_share", "revenue_share"], table="concentration_curve")
    ax = style.prepared(ax, height=3.8)
    if curve.empty:
        return style.say(ax, _("No revenue to show."))
    draw_share_curve(ax, curve["customer_share"], curve["revenue_share"], told=_brought)
    style.titled(
        ax,
        _("Revenue brought by the best customers"),
        x=_("Share of customers, best first (dashed: all alike)"),
        y=_("Share of revenue"),
    )
    return ax


def _draw_lines(ax: "Axes", amounts: pd.DataFrame) -> None:
    positions = np.arange(amounts.shape[1])
    marker = "o" if len(positions) <= 24 else None
    for color, (name, row) in zip(style.PALETTE, amounts.iterrows(), strict=False):
        name = style.label(name, 28)
        ax.plot(positions, row, color=color, label=name, marker=marker, markersize=3.5)
    short = max(len(style.label(name)) for name in amounts.index) <= 14
    style.legend_below(ax, gap=0.3, ncols=3 if short else 2)


def _title(n_drawn: int, n_items: int) -> str:
    if n_drawn == n_items:
        return _("Revenue over time")
    return _("Revenue over time, {n} largest of {n_items}", n=n_drawn, n_items=n_items)


def _growth_title(n_drawn: int, n_items: int) -> str:
    if n_drawn == n_items:
        return _("Average growth per year")
    return _("Average growth per year, {n} largest of {n_items}", n=n_drawn, n_items=n_items)


def _years(n_years: float) -> str:
    if float(n_years).is_integer():
        return _n("Over {n} year", "Over {n} years", int(n_years))
    return _("Over {n} years", n=formats.number(n_years, 2))


def _write_rates(ax: "Axes", rates: "pd.Series[float]", ends: pd.DataFrame) -> None:
    low, high = ends.min(axis=1), ends.max(axis=1)
    is_loss = rates < 0
    beyond = low.clip(upper=0.0).where(is_loss, high.fillna(0.0).clip(lower=0.0))
    write_beyond(ax, beyond, [formats.signed_percent(rate) for rate in rates], is_left=is_loss)


def _brought(customers: str, revenue: str) -> str:
    return _(
        "The best {customers} of customers\nbring {revenue} of the revenue",
        customers=customers,
        revenue=revenue,
    )
