"""Plots of what is bought together: rules, add-ons, offers, sizes of baskets."""

from contextvars import copy_context
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._named_rows import name_rows, write_beyond
from custintel.plots._pair_labels import item_label, lift_label, pair_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

_MOST_PAIRS = 15
_MOST_LINEAR = 12  # lifts that differ by more than this factor are drawn on a log scale
_MOST_GROUPS = 20
_PER_ROW = 0.36  # inches
_SMALL = style.FONT_SIZE - 0.5


def pair_lifts(rules: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot the lift of the first pairs or rules of a table, with its interval.

    Parameters
    ----------
    rules : DataFrame
        From `custintel.affinity.product_pairs` or `custintel.affinity.itemset_rules`:
        ``antecedent``, ``consequent``, ``lift``, ``lift_low``, ``lift_high``, ``n_both``. Of
        a pair's two rows the first is drawn; of more than fifteen pairs or rules the first
        fifteen are, and the title says so.
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
    >>> rules = pd.DataFrame({
    ...     "antecedent": ["bread", "butter"], "consequent": ["butter", "bread"], "n_both": 30,
    ...     "lift": 2.5, "lift_low": 2.1, "lift_high": 3.0,
    ... })
    >>> [text.get_text() for text in pair_lifts(rules).texts]
    ['2.5 ×']
    """
    needed = ["antecedent", "consequent", "lift", "lift_low", "lift_high", "n_both"]
    require_columns(rules.columns, needed, table="product_pairs")
    once = _each_once(rules)
    drawn = once.iloc[:_MOST_PAIRS]
    ax = style.prepared(ax, height=1.2 + _PER_ROW * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("Nothing was bought together often enough."))
    positions = np.arange(len(drawn))
    ax.axvline(1, color=style.INK, linewidth=0.8, linestyle=(0, (4, 3)))
    ax.hlines(positions, drawn["lift_low"], drawn["lift_high"], color=style.BLUE, linewidth=1.6)
    ax.plot(drawn["lift"], positions, linestyle="", marker="o", markersize=5, color=style.BLUE)
    _lift_axis(ax, drawn[["lift_low", "lift_high"]].to_numpy(float))
    written = [_("{lift} ×", lift=lift_label(lift)) for lift in drawn["lift"]]
    write_beyond(ax, drawn["lift_high"], written)
    pairs = zip(drawn["antecedent"], drawn["consequent"], strict=True)
    name_rows(ax, [pair_label(*pair) for pair in pairs], size=_SMALL)
    style.titled(
        ax,
        _first_of(_("Bought together"), len(drawn), len(once)),
        x=_("Lift (1: as by chance), with interval"),
    )
    return ax


def attach_bars(rates: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how many baskets with a base hold the add-on, beside the baskets without it.

    Parameters
    ----------
    rates : DataFrame
        From `custintel.affinity.attach_rate`: ``base``, ``add_on``, ``attach_rate``,
        ``attach_rate_low``, ``attach_rate_high``, ``other_rate``. Of more than fifteen rows
        the first fifteen are drawn, and the title says so.
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
    >>> rates = pd.DataFrame({
    ...     "base": ["phone"], "add_on": ["case"], "attach_rate": [0.4],
    ...     "attach_rate_low": [0.3], "attach_rate_high": [0.5], "other_rate": [0.1],
    ... })
    >>> [text.get_text() for text in attach_bars(rates).texts]
    ['40.0%']
    """
    shares = ["attach_rate", "attach_rate_low", "attach_rate_high", "other_rate"]
    require_columns(rates.columns, ["base", "add_on", *shares], table="attach_rate")
    drawn = rates.iloc[:_MOST_PAIRS]
    names = [pair_label(*pair) for pair in zip(drawn["base"], drawn["add_on"], strict=True)]
    ax = _bars_beside(ax, drawn[shares], names, beside=_("Baskets without the base"))
    if names:
        title = _first_of(_("Baskets with the base that hold the add-on"), len(drawn), len(rates))
        style.titled(ax, title, x=_("Share of baskets, with interval"))
    return ax


def offer_bars(offers: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how often what is offered goes with the order's items, and how often at all.

    Parameters
    ----------
    offers : DataFrame
        From `custintel.affinity.complementary_offers`: ``item``, ``because_of``,
        ``confidence``, ``confidence_low``, ``confidence_high``, ``base_rate``. Of more than
        fifteen rows the first fifteen are drawn, and the title says so.
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
    >>> offers = pd.DataFrame({
    ...     "item": ["butter"], "because_of": ["bread"], "confidence": [0.75],
    ...     "confidence_low": [0.6], "confidence_high": [0.9], "base_rate": [0.3],
    ... })
    >>> [label.get_text() for label in offer_bars(offers).get_yticklabels()]
    ['butter\\n(with bread)']
    """
    shares = ["confidence", "confidence_low", "confidence_high", "base_rate"]
    require_columns(offers.columns, ["item", "because_of", *shares], table="complementary_offers")
    drawn = offers.iloc[:_MOST_PAIRS]
    pairs = zip(drawn["item"], drawn["because_of"], strict=True)
    names = [
        _("{item}\n(with {because_of})", item=item_label(item), because_of=item_label(because))
        for item, because in pairs
    ]
    ax = _bars_beside(ax, drawn[shares], names, beside=_("All baskets"))
    if names:
        title = _first_of(_("What to offer with the order"), len(drawn), len(offers))
        style.titled(ax, title, x=_("Share of baskets that hold it, with interval"))
    return ax


def basket_size_bars(statistics: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot how many items an order holds on average, by group.

    Parameters
    ----------
    statistics : DataFrame
        From `custintel.affinity.basket_statistics`: ``items_per_order``,
        ``items_per_order_low``, ``items_per_order_high``, ``single_item_share``,
        ``n_orders``. Of more than twenty groups those with most orders are drawn, and the
        title says so.
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
    >>> statistics = pd.DataFrame(
    ...     {"items_per_order": 2.4, "items_per_order_low": 2.2, "items_per_order_high": 2.6,
    ...      "single_item_share": 0.3, "n_orders": 500},
    ...     index=["web"],
    ... )
    >>> [text.get_text() for text in basket_size_bars(statistics).texts]
    ['2.40 (30% with one item)']
    """
    means = ["items_per_order", "items_per_order_low", "items_per_order_high"]
    needed = [*means, "single_item_share", "n_orders"]
    require_columns(statistics.columns, needed, table="basket_statistics")
    with_orders = statistics[statistics["n_orders"] > 0]
    chosen = with_orders["n_orders"].rank(method="first", ascending=False) <= _MOST_GROUPS
    drawn = with_orders[chosen.to_numpy()]
    ax = style.prepared(ax, height=1.2 + _PER_ROW * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No orders to show."))
    _bars(ax, drawn[means])
    written = [
        _(
            "{mean} ({share} with one item)",
            mean=formats.number(mean, 2),
            share=formats.percent(share, 0),
        )
        for mean, share in zip(drawn["items_per_order"], drawn["single_item_share"], strict=True)
    ]
    highest = drawn[[means[0], means[2]]].max(axis=1)
    write_beyond(ax, highest, written)
    style.number_ticks(ax.xaxis, lambda value: formats.number(value, 0 if value % 1 == 0 else 1))
    ax.set_xlim(0, 1.75 * float(highest.max()))
    name_rows(ax, [style.label(_(str(name))) for name in drawn.index], size=_SMALL)
    title = _("Items per order")
    if len(drawn) < len(with_orders):
        title = _("Items per order, {n} largest of {total}", n=len(drawn), total=len(with_orders))
    style.titled(ax, title, x=_("Different items in an order, mean with interval"))
    return ax


def _each_once(rules: pd.DataFrame) -> pd.DataFrame:
    """Return the rules without the second row of a pair."""
    one = [str(name) for name in rules["antecedent"]]
    other = [str(name) for name in rules["consequent"]]
    is_tuple = [isinstance(name, tuple) for name in rules["antecedent"]]
    keys = [
        (a, c) if ordered else (min(a, c), max(a, c))
        for a, c, ordered in zip(one, other, is_tuple, strict=True)
    ]
    return rules[~pd.Series(keys, index=rules.index, dtype=object).duplicated().to_numpy()]


def _first_of(title: str, n_drawn: int, n_rows: int) -> str:
    if n_drawn == n_rows:
        return title
    return _("{title},\nfirst {n} of {total}", title=title, n=n_drawn, total=formats.number(n_rows))


def _lift_axis(ax: "Axes", bounds: Floats) -> None:
    """Show lifts on a log scale if they differ much, with room for numbers at their right."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    low, high = min(float(bounds.min()), 1.0), max(float(bounds.max()), 1.0)
    if high <= _MOST_LINEAR * max(low, 0.1):
        style.number_ticks(ax.xaxis, lambda x: formats.number(x, 0 if float(x).is_integer() else 1))
        ax.set_xlim(max(low - 0.05 * (high - low), 0.0), high + 0.22 * (high - low or 1.0))
        return
    # A figure is often drawn after the block that set the language: keep it for then.
    context = copy_context()
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(numticks=6))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _at: context.run(_power, x)))
    ax.grid(visible=True, axis="x", color=style.FAINT, linewidth=0.5)
    ax.set_xlim(low / 1.3, high * (high / low) ** 0.2)


def _power(value: float) -> str:
    return formats.number(value, max(0, -int(np.floor(np.log10(value)))))


def _bars_beside(
    ax: "Axes | None", shares: pd.DataFrame, names: list[str], *, beside: str
) -> "Axes":
    """Draw a share with its interval as a bar, and as a mark the share that it is set beside.

    The columns of `shares` are the share, its bounds, and the other share.
    """
    ax = style.prepared(ax, height=1.6 + _PER_ROW * max(len(shares), 2))
    if shares.empty:
        return style.say(ax, _("Nothing to show."))
    share, _low, high, other = shares.columns
    _bars(ax, shares.iloc[:, :3])
    positions = np.arange(len(shares))
    ax.plot(
        *(shares[other], positions),
        linestyle="",
        marker="|",
        markersize=15,
        markeredgewidth=2.2,
        color=style.ORANGE,
        label=beside,
    )
    ends = shares[[high, other]].max(axis=1)
    write_beyond(ax, ends, [formats.percent(each) for each in shares[share]])
    style.percent_ticks(ax.xaxis, float(ends.max()))
    style.room_for_labels(ax, 0.0, float(ends.max()))
    name_rows(ax, names, size=_SMALL)
    style.legend_below(ax, gap=0.5, ncols=1)
    return ax


def _bars(ax: "Axes", means: pd.DataFrame) -> None:
    """Draw the first column as bars, and the bounds in the others as lines."""
    positions = np.arange(len(means))
    value, low, high = (means[name].to_numpy(float) for name in means.columns)
    ax.barh(positions, value, color=style.SKY, height=0.62)
    is_known = np.isfinite(low) & np.isfinite(high)
    ax.hlines(positions[is_known], low[is_known], high[is_known], color=style.INK, linewidth=1.2)
