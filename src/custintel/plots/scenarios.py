"""Plots of scenarios: what an assumption moves."""

from typing import TYPE_CHECKING

import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._swing_bars import MOST_BARS, axes_for, draw_swings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
    drawn = scenarios.iloc[:MOST_BARS]
    ax = axes_for(ax, len(drawn))
    if drawn.empty:
        return style.say(ax, _("No scenario to show."))
    names = [style.label(_(_NAMES.get(str(name), str(name)))) for name in drawn.index]
    draw_swings(ax, drawn, names, outcome="equity", currency=currency)
    base = formats.money(float(drawn["equity_base"].iloc[0]), currency)
    centre = _("Customer equity (line: {base})", base=base)
    style.titled(ax, _title(len(drawn), len(scenarios)), x=centre)
    return ax


def _title(n_drawn: int, n: int) -> str:
    if n_drawn < n:
        return _("Equity by assumption, the first {drawn} of {n}", drawn=n_drawn, n=n)
    return _("Equity when one assumption changes")
