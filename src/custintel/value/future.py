"""What the customers still to be won are worth, alone and with those that there are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._cashflows import discount_factors, geometric_sum, rate_per_period
from custintel._checks import require_type
from custintel._elementwise import numbers
from custintel._intervals import Estimates, Floats
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._time import Span
from custintel.errors import SchemaError
from custintel.value.equity import CustomerEquity
from custintel.value.new_customers import NewCustomerValue

CURRENT, FUTURE, TOTAL = N_("current customers"), N_("future customers"), N_("total")


@dataclass(frozen=True, slots=True, eq=False)
class FutureEquity:
    """What the customers still to be won are worth now.

    Attributes
    ----------
    total, total_low, total_high : float
        Their value less what winning them costs, discounted to now, currency, and the bounds
        of that expectation.
    discounted_customers : float
        Customers won, each counted at what 1 on the day of winning is worth now.
    acquisition_horizon : str or None
        Time during which customers are won; None: for ever.
    new_customer : NewCustomerValue
        What one of them is worth, and under which conventions.
    """

    total: float
    total_low: float
    total_high: float
    discounted_customers: float
    acquisition_horizon: str | None
    new_customer: NewCustomerValue


def future_equity(
    new_customer: NewCustomerValue,
    *,
    customers_per_month: float | Sequence[float],
    acquisition_horizon: str | None = None,
) -> FutureEquity:
    """Value the customers who will be won from now on.

    Those of a month are taken as won in its middle. Each is worth then what a new customer is
    worth; how many come is taken as known.

    Parameters
    ----------
    new_customer : NewCustomerValue
        From `new_customer_value`.
    customers_per_month : float or sequence of float
        Customers won in every month, or in the first, second … month from now, 0 or more.
    acquisition_horizon : str, optional
        How long customers are won at a single rate, in whole months: ``"36M"``, ``"3Y"``.
        Left out, for ever, which needs a discount rate above zero. Not with a sequence,
        which has its own length.

    Returns
    -------
    FutureEquity
        The total with its interval, and what it rests on.

    Raises
    ------
    ValueError
        If a number of customers is negative or not finite, there are none, or the horizon is
        not one of whole months, stands beside a sequence, or is left out with a discount rate
        of zero.
    TypeError
        If `new_customer` is not what `new_customer_value` returned.

    References
    ----------
    Gupta, S., Lehmann, D. R. and Stuart, J. A. (2004). Valuing customers. Journal of Marketing
    Research 41(1), 7-18.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.models import BetaGeoModel, GammaGammaModel
    >>> from custintel.tables import purchase_history
    >>> from custintel.value import new_customer_value
    >>> history = purchase_history(load_cdnow("sample"), as_of="1997-09-30")
    >>> models = BetaGeoModel().fit(history), GammaGammaModel().fit(history)
    >>> new = new_customer_value(*models, annual_discount_rate=0.1, acquisition_cost=40)
    >>> future = future_equity(new, customers_per_month=[10, 20])
    >>> round(future.discounted_customers, 2)
    29.72
    """
    made = _("what new_customer_value returned")
    require_type(new_customer, NewCustomerValue, name="new_customer", what=made)
    coming = numbers(customers_per_month, name="customers_per_month", low=0)
    _require_months(coming)
    rate = new_customer.annual_discount_rate
    if coming.ndim == 0:
        discounted = float(coming) * _discounted_months(acquisition_horizon, rate)
        horizon = acquisition_horizon
    else:
        if acquisition_horizon is not None:
            raise ValueError(
                _(
                    "acquisition_horizon goes with one number of customers; a sequence of {n} "
                    "months has its own length. Leave it out.",
                    n=coming.size,
                )
            )
        middles = (np.arange(coming.size) + 0.5) / 12
        discounted = float(coming @ discount_factors(middles, rate))
        horizon = str(Span(coming.size, "M"))
    return FutureEquity(
        total=new_customer.value * discounted,
        total_low=new_customer.value_low * discounted,
        total_high=new_customer.value_high * discounted,
        discounted_customers=discounted,
        acquisition_horizon=horizon,
        new_customer=new_customer,
    )


def _require_months(coming: Floats) -> None:
    if coming.ndim > 1 or not coming.size:
        raise ValueError(
            _(
                "customers_per_month is one number, or a list with one for each month: got "
                "numbers of the shape {shape}.",
                shape=coming.shape,
            )
        )


def _discounted_months(horizon: str | None, rate: float) -> float:
    """Return what 1 in the middle of each month is worth now, all months together."""
    if horizon is None and rate == 0:
        raise ValueError(
            _(
                "Customers won for ever need an annual_discount_rate above zero to have a sum. "
                "Give an acquisition_horizon such as '36M'."
            )
        )
    n_months = None if horizon is None else _whole_months(horizon)
    per_month = discount_factors(1, rate_per_period(rate, 12))
    return float(discount_factors(0.5 / 12, rate) * geometric_sum(per_month, n_months))


def _whole_months(horizon: str) -> int:
    months = Span.parse(horizon).to("M")
    if abs(months - round(months)) > 1e-9:
        raise ValueError(
            _(
                "acquisition_horizon is a whole number of months or years, such as '36M': got "
                "{horizon!r}.",
                horizon=horizon,
            )
        )
    return round(months)


@dataclass(frozen=True, slots=True, eq=False)
class TotalEquity:
    """Customer equity of the customers there are and of those to come.

    Attributes
    ----------
    total, total_low, total_high : float
        Sum, currency, and the bounds of that expectation from the joint uncertainty.
    table : DataFrame
        Indexed by ``part``: current customers, future customers, total.

        - ``equity``, ``equity_low``, ``equity_high`` : float, currency
        - ``equity_share`` : float, part of the total; can be negative or above 1 when
          winning customers costs more than they are worth, and NaN if the total is 0
    current : CustomerEquity
        The customers there are.
    future : FutureEquity
        The customers to come.
    """

    total: float
    total_low: float
    total_high: float
    table: pd.DataFrame
    current: CustomerEquity
    future: FutureEquity


def total_equity(current: CustomerEquity, future: FutureEquity) -> TotalEquity:
    """Add the equity of future customers to that of current ones.

    Both rest on the same models, so that their errors go together: the interval of the sum
    comes from the joint uncertainty of the parameters.

    Parameters
    ----------
    current : CustomerEquity
        From `customer_equity`, of values with intervals.
    future : FutureEquity
        From `future_equity`, with the same models and conventions.

    Returns
    -------
    TotalEquity
        The sum with its interval, and ``table`` with a row for each part:

        - ``equity``, ``equity_low``, ``equity_high``, ``equity_share``

    Raises
    ------
    SchemaError
        If the two parts come from different models, horizons, discount rates, levels, or one
        of them is revenue and the other margin.
    TypeError
        If a part is not one, or they are swapped.

    References
    ----------
    Gupta, S., Lehmann, D. R. and Stuart, J. A. (2004). Valuing customers. Journal of Marketing
    Research 41(1), 7-18.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.models import BetaGeoModel, GammaGammaModel
    >>> from custintel.tables import purchase_history
    >>> from custintel.value import (
    ...     customer_equity,
    ...     customer_lifetime_value,
    ...     new_customer_value,
    ... )
    >>> history = purchase_history(load_cdnow("sample"), as_of="1997-09-30")
    >>> models = BetaGeoModel().fit(history), GammaGammaModel().fit(history)
    >>> values = customer_lifetime_value(history, *models, annual_discount_rate=0.1)
    >>> new = new_customer_value(*models, annual_discount_rate=0.1)
    >>> future = future_equity(new, customers_per_month=100, acquisition_horizon="12M")
    >>> both = total_equity(customer_equity(values), future)
    >>> both.table["equity_share"].round(1).to_list()
    [0.4, 0.6, 1.0]
    """
    require_type(current, CustomerEquity, name="current", what=_("a CustomerEquity"))
    require_type(future, FutureEquity, name="future", what=_("a FutureEquity"))
    _require_same_conventions(current, future)
    new, n = future.new_customer, future.discounted_customers
    base = current.values.estimates
    now = base.sums(np.zeros(len(base.value), np.intp), 1)
    later = new.estimates.scaled(n)
    both = Estimates(now.value + later.value, now.jacobian + later.jacobian, now.covariance)
    bounds = both.interval(new.level)
    spent = new.acquisition_cost * n
    low, high = float(bounds.low[0]) - spent, float(bounds.high[0]) - spent
    total = current.total + future.total
    parts = [
        [current.total, current.total_low, current.total_high],
        [future.total, future.total_low, future.total_high],
        [total, low, high],
    ]
    table = pd.DataFrame(
        parts,
        columns=["equity", "equity_low", "equity_high"],
        index=pd.Index([CURRENT, FUTURE, TOTAL], name="part"),
    )
    share = table["equity"] / total if total != 0 else np.nan
    return TotalEquity(total, low, high, table.assign(equity_share=share), current, future)


def _require_same_conventions(current: CustomerEquity, future: FutureEquity) -> None:
    values, new = current.values, future.new_customer
    differ = {
        "horizon": _days(values.horizon) != _days(new.horizon),
        "annual_discount_rate": values.annual_discount_rate != new.annual_discount_rate,
        "margin_rate": (values.margin_rate is None) != (new.margin_rate is None),
        "level": values.level != new.level,
        _("the models"): not _same(values.estimates.covariance, new.estimates.covariance),
    }
    wrong = [name for name, differs in differ.items() if differs]
    if wrong:
        raise SchemaError(
            _(
                "Current and future equity do not add up: they differ in {wrong}. Value both "
                "with the same fitted models and conventions.",
                wrong=", ".join(wrong),
            )
        )


def _days(horizon: str | None) -> float | None:
    return None if horizon is None else Span.parse(horizon).to("D")


def _same(one: Floats, other: Floats) -> bool:
    # Relative alone: from millions of customers covariances come near any absolute tolerance.
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-9, atol=0, equal_nan=True)
