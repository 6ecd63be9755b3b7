"""Plots of customer segments."""

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

_BAR = 0.38


def segment_bars(summary: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot each segment's share of the customers against its share of the revenue.

    Parameters
    ----------
    summary : DataFrame
        From `custintel.segmentation.segment_summary`: index ``segment``,
        ``customer_share`` and ``revenue_share``.
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
    >>> summary = pd.DataFrame(
    ...     {"customer_share": [0.2, 0.8], "revenue_share": [0.6, 0.4]},
    ...     index=["Champions", "Lost"],
    ... )
    >>> [label.get_text() for label in segment_bars(summary).get_yticklabels()]
    ['Champions', 'Lost']
    """
    require_columns(summary.columns, ["customer_share", "revenue_share"], table="segment_summary")
    ax = style.prepared(ax, height=1.3 + 0.42 * max(len(summary), 2))
    if summary.empty:
        return style.say(ax, _("No customers to show."))
    positions = np.arange(len(summary))
    series = [
        (positions - _BAR / 2, summary["customer_share"], style.SKY, _("Customers")),
        (positions + _BAR / 2, summary["revenue_share"], style.BLUE, _("Revenue")),
    ]
    for where, shares, color, name in series:
        bars = ax.barh(where, shares.fillna(0.0), height=_BAR, color=color, label=name)
        written = [formats.percent(share) for share in shares]
        ax.bar_label(bars, written, padding=3, fontsize=style.FONT_SIZE - 1, color=style.INK)
    ax.axvline(0, color=style.INK, linewidth=0.6)
    name_rows(ax, [style.label(_(str(name))) for name in summary.index])
    both = summary[["customer_share", "revenue_share"]].fillna(0.0).to_numpy()
    style.percent_ticks(ax.xaxis, float(both.max()))
    style.room_for_labels(ax, float(both.min()), float(both.max()))
    style.titled(
        ax, _("Segments by size and revenue"), x=_("Share of all customers, and of all revenue")
    )
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax
