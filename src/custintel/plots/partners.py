"""Plots of partners."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._named_rows import name_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 30
_COLUMNS = [
    *("n_ratings", "satisfaction", "shrunk_satisfaction", "shrunk_low", "shrunk_high"),
    *("satisfaction_rank", "is_different"),
]


def partner_intervals(table: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how satisfied the customers of each partner are, with intervals, best first.

    Dots are the shrunk means with their intervals, rings the plain means; the dashed line is
    the mean of all ratings. Partners who differ from the others beyond chance are coloured.

    Parameters
    ----------
    table : DataFrame
        From `custintel.revenue.partner_table`. Partners without ratings are not drawn; of more
        than thirty with ratings the first thirty by rank are, and the title says so.
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
    ...         "n_ratings": [40, 8],
    ...         "satisfaction": [7.0, 8.5],
    ...         "shrunk_satisfaction": [7.1, 8.2],
    ...         "shrunk_low": [6.8, 7.5],
    ...         "shrunk_high": [7.4, 8.9],
    ...         "satisfaction_rank": [2.0, 1.0],
    ...         "is_different": [False, True],
    ...     },
    ...     index=["kim", "lou"],
    ... )
    >>> [label.get_text() for label in partner_intervals(table).get_yticklabels()]
    ['lou (8)', 'kim (40)']
    """
    require_columns(table.columns, _COLUMNS, table="partner_table")
    rated = table[table["n_ratings"] > 0].sort_values("satisfaction_rank", kind="stable")
    drawn = rated.iloc[:_MOST_ROWS]
    names = [
        _("{name} ({n})", name=style.label(_(str(name)), 20), n=formats.number(n))
        for name, n in drawn["n_ratings"].items()
    ]
    line_height = 0.36 if any("\n" in name for name in names) else 0.27
    ax = style.prepared(ax, height=1.7 + line_height * max(len(drawn), 3))
    if drawn.empty:
        return style.say(ax, _("No rating to show."))
    average = float(np.average(rated["satisfaction"], weights=rated["n_ratings"]))
    ax.axvline(average, color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)))
    _draw(ax, drawn)
    name_rows(ax, names, fewest=3)
    style.number_ticks(ax.xaxis, lambda value: formats.number(value, 1))
    style.titled(ax, _title(len(drawn), len(rated)), x=_("Score (dashed: mean of all ratings)"))
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def _draw(ax: "Axes", drawn: pd.DataFrame) -> None:
    rows = np.arange(len(drawn))
    rings = ax.plot(drawn["satisfaction"], rows, "o", label=_("Plain mean"), markersize=7)[0]
    rings.set(markerfacecolor="none", markeredgecolor=style.ORANGE)
    kinds = [
        (False, style.INK, _("Shrunk mean, like the others")),
        (True, style.BLUE, _("Shrunk mean, differs")),
    ]
    for is_different, color, name in kinds:
        chosen = (drawn["is_different"] == is_different).to_numpy()
        if chosen.any():
            at, part = rows[chosen], drawn[chosen]
            ax.hlines(at, part["shrunk_low"], part["shrunk_high"], color=color, linewidth=1.6)
            ax.plot(part["shrunk_satisfaction"], at, "o", color=color, label=name, markersize=5)


def _title(n_drawn: int, n_rated: int) -> str:
    if n_drawn == n_rated:
        return _("Satisfaction by partner (ratings)")
    return _("Satisfaction by partner, {n} best of {n_items}", n=n_drawn, n_items=n_rated)
