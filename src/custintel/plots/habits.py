"""Plots of habits: who takes what, who waits for a discount, who tries many categories."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.plots import _style as style
from custintel.plots._cells import doubling_ticks, shade_scale, write_cells
from custintel.plots._interval_rows import PER_ROW, draw_rows, share_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_COMPANIES, _MOST_ITEMS = 15, 8
_MOST_ROWS = 20
_FIND = 0.05
_PLAIN, _FAR = 1.0, 4.0  # doublings of the full shade: at least, and at most
_SHRUNK = ["shrunk_share", "shrunk_share_low", "shrunk_share_high"]
_BREADTH = [
    *("mean_categories", "mean_categories_low", "mean_categories_high"),
    "expected_categories",
]


def propensity_heatmap(propensity: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot which companies buy more, and which less, of what than all companies do.

    The colour of a cell is its location quotient, on a scale of ratios: twice as often is as
    far from 1 as half as often. The number counts purchases; those that are more than chance
    would bring (q up to 5 %) are framed.

    Parameters
    ----------
    propensity : DataFrame
        From `custintel.affinity.company_propensity`: first the columns of the companies and of
        the items, then ``n_purchases``, ``location_quotient``, ``q``. The first fifteen
        companies are drawn, which are the surest, and the first eight of their items; the
        title says so if there are more. What a company never bought is grey.
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
    >>> propensity = pd.DataFrame({
    ...     "account_id": ["acme", "acme", "bolt"],
    ...     "category": ["finance", "strategy", "strategy"],
    ...     "n_purchases": [7, 1, 7], "location_quotient": [1.75, 0.25, 1.75],
    ...     "q": [0.02, 1.0, 0.02],
    ... })
    >>> [text.get_text() for text in propensity_heatmap(propensity).texts]
    ['7', '1', '0', '7']
    """
    measures = ["n_purchases", "location_quotient", "q"]
    require_columns(propensity.columns, measures, table="company_propensity")
    unit, by = (str(name) for name in propensity.columns[:2])
    companies = pd.unique(propensity[unit])
    shown = propensity[propensity[unit].isin(companies[:_MOST_COMPANIES])]
    items = pd.unique(shown[by])
    row = pd.Index(companies[:_MOST_COMPANIES]).get_indexer(pd.Index(shown[unit]))
    column = pd.Index(items[:_MOST_ITEMS]).get_indexer(pd.Index(shown[by]))
    ax = style.prepared(ax, height=1.9 + 0.3 * min(max(len(companies), 3), _MOST_COMPANIES))
    if propensity.empty:
        return style.say(ax, _("No purchase to show."))
    is_drawn = column >= 0
    grids = np.full((3, row.max() + 1, column.max() + 1), np.nan)
    grids[:, row[is_drawn], column[is_drawn]] = shown[measures].to_numpy(float).T[:, is_drawn]
    _draw_quotients(ax, *grids)
    rows = [style.short_label(_(str(name)), 20) for name in companies[: len(grids[0])]]
    ax.set_yticks(range(len(rows)), rows)
    _name_columns(ax, items[: grids.shape[2]])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    title = _propensity_title(grids.shape[1:], (len(companies), propensity[by].nunique()))
    style.titled(ax, title, x=_("Number: purchases; framed: hardly chance; grey: none"))
    return ax


def promotion_bars(dependency: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot which part of the orders is at a discount, row by row, most dependent first.

    Bars are the shares drawn towards those of all rows, with their intervals; marks are the
    shares as observed, which are wild where orders are few.

    Parameters
    ----------
    dependency : DataFrame
        From `custintel.affinity.promotion_dependency`: ``n_orders``, ``discounted_share``,
        ``shrunk_share``, ``shrunk_share_low``, ``shrunk_share_high``. Of more than twenty
        rows the twenty with most orders are drawn, and the title says so.
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
    >>> dependency = pd.DataFrame(
    ...     {"n_orders": [400, 90], "discounted_share": [0.2, 0.5], "shrunk_share": [0.21, 0.48],
    ...      "shrunk_share_low": [0.17, 0.38], "shrunk_share_high": [0.25, 0.58]},
    ...     index=["shop", "web"],
    ... )
    >>> [label.get_text() for label in promotion_bars(dependency).get_yticklabels()]
    ['web', 'shop']
    """
    needed = ["n_orders", "discounted_share", *_SHRUNK]
    require_columns(dependency.columns, needed, table="promotion_dependency")
    largest = dependency["n_orders"].rank(method="first", ascending=False) <= _MOST_ROWS
    drawn = dependency[largest.to_numpy()].sort_values(_SHRUNK[0], ascending=False, kind="stable")
    ax = style.prepared(ax, height=1.6 + PER_ROW * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No purchase to show."))
    texts = [
        _n(
            "{share} ({n} order)",
            "{share} ({n} orders)",
            int(n),
            n=formats.number(n),
            share=formats.percent(share, 0),
        )
        for share, n in drawn[[_SHRUNK[0], "n_orders"]].to_numpy(float)
    ]
    names = [style.label(_(str(name))) for name in drawn.index]
    draw_rows(ax, drawn[[*_SHRUNK, "discounted_share"]], names, texts)
    _mark(ax, drawn["discounted_share"], np.arange(len(drawn)), "|", _("As observed"))
    share_axis(ax, float(drawn[["shrunk_share_high", "discounted_share"]].to_numpy().max()))
    title = _("Orders at a discount")
    if len(drawn) < len(dependency):
        title = _(
            "Orders at a discount, {n} largest of {total}",
            n=len(drawn),
            total=formats.number(len(dependency)),
        )
    style.titled(ax, title, x=_("Share of orders (shrunk), with interval"))
    style.legend_below(ax, gap=0.5, ncols=1)
    return ax


def breadth_bars(breadth: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how many categories customers buy, beside what as many orders of all would bring.

    Parameters
    ----------
    breadth : DataFrame
        From `custintel.affinity.category_breadth`: indexed by ``n_orders``, with
        ``mean_categories``, ``mean_categories_low``, ``mean_categories_high``,
        ``expected_categories``. Of more than twenty rows the first twenty are drawn, and the
        title says so.
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
    >>> breadth = pd.DataFrame(
    ...     {"mean_categories": [1.0, 1.4], "mean_categories_low": [1.0, 1.3],
    ...      "mean_categories_high": [1.0, 1.5], "expected_categories": [1.0, 1.7]},
    ...     index=[1, 2],
    ... )
    >>> len(breadth_bars(breadth).patches)
    2
    """
    require_columns(breadth.columns, _BREADTH, table="category_breadth")
    drawn = breadth.iloc[:_MOST_ROWS]
    ax = style.prepared(ax)
    if drawn.empty:
        return style.say(ax, _("No purchase to show."))
    positions = np.arange(len(drawn))
    mean, low, high, expected = drawn[_BREADTH].to_numpy(float).T
    ax.bar(positions, mean, color=style.SKY, width=0.62)
    is_known = np.isfinite(low) & np.isfinite(high)
    ax.vlines(positions[is_known], low[is_known], high[is_known], color=style.INK, linewidth=1.2)
    _mark(ax, positions, expected, "_", _("Expected of as many orders drawn from all"))
    ax.set_xticks(positions, [formats.number(n) for n in drawn.index])
    ax.set_xlim(-0.6, max(len(drawn), 3) - 0.4)
    ax.set_ylim(bottom=0)
    style.number_ticks(ax.yaxis, lambda value: formats.number(value, 0 if value % 1 == 0 else 1))
    title = _("How many categories customers buy")
    if len(drawn) < len(breadth):
        title = _(
            "How many categories customers buy, first {n} of {total} rows",
            n=len(drawn),
            total=len(breadth),
        )
    style.titled(
        ax,
        title,
        x=_("Orders of the customer (the last: that many or more)"),
        y=_("Categories, mean with interval"),
    )
    style.legend_below(ax, gap=0.5, ncols=1)
    return ax


def _mark(ax: "Axes", x: Any, y: Any, marker: str, name: str) -> None:
    """Mark what bars are to be compared with, across them."""
    marks = ax.plot(x, y, marker, label=name)[0]
    marks.set(color=style.ORANGE, markersize=15, markeredgewidth=2.2)


def _draw_quotients(ax: "Axes", n: Floats, quotient: Floats, q: Floats) -> None:
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    doublings = np.log2(quotient)
    known = np.abs(doublings[np.isfinite(doublings)])
    far = float(np.clip(known.max(initial=0.0), _PLAIN, _FAR))
    colors = LinearSegmentedColormap.from_list("both", [style.VERMILLION, "white", style.BLUE])
    ax.set_facecolor(style.FAINT)
    image = ax.imshow(doublings, cmap=colors, vmin=-far, vmax=far, aspect="auto")
    bar = shade_scale(ax, image, name=_("Location quotient"), extend="both")
    doubling_ticks(bar, far)
    texts = [[formats.number(count) for count in row] for row in np.nan_to_num(n)]
    is_dark = np.abs(doublings) > 0.6 * far
    write_cells(ax, np.array(texts, object), is_dark, size=style.FONT_SIZE - 1)
    for row, column in np.argwhere(q <= _FIND):
        place = column - 0.46, row - 0.44
        ax.add_patch(Rectangle(place, 0.92, 0.88, fill=False, edgecolor=style.BLACK, linewidth=1.6))


def _name_columns(ax: "Axes", items: Any) -> None:
    names = [style.short_label(_(str(name)), 18) for name in items]
    ax.set_xticks(range(len(names)), names, rotation=35, ha="right", rotation_mode="anchor")


def _propensity_title(drawn: tuple[int, ...], there_are: tuple[int, int]) -> str:
    title = _("Who buys more of what than others do")
    if tuple(drawn) == there_are:
        return title
    return _(
        "{title},\n{rows} × {columns} surest of {n_rows} × {n_columns}",
        title=title,
        rows=drawn[0],
        columns=drawn[1],
        n_rows=formats.number(there_are[0]),
        n_columns=formats.number(there_are[1]),
    )
