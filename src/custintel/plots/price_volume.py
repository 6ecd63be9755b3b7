"""Plot of why revenue changed."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import quoted, require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._named_rows import name_rows, write_beyond

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from custintel._intervals import Floats

_EFFECTS = {
    "volume_effect": N_("Volume"),
    "price_effect": N_("Price"),
    "mix_effect": N_("Mix"),
    "new_items": N_("New items"),
    "lost_items": N_("Lost items"),
    "unmeasured": N_("Without quantity"),
    "refunds": N_("Refunds"),
}
_SHOWN_IF_ANY = ("unmeasured", "refunds")
_NEEDED = ["revenue_before", *_EFFECTS, "revenue_after"]


def price_volume_mix_bars(
    effects: pd.DataFrame,
    *,
    period: pd.Period | str | int | None = None,
    currency: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Plot why revenue changed from one period to the next, as a waterfall.

    Parameters
    ----------
    effects : DataFrame
        From `custintel.revenue.price_volume_mix`, one row per period.
    period : Period, str or int, optional
        The later period of the change that is drawn; by default the last of the table.
    currency : str, optional
        Currency of the amounts.
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
    ValueError
        If `period` is not one of the table's.

    Examples
    --------
    >>> import pandas as pd
    >>> effects = pd.DataFrame(
    ...     {
    ...         "revenue_before": 400.0, "volume_effect": 200.0, "price_effect": 12.0,
    ...         "mix_effect": 60.0, "new_items": 0.0, "lost_items": 0.0, "unmeasured": 0.0,
    ...         "refunds": 0.0, "revenue_after": 672.0,
    ...     },
    ...     index=pd.PeriodIndex(["2024"], freq="Y", name="period"),
    ... )
    >>> ax = price_volume_mix_bars(effects, currency="EUR")
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['2023', 'Volume', 'Price', 'Mix', 'New items', 'Lost items', '2024']
    """
    require_columns(effects.columns, _NEEDED, table="price_volume_mix")
    ax = style.prepared(ax, height=3.4)
    if effects.empty:
        return style.say(ax, _("No change of revenue to show."))
    place = len(effects) - 1 if period is None else _place(effects.index, period)
    row, after = effects.iloc[place], effects.index[place]
    shown = [name for name in _EFFECTS if row[name] or name not in _SHOWN_IF_ANY]
    changes = row[shown].to_numpy(float)
    ends = row["revenue_before"] + np.cumsum(changes)
    starts = np.concatenate([[0.0], ends - changes, [0.0]])
    widths = np.concatenate([[row["revenue_before"]], changes, [row["revenue_after"]]])
    names = [style.period_name(after - 1), *(_(_EFFECTS[name]) for name in shown)]
    _draw_waterfall(ax, starts, widths)
    _write_amounts(ax, starts, widths, currency)
    name_rows(ax, [*names, style.period_name(after)])
    style.number_ticks(ax.xaxis, lambda value: formats.money(value, currency, 0), most=4)
    style.titled(ax, _title(row))
    return ax


def _place(periods: pd.Index, wanted: object) -> int:
    found = [place for place, period in enumerate(periods) if str(period) == str(wanted)]
    if not found:
        raise ValueError(
            _(
                "{period} is not a period of this table; it has {periods}.",
                period=wanted,
                periods=quoted(periods, most=12),
            )
        )
    return found[0]


def _draw_waterfall(ax: "Axes", starts: "Floats", widths: "Floats") -> None:
    rows = np.arange(len(widths))
    colors = [style.SKY, *np.where(widths[1:-1] < 0, style.VERMILLION, style.BLUE), style.SKY]
    ax.barh(rows, widths, left=starts, color=colors, height=0.68)
    # Thin lines lead from the end of each bar to the start of the next.
    ends = (starts + widths)[:-1]
    ax.vlines(ends, rows[:-1] - 0.34, rows[1:] + 0.34, color=style.INK, linewidth=0.5)
    ax.axvline(0, color=style.INK, linewidth=0.6)
    reached = np.concatenate([starts, starts + widths])
    style.room_for_labels(ax, float(reached.min()), float(reached.max()))


def _write_amounts(ax: "Axes", starts: "Floats", widths: "Floats", currency: str | None) -> None:
    last = len(widths) - 1
    texts = [
        ("+" if 0 < row < last and width > 0 else "") + formats.money(width, currency)
        for row, width in enumerate(widths)
    ]
    write_beyond(ax, np.maximum(np.maximum(starts, starts + widths), 0.0), texts)


def _title(row: "pd.Series[float]") -> str:
    if row.get("is_complete", True):
        return _("Why revenue changed")
    return _("Why revenue changed (not whole periods)")
