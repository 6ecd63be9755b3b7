"""Plots of customers who move between segments."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._cells import write_cells
from custintel.plots._named_rows import name_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_SEGMENTS = 14
_MOST_WRITTEN = 15
_MOST_BARS = 20
_BAR = 0.38


def migration_heatmap(migration: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot which part of each segment's customers went to which segment.

    Parameters
    ----------
    migration : DataFrame
        From `custintel.segmentation.migration_table` or ``segment_migration``: ``before``,
        ``after``, ``n_customers``, ``share``. Of more than fourteen segments the fourteen
        with the most customers are drawn, and the title says so.
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
    >>> migration = pd.DataFrame({
    ...     "before": ["A", "A", "B", "B"],
    ...     "after": ["A", "B", "A", "B"],
    ...     "n_customers": [3, 1, 0, 4],
    ...     "share": [0.75, 0.25, 0.0, 1.0],
    ... })
    >>> [text.get_text() for text in migration_heatmap(migration).texts]
    ['75%', '25%', '100%']
    """
    columns = ["before", "after", "n_customers", "share"]
    require_columns(migration.columns, columns, table="migration_table")
    counts = migration.pivot_table("n_customers", "before", "after", sort=False, observed=True)
    drawn = _largest(counts)
    ax = style.prepared(ax, height=float(np.clip(2.4 + 0.34 * len(drawn), 3.0, 7.5)), width=5.8)
    if not counts.to_numpy().sum():
        return style.say(ax, _("No customers to show."))
    shares = migration.pivot_table("share", "before", "after", sort=False, observed=True)
    shares = shares.reindex(index=drawn.index, columns=drawn.columns)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    if max(shares.shape) <= _MOST_WRITTEN:
        _write_shares(ax, shares.where(drawn > 0))
    _frame_the_same(ax, shares)
    _name_axes(ax, drawn.columns, counts.sum(axis=1).reindex(drawn.index))
    _title(ax, drawn, counts)
    return ax


def segment_flow_bars(flows: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how many customers each segment had at the first day and at the second.

    Parameters
    ----------
    flows : DataFrame
        From `custintel.segmentation.segment_flows`: index ``segment``, ``n_before``,
        ``n_after``, ``net``. Of more than twenty segments the first twenty are drawn, and
        the title says so.
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
    >>> flows = pd.DataFrame(
    ...     {"n_before": [40, 60], "n_after": [55, 50], "net": [15, -10]}, index=["A", "B"]
    ... )
    >>> [text.get_text() for text in segment_flow_bars(flows).texts]
    ['40', '60', '55 (+15)', '50 (−10)']
    """
    require_columns(flows.columns, ["n_before", "n_after", "net"], table="segment_flows")
    drawn = flows.iloc[:_MOST_BARS]
    ax = style.prepared(ax, height=1.3 + 0.42 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No customers to show."))
    positions = np.arange(len(drawn))
    after = [
        _("{n} ({change})", n=formats.number(n), change=_signed(net))
        for n, net in zip(drawn["n_after"], drawn["net"], strict=True)
    ]
    before = [formats.number(n) for n in drawn["n_before"]]
    for shift, column, color, name, written in (
        (-_BAR / 2, "n_before", style.SKY, _("First day"), before),
        (_BAR / 2, "n_after", style.BLUE, _("Second day"), after),
    ):
        bars = ax.barh(positions + shift, drawn[column], height=_BAR, color=color, label=name)
        ax.bar_label(bars, written, padding=3, fontsize=style.FONT_SIZE - 1, color=style.INK)
    name_rows(ax, [style.label(_(str(name))) for name in drawn.index])
    style.number_ticks(ax.xaxis, formats.number)
    style.room_for_labels(ax, 0.0, float(drawn[["n_before", "n_after"]].to_numpy().max()) * 1.1)
    title = _("Customers of each segment, then and now")
    if len(drawn) < len(flows):
        title = _(
            "Customers of each segment, {n} of {n_segments}", n=len(drawn), n_segments=len(flows)
        )
    style.titled(ax, title, x=_("Customers"))
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def _signed(change: int) -> str:
    return f"+{formats.number(change)}" if change > 0 else formats.number(change)


def _largest(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows and columns of the segments with the most customers, in their order."""
    names = list(dict.fromkeys([*counts.index, *counts.columns]))
    sizes = counts.sum(axis=1).reindex(names, fill_value=0) + counts.sum().reindex(
        names, fill_value=0
    )
    kept = set(sizes.sort_values(ascending=False, kind="stable").index[:_MOST_SEGMENTS])
    rows = [name for name in counts.index if name in kept]
    return counts.loc[rows, [name for name in counts.columns if name in kept]]


def _write_shares(ax: "Axes", shares: pd.DataFrame) -> None:
    matrix = shares.to_numpy(float)
    texts = [[formats.percent(x, 0) if np.isfinite(x) else "" for x in row] for row in matrix]
    write_cells(ax, np.array(texts, object), matrix > 0.6)


def _frame_the_same(ax: "Axes", shares: pd.DataFrame) -> None:
    from matplotlib.patches import Rectangle

    for row, name in enumerate(shares.index):
        if name in shares.columns:
            corner = (list(shares.columns).index(name) - 0.5, row - 0.5)
            ax.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=style.ORANGE, linewidth=1.2))


def _name_axes(ax: "Axes", columns: pd.Index, sizes: "pd.Series[int]") -> None:
    rows = [
        _("{segment} ({n})", segment=style.label(_(str(name))), n=formats.number(size))
        for name, size in sizes.items()
    ]
    ax.set_yticks(range(len(rows)), rows)
    names = [style.short_label(_(str(name))) for name in columns]
    ax.set_xticks(range(len(names)), names, rotation=90 if len(names) > 3 else 0)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def _title(ax: "Axes", drawn: pd.DataFrame, counts: pd.DataFrame) -> None:
    n_drawn, n_all = (len({*table.index, *table.columns}) for table in (drawn, counts))
    title = _("Where the customers of each segment went")
    if n_drawn < n_all:
        title = _(
            "Where the customers of each segment went,\n{n} largest of {n_segments}",
            n=n_drawn,
            n_segments=n_all,
        )
    style.titled(
        ax,
        title,
        x=_("Segment at the second day (framed: the same)"),
        y=_("Segment at the first day (customers)"),
    )
