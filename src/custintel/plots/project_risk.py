"""Plots of how sure the outcome of a project is, and of what moves it."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._amount_unit import money_digits
from custintel.plots._swing_bars import MOST_BARS, axes_for, draw_swings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FIGURES = ["mean", "outcome_low", "outcome_high", "loss_probability"]


def sensitivity_bars(
    table: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot how far each assumption moves the outcome of a project, widest swing on top.

    At the ends of the bars stand the values of the assumption. A dashed line marks an outcome
    of zero where a bar reaches it.

    Parameters
    ----------
    table : DataFrame
        From `custintel.projects.sensitivity_table`. Of more than twelve drivers the first
        twelve are drawn, and the title says so.
    currency : str, optional
        Currency of the outcome.
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
    >>> table = pd.DataFrame({"low": [0.3], "high": [0.6], "outcome_low": [-40.0],
    ...     "outcome_base": [50.0], "outcome_high": [110.0]}, index=["success_rate"])
    >>> [label.get_text() for label in sensitivity_bars(table).get_yticklabels()]
    ['success_rate']
    """
    ends = ["outcome_low", "outcome_base", "outcome_high"]
    require_columns(table.columns, ["low", "high", *ends], table="sensitivity_table")
    drawn = table.iloc[:MOST_BARS]
    ax = axes_for(ax, len(drawn))
    if drawn.empty:
        return style.say(ax, _("No assumption to show."))
    names = [style.label(name) for name in drawn.index]
    draw_swings(ax, drawn, names, outcome="outcome", currency=currency)
    if drawn[ends].to_numpy().min() < 0 < drawn[ends].to_numpy().max():
        ax.axvline(0, color=style.VERMILLION, linewidth=1, linestyle=(0, (4, 3)))
    base = formats.money(float(drawn["outcome_base"].iloc[0]), currency)
    title = _("Outcome when one assumption changes")
    if len(drawn) < len(table):
        title = _("Outcome by assumption, the first {drawn} of {n}", drawn=len(drawn), n=len(table))
    style.titled(ax, title, x=_("Outcome (line: {base})", base=base).replace("$", r"\$"))
    return ax


def outcome_histogram(
    histogram: pd.DataFrame,
    figures: pd.DataFrame,
    *,
    currency: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Plot the simulated outcomes of a project, losses apart, with mean and interval.

    Parameters
    ----------
    histogram : DataFrame
        From `custintel.projects.SimulatedReturns.histogram`.
    figures : DataFrame
        The ``figures`` of the same `custintel.projects.SimulatedReturns`.
    currency : str, optional
        Currency of the outcome.
    ax : matplotlib Axes, optional
        Drawn on if given; otherwise a new figure is made.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.

    Raises
    ------
    SchemaError
        If a column or a figure is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> histogram = pd.DataFrame({"low": [-10.0, 0.0], "high": [0.0, 10.0],
    ...     "draw_share": [0.25, 0.75], "is_loss": [True, False]})
    >>> figures = pd.DataFrame({"value": [4.0, -8.0, 9.0, 0.25]},
    ...     index=["mean", "outcome_low", "outcome_high", "loss_probability"])
    >>> outcome_histogram(histogram, figures).get_title(loc="left")
    'Simulated outcomes, a loss in 25.0% of them'
    """
    needed = ["low", "high", "draw_share", "is_loss"]
    require_columns(histogram.columns, needed, table="histogram")
    require_columns(figures.index, _FIGURES, table="figures")
    ax = style.prepared(ax, height=3.4)
    if histogram.empty:
        return style.say(ax, _("No outcome to show."))
    kinds = ((True, style.VERMILLION, _("Loss")), (False, style.SKY, _("No loss")))
    for is_loss, color, name in kinds:
        part = histogram[histogram["is_loss"] == is_loss]
        if len(part):
            width = part["high"] - part["low"]
            bars = ax.bar(part["low"], part["draw_share"], width, align="edge", label=name)
            for bar in bars:
                bar.set(facecolor=color, edgecolor="white", linewidth=0.3)
    mean, low, high, loss = figures["value"].loc[_FIGURES].astype(float)
    ax.axvline(mean, color=style.INK, linewidth=1.2, label=_("Mean"))
    for bound, name in ((low, _("Interval")), (high, "")):
        line = ax.axvline(bound, color=style.INK, linewidth=0.9, label=name or None)
        line.set_linestyle((0, (4, 3)))
    shown = ", ".join(formats.money(value, currency) for value in (low, mean, high))
    digits = money_digits(float(np.ptp(ax.get_xlim())))
    style.number_ticks(ax.xaxis, lambda value: formats.money(value, currency, digits), most=4)
    style.percent_ticks(ax.yaxis, float(histogram["draw_share"].max()))
    style.legend_below(ax, gap=0.5, ncols=4)
    style.titled(
        ax,
        _("Simulated outcomes, a loss in {share} of them", share=formats.percent(loss)),
        x=_("Outcome (lines: {values})", values=shown).replace("$", r"\$"),
        y=_("Share of draws"),
    )
    return ax


def driver_bars(drivers: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how strongly each unsure assumption goes with the simulated outcome.

    Parameters
    ----------
    drivers : DataFrame
        The ``drivers`` of a `custintel.projects.SimulatedReturns`. Of more than twelve the
        first twelve are drawn, and the title says so.
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
    >>> drivers = pd.DataFrame({"rank_correlation": [0.9], "rank_correlation_low": [0.88],
    ...     "rank_correlation_high": [0.92]}, index=["success_rate"])
    >>> driver_bars(drivers).get_xlabel()
    'Rank correlation with the outcome'
    """
    ends = ["rank_correlation_low", "rank_correlation_high"]
    require_columns(drivers.columns, ["rank_correlation", *ends], table="drivers")
    drawn = drivers.iloc[:MOST_BARS]
    ax = axes_for(ax, len(drawn))
    if drawn.empty:
        return style.say(ax, _("No assumption to show."))
    positions = np.arange(len(drawn))
    strength = drawn["rank_correlation"]
    colors = np.where(strength < 0, style.ORANGE, style.BLUE)
    ax.barh(positions, strength, height=0.62, color=colors)
    ax.hlines(positions, drawn[ends[0]], drawn[ends[1]], color=style.INK, linewidth=1.2)
    ax.axvline(0, color=style.INK, linewidth=0.8)
    ax.set_yticks(positions, [style.label(name) for name in drawn.index])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_ylim(max(len(drawn), 2) - 0.4, -0.6)
    ax.set_xlim(-1.05, 1.05)
    style.number_ticks(ax.xaxis, lambda value: formats.number(value, 1))
    title = _("What goes with the outcome")
    if len(drawn) < len(drivers):
        title = _(
            "What goes with the outcome, {n} first of {n_items}", n=len(drawn), n_items=len(drivers)
        )
    style.titled(ax, title, x=_("Rank correlation with the outcome"))
    return ax
