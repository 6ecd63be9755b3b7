"""Plots of what campaigns return, what their results cost, and what they must bring."""

from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_choice, require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._amount_unit import amount_unit, money_digits
from custintel.plots._named_rows import name_rows, write_beyond

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 30
_RETURNS = ["campaign_name", "revenue_is", "romi", "romi_low", "romi_high"]
_COLORS = {"incremental": style.BLUE, "attributed": style.ORANGE}
_RESULTS = {
    "response": N_("Cost per response, and interval"),
    "1000_responses": N_("Cost per 1,000 responses, and interval"),
    "information_request": N_("Cost per information request, and interval"),
    "lead": N_("Cost per lead, and interval"),
    "sale": N_("Cost per sale, and interval"),
    "address": N_("Cost per address gained, and interval"),
}
_POINTS = 60


class MailPlan(Protocol):
    """What is drawn of `custintel.campaigns.DirectMailPlan`."""

    @property
    def n_pieces(self) -> int: ...
    @property
    def cost(self) -> float: ...
    @property
    def response_rate(self) -> float: ...
    @property
    def margin_per_response(self) -> float | None: ...
    @property
    def break_even_response_rate(self) -> float | None: ...


def roi_intervals(roi: pd.DataFrame, *, hurdle: float = 0.0, ax: "Axes | None" = None) -> "Axes":
    """Plot the return on each campaign, with the interval of incremental ones, and the hurdle.

    Parameters
    ----------
    roi : DataFrame
        From `custintel.campaigns.campaign_roi` or `campaign_decision`. Of more than thirty
        campaigns with a return the first thirty are drawn, and the title says so. Campaigns
        without one are not drawn, and are counted.
    hurdle : float, default=0.0
        Return that a campaign must earn.
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
    >>> roi = pd.DataFrame({
    ...     "campaign_name": ["Spring", "Autumn"],
    ...     "revenue_is": ["incremental", "attributed"],
    ...     "romi": [2.0, -0.5],
    ...     "romi_low": [1.0, None],
    ...     "romi_high": [3.0, None],
    ... })
    >>> [text.get_text() for text in roi_intervals(roi).texts]
    ['200%', '−50%']
    """
    require_columns(roi.columns, _RETURNS, table="campaign_roi")
    known = roi[roi["romi"].notna()]
    drawn = known.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.8 + 0.36 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No return to show."))
    ax.axvline(hurdle, color=style.INK, linewidth=1, linestyle=(0, (4, 3)), label=_("Hurdle"))
    for kind, color in _COLORS.items():
        part = drawn[drawn["revenue_is"] == kind]
        if part.empty:
            continue
        rows = np.flatnonzero((drawn["revenue_is"] == kind).to_numpy())
        low, high = (part[name].astype(float) for name in ("romi_low", "romi_high"))
        ax.hlines(rows, low, high, color=color, linewidth=1.8)
        ax.plot(part["romi"], rows, "o", color=color, markersize=5.5, label=_names_of(kind))
    name_rows(ax, [style.short_label(each, 26) for each in drawn["campaign_name"]], fewest=3)
    ends = drawn[["romi", "romi_high"]].astype(float).max(axis=1)
    write_beyond(ax, ends, [formats.percent(each, 0) for each in drawn["romi"]], gap=7)
    for text in ax.texts:  # the line of the hurdle does not run through them
        text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.5})
    style.percent_ticks(ax.xaxis, 1.0)
    left, right = ax.get_xlim()
    ax.set_xlim(left, right + 0.2 * (right - left))
    n_without = len(roi) - len(known)
    style.titled(ax, _returns_title(len(drawn), len(known), n_without), x=_("Return on cost"))
    style.legend_below(ax, gap=0.5, ncols=3)
    return ax


def cost_intervals(
    costs: pd.DataFrame,
    *,
    result: str = "response",
    currency: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Plot what one result costs in each campaign or group, with its interval.

    Parameters
    ----------
    costs : DataFrame
        From `custintel.campaigns.cost_per_result`. Of more than thirty rows with a cost the
        first thirty are drawn, and the title says so. An interval without an upper end is
        drawn up to the edge.
    result : str, default="response"
        ``"response"``, ``"1000_responses"``, ``"information_request"``, ``"lead"``,
        ``"sale"`` or ``"address"``.
    currency : str, optional
        Currency of the costs.
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
    ValueError
        If `result` is not one.

    Examples
    --------
    >>> costs = pd.DataFrame(
    ...     {"cost_per_lead": [5.0], "cost_per_lead_low": [4.0], "cost_per_lead_high": [7.0]},
    ...     index=["spring"],
    ... )
    >>> [text.get_text() for text in cost_intervals(costs, result="lead", currency="EUR").texts]
    ['€5.00']
    """
    require_choice(result, tuple(_RESULTS), name="result")
    name = f"cost_per_{result}"
    names = [name, f"{name}_low", f"{name}_high"]
    require_columns(costs.columns, names, table="cost_per_result")
    known = costs[costs[name].notna()]
    drawn = known.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.4 + 0.36 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No such result to show the cost of."))
    cost, low, high = (drawn[each].to_numpy(float) for each in names)
    edge = 1.2 * float(np.where(np.isfinite(high), high, cost).max()) or 1.0
    rows = np.arange(len(drawn))
    ax.hlines(rows, low, np.minimum(high, edge), color=style.BLUE, linewidth=1.8)
    ax.plot(cost, rows, "o", color=style.BLUE, markersize=5.5)
    name_rows(ax, [style.short_label(_(str(each)), 26) for each in drawn.index], fewest=3)
    ends = np.minimum(np.maximum(high, cost), edge)
    digits = money_digits(float(cost.max()))
    texts = [formats.money(each, currency, digits).replace("$", r"\$") for each in cost]
    write_beyond(ax, ends, texts, gap=7)
    style.number_ticks(
        ax.xaxis,
        lambda value: formats.money(value, currency, digits).replace("$", r"\$"),
        most=4,
    )
    ax.set_xlim(0, 1.25 * edge)
    style.titled(ax, _costs_title(len(drawn), len(known)), x=_(_RESULTS[result]))
    return ax


def break_even_line(
    plan: MailPlan, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot the profit of a mailing by its response rate, and where it breaks even.

    Parameters
    ----------
    plan : DirectMailPlan
        From `custintel.campaigns.direct_mail_plan`, with a margin per response.
    currency : str, optional
        Currency of the profit.
    ax : matplotlib Axes, optional
        Drawn on if given; otherwise a new figure is made.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.

    Examples
    --------
    >>> from custintel.campaigns import direct_mail_plan
    >>> plan = direct_mail_plan(
    ...     1000, costs={"postage": 500}, response_rate=0.1, margin_per_response=10.0
    ... )
    >>> break_even_line(plan).get_title(loc="left")
    'Profit of the mailing: breaks even at 5.00% of responses'
    """
    ax = style.prepared(ax)
    margin, rate = plan.margin_per_response, plan.break_even_response_rate
    if margin is None or rate is None:
        return style.say(ax, _("No margin per response, no break-even."))
    most = min(max(2 * plan.response_rate, 1.5 * min(rate, 1.0), 0.01), 1.0)
    rates = np.linspace(0, most, _POINTS)
    profit = rates * plan.n_pieces * margin - plan.cost
    unit, unit_name = amount_unit(float(np.abs(profit).max()), currency)
    ax.axhline(0, color=style.INK, linewidth=0.8)
    ax.plot(rates, profit / unit, color=style.BLUE, linewidth=2, label=_("Profit"))
    expected = plan.response_rate * plan.n_pieces * margin - plan.cost
    ax.plot([plan.response_rate], [expected / unit], "o", color=style.ORANGE, label=_("As planned"))
    if rate <= most:
        ax.plot([rate], [0], "D", color=style.GREEN, label=_("Break-even"))
    style.percent_ticks(ax.xaxis, most)
    style.amount_ticks(ax.yaxis)
    style.titled(ax, _break_even_title(rate), x=_("Response rate"), y=unit_name)
    style.legend_below(ax, gap=0.5, ncols=3)
    return ax


def _break_even_title(rate: float) -> str:
    if rate > 1:
        return _("Profit of the mailing: never breaks even")
    return _(
        "Profit of the mailing: breaks even at {rate} of responses",
        rate=formats.percent(rate, 2 if rate < 0.1 else 1),
    )


def _names_of(kind: str) -> str:
    texts = {"incremental": N_("Incremental"), "attributed": N_("Attributed, an upper estimate")}
    return _(texts[kind])


def _returns_title(n_drawn: int, n_known: int, n_without: int) -> str:
    if n_drawn < n_known:
        return _("Return on campaigns, first {n} of {n_items}", n=n_drawn, n_items=n_known)
    if n_without:
        return _("Return on campaigns ({n} without one left out)", n=n_without)
    return _("Return on campaigns")


def _costs_title(n_drawn: int, n_known: int) -> str:
    if n_drawn < n_known:
        return _("What a result costs, first {n} of {n_items}", n=n_drawn, n_items=n_known)
    return _("What a result costs")
