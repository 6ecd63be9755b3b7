"""Plots of clusters of customers: how many hold, and what is typical of each."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._cells import shade_scale, write_cells

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS, _MOST_FEATURES = 20, 7
_MOST_UPRIGHT = 3  # features whose names fit beside each other
_MOST_NUMBERED = 12  # beyond it, the numbers at the points would touch each other
_DARK = (0.22, 0.86)  # positions beyond which white is easier to read on a cell than ink


def cluster_stability_plot(
    table: pd.DataFrame,
    *,
    least_jaccard: float = 0.75,
    smallest_share: float = 0.05,
    ax: "Axes | None" = None,
) -> "Axes":
    """Plot how well the worst cluster is found again, and how small the smallest is.

    Above both dashed lines a number of clusters passes: its points are filled. Those of the
    others are hollow.

    Parameters
    ----------
    table : DataFrame
        ``table`` of what `custintel.models.choose_k` returns: index ``k``,
        ``worst_jaccard`` with its interval ``worst_jaccard_low`` and ``worst_jaccard_high``,
        and ``smallest_share``.
    least_jaccard, smallest_share : float
        The thresholds, 0-1.
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
    ...     {
    ...         "worst_jaccard": [0.9, 0.6],
    ...         "worst_jaccard_low": [0.85, 0.5],
    ...         "worst_jaccard_high": [0.95, 0.7],
    ...         "smallest_share": [0.3, 0.02],
    ...     },
    ...     index=pd.Index([2, 3], name="k"),
    ... )
    >>> [text.get_text() for text in cluster_stability_plot(table).texts]
    ['0.90', '0.60', '30%', '2.0%']
    """
    columns = ["worst_jaccard", "worst_jaccard_low", "worst_jaccard_high", "smallest_share"]
    require_columns(table.columns, columns, table="cluster_choice")
    ax = style.prepared(ax, height=3.6)
    if table.empty:
        return style.say(ax, _("No numbers of clusters were tried."))
    passes = (table["worst_jaccard"] >= least_jaccard) & (table["smallest_share"] >= smallest_share)
    positions = np.arange(len(table))
    ax.vlines(
        positions,
        table["worst_jaccard_low"],
        table["worst_jaccard_high"],
        color=style.BLUE,
        linewidth=1,
    )
    _draw_line(ax, table["worst_jaccard"], passes, style.BLUE, _("Worst Jaccard"))
    _draw_line(ax, table["smallest_share"], passes, style.VERMILLION, _("Smallest cluster"))
    for threshold, color in ((least_jaccard, style.BLUE), (smallest_share, style.VERMILLION)):
        ax.axhline(threshold, color=color, linewidth=0.8, linestyle=(0, (4, 3)))
    if len(table) <= _MOST_NUMBERED:
        jaccards = [formats.number(value, 2) for value in table["worst_jaccard"]]
        _write(ax, table["worst_jaccard_high"], jaccards)
        _write(ax, table["smallest_share"], [_percent(share) for share in table["smallest_share"]])
    ax.set(xlim=(-0.5, len(table) - 0.5), ylim=(0, 1.12))
    style.number_ticks(ax.yaxis, lambda value: formats.number(value, 2), most=5)
    style.period_ticks(ax.xaxis, list(table.index), most=20)
    style.titled(
        ax,
        _("Numbers of clusters that hold (filled)"),
        x=_("Number of clusters"),
        y=_("Jaccard, and share of customers"),
    )
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def cluster_profile_heatmap(profiles: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the typical customer of each cluster: its medians, shaded by their position.

    Parameters
    ----------
    profiles : DataFrame
        From `custintel.segmentation.cluster_profiles`: index ``cluster``, ``name``,
        ``customer_share``, and ``median_…`` and ``position_…`` of each feature. Of more than
        twenty clusters or seven features the first are drawn, and the title says so.
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
    >>> profiles = pd.DataFrame({
    ...     "name": ["Frequent", "Infrequent"],
    ...     "customer_share": [0.2, 0.8],
    ...     "median_frequency": [9.0, 1.0],
    ...     "position_frequency": [0.9, 0.4],
    ... })
    >>> [text.get_text() for text in cluster_profile_heatmap(profiles).texts]
    ['9', '1']
    """
    require_columns(profiles.columns, ["name", "customer_share"], table="cluster_profiles")
    found = [
        str(name).removeprefix("median_") for name in profiles if str(name).startswith("median_")
    ]
    features = found[:_MOST_FEATURES]
    require_columns(
        profiles.columns, [f"position_{feature}" for feature in features], table="cluster_profiles"
    )
    drawn = profiles.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.8 + 0.46 * max(len(drawn), 2), width=style.WIDTH + 1)
    if drawn.empty or not features:
        return style.say(ax, _("No clusters to show."))
    positions = drawn[[f"position_{feature}" for feature in features]].to_numpy(float)
    medians = drawn[[f"median_{feature}" for feature in features]].to_numpy(float)
    image = ax.imshow(positions, cmap="PuOr_r", vmin=0, vmax=1, aspect="auto")
    bar = shade_scale(ax, image)
    style.percent_ticks(bar.ax.yaxis, 1.0)
    bar.ax.grid(visible=False)
    texts = [[_median(median) for median in row] for row in medians]
    is_dark = (positions < _DARK[0]) | (positions > _DARK[1])
    write_cells(ax, np.array(texts, object), is_dark, size=style.FONT_SIZE)
    names = [
        f"{style.label(name, 30)}\n{_percent(share)}"
        for name, share in zip(drawn["name"], drawn["customer_share"], strict=True)
    ]
    ax.set_yticks(range(len(names)), names)
    ax.set_xticks(range(len(features)), [style.label(feature, 16) for feature in features])
    if len(features) > _MOST_UPRIGHT:
        ax.tick_params(axis="x", rotation=40)
        for label in ax.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    title = _profile_title(len(drawn), len(profiles), len(features), len(found))
    style.titled(ax, title, x=_("Medians; shade: position among all customers"))
    return ax


def _draw_line(
    ax: "Axes", values: "pd.Series[float]", passes: "pd.Series[bool]", color: str, name: str
) -> None:
    positions = np.arange(len(values))
    ax.plot(positions, values, color=color, linewidth=1.5, label=name)
    faces = [color if each else "white" for each in passes]
    ax.scatter(positions, values, s=28, color=faces, edgecolors=color, zorder=3, clip_on=False)


def _write(ax: "Axes", values: "pd.Series[float]", written: list[str]) -> None:
    for position, (value, text) in enumerate(zip(values, written, strict=True)):
        ax.annotate(
            text,
            (position, value),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=style.FONT_SIZE - 1.5,
            color=style.INK,
        )


def _percent(share: float) -> str:
    return formats.percent(share, 0 if share >= 0.1 else 1)


def _median(value: float) -> str:
    return formats.number(value, 0 if abs(value) >= 10 or float(value).is_integer() else 1)


def _profile_title(n_drawn: int, n_rows: int, n_features: int, n_found: int) -> str:
    if n_drawn == n_rows and n_features == n_found:
        return _("The typical customer of each cluster")
    return _(
        "The typical customer of each cluster\n"
        "({n} of {n_rows} clusters, {m} of {n_found} features)",
        n=n_drawn,
        n_rows=n_rows,
        m=n_features,
        n_found=n_found,
    )
