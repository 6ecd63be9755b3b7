"""What customers buy after each item: next, or within a time."""

from typing import Literal

import numpy as np
import pandas as pd

from custintel._checks import require_choice, require_count, require_type
from custintel._frames import Frame
from custintel._intervals import normal_quantile, wilson_interval
from custintel._significance import fisher_greater
from custintel._text import translate as _
from custintel._time import Day, Span
from custintel.affinity._followed_pairs import FollowedPairs, Inquiry
from custintel.affinity._following import Rule
from custintel.affinity._pair_measures import q_among
from custintel.affinity._sequences import read_sequences

_BASES = ("next", "within")
_REPEATS = ("first", "all")


def next_purchase(  # noqa: PLR0913 - what is asked has six parts, each with a usual answer
    transactions: Frame,
    *,
    as_of: Day,
    by: str = "product_id",
    basis: Literal["next", "within"] = "next",
    horizon: str | None = None,
    repeats: Literal["first", "all"] = "first",
    exclude_owned: bool = False,
    min_support: int = 5,
    level: float = 0.95,
) -> pd.DataFrame:
    """Measure what customers of each item buy afterwards, beside what chance would give.

    A *case* is the purchase of an item, the antecedent, at an occasion. An occasion is an
    order; its items do not follow one another. Orders of one day count in the order of their
    ``order_id``, as text. Refunds (negative lines) are no purchases.

    Without a horizon, ``basis="next"`` looks at cases whose customers have bought again. What
    takes long to come back is then rare among them, as many such customers have not come back
    yet. With a horizon no case counts before all of it was observed, and the probabilities
    are those of all customers: what follows is neither favoured for coming soon nor missed
    for coming late. How the first purchase is told apart from a repeated one when the export
    begins later than the customers do cannot be known.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``, the column `by` and, if there is one,
        ``order_id`` (otherwise each row is an order); pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    by : str, default="product_id"
        Column whose values are the items. Lines without a value are the item ``(missing)``.
    basis : {"next", "within"}, default="next"
        ``"next"`` looks at the customer's next occasion alone, ``"within"`` at all those
        within the horizon.
    horizon : str, optional
        How long after the case the purchase may come, such as ``"12M"``, the last day
        included; months and years are calendar ones. ``"within"`` needs it.
    repeats : {"first", "all"}, default="first"
        Whether a customer's first purchase of an item is a case, or each.
    exclude_owned : bool, default=False
        Whether cases are left out whose customers had bought the consequent before or
        together with the antecedent. Goes with ``repeats="first"``.
    min_support : int, default=5
        Pairs are listed if the consequent followed in so many cases or more, >= 1.
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per pair that came often enough, by antecedent, then the most probable first.

        - ``antecedent``, ``consequent`` : str, the item bought and the one that followed
        - ``n_antecedent`` : int, cases of the antecedent
        - ``n_observed`` : int, those of them of which it is known what followed: with a
          horizon, those with all of it up to `as_of`; without, those with a next purchase
        - ``n_censored`` : int, the others
        - ``n_followed`` : int, observed cases that the consequent followed
        - ``probability`` : float, 0-1, ``n_followed`` / ``n_observed``
        - ``probability_low``, ``probability_high`` : float, 0-1, Wilson interval; with
          ``repeats="all"`` on the effective number of cases, as those of one customer are alike
        - ``base_rate`` : float, 0-1, what chance would give: the share of the observed cases
          of all items, taken together, that the consequent followed by the same rules
        - ``lift`` : float, >= 0, ``probability`` / ``base_rate``
        - ``lift_low``, ``lift_high`` : float, the bounds of the probability over the base
          rate, which rests on many more cases
        - ``p`` : float, 0-1, Fisher's exact one-sided p that the cases of the antecedent are
          followed no more often than the others; with ``repeats="all"`` on the effective
          number of cases
        - ``q`` : float, 0-1, Benjamini-Hochberg among all pairs that could have come often
          enough, listed or not
        - ``median_gap_days`` : float, median days from the case to the consequent, of the
          cases followed

    Raises
    ------
    SchemaError
        If a column is missing, or there is no purchase.
    ValueError
        If an argument is not one of those named, ``"within"`` has no horizon, or
        `exclude_owned` goes with ``repeats="all"``.

    Warns
    -----
    WeakResultWarning
        If of no case it is known what followed, or if more than a twentieth of the next
        purchases are of the same day as the one before.

    References
    ----------
    Agrawal, R. and Srikant, R. (1995). Mining sequential patterns. Proceedings of the 11th
    International Conference on Data Engineering, 3-14.

    Korn, E. L. and Graubard, B. I. (1998). Confidence intervals for proportions with small
    expected number of positive counts estimated from survey data. Survey Methodology 24(2),
    193-201.

    Examples
    --------
    Of four who took the course, three came back; two of these took coaching.

    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cid", "cid", "dan"],
    ...     "order_id": ["1", "2", "3", "4", "5", "6", "7"],
    ...     "ordered_at": pd.to_datetime(["2024-01-10", "2024-03-10", "2024-01-20", "2024-05-20",
    ...         "2024-02-01", "2024-02-29", "2024-06-01"]),
    ...     "product_id": ["course", "coaching", "course", "coaching", "course", "book", "course"],
    ...     "revenue": 100.0,
    ... })
    >>> following = next_purchase(transactions, as_of="2024-06-30", min_support=2)
    >>> following[["antecedent", "consequent", "n_observed", "n_followed", "n_censored"]]
      antecedent consequent  n_observed  n_followed  n_censored
    0     course   coaching           3           2           1
    """
    require_choice(basis, _BASES, name="basis")
    require_choice(repeats, _REPEATS, name="repeats")
    require_count(min_support, name="min_support")
    normal_quantile(level)
    _require_that_goes_together(basis, horizon, repeats, exclude_owned=exclude_owned)
    span = None if horizon is None else Span.parse(horizon)
    sequences = read_sequences(transactions, as_of=as_of, by=by)
    rule = Rule.of(sequences, only_next=basis == "next", horizon=span)
    inquiry = Inquiry.of(sequences, rule, exclude_owned=exclude_owned, repeated=repeats == "all")
    if inquiry.is_observed.any():
        sequences.warn_of_ties()
    else:
        sequences.warn_unobserved(span)
    return _measured(inquiry.pairs(min_support), sequences.items, level)


def _measured(pairs: FollowedPairs, items: pd.Index, level: float) -> pd.DataFrame:
    effect = pairs.design_effect
    probability = pairs.n_followed / pairs.n_observed
    base_rate = pairs.n_any / pairs.n_cases
    low, high = wilson_interval(pairs.n_followed / effect, pairs.n_observed / effect, level)
    counts = pairs.n_followed, pairs.n_observed, pairs.n_any, pairs.n_cases
    p = fisher_greater(*(np.round(count / effect) for count in counts))
    table = pd.DataFrame(
        {
            "antecedent": items[pairs.antecedent],
            "consequent": items[pairs.consequent],
            "n_antecedent": pairs.n_antecedent,
            "n_observed": pairs.n_observed,
            "n_censored": pairs.n_antecedent - pairs.n_observed,
            "n_followed": pairs.n_followed,
            "probability": probability,
            "probability_low": low,
            "probability_high": high,
            "base_rate": base_rate,
            "lift": probability / base_rate,
            "lift_low": low / base_rate,
            "lift_high": high / base_rate,
            "p": p,
            "q": q_among(p, pairs.n_tested),
            "median_gap_days": pairs.median_gap,
        }
    )
    order = np.lexsort((pairs.consequent, -probability, pairs.antecedent))
    return table.iloc[order].reset_index(drop=True)


def _require_that_goes_together(
    basis: str, horizon: str | None, repeats: str, *, exclude_owned: bool
) -> None:
    require_type(exclude_owned, bool, name="exclude_owned", what=_("True or False"))
    if basis == "within" and horizon is None:
        raise ValueError(_("basis='within' needs a horizon: within what time? Try horizon='12M'."))
    if exclude_owned and repeats == "all":
        raise ValueError(
            _(
                "exclude_owned=True asks what is bought for the first time, once per customer: "
                "it goes with repeats='first', not with repeats='all'."
            )
        )
