"""Rows of a plot: their names at the left, and numbers beyond what is drawn in them."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def name_rows(
    ax: "Axes", names: Sequence[str], *, size: float = style.FONT_SIZE, fewest: int = 2
) -> None:
    """Name the rows 0, 1, … from the top; `fewest` of them have room, so that bars stay thin."""
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0, labelsize=size)
    ax.spines["left"].set_visible(False)
    ax.set_ylim(max(len(names), fewest) - 0.4, -0.6)


def write_beyond(
    ax: "Axes",
    ends: Iterable[float],
    texts: Sequence[str],
    *,
    gap: float = 4,
    is_left: Iterable[bool] | None = None,
) -> None:
    """Write a text `gap` points beyond the end of each row, at the right unless told otherwise.

    Rows without a text have nothing written.
    """
    sides = [False] * len(texts) if is_left is None else is_left
    for position, (end, text, left) in enumerate(zip(ends, texts, sides, strict=True)):
        if not text:
            continue
        ax.annotate(
            text,
            (end, position),
            xytext=(-gap if left else gap, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize=style.FONT_SIZE - 0.5,
            color=style.INK,
        )
