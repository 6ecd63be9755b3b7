"""Plots of the seasons of sales, and of sales to come."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._revenue_unit import revenue_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_LINES = len(style.PALETTE)
_MOST_PERIODS = 60
_MONTHS = [
    *(N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun")),
    *(N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")),
]
_QUARTERS = [N_("Q1"), N_("Q2"), N_("Q3"), N_("Q4")]
_WEEKDAYS = [N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun")]
_SEASONS = {"month": _MONTHS, "quarter": _QUARTERS, "weekday": _WEEKDAYS}
_TITLES = {
    "month": N_("Revenue by month of the year"),
    "quarter": N_("Revenue by quarter"),
    "weekday": N_("Revenue by day of the week"),
}


def seasonal_profile(seasons: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how far each season lies above or below an average one.

    Parameters
    ----------
    seasons : DataFrame
        From `custintel.revenue.seasonality_table` or `weekday_table`: index of items and
        ``month``, ``quarter`` or ``weekday``; ``seasonal_index``, ``low``, ``high``. One item
        is drawn with its intervals, several as lines without. Of more than seven items the
        first seven are drawn, and the title says so.
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
    >>> index = pd.MultiIndex.from_product([["total"], [1, 2, 3, 4]], names=["item", "quarter"])
    >>> seasons = pd.DataFrame(
    ...     {"seasonal_index": [0.8, 1.0, 0.9, 1.3], "low": 0.7, "high": 1.4}, index=index
    ... )
    >>> [text.get_text() for text in seasonal_profile(seasons).get_xticklabels()]
    ['Q1', 'Q2', 'Q3', 'Q4']
    """
    needed = ["seasonal_index", "low", "high"]
    require_columns(seasons.columns, needed, table="seasonality_table")
    season = str(seasons.index.names[-1])
    items = seasons.index.unique(level=0)
    shown = items[:_MOST_LINES]
    legend_height = 0.15 * len(shown) if len(shown) > 1 else 0.0
    ax = style.prepared(ax, height=3.0 + legend_height)
    if not seasons["seasonal_index"].notna().any():
        return style.say(ax, _("No season can be measured yet."))
    drawn = [seasons[seasons.index.get_level_values(0) == item] for item in shown]
    if len(drawn) == 1:
        _draw_points(ax, drawn[0])
    else:
        _draw_profiles(ax, drawn, [style.label(item, 28) for item in shown])
    ax.axhline(1, color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)))
    names = _SEASONS[season]
    ax.set_xticks(np.arange(len(names)), [_(name) for name in names])
    ax.set_ylim(bottom=0)
    style.number_ticks(ax.yaxis, lambda value: formats.number(value, 1))
    ax.grid(visible=False, axis="x")
    title = _(_TITLES[season])
    if len(shown) < len(items):
        title = _("{title}, {n} first of {n_items}", title=title, n=len(shown), n_items=len(items))
    style.titled(ax, title, y=_("Index (1: an average one)"))
    return ax


def forecast_fan(
    forecast: pd.DataFrame,
    history: "pd.Series[float]",
    *,
    level: float = 0.95,
    model: str | None = None,
    currency: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Plot sales past and to come, with the bounds between which they will fall.

    Parameters
    ----------
    forecast : DataFrame
        The ``table`` of a `custintel.revenue.SalesForecast`: index ``period``; ``forecast``,
        ``low``, ``high``.
    history : Series
        Its ``history``: sales by period. Of more than sixty periods the last sixty are drawn,
        and the title says so.
    level : float, default=0.95
        Probability that the bounds aim to hold, for the legend.
    model : str, optional
        What made the forecast, for the legend.
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
    >>> years = pd.period_range("2020", periods=6, freq="Y")
    >>> history = pd.Series([8.0, 9, 10, 11], index=years[:4])
    >>> coming = pd.DataFrame({"forecast": [12.0, 13], "low": 10.0, "high": 15.0}, index=years[4:])
    >>> ax = forecast_fan(coming, history, model="ETS(A,A,N)")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['Observed', 'Forecast: ETS(A,A,N)', '95% bounds']
    """
    require_columns(forecast.columns, ["forecast", "low", "high"], table="forecast")
    ax = style.prepared(ax, height=3.5)
    if forecast.empty:
        return style.say(ax, _("No forecast to show."))
    past = history.iloc[-_MOST_PERIODS:]
    largest = max(float(past.abs().max()), float(forecast.abs().to_numpy().max()))
    unit, unit_name = revenue_unit(largest, currency)
    ahead = len(past) + np.arange(len(forecast))
    ax.plot(np.arange(len(past)), past / unit, color=style.INK, label=_("Observed"))
    # The line sets out from the last sale observed, which has no bounds.
    joined = np.append(past.iloc[-1:], forecast["forecast"]) / unit
    begin = ahead[0] - (len(joined) - len(ahead))
    label = _("Forecast") if model is None else _("Forecast: {model}", model=_(model))
    ax.plot(np.arange(begin, ahead[-1] + 1), joined, color=style.BLUE, label=label)
    bounds = _("{level} bounds", level=formats.percent(level, 0))
    _draw_bounds(ax, ahead, forecast / unit, bounds)
    style.period_ticks(ax.xaxis, [*past.index, *forecast.index])
    if min(float(past.min()), float(forecast["low"].min())) >= 0:
        ax.set_ylim(bottom=0)
    style.amount_ticks(ax.yaxis)
    style.legend_below(ax, gap=0.3, ncols=2)
    title = _("Sales to come")
    if len(past) < len(history):
        title = _(
            "Sales to come, after the last {n} periods of {all}", n=len(past), all=len(history)
        )
    style.titled(ax, title, y=unit_name)
    return ax


def _draw_bounds(ax: "Axes", ahead: np.ndarray, forecast: pd.DataFrame, name: str) -> None:
    if len(forecast) == 1:
        ax.vlines(
            ahead,
            forecast["low"],
            forecast["high"],
            color=style.BLUE,
            alpha=0.4,
            linewidth=6,
            label=name,
        )
        return
    ax.fill_between(
        ahead,
        forecast["low"],
        forecast["high"],
        color=style.BLUE,
        alpha=0.2,
        linewidth=0,
        label=name,
    )


def _draw_points(ax: "Axes", seasons: pd.DataFrame) -> None:
    index = seasons["seasonal_index"].to_numpy(float)
    positions = np.arange(len(seasons))
    ax.bar(positions, index, color=style.SKY, width=0.7)
    low, high = seasons["low"].to_numpy(float), seasons["high"].to_numpy(float)
    ax.vlines(positions, low, high, color=style.INK, linewidth=1.2)


def _draw_profiles(ax: "Axes", drawn: list[pd.DataFrame], names: list[str]) -> None:
    for color, each, name in zip(style.PALETTE, drawn, names, strict=False):
        index = each["seasonal_index"].to_numpy(float)
        ax.plot(np.arange(len(each)), index, color=color, marker="o", markersize=3.5, label=name)
    style.legend_below(ax, gap=0.3, ncols=2)
