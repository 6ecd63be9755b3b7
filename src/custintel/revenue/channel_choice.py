"""Which channel suits which customers: channels compared within each segment."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import is_count, quoted, require_between, require_columns
from custintel._differences import Groups
from custintel._intervals import Floats
from custintel._significance import holm, q_values
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError
from custintel.revenue._groups import labels, ranks
from custintel.revenue._ranking import places

Positions = NDArray[np.intp]

BEST, BEHIND = N_("best"), N_("behind")
NOT_TOLD_APART = N_("not told apart")
TOO_FEW, ALONE = N_("too few customers"), N_("no other channel")


def best_channel(
    customers: pd.DataFrame,
    *,
    outcome: str = "revenue",
    by: str = "segment",
    level: float = 0.95,
    min_customers: int = 10,
) -> pd.DataFrame:
    """Compare channels within each segment, and name a best one only where the data tell.

    The differences are observed, not caused: customers chose their channels, and who comes
    by one may be worth more through any. Only an experiment tells what moving customers to
    another channel would bring.

    Parameters
    ----------
    customers : DataFrame
        One row per customer: ``channel``, and the columns `by` and `outcome`; from
        `customer_channels`, or the contacts and responses of a campaign.
    outcome : str, default="revenue"
        Column that is compared: amounts, or whether something happened (True and False, or
        1 and 0 alone), such as ``is_repeat``.
    by : str, default="segment"
        Column of the segments.
    level : float, default=0.95
        Probability that each interval aims to cover, and 1 − the probability that any pair
        of channels at all is wrongly told apart; between 0 and 1.
    min_customers : int, default=10
        Channels with fewer customers in a segment are listed and not compared; 2 or more.

    Returns
    -------
    DataFrame
        One row per segment and channel: largest segment first, then highest value first, equal
        ones by name.

        - ``segment``, ``channel`` : the two names, ``(missing)`` where there was none
        - ``outcome`` : str, the column that is compared
        - ``is_rate`` : bool, whether it is a rate, of what happened or not
        - ``n_customers`` : int
        - ``value`` : float, mean of the outcome; of a rate the share, in 0-1
        - ``value_low``, ``value_high`` : float, its interval by Student's t, or Wilson's for a
          rate; NaN for the mean of one customer
        - ``difference`` : float, ``value`` − that of all other compared customers of the
          segment; NaN if the channel or no other one is compared, as the next three
        - ``difference_low``, ``difference_high`` : float, its interval by Welch, or Newcombe's
          for a rate
        - ``q`` : float, Benjamini-Hochberg adjusted p of the difference, over all rows:
          Welch's test, or Fisher's exact one for a rate
        - ``p_best`` : float, Holm-adjusted p, over all pairs of channels of all segments, of
          the pair of this channel and the highest one; of the highest its largest. NaN likewise
        - ``verdict`` : str: ``"best"``: told apart from every other; ``"behind"``: told apart
          from the highest; ``"not told apart"``; ``"too few customers"``; ``"no other channel"``
        - ``is_best`` : bool, whether the verdict is that

    Raises
    ------
    SchemaError
        If a column is missing, or the outcome is missing or not a number somewhere.
    ValueError
        If `level` is not between 0 and 1, or `min_customers` not a whole number from 2 up.

    References
    ----------
    Welch, B. L. (1947). The generalization of "Student's" problem when several different
    population variances are involved. Biometrika 34(1/2), 28-35.

    Newcombe, R. G. (1998). Interval estimation for the difference between independent
    proportions: comparison of eleven methods. Statistics in Medicine 17(8), 873-890.

    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian
    Journal of Statistics 6(2), 65-70.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "segment": "small",
    ...     "channel": ["web"] * 20 + ["shop"] * 20,
    ...     "revenue": [9.0, 11.0] * 10 + [19.0, 21.0] * 10,
    ... })
    >>> table = best_channel(customers)
    >>> table[["channel", "value", "difference", "verdict"]]
      channel  value  difference verdict
    0    shop   20.0        10.0    best
    1     web   10.0       -10.0  behind
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    _require_two(min_customers)
    require_columns(customers.columns, [by, "channel", outcome], table="customer_channels")
    values = _numbers(customers, outcome)
    is_rate = bool(len(values)) and bool(np.isin(values, (0.0, 1.0)).all())
    cells = _cells(labels(customers[by], None), labels(customers["channel"], None), values)
    n, mean, squares = cells[["n", "value", "squares"]].to_numpy(float).T
    groups = Groups(n, mean, squares, is_rate)
    compared = _compared(cells["segment"], cells["n"] >= min_customers)
    p_best = _p_best(groups, compared)
    own = groups.interval(level)
    is_first = _firsts(compared, len(cells))
    verdict = np.select(
        [n < min_customers, np.isnan(p_best), p_best > 1 - level, is_first],
        [TOO_FEW, ALONE, NOT_TOLD_APART, BEST],
        BEHIND,
    )
    return pd.DataFrame(
        {
            "segment": cells["segment"],
            "channel": cells["channel"],
            "outcome": outcome,
            "is_rate": is_rate,
            "n_customers": cells["n"],
            "value": groups.mean,
            "value_low": own.low,
            "value_high": own.high,
            **_differences(groups, compared, level),
            "p_best": p_best,
            "verdict": verdict,
            "is_best": verdict == BEST,
        }
    )


def _cells(segments: "pd.Index[Any]", channels: "pd.Index[Any]", values: Floats) -> pd.DataFrame:
    """Return one row per segment and channel: largest segment first, then highest value first.

    Equal values, which sums in another order may part by their last bits, are in the order of
    the channels' names.
    """
    customers = pd.DataFrame({"segment": segments, "channel": channels, "value": values})
    by_cell = customers.groupby(["segment", "channel"], sort=False)["value"]
    cells = by_cell.agg(n="size", value="mean", variance="var").reset_index()
    cells["squares"] = cells["variance"].fillna(0.0) * (cells["n"] - 1)
    sizes = cells.groupby("segment", sort=False)["n"].sum()
    place = pd.Series(places(sizes), index=sizes.index).loc[cells["segment"]].to_numpy()
    rank = ranks(cells.set_index("channel")["value"])
    return cells.iloc[np.lexsort((rank, place))].reset_index(drop=True)


def _compared(segments: "pd.Series[Any]", is_large: "pd.Series[bool]") -> list[Positions]:
    """Return the rows that are compared in each segment, highest value first; two at least."""
    large = segments[is_large]
    positions = (rows.to_numpy() for rows in large.groupby(large, sort=False).groups.values())
    return [rows for rows in positions if len(rows) > 1]


def _differences(groups: Groups, compared: list[Positions], level: float) -> dict[str, Floats]:
    gap, low, high, p = np.full((4, len(groups.n)), np.nan)
    for rows in compared:
        ours = groups.take(rows)
        others = ours.others()
        bounds = ours.difference(others, level)
        gap[rows], low[rows], high[rows] = ours.mean - others.mean, bounds.low, bounds.high
        p[rows] = ours.p(others)
    return {
        "difference": gap,
        "difference_low": low,
        "difference_high": high,
        "q": q_values(p),
    }


def _p_best(groups: Groups, compared: list[Positions]) -> Floats:
    """Return the Holm-adjusted p of each row and the highest one of its segment."""
    p_best = np.full(len(groups.n), np.nan)
    if not compared:
        return p_best
    pairs = [rows[np.stack(np.triu_indices(len(rows), 1))] for rows in compared]
    one, other = np.concatenate(pairs, axis=1)
    # All pairs count, because which one is the highest was not known before.
    p = holm(groups.take(one).p(groups.take(other)))
    is_with_first = _firsts(compared, len(p_best))[one]
    one, other, p = one[is_with_first], other[is_with_first], p[is_with_first]
    p_best[other], p_best[one] = p, 0.0
    np.maximum.at(p_best, one, p)
    return p_best


def _firsts(compared: list[Positions], n: int) -> NDArray[np.bool_]:
    is_first = np.zeros(n, dtype=bool)
    is_first[[rows[0] for rows in compared]] = True
    return is_first


def _numbers(customers: pd.DataFrame, outcome: str) -> Floats:
    values = pd.to_numeric(customers[outcome].astype(object), errors="coerce").to_numpy(float)
    wrong = np.flatnonzero(~np.isfinite(values))
    if len(wrong):
        raise SchemaError(
            _n(
                "{n} customer has no number as {outcome!r}: {examples}. Fill the column, or "
                "leave such rows out.",
                "{n} customers have no number as {outcome!r}: {examples}. Fill the column, or "
                "leave such rows out.",
                len(wrong),
                outcome=outcome,
                examples=quoted(customers.index[wrong], most=3),
            )
        )
    return values


def _require_two(min_customers: int) -> None:
    if not is_count(min_customers) or min_customers < 2:
        raise ValueError(
            _(
                "min_customers is a whole number from 2 up: got {n!r}.",
                n=min_customers,
            )
        )
