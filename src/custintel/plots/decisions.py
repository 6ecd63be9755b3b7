"""Plots of plans and warnings: value by action, value by budget, figures with their limits."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._named_rows import name_rows, write_beyond

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 20


def plan_bars(by_action: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot what a plan expects of each action, with how many customers get it.

    Parameters
    ----------
    by_action : DataFrame
        Of a `custintel.decisions.ActionPlan`: ``expected_value``, ``n_treated``,
        ``n_control``, ``is_incremental``. Of more than twenty actions those of most value are
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
    >>> by_action = pd.DataFrame(
    ...     {"expected_value": 900.0, "n_treated": 90, "n_control": 10, "is_incremental": True},
    ...     index=["call"],
    ... )
    >>> [text.get_text() for text in plan_bars(by_action).texts]
    ['900 (90 customers, 10 held back)']
    """
    columns = ["expected_value", "n_treated", "n_control", "is_incremental"]
    require_columns(by_action.columns, columns, table="by_action")
    used = by_action[by_action["n_treated"] > 0]
    drawn = used.sort_values("expected_value", ascending=False, kind="stable").iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.7 + 0.36 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No action is planned."))
    rows = np.arange(len(drawn))
    values = drawn["expected_value"].to_numpy(float)
    is_shown = drawn["is_incremental"].to_numpy(bool)
    kinds = (
        (is_shown, style.BLUE, _("Added, as an experiment has shown")),
        (~is_shown, style.SKY, _("If nothing would have come anyway")),
    )
    for is_kind, color, name in kinds:
        if is_kind.any():
            ax.barh(rows[is_kind], values[is_kind], height=0.62, color=color, label=name)
    counts = drawn[["expected_value", "n_treated", "n_control"]].to_numpy(float)
    write_beyond(ax, values, [_told(*each) for each in counts])
    name_rows(ax, [style.label(name) for name in drawn.index])
    style.amount_ticks(ax.xaxis)
    ax.set_xlim(0, 1.9 * float(values.max()))
    title = _("Expected value of the plan, by action")
    if len(drawn) < len(used):
        title = _("{title},\nfirst {n} of {total}", title=title, n=len(drawn), total=len(used))
    style.titled(ax, title, x=_("Expected value after cost"))
    style.legend_below(ax, gap=0.5, ncols=1)
    return ax


def _told(value: float, n_treated: float, n_control: float) -> str:
    return _(
        "{value} ({n} customers, {held} held back)",
        value=formats.number(value),
        n=formats.number(n_treated),
        held=formats.number(n_control),
    )


def budget_value_curve(curve: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot what plans of several budgets bring, below what any plan could bring.

    Parameters
    ----------
    curve : DataFrame
        From the method ``budget_curve`` of a `custintel.decisions.ActionPlan`: ``budget``,
        ``chosen_value``, ``dual_bound``.
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
    >>> curve = pd.DataFrame(
    ...     {"budget": [0.0, 10.0], "chosen_value": [0.0, 30.0], "dual_bound": [0.0, 31.0]}
    ... )
    >>> [text.get_text() for text in budget_value_curve(curve).get_legend().get_texts()]
    ['reached by a plan', 'no plan is worth more']
    """
    require_columns(curve.columns, ["budget", "chosen_value", "dual_bound"], table="budget_curve")
    ax = style.prepared(ax)
    if curve.empty:
        return style.say(ax, _("No budget to show."))
    drawn = curve.sort_values("budget")
    reached, bound = _("reached by a plan"), _("no plan is worth more")
    ax.plot(
        drawn["budget"], drawn["chosen_value"], "o-", color=style.BLUE, markersize=4, label=reached
    )
    ax.plot(drawn["budget"], drawn["dual_bound"], "--", color=style.ORANGE, label=bound)
    style.amount_ticks(ax.xaxis)
    style.amount_ticks(ax.yaxis)
    ax.set_ylim(bottom=0)
    style.titled(ax, _("Value by budget"), x=_("Budget"), y=_("Expected value after cost"))
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def warning_lines(limits: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot one figure over time with its control limits, those watched marked if outside.

    Parameters
    ----------
    limits : DataFrame
        Rows of one figure of the ``limits`` of `custintel.decisions.EarlyWarnings`: ``kpi``,
        ``period``, ``value``, ``expected``, ``expected_low``, ``expected_high``,
        ``is_watched``.
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
    >>> limits = pd.DataFrame({
    ...     "kpi": "orders",
    ...     "period": pd.period_range("2024-01", periods=3, freq="M"),
    ...     "value": [10.0, 11.0, 19.0],
    ...     "expected": 10.0,
    ...     "expected_low": 8.0,
    ...     "expected_high": 12.0,
    ...     "is_watched": [False, False, True],
    ... })
    >>> warning_lines(limits).get_title(loc="left")
    'orders: what was and what was expected'
    """
    bounds = ["value", "expected", "expected_low", "expected_high"]
    require_columns(limits.columns, ["kpi", "period", *bounds, "is_watched"], table="limits")
    ax = style.prepared(ax)
    if limits.empty:
        return style.say(ax, _("No period to show."))
    at = np.arange(len(limits))
    value, expected, low, high = limits[bounds].to_numpy(float).T
    ax.fill_between(at, low, high, color=style.FAINT, label=_("control limits"))
    ax.plot(at, expected, "--", color=style.INK, linewidth=1, label=_("expected"))
    ax.plot(at, value, "o-", color=style.BLUE, markersize=3, linewidth=1.2, label=_("observed"))
    is_watched = limits["is_watched"].to_numpy(bool)
    is_out = is_watched & ((value < low) | (value > high))
    if is_watched.any():
        ax.axvline(float(at[is_watched][0]) - 0.5, color=style.INK, linewidth=0.6)
    if is_out.any():
        ax.plot(
            at[is_out], value[is_out], "o", color=style.VERMILLION, markersize=7, label=_("outside")
        )
    style.period_ticks(ax.xaxis, list(limits["period"]))
    style.amount_ticks(ax.yaxis)
    name = style.short_label(limits["kpi"].iloc[0], 30)
    style.titled(ax, _("{name}: what was and what was expected", name=name))
    style.legend_below(ax, gap=0.35, ncols=4)
    return ax
