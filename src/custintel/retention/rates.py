"""How many customers stay, where nothing but their silence tells that they have left."""

from typing import Literal

import numpy as np
import pandas as pd

from custintel._checks import require_choice
from custintel._frames import Frame, number_of_day, warn_refunds_alone
from custintel._intervals import Floats, normal_quantile, wilson_interval
from custintel._runs import Flags, Ints
from custintel._time import Day, Span, as_day
from custintel.retention._purchase_days import PurchaseDays, read_purchase_days
from custintel.retention._spans import Stretch, first_day_of, named, stretches

_EPOCH = pd.Timestamp("1970-01-01")
_COUNTS = ["n_start", "n_kept", "n_lost", "n_new", "n_returned", "n_brief", "n_end"]


def retention_rates(  # noqa: PLR0913 - what is counted, over which periods, by which convention
    transactions: Frame,
    *,
    as_of: Day,
    inactive_after: str,
    period: Literal["M", "Q", "Y"] | tuple[Day, Day] = "Y",
    convention: Literal["start", "end"] = "start",
    by: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count who stayed, left and came in each period, and give the rates of staying and leaving.

    Customers without a contract do not say that they leave. The rule that decides is
    `inactive_after`: on any day, a customer is active who purchased in the span of that length
    that ends with it, the day included: by 12 months, at the end of 2024 whoever purchased in
    2024. `custintel.retention.inactivity_windows` helps to choose it; the rates depend on
    it, so quote it with them.

    The customer retention rate is (E − N) / S: of the customers at the start of the period, on
    the eve of its first day, those who are active at its end. N are all who came in, both for
    the first time and back after having been inactive.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue`` and the column `by`; pandas, polars,
        DuckDB, PySpark, pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included. Periods that were not over by then are not listed.
    inactive_after : str
        Span after which a customer without a purchase counts as inactive, such as ``"12M"``,
        in calendar months.
    period : {"M", "Q", "Y"} or (date-like, date-like), default="Y"
        Calendar months, quarters or years; or the first and the last day of one period.
    convention : {"start", "end"}, default="start"
        What ``retention_rate`` divides by: the customers at the start, or all those at the
        end, new ones included. The second is a formula of French practitioners ("25 loyal
        customers of 30 are 83 %"). It is the share of old customers in the base, and no
        retention rate: it falls when more new customers come, whoever stays.
    by : str, optional
        Column whose values are told apart. A customer belongs to each value with purchases of
        theirs, and can be lost to one of them alone. Lines without one are ``(missing)``.
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per group and period, in order.

        - ``group`` : str, value of `by`, or ``total``
        - ``period`` : Period, or str for a period of two days
        - ``n_start`` : int, active on the eve of the first day (S)
        - ``n_kept`` : int, those of them who are active on the last day
        - ``n_lost`` : int, those who are not: ``n_start`` − ``n_kept``
        - ``n_new`` : int, active on the last day, first purchase in the period
        - ``n_returned`` : int, active on the last day, inactive at the start, with an earlier
          purchase
        - ``n_brief`` : int, purchased in the period but active neither at its start nor at its
          end; 0 unless `inactive_after` is shorter than the period
        - ``n_end`` : int, active on the last day (E): kept, new and returned
        - ``retention_rate`` : float, 0-1, ``n_kept`` ÷ ``n_start``, or ÷ ``n_end`` by the
          convention ``"end"``; NaN where there are none
        - ``retention_rate_low``, ``retention_rate_high`` : float, 0-1, Wilson interval
        - ``churn_rate`` : float, 0-1, ``n_lost`` ÷ ``n_start`` by either convention
        - ``churn_rate_low``, ``churn_rate_high`` : float, 0-1, Wilson interval
        - ``is_settled`` : bool, whether the data reach back `inactive_after` before the
          period. If not, customers who were active at its start are unknown, and later ones
          among them are taken for new

    Raises
    ------
    SchemaError
        If a column is missing, or there is no purchase.
    ValueError
        If an argument is not as described.

    Warns
    -----
    SetAsideWarning
        If customers have refunds but no purchase.

    References
    ----------
    Farris, P. W., Bendle, N. T., Pfeifer, P. E. and Reibstein, D. J. (2010). Marketing
    Metrics, 2nd ed. Pearson, chapter 5.

    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
    inference. Journal of the American Statistical Association 22(158), 209-212.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann", "cy"],
    ...     "ordered_at": pd.to_datetime(["2023-01-01", "2023-03-01", "2024-05-01", "2024-06-01"]),
    ...     "revenue": 10.0,
    ... })
    >>> rates = retention_rates(transactions, as_of="2024-12-31", inactive_after="12M")
    >>> rates[["period", "n_start", "n_kept", "n_new", "n_end", "retention_rate", "is_settled"]]
      period  n_start  n_kept  n_new  n_end  retention_rate  is_settled
    0   2023        0       0      2      2             NaN       False
    1   2024        2       1      1      2             0.5        True
    """
    normal_quantile(level)
    require_choice(convention, ("start", "end"), name="convention")
    last_day, silence = as_day(as_of), Span.parse(inactive_after)
    days = read_purchase_days(transactions, as_of=last_day, by=by)
    warn_refunds_alone(days.refunds_alone)
    earliest = _EPOCH + pd.Timedelta(days=int(days.day.min()))
    found = stretches(period, earliest=earliest, as_of=last_day)
    counts = [_counts(days, each, silence) for each in found]
    table = _table(days, found, counts)
    eves = [each.first - pd.Timedelta(days=1) for each in found]
    settled = [first_day_of(eve, silence) >= int(days.day.min()) for eve in eves]
    rates = _rates(table, convention, level)
    return rates.assign(is_settled=np.tile(np.array(settled, bool), len(days.groups)))


def _counts(days: PurchaseDays, stretch: Stretch, silence: Span) -> Ints:
    """Return the counts of each group in a period, a row per count."""
    first, last = number_of_day(stretch.first), number_of_day(stretch.last)
    eve = stretch.first - pd.Timedelta(days=1)
    latest = days.last_upto(last)
    at_start = days.last_upto(first - 1) >= max(first_day_of(eve, silence), 0)
    at_end = latest >= max(first_day_of(stretch.last, silence), 0)
    is_new = days.first() >= first
    chosen: list[Flags] = [
        at_start,
        at_start & at_end,
        at_start & ~at_end,
        ~at_start & at_end & is_new,
        ~at_start & at_end & ~is_new,
        ~at_start & ~at_end & (latest >= first),
        at_end,
    ]
    n = len(days.groups)
    return np.stack([np.bincount(days.group[each], minlength=n) for each in chosen])


def _table(
    days: PurchaseDays,
    found: list[Stretch],
    counts: list[Ints],
) -> pd.DataFrame:
    n_groups, n_periods = len(days.groups), len(found)
    names = named([each.name for each in found])
    # Periods within groups: counts come as periods × counts × groups.
    block = np.array(counts, np.int64).reshape(n_periods, len(_COUNTS), n_groups)
    rows = block.transpose(2, 0, 1).reshape(-1, len(_COUNTS))
    table = pd.DataFrame(rows, columns=_COUNTS)
    table.insert(0, "group", np.repeat(days.groups.to_numpy(), n_periods))
    table.insert(1, "period", names.take(np.tile(np.arange(n_periods), n_groups)))
    return table.astype({"group": "str"})


def _rates(table: pd.DataFrame, convention: str, level: float) -> pd.DataFrame:
    base = table["n_start" if convention == "start" else "n_end"].to_numpy(float)
    start = table["n_start"].to_numpy(float)
    columns: dict[str, Floats] = {}
    pairs = {"retention_rate": (table["n_kept"], base), "churn_rate": (table["n_lost"], start)}
    for name, (part, whole) in pairs.items():
        known = whole > 0
        share = np.full(len(table), np.nan)
        columns[name] = np.divide(part.to_numpy(float), whole, out=share, where=known)
        low, high = wilson_interval(part, whole, level)
        columns[f"{name}_low"] = np.where(known, low, np.nan)
        columns[f"{name}_high"] = np.where(known, high, np.nan)
    return table.assign(**columns)
