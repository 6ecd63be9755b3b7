"""How long customers take to purchase again."""

from dataclasses import dataclass

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._frames import Frame, day_number, lazy, number_of_day, to_pandas
from custintel._intervals import Floats, normal_quantile
from custintel._product_limit import ProductLimit, Waits
from custintel._runs import Ints, starts_of_runs
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel.affinity._sequences import coded_as_text, stable_order
from custintel.errors import SchemaError

TOTAL = N_("total")
_QUARTILES = {"q25_days": 0.25, "median_days": 0.5, "q75_days": 0.75}


def interpurchase_times(
    transactions: Frame, *, as_of: Day, by: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Summarise the days from each purchase of a customer to the next, with those still running.

    Purchases of one day count as one; refunds (negative lines) are none. The time since a
    customer's last purchase is not over yet: all that is known of it is that it is longer
    than that. Averages of the gaps that are over leave it out, and are too short, the more so
    the shorter the data are. The quartiles given here first count it in, by the product-limit
    (Kaplan-Meier) estimate.

    Every purchase counts, so that those of frequent customers weigh more: a quarter, half,
    three quarters of *purchases* are followed by another within so many days.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue`` and the column `by`; pandas, polars,
        DuckDB, PySpark, pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    by : str, optional
        Column whose values are told apart: then a gap lies between purchases of the same
        customer with the same value, such as a product. Lines without a value are one group,
        ``(missing)``. By default all purchases are one row, ``total``.
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by `by`, in the order of the names.

        - ``n_customers`` : int, >= 1, customers with a purchase; each has one time that runs on
        - ``n_gaps`` : int, times from a purchase day to the next, which are over
        - ``q25_days``, ``median_days``, ``q75_days`` : float, days within which a quarter,
          half, three quarters of purchases are followed by another; NaN where so many were
          not seen to be
        - ``q25_days_low``, ``q25_days_high`` and likewise for the others : float, bounds that
          allow for several gaps of one customer; NaN and inf where the data set none
        - ``completed_mean_days``, ``completed_q25_days``, ``completed_median_days``,
          ``completed_q75_days`` : float, of the ``n_gaps`` alone, for comparison; NaN
          without any

    Raises
    ------
    SchemaError
        If a column is missing, or there is no purchase.
    ValueError
        If `as_of` or `level` is not one.

    References
    ----------
    Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete
    observations. Journal of the American Statistical Association 53(282), 457-481.

    Brookmeyer, R. and Crowley, J. (1982). A confidence interval for the median survival time.
    Biometrics 38(1), 29-41.

    Examples
    --------
    The gaps that are over took 10 and 20 days; two others have run for 40 and 100.

    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-01-31", "2023-12-02"]),
    ...     "revenue": 10.0,
    ... })
    >>> times = interpurchase_times(transactions, as_of="2024-03-11")
    >>> times[["n_customers", "n_gaps", "median_days", "completed_median_days"]]
           n_customers  n_gaps  median_days  completed_median_days
    total            2       2         20.0                   15.0
    """
    normal_quantile(level)
    gaps = _read_gaps(transactions, as_of, by)
    waits, n = gaps.waits, len(gaps.names)
    curve = ProductLimit.of(waits)
    bounds = curve.interval(level)
    over, group = waits.days[waits.over], waits.group[waits.over]
    columns: dict[str, Ints | Floats] = {
        "n_customers": np.bincount(waits.group[~waits.over], minlength=n),
        "n_gaps": np.bincount(group, minlength=n),
    }
    for name, quantile in _QUARTILES.items():
        columns[name] = curve.first_day(curve.share, quantile)
        columns[f"{name}_low"] = curve.first_day(bounds.high, quantile)
        high = curve.first_day(bounds.low, quantile)
        columns[f"{name}_high"] = np.where(np.isnan(high), np.inf, high)
    columns["completed_mean_days"] = _means(over, group, n)
    for name, quantile in _QUARTILES.items():
        columns[f"completed_{name}"] = _quantiles(over, group, n, quantile)
    return pd.DataFrame(columns, index=gaps.names)


def interpurchase_distribution(
    transactions: Frame, *, as_of: Day, by: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Estimate the share of purchases that are followed by another within each number of days.

    What `interpurchase_times` gives the quartiles of, day by day: when to remind customers,
    and from when on silence is unusual.

    Parameters
    ----------
    transactions : DataFrame
        As for `interpurchase_times`.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    by : str, optional
        As for `interpurchase_times`.
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per group and number of days after which a purchase was followed by another,
        in order; groups without any have no row.

        - ``group`` : str, value of `by`, or ``total``
        - ``days`` : int, >= 1, days since a purchase
        - ``n_at_risk`` : int, >= 1, gaps that were seen to last so long or longer
        - ``n_followed`` : int, >= 1, those that ended on that day
        - ``followed_share`` : float, 0-1, product-limit estimate of the purchases followed by
          another within so many days
        - ``followed_share_low``, ``followed_share_high`` : float, 0-1, bounds that allow for
          several gaps of one customer

    Raises
    ------
    SchemaError
        If a column is missing, or there is no purchase.
    ValueError
        If `as_of` or `level` is not one.

    References
    ----------
    Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete
    observations. Journal of the American Statistical Association 53(282), 457-481.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-01-31", "2023-12-02"]),
    ...     "revenue": 10.0,
    ... })
    >>> curve = interpurchase_distribution(transactions, as_of="2024-03-11")
    >>> curve[["group", "days", "n_at_risk", "n_followed", "followed_share"]]
       group  days  n_at_risk  n_followed  followed_share
    0  total    10          4           1            0.25
    1  total    20          3           1            0.50
    """
    normal_quantile(level)
    gaps = _read_gaps(transactions, as_of, by)
    curve = ProductLimit.of(gaps.waits)
    bounds = curve.interval(level)
    return pd.DataFrame(
        {
            "group": gaps.names[curve.group].astype("str"),
            "days": curve.day,
            "n_at_risk": curve.n_at_risk,
            "n_followed": curve.n_over,
            "followed_share": curve.share,
            "followed_share_low": bounds.low,
            "followed_share_high": bounds.high,
        }
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Gaps:
    """Times from each purchase to the next, and the names of their groups."""

    waits: Waits
    names: pd.Index


def _read_gaps(transactions: Frame, as_of: Day, by: str | None) -> _Gaps:
    last_day = as_day(as_of)
    columns = ["customer_id", "ordered_at", "revenue", *([] if by is None else [by])]
    days = to_pandas(
        lazy(transactions, list(dict.fromkeys(columns)))
        .filter(day_number("ordered_at") <= number_of_day(last_day), nw.col("revenue") >= 0)
        .select(
            customer=nw.col("customer_id"),
            group=nw.lit(TOTAL) if by is None else nw.col(by),
            day=day_number("ordered_at"),
        )
        .unique()
    )
    if days.empty:
        raise SchemaError(
            _("Table 'transactions' has no purchase on or before {day:%Y-%m-%d}.", day=last_day)
        )
    group, names = coded_as_text(days["group"])
    customer = pd.factorize(days["customer"])[0]
    day = days["day"].to_numpy("int64")
    return _Gaps(_waits(customer, group, day, number_of_day(last_day)), names.rename(by))


def _waits(customer: Ints, group: Ints, day: Ints, last_day: int) -> Waits:
    n_groups = int(group.max()) + 1
    unit, found = pd.factorize(customer * n_groups + group)
    span = last_day - int(day.min()) + 1
    key = np.sort(unit * span + last_day - day)[::-1]
    unit, before_end = np.divmod(key[starts_of_runs(key)], span)
    over = np.r_[unit[1:] == unit[:-1], False]
    waits = np.where(over, before_end - np.r_[before_end[1:], 0], before_end)
    return Waits(waits, over, unit, (found % n_groups)[unit], n_groups)


def _means(values: Ints, group: Ints, n_groups: int) -> Floats:
    n = np.bincount(group, minlength=n_groups)
    total = np.bincount(group, values, n_groups)
    return np.asarray(np.divide(total, n, out=np.full(n_groups, np.nan), where=n > 0))


def _quantiles(values: Ints, group: Ints, n_groups: int, quantile: float) -> Floats:
    """Return the quantile of each group, between its two nearest values; NaN without any."""
    order = stable_order(group * (int(values.max(initial=0)) + 1) + values)
    n = np.bincount(group, minlength=n_groups)
    place = np.cumsum(n) - n + quantile * np.maximum(n - 1, 0)
    found = np.full(n_groups, np.nan)
    known = n > 0
    if len(order):
        found[known] = np.interp(place[known], np.arange(len(order)), values[order])
    return found
