"""Plots of series before and after an event."""

from typing import TYPE_CHECKING

import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._amount_unit import written

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_PEAKS = 4


def event_study_lines(
    table: pd.DataFrame, peaks: pd.DataFrame, *, ax: "Axes | None" = None
) -> "Axes":
    """Plot a series with what was expected without the event, its interval, and the peaks.

    Parameters
    ----------
    table : DataFrame
        The ``table`` of `custintel.campaigns.event_study`.
    peaks : DataFrame
        Its ``peaks``; the first four are named with their lift.
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
    >>> weeks = pd.date_range("2024-01-01", periods=3, freq="7D")
    >>> table = pd.DataFrame({"observed": [9.0, 10.0, 16.0], "expected": [9.5, 9.0, 10.0],
    ...     "expected_low": [None, None, 8.0], "expected_high": [None, None, 12.0],
    ...     "is_after": [False, False, True]}, index=weeks)
    >>> peaks = pd.DataFrame({"peak_on": weeks[2:], "lift": [0.6]})
    >>> [text.get_text() for text in event_study_lines(table, peaks).texts]
    ['+60%']
    """
    needed = ["observed", "expected", "expected_low", "expected_high", "is_after"]
    require_columns(table.columns, needed, table="event_study")
    require_columns(peaks.columns, ["peak_on", "lift"], table="event_study_peaks")
    ax = style.prepared(ax, height=3.4)
    if table.empty:
        return style.say(ax, _("No series to show."))
    after = table[table["is_after"].astype(bool)]
    low, high = (after[name].astype(float) for name in ("expected_low", "expected_high"))
    ax.fill_between(
        after.index, low, high, color=style.SKY, alpha=0.35, linewidth=0, label=_("Its interval")
    )
    ax.plot(
        table.index,
        table["expected"],
        color=style.BLUE,
        linewidth=1.3,
        linestyle=(0, (4, 2)),
        label=_("Expected"),
    )
    ax.plot(table.index, table["observed"], color=style.INK, linewidth=1.4, label=_("Observed"))
    if len(after):
        # Not up to the top, where the first peak is named.
        start = after.index[0]
        ax.axvline(start, ymax=0.84, color=style.VERMILLION, linewidth=1.1, label=_("Event"))
    _name_peaks(ax, table, peaks.iloc[:_MOST_PEAKS])
    _date_ticks(ax, table.index)
    style.number_ticks(ax.yaxis, written)
    ax.set_ylim(0, 1.18 * float(max(table["observed"].max(), high.max() if len(after) else 0)))
    style.titled(ax, _title(len(peaks)), y=_("Per period"))
    style.legend_below(ax, gap=0.35, ncols=4)
    return ax


def _name_peaks(ax: "Axes", table: pd.DataFrame, peaks: pd.DataFrame) -> None:
    for day, lift in zip(peaks["peak_on"], peaks["lift"], strict=True):
        ax.annotate(
            formats.signed_percent(float(lift), 0),
            (day, float(table.loc[day, "observed"])),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=style.FONT_SIZE,
            color=style.INK,
        )


def _date_ticks(ax: "Axes", index: pd.Index) -> None:
    step = max((len(index) - 1) // 3, 1)
    shown = index[::step]
    ax.set_xticks(list(shown), [formats.date(day) for day in shown])


def _title(n_peaks: int) -> str:
    if n_peaks == 0:
        return _("Before and after: nothing stands out")
    if n_peaks == 1:
        return _("Before and after: one peak")
    return _("Before and after: {n} peaks", n=n_peaks)
