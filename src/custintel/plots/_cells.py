"""Cells of a heatmap: what is written in them, and the scale of their shades."""

from contextvars import copy_context
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from custintel.plots import _style as style
from custintel.plots._pair_labels import lift_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.image import AxesImage

SMALL = style.FONT_SIZE - 1.5


def write_cells(
    ax: "Axes",
    texts: NDArray[np.object_],
    is_dark: NDArray[np.bool_],
    *,
    is_bold: NDArray[np.bool_] | None = None,
    size: float = SMALL,
) -> None:
    """Write each text that is not empty in its cell, white where the shade is dark."""
    for (row, column), text in np.ndenumerate(texts):
        if not text:
            continue
        ax.text(
            column,
            row,
            text,
            ha="center",
            va="center",
            fontsize=size,
            fontweight="bold" if is_bold is not None and is_bold[row, column] else "normal",
            color="white" if is_dark[row, column] else style.INK,
        )


def shade_scale(
    ax: "Axes",
    image: "AxesImage",
    *,
    name: str = "",
    extend: Literal["neither", "both", "max"] = "neither",
) -> "Colorbar":
    """Draw the scale of the shades beside the cells, and return it without its numbers."""
    bar = ax.figure.colorbar(image, ax=ax, fraction=0.04, pad=0.02, aspect=30, extend=extend)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=style.FONT_SIZE, labelcolor=style.INK, length=0)
    if name:
        bar.set_label(name, fontsize=style.FONT_SIZE, color=style.INK)
    return bar


def doubling_ticks(bar: "Colorbar", most: float) -> None:
    """Write the ratios of a scale of doublings, at most about seven, 1 among them."""
    from matplotlib.ticker import FixedLocator, FuncFormatter

    # A figure is often drawn after the block that set the language: keep it for then.
    context = copy_context()
    step = max(1, int(most // 3))
    above = range(step, int(most) + 1, step)
    bar.ax.yaxis.set_major_locator(FixedLocator([*(-x for x in above), 0, *above]))
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda x, _at: context.run(lift_label, 2.0**x)))
