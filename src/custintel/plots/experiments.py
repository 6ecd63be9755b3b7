"""Plots of experiments: lifts with their intervals, power, and lifts look by look."""

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

_MOST_ROWS = 30
_MOST_LINES = 6
_LIFTS = [
    *("is_control", "is_rate", "n", "lift", "lift_low", "lift_high", "relative_lift"),
    "is_different",
]
_LOOKS = ["look", "arm", "is_rate", "lift", "lift_low", "lift_high", "is_different"]
_POWERS = ["effect", "n_treated", "power", "is_rate"]


def lift_intervals(
    table: pd.DataFrame,
    *,
    outcome: str | None = None,
    currency: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Plot the lift of each arm over the control, with its interval.

    Beside each interval stands the lift as a part of the control's value. Arms that differ from
    the control are filled, blue above it and red below.

    Parameters
    ----------
    table : DataFrame
        The ``table`` of `custintel.experiments.compare_arms`. Of more than thirty treated arms
        the first thirty are drawn, and the title says so.
    outcome : str, optional
        What is compared, for the axis.
    currency : str, optional
        Currency of the lifts, unless they are of a rate.
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
    >>> from custintel.experiments import compare_arms
    >>> results = pd.DataFrame({
    ...     "arm": ["mail"] * 500 + ["none"] * 500,
    ...     "is_buyer": [1] * 100 + [0] * 400 + [1] * 60 + [0] * 440,
    ... })
    >>> found = compare_arms(results, outcome="is_buyer", control="none")
    >>> ax = lift_intervals(found.table, outcome="is_buyer")
    >>> [text.get_text() for text in ax.texts]
    ['+66.7%']
    """
    require_columns(table.columns, _LIFTS, table="arm_comparison")
    treated = table[~table["is_control"].astype(bool)]
    drawn = treated.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.7 + 0.36 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No arm to compare."))
    is_rate = bool(drawn["is_rate"].iloc[0])
    ax.axvline(0, color=style.INK, linewidth=0.8)
    _draw_lifts(ax, drawn)
    names = [
        _("{name} ({n})", name=style.short_label(arm, 24), n=formats.number(n))
        for arm, n in drawn["n"].items()
    ]
    name_rows(ax, names, fewest=3)
    ends = drawn[["lift_high", "lift"]].max(axis=1)
    write_beyond(ax, ends.fillna(0.0), [_relative(each) for each in drawn["relative_lift"]], gap=6)
    _lift_ticks(ax, is_rate=is_rate, currency=currency)
    left, right = ax.get_xlim()
    ax.set_xlim(left, right + 0.18 * (right - left))
    style.titled(ax, _lifts_title(table, len(treated)), x=_lift_axis(outcome, is_rate=is_rate))
    return ax


def power_lines(curve: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the probability to find each effect by the number of customers.

    The dashed line is at 80 %, as is common to ask for.

    Parameters
    ----------
    curve : DataFrame
        From `custintel.experiments.power_curve`. Of more than six effects the first six are
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
    >>> from custintel.experiments import power_curve
    >>> ax = power_lines(power_curve([0.01, 0.02], [1000, 4000], baseline=0.10))
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['+1.0 points', '+2.0 points']
    """
    require_columns(curve.columns, _POWERS, table="power_curve")
    ax = style.prepared(ax, height=3.4)
    if curve.empty:
        return style.say(ax, _("No effect to show."))
    effects = curve["effect"].drop_duplicates()
    for effect, color in zip(effects[:_MOST_LINES], style.PALETTE, strict=False):
        line = curve[curve["effect"] == effect].sort_values("n_treated")
        name = _lift_text(float(effect), is_rate=bool(curve["is_rate"].iloc[0]))
        ax.plot(line["n_treated"], line["power"], "o-", color=color, label=name, markersize=3)
    ax.axhline(0.8, color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)))
    ax.set_ylim(0, 1.02)
    style.percent_ticks(ax.yaxis, 1.0)
    style.number_ticks(ax.xaxis, formats.number)
    title = _("Power of the experiment")
    if len(effects) > _MOST_LINES:
        title = _("Power, first {n} of {n_items} effects", n=_MOST_LINES, n_items=len(effects))
    style.titled(ax, title, x=_("Customers in each treated arm"), y=_("Probability to find it"))
    style.legend_below(ax, gap=0.5, ncols=3)
    return ax


def look_lines(
    looks: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot the lift so far at each look, with the interval that allows for all looks.

    Looks at which the arm differs from the control have a filled dot.

    Parameters
    ----------
    looks : DataFrame
        From `custintel.experiments.lift_by_look`. Of more than six arms the first six are
        drawn, and the title says so.
    currency : str, optional
        Currency of the lifts, unless they are of a rate.
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
    >>> looks = pd.DataFrame({
    ...     "look": [1, 2],
    ...     "arm": "mail",
    ...     "is_rate": True,
    ...     "lift": [0.03, 0.02],
    ...     "lift_low": [-0.02, 0.005],
    ...     "lift_high": [0.08, 0.035],
    ...     "is_different": [False, True],
    ... })
    >>> look_lines(looks).get_xlabel()
    'Look'
    """
    require_columns(looks.columns, _LOOKS, table="lift_by_look")
    ax = style.prepared(ax, height=3.6)
    if looks.empty:
        return style.say(ax, _("No look to show."))
    arms = looks["arm"].drop_duplicates()
    ax.axhline(0, color=style.INK, linewidth=0.8)
    shown = arms[:_MOST_LINES]
    for place, (arm, color) in enumerate(zip(shown, style.PALETTE, strict=False)):
        aside = 0.12 * (place - (len(shown) - 1) / 2)
        _draw_looks(ax, looks[looks["arm"] == arm], aside, color)
    last = int(looks["look"].max())
    ax.set_xticks(np.unique(np.linspace(1, last, min(last, 10)).round()))
    ax.set_xlim(0.5, last + 0.5)
    is_rate = bool(looks["is_rate"].iloc[0])
    style.number_ticks(ax.yaxis, lambda lift: _tick(lift, currency, is_rate=is_rate))
    title = _("Lift over the control, so far")
    if len(arms) > _MOST_LINES:
        title = _("Lift so far, first {n} of {n_items} arms", n=_MOST_LINES, n_items=len(arms))
    style.titled(ax, title, x=_("Look"), y=_lift_axis(None, is_rate=is_rate))
    style.legend_below(ax, gap=0.5, ncols=2)
    return ax


def _draw_lifts(ax: "Axes", drawn: pd.DataFrame) -> None:
    rows = np.arange(len(drawn))
    is_told, is_above = drawn["is_different"].to_numpy(bool), (drawn["lift"] > 0).to_numpy()
    kinds = [
        (is_told & is_above, style.BLUE, style.BLUE),
        (is_told & ~is_above, style.VERMILLION, style.VERMILLION),
        (~is_told, style.INK, "white"),
    ]
    for chosen, color, face in kinds:
        at, part = rows[chosen], drawn[chosen]
        ax.hlines(at, part["lift_low"], part["lift_high"], color=color, linewidth=1.8)
        ax.plot(part["lift"], at, "o", color=color, markerfacecolor=face, markersize=6)


def _draw_looks(ax: "Axes", part: pd.DataFrame, aside: float, color: str) -> None:
    at = part["look"].to_numpy(float) + aside
    name = style.short_label(part["arm"].iloc[0], 24)
    ax.vlines(at, part["lift_low"], part["lift_high"], color=color, linewidth=1.6)
    ax.plot(at, part["lift"], "-", color=color, linewidth=1.0, label=name)
    is_told = part["is_different"].to_numpy(bool)
    for chosen, face in ((is_told, color), (~is_told, "white")):
        ax.plot(at[chosen], part["lift"][chosen], "o", color=color, markerfacecolor=face)


def _lift_ticks(ax: "Axes", *, is_rate: bool, currency: str | None) -> None:
    style.number_ticks(ax.xaxis, lambda lift: _tick(lift, currency, is_rate=is_rate))


def _tick(lift: float, currency: str | None, *, is_rate: bool) -> str:
    if is_rate:
        return formats.number(100 * lift, 1)
    return formats.money(lift, currency, 0 if float(lift).is_integer() else 2)


def _lift_text(lift: float, *, is_rate: bool) -> str:
    written = formats.number(100 * lift, 1) if is_rate else formats.number(lift, 2)
    signed = f"+{written}" if lift > 0 else written
    return _("{points} points", points=signed) if is_rate else signed


def _relative(part: float) -> str:
    return formats.signed_percent(part) if np.isfinite(part) else ""


def _lift_axis(outcome: str | None, *, is_rate: bool) -> str:
    if outcome is None:
        return _("Lift in points, and interval") if is_rate else _("Lift, and interval")
    name = style.short_label(outcome, 24)
    if is_rate:
        return _("Lift of {outcome} in points, and interval", outcome=name)
    return _("Lift of the mean {outcome}, and interval", outcome=name)


def _lifts_title(table: pd.DataFrame, n_treated: int) -> str:
    if n_treated > _MOST_ROWS:
        return _(
            "Lift over the control, first {n} of {n_items} arms", n=_MOST_ROWS, n_items=n_treated
        )
    control = table.index[table["is_control"].astype(bool)]
    if not len(control):
        return _("Lift over the control")
    return _("Lift over {control}", control=style.short_label(control[0], 30))
