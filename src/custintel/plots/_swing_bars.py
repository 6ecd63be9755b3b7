"""Bars from an outcome as it is to what it becomes when one assumption changes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._amount_unit import money_digits, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_BARS = 12


def axes_for(ax: "Axes | None", n_bars: int) -> "Axes":
    """Return the axes to draw on, high enough for the bars."""
    return style.prepared(ax, height=1.3 + 0.42 * max(n_bars, 2))


def draw_swings(
    ax: "Axes", drawn: pd.DataFrame, names: Sequence[str], *, outcome: str, currency: str | None
) -> None:
    """Draw bars from ``{outcome}_base`` to ``{outcome}_low`` and ``{outcome}_high``."""
    positions = np.arange(len(drawn))
    base = float(drawn[f"{outcome}_base"].iloc[0])
    ends = (("low", style.ORANGE, _("low value")), ("high", style.BLUE, _("high value")))
    for end, color, name in ends:
        at_end = drawn[f"{outcome}_{end}"]
        ax.barh(positions, at_end - base, left=base, height=0.62, color=color, label=name)
        _write_values(ax, drawn[end], at_end, base)
    ax.axvline(base, color=style.INK, linewidth=0.8)
    ax.set_yticks(positions, names)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_ylim(max(len(drawn), 2) - 0.4, -0.6)
    ax.margins(x=0.18)
    digits = money_digits(float(np.ptp(ax.get_xlim())))
    style.number_ticks(ax.xaxis, lambda value: formats.money(value, currency, digits), most=3)
    style.legend_below(ax, gap=0.5, ncols=2)


def _write_values(ax: "Axes", values: pd.Series, outcomes: pd.Series, base: float) -> None:
    """Write at the end of each bar the value of the assumption that leads there."""
    for position, (value, end) in enumerate(zip(values, outcomes, strict=True)):
        is_left = end < base
        ax.annotate(
            written(float(value)),
            (end, position),
            xytext=(-4 if is_left else 4, 0),
            textcoords="offset points",
            ha="right" if is_left else "left",
            va="center",
            fontsize=style.FONT_SIZE - 1,
            color=style.INK,
        )
