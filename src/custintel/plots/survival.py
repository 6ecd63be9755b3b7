"""Plots of how long the customers of a cohort stay."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = ["observed_survival", "survival", "survival_low", "survival_high"]


def survival_curve(survival: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the share of a cohort that stays through each renewal, observed and projected.

    Parameters
    ----------
    survival : DataFrame
        From ``custintel.models.ShiftedBetaGeoModel.survival_table``: index of renewals,
        ``observed_survival`` (NaN where not observed), ``survival``, ``survival_low``,
        ``survival_high``.
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
    >>> survival = pd.DataFrame(
    ...     {
    ...         "observed_survival": [1.0, 0.87, None],
    ...         "survival": [1.0, 0.85, 0.75],
    ...         "survival_low": [1.0, 0.83, 0.72],
    ...         "survival_high": [1.0, 0.87, 0.77],
    ...     }
    ... )
    >>> ax = survival_curve(survival)
    >>> [line.get_label() for line in ax.get_lines()][:2]
    ['Model', 'Observed']
    """
    require_columns(survival.columns, _COLUMNS, table="survival_table")
    ax = style.prepared(ax)
    if survival.empty:
        return style.say(ax, _("No customers to show."))
    renewals = survival.index.to_numpy()
    if survival["survival_low"].notna().all():
        low, high = survival["survival_low"], survival["survival_high"]
        ax.fill_between(renewals, low, high, color=style.BLUE, alpha=0.2, linewidth=0)
    ax.plot(renewals, survival["survival"], color=style.BLUE, label=_("Model"))
    is_seen = survival["observed_survival"].notna().to_numpy()
    if is_seen.any():
        observed = survival["observed_survival"].to_numpy(float)[is_seen]
        seen = renewals[is_seen]
        ax.plot(seen, observed, "o", color=style.INK, markersize=4, label=_("Observed"))
        _mark_projection(ax, float(seen[-1]), float(renewals[-1]))
    ax.set_ylim(0, 1.03)
    ax.legend(loc="upper right", frameon=False, fontsize=style.FONT_SIZE, labelcolor=style.INK)
    style.percent_ticks(ax.yaxis, 1.0)
    style.number_ticks(ax.xaxis, formats.number, most=min(8, max(len(np.unique(renewals)) - 1, 1)))
    style.titled(
        ax, _("Share of customers who stay"), x=_("Renewals made"), y=_("Share of the cohort")
    )
    return ax


def _mark_projection(ax: "Axes", seen: float, last: float) -> None:
    if seen >= last:
        return
    ax.axvline(seen, color=style.INK, linewidth=0.8, linestyle=":")
    ax.annotate(
        _("projected →"),
        (seen, 0),
        xytext=(4, 4),
        textcoords="offset points",
        fontsize=style.FONT_SIZE - 1,
        color=style.INK,
    )
