"""Plots of how many customers stay, and of how long a silence means that they have left."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RATES = ["group", "period", "retention_rate", "retention_rate_low", "retention_rate_high"]
_SILENCES = ["window_days", "return_rate", "return_rate_low", "return_rate_high"]
_MOST_LINES = 4


def retention_lines(rates: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the retention rate of each period with its interval.

    Parameters
    ----------
    rates : DataFrame
        From `custintel.retention.retention_rates` or
        `custintel.retention.contract_retention`: ``group``, ``period``, ``retention_rate``,
        ``retention_rate_low``, ``retention_rate_high``, and if there is one ``is_settled``:
        periods before which the data do not reach far enough have hollow marks. Of more than
        four groups the first four are drawn, and the title says so.
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
    >>> rates = pd.DataFrame({
    ...     "group": "total",
    ...     "period": pd.period_range("2022", "2024", freq="Y"),
    ...     "retention_rate": [0.5, 0.6, 0.55],
    ...     "retention_rate_low": [0.4, 0.52, 0.5],
    ...     "retention_rate_high": [0.6, 0.68, 0.6],
    ... })
    >>> retention_lines(rates).get_lines()[0].get_ydata().tolist()
    [0.5, 0.6, 0.55]
    """
    require_columns(rates.columns, _RATES, table="retention_rates")
    known = rates[rates["retention_rate"].notna()]
    groups = list(dict.fromkeys(known["group"]))
    ax = style.prepared(ax)
    if known.empty:
        return style.say(ax, _("No period with customers at its start."))
    periods = list(dict.fromkeys(known["period"].sort_values()))
    shown = groups[:_MOST_LINES]
    for place, group in enumerate(shown):
        shift = 0.08 * (place - (len(shown) - 1) / 2)
        _draw_rates(ax, known[known["group"] == group], periods, shift, style.PALETTE[place])
    ax.set_ylim(0, 1.03)
    ax.set_xlim(-0.5, len(periods) - 0.5)
    style.percent_ticks(ax.yaxis, 1.0)
    style.period_ticks(ax.xaxis, periods)
    if len(groups) > 1:
        style.legend_below(ax, gap=0.42, ncols=min(len(shown), 2))
    title = _("Share of customers kept in each period")
    if len(groups) > len(shown):
        title = _(
            "Share of customers kept in each period ({shown} of {n} groups)",
            shown=len(shown),
            n=len(groups),
        )
    style.titled(ax, title, y=_("Retention rate, with interval"))
    return ax


def _draw_rates(
    ax: "Axes", rates: pd.DataFrame, periods: list[object], shift: float, colour: str
) -> None:
    at = pd.Index(periods).get_indexer(pd.Index(rates["period"])) + shift
    share = rates["retention_rate"].to_numpy(float)
    ends = rates[["retention_rate_low", "retention_rate_high"]].to_numpy(float).T
    name = style.short_label(_(str(rates["group"].iloc[0])))
    ax.plot(at, share, color=colour, linewidth=1.4, label=name)
    ax.vlines(at, *ends, color=colour, linewidth=1.2)
    settled = np.ones(len(rates), bool)
    if "is_settled" in rates:
        settled = rates["is_settled"].to_numpy(bool)
    ax.scatter(at[settled], share[settled], s=18, color=colour, zorder=3)
    hollow = ax.scatter(at[~settled], share[~settled], s=18, color=colour, zorder=3)
    hollow.set_facecolor("white")


def inactivity_lines(windows: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot which share of customers come back after silences of each length.

    Parameters
    ----------
    windows : DataFrame
        From `custintel.retention.inactivity_windows`: index of windows, ``window_days``,
        ``return_rate``, ``return_rate_low``, ``return_rate_high``, ``is_followed``,
        ``is_chosen``. Windows that are not followed long enough have hollow marks.
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
    >>> windows = pd.DataFrame(
    ...     {
    ...         "window_days": [91, 183],
    ...         "return_rate": [0.4, 0.08],
    ...         "return_rate_low": [0.35, 0.05],
    ...         "return_rate_high": [0.45, 0.12],
    ...         "is_followed": True,
    ...         "is_chosen": [False, True],
    ...     },
    ...     index=["3M", "6M"],
    ... )
    >>> [text.get_text() for text in inactivity_lines(windows).texts]
    ['6M: 8%']
    """
    require_columns(
        windows.columns, [*_SILENCES, "is_followed", "is_chosen"], table="inactivity_windows"
    )
    ax = style.prepared(ax)
    if windows.empty:
        return style.say(ax, _("No silence to show."))
    days, share, low, high = windows[_SILENCES].to_numpy(float).T
    ax.fill_between(days, low, high, color=style.BLUE, alpha=0.18, linewidth=0)
    ax.plot(days, share, color=style.BLUE, linewidth=1.4)
    followed = windows["is_followed"].to_numpy(bool)
    ax.scatter(days[followed], share[followed], s=18, color=style.BLUE, zorder=3)
    hollow = ax.scatter(days[~followed], share[~followed], s=18, color=style.BLUE, zorder=3)
    hollow.set_facecolor("white")
    highest = float(np.nanmax(high))
    ax.set_ylim(0, 1.08 * highest if highest > 0 else 1.0)
    ax.set_xlim(0, 1.04 * days.max())
    _mark_chosen(ax, windows[windows["is_chosen"].to_numpy(bool)])
    style.percent_ticks(ax.yaxis, highest)
    style.number_ticks(ax.xaxis, formats.number, most=6)
    below = _("Days without a purchase")
    if not followed.all():
        below = _("Days without a purchase (hollow: not followed long enough)")
    style.titled(ax, _("Share who come back after a silence"), x=below, y=_("Come back in time"))
    return ax


def _mark_chosen(ax: "Axes", chosen: pd.DataFrame) -> None:
    for row in chosen.itertuples():
        at, share = float(row.window_days), float(row.return_rate)  # type: ignore[arg-type]
        ax.axvline(at, color=style.INK, linewidth=0.8, linestyle=":")
        name = _("{window}: {share}", window=row.Index, share=formats.percent(share, 0))
        ax.annotate(
            name,
            (at, ax.get_ylim()[1]),
            xytext=(4, -10),
            textcoords="offset points",
            fontsize=style.FONT_SIZE,
            color=style.INK,
        )
