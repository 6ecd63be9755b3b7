"""Whether, and when, a first purchase is followed by a second: the first is a trial."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from custintel._frames import Frame, warn_refunds_alone
from custintel._intervals import Bounds, Floats, normal_quantile
from custintel._product_limit import ProductLimit
from custintel._text import translate as _
from custintel._time import Day, Span
from custintel.retention._purchase_days import read_purchase_days
from custintel.retention._second_waits import (
    SecondWaits,
    all_together,
    by_first_purchase,
    by_rating,
)
from custintel.retention._spans import whole_days

_CUTS = (7.0, 9.0)


def second_purchase(  # noqa: PLR0913 - what is followed, by which groups
    transactions: Frame,
    ratings: Frame | None = None,
    *,
    as_of: Day,
    within: str,
    by: str | None = None,
    cuts: Sequence[float] = _CUTS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the share of first purchases that are followed by a second one in time.

    The first purchase is a trial; who buys a second time has become a customer. Customers who
    came lately have had less time: they are counted for as long as they were seen, by the
    product-limit (Kaplan-Meier) estimate, and need not be left out.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue`` and the column `by`; pandas, polars,
        DuckDB, PySpark, pyarrow, or the path of a Parquet file. Purchases of one day count as
        one; refunds are none.
    ratings : DataFrame, optional
        ``customer_id``, ``answered_at``, ``score``: customers are then grouped by the first
        answer they gave after the first purchase and before the second, the lowest of a day.
        Their time counts from the answer.
    as_of : date-like
        Last day observed, included; later lines and answers are ignored.
    within : str
        Span in which the second purchase counts, such as ``"12M"``. Months are mean ones here.
    by : str, optional
        Column whose value on the day of the first purchase groups the customers, such as a
        channel or a category; several values on that day are a group, ``(several)``. Not
        together with `ratings`.
    cuts : sequence of float, default=(7, 9)
        Scores at which groups of ratings begin, increasing: below 7, from 7 to below 9, 9 and
        above.
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by group, in the order of the names; one row ``total`` without groups. The group
        ``(not rated in time)`` holds those who purchased again before they answered, too: do
        not compare the others with it.

        - ``n_customers`` : int, >= 1, customers with a first purchase
        - ``n_second`` : int, those seen to purchase again within `within`
        - ``n_followed`` : int, those seen for all of `within`, or until they purchased again in it
        - ``second_rate`` : float, 0-1, share with a second purchase within `within`
        - ``second_rate_low``, ``second_rate_high`` : float, 0-1, its bounds
        - ``is_followed`` : bool, whether a customer was seen for all of `within`, or all had
          purchased again; if not, the rate is of a shorter time, and too low
        - ``median_days`` : float, days until half have purchased again, within `within` or
          later; NaN if fewer were seen to
        - ``median_days_low``, ``median_days_high`` : float, bounds; NaN and inf where the data
          set none

    Raises
    ------
    SchemaError
        If a column is missing or of another type, or there is no purchase.
    ValueError
        If an argument is not as described, or both `ratings` and `by` are given.

    Warns
    -----
    SetAsideWarning
        If customers have refunds but no purchase.

    References
    ----------
    Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete
    observations. Journal of the American Statistical Association 53(282), 457-481.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "cy"],
    ...     "ordered_at": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-01-05", "2024-03-20"]),
    ...     "revenue": 10.0,
    ... })
    >>> second = second_purchase(transactions, as_of="2024-03-31", within="60D")
    >>> second[["n_customers", "n_second", "n_followed", "second_rate"]]
           n_customers  n_second  n_followed  second_rate
    total            3         1            2          0.5
    """
    normal_quantile(level)
    limit = whole_days(Span.parse(within))
    found = _read(transactions, ratings, as_of, by, cuts)
    warn_refunds_alone(found.refunds_alone)
    waits, n = found.waits, len(found.names)
    curve = ProductLimit.of(waits)
    bounds = curve.interval(level)
    inside = waits.over & (waits.days <= limit)
    seen = inside | (waits.days >= limit)
    table = pd.DataFrame(
        {
            "n_customers": np.bincount(waits.group, minlength=n),
            "n_second": np.bincount(waits.group[inside], minlength=n),
            "n_followed": np.bincount(waits.group[seen], minlength=n),
        },
        index=found.names,
    )
    rate = _at(curve, curve.share, limit)
    low, high = _at(curve, bounds.low, limit), _at(curve, bounds.high, limit)
    n_long = np.bincount(waits.group[waits.days >= limit], minlength=n)
    nobody = (table["n_second"] == 0).to_numpy()
    # Where nobody was seen to, Clopper and Pearson's bound of those who were followed to the end.
    high = np.where(nobody, 1 - ((1 - level) / 2) ** (1 / np.maximum(n_long, 1)), high)
    high = np.where(nobody & (n_long == 0), 1.0, high)
    table = table.assign(second_rate=rate, second_rate_low=low, second_rate_high=high)
    table["is_followed"] = (n_long > 0) | (rate == 1)
    return table.assign(**_medians(curve, bounds))


def second_purchase_curve(
    transactions: Frame,
    ratings: Frame | None = None,
    *,
    as_of: Day,
    by: str | None = None,
    cuts: Sequence[float] = _CUTS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Follow the share of customers with a second purchase, day by day since the first.

    What `second_purchase` tells of one span: it shows when to write to whom has not come back.

    Parameters
    ----------
    transactions : DataFrame
        As for `second_purchase`.
    ratings : DataFrame, optional
        As for `second_purchase`.
    as_of : date-like
        Last day observed, included; later lines and answers are ignored.
    by : str, optional
        As for `second_purchase`.
    cuts : sequence of float, default=(7, 9)
        As for `second_purchase`.
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per group and number of days after which somebody purchased again, in order;
        groups in which nobody did have no row.

        - ``group`` : str, or ``total``
        - ``days`` : int, >= 0, days since the first purchase, or since the rating
        - ``n_at_risk`` : int, >= 1, customers seen so long without a second purchase before
        - ``n_second`` : int, >= 1, those of them with the second purchase on that day
        - ``second_share`` : float, 0-1, share with a second purchase within so many days
        - ``second_share_low``, ``second_share_high`` : float, 0-1, its bounds

    Raises
    ------
    SchemaError
        If a column is missing or of another type, or there is no purchase.
    ValueError
        If an argument is not as described, or both `ratings` and `by` are given.

    Warns
    -----
    SetAsideWarning
        If customers have refunds but no purchase.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "cy"],
    ...     "ordered_at": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-01-05", "2024-03-20"]),
    ...     "revenue": 10.0,
    ... })
    >>> curve = second_purchase_curve(transactions, as_of="2024-03-31")
    >>> curve[["group", "days", "n_at_risk", "n_second", "second_share"]]
       group  days  n_at_risk  n_second  second_share
    0  total    31          2         1           0.5
    """
    normal_quantile(level)
    found = _read(transactions, ratings, as_of, by, cuts)
    warn_refunds_alone(found.refunds_alone)
    curve = ProductLimit.of(found.waits)
    bounds = curve.interval(level)
    return pd.DataFrame(
        {
            "group": found.names[curve.group].astype("str"),
            "days": curve.day,
            "n_at_risk": curve.n_at_risk,
            "n_second": curve.n_over,
            "second_share": curve.share,
            "second_share_low": bounds.low,
            "second_share_high": bounds.high,
        }
    )


def _read(
    transactions: Frame, ratings: Frame | None, as_of: Day, by: str | None, cuts: Sequence[float]
) -> SecondWaits:
    if ratings is not None and by is not None:
        raise ValueError(_("Customers are grouped by ratings or by a column: give one of the two."))
    if not len(cuts) or not all(low < high for low, high in pairwise(cuts)):
        raise ValueError(
            _("cuts are increasing scores, such as (7, 9): got {value!r}.", value=cuts)
        )
    days = read_purchase_days(transactions, as_of=as_of)
    if ratings is not None:
        return by_rating(days, ratings, cuts)
    return all_together(days) if by is None else by_first_purchase(transactions, days, by)


def _at(curve: ProductLimit, values: Floats, day: int) -> Floats:
    """Return the value of each group's curve on a day, 0 before its first row."""
    found = np.zeros(curve.n_groups)
    rows = np.flatnonzero(curve.day <= day)
    # The last that is written is the last of the group.
    found[curve.group[rows]] = values[rows]
    return found


def _medians(curve: ProductLimit, bounds: Bounds) -> dict[str, Floats]:
    high = curve.first_day(bounds.low, 0.5)
    return {
        "median_days": curve.first_day(curve.share, 0.5),
        "median_days_low": curve.first_day(bounds.high, 0.5),
        "median_days_high": np.where(np.isnan(high), np.inf, high),
    }
