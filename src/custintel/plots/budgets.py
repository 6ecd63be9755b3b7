"""Plots of budgets: what is spent and proposed, and how far channels respond."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._amount_unit import amount_unit
from custintel.plots._named_rows import name_rows, write_beyond

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 20
_BAR = 0.38


def budget_bars(
    table: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot what is spent on each channel now, and what is proposed.

    Parameters
    ----------
    table : DataFrame
        ``table`` of a `custintel.attribution.BudgetPlan`: ``current``, ``proposed``,
        ``action``. Of more than twenty channels the first twenty are drawn, and the title says
        so.
    currency : str, optional
        Currency of the amounts.
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
    >>> table = pd.DataFrame(
    ...     {"current": [500.0, 500.0], "proposed": [750.0, 250.0], "action": ["increase", "cut"]},
    ...     index=["search", "mail"],
    ... )
    >>> [text.get_text() for text in budget_bars(table, currency="EUR").texts]
    ['increase (+50.0%)', 'cut (−50.0%)']
    """
    require_columns(table.columns, ["current", "proposed", "action"], table="budget_plan")
    drawn = table.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.6 + 0.42 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No channel to show."))
    both = drawn[["current", "proposed"]].to_numpy(float)
    unit, unit_name = amount_unit(float(both.max()), currency)
    rows = np.arange(len(drawn))
    before, after = both.T / unit
    ax.barh(rows - _BAR / 2, before, height=_BAR, color=style.SKY, label=_("Now"))
    ax.barh(rows + _BAR / 2, after, height=_BAR, color=style.BLUE, label=_("Proposed"))
    texts = [
        _change(str(action), now, then)
        for action, (now, then) in zip(drawn["action"], both, strict=True)
    ]
    write_beyond(ax, both.max(axis=1) / unit, texts)
    name_rows(ax, [style.label(_(str(name))) for name in drawn.index])
    style.amount_ticks(ax.xaxis)
    ax.set_xlim(0, 1.5 * float(both.max()) / unit or 1.0)
    style.titled(ax, _title(_("Budget now and as proposed"), len(drawn), len(table)), x=unit_name)
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def elasticity_intervals(curves: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how far the conversions of each channel follow its spend, with intervals.

    Parameters
    ----------
    curves : DataFrame
        From `custintel.attribution.fit_response`: ``elasticity`` with its bounds and
        ``is_assumed``. Assumed ones are hollow. Of more than twenty channels the first twenty
        are drawn, and the title says so.
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
    >>> curves = pd.DataFrame(
    ...     {
    ...         "elasticity": [0.4, 0.5],
    ...         "elasticity_low": [0.3, 0.5],
    ...         "elasticity_high": [0.5, 0.5],
    ...         "is_assumed": [False, True],
    ...     },
    ...     index=["search", "mail"],
    ... )
    >>> ax = elasticity_intervals(curves)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['estimated', 'assumed']
    """
    columns = ["elasticity", "elasticity_low", "elasticity_high", "is_assumed"]
    require_columns(curves.columns, columns, table="fit_response")
    drawn = curves.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.6 + 0.32 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No channel to show."))
    rows = np.arange(len(drawn))
    for is_assumed, face, name in (
        (False, style.BLUE, _("estimated")),
        (True, "white", _("assumed")),
    ):
        chosen = (drawn["is_assumed"] == is_assumed).to_numpy(bool)
        if chosen.any():
            part = drawn[chosen]
            ends = part["elasticity_low"], part["elasticity_high"]
            ax.hlines(rows[chosen], *ends, color=style.BLUE, linewidth=1.6)
            dots = ax.plot(part["elasticity"], rows[chosen], "o", color=style.BLUE, label=name)[0]
            dots.set_markerfacecolor(face)
    name_rows(ax, [style.label(_(str(name))) for name in drawn.index])
    style.number_ticks(ax.xaxis, lambda value: formats.number(value, 1))
    ax.set_xlim(0, 1)
    title = _title(_("Growth of conversions with spend"), len(drawn), len(curves))
    style.titled(ax, title, x=_("Elasticity: percent, for one percent more spend"))
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def _change(action: str, now: float, then: float) -> str:
    if now <= 0:
        return _(action)
    return f"{_(action)} ({formats.signed_percent(then / now - 1)})"


def _title(title: str, n: int, total: int) -> str:
    return (
        title if n == total else _("{title},\nfirst {n} of {total}", title=title, n=n, total=total)
    )
