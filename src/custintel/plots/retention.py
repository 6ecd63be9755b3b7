"""Plots of retention."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Beyond this, percentages in the cells would touch each other.
_MOST_WRITTEN = 13
_MOST_NAMED = 24
Marks = NDArray[np.bool_]
_COLUMNS = ["cohort", "period_number", "n_customers", "retention_rate", "is_complete"]


def cohort_heatmap(cohorts: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the retention rate of each cohort in each period after its first purchase.

    The cohort's own period is left out: all its customers bought in it, by definition.
    Periods that had not ended are hatched: their rate is likely to rise.

    Parameters
    ----------
    cohorts : DataFrame
        From `custintel.retention.cohort_table`.
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
    >>> cohorts = pd.DataFrame({
    ...     "cohort": [pd.Period("2023"), pd.Period("2023"), pd.Period("2024")],
    ...     "period_number": [0, 1, 0],
    ...     "n_customers": [4, 4, 5],
    ...     "retention_rate": [1.0, 0.25, 1.0],
    ...     "is_complete": True,
    ... })
    >>> [text.get_text() for text in cohort_heatmap(cohorts).texts]
    ['25%']
    """
    require_columns(cohorts.columns, _COLUMNS, table="cohort_table")
    later = cohorts[cohorts["period_number"] > 0]
    sizes = cohorts.groupby("cohort")["n_customers"].first()
    ax = style.prepared(ax, height=float(np.clip(1.4 + 0.26 * len(sizes), 2.6, 7.0)))
    if later.empty:
        return style.say(ax, _("No period after the first purchases yet."))
    rates = later.pivot_table("retention_rate", "cohort", "period_number").reindex(sizes.index)
    unfinished = _unfinished(later, rates)
    _draw_rates(ax, rates)
    _hatch(ax, unfinished)
    if max(rates.shape) <= _MOST_WRITTEN:
        _write_rates(ax, rates, unfinished)
    _name_axes(ax, rates, sizes)
    return ax


def _unfinished(later: pd.DataFrame, rates: pd.DataFrame) -> Marks:
    """Return, for each cell of `rates`, whether its period had not ended."""
    cells = later[~later["is_complete"]]
    rows = rates.index.get_indexer(pd.Index(cells["cohort"]))
    columns = rates.columns.get_indexer(pd.Index(cells["period_number"]))
    marks = np.zeros(rates.shape, dtype=bool)
    marks[rows, columns] = True
    return marks


def _highest_shade(rates: pd.DataFrame) -> float:
    """Return the rate of the darkest shade: one customer alone must not pale all the others."""
    return float(np.nanquantile(rates, 0.98)) or 1.0


def _draw_rates(ax: "Axes", rates: pd.DataFrame) -> None:
    highest = _highest_shade(rates)
    n_rows, n_columns = rates.shape
    image = ax.imshow(
        rates,
        cmap="Blues",
        vmin=0,
        vmax=highest,
        aspect="auto",
        extent=(0.5, n_columns + 0.5, n_rows - 0.5, -0.5),
    )
    if max(rates.shape) > _MOST_WRITTEN:
        beyond: Literal["max", "neither"] = "max" if np.nanmax(rates) > highest else "neither"
        bar = ax.figure.colorbar(image, ax=ax, fraction=0.04, pad=0.02, aspect=30, extend=beyond)
        bar.outline.set_visible(False)
        style.percent_ticks(bar.ax.yaxis, highest)
        bar.ax.tick_params(labelsize=style.FONT_SIZE, labelcolor=style.INK, length=0)
        bar.ax.grid(visible=False)


def _write_rates(ax: "Axes", rates: pd.DataFrame, unfinished: Marks) -> None:
    dark = (rates.to_numpy() > 0.6 * _highest_shade(rates)) & ~unfinished
    for (row, column), rate in np.ndenumerate(rates.to_numpy()):
        if np.isfinite(rate):
            ax.text(
                column + 1,
                row,
                formats.percent(rate, 0),
                ha="center",
                va="center",
                fontsize=style.FONT_SIZE - 1.5,
                color="white" if dark[row, column] else style.INK,
            )


def _hatch(ax: "Axes", unfinished: Marks) -> None:
    from matplotlib.patches import Rectangle

    for row, column in np.argwhere(unfinished).tolist():
        corner = (column + 0.5, row - 0.5)
        ax.add_patch(Rectangle(corner, 1, 1, facecolor="white", alpha=0.6, linewidth=0))
        ax.add_patch(
            Rectangle(corner, 1, 1, fill=False, hatch="//", edgecolor="#A6A6A6", linewidth=0)
        )


def _name_axes(ax: "Axes", rates: pd.DataFrame, sizes: "pd.Series[int]") -> None:
    names = [
        _("{cohort} ({n})", cohort=style.period_name(cohort), n=formats.number(size))
        for cohort, size in sizes.items()
    ]
    row_step = -(-len(names) // _MOST_NAMED)
    column_step = -(-rates.shape[1] // _MOST_WRITTEN)
    ax.set_yticks(range(0, len(names), row_step), names[::row_step])
    ax.set_xticks(range(1, rates.shape[1] + 1, column_step))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    style.titled(
        ax,
        _("Share of each cohort that bought again"),
        x=_period_axis(sizes.index[0]),
        y=_("First purchase (customers)"),
    )


def _period_axis(cohort: object) -> str:
    unit = cohort.freqstr[0] if isinstance(cohort, pd.Period) else ""
    return {
        "M": _("Months after the first purchase (hatched: not over)"),
        "Q": _("Quarters after the first purchase (hatched: not over)"),
        "Y": _("Years after the first purchase (hatched: not over)"),
    }.get(unit, _("Periods after the first purchase (hatched: not over)"))
