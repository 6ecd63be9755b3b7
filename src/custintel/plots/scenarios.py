"""Plots of scenarios: what an assumption moves."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_BARS = 12
_NAMES = {
    "n_customers": N_("Customers"),
    "margin": N_("Margin per customer"),
    "retention_rate": N_("Retention rate"),
    "discount_rate": N_("Discount rate"),
    "new_customers": N_("New customers"),
    "acquisition_cost": N_("Acquisition cost"),
    "growth_rate": N_("Growth of the margin"),
}


def tornado(
    scenarios: pd.DataFrame, *, currency: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Plot how far each assumption moves customer equity, widest swing on top.

    Parameters
    ----------
    scenarios : DataFrame
        From `custintel.value.equity_scenarios`: index of drivers; ``low``, ``high``,
        ``equity_low``, ``equity_base``, ``equity_high``. Of more than twelve drivers the
        first twelve are drawn, and the title says so.
    currency : str, optional
        Currency of the equity.
    ax : matplotlib Axes, optional
        Drawn on if given; otherwise a new figure is made.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    SchemaError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> scenarios = pd.DataFrame(
    ...     {"low": [0.7], "high": [0.9], "equity_low": [175.0], "equity_base": [267.0],
    ...      "equity_high": [450.0]}, index=["retention_rate"],
    ... )
    >>> [label.get_text() for label in tornado(scenarios).get_yticklabels()]
    ['Retention rate']
    """
    needed = ["low", "high", "equity_low", "equity_base", "equity_high"]
    require_columns(scenarios.columns, needed, table="equity_scenarios")
    drawn = scenarios.iloc[:_MOST_BARS]
    ax = style.prepared(ax, height=1.3 + 0.42 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No scenario to show."))
    positions = np.arange(len(drawn))
    base = float(drawn["equity_base"].iloc[0])
    ends = (("low", style.ORANGE, _("low value")), ("high", style.BLUE, _("high value")))
    for end, color, name in ends:
        width = drawn[f"equity_{end}"] - base
        ax.barh(positions, width, left=base, height=0.62, color=color, label=name)
        _write_values(ax, drawn[end], drawn[f"equity_{end}"], base)
    ax.axvline(base, color=style.INK, linewidth=0.8)
    names = [_(_NAMES.get(str(name), str(name))) for name in drawn.index]
    ax.set_yticks(positions, [style.label(name) for name in names])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_ylim(max(len(drawn), 2) - 0.4, -0.6)
    ax.margins(x=0.18)
    style.number_ticks(ax.xaxis, lambda value: formats.money(value, currency, 0), most=3)
    style.legend_below(ax, gap=0.5, ncols=2)
    centre = _("Customer equity (line: {base})", base=formats.money(base, currency))
    style.titled(ax, _title(len(drawn), len(scenarios)), x=centre)
    return ax


def _write_values(ax: "Axes", values: pd.Series, equity: pd.Series, base: float) -> None:
    """Write at the end of each bar the value of the assumption that leads there."""
    for position, (value, end) in enumerate(zip(values, equity, strict=True)):
        is_left = end < base
        ax.annotate(
            _written(float(value)),
            (end, position),
            xytext=(-4 if is_left else 4, 0),
            textcoords="offset points",
            ha="right" if is_left else "left",
            va="center",
            fontsize=style.FONT_SIZE - 1,
            color=style.INK,
        )


def _written(value: float) -> str:
    """Write a value with as many decimals as it needs, up to three."""
    digits = next(digits for digits in range(4) if digits == 3 or round(value, digits) == value)
    return formats.number(value, digits)


def _title(n_drawn: int, n: int) -> str:
    if n_drawn < n:
        return _("Equity by assumption, the first {drawn} of {n}", drawn=n_drawn, n=n)
    return _("Equity when one assumption changes")
