"""Plots of whom campaigns reached, and who responded more."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_choice, require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._amount_unit import money_digits
from custintel.plots._named_rows import name_rows, write_beyond

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 20
_STAGES = {
    "n_reached": (style.SKY, N_("Reached")),
    "n_opened": (style.BLUE, N_("Opened")),
    "n_clicked": (style.GREEN, N_("Clicked")),
}
_MEASURES = {
    "time": N_("Hours of an interaction, self-service less other channels"),
    "cost": N_("Cost of an interaction, self-service less other channels"),
    "completion": N_("Share not abandoned, self-service less other channels"),
}


def reach_bars(table: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how much of a target was reached, opened and clicked, and how many beside it.

    Parameters
    ----------
    table : DataFrame
        From `custintel.campaigns.target_reach`. Of more than twenty rows, those that reached
        the most customers of the target are drawn, and the title says so.
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
    ...     {"n_target": [400], "n_reached": [300], "n_opened": [90], "n_clicked": [20],
    ...      "reach": [0.75], "n_outside": [100]},
    ...     index=["may"],
    ... )
    >>> [text.get_text() for text in reach_bars(table).texts]
    ['75%, 100 outside']
    """
    columns = ["n_target", *_STAGES, "reach", "n_outside"]
    require_columns(table.columns, columns, table="target_reach")
    rank = table["n_reached"].rank(method="first", ascending=False)
    drawn = table[(rank <= _MOST_ROWS).to_numpy()]
    ax = style.prepared(ax, height=1.7 + 0.34 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No campaign to show."))
    rows = np.arange(len(drawn))
    ax.barh(rows, drawn["n_target"], 0.66, color=style.FAINT, label=_("Target"))
    for name, (color, label) in _STAGES.items():
        ax.barh(rows, drawn[name], 0.66, color=color, label=_(label))
    outside = drawn["n_outside"].to_numpy(float)
    ax.barh(rows, -outside, 0.66, color=style.VERMILLION, label=_("Reached outside the target"))
    pairs = zip(drawn["reach"], outside, strict=True)
    write_beyond(ax, drawn["n_target"], [_reach_text(*pair) for pair in pairs])
    name_rows(ax, [style.short_label(_(str(name)), 22) for name in drawn.index])
    style.number_ticks(ax.xaxis, lambda x: formats.number(abs(x)), most=4)
    most = float(drawn["n_target"].max())
    ax.set_xlim(-1.1 * outside.max() if outside.any() else 0.0, 1.8 * most)
    title = _("How much of the target was reached")
    if len(drawn) < len(table):
        title = _(
            "How much of the target was reached,\n{n} largest of {n_items}",
            n=len(drawn),
            n_items=len(table),
        )
    style.titled(ax, title, x=_("Customers"))
    style.legend_below(ax, gap=0.5, ncols=3)
    return ax


def _reach_text(reach: float, n_outside: float) -> str:
    written = formats.percent(reach, 0)
    if not n_outside:
        return written
    return _("{reach}, {n} outside", reach=written, n=formats.number(n_outside))


def response_differences(table: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how much more, or less, often groups respond than the baseline does.

    Parameters
    ----------
    table : DataFrame
        From `custintel.campaigns.compare_response`. Of more than twenty groups the first are
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
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"response_rate": [0.05], "baseline_rate": [0.1], "difference": [-0.05],
    ...      "difference_low": [-0.1], "difference_high": [0.0]},
    ...     index=["online"],
    ... )
    >>> [text.get_text() for text in response_differences(table).texts]
    ['5.0%, not 10.0%']
    """
    columns = ["difference", "difference_low", "difference_high"]
    rates = ["response_rate", "baseline_rate"]
    require_columns(table.columns, [*rates, *columns], table="compare_response")
    known = table[table["difference"].notna()]
    drawn = known.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.4 + 0.34 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No response to compare."))
    texts = [
        _("{rate}, not {baseline}", rate=formats.percent(one), baseline=formats.percent(other))
        for one, other in zip(drawn["response_rate"], drawn["baseline_rate"], strict=True)
    ]
    names = [style.short_label(_(str(name)), 22) for name in drawn.index]
    _draw_differences(ax, drawn[columns], names, texts, formats.signed_percent)
    title = _("Response, compared with the baseline")
    if len(drawn) < len(known):
        title = _("{title}, first {n} of {n_items}", title=title, n=len(drawn), n_items=len(known))
    style.titled(ax, title, x=_("Difference of the response rates, and interval"))
    return ax


def self_service_differences(
    table: pd.DataFrame,
    *,
    measure: str = "cost",
    currency: str | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Plot how much less time or money self-service takes, or how much more is completed.

    Parameters
    ----------
    table : DataFrame
        From `custintel.campaigns.self_service_benefit`. Of more than twenty groups the first
        are drawn, and the title says so. Groups without an interval are not drawn.
    measure : {"time", "cost", "completion"}, default="cost"
        Which of its measures.
    currency : str, optional
        Currency of the costs.
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
        If `measure` is none of the three.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "reason": ["invoice"], "measure": ["cost"], "difference": [-6.4],
    ...     "difference_low": [-8.9], "difference_high": [-3.9],
    ... })
    >>> [text.get_text() for text in self_service_differences(table, currency="EUR").texts]
    ['−€6.40']
    """
    require_choice(measure, _MEASURES, name="measure")
    columns = ["difference", "difference_low", "difference_high"]
    require_columns(table.columns, ["measure", *columns], table="self_service_benefit")
    known = table[(table["measure"] == measure) & table["difference_low"].notna()]
    drawn = known.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.4 + 0.34 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No interactions to compare."))
    write = _writer(measure, currency, float(drawn["difference"].abs().max()))
    texts = [write(value) for value in drawn["difference"]]
    names = [style.short_label(_(str(name)), 22) for name in drawn.iloc[:, 0]]
    _draw_differences(ax, drawn[columns], names, texts, write)
    title = _("What self-service saves")
    if len(drawn) < len(known):
        title = _("{title}, first {n} of {n_items}", title=title, n=len(drawn), n_items=len(known))
    style.titled(ax, title, x=_(_MEASURES[measure]))
    return ax


def _writer(measure: str, currency: str | None, largest: float) -> Callable[[float], str]:
    if measure == "completion":
        return formats.signed_percent
    if measure == "time":
        digits = 0 if largest >= 100 else 1
        return lambda value: formats.number(value, digits)
    digits = money_digits(largest)
    return lambda value: formats.money(value, currency, digits).replace("$", r"\$")


def _draw_differences(
    ax: "Axes",
    bounds: pd.DataFrame,
    names: Sequence[str],
    texts: Sequence[str],
    write: Callable[[float], str],
) -> None:
    """Draw differences with their intervals about 0, a name at the left, a text at the right."""
    value, low, high = bounds.to_numpy(float).T
    rows = np.arange(len(bounds))
    ax.axvline(0, color=style.INK, linewidth=0.7)
    ax.hlines(rows, low, high, color=style.BLUE, linewidth=1.8)
    ax.plot(value, rows, "o", color=style.BLUE, markersize=5.5)
    name_rows(ax, names, fewest=3)
    write_beyond(ax, np.maximum(high, 0.0), texts, gap=7)
    style.number_ticks(ax.xaxis, write, most=4)
    ends = min(low.min(), 0.0), max(high.max(), 0.0)
    span = ends[1] - ends[0] or 1.0
    ax.set_xlim(ends[0] - 0.05 * span, ends[1] + 0.45 * span)
