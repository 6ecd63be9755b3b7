"""Plots of how well recommendations would have hit."""

from typing import TYPE_CHECKING

import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._interval_rows import PER_ROW, draw_rows, share_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 20
_RATES = ["hit_rate", "hit_rate_low", "hit_rate_high"]
_METHODS = {"neighbours": N_("Recommended"), "popularity": N_("Most popular")}


def recommendation_hits(hits: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how many customers bought what was recommended, beside what is popular.

    Parameters
    ----------
    hits : DataFrame
        ``hits`` of `custintel.affinity.recommendation_trial`, or several of them put together:
        indexed by ``method``, with ``hit_rate``, ``hit_rate_low``, ``hit_rate_high``,
        ``n_hits``, ``n_customers``, ``n_items``. Of more than twenty rows the first twenty are
        drawn, and the title says so.
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
    >>> hits = pd.DataFrame(
    ...     {"hit_rate": [0.65, 0.54], "hit_rate_low": [0.62, 0.51], "hit_rate_high": [0.68, 0.57],
    ...      "n_hits": [650, 540], "n_customers": 1000, "n_items": 3},
    ...     index=["neighbours", "popularity"],
    ... )
    >>> [text.get_text() for text in recommendation_hits(hits).texts]
    ['65.0% (650 of 1,000)', '54.0% (540 of 1,000)']
    """
    needed = [*_RATES, "n_hits", "n_customers", "n_items"]
    require_columns(hits.columns, needed, table="recommendation_trial")
    drawn = hits.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.2 + PER_ROW * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No recommendation was tried."))
    texts = [
        _(
            "{share} ({k} of {n})",
            share=formats.percent(rate),
            k=formats.number(k),
            n=formats.number(n),
        )
        for rate, k, n in drawn[["hit_rate", "n_hits", "n_customers"]].to_numpy(float)
    ]
    draw_rows(ax, drawn[_RATES], _names(drawn), texts)
    share_axis(ax, float(drawn["hit_rate_high"].max()))
    style.titled(
        ax, _title(drawn, len(hits)), x=_("Share of the customers evaluated, with interval")
    )
    return ax


def _names(drawn: pd.DataFrame) -> list[str]:
    """Return the methods by name, with the number of items where rows differ in it."""
    names = [style.label(_(_METHODS.get(str(name), str(name)))) for name in drawn.index]
    if len(set(drawn["n_items"])) == 1:
        return names
    return [
        _("{method}, {n} items", method=name, n=formats.number(n))
        for name, n in zip(names, drawn["n_items"], strict=True)
    ]


def _title(drawn: pd.DataFrame, n_rows: int) -> str:
    title = _("Customers who bought an item named")
    if len(set(drawn["n_items"])) == 1:
        n = formats.number(drawn["n_items"].iloc[0])
        title = _("Customers who bought one of {n} items named", n=n)
    if len(drawn) == n_rows:
        return title
    return _("{title},\nfirst {n} of {total}", title=title, n=len(drawn), total=n_rows)
