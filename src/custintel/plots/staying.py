"""Plots of curves by day: customers who stay, and customers who come a second time."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SURVIVAL = ["group", "days", "n_at_risk", "survival", "survival_low", "survival_high"]
_SECOND = ["group", "days", "n_at_risk", "second_share", "second_share_low", "second_share_high"]
_MOST_CURVES = 4
_N_COUNTS = 5  # times at which customers at risk are counted below the plot


def survival_lines(curves: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot which share of customers stay how long, and how many are still under observation.

    Parameters
    ----------
    curves : DataFrame
        From `custintel.retention.survival_curves`: ``group``, ``days``, ``n_at_risk``,
        ``survival``, ``survival_low``, ``survival_high``. Of more than four groups the first
        four are drawn, and the title says so.
    ax : matplotlib Axes, optional
        Drawn on if given; otherwise a new figure is made.

    Returns
    -------
    matplotlib Axes
        The axes drawn on. Below it stand the customers at risk, those who end on the next day
        with an ending or later; nothing after the last ending of a group of whom some stay on,
        whose number the curves do not tell.

    Raises
    ------
    SchemaError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> curves = pd.DataFrame({
    ...     "group": "total", "days": [0.0, 100.0, 300.0], "n_at_risk": [4, 4, 2],
    ...     "survival": [1.0, 0.75, 0.375], "survival_low": [1.0, 0.13, 0.01],
    ...     "survival_high": [1.0, 0.96, 0.81],
    ... })
    >>> survival_lines(curves).get_ylabel()
    'Share who stay longer'
    """
    require_columns(curves.columns, _SURVIVAL, table="survival_curves")
    groups = list(dict.fromkeys(curves["group"]))
    shown = groups[:_MOST_CURVES]
    ax = style.prepared(ax, height=3.0 + 0.2 * len(shown))
    if curves.empty:
        return style.say(ax, _("No customers to show."))
    drawn = curves[curves["group"].isin(shown)]
    for place, group in enumerate(shown):
        rows = drawn[drawn["group"] == group]
        _draw_steps(ax, rows[_SURVIVAL[3:]], rows["days"], style.PALETTE[place], group)
    longest = float(drawn["days"].max()) or 1.0
    ax.set(ylim=(0, 1.03), xlim=(0, 1.02 * longest))
    style.percent_ticks(ax.yaxis, 1.0)
    style.number_ticks(ax.xaxis, formats.number, most=_N_COUNTS)
    _count_at_risk(ax, drawn, shown)
    if len(groups) > 1:
        ax.legend(frameon=False, fontsize=style.FONT_SIZE, labelcolor=style.INK)
    title = _("Share of customers who stay")
    if len(groups) > len(shown):
        title = _(
            "Share of customers who stay ({shown} of {n} groups)", shown=len(shown), n=len(groups)
        )
    style.titled(ax, title, x=_("Days"), y=_("Share who stay longer"))
    return ax


def second_purchase_lines(curve: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot which share of customers have purchased a second time, day by day since the first.

    Parameters
    ----------
    curve : DataFrame
        From `custintel.retention.second_purchase_curve`: ``group``, ``days``, ``n_at_risk``,
        ``second_share``, ``second_share_low``, ``second_share_high``. Of more than four groups
        the first four are drawn, and the title says so.
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
    >>> curve = pd.DataFrame({
    ...     "group": "total", "days": [31, 60], "n_at_risk": [4, 2],
    ...     "second_share": [0.25, 0.5], "second_share_low": [0.04, 0.2],
    ...     "second_share_high": [0.8, 0.9],
    ... })
    >>> second_purchase_lines(curve).get_xlabel()
    'Days since the first purchase'
    """
    require_columns(curve.columns, _SECOND, table="second_purchase_curve")
    groups = list(dict.fromkeys(curve["group"]))
    shown = groups[:_MOST_CURVES]
    ax = style.prepared(ax)
    if curve.empty:
        return style.say(ax, _("Nobody has purchased a second time yet."))
    drawn = curve[curve["group"].isin(shown)]
    for place, group in enumerate(shown):
        rows = drawn[drawn["group"] == group]
        start = pd.DataFrame(0.0, index=[0], columns=_SECOND[3:])
        shares = pd.concat([start, rows[_SECOND[3:]]], ignore_index=True)
        days = pd.concat([pd.Series([0.0]), rows["days"].astype(float)], ignore_index=True)
        _draw_steps(ax, shares, days, style.PALETTE[place], group)
    highest = float(drawn[drawn["n_at_risk"] > 1]["second_share_high"].max())
    highest = min(highest if np.isfinite(highest) else 1.0, 1.0)
    ax.set(ylim=(0, 1.05 * highest), xlim=(0, 1.02 * float(drawn["days"].max())))
    style.percent_ticks(ax.yaxis, highest)
    style.number_ticks(ax.xaxis, formats.number, most=_N_COUNTS)
    if len(groups) > 1:
        style.legend_below(ax, gap=0.42, ncols=2)
    title = _("Share of customers who purchased again")
    if len(groups) > len(shown):
        title = _(
            "Share of customers who purchased again ({shown} of {n} groups)",
            shown=len(shown),
            n=len(groups),
        )
    style.titled(ax, title, x=_("Days since the first purchase"), y=_("Second purchase by then"))
    return ax


def _draw_steps(
    ax: "Axes", shares: pd.DataFrame, days: "pd.Series[float]", colour: str, group: object
) -> None:
    """Draw a share as steps, with its bounds; the columns are share, low and high."""
    at = days.to_numpy(float)
    share, low, high = shares.to_numpy(float).T
    ax.fill_between(at, low, high, step="post", color=colour, alpha=0.15, linewidth=0)
    name = style.short_label(_(str(group)))
    ax.step(at, share, where="post", color=colour, linewidth=1.4, label=name)


def _count_at_risk(ax: "Axes", curves: pd.DataFrame, groups: list[object]) -> None:
    """Write how many are at risk under some marks of the axis, a line per group."""
    limit = ax.get_xlim()[1]
    marks = [float(tick) for tick in ax.get_xticks() if 0 <= tick <= limit]
    for line, group in enumerate(groups):
        rows = curves[curves["group"] == group]
        counts = _at_risk_from(rows, np.array(marks))
        for mark, count in zip(marks, counts, strict=True):
            ax.annotate(
                "" if np.isnan(count) else formats.number(count),
                (mark, 0),
                xycoords=("data", "axes fraction"),
                xytext=(0, -44 - 12 * line),
                textcoords="offset points",
                ha="center",
                fontsize=style.FONT_SIZE - 1,
                color=style.PALETTE[line],
                annotation_clip=False,
            )
    ax.annotate(
        _("At risk"),
        (0, 0),
        xycoords="axes fraction",
        xytext=(-8, -44),
        textcoords="offset points",
        ha="right",
        fontsize=style.FONT_SIZE - 1,
        color=style.INK,
        annotation_clip=False,
    )


def _at_risk_from(rows: pd.DataFrame, marks: Floats) -> Floats:
    """Return the customers at risk on the first day with an ending from each mark on.

    After the last one that is 0 if all have left, and NaN if some stayed: who knows how long.
    """
    place = np.searchsorted(rows["days"].to_numpy(float), marks, side="left")
    after = 0.0 if rows["survival"].iloc[-1] <= 0 else np.nan
    counts = np.append(rows["n_at_risk"].to_numpy(float), after)
    return np.asarray(counts[place])
