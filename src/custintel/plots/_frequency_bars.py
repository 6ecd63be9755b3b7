"""Pairs of bars, actual and expected by a model, for each past frequency."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from custintel._text import translate as _
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAR = 0.4


def draw_pairs(
    ax: "Axes",
    actual: "pd.Series[float]",
    expected: "pd.Series[float]",
    *,
    legend: Literal["upper left", "upper right"],
) -> None:
    """Draw both for each frequency, the last of which holds all those above too."""
    positions = np.arange(len(actual))
    for side, heights, color, name in (
        (-1, actual, style.INK, _("Actual")),
        (1, expected, style.VERMILLION, _("Expected by the model")),
    ):
        ax.bar(positions + side * _BAR / 2, heights, _BAR, color=color, label=name)
    names = [str(frequency) for frequency in actual.index]
    ax.set_xticks(positions, [*names[:-1], _("{n} or more", n=names[-1])])
    ax.legend(loc=legend, frameon=False, fontsize=style.FONT_SIZE)
