"""Customer lifetime value from models: purchases × spend × margin, discounted."""

from dataclasses import dataclass
from numbers import Real
from typing import Protocol

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_between, require_type
from custintel._elementwise import float_column
from custintel._intervals import Estimates, Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Span
from custintel.errors import SchemaError
from custintel.value._models_given import require_purchase_model, require_spend_model


class PurchaseModel(Protocol):
    """What a purchase model offers here, such as `custintel.models.BetaGeoModel`."""

    def expected_purchases(
        self,
        history: pd.DataFrame,
        *,
        horizon: str | None,
        annual_discount_rate: float,
        with_errors: bool = True,
    ) -> Estimates:
        """Return each customer's discounted expected purchases within `horizon`."""
        ...


class SpendModel(Protocol):
    """What a spend model offers here, such as `custintel.models.GammaGammaModel`."""

    def expected_spend(self, history: pd.DataFrame, *, with_errors: bool = True) -> Estimates:
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
          that expectation at `level`, absent when `level` is None; what one customer will
          really bring varies far more
    horizon : str or None
        Length of time valued, from the day after the history's ``as_of``; None: without end.
    annual_discount_rate : float
        Effective rate a year.
    margin_rate : float, Series or None
        Margin per unit of revenue, of all or by customer; None: the values are revenue, not
        profit.
    level : float or None
        Probability that the intervals aim to cover; None: there are no intervals.
    estimates : Estimates
        The values with their joint uncertainty, from which sums get their intervals.
    """

    table: pd.DataFrame
    horizon: str | None
    annual_discount_rate: float
    margin_rate: float | pd.Series | None
    level: float | None
    estimates: Estimates


def require_values(values: LifetimeValues) -> None:
    """Raise `TypeError` unless these are lifetime values with what sums of them need."""
    require_type(
        values,
        LifetimeValues,
        name="values",
        what=_("what customer_lifetime_value returned"),
        hint=_("Not its table: the interval of a sum needs both.")
        if isinstance(values, pd.DataFrame | pd.Series)
        else "",
    )


def customer_lifetime_value(  # noqa: PLR0913 - three tables and models, four named conventions
    history: pd.DataFrame,
    purchase_model: PurchaseModel,
    spend_model: SpendModel,
    *,
    horizon: str | None = "12M",
    annual_discount_rate: float,
    margin_rate: float | pd.Series | None = None,
    level: float | None = 0.95,
) -> LifetimeValues:
    """Value each customer: discounted purchases × expected spend × margin.

    A finite horizon is cut into equal steps of at most a mean month; the purchases of a step
    are discounted from its middle. Without an end, purchases are discounted continuously at
    the rate ln(1 + d) a year, which is the same discount for each instant. Purchases and spend
    are taken as independent given the customer, as in the source; the intervals hold the
    uncertainty of both models' parameters.

    Parameters
    ----------
    history : DataFrame
        `custintel.tables.purchase_history`, one row per customer.
    purchase_model : PurchaseModel
        A fitted purchase model.
    spend_model : SpendModel
        A fitted spend model.
    horizon : str or None, default="12M"
        Length of time valued, with its unit: ``"12M"``, ``"52W"``. None: without end, which
        needs a discount rate above zero.
    annual_discount_rate : float
        Effective rate a year, 0-10: 0.1 for 10 %.
    margin_rate : float or Series, optional
        Margin per unit of revenue, in 0-1: one rate, or one per customer, indexed by
        ``customer_id``. Left out, the value is revenue, not profit.
    level : float or None, default=0.95
        Probability that the intervals aim to cover, in 0-1. None: values without intervals,
        many times faster.

    Returns
    -------
    LifetimeValues
        Its ``table`` has one row per customer, indexed as `history`:

        - ``discounted_purchases``, ``expected_spend``, ``customer_lifetime_value``,
          and unless `level` is None ``customer_lifetime_value_low``,
          ``customer_lifetime_value_high``

    Raises
    ------
    SchemaError
        If `history` is not a purchase history, has ``customer_id`` as a column instead of the
        index, or a customer has no margin rate or several.
    TypeError
        If a model, a rate or the level is of another kind.
    ValueError
        If a rate, the level or the horizon is out of range, or the horizon has no end and
        the discount rate is zero: the expectation may have no limit then.

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
    if level is not None:
        require_between(level, 0, 1, name="level", open_ends=True)
    require_purchase_model(
        purchase_model, "expected_purchases", argument="horizon", name="purchase_model"
    )
    require_spend_model(spend_model)
    _require_customers(history)
    asked = _horizon(horizon, annual_discount_rate)
    margin = _margin(margin_rate, history.index)
    # Models without this argument may still be valued with intervals.
    fast = {} if level is not None else {"with_errors": False}
    purchases = purchase_model.expected_purchases(
        history, horizon=asked, annual_discount_rate=annual_discount_rate, **fast
    )
    spend = spend_model.expected_spend(history, **fast)
    values = purchases.times(spend).scaled(margin)
    columns = {
        "discounted_purchases": purchases.value,
        "expected_spend": spend.value,
        "customer_lifetime_value": values.value,
    }
    if level is not None:
        bounds = values.interval(level)
        columns["customer_lifetime_value_low"] = bounds.low
        columns["customer_lifetime_value_high"] = bounds.high
    table = pd.DataFrame(columns, index=history.index)
    return LifetimeValues(table, horizon, annual_discount_rate, margin_rate, level, values)


def _require_customers(history: pd.DataFrame) -> None:
    require_type(history, pd.DataFrame, name="history", what=_("a pandas DataFrame"))
    if "customer_id" in history.columns:
        raise SchemaError(
            _(
                "The history has customer_id as a column, so that the values would lose it. "
                "Make it the index: history.set_index('customer_id')."
            )
        )
    if not history.index.is_unique:
        raise SchemaError(_("The history has several rows for one customer; one each is needed."))


def _horizon(horizon: str | None, annual_discount_rate: float) -> str | None:
    if horizon is not None:
        return str(Span.parse(horizon))
    if annual_discount_rate == 0:
        raise ValueError(
            _(
                "A value without end (horizon=None) needs an annual_discount_rate above zero: "
                "the purchases expected for ever may have no limit (under BG/NBD they have "
                "none when a is 1 or less). Give a rate, or a horizon such as '36M'."
            )
        )
    return None


def _margin(margin_rate: float | pd.Series | None, customers: pd.Index) -> float | Floats:
    if margin_rate is None:
        return 1.0
    rates = _("a number in 0–1 or a Series indexed by customer_id")
    require_type(margin_rate, (Real, pd.Series), name="margin_rate", what=rates)
    if not isinstance(margin_rate, pd.Series):
        require_between(margin_rate, 0, 1, name="margin_rate")
        return float(margin_rate)
    # The usual case, and at a million customers many times faster than matching ids.
    if margin_rate.index.equals(customers):
        matched = margin_rate
    elif margin_rate.index.is_unique:
        matched = margin_rate.reindex(customers)
    else:
        repeated = margin_rate.index[margin_rate.index.duplicated()].unique()
        raise SchemaError(
            _(
                "margin_rate has several rates for {customers}; give one each, indexed by "
                "customer_id.",
                customers=quoted(repeated, most=3),
            )
        )
    of_each = np.asarray(float_column(matched))
    _require_rates(of_each, customers)
    return of_each


def _require_rates(rates: Floats, customers: pd.Index) -> None:
    with np.errstate(invalid="ignore"):
        wrong = ~((rates >= 0) & (rates <= 1))
    n = int(np.count_nonzero(wrong))
    if n:
        raise SchemaError(
            _n(
                "margin_rate has no rate in 0-1 for {n} customer of {total}: {examples}. "
                "Give each customer one, such as the rate of all: "
                "margin_rate.reindex(history.index, fill_value=…).",
                "margin_rate has no rate in 0-1 for {n} customers of {total}, such as "
                "{examples}. Give each customer one, such as the rate of all: "
                "margin_rate.reindex(history.index, fill_value=…).",
                n,
                total=len(customers),
                examples=quoted(customers[wrong], most=3),
            )
        )
