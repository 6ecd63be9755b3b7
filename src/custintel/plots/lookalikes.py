"""Plots of rankings by likeness."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def lookalike_curve(worth: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how many of the seeds are found among the first of a ranking by likeness.

    Parameters
    ----------
    worth : DataFrame
        From ``lookalikes(…).worth``: index ``top_share``; ``hit_rate``, ``hit_low``,
        ``hit_high``, in 0-1.
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
    >>> worth = pd.DataFrame(
    ...     {"hit_rate": [0.4, 0.9], "hit_low": [0.3, 0.8], "hit_high": [0.5, 0.95]},
    ...     index=pd.Index([0.1, 0.5], name="top_share"),
    ... )
    >>> lookalike_curve(worth).get_ylabel()
    'Share of the seeds among them'
    """
    require_columns(worth.columns, ["hit_rate", "hit_low", "hit_high"], table="worth")
    ax = style.prepared(ax, height=3.6)
    if worth.empty:
        return style.say(ax, _("No ranking to show."))
    # Nobody finds nothing, and everybody all: the ends need no measuring.
    shares = np.concatenate([[0.0], worth.index.to_numpy(float), [1.0]])
    hits, low, high = (
        np.concatenate([[0.0], worth[column].to_numpy(float), [1.0]])
        for column in ("hit_rate", "hit_low", "hit_high")
    )
    ax.fill_between(shares, low, high, color=style.SKY, alpha=0.35, linewidth=0)
    ax.plot([0, 1], [0, 1], color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)))
    ax.plot(shares, hits, color=style.BLUE, linewidth=2, marker="o", markersize=3.5)
    for share, hit in zip(shares[1:-1], hits[1:-1], strict=True):
        ax.annotate(
            formats.percent(hit, 0),
            (share, hit),
            xytext=(5, -10),
            textcoords="offset points",
            fontsize=style.FONT_SIZE - 1,
            color=style.INK,
        )
    ax.set(xlim=(0, 1), ylim=(0, 1.02))
    style.percent_ticks(ax.xaxis, 1.0)
    style.percent_ticks(ax.yaxis, 1.0)
    style.titled(
        ax,
        _("Seeds found by a ranking that did not know them"),
        x=_("Share of customers, most alike first (dashed: by chance)"),
        y=_("Share of the seeds among them"),
    )
    return ax
