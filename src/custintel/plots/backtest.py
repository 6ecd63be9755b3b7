"""Plots of forecasts against what happened after them."""

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

_NAMES = {"past_rate": N_("Past rate repeated"), "hiatus": N_("Past rate until a long silence")}
_DASHES = ("--", "-.", ":")


def backtest_lines(tracking: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot purchases since a cut, week by week, against what each model expected.

    Parameters
    ----------
    tracking : DataFrame
        One cut of the ``tracking`` of `custintel.value.backtest`: index ``model`` and
        ``week_end``; ``actual_purchases``, ``expected_purchases``.
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
    >>> weeks = pd.date_range("2024-01-07", periods=2, freq="7D")
    >>> tracking = pd.DataFrame(
    ...     {"actual_purchases": [3, 5], "expected_purchases": [2.5, 5.5]},
    ...     index=pd.MultiIndex.from_product([["BG/NBD"], weeks], names=["model", "week_end"]),
    ... )
    >>> [line.get_label() for line in backtest_lines(tracking).get_lines()]
    ['Actual', 'BG/NBD']
    """
    require_columns(tracking.columns, ["actual_purchases", "expected_purchases"], table="tracking")
    ax = style.prepared(ax)
    if tracking.empty:
        return style.say(ax, _("No purchases to show."))
    for position, (name, each) in enumerate(tracking.groupby(level=0, sort=False)):
        weeks = _weeks_after_the_cut(each.index.get_level_values(-1))
        if position == 0:
            actual = np.append(0, each["actual_purchases"])
            ax.plot(weeks, actual, color=style.INK, linewidth=2, label=_("Actual"))
        expected = np.append(0.0, each["expected_purchases"])
        ax.plot(
            weeks,
            expected,
            color=style.PALETTE[position % len(style.PALETTE)],
            linestyle=_DASHES[position % len(_DASHES)],
            label=style.label(_(_NAMES.get(str(name), str(name))), width=40),
        )
    ax.set_ylim(bottom=0)
    ax.set_xlim(left=0)
    style.legend_below(ax, gap=0.5, ncols=3)
    style.number_ticks(ax.yaxis, formats.number)
    style.number_ticks(ax.xaxis, formats.number, most=8)
    style.titled(
        ax,
        _("Purchases after the cut, actual and forecast"),
        x=_("Weeks after the cut"),
        y=_("Purchases so far"),
    )
    return ax


def _weeks_after_the_cut(ends: pd.Index) -> np.ndarray:
    """Return how many weeks after the cut each week ends, the last of which may be short."""
    weeks = np.arange(len(ends) + 1.0)
    if len(ends) > 1:
        weeks[-1] = weeks[-2] + (ends[-1] - ends[-2]).days / 7
    return weeks


def calibration_points(deciles: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the purchases that groups of customers made against those forecast for them.

    Points on the diagonal are forecasts that came true on average.

    Parameters
    ----------
    deciles : DataFrame
        One cut and model of the ``deciles`` of `custintel.value.backtest`:
        ``expected_mean``, ``actual_mean``, ``actual_mean_low``, ``actual_mean_high``.
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
    >>> deciles = pd.DataFrame(
    ...     {
    ...         "expected_mean": [0.2, 2.8],
    ...         "actual_mean": [0.25, 2.6],
    ...         "actual_mean_low": [0.2, 2.4],
    ...         "actual_mean_high": [0.3, 2.75],
    ...     },
    ...     index=pd.Index([1, 10], name="decile"),
    ... )
    >>> calibration_points(deciles).get_xlabel()
    'Purchases per customer, forecast'
    """
    columns = ["expected_mean", "actual_mean", "actual_mean_low", "actual_mean_high"]
    require_columns(deciles.columns, columns, table="deciles")
    ax = style.prepared(ax)
    if deciles.empty:
        return style.say(ax, _("No customers to show."))
    actual = deciles["actual_mean"]
    ends = np.array(
        [actual - deciles["actual_mean_low"], deciles["actual_mean_high"] - actual], dtype=float
    )
    most = float(deciles[["expected_mean", "actual_mean_high"]].to_numpy().max()) * 1.05 or 1.0
    ax.plot([0, most], [0, most], color=style.INK, linewidth=0.8, linestyle=":")
    ax.errorbar(
        deciles["expected_mean"],
        actual,
        yerr=ends,
        fmt="o",
        markersize=4,
        color=style.BLUE,
        elinewidth=1,
        capsize=2,
    )
    ax.set(xlim=(0, most), ylim=(0, most))
    for axis in (ax.xaxis, ax.yaxis):
        style.number_ticks(axis, lambda value: formats.number(value, 1))
    style.titled(
        ax,
        _("Forecast and actual purchases, by tenth of customers"),
        x=_("Purchases per customer, forecast"),
        y=_("Purchases per customer, actual"),
    )
    return ax
