"""What leads may bring: potential sales."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from custintel._elementwise import as_given, numbers

_LARGEST = 1e15


def potential_sales(
    n_leads: ArrayLike, *, conversion_rate: ArrayLike, average_value: ArrayLike | None = None
) -> Any:
    """Return the sales that leads may bring: leads × conversion rate (× value of a sale).

    An expectation, not a forecast with an interval: its precision is that of the conversion
    rate, so pass the bounds of that rate's interval too and read both results.

    Parameters
    ----------
    n_leads : float or array-like
        Number of leads, 0 or more.
    conversion_rate : float or array-like
        Part of the leads that become sales, 0-1; such as that of a like campaign.
    average_value : float or array-like, optional
        Revenue of one sale, currency, 0 or more. With it the result is an amount.

    Returns
    -------
    float, ndarray or Series
        Number of sales, not rounded, or revenue: a Series if an argument is one, a float if
        all are numbers.

    Raises
    ------
    ValueError
        If an argument is out of range.
    SchemaError
        If several Series are given whose labels differ.

    Examples
    --------
    >>> potential_sales(200, conversion_rate=0.25)
    50.0
    >>> potential_sales(200, conversion_rate=[0.2, 0.3], average_value=449.0).tolist()
    [17960.0, 26940.0]
    """
    leads = numbers(n_leads, name="n_leads", low=0.0, high=_LARGEST)
    rate = numbers(conversion_rate, name="conversion_rate", low=0.0, high=1.0)
    if average_value is None:
        return as_given(np.asarray(leads * rate), n_leads, conversion_rate)
    value = numbers(average_value, name="average_value", low=0.0, high=_LARGEST)
    return as_given(np.asarray(leads * rate * value), n_leads, conversion_rate, average_value)
