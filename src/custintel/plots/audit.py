"""Plot of the audit of printed figures."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._named_rows import name_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from custintel._intervals import Floats

_COLUMNS = ["check", "item", "period", "printed", "rounding", "recomputed", "low", "high"]
_MOST_ROWS = 24
_NEAREST_EDGE = 6.0  # places
_ROOM_FOR_TEXT = 0.7  # of the way from zero to the edge

# Worst first: what cannot be must not be among what is left out. Colour and marker both tell.
_VERDICTS = {
    N_("cannot be"): (style.VERMILLION, "X"),
    N_("not judged"): (style.BLACK, "d"),
    N_("agrees within rounding"): (style.ORANGE, "s"),
    N_("agrees"): (style.BLUE, "o"),
}
_NAMES = {
    "cagr": N_("{item}"),
    "total": N_("Total {period}"),
    "share": N_("Share of {item}"),
    "share sum": N_("Sum of shares {period}"),
    "growth": N_("Growth {period}, {item}"),
}


def audit_intervals(audit: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot printed figures against the intervals that the rounding of their table allows.

    Rates, totals and shares are on one scale: the distance from what the table gives, in
    units of the last printed place. A printed figure covers half a unit to each side; where
    it does not reach the interval, it cannot be.

    Parameters
    ----------
    audit : DataFrame
        ``custintel.revenue.audit_table(…).table``. Of more than 24 figures the first 24 are
        drawn, those first that cannot be, and the title says so.
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
    >>> audit = pd.DataFrame({
    ...     "check": ["total"], "item": ["total"], "period": [2024], "printed": [113.0],
    ...     "rounding": [1.0], "recomputed": [111.0], "low": [110.0], "high": [112.0],
    ...     "verdict": ["cannot be"],
    ... })
    >>> [text.get_text() for text in audit_intervals(audit).texts]
    ['printed 113,\\npossible 110.0 to 112.0']
    """
    require_columns(audit.columns, [*_COLUMNS, "verdict"], table="audit_table")
    place = audit["verdict"].map(list(_VERDICTS).index)
    drawn = audit.loc[place.sort_values(kind="stable").index[:_MOST_ROWS]]
    ax = style.prepared(ax, height=1.6 + 0.3 * max(len(drawn), 3))
    if drawn.empty:
        return style.say(ax, _("No printed figures to show."))
    places = _in_places(drawn)
    edge = _edge(places)
    _draw_intervals(ax, places, edge)
    _draw_printed(ax, places["printed"], drawn["verdict"], edge)
    _write_impossible(ax, drawn, places, edge)
    ax.axvline(0, color=style.INK, linewidth=0.6)
    name_rows(ax, [_name(row) for row in drawn.to_dict("records")], fewest=3)
    style.number_ticks(ax.xaxis, formats.number)
    style.legend_below(ax, gap=0.5, ncols=2)
    style.titled(
        ax, _title(len(drawn), len(audit)), x=_("Printed minus recomputed, in last printed places")
    )
    return ax


def _in_places(drawn: pd.DataFrame) -> pd.DataFrame:
    """Return the figures as distances from what the table gives, in last printed places."""
    ends = drawn[["low", "high"]].replace([-np.inf, np.inf], np.nan)
    middle = drawn["recomputed"].fillna(ends["low"]).fillna(ends["high"]).fillna(drawn["printed"])
    figures = drawn[["printed", "low", "high"]]
    return figures.sub(middle, axis=0).div(drawn["rounding"], axis=0)


def _edge(places: pd.DataFrame) -> float:
    """Return how far the axis goes: intervals stay legible beside a figure that is far off."""
    ends = places[["low", "high"]].replace([-np.inf, np.inf], np.nan).abs()
    widest = float(np.nan_to_num(ends.to_numpy()).max())
    farthest = float(places["printed"].abs().max()) + 0.5
    return max(min(farthest, 8 * widest), widest, _NEAREST_EDGE)


def _draw_intervals(ax: "Axes", places: pd.DataFrame, edge: float) -> None:
    rows = np.arange(len(places))
    low, high = (places[end].clip(-2 * edge, 2 * edge) for end in ("low", "high"))
    ax.hlines(rows, low, high, color=style.FAINT, linewidth=7, label=_("possible"))


def _draw_printed(
    ax: "Axes", printed: "pd.Series[float]", verdict: "pd.Series[str]", edge: float
) -> None:
    """Mark printed figures; of one beyond the edge an arrow tells where it lies."""
    rows, values = np.arange(len(printed)), np.asarray(printed, np.float64)
    for name, (color, marker) in _VERDICTS.items():
        for beyond, shape in ((0, marker), (-1, "<"), (1, ">")):
            is_it = (verdict == name).to_numpy() & (_beyond(values, edge) == beyond)
            if not is_it.any():
                continue
            middle = values[is_it].clip(-edge, edge)
            if not beyond:
                ax.hlines(rows[is_it], middle - 0.5, middle + 0.5, color=color, linewidth=1.2)
            ax.plot(middle, rows[is_it], shape, color=color, markersize=6, label=_(name))


def _beyond(values: "Floats", edge: float) -> "Floats":
    return np.sign(values) * (np.abs(values) > edge)


def _write_impossible(ax: "Axes", drawn: pd.DataFrame, places: pd.DataFrame, edge: float) -> None:
    """Write the numbers of what cannot be beyond the interval, away from the mark."""
    room = {"left": 1.1, "right": 1.1}
    for row, (figure, place) in enumerate(
        zip(drawn.to_dict("records"), places.to_dict("records"), strict=True)
    ):
        if figure["verdict"] != "cannot be":
            continue
        is_low = place["printed"] < 0
        side, other = ("right", "left") if is_low else ("left", "right")
        room[side] = 1.1 + _ROOM_FOR_TEXT
        end = place["high"] if is_low else place["low"]
        ax.annotate(
            _told(figure),
            (float(np.clip(end, -edge, edge)), row),
            xytext=(6 if is_low else -6, 0),
            textcoords="offset points",
            ha=other,
            va="center",
            fontsize=style.FONT_SIZE - 1.5,
            color=style.INK,
        )
    ax.set_xlim(-room["left"] * edge, room["right"] * edge)


def _told(figure: dict[Hashable, Any]) -> str:
    return _(
        "printed {printed},\npossible {interval}",
        printed=_written(figure, "printed"),
        interval=formats.interval(
            _written(figure, "low", more=1), _written(figure, "high", more=1)
        ),
    )


def _written(figure: dict[Hashable, Any], column: str, *, more: int = 0) -> str:
    """Write a figure with the decimals that it is printed with, or some more."""
    unit = figure["rounding"]
    if figure["check"] == "total":
        return formats.number(figure[column], formats.decimals_of(unit) + more)
    return formats.percent(figure[column], formats.decimals_of(unit * 100) + more)


def _name(figure: dict[Hashable, Any]) -> str:
    item = _("total") if figure["item"] == "total" else figure["item"]
    name = _(_NAMES[figure["check"]], item=item, period=style.period_name(figure["period"]))
    return style.label(name, 26)


def _title(n_drawn: int, n: int) -> str:
    if n_drawn == n:
        return _("Printed figures, and what is possible")
    return _("Printed figures, and what is possible, {n} of {n_all}", n=n_drawn, n_all=n)
