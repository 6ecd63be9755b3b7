"""What the gamma-gamma model expects a customer to spend, given its parameters."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import ConvergenceError, WeakResultWarning
from custintel.models._history import Spend, customers_named


def expected_spend_of(
    parameters: Floats, spend: Spend, history: pd.DataFrame, *, with_slopes: bool
) -> tuple[Floats, Floats]:
    """Return each customer's expected mean amount, and its derivatives by the log parameters.

    That is p (v + xz) / (px + q − 1): Fader & Hardie (2013), equation 5.
    """
    p, q, v = parameters
    x = spend.frequency
    total = v + x * _not_negative(spend, history)
    n = p * x + q - 1
    _require_finite(n > 0, q, history)
    value = p * total / n
    if not with_slopes:
        return value, np.empty((len(value), 0))
    by_log = [value * (q - 1) / n, -value * q / n, value * v / total]
    return value, np.column_stack(by_log)


def _not_negative(spend: Spend, history: pd.DataFrame) -> Floats:
    negative = (spend.frequency > 0) & (spend.monetary_value < 0)
    n = int(np.count_nonzero(negative))
    if n:
        warn(
            _n(
                "{n} customer has a negative mean amount (monetary_value), such as {customers}: "
                "refunds exceed purchases. The gamma-gamma model takes it for zero.",
                "{n} customers have a negative mean amount (monetary_value), such as "
                "{customers}: refunds exceed purchases. The gamma-gamma model takes it for zero.",
                n,
                customers=customers_named(history, negative),
            ),
            WeakResultWarning,
        )
    return np.maximum(spend.monetary_value, 0.0)


def _require_finite(finite: NDArray[np.bool_], q: float, history: pd.DataFrame) -> None:
    n = int(np.count_nonzero(~finite))
    if n:
        raise ConvergenceError(
            _(
                "The expected spend of {n} of {total} customers, such as {customers}, is "
                "infinite: with q = {q:.3g}, at most 1, a few customers spend so much that "
                "there is no mean. Look for outliers among the amounts, or forecast only "
                "customers with repeat purchases.",
                n=n,
                total=len(finite),
                customers=customers_named(history, ~finite),
                q=q,
            )
        )
