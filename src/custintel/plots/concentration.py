"""Plots of how revenue rests on few customers, and of who rises and falls among them."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_choice, require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._named_rows import name_rows, write_beyond

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 20
_MOST_LABELS = 12
_MEASURES = {
    "gini": N_("Gini index"),
    "hhi": N_("Herfindahl-Hirschman index"),
    "pareto_share": N_("Revenue share of the best customers"),
}
_STATUSES = {"new": N_("new"), "lost": N_("lost")}


def decile_bars(deciles: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the share of the revenue that each group of customers brings, best first.

    Parameters
    ----------
    deciles : DataFrame
        From `custintel.revenue.decile_table`: index ``group``, ``revenue_share``.
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
    >>> deciles = pd.DataFrame({"revenue_share": [0.8, 0.2]}, index=[1, 2])
    >>> [text.get_text() for text in decile_bars(deciles).texts]
    ['80%', '20%']
    """
    require_columns(deciles.columns, ["revenue_share"], table="decile_table")
    ax = style.prepared(ax)
    if deciles.empty:
        return style.say(ax, _("No customers to show."))
    shares = deciles["revenue_share"].to_numpy(float)
    positions = np.arange(len(deciles))
    ax.bar(positions, shares, color=style.BLUE, width=0.8)
    ax.axhline(1 / len(deciles), color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)))
    if len(deciles) <= _MOST_LABELS:
        _write_shares(ax, shares)
    shown = positions[:: -(-len(deciles) // _MOST_LABELS)]
    ax.set_xticks(shown, [str(deciles.index[position]) for position in shown])
    ax.set_ylim(0, float(shares.max()) * 1.12)
    style.percent_ticks(ax.yaxis, float(shares.max()))
    title = _("Revenue by tenth of the customers")
    if len(deciles) != 10:
        title = _("Revenue by group of customers, {n} of equal number", n=len(deciles))
    style.titled(
        ax, title, x=_("Group, best first (dashed: all alike)"), y=_("Share of the revenue")
    )
    return ax


def mover_bars(moves: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the shares of the largest customers before and after, biggest gain on top.

    Parameters
    ----------
    moves : DataFrame
        From `custintel.revenue.movers`: ``share_before``, ``share_after``,
        ``share_change``, ``status``. Of more than twenty customers the first ten and the last
        ten are drawn, and the title says so.
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
    >>> moves = pd.DataFrame(
    ...     {"share_before": [0.0, 0.5], "share_after": [0.1, 0.3], "share_change": [0.1, -0.2],
    ...      "status": ["new", "stayed"]}, index=["ann", "bob"],
    ... )
    >>> [text.get_text() for text in mover_bars(moves).texts]
    ['+10.0 points (new)', '−20.0 points']
    """
    needed = ["share_before", "share_after", "share_change", "status"]
    require_columns(moves.columns, needed, table="movers")
    half = _MOST_ROWS // 2
    drawn = moves
    if len(moves) > _MOST_ROWS:
        drawn = pd.concat([moves.iloc[:half], moves.iloc[-half:]])
    ax = style.prepared(ax, height=1.4 + 0.32 * max(len(drawn), 2))
    if not drawn["share_change"].notna().any():
        return style.say(ax, _("No customers to show."))
    _draw_moves(ax, drawn)
    title = _("Share of the revenue, before and after")
    if len(drawn) < len(moves):
        title = _("Largest gains and losses of share, {n} of {all}", n=len(drawn), all=len(moves))
    style.titled(ax, title, x=_("Share of the revenue"))
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def concentration_lines(
    intervals: pd.DataFrame, *, measure: str = "gini", ax: "Axes | None" = None
) -> "Axes":
    """Plot a measure of concentration over the periods, with its intervals.

    Parameters
    ----------
    intervals : DataFrame
        From `custintel.revenue.concentration_intervals`: index ``period`` and ``measure``;
        ``value``, ``low``, ``high``.
    measure : str, default="gini"
        One of the measures of the table: ``gini``, ``hhi``, ``pareto_share``, or ``cr_10``
        and its like.
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
    ValueError
        If `measure` is not in the table.

    Examples
    --------
    >>> import pandas as pd
    >>> from custintel.revenue import concentration_intervals
    >>> table = pd.DataFrame({2024: [float(i % 7 + 1) for i in range(70)]}, index=range(70))
    >>> concentration_lines(concentration_intervals(table)).get_ylabel()
    'Gini index'
    """
    require_columns(intervals.columns, ["value", "low", "high"], table="concentration_intervals")
    ax = style.prepared(ax)
    if not intervals["value"].notna().any():
        return style.say(ax, _("No customers to show."))
    require_choice(measure, sorted(intervals.index.unique("measure")), name="measure")
    drawn = intervals.xs(measure, level="measure")
    positions = np.arange(len(drawn))
    value = drawn["value"].to_numpy(float)
    low, high = drawn["low"].to_numpy(float), drawn["high"].to_numpy(float)
    # A percentile interval need not hold the value itself.
    ends = np.maximum([value - low, high - value], 0.0)
    ax.errorbar(
        positions, value, ends, color=style.BLUE, marker="o", markersize=4, elinewidth=1, capsize=2
    )
    ax.set_ylim(0, float(np.nanmax([high, value])) * 1.15)
    ax.set_xlim(-0.6, len(drawn) - 0.4)
    style.period_ticks(ax.xaxis, list(drawn.index))
    style.number_ticks(ax.yaxis, lambda value: formats.number(value, 2))
    style.titled(ax, _("Concentration of the revenue on customers"), y=_measure_name(measure))
    return ax


def _measure_name(measure: str) -> str:
    if measure.startswith("cr_"):
        return _("Revenue share of the {n} largest customers", n=measure.removeprefix("cr_"))
    return _(_MEASURES[measure])


def _write_shares(ax: "Axes", shares: "np.ndarray") -> None:
    for position, share in enumerate(shares):
        ax.annotate(
            formats.percent(share, 0 if share >= 0.01 else 1),
            (position, share),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=style.FONT_SIZE - 0.5,
            color=style.INK,
        )


def _draw_moves(ax: "Axes", moves: pd.DataFrame) -> None:
    positions = np.arange(len(moves))
    before = moves["share_before"].fillna(0.0).to_numpy(float)
    after = moves["share_after"].fillna(0.0).to_numpy(float)
    colors = np.where(after < before, style.VERMILLION, style.BLUE).tolist()
    ax.hlines(positions, before, after, colors=colors, linewidth=2)
    ax.scatter(
        before, positions, s=28, facecolors="white", edgecolors=colors, zorder=3, label=_("Before")
    )
    ax.scatter(after, positions, s=28, color=colors, zorder=3, label=_("After"))
    texts = [
        _change(float(change), str(status))
        for change, status in zip(moves["share_change"], moves["status"], strict=True)
    ]
    write_beyond(ax, np.maximum(before, after), texts, gap=7)
    name_rows(ax, [style.label(name) for name in moves.index])
    low, high = min(before.min(), after.min()), max(before.max(), after.max())
    span = high - low or 1.0
    # Room on the right for the words beside the largest share.
    ax.set_xlim(low - 0.04 * span, high + 0.5 * span)
    style.percent_ticks(ax.xaxis, high)


def _change(change: float, status: str) -> str:
    points = formats.number(change * 100, 1)
    points = f"+{points}" if change > 0 and points != formats.number(0, 1) else points
    if status in _STATUSES:
        return _("{points} points ({status})", points=points, status=_(_STATUSES[status]))
    return _("{points} points", points=points)
