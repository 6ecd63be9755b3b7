"""Customer equity: what a customer base is worth, in total and by group."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel._checks import require_type
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.value.lifetime import LifetimeValues, require_values

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NO_GROUP = N_("(none)")


@dataclass(frozen=True, slots=True, eq=False)
class CustomerEquity:
    """The expected value of a customer base, with the interval of that expectation.

    Attributes
    ----------
    total : float
        Sum of the customers' lifetime values, currency.
    total_low, total_high : float
        Its bounds; NaN for values made without intervals (``level=None``).
    n_customers : int
        Customers valued.
    table : DataFrame
        One row per group, or one row ``"all"``.

        - ``n_customers`` : int
        - ``customer_share`` : float, in 0-1
        - ``equity`` : float, currency
        - ``equity_low``, ``equity_high`` : float, currency; absent for values made without
          intervals
        - ``equity_share`` : float, in 0-1
    values : LifetimeValues
        What was added up: horizon, discount rate, margin and level are there.
    """

    total: float
    total_low: float
    total_high: float
    n_customers: int
    table: pd.DataFrame
    values: LifetimeValues

    def plot(self, *, currency: str | None = None, ax: "Axes | None" = None) -> "Axes":
        """Draw the equity of each group with its interval.

        Parameters
        ----------
        currency : str, optional
            Currency of the amounts, shown on the axis.
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.

        Examples
        --------
        >>> import pandas as pd
        >>> groups = pd.DataFrame(
        ...     {"equity": [9.0], "equity_low": [8.0], "equity_high": [10.0]}, index=["all"]
        ... )
        >>> equity = CustomerEquity(9.0, 8.0, 10.0, 3, groups, values=None)
        >>> equity.plot(currency="EUR").patches[0].get_width().item()
        9.0
        """
        from custintel.plots import equity_bars

        return equity_bars(self.table, currency=currency, ax=ax)


def customer_equity(values: LifetimeValues, *, by: pd.Series | None = None) -> CustomerEquity:
    """Add up lifetime values, for the whole base and by group.

    The bounds of a sum come from the joint uncertainty of the models' parameters: adding up
    the customers' own bounds would be far too wide or too narrow. They bound the expected
    equity of the customers there are; `future_equity` values those still to come.

    Parameters
    ----------
    values : LifetimeValues
        From `customer_lifetime_value`.
    by : Series, optional
        Group of each customer, indexed by ``customer_id``; customers without one form the
        group ``"(none)"``.

    Returns
    -------
    CustomerEquity
        Total with bounds, and ``table`` with one row per group, in the order of the groups
        (that of a categorical's categories, else sorted):

        - ``n_customers``, ``customer_share``, ``equity``, ``equity_share``, and
          ``equity_low``, ``equity_high`` if the values have intervals

    Raises
    ------
    SchemaError
        If `by` has several groups for one customer, or none of the customers.
    TypeError
        If `values` is not what `customer_lifetime_value` returned, or `by` no Series.

    References
    ----------
    Rust, R. T., Lemon, K. N. and Zeithaml, V. A. (2004). Return on marketing: using customer
    equity to focus marketing strategy. Journal of Marketing 68(1), 109-127.

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
    >>> equity = customer_equity(values, by=history["frequency"].clip(upper=1))
    >>> equity.table["n_customers"].to_list()
    [1411, 946]
    >>> bool(abs(equity.table["equity"].sum() - equity.total) < 1e-6)
    True
    """
    require_values(values)
    groups = _groups(values.table.index, by)
    codes, names = groups.cat.codes.to_numpy().astype(np.intp), groups.cat.categories
    n = np.bincount(codes, minlength=len(names))
    sums = values.estimates.sums(codes, len(names))
    whole = values.estimates.sums(np.zeros(len(codes), np.intp), 1)
    total = float(whole.value[0])
    columns = {"n_customers": n, "customer_share": n / len(codes), "equity": sums.value}
    total_low = total_high = np.nan
    if values.level is not None:
        bounds, whole_bounds = sums.interval(values.level), whole.interval(values.level)
        columns |= {"equity_low": bounds.low, "equity_high": bounds.high}
        total_low, total_high = float(whole_bounds.low[0]), float(whole_bounds.high[0])
    columns["equity_share"] = sums.value / total if total > 0 else np.zeros(len(names))
    table = pd.DataFrame(columns, index=pd.Index(names, name=groups.name))
    return CustomerEquity(total, total_low, total_high, len(codes), table[n > 0], values)


def value_deciles(values: LifetimeValues) -> pd.Series:
    """Return each customer's decile of lifetime value: 1 holds the most valuable tenth.

    Parameters
    ----------
    values : LifetimeValues
        From `customer_lifetime_value`.

    Returns
    -------
    Series
        Named ``value_decile``, indexed by ``customer_id``: int in 1-10. Customers of equal
        value are taken in the order of their id, so that deciles differ by one customer at
        most.

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
    >>> value_deciles(values).value_counts().max().item()
    236
    """
    require_values(values)
    value = values.table["customer_lifetime_value"]
    by_value = value.sort_index().sort_values(ascending=False, kind="stable")
    decile = np.arange(len(value)) * 10 // len(value) + 1
    ranked = pd.Series(decile, index=by_value.index, name="value_decile")
    return ranked.reindex(value.index)


def _groups(customers: pd.Index, by: pd.Series | None) -> pd.Series:
    if by is None:
        everyone = pd.Series("all", index=customers, name="group")
        return everyone.astype("category")
    series = _("a Series indexed by customer_id, such as segments['segment']")
    require_type(by, pd.Series, name="by", what=series)
    if not by.index.is_unique:
        raise SchemaError(
            _("`by` has several groups for one customer; give one each, indexed by customer_id.")
        )
    groups = by.reindex(customers).rename("group" if by.name is None else str(by.name))
    if len(customers) and groups.isna().all():
        raise SchemaError(
            _("`by` has a group for none of the customers; index it by customer_id, as text.")
        )
    groups = groups.astype("category")
    if groups.isna().any():
        if NO_GROUP not in groups.cat.categories:
            groups = groups.cat.add_categories([NO_GROUP])
        groups = groups.fillna(NO_GROUP)
    return groups
