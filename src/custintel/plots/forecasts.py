"""Plots of what a purchase model says of customers, and of how it fits them."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_choice, require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._frequency_bars import draw_pairs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh

_TITLES = {
    "expected_purchases": N_("Purchases expected within the horizon"),
    "probability_alive": N_("Probability of being active"),
}


def forecast_heatmap(
    matrix: pd.DataFrame, *, column: str = "expected_purchases", ax: "Axes | None" = None
) -> "Axes":
    """Plot a forecast by repeat purchases and days since the last one, as shades.

    Parameters
    ----------
    matrix : DataFrame
        From `custintel.value.forecast_matrix`: ``frequency``, ``recency``, ``T`` and `column`.
        Histories that cannot happen are not in it, and stay grey.
    column : {"expected_purchases", "probability_alive"}, default="expected_purchases"
        What the shades show.
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
    >>> matrix = pd.DataFrame({
    ...     "frequency": [0, 1, 1],
    ...     "recency": [0.0, 7.0, 14.0],
    ...     "T": 14.0,
    ...     "expected_purchases": [0.1, 0.4, 0.5],
    ... })
    >>> forecast_heatmap(matrix).get_xlabel()
    'Repeat purchases'
    """
    require_choice(column, tuple(_TITLES), name="column")
    require_columns(matrix.columns, ["frequency", "recency", "T", column], table="forecast_matrix")
    ax = style.prepared(ax, height=3.6)
    if matrix.empty:
        return style.say(ax, _("No histories to show."))
    silence = (matrix["T"] - matrix["recency"]).rename("silence")
    cells = matrix.assign(silence=silence.round(6)).pivot_table(column, "silence", "frequency")
    image = ax.pcolormesh(
        _edges(cells.columns.to_numpy(float)),
        _edges(cells.index.to_numpy(float)),
        cells.to_numpy(),
        cmap="Blues",
        vmin=0,
        vmax=1 if column == "probability_alive" else None,
    )
    ax.set_ylim(ax.get_ylim()[::-1])
    ax.set_facecolor(style.FAINT)
    _shades(ax, image, column)
    style.number_ticks(ax.xaxis, formats.number, most=8)
    style.number_ticks(ax.yaxis, formats.number)
    ax.grid(visible=False)
    style.titled(
        ax, _(_TITLES[column]), x=_("Repeat purchases"), y=_("Days since the last purchase")
    )
    return ax


def frequency_bars(fit: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how many customers made how many repeat purchases, actual and expected by a model.

    Parameters
    ----------
    fit : DataFrame
        From `custintel.value.frequency_fit`: index ``frequency``, ``n_customers``,
        ``expected_customers``.
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
    ...     {"n_customers": [60, 40], "expected_customers": [58.5, 41.5]},
    ...     index=pd.Index([0, 1], name="frequency"),
    ... )
    >>> [float(bar.get_height()) for bar in frequency_bars(fit).containers[1]]
    [58.5, 41.5]
    """
    require_columns(fit.columns, ["n_customers", "expected_customers"], table="frequency_fit")
    ax = style.prepared(ax)
    if fit.empty:
        return style.say(ax, _("No customers to show."))
    draw_pairs(ax, fit["n_customers"], fit["expected_customers"], legend="upper right")
    style.number_ticks(ax.yaxis, formats.number)
    style.titled(ax, _("Customers by repeat purchases"), x=_("Repeat purchases"), y=_("Customers"))
    return ax


def _edges(middles: np.ndarray) -> np.ndarray:
    """Return the borders between cells around their middles; the outer ones mirror the inner."""
    if len(middles) == 1:
        return np.array([middles[0] - 0.5, middles[0] + 0.5])
    between = (middles[1:] + middles[:-1]) / 2
    first, last = 2 * middles[0] - between[0], 2 * middles[-1] - between[-1]
    return np.concatenate([[first], between, [last]])


def _shades(ax: "Axes", image: "QuadMesh", column: str) -> None:
    bar = ax.figure.colorbar(image, ax=ax, fraction=0.04, pad=0.02, aspect=30)
    bar.outline.set_visible(False)
    if column == "probability_alive":
        style.percent_ticks(bar.ax.yaxis, 1.0)
    else:
        style.amount_ticks(bar.ax.yaxis)
    bar.ax.tick_params(labelsize=style.FONT_SIZE, labelcolor=style.INK, length=0)
    bar.ax.grid(visible=False)
