"""Customer lifetime value over a horizon: purchases × spend × margin, discounted."""

from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from custintel._checks import require_between
from custintel._intervals import Estimates
from custintel._text import translate as _
from custintel._time import Span
from custintel.errors import SchemaError


class PurchaseModel(Protocol):
    """What a purchase model offers here, such as `custintel.models.BetaGeoModel`."""

    def expected_purchases(
        self, history: pd.DataFrame, *, horizon: str, annual_discount_rate: float
    ) -> Estimates:
        """Return each customer's discounted expected purchases within `horizon`."""
        ...


class SpendModel(Protocol):
    """What a spend model offers here, such as `custintel.models.GammaGammaModel`."""

    def expected_spend(self, history: pd.DataFrame) -> Estimates:
        """Return each customer's expected revenue per purchase."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class LifetimeValues:
    """Lifetime value per customer, and all that is needed to quote or add up the values.

    Attributes
    ----------
    table : DataFrame
        Indexed by ``customer_id``.

        - ``discounted_purchases`` : float, expected purchases within the horizon, discounted
        - ``expected_spend`` : float, expected revenue per purchase, currency
        - ``customer_lifetime_value`` : float, currency; discounted margin, or discounted
          revenue when `margin_rate` is None
        - ``customer_lifetime_value_low``, ``customer_lifetime_value_high`` : float, bounds of
          that expectation at `level`; what one customer will really bring varies far more
    horizon : str
        Length of time valued, from the day after the history's ``as_of``.
    annual_discount_rate : float
        Effective rate a year.
    margin_rate : float or None
        Margin per unit of revenue; None: the values are revenue, not profit.
    level : float
        Probability that the intervals aim to cover.
    estimates : Estimates
        The values with their joint uncertainty, from which sums get their intervals.
    """

    table: pd.DataFrame
    horizon: str
    annual_discount_rate: float
    margin_rate: float | None
    level: float
    estimates: Estimates


def customer_lifetime_value(  # noqa: PLR0913 - three tables and models, four named conventions
    history: pd.DataFrame,
    purchase_model: PurchaseModel,
    spend_model: SpendModel,
    *,
    horizon: str = "12M",
    annual_discount_rate: float,
    margin_rate: float | None = None,
    level: float = 0.95,
) -> LifetimeValues:
    """Value each customer: discounted purchases × expected spend × margin.

    The horizon is cut into equal steps of at most a mean month; the purchases of a step are
    discounted from its middle. Purchases and spend are taken as independent given the
    customer, as in the source; the intervals hold the uncertainty of both models' parameters.

    Parameters
    ----------
    history : DataFrame
        `custintel.tables.purchase_history`, one row per customer.
    purchase_model : PurchaseModel
        A fitted purchase model.
    spend_model : SpendModel
        A fitted spend model.
    horizon : str, default="12M"
        Length of time valued, with its unit: ``"12M"``, ``"52W"``.
    annual_discount_rate : float
        Effective rate a year, >= 0: 0.1 for 10 %.
    margin_rate : float, optional
        Margin per unit of revenue, in 0-1. Left out, the value is revenue, not profit.
    level : float, default=0.95
        Probability that the intervals aim to cover, in 0-1.

    Returns
    -------
    LifetimeValues
        Its ``table`` has one row per customer, indexed as `history`:

        - ``discounted_purchases``, ``expected_spend``, ``customer_lifetime_value``,
          ``customer_lifetime_value_low``, ``customer_lifetime_value_high``

    Raises
    ------
    SchemaError
        If `history` is not a purchase history.
    ValueError
        If a rate, the level or the horizon is out of range.

    References
    ----------
    Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). RFM and CLV: using iso-value curves
    for customer base analysis. Journal of Marketing Research 42(4), 415-430.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.models import BetaGeoModel, GammaGammaModel
    >>> from custintel.tables import purchase_history
    >>> history = purchase_history(load_cdnow("sample"), as_of="1997-09-30")
    >>> values = customer_lifetime_value(
    ...     history,
    ...     BetaGeoModel().fit(history),
    ...     GammaGammaModel().fit(history),
    ...     horizon="12M",
    ...     annual_discount_rate=0.1,
    ...     margin_rate=0.3,
    ... )
    >>> values.table.loc["0001"].round(2).to_list()
    [1.5, 24.65, 11.06, 10.11, 12.11]
    """
    require_between(annual_discount_rate, 0, 10, name="annual_discount_rate")
    if margin_rate is not None:
        require_between(margin_rate, 0, 1, name="margin_rate")
    if not history.index.is_unique:
        raise SchemaError(_("The history has several rows for one customer; one each is needed."))
    purchases = purchase_model.expected_purchases(
        history, horizon=str(Span.parse(horizon)), annual_discount_rate=annual_discount_rate
    )
    spend = spend_model.expected_spend(history)
    values = purchases.times(spend).scaled(1.0 if margin_rate is None else margin_rate)
    bounds = values.interval(level)
    table = pd.DataFrame(
        {
            "discounted_purchases": purchases.value,
            "expected_spend": spend.value,
            "customer_lifetime_value": values.value,
            "customer_lifetime_value_low": bounds.low,
            "customer_lifetime_value_high": bounds.high,
        },
        index=history.index,
    )
    return LifetimeValues(table, horizon, annual_discount_rate, margin_rate, level, values)
