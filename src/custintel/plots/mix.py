"""Plots of what comes together: products and channels."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._cells import shade_scale, write_cells

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS, _MOST_COLUMNS = 20, 8
_PLAIN, _FAR = 3.0, 10.0  # residuals of the full shade: at least, and at most
_FIND = 0.05
_MOST_LEVEL = 4  # names of columns, of which more are slanted


def channel_mix_heatmap(mix: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot which products sell better and worse than expected through which channels.

    The colour of a cell is its standardised residual, the number its lift (observed ÷
    expected), bold where the difference is not put down to chance (q up to 5 %).

    Parameters
    ----------
    mix : DataFrame
        From `custintel.revenue.channel_mix`. The first twenty rows and the first eight columns
        are drawn, which are the largest; the title says so if there are more.
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
    >>> mix = pd.DataFrame({
    ...     "category": ["books", "books"],
    ...     "channel": ["web", "shop"],
    ...     "lift": [1.25, 0.5],
    ...     "residual": [3.0, -3.0],
    ...     "q": [0.003, 0.003],
    ... })
    >>> [text.get_text() for text in channel_mix_heatmap(mix).texts]
    ['1.25', '0.50']
    """
    require_columns(mix.columns, ["lift", "residual", "q"], table="channel_mix")
    names = [str(name) for name in mix.columns[:2]]
    row, rows = pd.factorize(mix.iloc[:, 0])
    column, columns = pd.factorize(mix.iloc[:, 1])
    n_rows, n_columns = min(len(rows), _MOST_ROWS), min(len(columns), _MOST_COLUMNS)
    ax = style.prepared(ax, height=1.9 + 0.26 * max(n_rows, 3))
    if mix.empty:
        return style.say(ax, _("No purchase to show."))
    lift, residual, q = np.full((3, len(rows), len(columns)), np.nan)
    for grid, measure in ((lift, "lift"), (residual, "residual"), (q, "q")):
        grid[row, column] = mix[measure]
    lift, residual, q = (grid[:n_rows, :n_columns] for grid in (lift, residual, q))
    _shade(ax, residual)
    _write(ax, lift, residual, q)
    ax.set_yticks(range(n_rows), [style.short_label(_(str(name))) for name in rows[:n_rows]])
    _name_columns(ax, columns[:n_columns])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    style.titled(
        ax,
        _title(lift.shape, (len(rows), len(columns))),
        x=_("Observed ÷ expected; bold: hardly chance"),
        y=style.label(names[0]),
    )
    return ax


def _name_columns(ax: "Axes", columns: "pd.Index[Any]") -> None:
    names = [style.label(_(str(name)), 11) for name in columns]
    if len(names) <= _MOST_LEVEL:
        ax.set_xticks(range(len(names)), names)
    else:
        names = [style.short_label(_(str(name)), 20) for name in columns]
        ax.set_xticks(range(len(names)), names, rotation=35, ha="right", rotation_mode="anchor")


def _shade(ax: "Axes", residual: Floats) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    colors = LinearSegmentedColormap.from_list("both", [style.VERMILLION, "white", style.BLUE])
    far = _full_shade(residual)
    image = ax.imshow(residual, cmap=colors, vmin=-far, vmax=far, aspect="auto")
    bar = shade_scale(ax, image, name=_("Standardised residual"), extend="both")
    style.number_ticks(bar.ax.yaxis, lambda value: formats.number(value))
    bar.ax.grid(visible=False)


def _full_shade(residual: Floats) -> float:
    known = np.abs(residual)
    largest = float(np.nanmax(known)) if np.isfinite(known).any() else _PLAIN
    return float(np.clip(largest, _PLAIN, _FAR))


def _write(ax: "Axes", lift: Floats, residual: Floats, q: Floats) -> None:
    is_dark = np.abs(residual) > 0.6 * _full_shade(residual)
    texts = [[formats.number(value, 2) for value in row] for row in lift]
    write_cells(ax, np.array(texts, object), is_dark, is_bold=q <= _FIND, size=style.FONT_SIZE - 1)


def _title(drawn: tuple[int, ...], there_are: tuple[int, int]) -> str:
    if drawn == there_are:
        return _("What sells better or worse where")
    return _(
        "What sells where, {rows} × {columns} largest of {n_rows} × {n_columns}",
        rows=drawn[0],
        columns=drawn[1],
        n_rows=there_are[0],
        n_columns=there_are[1],
    )
