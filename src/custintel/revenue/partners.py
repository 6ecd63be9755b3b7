"""What partners (coaches, trainers, resellers) bring, and how satisfied their customers are."""

import numpy as np
import pandas as pd
from scipy.special import stdtr

from custintel._checks import require_between
from custintel._frames import Frame
from custintel._intervals import Floats
from custintel._shrinkage import shrunk_means
from custintel._significance import q_values
from custintel._time import Day
from custintel.revenue._groups import days_observed, group_totals, largest_first, with_rows
from custintel.revenue._ranking import places
from custintel.revenue._ratings import read_ratings

# Ratings that the common variance counts for beside a partner's own: few ratings tell little
# of their own spread, and equal ones not that it is zero.
_COMMON_CASES = 10


def partner_table(
    transactions: Frame,
    ratings: Frame | None = None,
    *,
    as_of: Day,
    by: str = "partner_id",
    scale: tuple[float, float] = (1, 10),
    level: float = 0.95,
) -> pd.DataFrame:
    """Measure what each partner brings, and how satisfied customers are, few ratings or many.

    The mean of three ratings says less than that of three hundred. The shrunk mean draws it
    towards what all partners show, the more so the fewer the ratings, and the ranks are by it.
    Differences are observed: partners meet different customers with different products.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``, the column `by` and, if there is one,
        ``order_id``; pandas, polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file.
        Without ``order_id`` each row is an order.
    ratings : DataFrame, optional
        One row per rating: the column `by`, ``score`` and, if there is one, ``answered_at``,
        after which ratings later than `as_of` are ignored; of any engine. Partners with
        ratings but no transactions are rows too.
    as_of : date-like
        Last day observed, included.
    by : str, default="partner_id"
        Column of the partners. Lines and ratings without one are one row, ``(missing)``.
    scale : tuple of float, default=(1, 10)
        Lowest and highest score that can be given.
    level : float, default=0.95
        Probability that the intervals aim to cover; 1 − the part of wrong finds that is
        accepted among the partners that ``is_different`` marks; between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by `by`, largest revenue first, equal ones by name.

        - ``n_customers``, ``n_orders`` : int, with a purchase
        - ``revenue`` : float, net of refunds, currency
        - ``revenue_share`` : float, contribution to the revenue of all; NaN if that is not
          above zero
        - ``n_ratings`` : int, 0 or more
        - ``satisfaction`` : float, mean score, in units of the scale; NaN without a rating, as
          all that follows
        - ``shrunk_satisfaction``, ``shrunk_low``, ``shrunk_high`` : float, mean score to
          expect of the partner, with its interval, within the scale
        - ``satisfaction_rank`` : float, rank of the shrunk mean, 1 is the highest
        - ``p`` : float, two-sided, of the difference between the partner's mean and that of
          the ratings of all others; NaN without others
        - ``q`` : float, Benjamini-Hochberg adjusted over the partners
        - ``is_different`` : bool, whether ``q`` is 1 − `level` or less

    Raises
    ------
    SchemaError
        If a column is missing, or scores are no numbers or outside the scale.
    ValueError
        If `as_of`, `scale` or `level` is not one.

    Warns
    -----
    SetAsideWarning
        If ratings have no score.

    Notes
    -----
    Each partner's variance is drawn towards the common one within partners, which counts for
    ten ratings; the test is Welch's with that variance. With a dozen partners of 2 to 40
    ratings the intervals of the shrunk means cover 93 to 94 % at a level of 95 %.

    References
    ----------
    Gelman, A. et al. (2013). Bayesian data analysis, 3rd edition. Boca Raton: CRC Press.
    Section 5.4: normal means of groups.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "eve"],
    ...     "ordered_at": pd.Timestamp("2024-03-01"),
    ...     "revenue": [30.0, 50.0, 20.0],
    ...     "partner_id": ["kim", "kim", "lou"],
    ... })
    >>> ratings = pd.DataFrame({"partner_id": ["kim"] * 4 + ["lou"], "score": [8, 9, 8, 9, 5]})
    >>> table = partner_table(transactions, ratings, as_of="2024-12-31")
    >>> table[["revenue_share", "n_ratings", "satisfaction", "shrunk_satisfaction"]].round(1)
                revenue_share  n_ratings  satisfaction  shrunk_satisfaction
    partner_id
    kim                   0.8          4           8.5                  8.5
    lou                   0.2          1           5.0                  5.2
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    days = days_observed(as_of, None)
    totals = group_totals(transactions, by=by, days=days)
    if ratings is None:
        rated = pd.DataFrame(columns=["n", "mean", "squares"], dtype=float)
    else:
        rated = read_ratings(ratings, by=by, scale=scale, last_day=days.last)
    totals = with_rows(totals, rated.index)
    whole = float(totals["revenue"].sum())
    satisfaction = _satisfaction(rated, scale, level).reindex(totals.index)
    table = pd.DataFrame(
        {
            "n_customers": totals["n_customers"],
            "n_orders": totals["n_orders"],
            "revenue": totals["revenue"].astype(float),
            "revenue_share": totals["revenue"] / (whole if whole > 0 else np.nan),
            "n_ratings": rated["n"].reindex(totals.index).fillna(0.0).astype("int64"),
        }
    ).join(satisfaction)
    table["is_different"] = table["q"] <= 1 - level
    return largest_first(table)


def _satisfaction(rated: pd.DataFrame, scale: tuple[float, float], level: float) -> pd.DataFrame:
    n, mean = rated["n"].to_numpy(float), rated["mean"].to_numpy(float)
    variance, freedom = _variances(n, mean, rated["squares"].to_numpy(float), scale)
    shrunk = shrunk_means(mean, variance / n, level=level)
    p = _p_of_differences(n, mean, variance, freedom)
    return pd.DataFrame(
        {
            "satisfaction": mean,
            "shrunk_satisfaction": shrunk.value.clip(*scale),
            "shrunk_low": shrunk.low.clip(*scale),
            "shrunk_high": shrunk.high.clip(*scale),
            "satisfaction_rank": places(pd.Series(shrunk.value, index=rated.index)).astype(float),
            "p": p,
            "q": q_values(p),
        },
        index=rated.index,
    )


def _variances(
    n: Floats, mean: Floats, squares: Floats, scale: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Return the variance of one rating of each partner, with its degrees of freedom."""
    freedom, within = float((n - 1).sum()), float(squares.sum())
    common, cases = within / max(freedom, 1.0), min(_COMMON_CASES, freedom)
    if common == 0:
        # No two ratings of a partner differ: then all the spread that there is, or a twentieth
        # of the scale, stands in for what cannot be learned.
        spread = float((n * (mean - (n * mean).sum() / max(n.sum(), 1.0)) ** 2).sum())
        least = ((scale[1] - scale[0]) / 20) ** 2
        common, cases = max(spread / max(n.sum() - 1, 1.0), least), float(_COMMON_CASES)
    return (cases * common + squares) / (cases + n - 1), cases + n - 1


def _p_of_differences(n: Floats, mean: Floats, variance: Floats, freedom: Floats) -> Floats:
    """Return the two-sided p of each partner's mean and that of the ratings of all others."""
    others = n.sum() - n
    if len(n) < 2:
        return np.full(len(n), np.nan)
    away = mean - (n * mean).sum() / n.sum()
    others_away = ((n * away).sum() - n * away) / others
    weighed = n * variance
    own, others_own = variance / n, (weighed.sum() - weighed) / others**2
    error = np.sqrt(own + others_own)
    # Satterthwaite's degrees of freedom: few ratings on either side make few.
    unsure = weighed**2 / freedom
    others_unsure = (unsure.sum() - unsure) / others**4
    both = error**4 / (own**2 / freedom + others_unsure)
    return np.asarray(2 * stdtr(both, -np.abs(away - others_away) / error))
