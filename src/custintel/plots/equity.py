"""Plots of customer equity."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def equity_bars(
    table: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot the expected equity of each group of customers, with its interval.

    Parameters
    ----------
    table : DataFrame
        From ``custintel.value.customer_equity(values, by=…).table``: index of groups,
        ``equity``, ``equity_low``, ``equity_high``.
    currency : str, optional
        Currency of the amounts.
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
    >>> table = pd.DataFrame(
    ...     {"equity": [90.0, 10.0], "equity_low": [80.0, 8.0], "equity_high": [101.0, 12.5]},
    ...     index=["Champions", "Lost"],
    ... )
    >>> ax = equity_bars(table, currency="EUR")
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['Champions', 'Lost']
    """
    require_columns(table.columns, ["equity", "equity_low", "equity_high"], table="equity")
    ax = style.prepared(ax, height=1.1 + 0.3 * max(len(table), 2))
    if table.empty:
        return style.say(ax, _("No customers to show."))
    positions = np.arange(len(table))
    ax.barh(positions, table["equity"], height=0.62, color=style.BLUE)
    below = table["equity"] - table["equity_low"]
    above = table["equity_high"] - table["equity"]
    ends = np.array([below, above])
    ax.errorbar(
        table["equity"], positions, xerr=ends, fmt="none", ecolor=style.INK, elinewidth=1, capsize=2
    )
    for position, (equity, high) in enumerate(
        zip(table["equity"], table["equity_high"], strict=True)
    ):
        ax.annotate(
            formats.money(equity, currency),
            (max(high, 0.0), position),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.FONT_SIZE - 1,
            color=style.INK,
        )
    ax.set_yticks(positions, [style.label(_(str(name))) for name in table.index])
    ax.invert_yaxis()
    ax.margins(x=0.2)
    whole = float(table["equity"].max()) >= 10
    digits = 0 if whole else 2
    style.number_ticks(ax.xaxis, lambda value: formats.money(value, currency, digits), most=5)
    style.titled(ax, _("Expected customer equity, with its interval"))
    return ax
