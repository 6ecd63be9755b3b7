"""Plots of what tells segments apart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._named_rows import name_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 20
_WIDTH = 5.8  # inches: room for the numbers on the right
_CLEAR = 0.05  # q-value up to which a difference is taken for more than chance
_LOWEST, _HIGHEST = 10.0, 1000.0  # index numbers beyond which the axis does not go
_STEPS = (10, 25, 50, 100, 200, 400, 1000)


def profile_bars(profile: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot which values are over- and under-represented, as an index around 100.

    The scale is that of ratios: twice as often is as far from 100 as half as often. Values
    that chance may explain (q above 5 %) are grey.

    Parameters
    ----------
    profile : DataFrame
        From `custintel.segmentation.profile_table`, whole or the rows of one segment:
        ``segment``, ``attribute``, ``value``, ``index``, ``index_low``, ``index_high``,
        ``q``. Of more than twenty rows the twenty with the lowest q are drawn, and the
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
    >>> profile = pd.DataFrame({
    ...     "segment": "best", "attribute": "country", "value": ["FR", "CH"],
    ...     "index": [180.0, 60.0], "index_low": [140.0, 45.0], "index_high": [220.0, 80.0],
    ...     "q": [0.001, 0.01],
    ... })
    >>> [label.get_text() for label in profile_bars(profile).get_yticklabels()]
    ['country: FR', 'country: CH']
    """
    columns = ["segment", "attribute", "value", "index", "index_low", "index_high", "q"]
    require_columns(profile.columns, columns, table="profile_table")
    drawn = _clearest(profile, "index")
    ax = style.prepared(ax, height=1.3 + 0.34 * max(len(drawn), 2), width=_WIDTH)
    if drawn.empty:
        return style.say(ax, _("No profile to show."))
    ranges = drawn[["index", "index_low", "index_high"]].clip(_LOWEST, _HIGHEST)
    ax.set_xscale("log")
    _draw_ranges(ax, ranges.to_numpy(float), drawn["q"], middle=100.0)
    names = [
        _("{attribute}: {value}", attribute=attribute, value=_(str(value)))
        for attribute, value in zip(drawn["attribute"], drawn["value"], strict=True)
    ]
    _name_rows(ax, _with_segment(drawn, profile, names))
    _index_axis(ax, ranges)
    _write_ends(ax, [formats.number(index) for index in drawn["index"]])
    title = _title(_("Over- and under-represented values"), profile, len(drawn))
    style.titled(ax, title, x=_("Index, base = 100 (grey: may be chance)"))
    return ax


def profile_differences(means: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot by how many standard deviations the means of segments differ from the others'.

    Parameters
    ----------
    means : DataFrame
        From `custintel.segmentation.profile_means`, whole or the rows of one segment:
        ``segment``, ``attribute``, ``standardised_difference``, ``standardised_low``,
        ``standardised_high``, ``q``. Of more than twenty rows the twenty with the lowest q
        are drawn, and the title says so.
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
    >>> means = pd.DataFrame({
    ...     "segment": "best", "attribute": ["income", "age"],
    ...     "standardised_difference": [0.8, -0.1], "standardised_low": [0.5, -0.4],
    ...     "standardised_high": [1.1, 0.2], "q": [0.001, 0.4],
    ... })
    >>> [text.get_text() for text in profile_differences(means).texts]
    ['+0.8', '−0.1']
    """
    measures = ["standardised_difference", "standardised_low", "standardised_high"]
    require_columns(means.columns, ["segment", "attribute", *measures, "q"], table="profile_means")
    drawn = _clearest(means[means[measures[0]].notna()], measures[0])
    ax = style.prepared(ax, height=1.3 + 0.34 * max(len(drawn), 2), width=_WIDTH)
    if drawn.empty:
        return style.say(ax, _("No profile to show."))
    ranges = drawn[measures].to_numpy(float)
    _draw_ranges(ax, ranges, drawn["q"], middle=0.0)
    _name_rows(ax, _with_segment(drawn, means, [str(name) for name in drawn["attribute"]]))
    low, high = min(float(ranges.min()), 0.0), max(float(ranges.max()), 0.0)
    room = 0.08 * (high - low or 1.0)
    ax.set_xlim(low - room, high + room)
    style.number_ticks(ax.xaxis, lambda value: formats.number(value, 1))
    written = [
        ("+" if value > 0.05 else "") + formats.number(value, 1) for value in drawn[measures[0]]
    ]
    _write_ends(ax, written)
    title = _title(_("Means that differ from the others'"), means, len(drawn))
    style.titled(ax, title, x=_("In standard deviations (grey: may be chance)"))
    return ax


def _clearest(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    kept = table.sort_values("q", kind="stable").iloc[:_MOST_ROWS]
    return kept.sort_values(measure, ascending=False, kind="stable")


def _draw_ranges(ax: "Axes", ranges: np.ndarray, q: "pd.Series[float]", *, middle: float) -> None:
    positions = np.arange(len(ranges))
    sides = np.where(ranges[:, 0] >= middle, style.BLUE, style.VERMILLION)
    colors = np.where(q.to_numpy(float) <= _CLEAR, sides, "#8C8C8C").tolist()
    ax.axvline(middle, color=style.INK, linewidth=0.8)
    ax.hlines(positions, ranges[:, 1], ranges[:, 2], color=colors, linewidth=2)
    ax.scatter(ranges[:, 0], positions, color=colors, s=26, zorder=3)


def _with_segment(drawn: pd.DataFrame, table: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Return the names of rows, with their segment if the table has several."""
    if len(set(table["segment"])) == 1:
        return list(names)
    return [
        _("{segment}, {name}", segment=_(str(segment)), name=name)
        for segment, name in zip(drawn["segment"], names, strict=True)
    ]


def _name_rows(ax: "Axes", names: Sequence[str]) -> None:
    name_rows(ax, [style.label(name, 26) for name in names])


def _index_axis(ax: "Axes", ranges: pd.DataFrame) -> None:
    from matplotlib.ticker import NullLocator

    low = min(float(ranges.to_numpy().min()), 50.0)
    high = max(float(ranges.to_numpy().max()), 200.0)
    ax.set_xlim(low / 1.1, high * 1.1)
    shown = [step for step in _STEPS if low <= step <= high]
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticks(shown, [formats.number(step) for step in shown])
    ax.xaxis.grid(visible=True, color=style.FAINT, linewidth=0.5)


def _write_ends(ax: "Axes", written: Sequence[str]) -> None:
    """Write the numbers of the rows in a column on the right."""
    for row, text in enumerate(written):
        ax.annotate(
            text,
            (1.0, row),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.FONT_SIZE - 1,
            color=style.INK,
        )


def _title(what: str, table: pd.DataFrame, n_drawn: int) -> str:
    if len(set(table["segment"])) == 1:
        segment = style.label(_(str(table["segment"].iloc[0])), 50)
        what = _("{segment}:\n{what}", segment=segment, what=what)
    if n_drawn == len(table):
        return what
    return _("{what},\n{n} clearest of {n_rows}", what=what, n=n_drawn, n_rows=len(table))
