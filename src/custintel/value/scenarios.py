"""What moves customer equity: retention, margin, discount rate, acquisition."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import require_choice, require_type
from custintel._elementwise import numbers
from custintel._sensitivity import one_at_a_time, require_ranges
from custintel._text import translate as _
from custintel.value.constant_retention import TIMINGS, MarginTiming, margin_multiple

_LEAST = {
    "n_customers": 0,
    "retention_rate": 0,
    "discount_rate": 0,
    "new_customers": 0,
    "acquisition_cost": 0,
    "growth_rate": -1,
}
_MOST = {"retention_rate": 1}


@dataclass(frozen=True, slots=True)
class EquityAssumptions:
    """The few numbers from which customer equity is reckoned on the back of an envelope.

    Rates and margins are those of one period, the same for all: a month, a quarter, a year.

    Parameters
    ----------
    n_customers : float
        Customers there are now, 0 or more.
    margin : float
        Margin per customer and period, currency, after the cost of keeping the customer.
    retention_rate : float
        Probability of staying from one period to the next, 0-1.
    discount_rate : float
        Effective rate **per period**, 0 or more; above 0 if there are new customers.
    new_customers : float, default=0.0
        Customers won at the end of each period from now on, 0 or more. They pay at once:
        their value is reckoned with the timing ``"now"``.
    acquisition_cost : float, default=0.0
        Cost per customer won, currency, 0 or more.
    growth_rate : float, default=0.0
        Growth of the margin of a customer who stays, per period.
    timing : {"after_renewal", "now", "period_end"}, default="after_renewal"
        When the next margin of current customers comes; see `margin_multiple`.

    Raises
    ------
    ValueError
        If a number is out of range.
    TypeError
        If one of them is no number.

    Examples
    --------
    >>> base = EquityAssumptions(
    ...     n_customers=1000, margin=100, retention_rate=0.8, discount_rate=0.12
    ... )
    >>> round(base.equity())
    250000
    """

    n_customers: float
    margin: float
    retention_rate: float
    discount_rate: float
    new_customers: float = 0.0
    acquisition_cost: float = 0.0
    growth_rate: float = 0.0
    timing: MarginTiming = "after_renewal"

    def __post_init__(self) -> None:
        """Check all at the door: a wrong number is told before anything rests on it."""
        require_choice(self.timing, TIMINGS, name="timing")
        for name in _drivers():
            low, high = _LEAST.get(name, -np.inf), _MOST.get(name, np.inf)
            require_type(getattr(self, name), Real, name=name, what=_("a number"))
            numbers(getattr(self, name), name=name, low=low, high=high)
        if self.new_customers > 0 and self.discount_rate == 0:
            raise ValueError(
                _(
                    "Customers won for ever need a discount_rate above zero to have a sum. Give "
                    "one, or leave new_customers at 0."
                )
            )

    def equity(self) -> float:
        """Return the equity of current and future customers that follows, in currency."""
        equity = self.n_customers * self.margin * self._multiple(self.timing)
        if self.new_customers > 0:
            worth = self.margin * self._multiple("now") - self.acquisition_cost
            equity += self.new_customers * worth / self.discount_rate
        return equity

    def _multiple(self, timing: MarginTiming) -> float:
        multiple = margin_multiple(
            self.retention_rate,
            discount_rate=self.discount_rate,
            growth_rate=self.growth_rate,
            timing=timing,
        )
        return float(multiple)


def equity_scenarios(
    base: EquityAssumptions, *, ranges: Mapping[str, tuple[float, float]]
) -> pd.DataFrame:
    """Change one assumption at a time and see what it does to customer equity.

    Parameters
    ----------
    base : EquityAssumptions
        The situation as it is.
    ranges : mapping of str to (float, float)
        For each assumption to be changed, by name, its low and its high value.

    Returns
    -------
    DataFrame
        Indexed by ``driver``, the assumption changed; widest swing first, equal ones in the
        order of `ranges`.

        - ``low``, ``base``, ``high`` : float, values of the assumption
        - ``equity_low``, ``equity_base``, ``equity_high`` : float, currency, equity at these
          values; a higher cost or discount rate makes ``equity_high`` the smaller
        - ``swing`` : float, currency, distance between the equity at both ends, 0 or more
        - ``elasticity`` : float, percent of equity for one percent of the assumption,
          between both ends; NaN where the base value or equity is 0, or the range is empty

    Raises
    ------
    ValueError
        If a name is not an assumption, a low value is above its high one, or a value is
        impossible or leads to an equity without limit.
    TypeError
        If `base` is not an EquityAssumptions, or a range not a pair.

    References
    ----------
    Gupta, S., Lehmann, D. R. and Stuart, J. A. (2004). Valuing customers. Journal of Marketing
    Research 41(1), 7-18: improving retention, margin or acquisition cost by one percent was
    worth 5, 1 and 0.1 percent of the value of the companies studied.

    Examples
    --------
    >>> base = EquityAssumptions(
    ...     n_customers=1000, margin=100, retention_rate=0.8, discount_rate=0.1
    ... )
    >>> scenarios = equity_scenarios(
    ...     base, ranges={"margin": (90, 110), "retention_rate": (0.75, 0.85)}
    ... )
    >>> scenarios[["equity_low", "equity_base", "equity_high", "swing"]].round(-3).astype(int)
                    equity_low  equity_base  equity_high   swing
    driver
    retention_rate      214000       267000       340000  126000
    margin              240000       267000       293000   53000
    """
    made = _("an EquityAssumptions, such as EquityAssumptions(n_customers=…, …)")
    require_type(base, EquityAssumptions, name="base", what=made)
    named = _("a mapping, such as {example}", example="{'retention_rate': (0.67, 0.77)}")
    require_type(ranges, Mapping, name="ranges", what=named)
    require_ranges(ranges, _drivers())
    table = one_at_a_time(
        lambda name, value: _changed(base, name, value).equity(),
        base={name: float(getattr(base, name)) for name in ranges},
        at_base=base.equity(),
        ranges=ranges,
    )
    return table.rename(columns=lambda name: name.replace("outcome", "equity"))


def _changed(base: EquityAssumptions, name: str, value: float) -> EquityAssumptions:
    changed: dict[str, Any] = {name: value}
    return replace(base, **changed)


def _drivers() -> list[str]:
    return [field.name for field in fields(EquityAssumptions) if field.name != "timing"]
