"""Plots of campaigns: how far contacts come, the rates of e-mail, fatigue, pressure, the list."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_choice, require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.plots import _style as style
from custintel.plots._interval_rows import PER_ROW, draw_rows, share_axis
from custintel.plots._named_rows import name_rows, write_beyond

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 24
_STAGES = {
    "sent": N_("Sent"),
    "delivered": N_("Delivered"),
    "opened": N_("Opened"),
    "clicked": N_("Clicked"),
    "information_request": N_("Information request"),
    "lead": N_("Lead"),
    "sale": N_("Sale"),
}
_RATES = {
    "delivery_rate": N_("Delivery rate (share of those sent)"),
    "bounce_rate": N_("Bounce rate (share of those sent)"),
    "hard_bounce_rate": N_("Hard bounce rate (share of those sent)"),
    "soft_bounce_rate": N_("Soft bounce rate (share of those sent)"),
    "open_rate": N_("Open rate (per contact delivered)"),
    "ctr": N_("Click-through rate (share of those delivered)"),
    "ctor": N_("Click-to-open rate (share of those who opened)"),
    "unsubscribe_rate": N_("Unsubscribe rate"),
    "complaint_rate": N_("Complaint rate (share of those delivered)"),
    "conversion_rate": N_("Conversion rate"),
}
_CURVES = {
    "open_rate": (style.BLUE, N_("Open rate")),
    "ctr": (style.ORANGE, N_("Click-through rate")),
    "unsubscribe_rate": (style.VERMILLION, N_("Unsubscribe rate")),
}
_REMOVALS = {
    "n_unsubscribed": (style.ORANGE, N_("Unsubscribed")),
    "n_hard_bounced": (style.PURPLE, N_("Hard bounce")),
    "n_complained": (style.VERMILLION, N_("Complained")),
}


def funnel_bars(table: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how many contacts of one group came to each stage.

    Parameters
    ----------
    table : DataFrame
        The rows of one group from `custintel.campaigns.campaign_funnel`.
    ax : matplotlib Axes, optional
        Drawn on if given; otherwise a new figure is made.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.

    Raises
    ------
    SchemaError
        If a column is missing, or a stage stands in the table twice.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "stage": ["sent", "delivered", "opened"],
    ...     "n_contacts": [1000, 980, 245],
    ...     "share_of_delivered": [None, 1.0, 0.25],
    ... })
    >>> [text.get_text() for text in funnel_bars(table).texts]
    ['1,000', '980', '245, 25.0% of delivered']
    """
    require_columns(
        table.columns, ["stage", "n_contacts", "share_of_delivered"], table="campaign_funnel"
    )
    if table["stage"].duplicated().any():
        raise SchemaError(
            _("The funnel has several groups. Choose one: funnel[funnel['campaign_id'] == 'x'].")
        )
    ax = style.prepared(ax, height=1.3 + 0.33 * max(len(table), 2))
    if table.empty:
        return style.say(ax, _("No campaign to show."))
    n = table["n_contacts"].to_numpy(float)
    ax.barh(range(len(n)), n, color=style.SKY, height=0.66)
    write_beyond(ax, n, [_stage_text(*row) for row in _numbers(table)])
    name_rows(ax, [_(_STAGES.get(stage, stage)) for stage in table["stage"]])
    style.amount_ticks(ax.xaxis)
    ax.set_xlim(0, 1.85 * max(n.max(), 1.0))
    style.titled(ax, _title(table), x=_("Contacts, each once a campaign"))
    return ax


def _numbers(table: pd.DataFrame) -> list[tuple[float, float]]:
    # That all who were delivered were delivered need not be said.
    shares = table["share_of_delivered"].astype(float).where(table["stage"] != "delivered")
    return list(zip(table["n_contacts"].astype(float), shares, strict=True))


def _stage_text(n: float, share: float) -> str:
    if np.isnan(share):
        return formats.number(n)
    written = formats.percent(share, 1 if share >= 0.01 or share == 0 else 2)
    return _("{n}, {share} of delivered", n=formats.number(n), share=written)


def _title(table: pd.DataFrame) -> str:
    group = table.columns[0]
    if group == "stage" or table[group].iloc[0] == "total":
        return _("How far contacts came")
    return _("How far contacts came: {group}", group=style.short_label(table[group].iloc[0], 30))


def kpi_intervals(table: pd.DataFrame, *, rate: str = "ctr", ax: "Axes | None" = None) -> "Axes":
    """Plot one rate of each campaign, or other group, with its interval.

    Parameters
    ----------
    table : DataFrame
        From `custintel.campaigns.email_kpis`. Of more than 24 rows, those with the most
        deliveries are drawn, and the title says so.
    rate : str, default="ctr"
        Which of its rates.
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
        If `rate` is none of the rates.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"n_delivered": [500], "ctr": [0.05], "ctr_low": [0.034], "ctr_high": [0.073]},
    ...     index=["may"],
    ... )
    >>> [text.get_text() for text in kpi_intervals(table).texts]
    ['5.0%']
    """
    require_choice(rate, _RATES, name="rate")
    columns = [rate, f"{rate}_low", f"{rate}_high"]
    require_columns(table.columns, ["n_delivered", *columns], table="email_kpis")
    known = table[table[rate].notna()]
    kept = known["n_delivered"].rank(method="first", ascending=False) <= _MOST_ROWS
    drawn = known[kept.to_numpy()]
    ax = style.prepared(ax, height=1.3 + 0.25 * max(len(drawn), 3))
    if drawn.empty:
        return style.say(ax, _("No rate to show."))
    value, low, high = drawn[columns].to_numpy(float).T
    rows = np.arange(len(drawn))
    known_ends = ~np.isnan(low)
    ax.hlines(rows[known_ends], low[known_ends], high[known_ends], color=style.BLUE, linewidth=1.6)
    ax.plot(value, rows, "o", color=style.BLUE, markersize=5)
    digits = 1 if value.max() >= 0.01 else 2
    ends = np.where(known_ends, high, value)
    write_beyond(ax, ends, [formats.percent(each, digits) for each in value])
    name_rows(ax, [style.short_label(_(str(name)), 26) for name in drawn.index], fewest=3)
    most = float(ends.max()) or 0.01
    ax.set_xlim(0, 1.18 * most)
    style.percent_ticks(ax.xaxis, most)
    style.titled(ax, _kpi_title(rate, len(drawn), len(known)), x=_("Rate, and interval"))
    return ax


def _kpi_title(rate: str, n_drawn: int, n_all: int) -> str:
    name = _(_RATES[rate])
    if n_drawn == n_all:
        return name
    return _("{rate},\n{n} largest of {n_items}", rate=name, n=n_drawn, n_items=n_all)


def link_bars(table: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the click-through rate of the links of one campaign, with their intervals.

    Parameters
    ----------
    table : DataFrame
        The rows of one campaign from `custintel.campaigns.link_clicks`. Of more than 24, the
        first are drawn, and the title says so.
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
    >>> table = pd.DataFrame({
    ...     "link": ["shop"], "n_clicked": [25],
    ...     "ctr": [0.05], "ctr_low": [0.034], "ctr_high": [0.073],
    ... })
    >>> [text.get_text() for text in link_bars(table).texts]
    ['5.0% (25)']
    """
    columns = ["ctr", "ctr_low", "ctr_high"]
    require_columns(table.columns, ["link", "n_clicked", *columns], table="link_clicks")
    known = table[table["ctr"].notna()]
    drawn = known.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.3 + PER_ROW * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No link to show."))
    pairs = zip(drawn["ctr"], drawn["n_clicked"], strict=True)
    texts = [
        _("{rate} ({n})", rate=formats.percent(rate), n=formats.number(n)) for rate, n in pairs
    ]
    names = [style.label(_(str(link)), 24) for link in drawn["link"]]
    draw_rows(ax, drawn[columns], names, texts)
    share_axis(ax, float(drawn["ctr_high"].max()))
    title = _("Links clicked")
    if len(drawn) < len(known):
        title = _("Links clicked, first {n} of {n_items}", n=len(drawn), n_items=len(known))
    style.titled(ax, title, x=_("Share of those delivered, and contacts"))
    return ax


def fatigue_lines(table: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot opens, clicks and unsubscriptions by the number of sendings before.

    Parameters
    ----------
    table : DataFrame
        From `custintel.campaigns.fatigue_curve`.
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
    >>> rates = {name: [0.2, 0.1] for name in ("open_rate", "ctr", "unsubscribe_rate")}
    >>> ends = {f"{name}_{end}": value for name, value in rates.items() for end in ("low", "high")}
    >>> len(fatigue_lines(pd.DataFrame({**rates, **ends})).lines)
    3
    """
    ends = [f"{name}{end}" for name in _CURVES for end in ("", "_low", "_high")]
    require_columns(table.columns, ends, table="fatigue_curve")
    ax = style.prepared(ax)
    if table.empty:
        return style.say(ax, _("No sending to show."))
    at = table.index.to_numpy(float)
    for name, (color, label) in _CURVES.items():
        value, low, high = (table[f"{name}{end}"].to_numpy(float) for end in ("", "_low", "_high"))
        ax.fill_between(at, low, high, color=color, alpha=0.18, linewidth=0)
        ax.plot(at, value, "o-", color=color, markersize=3.5, linewidth=1.4, label=_(label))
    ax.set_ylim(bottom=0)
    style.percent_ticks(ax.yaxis, float(np.ptp(ax.get_ylim())))
    style.number_ticks(ax.xaxis, lambda x: formats.number(x) if float(x).is_integer() else "")
    style.titled(
        ax,
        _("Rates by sendings just before\n(no effect of them: who is chosen differs)"),
        x=_("Sendings to the contact in the days before"),
        y=_("Rate, and interval"),
    )
    style.legend_below(ax, gap=0.5, ncols=3)
    return ax


def pressure_bars(table: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how many contacts were written to how often.

    Parameters
    ----------
    table : DataFrame
        From `custintel.campaigns.pressure_distribution`.
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
    >>> table = pd.DataFrame({"n_contacts": [5, 9, 2], "is_above": [False, False, True]})
    >>> [int(bar.get_height()) for bar in pressure_bars(table).patches]
    [5, 9, 2]
    """
    require_columns(table.columns, ["n_contacts", "is_above"], table="pressure_distribution")
    ax = style.prepared(ax)
    if table.empty:
        return style.say(ax, _("No contact to show."))
    is_above = table["is_above"].to_numpy(bool)
    for part, color, label in (
        (~is_above, style.SKY, _("Up to the limit")),
        (is_above, style.VERMILLION, _("Above the limit")),
    ):
        if part.any():
            ax.bar(table.index[part], table["n_contacts"][part], 0.86, color=color, label=label)
    style.amount_ticks(ax.yaxis)
    style.number_ticks(ax.xaxis, lambda x: formats.number(x) if float(x).is_integer() else "")
    title = _("How often contacts were written to")
    style.titled(ax, title, x=_("Sendings in the window"), y=_("Contacts"))
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def list_growth_bars(table: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot who joined and who left a list in each period.

    Parameters
    ----------
    table : DataFrame
        From `custintel.campaigns.list_growth`.
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
    ...     {"n_new": [9], "n_unsubscribed": [2], "n_hard_bounced": [1], "n_complained": [0]},
    ...     index=pd.period_range("2024-01", periods=1, freq="M"),
    ... )
    >>> [int(bar.get_height()) for bar in list_growth_bars(table).patches]
    [9, -2, -1, 0]
    """
    require_columns(table.columns, ["n_new", *_REMOVALS], table="list_growth")
    ax = style.prepared(ax)
    if table.empty:
        return style.say(ax, _("No period to show."))
    at = np.arange(len(table))
    ax.bar(at, table["n_new"], 0.8, color=style.SKY, label=_("New"))
    bottom = np.zeros(len(table))
    for name, (color, label) in _REMOVALS.items():
        gone = table[name].to_numpy(float)
        ax.bar(at, -gone, 0.8, bottom=bottom, color=color, label=_(label))
        bottom -= gone
    ax.axhline(0, color=style.INK, linewidth=0.6)
    style.amount_ticks(ax.yaxis)
    style.period_ticks(ax.xaxis, list(table.index), most=5)
    style.titled(ax, _("Growth of the list"), y=_("Contacts who joined, or left"))
    style.legend_below(ax, gap=0.35, ncols=4)
    return ax
