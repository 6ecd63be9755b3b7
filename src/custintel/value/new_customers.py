"""What a customer is worth on the day of the first purchase."""

from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from custintel._checks import require_between
from custintel._elementwise import numbers
from custintel._intervals import Estimates
from custintel._time import Span
from custintel.value._models_given import require_purchase_model, require_spend_model
from custintel.value.lifetime import SpendModel


class NewCustomerModel(Protocol):
    """What a purchase model offers here, such as `custintel.models.BetaGeoModel`."""

    def expected_purchases_of_new_customer(
        self, *, horizon: str | None, annual_discount_rate: float
    ) -> Estimates:
        """Return the discounted repeat purchases expected of a customer won now."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class NewCustomerValue:
    """What a customer about whom nothing is known is worth on the day of the first purchase.

    Attributes
    ----------
    value, value_low, value_high : float
        Discounted margin less acquisition cost, currency, and the bounds of that expectation.
    discounted_repeat_purchases : float
        Expected purchases after the first one within the horizon, discounted.
    expected_spend : float
        Expected revenue per purchase, currency.
    acquisition_cost : float
        Cost per customer won, currency.
    horizon : str or None
        Length of time valued, from the first purchase; None: without end.
    annual_discount_rate : float
        Effective rate a year.
    margin_rate : float or None
        Margin per unit of revenue; None: revenue is counted, not profit.
    level : float
        Probability that the interval aims to cover.
    estimates : Estimates
        The value before acquisition cost, with its uncertainty.
    """

    value: float
    value_low: float
    value_high: float
    discounted_repeat_purchases: float
    expected_spend: float
    acquisition_cost: float
    horizon: str | None
    annual_discount_rate: float
    margin_rate: float | None
    level: float
    estimates: Estimates


def new_customer_value(  # noqa: PLR0913 - two models, five named conventions
    purchase_model: NewCustomerModel,
    spend_model: SpendModel,
    *,
    horizon: str | None = "12M",
    annual_discount_rate: float,
    margin_rate: float | None = None,
    acquisition_cost: float = 0.0,
    level: float = 0.95,
) -> NewCustomerValue:
    """Value a customer on the day of the first purchase, that purchase included.

    The value is (1 + discounted repeat purchases) × expected spend × margin − acquisition
    cost. It rests on the customers that the models were fitted on: those won from now on are
    taken to be like them.

    Parameters
    ----------
    purchase_model : NewCustomerModel
        A fitted purchase model.
    spend_model : SpendModel
        A fitted spend model.
    horizon : str or None, default="12M"
        Length of time valued from the first purchase, with its unit. None: without end,
        which needs a discount rate above zero.
    annual_discount_rate : float
        Effective rate a year, 0-10.
    margin_rate : float, optional
        Margin per unit of revenue, in 0-1. Left out, revenue is counted, not profit.
    acquisition_cost : float, default=0.0
        Cost per customer won, currency, 0 or more, paid on that day and known without error.
    level : float, default=0.95
        Probability that the interval aims to cover, in 0-1.

    Returns
    -------
    NewCustomerValue
        The value with its interval, its parts and conventions.

    Raises
    ------
    ValueError
        If a rate, the cost, the level or the horizon is out of range.
    TypeError
        If a model, a rate or the level is of another kind.

    References
    ----------
    Gupta, S., Lehmann, D. R. and Stuart, J. A. (2004). Valuing customers. Journal of Marketing
    Research 41(1), 7-18.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.models import BetaGeoModel, GammaGammaModel
    >>> from custintel.tables import purchase_history
    >>> history = purchase_history(load_cdnow("sample"), as_of="1997-09-30")
    >>> new = new_customer_value(
    ...     BetaGeoModel().fit(history),
    ...     GammaGammaModel().fit(history),
    ...     annual_discount_rate=0.1,
    ...     margin_rate=0.3,
    ...     acquisition_cost=8,
    ... )
    >>> round(new.expected_spend, 1), new.value_low < new.value < new.value_high
    (35.2, True)
    """
    require_between(annual_discount_rate, 0, 10, name="annual_discount_rate")
    require_between(level, 0, 1, name="level", open_ends=True)
    if margin_rate is not None:
        require_between(margin_rate, 0, 1, name="margin_rate")
    _require_models(purchase_model, spend_model)
    cost = float(numbers(acquisition_cost, name="acquisition_cost", low=0))
    repeats = purchase_model.expected_purchases_of_new_customer(
        horizon=None if horizon is None else str(Span.parse(horizon)),
        annual_discount_rate=annual_discount_rate,
    )
    nobody_known = pd.DataFrame({"frequency": [0], "monetary_value": [0.0]}, index=["new"])
    spend = spend_model.expected_spend(nobody_known)
    purchases = Estimates(1 + repeats.value, repeats.jacobian, repeats.covariance)
    gross = purchases.times(spend).scaled(1.0 if margin_rate is None else margin_rate)
    bounds = gross.interval(level)
    return NewCustomerValue(
        value=float(gross.value[0]) - cost,
        value_low=float(bounds.low[0]) - cost,
        value_high=float(bounds.high[0]) - cost,
        discounted_repeat_purchases=float(repeats.value[0]),
        expected_spend=float(spend.value[0]),
        acquisition_cost=cost,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=margin_rate,
        level=level,
        estimates=gross,
    )


def _require_models(purchase_model: NewCustomerModel, spend_model: SpendModel) -> None:
    method = "expected_purchases_of_new_customer"
    require_purchase_model(purchase_model, method, argument="horizon", name="purchase_model")
    require_spend_model(spend_model)
