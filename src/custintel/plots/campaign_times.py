"""Plots of when: at which hours contacts are active, on which days who is due."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._cells import shade_scale, write_cells

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WEEKDAYS = (
    *(N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday")),
    *(N_("Friday"), N_("Saturday"), N_("Sunday")),
)
_EVERY_HOURS = 3
_MOST_RULES, _MOST_DAYS, _MOST_WRITTEN, _MOST_NAMED = 20, 31, 12, 4


def activity_heatmap(table: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot at which hours of which days of the week contacts are active.

    Parameters
    ----------
    table : DataFrame
        From `custintel.campaigns.weekly_activity`.
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
    >>> table = pd.DataFrame({"weekday": [1, 7], "hour": [9, 18], "share": [0.75, 0.25]})
    >>> activity_heatmap(table).images[0].get_array().shape
    (7, 24)
    """
    cells = table.reset_index() if "weekday" in table.index.names else table
    require_columns(cells.columns, ["weekday", "hour", "share"], table="weekly_activity")
    ax = style.prepared(ax, height=2.9)
    known = cells[cells["share"].notna()]
    if known.empty:
        return style.say(ax, _("No event to show."))
    shares = np.zeros((7, 24))
    shares[known["weekday"].to_numpy(int) - 1, known["hour"].to_numpy(int)] = known["share"]
    image = ax.imshow(shares, cmap="Blues", vmin=0, vmax=shares.max() or 1.0, aspect="auto")
    bar = shade_scale(ax, image)
    style.percent_ticks(bar.ax.yaxis, float(shares.max()))
    bar.ax.grid(visible=False)
    ax.set_yticks(range(7), [_(name) for name in _WEEKDAYS])
    hours = range(0, 24, _EVERY_HOURS)
    ax.set_xticks(hours, [str(hour) for hour in hours])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    style.titled(ax, _("When contacts are active"), x=_("Hour of the day, local time"))
    return ax


def due_trigger_heatmap(table: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how many customers are due by which rule on which day.

    Parameters
    ----------
    table : DataFrame
        From ``by_day()`` of `custintel.campaigns.due_triggers`. Of more than twenty rules the
        first are drawn, of more than 31 days the last, and the title says so. Up to twelve days,
        the numbers are written, with those held back behind a plus sign.
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
    ...     "rule": ["birthday", "call"],
    ...     "due_on": pd.to_datetime(["2024-05-14", "2024-05-15"]),
    ...     "n_due": [12, 3],
    ...     "n_held_back": [0, 1],
    ... })
    >>> [text.get_text() for text in due_trigger_heatmap(table).texts]
    ['12', '3 + 1']
    """
    columns = ["rule", "due_on", "n_due", "n_held_back"]
    require_columns(table.columns, columns, table="by_day")
    rules = list(dict.fromkeys(table["rule"]))
    days = sorted(table["due_on"].unique())
    kept = rules[:_MOST_RULES], days[-_MOST_DAYS:]
    ax = style.prepared(ax, height=1.7 + 0.32 * max(len(kept[0]), 2))
    if table.empty:
        return style.say(ax, _("Nobody is due."))
    due, held_back = (
        table.pivot_table(name, "rule", "due_on", aggfunc="sum", fill_value=0)
        .reindex(index=kept[0], columns=kept[1], fill_value=0)
        .to_numpy(float)
        for name in ("n_due", "n_held_back")
    )
    image = ax.imshow(due, cmap="Blues", vmin=0, vmax=max(due.max(), 1.0), aspect="auto")
    if len(kept[1]) <= _MOST_WRITTEN:
        pairs = zip(due.ravel(), held_back.ravel(), strict=True)
        texts = np.array([_due_text(*pair) for pair in pairs], object).reshape(due.shape)
        write_cells(ax, texts, due > 0.6 * due.max(), size=style.FONT_SIZE - 0.5)
    else:
        bar = shade_scale(ax, image)
        style.amount_ticks(bar.ax.yaxis)
        bar.ax.grid(visible=False)
    ax.set_yticks(range(len(kept[0])), [style.short_label(name, 24) for name in kept[0]])
    style.period_ticks(ax.xaxis, [formats.date(day) for day in kept[1]], most=_MOST_NAMED)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    style.titled(ax, _due_title(kept, (len(rules), len(days))), x=_("Day on which they are due"))
    return ax


def _due_text(n_due: float, n_held_back: float) -> str:
    if not n_due and not n_held_back:
        return ""
    if not n_held_back:
        return formats.number(n_due)
    return _(
        "{n_due} + {n_held_back}",
        n_due=formats.number(n_due),
        n_held_back=formats.number(n_held_back),
    )


def _due_title(kept: tuple[list[str], list[pd.Timestamp]], n_all: tuple[int, int]) -> str:
    title = _("Customers due by rule and day (+ held back)")
    if (len(kept[0]), len(kept[1])) == n_all:
        return title
    return _(
        "{title}:\nfirst {n_rules} of {all_rules} rules, last {n_days} of {all_days} days",
        title=title,
        n_rules=len(kept[0]),
        all_rules=n_all[0],
        n_days=len(kept[1]),
        all_days=n_all[1],
    )
