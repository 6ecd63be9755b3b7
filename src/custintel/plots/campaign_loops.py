"""Plots of a campaign's closed loop, and of budgets."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import quoted, require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._amount_unit import amount_unit
from custintel.plots._named_rows import name_rows, write_beyond

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ticker import Locator

_MOST_ROWS = 20
_STEPS = {
    "n_sent": (N_("Sent"), None),
    "n_delivered": (N_("Delivered"), None),
    "n_responses": (N_("Responses"), "response_rate"),
    "n_leads": (N_("Leads"), "lead_rate"),
    "n_buyers": (N_("Buyers"), "buyer_rate"),
    "n_called": (N_("Buyers called"), "call_rate"),
    "n_surveyed": (N_("Buyers with a score"), "survey_rate"),
}
_OF = {
    "response_rate": N_("{rate} of delivered"),
    "lead_rate": N_("{rate} of responses"),
    "buyer_rate": N_("{rate} of leads"),
    "call_rate": N_("{rate} of buyers"),
    "survey_rate": N_("{rate} of buyers"),
}


def loop_funnel(table: pd.DataFrame, campaign_id: object, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how many customers of a campaign reach each step, from the sending to the score.

    Points on a logarithmic axis, because each step is often a small part of the one before.

    Parameters
    ----------
    table : DataFrame
        The ``table`` of `custintel.campaigns.closed_loop`.
    campaign_id : str
        Which campaign.
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
        If there is no such campaign.

    Examples
    --------
    >>> steps = ["n_sent", "n_delivered", "n_responses", "n_leads", "n_buyers"]
    >>> steps += ["n_called", "n_surveyed", "response_rate", "lead_rate", "buyer_rate"]
    >>> steps += ["call_rate", "survey_rate", "romi"]
    >>> table = pd.DataFrame([[9, 9, 3, 1, 1, None, None, 3 / 9, 1 / 3, 1, None, None, 0.5]],
    ...     columns=steps, index=["spring"], dtype=float).assign(campaign_name="Spring")
    >>> [text.get_text() for text in loop_funnel(table, "spring").texts]
    ['9', '9', '3, 33.3% of delivered', '1, 33.3% of responses', '1, 100.0% of leads']
    """
    needed = [*_STEPS, *_OF, "campaign_name", "romi"]
    require_columns(table.columns, needed, table="closed_loop")
    if campaign_id not in table.index:
        raise ValueError(
            _(
                "There is no campaign {name!r}; there are {names}.",
                name=campaign_id,
                names=quoted(table.index, most=6),
            )
        )
    row = table.iloc[list(table.index).index(campaign_id)]
    known = [name for name in _STEPS if pd.notna(row[name])]
    # An advertisement writes to nobody: its funnel begins with the responses.
    steps = known[next((i for i, name in enumerate(known) if row[name] > 0), 0) :]
    ax = style.prepared(ax, height=1.5 + 0.36 * max(len(steps), 2))
    counts = np.array([float(row[name]) for name in steps])
    if not counts.any():
        return style.say(ax, _("Nobody was reached."))
    # Points, not bars: a logarithmic axis has no zero from which a length could be read.
    shown = np.maximum(counts, 0.6)
    ax.plot(shown, np.arange(len(steps)), color=style.BLUE, marker="o", markersize=5, linewidth=1)
    ax.set_xscale("log")
    ax.set_xlim(0.5, 0.5 * (2 * float(counts.max())) ** 1.75 + 40)
    name_rows(ax, [_(_STEPS[name][0]) for name in steps])
    write_beyond(ax, 1.3 * shown, [_written(row, name) for name in steps])
    _count_ticks(ax, float(counts.max()))
    title = _("From sending to score: {name}", name=style.short_label(row["campaign_name"], 24))
    x = _("Customers, logarithmic scale")
    if pd.notna(row["romi"]):
        x = _("{axis}; return {romi}", axis=x, romi=formats.percent(float(row["romi"]), 0))
    style.titled(ax, title, x=x)
    return ax


def campaign_budget_bars(
    budgets: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot the cost of each campaign beside its budget, and its share of the year's.

    Parameters
    ----------
    budgets : DataFrame
        From `custintel.campaigns.budget_table`. Of more than twenty campaigns the first twenty
        are drawn, and the title says so.
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
    >>> budgets = pd.DataFrame({"campaign_name": ["Spring"], "budget": [30.0], "cost": [33.0],
    ...     "committed": [33.0], "annual_share": [0.33]})
    >>> [text.get_text() for text in campaign_budget_bars(budgets).texts]
    ['33.0% of the year']
    """
    needed = ["campaign_name", "budget", "cost", "committed", "annual_share"]
    require_columns(budgets.columns, needed, table="budget_table")
    drawn = budgets.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.7 + 0.42 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No campaign to show."))
    amounts = drawn[["budget", "cost"]].astype(float).fillna(0.0)
    unit, unit_name = amount_unit(float(amounts.to_numpy().max()), currency)
    rows = np.arange(len(drawn))
    ax.barh(rows, amounts["budget"] / unit, height=0.72, color=style.FAINT, label=_("Budget"))
    ax.barh(rows, amounts["cost"] / unit, height=0.4, color=style.BLUE, label=_("Cost"))
    name_rows(ax, [style.short_label(each, 26) for each in drawn["campaign_name"]], fewest=3)
    ends = amounts.max(axis=1) / unit
    texts = [_("{share} of the year", share=formats.percent(s)) for s in drawn["annual_share"]]
    write_beyond(ax, ends, texts)
    style.amount_ticks(ax.xaxis)
    ax.set_xlim(0, 1.45 * float(ends.max()) or 1.0)
    title = _("Cost and budget of campaigns")
    if len(drawn) < len(budgets):
        title = _(
            "Cost and budget, first {n} of {n_items} campaigns", n=len(drawn), n_items=len(budgets)
        )
    style.titled(ax, title, x=unit_name)
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def _written(row: "pd.Series[float]", name: str) -> str:
    rate = _STEPS[name][1]
    count = formats.number(float(row[name]))
    if rate is None or pd.isna(row[rate]):
        return count
    share = _(_OF[rate], rate=formats.percent(float(row[rate])))
    return _("{n}, {share}", n=count, share=share)


def _count_ticks(ax: "Axes", largest: float) -> None:
    most = int(np.floor(np.log10(max(largest, 1.0))))
    powers = 10.0 ** np.arange(0, most + 1, 1 if most < 4 else 2)
    ax.xaxis.set_minor_locator(_no_ticks())
    ax.set_xticks(powers, [formats.number(each) for each in powers])


def _no_ticks() -> "Locator":
    from matplotlib.ticker import NullLocator

    return NullLocator()
