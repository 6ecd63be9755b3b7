"""The curve of what the best customers hold, with one point on it put in words."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKED_SHARE = 0.2


def draw_share_curve(
    ax: "Axes",
    customers: "pd.Series[float]",
    share: "pd.Series[float]",
    *,
    told: Callable[[str, str], str],
) -> None:
    """Draw the share that the best customers hold; `told` words the share of the best fifth."""
    ax.plot([0, 1], [0, 1], color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)))
    ax.plot(customers, share, color=style.BLUE, linewidth=2)
    held = float(np.interp(_MARKED_SHARE, customers, share))
    ax.plot([_MARKED_SHARE], [held], marker="o", color=style.ORANGE)
    ax.annotate(
        told(formats.percent(_MARKED_SHARE, 0), formats.percent(held, 0)),
        (_MARKED_SHARE, held),
        xytext=(0.97, 0.06),
        textcoords="axes fraction",
        ha="right",
        va="bottom",
        fontsize=style.FONT_SIZE,
        color=style.INK,
        arrowprops={"arrowstyle": "-", "color": style.INK, "linewidth": 0.6},
    )
    ax.set(xlim=(0, 1), ylim=(0, 1.02))
    style.percent_ticks(ax.xaxis, 1.0)
    style.percent_ticks(ax.yaxis, 1.0)
