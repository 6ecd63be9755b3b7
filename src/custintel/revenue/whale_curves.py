"""The whale curve: how much profit the best customers make, and the others take away."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_columns
from custintel._concentration import points_kept
from custintel._intervals import Floats
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, eq=False)  # tables have no single truth value
class WhaleCurve:
    """Cumulative profit of customers, most profitable first, and what is read off it.

    Attributes
    ----------
    total_profit : float
        Profit of all customers, currency.
    peak_profit : float
        Profit of those who make one, currency, >= 0: what the total would be without the
        losses.
    peak_customer_share : float
        Part of the customers who make a profit, in 0-1; NaN without customers.
    peak_share : float
        ``peak_profit`` ÷ ``total_profit``, 1 or more; NaN if the total is not above zero.
    lost_profit : float
        ``peak_profit`` − ``total_profit``: what unprofitable customers take away, currency.
    lost_share : float
        ``lost_profit`` ÷ ``peak_profit``, above 1 if the total is a loss; NaN if nobody makes
        a profit.
    n_customers, n_unprofitable : int
        Customers, and those who make a loss.
    table : DataFrame
        At most some 200 points of the curve, in order, from 0 on.

        - ``customer_share`` : float, in 0-1, part of the customers, most profitable first
        - ``cumulative_profit`` : float, their profit, currency
        - ``profit_share`` : float, ``cumulative_profit`` ÷ ``total_profit``; NaN if that is
          not above zero
    """

    total_profit: float
    peak_profit: float
    peak_customer_share: float
    peak_share: float
    lost_profit: float
    lost_share: float
    n_customers: int
    n_unprofitable: int
    table: pd.DataFrame

    def plot(self, *, currency: str | None = None, ax: "Axes | None" = None) -> "Axes":
        """Draw the curve; see `custintel.plots.whale_plot`.

        Parameters
        ----------
        currency : str, optional
            Currency of the amounts.
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.

        Examples
        --------
        >>> import pandas as pd
        >>> curve = whale_curve(pd.DataFrame({"profit": [60.0, -20.0]}))
        >>> curve.plot(currency="EUR").get_title("left")
        'Profit, most profitable customers first'
        """
        from custintel.plots import whale_plot

        return whale_plot(self.table, currency=currency, ax=ax)


def whale_curve(profitability: pd.DataFrame) -> WhaleCurve:
    """Add up profits from the most profitable customer down.

    The curve rises over those who make a profit, is flat over those who make none, and falls
    over those who make a loss.

    Parameters
    ----------
    profitability : DataFrame
        One row per customer: ``profit``, from `profitability_table`.

    Returns
    -------
    WhaleCurve
        The curve, its peak, and what unprofitable customers take away.

    Raises
    ------
    SchemaError
        If there is no column ``profit``, or a profit is missing or infinite.

    References
    ----------
    Kaplan, R. S. and Narayanan, V. G. (2001). Measuring and managing customer profitability.
    Journal of Cost Management 15(5), 5-15.

    Examples
    --------
    >>> import pandas as pd
    >>> curve = whale_curve(pd.DataFrame({"profit": [60.0, -20.0, 0.0, 10.0]}))
    >>> curve.total_profit, curve.peak_profit, curve.peak_share, curve.n_unprofitable
    (50.0, 70.0, 1.4, 1)
    >>> curve.table["cumulative_profit"].to_list()
    [0.0, 60.0, 70.0, 70.0, 50.0]
    """
    require_columns(profitability.columns, ["profit"], table="profitability_table")
    _require_finite(profitability)
    profit = np.sort(profitability["profit"].to_numpy(float))[::-1]
    n, n_unprofitable = len(profit), int((profit < 0).sum())
    cumulative = np.concatenate([[0.0], np.cumsum(profit)])
    n_profitable = int((profit > 0).sum())
    total, peak = float(cumulative[-1]), float(cumulative[n_profitable])
    kept = _kept(profit, n_profitable)
    table = pd.DataFrame(
        {
            "customer_share": kept / max(n, 1),
            "cumulative_profit": cumulative[kept],
            "profit_share": cumulative[kept] / (total if total > 0 else np.nan),
        }
    )
    return WhaleCurve(
        total_profit=total,
        peak_profit=peak,
        peak_customer_share=n_profitable / n if n else np.nan,
        peak_share=peak / total if total > 0 else np.nan,
        lost_profit=peak - total,
        lost_share=(peak - total) / peak if peak > 0 else np.nan,
        n_customers=n,
        n_unprofitable=n_unprofitable,
        table=table,
    )


def _kept(profit: Floats, n_profitable: int) -> NDArray[np.intp]:
    """Choose the points of the curve that are kept, of which the peak and the ends are some."""
    n = len(profit)
    if n == 0:
        return np.array([], dtype=np.intp)
    # By the way walked up and down, which rises all along.
    walked = np.concatenate([[0.0], np.cumsum(np.abs(profit))])
    even = points_kept(walked / walked[-1]) if walked[-1] > 0 else np.array([], dtype=np.intp)
    return np.union1d(even, [0, n_profitable, n])


def _require_finite(profitability: pd.DataFrame) -> None:
    wrong = profitability.index[~np.isfinite(profitability["profit"].to_numpy(float))]
    if len(wrong):
        raise SchemaError(
            _n(
                "{n} customer has no profit, or an infinite one: {examples}. Leave it out, or "
                "make the table with custintel.revenue.profitability_table.",
                "{n} customers have no profit, or an infinite one: {examples}. Leave them out, "
                "or make the table with custintel.revenue.profitability_table.",
                len(wrong),
                examples=quoted(wrong, most=3),
            )
        )
