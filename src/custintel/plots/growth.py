"""Plots of growth: what it is made of, and how surely it is known."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_MOST_ITEMS = len(style.PALETTE) - 1
_MOST_LABELLED = 12
_FEW = 4  # fewer bars than this keep the width that they have beside others


def contribution_bars(contributions: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot what each item or business line added to the growth of the whole, period by period.

    Parameters
    ----------
    contributions : DataFrame
        From `custintel.revenue.growth_contributions` or `custintel.revenue.compare_lines`:
        ``period``, ``contribution``, and ``item`` or ``line``. Of more than six items the six
        that moved most are drawn, and the others together.
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
    >>> contributions = pd.DataFrame(
    ...     {"period": [2024, 2024], "item": ["old", "new"], "contribution": [-0.05, 0.15]}
    ... )
    >>> [text.get_text() for text in contribution_bars(contributions).texts]
    ['+10.0%']
    """
    name = "line" if "line" in contributions.columns else "item"
    require_columns(contributions.columns, ["period", name, "contribution"], table="contributions")
    known = contributions.dropna(subset="contribution")
    if known.empty:
        return style.say(style.prepared(ax), _("No growth can be measured yet."))
    points = known.pivot_table("contribution", "period", name, aggfunc="sum", sort=False)
    points = points.sort_index().fillna(0.0)
    largest = _largest(points)
    columns = [(style.label(points.columns[n], 24), points.iloc[:, n]) for n in largest]
    if len(largest) < points.shape[1]:
        others = points.drop(columns=points.columns[largest]).sum(axis=1)
        columns.append((_("all others"), others))
    ax = style.prepared(ax, height=3.0 + 0.2 * len(columns))
    _stack(ax, columns)
    _mark_growth(ax, points.sum(axis=1).to_numpy())
    style.period_ticks(ax.xaxis, list(points.index))
    style.percent_ticks(ax.yaxis, float(np.ptp(ax.get_ylim())))
    style.legend_below(ax, gap=0.3, ncols=2)
    style.titled(ax, _title(len(largest), points.shape[1]), y=_("Growth (mark: the whole)"))
    return ax


def implied_growth(totals: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the growth of a total that an index implies, with what rounding allows.

    Parameters
    ----------
    totals : DataFrame
        From `custintel.revenue.totals_from_index`: index of periods, ``growth``,
        ``growth_low``, ``growth_high``.
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
    ...     {"growth": [0.107], "growth_low": [0.088], "growth_high": [0.126]}, index=[2008]
    ... )
    >>> [text.get_text() for text in implied_growth(totals).texts]
    ['+10.7%']
    """
    require_columns(
        totals.columns, ["growth", "growth_low", "growth_high"], table="totals_from_index"
    )
    ax = style.prepared(ax)
    known = totals.dropna(subset="growth")
    if known.empty:
        return style.say(ax, _("No growth can be measured yet."))
    positions = np.arange(len(known))
    ends = known[["growth_low", "growth_high"]].replace([-np.inf, np.inf], np.nan)
    ax.vlines(positions, ends["growth_low"], ends["growth_high"], color=style.INK, linewidth=1.2)
    ax.plot(positions, known["growth"], "o", color=style.BLUE, markersize=6)
    ax.axhline(0, color=style.INK, linewidth=0.6)
    if len(known) <= _MOST_LABELLED:
        _write_beside(ax, positions, known["growth"].to_numpy())
    ax.set_xlim(-0.6, max(len(known), 2) - 0.2)
    style.period_ticks(ax.xaxis, list(known.index))
    style.percent_ticks(ax.yaxis, float(np.ptp(ax.get_ylim())))
    style.titled(
        ax,
        _("Growth of the total that index and shares imply"),
        y=_("Growth (line: what rounding allows)"),
    )
    return ax


def _title(n_drawn: int, n: int) -> str:
    if n_drawn == n:
        return _("What each added to the growth")
    return _("What each added to the growth, {n} of {n_all}", n=n_drawn, n_all=n)


def _largest(points: pd.DataFrame) -> "NDArray[np.intp]":
    """Return the places of the items that moved most, in the order of the table."""
    moved = points.abs().sum().to_numpy()
    if len(moved) <= len(style.PALETTE):
        return np.arange(len(moved))
    return np.sort(np.argsort(-moved, kind="stable")[:_MOST_ITEMS])


def _stack(ax: "Axes", columns: "list[tuple[str, pd.Series[float]]]") -> None:
    """Stack what was added above zero, and what was lost below."""
    n = len(columns[0][1])
    above, below = np.zeros(n), np.zeros(n)
    for color, (name, column) in zip(style.PALETTE, columns, strict=False):
        values = column.to_numpy()
        start = np.where(values >= 0, above, below)
        ax.bar(np.arange(n), values, bottom=start, color=color, width=0.7, label=name)
        above, below = above + values.clip(min=0), below + values.clip(max=0)
    ax.axhline(0, color=style.INK, linewidth=0.6)
    room = 0.12 * (above.max() - below.min())
    ax.set_ylim(below.min() - (room if below.min() < 0 else 0.0), above.max() + room or 1.0)
    gap = max(_FEW - n, 0) / 2
    ax.set_xlim(-0.75 - gap, n - 0.25 + gap)


def _mark_growth(ax: "Axes", growth: "NDArray[np.float64]") -> None:
    """Mark the growth of the whole on the bars, with its number if there are few."""
    positions = np.arange(len(growth))
    ax.plot(positions, growth, "D", color="white", markeredgecolor=style.INK, markersize=5)
    if len(growth) <= _MOST_LABELLED:
        _write_beside(ax, positions, growth)


def _write_beside(ax: "Axes", positions: "NDArray[np.intp]", rates: "NDArray[np.float64]") -> None:
    for position, rate in zip(positions, rates, strict=True):
        ax.annotate(
            formats.signed_percent(rate),
            (position, rate),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.FONT_SIZE - 0.5,
            color=style.INK,
            bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 1},
        )
