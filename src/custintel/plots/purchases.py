"""Plots of purchases against what a purchase model expects."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._frequency_bars import draw_pairs

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def tracking_lines(tracking: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot cumulative repeat purchases against the model's, with the holdout marked.

    Parameters
    ----------
    tracking : DataFrame
        From `custintel.value.purchase_tracking`: index of days, ``actual_purchases``,
        ``expected_purchases``, ``is_holdout``.
    ax : matplotlib Axes, optional
        Drawn on if given; otherwise a new figure is made.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    SchemaError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> tracking = pd.DataFrame(
    ...     {
    ...         "actual_purchases": [3, 5, 8],
    ...         "expected_purchases": [2.5, 5.5, 7.9],
    ...         "is_holdout": [False, False, True],
    ...     },
    ...     index=pd.date_range("2024-01-07", periods=3, freq="7D"),
    ... )
    >>> len(tracking_lines(tracking).get_lines())
    3
    """
    columns = ["actual_purchases", "expected_purchases", "is_holdout"]
    require_columns(tracking.columns, columns, table="tracking")
    ax = style.prepared(ax)
    if tracking.empty:
        return style.say(ax, _("No purchases to show."))
    weeks = np.arange(1, len(tracking) + 1)
    ax.plot(weeks, tracking["actual_purchases"], color=style.INK, label=_("Actual"))
    ax.plot(
        weeks,
        tracking["expected_purchases"],
        color=style.VERMILLION,
        linestyle="--",
        label=_("Expected by the model"),
    )
    seen = int((~tracking["is_holdout"]).sum())
    if seen < len(tracking):
        ax.axvline(seen, color=style.INK, linewidth=0.8, linestyle=":")
        ax.annotate(
            _("the model has not seen →"),
            (seen, 0),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize=style.FONT_SIZE - 1,
            color=style.INK,
        )
    ax.set_ylim(bottom=0)
    ax.legend(loc="upper left", frameon=False, fontsize=style.FONT_SIZE)
    style.number_ticks(ax.yaxis, formats.number)
    style.number_ticks(ax.xaxis, formats.number, most=8)
    style.titled(
        ax, _("Repeat purchases, actual and expected"), x=_("Week"), y=_("Repeat purchases so far")
    )
    return ax


def holdout_bars(fit: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the mean purchases in the holdout, actual and forecast, by past frequency.

    Parameters
    ----------
    fit : DataFrame
        From `custintel.value.holdout_fit`: index ``frequency``, ``actual_mean``,
        ``expected_mean``.
    ax : matplotlib Axes, optional
        Drawn on if given; otherwise a new figure is made.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    SchemaError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> fit = pd.DataFrame(
    ...     {"actual_mean": [0.2, 0.9], "expected_mean": [0.25, 0.8]},
    ...     index=pd.Index([0, 1], name="frequency"),
    ... )
    >>> [float(bar.get_height()) for bar in holdout_bars(fit).containers[0]]
    [0.2, 0.9]
    """
    require_columns(fit.columns, ["actual_mean", "expected_mean"], table="holdout_fit")
    ax = style.prepared(ax)
    if fit.empty:
        return style.say(ax, _("No customers to show."))
    draw_pairs(ax, fit["actual_mean"], fit["expected_mean"], legend="upper left")
    style.number_ticks(ax.yaxis, lambda value: formats.number(value, 1))
    style.titled(
        ax,
        _("Purchases per customer in the holdout, by earlier repeat purchases"),
        x=_("Repeat purchases before the holdout"),
        y=_("Purchases per customer"),
    )
    return ax
