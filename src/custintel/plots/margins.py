"""Plots of what is left of the revenue: margins, and what marketing takes."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._named_rows import name_rows, write_beyond

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_BARS = 20
_MOST_LABELLED = 12
_FEW = 4  # fewer bars than this keep the width that they have beside others


def margin_bars(margins: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the gross margin of each item as a part of its revenue.

    Parameters
    ----------
    margins : DataFrame
        From `custintel.revenue.margin_table`: ``revenue``, ``revenue_without_cost``,
        ``margin_rate``. Of more than twenty rows the first twenty are drawn, and the title
        says so. Where lines have no cost, it is written beside the bar on what part of the
        revenue the rate rests.
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
    >>> margins = pd.DataFrame(
    ...     {"revenue": [300.0, 100.0], "revenue_without_cost": [0.0, 50.0],
    ...      "margin_rate": [0.3, 0.45]}, index=["shop", "web"],
    ... )
    >>> [text.get_text() for text in margin_bars(margins).texts]
    ['30.0%', '45.0% (of 50% of the revenue)']
    """
    needed = ["revenue", "revenue_without_cost", "margin_rate"]
    require_columns(margins.columns, needed, table="margin_table")
    drawn = margins.iloc[:_MOST_BARS]
    ax = style.prepared(ax, height=1.1 + 0.34 * max(len(drawn), 2))
    if not drawn["margin_rate"].notna().any():
        return style.say(ax, _("No margin can be measured: no line has a cost."))
    rates = drawn["margin_rate"].to_numpy(float)
    positions = np.arange(len(drawn))
    colors = np.where(rates < 0, style.VERMILLION, style.BLUE).tolist()
    ax.barh(positions, np.nan_to_num(rates), color=colors, height=0.7)
    _write_margins(ax, drawn)
    ax.axvline(0, color=style.INK, linewidth=0.6)
    name_rows(ax, [_row_name(label) for label in drawn.index])
    low, high = min(float(np.nanmin(rates)), 0.0), max(float(np.nanmax(rates)), 0.0)
    partly = bool((drawn["revenue_without_cost"] != 0).any())
    span = high - low or 1.0
    ax.set_xlim(low - (0.25 * span if low < 0 else 0.0), high + (1.3 if partly else 0.25) * span)
    style.percent_ticks(ax.xaxis, span)
    title = _("Gross margin")
    if len(drawn) < len(margins):
        title = _("Gross margin, {n} largest of {n_items}", n=len(drawn), n_items=len(margins))
    style.titled(ax, title, x=_("Part of the revenue"))
    return ax


def marketing_rate_bars(rates: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot which part of each period's sales went into marketing.

    The dashed line is the part over all periods together. Periods whose sales are not above
    zero have no bar.

    Parameters
    ----------
    rates : DataFrame
        From `custintel.revenue.marketing_to_sales`: index ``period``; ``sales``, ``spend``,
        ``marketing_rate``.
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
    >>> from custintel.revenue import marketing_to_sales
    >>> sales = pd.Series([200.0, 250.0], index=[2023, 2024])
    >>> spend = pd.Series([10.0, 15.0], index=[2023, 2024])
    >>> [text.get_text() for text in marketing_rate_bars(marketing_to_sales(sales, spend)).texts]
    ['5.0%', '6.0%']
    """
    require_columns(rates.columns, ["sales", "spend", "marketing_rate"], table="marketing_to_sales")
    ax = style.prepared(ax)
    known = rates["marketing_rate"].notna().to_numpy()
    if not known.any():
        return style.say(ax, _("No sales to compare the spend with."))
    shares = rates["marketing_rate"].to_numpy(float)
    bars = ax.bar(np.arange(len(rates)), np.nan_to_num(shares), color=style.BLUE, width=0.7)
    if len(rates) <= _MOST_LABELLED:
        written = [formats.percent(share) if np.isfinite(share) else "" for share in shares]
        labels = ax.bar_label(
            bars, written, padding=2, fontsize=style.FONT_SIZE - 0.5, color=style.INK, zorder=4
        )
        # The dashed line would strike out the numbers of bars that end near it.
        for label, text in zip(labels, written, strict=True):
            if text:
                label.set_bbox({"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 0.5})
    compared = rates[known]
    whole = float(compared["spend"].sum() / compared["sales"].sum())
    ax.axhline(whole, color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)))
    ax.axhline(0, color=style.INK, linewidth=0.6)
    gap = max(_FEW - len(rates), 0) / 2
    ax.set_xlim(-0.75 - gap, len(rates) - 0.25 + gap)
    ax.margins(y=0.12)
    style.period_ticks(ax.xaxis, list(rates.index))
    style.percent_ticks(ax.yaxis, float(np.nanmax(shares)))
    style.titled(ax, _("Marketing spend (dashed: of all periods)"), y=_("Part of the sales"))
    return ax


def _row_name(label: object) -> str:
    """Return the name of an item, or of an item and a period, which a long name must not cut."""
    if isinstance(label, tuple):
        item, span = label
        return f"{style.short_label(item)}\n{style.period_name(span)}"
    return style.label(label)


def _write_margins(ax: "Axes", margins: pd.DataFrame) -> None:
    rates = margins["margin_rate"]
    rows = zip(rates, margins["revenue"], margins["revenue_without_cost"], strict=True)
    write_beyond(ax, rates.fillna(0.0), [_told(*row) for row in rows], is_left=rates < 0)


def _told(rate: float, revenue: float, without: float) -> str:
    """Return a rate, and what part of the revenue it rests on unless that is all of it."""
    written = formats.percent(rate)
    if without == 0 or revenue <= 0:
        return written
    part = formats.percent(1 - without / revenue, 0)
    return _("{rate} (of {part} of the revenue)", rate=written, part=part)
