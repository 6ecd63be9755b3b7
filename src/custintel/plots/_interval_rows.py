"""Rows of bars with their intervals, a name at the left and a number at the right."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel.plots import _style as style
from custintel.plots._named_rows import name_rows, write_beyond

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PER_ROW = 0.36  # inches


def draw_rows(ax: "Axes", shares: pd.DataFrame, names: Sequence[str], texts: Sequence[str]) -> None:
    """Draw shares as bars and their bounds as lines, and write texts beyond them.

    The columns are share, low, high, and if there is one, a share that is marked elsewhere.
    """
    positions = np.arange(len(shares))
    share, low, high = shares.to_numpy(float).T[:3]
    ax.barh(positions, share, color=style.SKY, height=0.62)
    ax.hlines(positions, low, high, color=style.INK, linewidth=1.2)
    write_beyond(ax, shares.max(axis=1), texts, gap=5)
    name_rows(ax, names, size=style.FONT_SIZE - 0.5)


def share_axis(ax: "Axes", highest: float) -> None:
    """Write the axis as percentages, with room for a number and a count beyond the bars."""
    digits = 0 if highest >= 0.05 else 1
    # The room is not meant for shares above 1.
    style.number_ticks(ax.xaxis, lambda x: formats.percent(x, digits) if x <= 1 else "")
    ax.set_xlim(0, 1.75 * highest if highest > 0 else 1.0)
