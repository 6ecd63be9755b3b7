"""Plots of referrals."""

from typing import TYPE_CHECKING

import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.plots import _style as style
from custintel.plots._interval_rows import PER_ROW, draw_rows, share_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 20
_RATES = ["referral_rate", "referral_rate_low", "referral_rate_high"]


def referral_bars(rates: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Plot which part of the customers was referred by another one, group by group.

    Parameters
    ----------
    rates : DataFrame
        From `custintel.revenue.referral_rate`: ``n_customers``, ``n_referred``,
        ``referral_rate``, ``referral_rate_low``, ``referral_rate_high``. Of more than twenty
        groups the first twenty are drawn, which are the largest, and the title says so.
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
    >>> from custintel.revenue import referral_rate
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "eve", "kim"],
    ...     "referred_by": [None, "ann", "ann", None],
    ... })
    >>> [text.get_text() for text in referral_bars(referral_rate(customers)).texts]
    ['50.0% (2 of 4)']
    """
    require_columns(rates.columns, ["n_customers", "n_referred", *_RATES], table="referral_rate")
    drawn = rates.iloc[:_MOST_ROWS]
    ax = style.prepared(ax, height=1.2 + PER_ROW * max(len(drawn), 2))
    if drawn.empty:
        return style.say(ax, _("No customers to show."))
    texts = [
        _(
            "{share} ({k} of {n})",
            share=formats.percent(rate),
            k=formats.number(k),
            n=formats.number(n),
        )
        for rate, k, n in drawn[["referral_rate", "n_referred", "n_customers"]].to_numpy(float)
    ]
    draw_rows(ax, drawn[_RATES], [style.label(_(str(name))) for name in drawn.index], texts)
    share_axis(ax, float(drawn["referral_rate_high"].max()))
    title = _("Customers who came on referral")
    if len(drawn) < len(rates):
        title = _(
            "Customers who came on referral,\n{n} largest of {n_groups} groups",
            n=len(drawn),
            n_groups=formats.number(len(rates)),
        )
    style.titled(ax, title, x=_("Share of the customers, with interval"))
    return ax
