"""Which share of the customers buy again, with its denominators named."""

import numpy as np
import pandas as pd

from custintel._frames import Frame, warn_refunds_alone
from custintel._intervals import normal_quantile, wilson_interval
from custintel._text import translate as _
from custintel._time import Day, Span, as_day
from custintel.errors import SchemaError
from custintel.retention._purchase_days import PurchaseDays, read_purchase_days
from custintel.retention._spans import first_day_of


def repeat_rates(
    transactions: Frame,
    *,
    as_of: Day,
    window: str | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count the customers who purchased more than once, and compare groups by it.

    The repeat rate divides by customers; the share of repeat purchases divides by purchases,
    and is larger, as repeat customers purchase more. Both rise with the length of the data,
    and the newest customers have had no time yet: for a share that allows for that, see
    `custintel.retention.second_purchase`.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue`` and the column `by`; pandas, polars,
        DuckDB, PySpark, pyarrow, or the path of a Parquet file. Purchases of one day count as
        one; refunds are none.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    window : str, optional
        Span that ends with `as_of`, such as ``"12M"``, in calendar months: purchases before
        it are ignored. By default all purchases count.
    by : str, optional
        Column whose values are told apart: purchases of the same customer with the same value,
        such as a category, are repeats. Lines without one are ``(missing)``.
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by `by`, in the order of the names; one row ``total`` without it. Groups without
        a purchase in the window have no row.

        - ``n_customers`` : int, >= 1, customers with a purchase
        - ``n_repeaters`` : int, those with two purchase days or more
        - ``repeat_rate`` : float, 0-1, ``n_repeaters`` ÷ ``n_customers``
        - ``repeat_rate_low``, ``repeat_rate_high`` : float, 0-1, Wilson interval
        - ``n_purchases`` : int, purchase days
        - ``repeat_purchase_share`` : float, 0-1, part of them that was not the customer's first
          in the window; observed, without an interval
        - ``mean_purchases`` : float, >= 1, ``n_purchases`` ÷ ``n_customers``; observed
        - ``loyalty_index`` : float, >= 0, 100 × ``repeat_rate`` ÷ that of all rows together:
          above 100, more repeat than elsewhere. "Loyalty index" is the name of many measures;
          this is the index of repeat purchase. NaN if nobody repeated

    Raises
    ------
    SchemaError
        If a column is missing, or there is no purchase in the window.
    ValueError
        If an argument is not as described.

    Warns
    -----
    SetAsideWarning
        If customers have refunds but no purchase.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "cy"],
    ...     "ordered_at": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-01-05", "2024-03-01"]),
    ...     "revenue": 10.0,
    ... })
    >>> repeats = repeat_rates(transactions, as_of="2024-03-31")
    >>> repeats[["n_customers", "n_repeaters", "repeat_rate", "repeat_purchase_share"]].round(3)
           n_customers  n_repeaters  repeat_rate  repeat_purchase_share
    total            3            1        0.333                   0.25
    """
    normal_quantile(level)
    last_day = as_day(as_of)
    since = 0 if window is None else first_day_of(last_day, Span.parse(window))
    days = read_purchase_days(transactions, as_of=last_day, by=by)
    warn_refunds_alone(days.refunds_alone)
    counts = _counts(days, since)
    if counts.empty:
        raise SchemaError(
            _(
                "Nobody purchased in the {window} that end with {day:%Y-%m-%d}. Take a longer "
                "window, or an earlier day.",
                window=window,
                day=last_day,
            )
        )
    low, high = wilson_interval(counts["n_repeaters"], counts["n_customers"], level)
    rate = counts["n_repeaters"] / counts["n_customers"]
    overall = counts["n_repeaters"].sum() / max(counts["n_customers"].sum(), 1)
    repeats = counts["n_purchases"] - counts["n_customers"]
    return pd.DataFrame(
        {
            "n_customers": counts["n_customers"],
            "n_repeaters": counts["n_repeaters"],
            "repeat_rate": rate,
            "repeat_rate_low": low,
            "repeat_rate_high": high,
            "n_purchases": counts["n_purchases"],
            "repeat_purchase_share": repeats / counts["n_purchases"],
            "mean_purchases": counts["n_purchases"] / counts["n_customers"],
            "loyalty_index": 100 * rate / overall if overall > 0 else np.nan,
        }
    )


def _counts(days: PurchaseDays, since: int) -> pd.DataFrame:
    """Return customers, repeaters and purchases of each group, from a day on."""
    n_days = np.bincount(days.unit[days.day >= since], minlength=len(days.customer))
    n = len(days.groups)
    counts = pd.DataFrame(
        {
            "n_customers": np.bincount(days.group[n_days > 0], minlength=n),
            "n_repeaters": np.bincount(days.group[n_days > 1], minlength=n),
            "n_purchases": np.bincount(days.group, n_days, n).astype("int64"),
        },
        index=days.groups,
    )
    return counts[counts["n_customers"] > 0]
