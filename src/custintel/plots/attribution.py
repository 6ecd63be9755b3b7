"""Plots of attribution: paths, credits, methods side by side, what would be lost."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._named_rows import name_rows, write_beyond

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 20
_MOST_METHODS = len(style.PALETTE)
_SHOWN_STEPS = 4
_METHODS = {
    "first": N_("first touch"),
    "last": N_("last touch"),
    "linear": N_("linear"),
    "position": N_("position-based"),
    "time_decay": N_("time decay"),
    "markov": N_("Markov chain"),
    "shapley": N_("Shapley value"),
}
_CREDITS = ["conversions", "conversions_low", "conversions_high"]


def path_bars(paths: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the commonest paths that converted, with how often they did.

    Beside each bar stands the number of conversions, and the share of the paths alike that
    converted. Paths of more than four touches are written with their first two and last two.

    Parameters
    ----------
    paths : DataFrame
        From `custintel.attribution.attribution_paths`: ``path``, ``n_conversions``,
        ``n_nulls``. Of more than twenty paths with a conversion the first twenty are drawn,
        and the title says so.
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
    >>> paths = pd.DataFrame(
    ...     {"path": [("search", "mail"), ()], "n_conversions": [30, 10], "n_nulls": [70, 0]}
    ... )
    >>> [text.get_text() for text in path_bars(paths).texts]
    ['30 (30.0% of such paths)', '10']
    """
    require_columns(paths.columns, ["path", "n_conversions", "n_nulls"], table="attribution_paths")
    led = paths[paths["n_conversions"] > 0]
    drawn = led.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.3 + 0.36 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No path led to a conversion."))
    rows = np.arange(len(drawn))
    ax.barh(rows, drawn["n_conversions"], height=0.62, color=style.BLUE)
    both = zip(drawn["path"], drawn["n_conversions"], drawn["n_nulls"], strict=True)
    texts = [_told(path, float(done), float(null)) for path, done, null in both]
    write_beyond(ax, drawn["n_conversions"], texts)
    names = [_path_name(path) for path in drawn["path"]]
    name_rows(ax, names, size=style.FONT_SIZE - 0.5)
    style.amount_ticks(ax.xaxis)
    ax.set_xlim(0, 1.7 * float(drawn["n_conversions"].max()))
    title = _("Paths that converted most often")
    style.titled(ax, _title(title, len(drawn), len(led)), x=_("Conversions"))
    return ax


def credit_bars(credits: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the conversions that are credited to each channel, with intervals.

    Parameters
    ----------
    credits : DataFrame
        From `custintel.attribution.attribute` or `attribute_paths`: ``conversions`` with its
        bounds, and ``share``. Of more than twenty channels the first twenty are drawn, and
        the title says so.
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
    >>> credits = pd.DataFrame(
    ...     {
    ...         "conversions": [60.0, 40.0],
    ...         "conversions_low": [50.0, 31.0],
    ...         "conversions_high": [69.0, 50.0],
    ...         "share": [0.6, 0.4],
    ...     },
    ...     index=["search", "mail"],
    ... )
    >>> [text.get_text() for text in credit_bars(credits).texts]
    ['60.0 (60.0%)', '40.0 (40.0%)']
    """
    require_columns(credits.columns, [*_CREDITS, "share"], table="credits")
    drawn = credits.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.3 + 0.36 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No channel to show."))
    texts = [
        _amount(n) if np.isnan(share) else f"{_amount(n)} ({formats.percent(share)})"
        for n, share in drawn[["conversions", "share"]].to_numpy(float)
    ]
    _draw_bars(ax, drawn[_CREDITS], texts)
    style.amount_ticks(ax.xaxis)
    title = _("Conversions credited to channels")
    style.titled(ax, _title(title, len(drawn), len(credits)), x=_("Conversions, with interval"))
    return ax


def removal_effect_bars(effects: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot which part of the conversions would be lost without each channel.

    Parameters
    ----------
    effects : DataFrame
        From `custintel.attribution.removal_effects`: ``removal_effect`` with its bounds. Of
        more than twenty channels the first twenty are drawn, and the title says so.
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
    >>> effects = pd.DataFrame(
    ...     {
    ...         "removal_effect": [0.75],
    ...         "removal_effect_low": [0.6],
    ...         "removal_effect_high": [0.86],
    ...     },
    ...     index=["search"],
    ... )
    >>> [text.get_text() for text in removal_effect_bars(effects).texts]
    ['75.0%']
    """
    columns = ["removal_effect", "removal_effect_low", "removal_effect_high"]
    require_columns(effects.columns, columns, table="removal_effects")
    drawn = effects.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.3 + 0.36 * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No channel to show."))
    texts = [formats.percent(effect) for effect in drawn["removal_effect"]]
    _draw_bars(ax, drawn[columns], texts)
    style.percent_ticks(ax.xaxis, 1.0)
    title = _("What would be lost without each channel")
    axis = _("Share of the conversions, with interval")
    style.titled(ax, _title(title, len(drawn), len(effects)), x=axis)
    return ax


def attribution_dots(comparison: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the conversions that several methods credit to each channel.

    Parameters
    ----------
    comparison : DataFrame
        From `custintel.attribution.attribution_comparison`: ``channel``, ``method``,
        ``conversions`` with its bounds. Of more than twenty channels the first twenty are
        drawn, and of more than seven methods the first seven; the title says so.
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
    >>> comparison = pd.DataFrame({
    ...     "channel": ["search", "search"],
    ...     "method": ["first", "last"],
    ...     "conversions": [60.0, 40.0],
    ...     "conversions_low": [50.0, 31.0],
    ...     "conversions_high": [69.0, 50.0],
    ... })
    >>> ax = attribution_dots(comparison)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['first touch', 'last touch']
    """
    columns = ["channel", "method", *_CREDITS]
    require_columns(comparison.columns, columns, table="attribution_comparison")
    channels = list(dict.fromkeys(comparison["channel"]))
    methods = list(dict.fromkeys(comparison["method"]))
    shown, drawn = channels[:_MOST_ROWS], methods[:_MOST_METHODS]
    per_row = 0.3 + 0.07 * len(drawn)
    ax = style.prepared(ax, height=1.6 + per_row * max(len(shown), 2))
    if comparison.empty:
        return style.say(ax, _("No channel to show."))
    steps = (np.arange(len(drawn)) - (len(drawn) - 1) / 2) * 0.7 / max(len(drawn), 2)
    place = {channel: row for row, channel in enumerate(shown)}
    for method, step, color in zip(drawn, steps, style.PALETTE, strict=False):
        part = comparison[(comparison["method"] == method) & comparison["channel"].isin(shown)]
        rows = part["channel"].map(place).to_numpy(float) + step
        low, high = part["conversions_low"], part["conversions_high"]
        ax.hlines(rows, low, high, color=color, linewidth=1.4)
        name = style.short_label(_(_METHODS.get(str(method), str(method))))
        ax.plot(part["conversions"], rows, "o", color=color, markersize=4.5, label=name)
    for row in range(1, len(shown)):
        ax.axhline(row - 0.5, color=style.FAINT, linewidth=0.5)
    name_rows(ax, [style.label(_(str(channel))) for channel in shown])
    style.amount_ticks(ax.xaxis)
    ax.set_xlim(left=0)
    title = _title(_("Conversions by method of attribution"), len(shown), len(channels))
    if len(drawn) < len(methods):
        title = _("{title}\n{n} of {total} methods", title=title, n=len(drawn), total=len(methods))
    style.titled(ax, title, x=_("Conversions, with interval"))
    style.legend_below(ax, gap=0.5, ncols=3)
    return ax


def _draw_bars(ax: "Axes", bounds: pd.DataFrame, texts: Sequence[str]) -> None:
    """Draw bars with their bounds, and the texts beyond them."""
    rows = np.arange(len(bounds))
    value, low, high = bounds.to_numpy(float).T
    ax.barh(rows, np.nan_to_num(value), height=0.62, color=style.SKY)
    ax.hlines(rows, low, high, color=style.INK, linewidth=1.2)
    ends = np.nan_to_num(np.fmax(value, high))
    write_beyond(ax, ends, texts)
    name_rows(ax, [style.label(_(str(name))) for name in bounds.index])
    ax.set_xlim(0, 1.4 * float(ends.max()) or 1.0)


def _told(path: tuple[str, ...], n_conversions: float, n_nulls: float) -> str:
    n = formats.number(n_conversions)
    if not path:
        return n
    rate = n_conversions / (n_conversions + n_nulls)
    return _("{n} ({rate} of such paths)", n=n, rate=formats.percent(rate))


def _path_name(path: tuple[str, ...]) -> str:
    if not path:
        return _("(no touch)")
    names = [style.short_label(_(str(each)), 18) for each in path]
    if len(names) > _SHOWN_STEPS:
        names = [*names[:2], "…", *names[-2:]]
    lines = [" › ".join(names[:2]), " › ".join(names[2:])]
    return " ›\n".join(line for line in lines if line)


def _amount(n: float) -> str:
    return formats.number(n, 1 if n < 1000 else 0)


def _title(title: str, n: int, total: int) -> str:
    return (
        title if n == total else _("{title},\nfirst {n} of {total}", title=title, n=n, total=total)
    )
