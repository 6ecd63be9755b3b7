"""Plot of how likely one customer has been to be still a customer."""

from typing import TYPE_CHECKING

import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def alive_path(path: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the probability that a customer is active, day by day, with the purchases marked.

    Parameters
    ----------
    path : DataFrame
        From `custintel.value.alive_path`: index of days, ``probability_alive``,
        ``is_purchase``.
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
    >>> path = pd.DataFrame(
    ...     {"probability_alive": [1.0, 0.9, 0.8], "is_purchase": [True, False, False]},
    ...     index=pd.date_range("2024-01-01", periods=3, name="day"),
    ... )
    >>> alive_path(path).get_ylabel()
    'Probability of being active'
    """
    require_columns(path.columns, ["probability_alive", "is_purchase"], table="alive_path")
    ax = style.prepared(ax)
    if path.empty:
        return style.say(ax, _("No days to show."))
    # In steps: a purchase lifts the line on its day, not on the way to it.
    ax.plot(path.index, path["probability_alive"], color=style.BLUE, drawstyle="steps-post")
    bought = path[path["is_purchase"]]
    ax.plot(
        bought.index,
        bought["probability_alive"],
        linestyle="none",
        marker="o",
        markersize=4,
        color=style.VERMILLION,
        label=_("Purchase"),
    )
    ax.set_ylim(0, 1.05)
    ax.legend(loc="lower left", frameon=False, fontsize=style.FONT_SIZE)
    style.percent_ticks(ax.yaxis, 1.0)
    _day_ticks(ax, pd.DatetimeIndex(path.index))
    style.titled(ax, _("Is the customer still active?"), y=_("Probability of being active"))
    return ax


def _day_ticks(ax: "Axes", days: pd.DatetimeIndex) -> None:
    """Name about four days of the axis in the reader's language."""
    step = max((len(days) - 1) // 3, 1)
    shown = days[::step]
    ax.set_xticks(shown, [formats.date(day) for day in shown])
