"""Plots of what predictions rest on, and of how customers have moved since."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_BARS = 20
_MOST_FEATURES = 6
_MOST_LETTERS = 34
_DASHED = (0, (4, 3))


def prediction_driver_bars(drivers: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot what a model loses when a feature is shuffled, or the odds ratios of features.

    Parameters
    ----------
    drivers : DataFrame
        From `custintel.evaluation.permutation_drivers` (``log_loss_rise``, ``log_loss_rise_low``,
        ``log_loss_rise_high``) or `custintel.evaluation.logit_drivers` (``odds_ratio``,
        ``odds_ratio_low``, ``odds_ratio_high``); the first 20 rows are shown.
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
    >>> drivers = pd.DataFrame(
    ...     {"log_loss_rise": [0.05], "log_loss_rise_low": [0.03], "log_loss_rise_high": [0.07]},
    ...     index=pd.Index(["recency_days"], name="driver"),
    ... )
    >>> prediction_driver_bars(drivers).get_xlabel()
    'Rise of the log loss when shuffled'
    """
    is_odds = "odds_ratio" in drivers.columns
    name = "odds_ratio" if is_odds else "log_loss_rise"
    needed = [name, f"{name}_low", f"{name}_high"]
    require_columns(drivers.columns, needed, table="permutation_drivers")
    shown = drivers.head(_MOST_BARS)[::-1]
    ax = style.prepared(ax, height=1.2 + 0.26 * max(len(shown), 3))
    if shown.empty:
        return style.say(ax, _("No drivers to show."))
    value, low, high = (shown[each].to_numpy(float) for each in needed)
    places = np.arange(len(shown))
    if is_odds:
        ax.set_xscale("log")
        ax.plot(value, places, linestyle="none", marker="o", color=style.BLUE, markersize=5)
        ax.axvline(1, color=style.INK, linewidth=0.6)
        _odds_ticks(ax, low, high)
    else:
        ax.barh(places, value, color=style.SKY, height=0.65)
        ax.axvline(0, color=style.INK, linewidth=0.6)
        digits = int(np.clip(np.ceil(1 - np.log10(max(high.max() - low.min(), 1e-6))), 0, 6))
        style.number_ticks(ax.xaxis, lambda rise: formats.number(rise, digits))
    ax.hlines(places, low, high, color=style.INK, linewidth=1.2)
    ax.set_yticks(places, [_term_label(str(each)) for each in shown.index])
    style.titled(
        ax,
        _("Odds ratios") if is_odds else _("What the predictions rest on"),
        x=_("Odds ratio, of a number\nper standard deviation")
        if is_odds
        else _("Rise of the log loss when shuffled"),
    )
    return ax


def partial_dependence_lines(table: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how the mean prediction moves with one feature, and how much customers differ.

    Parameters
    ----------
    table : DataFrame
        From `custintel.evaluation.partial_dependence_table`: index ``feature`` and ``point``;
        ``value``, ``text``, ``probability``, ``tenth_percentile``, ``ninetieth_percentile``. Of
        several features, which have scales of their own, the first six are drawn against the
        order of their values. The categories of a single feature have a line each.
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
    ...     {"value": [1.0, 2.0], "text": ["1", "2"], "probability": [0.6, 0.3],
    ...      "tenth_percentile": [0.5, 0.2], "ninetieth_percentile": [0.7, 0.4]},
    ...     index=pd.MultiIndex.from_product([["orders"], [1, 2]], names=["feature", "point"]),
    ... )
    >>> partial_dependence_lines(table).get_xlabel()
    'orders'
    """
    needed = ["value", "text", "probability", "tenth_percentile", "ninetieth_percentile"]
    require_columns(table.columns, needed, table="partial_dependence_table")
    names = list(dict.fromkeys(table.index.get_level_values("feature")))
    if len(names) == 1 and table["value"].isna().any():
        return _categories(ax, table, str(names[0]))
    ax = style.prepared(ax, height=3.6)
    if table.empty:
        return style.say(ax, _("No feature to show."))
    if len(names) == 1:
        _one_dependence(ax, table)
    else:
        for color, name in zip(style.PALETTE, names[:_MOST_FEATURES], strict=False):
            of_one = table.xs(name, level="feature")["probability"].to_numpy(float)
            order = np.linspace(0, 1, len(of_one)) if len(of_one) > 1 else np.array([0.5])
            text = style.short_label(name, 24)
            ax.plot(order, of_one, color=color, linewidth=1.8, marker="o", ms=3, label=text)
        ax.set_xticks([0, 1], [_("low"), _("high")])
    style.percent_ticks(ax.yaxis, float(np.ptp(table["probability"].to_numpy(float))) or 1.0)
    style.titled(
        ax,
        _("Prediction by value of a feature"),
        x=style.short_label(names[0], 50) if len(names) == 1 else _("Value of the feature"),
        y=_("Mean predicted probability"),
    )
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def drift_bars(drift: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the population stability index of the columns that moved most.

    Parameters
    ----------
    drift : DataFrame
        From `custintel.evaluation.drift_table`: index ``feature``; ``psi``, ``expected_psi``,
        ``q``. The 20 largest are shown; dashed lines stand where the rule of thumb speaks of
        some and of much drift.
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
    >>> drift = pd.DataFrame(
    ...     {"psi": [0.3, 0.01], "expected_psi": [0.02, 0.02], "q": [0.0, 0.8]},
    ...     index=pd.Index(["recency_days", "revenue_12m"], name="feature"),
    ... )
    >>> drift_bars(drift).get_xlabel()
    'Population stability index'
    """
    require_columns(drift.columns, ["psi", "expected_psi", "q"], table="drift_table")
    shown = drift.sort_values("psi", ascending=False, kind="stable").head(_MOST_BARS)[::-1]
    ax = style.prepared(ax, height=1.7 + 0.26 * max(len(shown), 3))
    if shown.empty:
        return style.say(ax, _("No columns to show."))
    psi, expected, q = (shown[name].to_numpy(float) for name in ("psi", "expected_psi", "q"))
    places = np.arange(len(shown))
    is_clear = q < 0.05
    for chosen, color, text in (
        (is_clear, style.VERMILLION, _("Beyond chance (q < 0.05)")),
        (~is_clear, style.SKY, _("May be chance")),
    ):
        if chosen.any():
            ax.barh(places[chosen], psi[chosen], color=color, height=0.65, label=text)
    ax.plot(
        expected,
        places,
        linestyle="none",
        marker="|",
        markersize=11,
        markeredgewidth=2,
        color=style.INK,
        label=_("Expected without drift"),
    )
    for limit, text in ((0.1, _("Some, much drift (rule of thumb)")), (0.25, "_")):
        if limit < 1.3 * psi.max():
            ax.axvline(limit, color=style.INK, linewidth=0.8, linestyle=_DASHED, label=text)
    ax.set_yticks(places, [style.short_label(each, _MOST_LETTERS) for each in shown.index])
    ax.set_xlim(left=0)
    style.number_ticks(ax.xaxis, lambda index: formats.number(index, 2))
    style.titled(ax, _("Drift since the training"), x=_("Population stability index"))
    style.legend_below(ax, gap=0.5, ncols=1)
    return ax


def _one_dependence(ax: "Axes", table: pd.DataFrame) -> None:
    value = table["value"].to_numpy(float)
    mean, low, high = (
        table[each].to_numpy(float)
        for each in ("probability", "tenth_percentile", "ninetieth_percentile")
    )
    ax.fill_between(
        value, low, high, color=style.SKY, alpha=0.35, linewidth=0, label=_("80% of customers")
    )
    ax.plot(value, mean, color=style.BLUE, linewidth=2, marker="o", markersize=3.5, label=_("Mean"))
    style.amount_ticks(ax.xaxis)


def _categories(ax: "Axes | None", table: pd.DataFrame, name: str) -> "Axes":
    # One below the other, where there is room for twenty of them and their names.
    shown = table[::-1]
    ax = style.prepared(ax, height=1.6 + 0.26 * max(len(shown), 3))
    places = np.arange(len(shown))
    low, high = (shown[f"{each}_percentile"].to_numpy(float) for each in ("tenth", "ninetieth"))
    mean = shown["probability"].to_numpy(float)
    ax.hlines(places, low, high, color=style.SKY, linewidth=5, label=_("80% of customers"))
    ax.plot(mean, places, linestyle="none", marker="o", color=style.BLUE, label=_("Mean"))
    ax.set_yticks(places, [style.short_label(text, _MOST_LETTERS) for text in shown["text"]])
    ax.set_ylim(-0.6, len(shown) - 0.4)
    style.percent_ticks(ax.xaxis, float(high.max() - low.min()) or 1.0)
    title = _("Prediction by {feature}", feature=style.short_label(name, 40))
    style.titled(ax, title, x=_("Mean predicted probability"))
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def _term_label(term: str) -> str:
    # Of a long "feature = category" both parts are shortened, so that categories differ.
    feature, _equals, category = term.partition(" = ")
    if len(term) <= _MOST_LETTERS or not category:
        return style.short_label(term, _MOST_LETTERS)
    return f"{style.short_label(feature, 12)} = {style.short_label(category, 20)}"


def _odds_ticks(ax: "Axes", low: "np.ndarray", high: "np.ndarray") -> None:
    from matplotlib.ticker import NullFormatter, NullLocator

    steps = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100])
    first, last = min(float(low.min()), 0.8), max(float(high.max()), 1.25)
    inside = steps[(steps >= first / 1.5) & (steps <= last * 1.5)]
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xticks(
        inside,
        [formats.number(each, 0 if each >= 1 else 1 if each >= 0.1 else 2) for each in inside],
    )
    ax.set_xlim(first / 1.15, last * 1.15)
    ax.grid(visible=True, axis="x", color=style.FAINT, linewidth=0.5)
