"""Plots of what customers buy next, and when."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import quoted, require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._cells import shade_scale, write_cells
from custintel.plots._named_rows import name_rows, write_beyond

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_BARS = 15
_MOST_STATES = 20
_MOST_LINES = len(style.PALETTE)
# Beyond this, percentages in the cells would touch each other.
_MOST_WRITTEN = 10
_FOLLOWING = [
    *("antecedent", "consequent", "n_observed", "n_followed"),
    *("probability", "probability_low", "probability_high", "base_rate"),
]
_TRANSITIONS = ["item", "next_item", "probability"]
_DISTRIBUTION = ["group", "days", "followed_share", "followed_share_low", "followed_share_high"]


def next_purchase_bars(
    following: pd.DataFrame, *, antecedent: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot what customers buy after an item, beside what chance would give.

    Parameters
    ----------
    following : DataFrame
        From `custintel.affinity.next_purchase`. Of more than fifteen rows the first fifteen
        are drawn, and the title says so.
    antecedent : str, optional
        Item whose rows are drawn. By default all rows, in their order; pairs are then named
        if they have several antecedents.
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
    ValueError
        If the table has no row of `antecedent`.

    Examples
    --------
    >>> import pandas as pd
    >>> following = pd.DataFrame({
    ...     "antecedent": "course", "consequent": ["coaching", "book"],
    ...     "n_observed": 50, "n_followed": [17, 5], "probability": [0.34, 0.1],
    ...     "probability_low": [0.22, 0.04], "probability_high": [0.48, 0.21],
    ...     "base_rate": [0.2, 0.12],
    ... })
    >>> [text.get_text() for text in next_purchase_bars(following).texts]
    ['34% (17 of 50)', '10% (5 of 50)']
    """
    require_columns(following.columns, _FOLLOWING, table="next_purchase")
    rows = following if antecedent is None else _rows_of(following, antecedent)
    drawn = rows.iloc[:_MOST_BARS]
    ax = style.prepared(ax, height=1.5 + 0.36 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No purchase that follows another often enough."))
    positions = np.arange(len(drawn))
    ax.barh(positions, drawn["probability"], color=style.SKY, height=0.7)
    ends = drawn["probability_low"], drawn["probability_high"]
    ax.hlines(positions, *ends, color=style.INK, linewidth=1)
    (chance,) = ax.plot(drawn["base_rate"], positions, "|", label=_("by chance"))
    chance.set(color=style.VERMILLION, markersize=14, markeredgewidth=2)
    several = len(set(rows["antecedent"])) > 1
    names = [
        _pair(a, b) if several else style.label(_(str(b)))
        for a, b in drawn[_FOLLOWING[:2]].to_numpy()
    ]
    name_rows(ax, names)
    highest = float(np.nanmax([ends[1].max(), drawn["base_rate"].max()]))
    _write_shares(ax, drawn)
    style.percent_ticks(ax.xaxis, highest)
    ax.set_xlim(0, 1.55 * highest)
    title = _bars_title(None if several else str(rows["antecedent"].iloc[0]), len(drawn), len(rows))
    style.titled(ax, title, x=_("Share of the purchases so followed (line: its interval)"))
    style.legend_below(ax, gap=0.5, ncols=1)
    return ax


def transition_heatmap(transitions: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot from which item customers go on to which, as shades.

    Parameters
    ----------
    transitions : DataFrame
        From `custintel.affinity.transition_table`. Of more than twenty items the first
        twenty are drawn, and the title says so.
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
    >>> transitions = pd.DataFrame({
    ...     "item": "course",
    ...     "next_item": ["course", "(no further purchase)"],
    ...     "probability": [0.25, 0.75],
    ... })
    >>> [text.get_text() for text in transition_heatmap(transitions).texts]
    ['25%', '75%']
    """
    require_columns(transitions.columns, _TRANSITIONS, table="transition_table")
    items = list(dict.fromkeys(transitions["item"]))
    shown = items[:_MOST_STATES]
    cells = max(len(shown), 2)
    ax = style.prepared(ax, height=2.6 + 0.24 * cells, width=style.WIDTH)
    if not shown:
        return style.say(ax, _("No purchase to show."))
    nexts = list(dict.fromkeys(transitions["next_item"]))
    columns = [name for name in nexts if name in set(shown) or name not in set(items)]
    matrix = transitions.pivot_table("probability", "item", "next_item").reindex(
        index=shown, columns=columns
    )
    among_items = matrix[[name for name in columns if name in set(items)]].to_numpy()
    highest = float(np.nanmax(among_items, initial=0.0)) or 1.0
    _draw_shades(ax, matrix.to_numpy(), highest)
    ax.set_yticks(range(len(shown)), [style.short_label(_(str(name)), 24) for name in shown])
    next_names = [style.short_label(_(str(name)), 24) for name in columns]
    ax.set_xticks(range(len(columns)), next_names, rotation=90)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    title = _("What comes after each purchase")
    if len(shown) < len(items):
        title = _(
            "What comes after each purchase,\n{n} of {n_items} items",
            n=len(shown),
            n_items=len(items),
        )
    style.titled(ax, title, x=_("Next purchase"), y=_("Purchase"))
    return ax


def interpurchase_curve(distribution: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the share of purchases that are followed by another within each number of days.

    Parameters
    ----------
    distribution : DataFrame
        From `custintel.affinity.interpurchase_distribution`. Of more than seven groups the
        first seven are drawn, and the title says so.
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
    >>> distribution = pd.DataFrame({
    ...     "group": "total", "days": [10, 20], "followed_share": [0.25, 0.5],
    ...     "followed_share_low": [0.1, 0.2], "followed_share_high": [0.5, 0.8],
    ... })
    >>> [text.get_text() for text in interpurchase_curve(distribution).texts]
    ['Half within 20 days']
    """
    require_columns(distribution.columns, _DISTRIBUTION, table="interpurchase_distribution")
    groups = list(dict.fromkeys(distribution["group"]))
    shown = groups[:_MOST_LINES]
    ax = style.prepared(ax, height=3.0 + (0.15 * len(shown) if len(shown) > 1 else 0.0))
    if not shown:
        return style.say(ax, _("No purchase was followed by another."))
    for color, group in zip(style.PALETTE, shown, strict=False):
        rows = distribution[distribution["group"] == group]
        days = np.concatenate([[0], rows["days"]])
        low, middle, high = (
            np.concatenate([[0.0], rows[f"followed_share{end}"]]) for end in ("_low", "", "_high")
        )
        ax.fill_between(days, low, high, step="post", color=color, alpha=0.15, linewidth=0)
        name = style.short_label(_(str(group)), 28)
        ax.step(days, middle, where="post", color=color, linewidth=1.8, label=name)
    if len(shown) > 1:
        style.legend_below(ax, gap=0.5, ncols=2)
    else:
        _mark_median(ax, distribution)
    ax.set_ylim(0, 1.02)
    ax.set_xlim(left=0)
    style.percent_ticks(ax.yaxis, 1.0)
    style.number_ticks(ax.xaxis, formats.number)
    title = _("How soon customers purchase again")
    if len(shown) < len(groups):
        title = _(
            "How soon customers purchase again, {n} of {n_groups} groups",
            n=len(shown),
            n_groups=len(groups),
        )
    style.titled(ax, title, x=_("Days since a purchase"), y=_("Purchases followed by another"))
    return ax


def _rows_of(following: pd.DataFrame, antecedent: str) -> pd.DataFrame:
    rows = following[following["antecedent"] == antecedent]
    if rows.empty and len(following):
        raise ValueError(
            _(
                "No row has the antecedent {antecedent!r}; the table has {names}.",
                antecedent=antecedent,
                names=quoted(dict.fromkeys(following["antecedent"]), most=3),
            )
        )
    return rows


def _pair(antecedent: object, consequent: object) -> str:
    first = style.short_label(_(str(antecedent)), 22)
    return f"{first}\n→ {style.short_label(_(str(consequent)), 20)}"


def _bars_title(antecedent: str | None, n_drawn: int, n_rows: int) -> str:
    if antecedent is None:
        if n_drawn == n_rows:
            return _("What customers buy afterwards")
        return _("What customers buy afterwards,\nfirst {n} of {n_rows}", n=n_drawn, n_rows=n_rows)
    item = style.short_label(_(str(antecedent)), 36)
    if n_drawn == n_rows:
        return _("What customers buy after\n{item}", item=item)
    return _(
        "What customers buy (first {n} of {n_rows}) after\n{item}",
        n=n_drawn,
        n_rows=n_rows,
        item=item,
    )


def _write_shares(ax: "Axes", drawn: pd.DataFrame) -> None:
    ends = drawn[["probability_high", "base_rate"]].max(axis=1)
    digits = 0 if drawn["probability"].max() >= 0.05 else 1
    texts = [
        _(
            "{share} ({k} of {n})",
            share=formats.percent(share, digits),
            k=formats.number(k),
            n=formats.number(n),
        )
        for share, k, n in drawn[["probability", "n_followed", "n_observed"]].to_numpy(float)
    ]
    write_beyond(ax, ends, texts, gap=5)


def _draw_shades(ax: "Axes", matrix: np.ndarray, highest: float) -> None:
    image = ax.imshow(matrix, cmap="Blues", vmin=0, vmax=highest, aspect="auto")
    if matrix.shape[1] <= _MOST_WRITTEN:
        texts = [[formats.percent(share, 0) for share in row] for row in matrix]
        write_cells(ax, np.array(texts, object), matrix > 0.6 * highest)
        return
    bar = shade_scale(ax, image, extend="max")
    style.percent_ticks(bar.ax.yaxis, highest)
    bar.ax.grid(visible=False)


def _mark_median(ax: "Axes", rows: pd.DataFrame) -> None:
    reached = rows["days"][rows["followed_share"] >= 0.5]
    if reached.empty:
        return
    ax.plot([reached.iloc[0]], [0.5], marker="o", color=style.ORANGE)
    ax.annotate(
        _("Half within {n} days", n=formats.number(reached.iloc[0])),
        (reached.iloc[0], 0.5),
        xytext=(8, -12),
        textcoords="offset points",
        fontsize=style.FONT_SIZE,
        color=style.INK,
    )
