"""Costs that customers cause by what they do, and the activity that they are shared out by."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_type
from custintel._text import translate as _

COUNTED = {
    "orders": "n_orders",
    "lines": "n_lines",
    "refunds": "n_refunds",
    "customers": "n_customers",
}


@dataclass(frozen=True, slots=True, eq=False)  # a Series has no single truth value
class CostDriver:
    """A cost of serving customers, and the activity that causes it.

    Either the whole cost of a pool is shared out in proportion to the activity, or each unit
    of the activity is charged at a rate.

    Parameters
    ----------
    name : str
        Name of the cost, such as ``"call centre"``: a column of `profitability_table`.
    activity : str or Series
        ``"orders"``, ``"lines"`` (of purchases), ``"refunds"`` (lines) or ``"customers"`` (with
        a purchase) are counted. Any other text is a column of the transactions, which is added
        up over the lines of purchases. A Series holds the activity itself, 0 or more, by the
        names of the rows of the table, such as calls by ``customer_id``.
    cost : float, optional
        Whole cost of the pool in the time of the table, currency, 0 or more.
    rate : float, optional
        Cost of one unit of the activity, currency, 0 or more. One of `cost` and `rate` is given.

    References
    ----------
    Kaplan, R. S. and Anderson, S. R. (2007). Time-driven activity-based costing. Boston:
    Harvard Business School Press.

    Examples
    --------
    >>> CostDriver("shipping", "orders", rate=6.5)
    CostDriver(name='shipping', activity='orders', cost=None, rate=6.5)
    """

    name: str
    activity: "str | pd.Series[Any]"
    cost: float | None = None
    rate: float | None = None

    def __post_init__(self) -> None:
        """Check what can be checked before the transactions are known."""
        require_type(self.name, str, name="name", what=_("the name of a cost"))
        what = _("one of {counted}, a column, or a Series of amounts", counted=quoted(COUNTED))
        require_type(self.activity, (str, pd.Series), name="activity", what=what)
        given = [amount for amount in (self.cost, self.rate) if amount is not None]
        if len(given) != 1 or not _is_amount(given[0]):
            raise ValueError(
                _(
                    "Cost driver {name!r} has either a cost or a rate, an amount of 0 or more: "
                    "got cost={cost!r} and rate={rate!r}.",
                    name=self.name,
                    cost=self.cost,
                    rate=self.rate,
                )
            )


def _is_amount(value: object) -> bool:
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return is_number and 0 <= float(value) < np.inf  # type: ignore[arg-type]
