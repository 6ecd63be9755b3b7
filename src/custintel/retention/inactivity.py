"""How long a silence must be before a customer counts as lost."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from custintel._checks import require_between
from custintel._frames import Frame, warn_refunds_alone
from custintel._intervals import Bounds, Floats, normal_quantile
from custintel._product_limit import ProductLimit, Waits
from custintel._text import translate as _
from custintel._time import Day, Span
from custintel.retention._purchase_days import PurchaseDays, read_purchase_days
from custintel.retention._spans import whole_days

_WINDOWS = ("1M", "2M", "3M", "4M", "6M", "9M", "12M", "18M", "24M", "36M")


def inactivity_windows(
    transactions: Frame,
    *,
    as_of: Day,
    within: str,
    windows: Sequence[str] = _WINDOWS,
    return_below: float = 0.1,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate how many customers come back after so long a silence, for a rule of inactivity.

    A short window declares customers lost who are merely between two purchases; a long one
    learns of a loss when it is too late. For each window: of the silences that lasted that
    long, which share ended with a purchase in the time `within` thereafter? The first window
    after which so few return that the share is below `return_below` is marked; which share is
    few enough depends on what a wrongly written-off customer costs.

    Silences that were still going on at `as_of` are counted for as long as they were seen, by
    the product-limit (Kaplan-Meier) estimate. A customer has as many silences as purchase
    days, so frequent customers weigh more in short windows, hardly in long ones.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file. Purchases of one day count as one; refunds are
        none.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    within : str
        Span after the silence in which a return counts, such as ``"12M"``: "never" cannot be
        seen in any data. Months are mean ones here, 1M = 365.25 / 12 days.
    windows : sequence of str, default=("1M", "2M", …, "36M")
        Lengths of silence to try. Those of which not one silence was seen to be longer are left
        out.
    return_below : float, default=0.1
        Share, 0-1, below which a return is rare enough to call the customer lost.
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by ``window``, shortest first.

        - ``window_days`` : int, >= 1, the window in days
        - ``n_silences`` : int, >= 1, times without a purchase that were longer than the window
        - ``n_customers`` : int, >= 1, customers who had such a silence
        - ``n_returned`` : int, those of the silences that ended within `within` more
        - ``return_rate`` : float, 0-1, share that would have ended by then, had all been
          followed as long
        - ``return_rate_low``, ``return_rate_high`` : float, 0-1, bounds that allow for several
          silences of one customer
        - ``is_followed`` : bool, whether a silence was followed as long as `within` beyond the
          window; if not, the rate is of a shorter time, and too low
        - ``is_chosen`` : bool, true of the first window that is followed and has its
          ``return_rate`` below `return_below`, of one row at most

    Raises
    ------
    SchemaError
        If a column is missing, or there is no purchase.
    ValueError
        If an argument is not as described, or no silence was longer than any window.

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
    One silence of 50 days ended; those since the last purchases have lasted 100 and 150 days.

    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-01-01", "2024-02-20", "2024-01-01"]),
    ...     "revenue": 10.0,
    ... })
    >>> windows = inactivity_windows(
    ...     transactions, as_of="2024-05-30", within="30D", windows=["30D", "60D"]
    ... )
    >>> windows[["n_silences", "n_returned", "return_rate", "is_chosen"]].round(3)
            n_silences  n_returned  return_rate  is_chosen
    window
    30D              3           1        0.333      False
    60D              2           0        0.000       True
    """
    normal_quantile(level)
    require_between(return_below, 0, 1, name="return_below")
    windows = [windows] if isinstance(windows, str) else list(windows)
    if not windows:
        raise ValueError(
            _("windows lists spans to try, such as ['3M', '6M']: got {value!r}.", value=windows)
        )
    tried = sorted({whole_days(Span.parse(each)): each for each in windows}.items())
    days = read_purchase_days(transactions, as_of=as_of)
    warn_refunds_alone(days.refunds_alone)
    silences = _silences(days)
    longest = int(silences.days.max())
    tried = [(n, name) for n, name in tried if n < longest]
    if not tried:
        raise ValueError(
            _(
                "No silence of a customer was longer than any of the windows; the longest "
                "lasted {n} days. Try shorter windows.",
                n=longest,
            )
        )
    table = _table(silences, [n for n, _name in tried], whole_days(Span.parse(within)), level)
    table.index = pd.Index([name for _n, name in tried], name="window", dtype="str")
    few = (table["is_followed"] & (table["return_rate"] < return_below)).to_numpy()
    return table.assign(is_chosen=few & (np.cumsum(few) == 1))


def _silences(days: PurchaseDays) -> Waits:
    """Return the days from each purchase day to the next, or to the last day observed."""
    is_last = np.append(days.unit[1:] != days.unit[:-1], True)
    following = np.where(is_last, days.last_day, np.append(days.day[1:], 0))
    group = np.zeros(len(days.day), np.int64)
    return Waits(following - days.day, ~is_last, days.unit, group, 1)


def _table(silences: Waits, windows: list[int], within: int, level: float) -> pd.DataFrame:
    rows = []
    for window in windows:
        longer = silences.days > window
        further = silences.days[longer] - window
        over, unit = silences.over[longer], silences.unit[longer]
        # What lasted beyond `within` is known to have lasted so long, and no more is asked.
        left = Waits(
            np.minimum(further, within),
            over & (further <= within),
            unit,
            np.zeros(len(unit), np.int64),
            1,
        )
        share, bounds = _returned(left, level)
        rows.append(
            {
                "window_days": window,
                "n_silences": len(unit),
                "n_customers": len(np.unique(unit)),
                "n_returned": int(left.over.sum()),
                "return_rate": share,
                "return_rate_low": bounds.low[-1],
                "return_rate_high": bounds.high[-1],
                "is_followed": bool((further >= within).any()),
            }
        )
    return pd.DataFrame(rows)


def _returned(left: Waits, level: float) -> tuple[float, Bounds]:
    """Return the share that came back by the end, and its bounds."""
    curve = ProductLimit.of(left)
    if len(curve.share):
        return float(curve.share[-1]), curve.interval(level)
    return 0.0, Bounds(np.zeros(1), _none_of(left, level))


def _none_of(left: Waits, level: float) -> Floats:
    """Return the upper bound where nobody came back: Clopper and Pearson's, of few customers.

    Only those count who were followed to the end: of the others nothing is known there.
    """
    n = len(np.unique(left.unit[left.days == left.days.max()]))
    return np.array([1 - ((1 - level) / 2) ** (1 / n)])
