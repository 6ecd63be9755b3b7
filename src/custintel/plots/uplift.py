"""Plots of rankings by uplift: what treating the first adds, tenth by tenth, and in money."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._intervals import Floats
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_LABELS = 20
_TITLES = {
    "qini": N_("Qini curve: what treating the best of a ranking adds"),
    "gain": N_("Gain curve: what treating the best of a ranking adds"),
    "arm_shares": N_("Uplift curve: what treating the best of a ranking adds"),
}
_DASHED = (0, (4, 3))


def uplift_gain_curve(curve: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot what treating the first of a ranking adds, with the line of a random order.

    Parameters
    ----------
    curve : DataFrame
        From `custintel.experiments.uplift_curve`: index ``customer_share``; ``gain``,
        ``gain_low``, ``gain_high``, ``random``, ``is_rate``, ``curve``.
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
    ...     {"gain": [0.0, 0.04, 0.02], "gain_low": [0.0, 0.02, 0.0],
    ...      "gain_high": [0.0, 0.06, 0.04], "random": [0.0, 0.01, 0.02],
    ...      "is_rate": True, "curve": "qini"},
    ...     index=pd.Index([0.0, 0.5, 1.0], name="customer_share"),
    ... )
    >>> uplift_gain_curve(curve).get_xlabel()
    'Share of customers treated, best first'
    """
    needed = ["gain", "gain_low", "gain_high", "random", "is_rate", "curve"]
    require_columns(curve.columns, needed, table="uplift_curve")
    ax = style.prepared(ax, height=3.6)
    if curve.empty:
        return style.say(ax, _("No ranking to show."))
    share = curve.index.to_numpy(float)
    low, high, gain = (curve[name].to_numpy(float) for name in ("gain_low", "gain_high", "gain"))
    ax.fill_between(share, low, high, color=style.SKY, alpha=0.35, linewidth=0)
    _line(ax, share, gain, style.BLUE, _("This ranking, and interval"))
    _line(ax, share, curve["random"].to_numpy(float), style.INK, _("Random order"), dashed=True)
    ax.axhline(0, color=style.INK, linewidth=0.6)
    ax.set_xlim(0, 1)
    style.percent_ticks(ax.xaxis, 1.0)
    is_rate = bool(curve["is_rate"].iloc[0])
    _gain_ticks(ax, low, high, is_rate=is_rate)
    kind = str(curve["curve"].iloc[0])
    style.titled(
        ax,
        _(_TITLES[kind]) if kind in _TITLES else style.short_label(kind),
        x=_("Share of customers treated, best first"),
        y=_("Successes added per customer") if is_rate else _("Amount added per customer"),
    )
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def uplift_decile_bars(deciles: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the uplift observed in each tenth of a ranking, with what was predicted.

    Parameters
    ----------
    deciles : DataFrame
        From `custintel.experiments.uplift_by_decile`: index ``group``; ``uplift``,
        ``uplift_low``, ``uplift_high``, ``predicted``, ``is_rate``.
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
    >>> deciles = pd.DataFrame(
    ...     {"uplift": [0.1, -0.02], "uplift_low": [0.05, -0.06], "uplift_high": [0.15, 0.02],
    ...      "predicted": [0.08, 0.0], "is_rate": True},
    ...     index=pd.Index([1, 2], name="group"),
    ... )
    >>> [float(bar.get_height()) for bar in uplift_decile_bars(deciles).patches]
    [0.1, -0.02]
    """
    needed = ["uplift", "uplift_low", "uplift_high", "predicted", "is_rate"]
    require_columns(deciles.columns, needed, table="uplift_by_decile")
    ax = style.prepared(ax, height=3.6)
    if not deciles["uplift"].notna().any():
        return style.say(ax, _("No group with customers of both arms to show."))
    positions = np.arange(len(deciles))
    uplift, low, high, predicted = (deciles[name].to_numpy(float) for name in needed[:4])
    ax.bar(positions, uplift, color=style.SKY, width=0.75, label=_("Observed, and interval"))
    ax.vlines(positions, low, high, color=style.INK, linewidth=1.2)
    # A score that is no prediction is on a scale of its own, which would flatten the bars.
    if _is_comparable(predicted, low, high, uplift):
        ax.plot(
            positions,
            predicted,
            linestyle="none",
            marker="D",
            markersize=5,
            color=style.VERMILLION,
            label=_("Predicted: mean score"),
        )
    ax.axhline(0, color=style.INK, linewidth=0.6)
    shown = positions[:: -(-len(deciles) // _MOST_LABELS)]
    ax.set_xticks(shown, [style.short_label(deciles.index[place], 4) for place in shown])
    is_rate = bool(deciles["is_rate"].iloc[0])
    _gain_ticks(ax, low, high, is_rate=is_rate)
    style.titled(
        ax,
        _("Uplift by group of a ranking"),
        x=_("Group, best scores first"),
        y=_("Treated less control") if is_rate else _("Treated less control, per customer"),
    )
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def targeting_profit_curve(
    table: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot the profit by share of customers treated, and mark the best share.

    Parameters
    ----------
    table : DataFrame
        From ``custintel.experiments.targeting_profit(…).table``: index ``customer_share``;
        ``profit``, ``profit_low``, ``profit_high``, ``random_profit``, ``is_best``.
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
    ...      "profit_high": [0.0, 1300.0, 800.0], "random_profit": [0.0, 150.0, 300.0],
    ...      "is_best": [False, True, False]},
    ...     index=pd.Index([0.0, 0.5, 1.0], name="customer_share"),
    ... )
    >>> [text.get_text() for text in targeting_profit_curve(table, currency="EUR").texts]
    ['Best share: 50%']
    """
    needed = ["profit", "profit_low", "profit_high", "random_profit", "is_best"]
    require_columns(table.columns, needed, table="targeting_profit")
    ax = style.prepared(ax, height=3.6)
    if table.empty:
        return style.say(ax, _("No ranking to show."))
    share = table.index.to_numpy(float)
    profit, low, high, random = (table[name].to_numpy(float) for name in needed[:4])
    ax.fill_between(share, low, high, color=style.SKY, alpha=0.35, linewidth=0)
    _line(ax, share, profit, style.BLUE, _("This ranking, and interval"))
    _line(ax, share, random, style.INK, _("Random order"), dashed=True)
    ax.axhline(0, color=style.INK, linewidth=0.6)
    for place in np.flatnonzero(table["is_best"].to_numpy(bool))[:1]:
        _mark_best(ax, float(share[place]), float(profit[place]))
    ax.set_xlim(0, 1)
    style.percent_ticks(ax.xaxis, 1.0)
    digits = _digits(low, high)
    style.number_ticks(ax.yaxis, lambda amount: _money(amount, currency, digits))
    style.titled(
        ax,
        _("Profit by share of customers treated"),
        x=_("Share of customers treated, best first"),
        y=_("Profit beyond treating nobody"),
    )
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def _line(
    ax: "Axes", share: Floats, height: Floats, color: str, name: str, *, dashed: bool = False
) -> None:
    if dashed:
        ax.plot(share, height, color=color, linewidth=0.8, linestyle=_DASHED, label=name)
    else:
        ax.plot(share, height, color=color, linewidth=2, label=name)


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


def _gain_ticks(ax: "Axes", low: Floats, high: Floats, *, is_rate: bool) -> None:
    if is_rate:
        style.percent_ticks(ax.yaxis, _span(low, high))
    else:
        digits = _digits(low, high)
        style.number_ticks(ax.yaxis, lambda amount: formats.number(amount, digits))


def _span(low: Floats, high: Floats) -> float:
    """Return what the ends of the intervals span; some may be unknown."""
    known = np.concatenate([low, high])
    known = known[np.isfinite(known)]
    return float(np.ptp(known)) if len(known) else 1.0


def _digits(low: Floats, high: Floats) -> int:
    span = _span(low, high)
    return int(np.clip(np.ceil(1 - np.log10(span)), 0, 4)) if span > 0 else 2


def _is_comparable(predicted: Floats, *observed: Floats) -> bool:
    largest = max(float(np.nanmax(np.abs(each), initial=0.0)) for each in observed)
    return float(np.abs(predicted).max()) <= 3 * largest
