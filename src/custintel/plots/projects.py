"""Plots of projects: what they cost and bring over time, planned and observed."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._amount_unit import amount_unit, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_BARS = 15
_MOST_DOTS = 40
_COST_NAMES = {
    "implementation_cost": N_("Implementation"),
    "upkeep_cost": N_("Upkeep"),
    "hardware_cost": N_("Hardware"),
    "storage_cost": N_("Storage"),
    "training_cost": N_("Training"),
    "upgrade_cost": N_("Upgrades"),
}


def cash_flow_bars(
    cash_flows: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot costs and benefits of each period, their running total, and when it has paid back.

    Parameters
    ----------
    cash_flows : DataFrame
        From `custintel.projects.project_cash_flows`.
    currency : str, optional
        Currency of the amounts, written on the axis.
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
    >>> flows = pd.DataFrame({"period": [0, 1], "cost": [5.0, 0.0], "benefit": [0.0, 9.0],
    ...     "cumulative_present_value": [-5.0, 3.0], "is_paid_back": [False, True]})
    >>> cash_flow_bars(flows).get_title(loc="left")
    'Cash flows, paid back by period 1'
    """
    drawn = ["cost", "benefit", "cumulative_present_value"]
    needed = ["period", *drawn, "is_paid_back"]
    require_columns(cash_flows.columns, needed, table="project_cash_flows")
    ax = style.prepared(ax, height=3.5)
    if cash_flows.empty:
        return style.say(ax, _("No cash flow to show."))
    unit, unit_name = amount_unit(float(cash_flows[drawn].abs().to_numpy().max()), currency)
    period = cash_flows["period"].to_numpy()
    ax.bar(period, -cash_flows["cost"] / unit, width=0.7, color=style.ORANGE, label=_("Costs"))
    ax.bar(period, cash_flows["benefit"] / unit, width=0.7, color=style.SKY, label=_("Benefits"))
    total = cash_flows["cumulative_present_value"] / unit
    name = _("Running total, present value")
    ax.plot(period, total, color=style.INK, marker=_marker(period), markersize=3.5, label=name)
    ax.axhline(0, color=style.INK, linewidth=0.6)
    paid_back = period[cash_flows["is_paid_back"].to_numpy(bool)]
    if len(paid_back):
        ax.axvline(paid_back[0], color=style.GREEN, linewidth=1, linestyle=(0, (4, 3)))
    _period_axis(ax, period)
    style.legend_below(ax, gap=0.45, ncols=3)
    style.titled(ax, _cash_flow_title(paid_back), x=_("Period (0: now)"), y=unit_name)
    return ax


def project_progress_lines(
    track: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot the running total of a project as planned, as observed, and its outlook.

    Parameters
    ----------
    track : DataFrame
        From `custintel.projects.track_project`.
    currency : str, optional
        Currency of the amounts, written on the axis.
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
    >>> track = pd.DataFrame({"period": [0, 1], "planned_cumulative": [-5.0, 3.0],
    ...     "actual_cumulative": [-6.0, None], "outlook": [-6.0, 2.0]})
    >>> ax = project_progress_lines(track)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['Planned', 'Observed', 'Outlook']
    """
    lines = ["planned_cumulative", "actual_cumulative", "outlook"]
    require_columns(track.columns, ["period", *lines], table="track_project")
    ax = style.prepared(ax, height=3.4)
    if track.empty:
        return style.say(ax, _("No period to show."))
    unit, unit_name = amount_unit(float(track[lines].abs().max().max()), currency)
    period = track["period"].to_numpy()
    planned, observed, outlook = (track[name].astype(float) / unit for name in lines)
    # The outlook sets out from the last period observed.
    is_ahead = observed.isna() | (observed.index == observed.last_valid_index())
    ax.plot(period, planned, color="#8C8C8C", label=_("Planned"))
    seen = ax.plot(period, observed, label=_("Observed"))[0]
    ahead = ax.plot(period, outlook.where(is_ahead), label=_("Outlook"), zorder=1)[0]
    for line in (seen, ahead):
        line.set(color=style.BLUE, marker=_marker(period), markersize=3.5)
    ahead.set(linestyle=(0, (4, 3)), markerfacecolor="white")
    ax.axhline(0, color=style.INK, linewidth=0.6)
    _period_axis(ax, period)
    style.legend_below(ax, gap=0.45, ncols=3)
    title = _("Running total of the project, planned and observed")
    style.titled(ax, title, x=_("Period (0: now)"), y=unit_name)
    return ax


def ownership_lines(
    table: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot what each system has cost up to each year, from its low to its high sum.

    Parameters
    ----------
    table : DataFrame
        From `custintel.projects.total_cost_of_ownership`. Of more than seven systems the first
        seven are drawn, and the title says so.
    currency : str, optional
        Currency of the amounts, written on the axis.
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
    >>> table = pd.DataFrame({"system": "hosted", "year": [0, 1],
    ...     "cumulative_low": [0.0, 60.0], "cumulative_high": [0.0, 120.0]})
    >>> ownership_lines(table, currency="EUR").get_ylabel()
    'Amount (EUR)'
    """
    ends = ["cumulative_low", "cumulative_high"]
    require_columns(table.columns, ["system", "year", *ends], table="total_cost_of_ownership")
    systems = table["system"].unique()
    shown = systems[: len(style.PALETTE)]
    ax = style.prepared(ax, height=3.1 + 0.16 * len(shown))
    if table.empty:
        return style.say(ax, _("No system to show."))
    drawn = table[table["system"].isin(shown)]
    unit, unit_name = amount_unit(float(drawn["cumulative_high"].max()), currency)
    for system, color in zip(shown, style.PALETTE, strict=False):
        part = drawn[drawn["system"] == system]
        low, high = (part[end] / unit for end in ends)
        name = style.short_label(system, 28)
        ax.fill_between(part["year"], low, high, color=color, alpha=0.25, linewidth=0)
        ax.plot(part["year"], high, color=color, linewidth=1.6, label=name)
        ax.plot(part["year"], low, color=color, linewidth=1.6)
    _period_axis(ax, drawn["year"].to_numpy())
    ax.set_ylim(bottom=0)
    style.legend_below(ax, gap=0.45, ncols=2)
    title = _("Cost of ownership, low to high")
    if len(shown) < len(systems):
        title = _("Cost of ownership, {n} first of {n_items}", n=len(shown), n_items=len(systems))
    style.titled(ax, title, x=_("Years from the start"), y=unit_name)
    return ax


def project_cost_bars(
    costs: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot the cost of each line of a project, with its share.

    Parameters
    ----------
    costs : DataFrame
        From `custintel.projects.TecRoi.cost_table`: index of lines; ``cost``, ``cost_share``. Of
        more than fifteen lines the first fifteen are drawn, and the title says so.
    currency : str, optional
        Currency of the amounts, written on the axis.
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
    >>> costs = pd.DataFrame({"cost": [30.0, 10.0], "cost_share": [0.75, 0.25]},
    ...     index=["implementation_cost", "help desk"])
    >>> [label.get_text() for label in project_cost_bars(costs).get_yticklabels()]
    ['Implementation', 'help desk']
    """
    require_columns(costs.columns, ["cost", "cost_share"], table="cost_table")
    drawn = costs.iloc[:_MOST_BARS]
    ax = style.prepared(ax, height=1.2 + 0.3 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No cost to show."))
    unit, unit_name = amount_unit(float(drawn["cost"].max()), currency)
    positions = np.arange(len(drawn))
    bars = ax.barh(positions, drawn["cost"] / unit, height=0.62, color=style.ORANGE)
    shares = [formats.percent(share) for share in drawn["cost_share"]]
    ax.bar_label(bars, shares, padding=3, fontsize=style.FONT_SIZE - 1, color=style.INK)
    names = [_(_COST_NAMES.get(str(name), str(name))) for name in drawn.index]
    ax.set_yticks(positions, [style.label(name) for name in names])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_ylim(max(len(drawn), 2) - 0.4, -0.6)
    style.room_for_labels(ax, 0.0, float(drawn["cost"].max()) / unit)
    style.number_ticks(ax.xaxis, written, most=4)
    title = _("Cost of the project by line")
    if len(drawn) < len(costs):
        title = _(
            "Cost of the project, {n} first of {n_items} lines", n=len(drawn), n_items=len(costs)
        )
    style.titled(ax, title, x=unit_name)
    return ax


def _period_axis(ax: "Axes", period: np.ndarray) -> None:
    """Write whole periods below, amounts at the side, and leave room at both ends."""
    style.number_ticks(ax.xaxis, lambda value: written(value) if value == round(value) else "")
    ax.xaxis.grid(visible=False)
    style.number_ticks(ax.yaxis, written)
    if len(period):
        ax.set_xlim(float(period.min()) - 0.6, float(period.max()) + 0.6)


def _marker(period: np.ndarray) -> str:
    return "o" if len(period) <= _MOST_DOTS else ""


def _cash_flow_title(paid_back: np.ndarray) -> str:
    if not len(paid_back):
        return _("Cash flows, not paid back")
    return _("Cash flows, paid back by period {n}", n=formats.number(float(paid_back[0])))
