"""How much of the customer equity rests on how few customers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel._checks import require_between, require_type
from custintel._concentration import best_first, gini_index, points_kept, share_of_best
from custintel._text import translate as _
from custintel.value.lifetime import LifetimeValues, require_values

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, eq=False)
class EquityConcentration:
    """How unevenly the equity is spread over the customers.

    Attributes
    ----------
    gini : float
        Gini index, in 0-1: 0 if all customers are worth the same; NaN if none is worth
        anything.
    top : DataFrame
        Indexed by ``customer_share``, the part of the customers, most valuable first.

        - ``equity_share`` : float, in 0-1, part of the equity that they hold; NaN if there
          is no equity
    curve : DataFrame
        At most 200 points from (0, 0) to (1, 1), no row if there is no equity.

        - ``customer_share`` : float, in 0-1, most valuable first
        - ``equity_share`` : float, in 0-1
    n_customers : int
        Customers valued, those worth nothing included.
    """

    gini: float
    top: pd.DataFrame
    curve: pd.DataFrame
    n_customers: int

    def plot(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the share of equity that the best customers hold.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.
        """
        from custintel.plots import equity_curve

        return equity_curve(self.curve, ax=ax)


def equity_concentration(
    values: LifetimeValues, *, top: Sequence[float] = (0.01, 0.05, 0.1, 0.2)
) -> EquityConcentration:
    """Measure how much of the customer equity the most valuable customers hold.

    The values are expectations, which lie closer together than what customers will really
    bring: past revenue (`custintel.revenue.concentration_table`) is more concentrated.

    Parameters
    ----------
    values : LifetimeValues
        From `customer_lifetime_value`.
    top : sequence of float, default=(0.01, 0.05, 0.1, 0.2)
        Parts of the customers, in 0-1, whose share of the equity is given. Where a part is
        not a whole number of customers, the next one counts in proportion.

    Returns
    -------
    EquityConcentration
        ``gini``, ``curve``, and ``top`` with one row per part, indexed by ``customer_share``:

        - ``equity_share``

    Raises
    ------
    ValueError
        If one of `top` is not in 0-1.
    TypeError
        If `values` is not what `customer_lifetime_value` returned, or `top` no list.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità. Bologna: Cuppini.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.models import BetaGeoModel, GammaGammaModel
    >>> from custintel.tables import purchase_history
    >>> from custintel.value import customer_lifetime_value
    >>> history = purchase_history(load_cdnow("sample"), as_of="1997-09-30")
    >>> values = customer_lifetime_value(
    ...     history,
    ...     BetaGeoModel().fit(history),
    ...     GammaGammaModel().fit(history),
    ...     annual_discount_rate=0.1,
    ... )
    >>> equity_concentration(values).top.round(2)["equity_share"].to_list()
    [0.18, 0.42, 0.57, 0.71]
    """
    require_values(values)
    require_type(top, Iterable, name="top", what=_("a list of shares, such as (0.1,)"))
    for part in top:
        require_between(part, 0, 1, name="top")
    curve = best_first(values.estimates.value)
    has_equity = len(curve) > 0
    kept = points_kept(curve)
    shares = [share_of_best(curve, part) if has_equity else np.nan for part in top]
    return EquityConcentration(
        gini=gini_index(curve) if has_equity else np.nan,
        top=pd.DataFrame(
            {"equity_share": shares}, index=pd.Index(list(top), name="customer_share", dtype=float)
        ),
        curve=pd.DataFrame(
            {
                "customer_share": np.linspace(0, 1, len(curve))[kept],
                "equity_share": curve[kept],
            }
        ),
        n_customers=len(values.table),
    )
