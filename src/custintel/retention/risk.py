"""Customers by their risk: bands of probabilities, and silences unlike the customer's own."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_between, require_columns, require_count, require_type
from custintel._elementwise import numbers
from custintel._frames import Frame, warn_refunds_alone
from custintel._intervals import Floats
from custintel._runs import Ints, starts_of_runs
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day
from custintel.errors import SchemaError
from custintel.retention._purchase_days import PurchaseDays, read_purchase_days

_CUTS = (1 / 3, 2 / 3)
_LABELS = (N_("low"), N_("medium"), N_("high"))


def risk_bands(
    probabilities: pd.DataFrame,
    *,
    cuts: Sequence[float] = _CUTS,
    labels: Sequence[str] = _LABELS,
) -> pd.DataFrame:
    """Sort customers into bands by the probability that they leave.

    The thirds are those that Klaviyo publishes for its churn risk: low below 33 %, medium, and
    high above 66 %. They suit every base alike and none in particular: where few customers
    leave, hardly anybody is above two thirds. Set the cuts where you would act differently.

    Parameters
    ----------
    probabilities : DataFrame
        One row per customer: ``probability``, 0-1, calibrated, and if there are any
        ``probability_low`` and ``probability_high``.
    cuts : sequence of float, default=(1/3, 2/3)
        Where bands begin, increasing, between 0 and 1: a probability equal to a cut is in the
        band above it.
    labels : sequence of str, default=("low", "medium", "high")
        Names of the bands, one more than `cuts`, lowest first.

    Returns
    -------
    DataFrame
        With the index of `probabilities`.

        - ``probability`` : float, 0-1, as given
        - ``risk_band`` : ordered category of `labels`
        - ``is_clear`` : bool, whether both bounds lie in the same band; only there if the bounds
          are

    Raises
    ------
    SchemaError
        If ``probability`` is missing.
    TypeError
        If `probabilities` is no table.
    ValueError
        If a probability is not in 0-1, or the cuts and labels are not as described.

    References
    ----------
    Klaviyo, help center, on predicted churn risk: low below 33 %, high above 66 %.

    Examples
    --------
    >>> import pandas as pd
    >>> churn = pd.DataFrame({"probability": [0.1, 0.5, 0.9]}, index=["ann", "bob", "cy"])
    >>> risk_bands(churn)
         probability risk_band
    ann          0.1       low
    bob          0.5    medium
    cy           0.9      high
    """
    what = _("a table with a column 'probability'")
    require_type(probabilities, pd.DataFrame, name="probabilities", what=what)
    require_columns(probabilities.columns, ["probability"], table="probabilities")
    _require_bands(cuts, labels)
    p = numbers(probabilities["probability"], name="probability", low=0, high=1)
    place = np.searchsorted(cuts, p, side="right")
    names = [str(label) for label in labels]
    table = pd.DataFrame({"probability": p}, index=probabilities.index)
    table["risk_band"] = pd.Categorical([names[at] for at in place], names, ordered=True)
    if {"probability_low", "probability_high"} <= set(probabilities.columns):
        low = numbers(probabilities["probability_low"], name="probability_low", low=0, high=1)
        high = numbers(probabilities["probability_high"], name="probability_high", low=0, high=1)
        same = np.searchsorted(cuts, low, side="right") == np.searchsorted(cuts, high, side="right")
        table["is_clear"] = same
    return table


def _require_bands(cuts: Sequence[float], labels: Sequence[str]) -> None:
    inside = len(cuts) > 0 and all(0 < cut < 1 for cut in cuts)
    rising = inside and all(low < high for low, high in pairwise(cuts))
    distinct = not isinstance(labels, str) and len(set(labels)) == len(labels)
    if not (rising and distinct and len(labels) == len(cuts) + 1):
        raise ValueError(
            _(
                "cuts are increasing probabilities between 0 and 1, and labels are one more, "
                "all different: got {cuts!r} and {labels!r}.",
                cuts=tuple(cuts),
                labels=labels,
            )
        )


def consumption_risk(
    transactions: Frame, *, as_of: Day, quantile: float = 0.9, prior_gaps: int = 5
) -> pd.DataFrame:
    """Flag the customers whose silence is long by their own habit.

    Three weeks without an order are nothing for one customer and an alarm for another. The
    threshold of each is the gap between purchases that a share `quantile` of their own gaps
    do not exceed. Few gaps say little: the threshold is drawn towards that of all customers,
    on the logarithmic scale, by as much as `prior_gaps` further gaps would.

    The flag is a rule, not a probability: of a customer who goes on as before, about
    1 − `quantile` of the gaps will be longer and raise it wrongly, somewhat more where customers
    differ much. Gaps longer than the data
    cannot be seen, so take data several times as long as the usual gap.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file. Purchases of one day count as one; refunds are
        none.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    quantile : float, default=0.9
        Share of gaps, between 0 and 1, that counts as usual.
    prior_gaps : int, default=5
        What the gaps of all customers weigh beside the customer's own, 1 or more.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, one row per customer with a purchase.

        - ``n_gaps`` : int, >= 0, times between purchase days
        - ``days_since`` : int, >= 0, days since the last purchase
        - ``own_days`` : float, the customer's own quantile of gaps, by Weibull's rule k / (n + 1),
          so that the next gap exceeds it as often as said; the longest of few gaps; NaN without
        - ``threshold_days`` : float, > 0, after shrinkage; that of all customers for those
          without a gap
        - ``silence_ratio`` : float, >= 0, ``days_since`` ÷ ``threshold_days``: how far beyond
        - ``is_at_risk`` : bool, whether ``days_since`` is above ``threshold_days``
        - ``reason`` : str, the flag in words; empty if there is none

    Raises
    ------
    SchemaError
        If a column is missing, there is no purchase, or nobody purchased twice.
    ValueError
        If an argument is not as described.

    Warns
    -----
    SetAsideWarning
        If customers have refunds but no purchase.

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22", "2024-01-01", "2024-03-01"]
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "ann", "bob", "bob"],
    ...     "ordered_at": pd.to_datetime(days),
    ...     "revenue": 10.0,
    ... })
    >>> risk = consumption_risk(transactions, as_of="2024-04-01", prior_gaps=1)
    >>> risk[["n_gaps", "days_since", "threshold_days", "is_at_risk"]].round(1)
                 n_gaps  days_since  threshold_days  is_at_risk
    customer_id
    ann               3          70            12.0        True
    bob               1          31            60.0       False
    """
    require_between(quantile, 0, 1, name="quantile", open_ends=True)
    require_count(prior_gaps, name="prior_gaps")
    days = read_purchase_days(transactions, as_of=as_of)
    warn_refunds_alone(days.refunds_alone)
    n_gaps, own, common = _gap_quantiles(days, quantile)
    weight = n_gaps / (n_gaps + prior_gaps)
    log_own = np.log(np.where(n_gaps > 0, own, 1.0))
    threshold = np.exp(weight * log_own + (1 - weight) * np.log(common))
    since = days.last_day - days.last()
    table = pd.DataFrame(
        {
            "n_gaps": n_gaps,
            "days_since": since,
            "own_days": own,
            "threshold_days": threshold,
            "silence_ratio": since / threshold,
            "is_at_risk": since > threshold,
        },
        index=days.customers,
    )
    return table.assign(reason=_reasons(table))


def _gap_quantiles(days: PurchaseDays, quantile: float) -> tuple[Ints, Floats, float]:
    """Return each customer's gaps, their quantile (NaN without any), and that of all customers."""
    is_gap = days.unit[1:] == days.unit[:-1]
    gaps, unit = np.diff(days.day)[is_gap].astype(float), days.unit[1:][is_gap]
    if not len(gaps):
        raise SchemaError(
            _("No customer of 'transactions' purchased on two days, so no gap is known.")
        )
    order = np.lexsort((gaps, unit))
    gaps, unit = gaps[order], unit[order]
    n = np.bincount(unit, minlength=len(days.customers))
    starts = starts_of_runs(unit)
    sizes = n[unit[starts]]
    own = np.full(len(n), np.nan)
    # Weibull's place: the next of n + 1 gaps alike exceeds the k-th of them in 1 − k / (n + 1).
    place = starts + np.clip(quantile * (sizes + 1) - 1, 0, sizes - 1)
    own[unit[starts]] = np.interp(place, np.arange(len(gaps)), gaps)
    # Each customer weighs the same: frequent ones have short gaps, and very many.
    by_size = np.argsort(gaps, kind="stable")
    share = np.cumsum((1 / n[unit])[by_size]) / len(starts)
    reached = min(int(np.searchsorted(share, quantile - 1e-12)), len(gaps) - 1)
    return n, own, float(gaps[by_size][reached])


def _reasons(table: pd.DataFrame) -> "pd.Series[str]":
    columns = (table[name].tolist() for name in ("is_at_risk", "n_gaps", "days_since"))
    rows = zip(*columns, table["threshold_days"].tolist(), strict=True)
    words = [_reason(n, since, usual) if flag else "" for flag, n, since, usual in rows]
    return pd.Series(words, index=table.index, dtype="str")


def _reason(n_gaps: int, since: float, threshold: float) -> str:
    days, usual = formats.number(since), formats.number(threshold)
    if not n_gaps:
        return _(
            "No second purchase for {days} days; customers who come again usually do so within "
            "{usual}.",
            days=days,
            usual=usual,
        )
    return _n(
        "No purchase for {days} days; up to {usual} would be usual for this customer, by {n} gap.",
        "No purchase for {days} days; up to {usual} would be usual for this customer, by {n} gaps.",
        n_gaps,
        days=days,
        usual=usual,
    )
