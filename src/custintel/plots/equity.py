"""Plots of customer equity."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._share_curve import draw_share_curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


def equity_bars(
    table: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot the expected equity of each group of customers, with its interval.

    Parameters
    ----------
    table : DataFrame
        From ``custintel.value.customer_equity(values, by=…).table``: index of groups,
        ``equity``, and ``equity_low``, ``equity_high`` unless it was made without intervals.
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
    has_interval = "equity_low" in table.columns
    needed = ["equity", "equity_low", "equity_high"] if has_interval else ["equity"]
    require_columns(table.columns, needed, table="equity")
    ax = style.prepared(ax, height=1.1 + 0.3 * max(len(table), 2))
    if table.empty:
        return style.say(ax, _("No customers to show."))
    positions = np.arange(len(table))
    ax.barh(positions, table["equity"], height=0.62, color=style.BLUE)
    if has_interval:
        _draw_intervals(ax, table, positions)
    tops = table["equity_high"] if has_interval else table["equity"]
    for position, (equity, high) in enumerate(zip(table["equity"], tops, strict=True)):
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
    with_interval, alone = _("Expected customer equity, with its interval"), _("Expected equity")
    style.titled(ax, with_interval if has_interval else alone)
    return ax


def equity_curve(curve: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the share of equity that the most valuable customers hold.

    Parameters
    ----------
    curve : DataFrame
        From ``custintel.value.equity_concentration(values).curve``: ``customer_share``,
        ``equity_share``, both in 0-1, most valuable customers first.
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
    >>> curve = pd.DataFrame({"customer_share": [0, 0.2, 1], "equity_share": [0, 0.6, 1]})
    >>> [text.get_text() for text in equity_curve(curve).texts]
    ['20% of the customers\\nhold 60% of the equity']
    """
    require_columns(curve.columns, ["customer_share", "equity_share"], table="equity_concentration")
    ax = style.prepared(ax, height=3.8)
    if curve.empty:
        return style.say(ax, _("No equity to show."))
    draw_share_curve(ax, curve["customer_share"], curve["equity_share"], told=_held)
    style.titled(
        ax,
        _("Expected equity held by the best customers"),
        x=_("Share of customers, best first (dashed: all alike)"),
        y=_("Share of equity"),
    )
    return ax


def _draw_intervals(ax: "Axes", table: pd.DataFrame, positions: "NDArray[np.intp]") -> None:
    below = table["equity"] - table["equity_low"]
    above = table["equity_high"] - table["equity"]
    ends = np.array([below, above])
    ax.errorbar(
        table["equity"], positions, xerr=ends, fmt="none", ecolor=style.INK, elinewidth=1, capsize=2
    )


def _held(customers: str, equity: str) -> str:
    return _(
        "{customers} of the customers\nhold {equity} of the equity",
        customers=customers,
        equity=equity,
    )
