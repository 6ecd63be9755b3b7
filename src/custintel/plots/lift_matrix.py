"""The plot of all pairs among the items that are bought most."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._cells import doubling_ticks, shade_scale, write_cells
from custintel.plots._pair_labels import item_label, lift_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

_MOST_ITEMS = 20
_MOST_WRITTEN = 10  # items of a matrix whose cells still have room for numbers


def pair_matrix(pairs: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the lift of every pair among the items that are bought most.

    Parameters
    ----------
    pairs : DataFrame
        From `custintel.affinity.product_pairs`: ``antecedent``, ``consequent``, ``lift``,
        ``n_antecedent``, ``n_consequent``. Of more than twenty items the twenty in most
        baskets are drawn, and the title says so. Pairs that the table does not hold are left
        grey.
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
    >>> pairs = pd.DataFrame({
    ...     "antecedent": ["bread", "butter"], "consequent": ["butter", "bread"],
    ...     "lift": 2.5, "n_antecedent": [60, 40], "n_consequent": [40, 60],
    ... })
    >>> [text.get_text() for text in pair_matrix(pairs).texts]
    ['2.5', '2.5']
    """
    needed = ["antecedent", "consequent", "lift", "n_antecedent", "n_consequent"]
    require_columns(pairs.columns, needed, table="product_pairs")
    largest = _largest_first(pairs)
    names = largest[:_MOST_ITEMS]
    ax = style.prepared(ax, height=float(2.2 + 0.24 * max(len(names), 3)))
    if not names:
        return style.say(ax, _("Nothing was bought together often enough."))
    lifts = _matrix(pairs, names)
    _draw_lifts(ax, lifts)
    if len(names) <= _MOST_WRITTEN:
        _write_lifts(ax, lifts)
    shown = [item_label(name) for name in names]
    ax.set_yticks(range(len(names)), shown)
    ax.set_xticks(range(len(names)), shown, rotation=90)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    title = _("Lift of pairs of items")
    if len(names) < len(largest):
        title = _(
            "Lift of pairs, {n} most bought of {total} items",
            n=len(names),
            total=formats.number(len(largest)),
        )
    style.titled(ax, title, x=_("Grey: fewer times together than asked for"))
    return ax


def _largest_first(pairs: pd.DataFrame) -> list[str]:
    """Return the items of the pairs, those in most baskets first, equal ones by name."""
    items = [*pairs["antecedent"], *pairs["consequent"]]
    sizes = [*pairs["n_antecedent"], *pairs["n_consequent"]]
    size_of = dict(zip(items, sizes, strict=True))
    return sorted(size_of, key=lambda item: (-size_of[item], item))


def _matrix(pairs: pd.DataFrame, names: list[str]) -> Floats:
    """Return the lifts, rows by antecedent, NaN where the table has none."""
    rows = pd.Index(names).get_indexer(pd.Index(pairs["antecedent"]))
    columns = pd.Index(names).get_indexer(pd.Index(pairs["consequent"]))
    is_drawn = (rows >= 0) & (columns >= 0)
    lifts = np.full((len(names), len(names)), np.nan)
    lifts[rows[is_drawn], columns[is_drawn]] = pairs["lift"].to_numpy(float)[is_drawn]
    return lifts


def _draw_lifts(ax: "Axes", lifts: Floats) -> None:
    most = _darkest(lifts)
    ax.set_facecolor(style.FAINT)
    image = ax.imshow(np.log2(lifts), cmap="PuOr_r", vmin=-most, vmax=most, aspect="auto")
    doubling_ticks(shade_scale(ax, image, extend="both"), most)


def _darkest(lifts: Floats) -> float:
    """Return the doublings of the darkest shade: one rare pair must not pale all the others."""
    known = np.abs(np.log2(lifts[np.isfinite(lifts)]))
    return max(float(np.quantile(known, 0.95)), 1.0) if len(known) else 1.0


def _write_lifts(ax: "Axes", lifts: Floats) -> None:
    most = _darkest(lifts)
    texts = [[lift_label(lift) if np.isfinite(lift) else "" for lift in row] for row in lifts]
    write_cells(ax, np.array(texts, object), np.abs(np.log2(lifts)) > 0.7 * most)
