"""Plots of channels: what they bring, and how they compare within segments."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._named_rows import name_rows
from custintel.plots._revenue_unit import revenue_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_BARS = 15
_MOST_ROWS = 24
_BAR = 0.38
_COLORS = {
    "best": style.BLUE,
    "behind": style.VERMILLION,
    "not told apart": style.INK,
    "too few customers": "#8C8C8C",
}
_TOLD = {"best", "behind"}
_INTERVALS = ["segment", "channel", "outcome", "is_rate", "value", "value_low", "value_high"]


def channel_bars(
    table: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot the revenue of each channel with its share, and the margin where it is known.

    Parameters
    ----------
    table : DataFrame
        From `custintel.revenue.channel_table`: ``revenue``, ``revenue_share``, ``margin``,
        ``margin_rate``. Of more than fifteen channels the first fifteen are drawn, and the
        title says so.
    currency : str, optional
        Currency of the amounts.
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
    >>> table = pd.DataFrame(
    ...     {
    ...         "revenue": [90.0, 30.0],
    ...         "revenue_share": [0.75, 0.25],
    ...         "margin": [45.0, 20.0],
    ...         "margin_rate": [0.5, 0.667],
    ...     },
    ...     index=["web", "shop"],
    ... )
    >>> [text.get_text() for text in channel_bars(table, currency="EUR").texts]
    ['75.0% of all', '25.0% of all', '50.0% of it', '66.7% of it']
    """
    needed = ["revenue", "revenue_share", "margin", "margin_rate"]
    require_columns(table.columns, needed, table="channel_table")
    drawn = table.iloc[:_MOST_BARS]
    ax = style.prepared(ax, height=1.6 + 0.42 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No channel to show."))
    unit, unit_name = revenue_unit(float(drawn["revenue"].abs().max()), currency)
    positions = np.arange(len(drawn))
    has_margin = bool(drawn["margin"].notna().any())
    shares = [_("{share} of all", share=formats.percent(each)) for each in drawn["revenue_share"]]
    rates = [_("{share} of it", share=formats.percent(each)) for each in drawn["margin_rate"]]
    series = [(positions - _BAR / 2, drawn["revenue"], shares, style.SKY, _("Revenue"))]
    if has_margin:
        series += [(positions + _BAR / 2, drawn["margin"], rates, style.BLUE, _("Margin"))]
    for where, amounts, written, color, name in series:
        bars = ax.barh(where, amounts.fillna(0.0) / unit, height=_BAR, color=color, label=name)
        ax.bar_label(bars, written, padding=3, fontsize=style.FONT_SIZE - 1, color=style.INK)
    ax.axvline(0, color=style.INK, linewidth=0.6)
    name_rows(ax, [style.label(_(str(name))) for name in drawn.index])
    style.amount_ticks(ax.xaxis)
    both = drawn[["revenue", "margin"]].fillna(0.0).to_numpy() / unit
    style.room_for_labels(ax, float(both.min()), float(both.max()))
    style.titled(ax, _bars_title(len(drawn), len(table), has_margin=has_margin), x=unit_name)
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def best_channel_intervals(
    table: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot the value of each channel within each segment, with its interval.

    Parameters
    ----------
    table : DataFrame
        From `custintel.revenue.best_channel`. Of segments that take more than 24 rows the
        first are drawn, and the title says how many.
    currency : str, optional
        Currency of the values, unless they are rates.
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
    >>> from custintel.revenue import best_channel
    >>> customers = pd.DataFrame({
    ...     "segment": "small",
    ...     "channel": ["web"] * 20 + ["shop"] * 20,
    ...     "revenue": [9.0, 11.0] * 10 + [19.0, 21.0] * 10,
    ... })
    >>> ax = best_channel_intervals(best_channel(customers), currency="EUR")
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['small', 'shop (20)', 'web (20)']
    """
    require_columns(table.columns, [*_INTERVALS, "n_customers", "verdict"], table="best_channel")
    drawn, n_segments = _whole_segments(table)
    names, rows = _rows(drawn)
    ax = style.prepared(ax, height=1.7 + 0.27 * max(len(names), 3))
    if drawn.empty:
        return style.say(ax, _("No channel to compare."))
    is_rate = bool(drawn["is_rate"].iloc[0])
    for verdict, part in drawn.assign(row=rows).groupby("verdict"):
        color = _COLORS.get(str(verdict), style.INK)
        ax.hlines(part["row"], part["value_low"], part["value_high"], color=color, linewidth=1.6)
        dots = ax.plot(part["value"], part["row"], "o", color=color, label=_(str(verdict)))[0]
        dots.set(markersize=5, markerfacecolor=color if verdict in _TOLD else "white")
    _name_segments(ax, names, set(rows))
    if is_rate:
        style.percent_ticks(ax.xaxis, float(np.ptp(ax.get_xlim())))
    else:
        style.number_ticks(
            ax.xaxis, lambda value: formats.money(value, currency, _digits(drawn)), most=3
        )
    outcome = style.label(drawn["outcome"].iloc[0])
    rate = _("Share of customers with {outcome}, and interval", outcome=outcome)
    mean = _("Mean {outcome} per customer, and interval", outcome=outcome)
    style.titled(
        ax, _segments_title(drawn["segment"].nunique(), n_segments), x=rate if is_rate else mean
    )
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def _bars_title(n_drawn: int, n_channels: int, *, has_margin: bool) -> str:
    if n_drawn < n_channels:
        return _("Channels by revenue, {n} largest of {n_items}", n=n_drawn, n_items=n_channels)
    return _("Revenue and margin by channel") if has_margin else _("Revenue by channel")


def _whole_segments(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the rows of the first segments that there is room for, and how many there are."""
    codes, names = pd.factorize(table["segment"])
    ends = pd.Series(np.arange(1, len(table) + 1)).groupby(codes).max() + np.arange(
        1, len(names) + 1
    )
    n_drawn = max(int((ends <= _MOST_ROWS).sum()), 1)
    return table[codes < n_drawn].iloc[:_MOST_ROWS], len(names)


def _rows(drawn: pd.DataFrame) -> tuple[list[str], list[int]]:
    """Return the texts beside the axis, a line for each segment first, and the channels' rows."""
    names: list[str] = []
    rows: list[int] = []
    for segment, part in drawn.groupby("segment", sort=False):
        names.append(style.short_label(_(str(segment)), 30))
        for channel, n in zip(part["channel"], part["n_customers"], strict=True):
            rows.append(len(names))
            name = style.short_label(_(str(channel)))
            names.append(_("{name} ({n})", name=name, n=formats.number(n)))
    return names, rows


def _name_segments(ax: "Axes", names: list[str], rows: set[int]) -> None:
    name_rows(ax, names, fewest=3)
    for row, text in enumerate(ax.get_yticklabels()):
        text.set_fontweight("normal" if row in rows else "bold")


def _digits(drawn: pd.DataFrame) -> int:
    return 0 if float(drawn["value"].abs().max()) >= 10 else 2


def _segments_title(n_drawn: int, n_segments: int) -> str:
    if n_drawn == n_segments:
        return _("Channels compared within segments")
    return _("Channels compared,\n{n} largest of {n_items} segments", n=n_drawn, n_items=n_segments)
