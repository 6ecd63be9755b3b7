"""Plots of sales: what is new in them, and where items stand among them."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._revenue_unit import revenue_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_NAMES = 12
_BLEND = 0.35  # of bars that tell of the data rather than of the business
_LARGEST_BUBBLE = 1600.0
_FIELDS = {  # name, horizontal and vertical place of the corner
    "stars": (1, 1),
    "cash cows": (1, 0),
    "question marks": (0, 1),
    "dogs": (0, 0),
}


def new_business_bars(
    split: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot each period's revenue, that of new customers or young products set apart.

    Pale bars are of periods in which the data begin, where everything seems new.

    Parameters
    ----------
    split : DataFrame
        From `custintel.revenue.new_customer_revenue` or `new_product_revenue`: index
        ``period``; ``revenue``, ``new_revenue``, ``new_revenue_share``, ``is_warm_up``.
    currency : str, optional
        Currency of the amounts, written on the axis.
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
    >>> split = pd.DataFrame(
    ...     {"revenue": [10.0, 50.0], "new_revenue": [10.0, 20.0],
    ...      "new_revenue_share": [1.0, 0.4], "is_warm_up": [True, False]}, index=[2023, 2024],
    ... )
    >>> [text.get_text() for text in new_business_bars(split).texts]
    ['100%', '40%']
    """
    needed = ["revenue", "new_revenue", "new_revenue_share", "is_warm_up"]
    require_columns(split.columns, needed, table="new_customer_revenue")
    ax = style.prepared(ax, height=3.5)
    if split.empty:
        return style.say(ax, _("No revenue to show."))
    unit, unit_name = revenue_unit(float(split["revenue"].abs().max()), currency)
    new, whole = split["new_revenue"] / unit, split["revenue"] / unit
    of_products = "n_products" in split.columns
    names = (
        (_("Older products"), _("Young products"))
        if of_products
        else (_("Existing customers"), _("New customers"))
    )
    _stack(ax, (whole - new).to_numpy(), new.to_numpy(), split["is_warm_up"].to_numpy(), names)
    if len(split) <= _MOST_NAMES:
        _write_new_shares(ax, split["new_revenue_share"], whole.clip(lower=0.0).to_numpy())
    ax.axhline(0, color=style.INK, linewidth=0.6)
    ax.set_xlim(-0.75 - max(4 - len(split), 0) / 2, len(split) - 0.25 + max(4 - len(split), 0) / 2)
    ax.margins(y=0.12)
    style.period_ticks(ax.xaxis, list(split.index))
    style.amount_ticks(ax.yaxis)
    style.legend_below(ax, gap=0.5, ncols=2)
    title = _("Revenue of young products") if of_products else _("Revenue of new customers")
    note = _("Pale: the data begin, and all seem new") if split["is_warm_up"].any() else ""
    style.titled(ax, title, x=note, y=unit_name)
    return ax


def portfolio_bubbles(matrix: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot items by share and growth; areas are their revenue, lines the cuts between fields.

    An item without revenue at the beginning has grown without bound: it is drawn at the top,
    as a triangle.

    Parameters
    ----------
    matrix : DataFrame
        From `custintel.revenue.portfolio_matrix`: ``revenue``, ``share``, ``growth``,
        ``growth_cut``, ``share_cut``. All items are drawn; of more than twelve the first
        twelve are numbered and named, and the title says so.
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
    >>> matrix = pd.DataFrame(
    ...     {"revenue": [80.0, 20.0], "share": [0.8, 0.2], "growth": [0.1, -0.02],
    ...      "growth_cut": 0.05, "share_cut": 0.5}, index=["web", "shop"],
    ... )
    >>> portfolio_bubbles(matrix).get_ylabel()
    'Growth per year'
    """
    needed = ["revenue", "share", "growth", "growth_cut", "share_cut"]
    require_columns(matrix.columns, needed, table="portfolio_matrix")
    drawn = matrix[matrix["growth"].notna()]
    ax = style.prepared(ax, height=4.2 + 0.15 * min(len(drawn), _MOST_NAMES))
    if drawn.empty:
        return style.say(ax, _("No items to show."))
    growth = drawn["growth"].to_numpy(float)
    is_known = np.isfinite(growth)
    cuts = drawn["share_cut"].iloc[0], drawn["growth_cut"].iloc[0]
    low, high = _padded(np.append(growth[is_known], cuts[1]))
    height = np.where(is_known, growth, high - 0.06 * (high - low))
    _draw_bubbles(ax, drawn, height, is_known)
    ax.axvline(cuts[0], color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)))
    ax.axhline(cuts[1], color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)))
    ax.set(ylim=(low, high), xlim=_padded(np.append(drawn["share"], [0.0, cuts[0]])))
    _name_fields(ax)
    _name_bubbles(ax, drawn.iloc[:_MOST_NAMES], height)
    style.percent_ticks(ax.xaxis, float(drawn["share"].max()))
    style.percent_ticks(ax.yaxis, high - low)
    title = _("Growth and share")
    if len(drawn) > _MOST_NAMES:
        title = _(
            "Growth and share, {n} largest of {n_items} named", n=_MOST_NAMES, n_items=len(drawn)
        )
    style.titled(ax, title, x=_("Share of the revenue"), y=_("Growth per year"))
    return ax


def _stack(
    ax: "Axes",
    old: NDArray[np.float64],
    new: NDArray[np.float64],
    is_pale: NDArray[np.bool_],
    names: tuple[str, str],
) -> None:
    rows = ((np.zeros(len(old)), old, style.SKY, names[0]), (old, new, style.BLUE, names[1]))
    for bottom, heights, color, name in rows:
        bars = ax.bar(np.arange(len(heights)), heights, bottom=bottom, color=color, width=0.8)
        for bar, alpha in zip(bars, np.where(is_pale, _BLEND, 1.0), strict=True):
            bar.set_alpha(alpha)
        # The legend shows the full colour, also where the first bar is pale.
        ax.bar([0], [0], color=color, label=name)


def _write_new_shares(ax: "Axes", shares: "pd.Series[float]", tops: NDArray[np.float64]) -> None:
    for position, (share, top) in enumerate(zip(shares, tops, strict=True)):
        ax.annotate(
            formats.percent(share, 0),
            (position, top),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=style.FONT_SIZE - 0.5,
            color=style.INK,
        )


def _padded(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = float(np.min(values)), float(np.max(values))
    room = 0.18 * (high - low) or 0.1
    return low - room, high + room


def _draw_bubbles(
    ax: "Axes", matrix: pd.DataFrame, height: NDArray[np.float64], is_known: NDArray[np.bool_]
) -> None:
    revenue = matrix["revenue"].clip(lower=0).to_numpy(float)
    area = 30 + _LARGEST_BUBBLE * revenue / max(float(revenue.max()), 1e-300)
    for marker, color, shown in (("o", style.BLUE, is_known), ("^", style.GREEN, ~is_known)):
        ax.scatter(
            matrix["share"].to_numpy(float)[shown],
            height[shown],
            s=area[shown] if marker == "o" else 60,
            marker=marker,
            color=color,
            alpha=0.55,
            linewidth=0,
        )


def _name_fields(ax: "Axes") -> None:
    for name, (right, top) in _FIELDS.items():
        ax.annotate(
            _(name),
            (0.99 if right else 0.01, 0.99 if top else 0.01),
            xycoords="axes fraction",
            ha="right" if right else "left",
            va="top" if top else "bottom",
            fontsize=style.FONT_SIZE - 0.5,
            fontstyle="italic",
            color=style.VERMILLION,
            bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 1},
        )


def _name_bubbles(ax: "Axes", matrix: pd.DataFrame, height: NDArray[np.float64]) -> None:
    """Number the bubbles and tell below what the numbers stand for: names would overlap."""
    rows = zip(matrix.index, matrix["share"], height, strict=False)
    for number, (name, share, at) in enumerate(rows, start=1):
        ax.annotate(
            str(number),
            (share, at),
            ha="center",
            va="center",
            fontsize=style.FONT_SIZE - 0.5,
            color=style.INK,
        )
        ax.scatter([], [], s=0, label=f"{number}  {style.label(name, 26)}")
    style.legend_below(ax, gap=0.5, ncols=2)
