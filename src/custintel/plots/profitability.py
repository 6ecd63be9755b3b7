"""Plots of profitability."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DIGITS_BELOW = 10


def whale_plot(
    curve: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot cumulative profit, from the most profitable customer to the least.

    The dashed line is the profit of all customers; what the curve rises above it, the
    unprofitable ones take away again.

    Parameters
    ----------
    curve : DataFrame
        ``customer_share`` and ``cumulative_profit``: the table of
        `custintel.revenue.whale_curve`.
    currency : str, optional
        Currency of the amounts.
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
    >>> curve = pd.DataFrame(
    ...     {"customer_share": [0.0, 0.5, 1.0], "cumulative_profit": [0.0, 90.0, 60.0]}
    ... )
    >>> [text.get_text() for text in whale_plot(curve, currency="EUR").texts]
    ['50% of the customers make €90.00;\\nthe others take away €30.00']
    """
    needed = ["customer_share", "cumulative_profit"]
    require_columns(curve.columns, needed, table="whale_curve")
    ax = style.prepared(ax, height=3.8)
    if curve.empty:
        return style.say(ax, _("No customers to show."))
    customers, profit = (curve[name].to_numpy(float) for name in needed)
    total, peak = float(profit[-1]), int(np.argmax(profit))
    ax.axhline(total, color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)))
    ax.axhline(0, color=style.INK, linewidth=0.6)
    ax.fill_between(customers, profit, total, where=profit >= total, color=style.SKY, alpha=0.3)
    ax.plot(customers, profit, color=style.BLUE, linewidth=2)
    ax.plot([customers[peak]], [profit[peak]], marker="o", color=style.ORANGE)
    _tell(ax, customers[peak], profit[peak], total, currency)
    ax.set_xlim(0, 1)
    ax.margins(y=0.12)
    style.percent_ticks(ax.xaxis, 1.0)
    digits = 0 if float(np.abs(profit).max()) >= _DIGITS_BELOW else 2
    style.number_ticks(ax.yaxis, lambda amount: formats.money(amount, currency, digits))
    style.titled(
        ax,
        _("Profit, most profitable customers first"),
        x=_("Share of customers (dashed: profit of all)"),
        y=_("Cumulative profit"),
    )
    return ax


def _tell(ax: "Axes", customers: float, peak: float, total: float, currency: str | None) -> None:
    lost = peak - total
    told = {"share": formats.percent(customers, 0), "profit": formats.money(peak, currency)}
    if lost > 0:
        message = _(
            "{share} of the customers make {profit};\nthe others take away {lost}",
            lost=formats.money(lost, currency),
            **told,
        )
    else:
        message = _("{share} of the customers make {profit};\nnobody makes a loss", **told)
    ax.annotate(
        message,
        (customers, peak),
        xytext=(0.97, 0.06),
        textcoords="axes fraction",
        ha="right",
        va="bottom",
        fontsize=style.FONT_SIZE,
        color=style.INK,
        bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 2},
        arrowprops={"arrowstyle": "-", "color": style.INK, "linewidth": 0.6},
    )
