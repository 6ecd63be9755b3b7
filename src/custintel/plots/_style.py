"""What all plots share: colours, sizes, marks on the axes."""

import textwrap
from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

# Okabe & Ito (2008), distinct for colour-blind readers; its yellow is too pale on white.
BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, BLACK = "#56B4E9", "#CC79A7", "#000000"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY, BLACK)
INK, FAINT = "#333333", "#D9D9D9"

# Inches: a plot of this width is still legible when a phone shrinks it to 390 pixels.
WIDTH = 5.2
FONT_SIZE = 9

_PERIOD_STEPS = {"M": (1, 2, 3, 6, 12, 24, 60, 120), "Q": (1, 2, 4, 8, 20, 40)}
_OTHER_STEPS = (1, 2, 5, 10, 20, 50, 100)


def prepared(ax: "Axes | None", *, height: float = 3.2, width: float = WIDTH) -> "Axes":
    """Return the axes to draw on, new ones if none are given, in the common style."""
    if ax is None:
        import matplotlib.pyplot as plt

        _figure, ax = plt.subplots(figsize=(width, height), layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set(color=INK, linewidth=0.6)
    ax.tick_params(labelsize=FONT_SIZE, color=INK, labelcolor=INK, width=0.6)
    ax.set_axisbelow(True)
    return ax


def titled(ax: "Axes", title: str, *, x: str = "", y: str = "") -> None:
    """Write the title and what the axes show."""
    ax.set_title(title, loc="left", fontsize=FONT_SIZE + 1.5, color=INK)
    ax.set_xlabel(x, fontsize=FONT_SIZE, color=INK)
    ax.set_ylabel(y, fontsize=FONT_SIZE, color=INK)


def say(ax: "Axes", message: str) -> "Axes":
    """Write a message where there is nothing to draw."""
    ax.text(0.5, 0.5, message, transform=ax.transAxes, ha="center", va="center", color=INK)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def legend_below(ax: "Axes", *, gap: float, ncols: int) -> None:
    """Put the legend under the axes, `gap` inches away, whatever their height."""
    from matplotlib.transforms import ScaledTranslation

    down = ScaledTranslation(0, -gap, ax.figure.dpi_scale_trans)
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        bbox_transform=ax.transAxes + down,
        ncols=ncols,
        frameon=False,
        fontsize=FONT_SIZE,
        labelcolor=INK,
    )


def room_for_labels(ax: "Axes", low: float, high: float) -> None:
    """Widen a horizontal axis so that a number fits beyond bars from `low` to `high`."""
    room = 0.24 * (max(high, 0.0) - min(low, 0.0) or 1.0)
    ax.set_xlim(low - room if low < 0 else 0.0, high + room if high > 0 or low >= 0 else 0.0)


def label(name: object, width: int = 22) -> str:
    """Return a name as it is written on a plot: on two lines at most, never as a formula."""
    lines = textwrap.wrap(str(name), width) or [""]
    if len(lines) > 2:
        lines = [lines[0], lines[1][: width - 1].rstrip() + "…"]
    return "\n".join(lines).replace("$", r"\$")


def short_label(name: object, width: int = 22) -> str:
    """Return a name as `label` does, on one line."""
    text = " ".join(str(name).split())
    cut = text if len(text) <= width else text[: width - 1].rstrip() + "…"
    return cut.replace("$", r"\$")


def number_ticks(axis: "Axis", write: Callable[[float], str], *, most: int = 5) -> None:
    """Write the numbers of an axis in the reader's language, at most about `most` of them."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    # A figure is often drawn after the block that set the language: keep it for then.
    context = copy_context()
    axis.set_major_locator(MaxNLocator(nbins=most, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _at: context.run(write, value)))
    axis.grid(visible=True, color=FAINT, linewidth=0.5)


def percent_ticks(axis: "Axis", span: float, *, most: int = 5) -> None:
    """Write the shares of an axis as percentages, with a decimal if they span little."""
    digits = 0 if span >= 0.05 else 1
    number_ticks(axis, lambda share: formats.percent(share, digits), most=most)


def amount_ticks(axis: "Axis") -> None:
    """Write the amounts of an axis, with decimals if they are small."""
    number_ticks(axis, lambda value: formats.number(value, 0 if float(value).is_integer() else 2))


def period_ticks(axis: "Axis", labels: Sequence[object], *, most: int = 6) -> None:
    """Name the positions 0, 1, … of an axis by periods, leaving some out if there are many."""
    shown = _shown(labels, most)
    axis.set_ticks(shown, [period_name(labels[position]) for position in shown])


def period_name(value: object) -> str:
    """Return a period, or a printed label such as 2005, as it is written on a plot."""
    return formats.period(value) if isinstance(value, pd.Period) else label(value)


def _shown(labels: Sequence[object], most: int) -> list[int]:
    first = labels[0] if len(labels) else None
    unit, start = "", 0
    if isinstance(first, pd.Period):
        unit, start = first.freqstr[0], first.ordinal
        # Years are counted from 1970 in periods; round years are to be named.
        start = first.year if unit == "Y" else start
    steps = _PERIOD_STEPS.get(unit, _OTHER_STEPS)
    step = next((step for step in steps if len(labels) / step <= most), steps[-1])
    positions = np.arange(len(labels))
    return [int(position) for position in positions[(positions + start) % step == 0]]
