"""Plots of how good predictions are: gains, calibration, profit."""

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

_DASHED = (0, (4, 3))


def gains_curve(gains: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the share of all events among the first customers of a ranking.

    Parameters
    ----------
    gains : DataFrame
        From `custintel.evaluation.gains_table`: ``customer_share``, ``gain``, ``gain_low``,
        ``gain_high``.
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
    >>> gains = pd.DataFrame(
    ...     {"customer_share": [0.5, 1.0], "gain": [0.8, 1.0], "gain_low": [0.7, 1.0],
    ...      "gain_high": [0.9, 1.0]}
    ... )
    >>> gains_curve(gains).get_ylabel()
    'Share of all events'
    """
    needed = ["customer_share", "gain", "gain_low", "gain_high"]
    require_columns(gains.columns, needed, table="gains_table")
    ax = style.prepared(ax, height=3.6)
    if gains.empty:
        return style.say(ax, _("No ranking to show."))
    share, gain, low, high = (np.append(0.0, gains[name].to_numpy(float)) for name in needed)
    ax.fill_between(share, low, high, color=style.SKY, alpha=0.35, linewidth=0)
    ax.plot(
        share,
        gain,
        color=style.BLUE,
        linewidth=2,
        marker="o",
        markersize=3.5,
        label=_("This ranking, and interval"),
    )
    ax.plot(
        [0, 1],
        [0, 1],
        color=style.INK,
        linewidth=0.8,
        linestyle=_DASHED,
        label=_("Random order"),
    )
    ax.set(xlim=(0, 1), ylim=(0, 1.02))
    style.percent_ticks(ax.xaxis, 1.0)
    style.percent_ticks(ax.yaxis, 1.0)
    style.titled(
        ax,
        _("Gains: events among the likeliest customers"),
        x=_("Share of customers, likeliest first"),
        y=_("Share of all events"),
    )
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def calibration_plot(calibration: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot what happened against what was foretold, with the customers of each group below.

    Parameters
    ----------
    calibration : DataFrame
        From `custintel.evaluation.calibration_table`: ``n_customers``, ``probability``,
        ``lowest_probability``, ``highest_probability``, ``event_rate``, ``event_rate_low``,
        ``event_rate_high``.
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
    ...     {"n_customers": [50, 50], "probability": [0.2, 0.6], "lowest_probability": [0.1, 0.4],
    ...      "highest_probability": [0.4, 0.8], "event_rate": [0.25, 0.5],
    ...      "event_rate_low": [0.15, 0.37], "event_rate_high": [0.39, 0.63]}
    ... )
    >>> calibration_plot(table).get_xlabel()
    'Foretold probability'
    """
    needed = ["n_customers", "probability", "event_rate", "event_rate_low", "event_rate_high"]
    ends = ["lowest_probability", "highest_probability"]
    require_columns(calibration.columns, [*needed, *ends], table="calibration_table")
    ax = style.prepared(ax, height=3.8)
    if calibration.empty:
        return style.say(ax, _("No predictions to show."))
    n, foretold, rate, low, high = (calibration[name].to_numpy(float) for name in needed)
    first, last = (calibration[name].to_numpy(float) for name in ends)
    _density_strip(ax, first, last, n)
    ax.plot(
        [0, 1],
        [0, 1],
        color=style.INK,
        linewidth=0.8,
        linestyle=_DASHED,
        label=_("As foretold"),
    )
    ax.vlines(foretold, low, high, color=style.BLUE, linewidth=1.4)
    ax.plot(
        foretold,
        rate,
        linestyle="none",
        marker="o",
        markersize=5,
        color=style.BLUE,
        label=_("Observed, and interval"),
    )
    ax.set(xlim=(0, 1), ylim=(-0.16, 1.02))
    style.percent_ticks(ax.xaxis, 1.0)
    style.percent_ticks(ax.yaxis, 1.0)
    ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    style.titled(
        ax,
        _("Calibration: what was foretold and what came"),
        x=_("Foretold probability"),
        y=_("Observed share"),
    )
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def profit_curve(
    table: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot the profit by share of customers contacted, and mark the best share.

    Parameters
    ----------
    table : DataFrame
        From ``custintel.evaluation.own_value_profit(…).table``: index ``customer_share``;
        ``profit``, ``profit_low``, ``profit_high``, ``expected``, ``random_profit``, ``is_best``.
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
    >>> table = pd.DataFrame(
    ...     {"profit": [0.0, 900.0, 300.0], "profit_low": [0.0, 500.0, -200.0],
    ...      "profit_high": [0.0, 1300.0, 800.0], "expected": [0.0, 850.0, 350.0],
    ...      "random_profit": [0.0, 150.0, 300.0], "is_best": [False, True, False]},
    ...     index=pd.Index([0.0, 0.5, 1.0], name="customer_share"),
    ... )
    >>> [text.get_text() for text in profit_curve(table, currency="EUR").texts]
    ['Best share: 50%']
    """
    needed = ["profit", "profit_low", "profit_high", "expected", "random_profit", "is_best"]
    require_columns(table.columns, needed, table="own_value_profit")
    ax = style.prepared(ax, height=3.6)
    if table.empty:
        return style.say(ax, _("No ranking to show."))
    share = table.index.to_numpy(float)
    profit, low, high, expected, random = (table[name].to_numpy(float) for name in needed[:5])
    ax.fill_between(share, low, high, color=style.SKY, alpha=0.35, linewidth=0)
    ax.plot(share, profit, color=style.BLUE, linewidth=2, label=_("Observed, and interval"))
    ax.plot(share, expected, color=style.VERMILLION, linewidth=1.2, label=_("Foretold"))
    ax.plot(
        share,
        random,
        color=style.INK,
        linewidth=0.8,
        linestyle=_DASHED,
        label=_("Random order"),
    )
    ax.axhline(0, color=style.INK, linewidth=0.6)
    for place in np.flatnonzero(table["is_best"].to_numpy(bool))[:1]:
        _mark_best(ax, float(share[place]), float(profit[place]))
    ax.set_xlim(0, 1)
    # The name of the best share stands above its point.
    ax.margins(y=0.12)
    style.percent_ticks(ax.xaxis, 1.0)
    digits = 0 if max(np.ptp(low), np.ptp(high)) >= 10 else 2
    style.number_ticks(ax.yaxis, lambda amount: _money(amount, currency, digits))
    style.titled(
        ax,
        _("Profit by share of customers contacted"),
        x=_("Share of customers contacted, highest expected gain first"),
        y=_("Profit beyond contacting nobody"),
    )
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def _mark_best(ax: "Axes", share: float, profit: float) -> None:
    # Without its amount, which is too high: the highest of many points is so partly by luck.
    ax.plot([share], [profit], marker="o", color=style.ORANGE, markersize=7)
    ax.annotate(
        _("Best share: {share}", share=formats.percent(share, 0)),
        (share, profit),
        xytext=(0, 8),
        textcoords="offset points",
        ha="left" if share < 0.15 else "right" if share > 0.85 else "center",
        va="bottom",
        fontsize=style.FONT_SIZE,
        color=style.INK,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1},
    )


def _money(amount: float, currency: str | None, digits: int) -> str:
    return style.short_label(formats.money(amount, currency, digits), 30)


def _density_strip(ax: "Axes", first: Floats, last: Floats, n: Floats) -> None:
    # Density, so that narrow groups, which hold as many customers, stand high; on a strip below.
    width = np.maximum(last - first, 0.004)
    height = n / width / (n / width).max() * 0.14
    ax.bar(
        first,
        height,
        width=width,
        bottom=-0.16,
        align="edge",
        color=style.FAINT,
        linewidth=0,
        label=_("Where customers are"),
    )
