"""Named segments of customers, read off their scores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_columns
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """The customers of one segment: a range of recency scores and one of value scores.

    A segment may have several rules. Segments count as better the earlier they are listed.

    Parameters
    ----------
    segment : str
        Name of the segment.
    recency : tuple of int
        Lowest and highest recency score, both included.
    value : tuple of int
        Lowest and highest value score, both included. The value score is the mean of the
        frequency and the monetary score, halves rounded up.

    Examples
    --------
    >>> SegmentRule("Champions", recency=(4, 5), value=(5, 5)).segment
    'Champions'
    """

    segment: str
    recency: tuple[int, int]
    value: tuple[int, int]

    def __post_init__(self) -> None:
        """Refuse ranges that hold no score."""
        for low, high in (self.recency, self.value):
            if not 1 <= low <= high:
                raise ValueError(
                    _(
                        "Segment {segment!r}: a range of scores goes from a lower to a higher "
                        "one, from 1 up: got {low} to {high}.",
                        segment=self.segment,
                        low=low,
                        high=high,
                    )
                )


DEFAULT_SEGMENTS: tuple[SegmentRule, ...] = (
    SegmentRule(N_("Champions"), recency=(5, 5), value=(4, 5)),
    SegmentRule("Champions", recency=(4, 4), value=(5, 5)),
    SegmentRule(N_("Loyal customers"), recency=(4, 4), value=(4, 4)),
    SegmentRule("Loyal customers", recency=(3, 3), value=(4, 5)),
    SegmentRule(N_("Potential loyalists"), recency=(4, 5), value=(2, 3)),
    SegmentRule(N_("New customers"), recency=(5, 5), value=(1, 1)),
    SegmentRule(N_("Promising"), recency=(4, 4), value=(1, 1)),
    SegmentRule(N_("Need attention"), recency=(3, 3), value=(3, 3)),
    SegmentRule(N_("About to sleep"), recency=(3, 3), value=(1, 2)),
    SegmentRule(N_("At risk"), recency=(2, 2), value=(3, 5)),
    SegmentRule("At risk", recency=(1, 1), value=(3, 3)),
    SegmentRule(N_("Can't lose them"), recency=(1, 1), value=(4, 5)),
    SegmentRule(N_("Hibernating"), recency=(2, 2), value=(1, 2)),
    SegmentRule(N_("Lost"), recency=(1, 1), value=(1, 2)),
)
"""The eleven usual segments, best first, on scores from 1 to 5."""


def rfm_segments(
    scores: pd.DataFrame, *, segments: Sequence[SegmentRule] = DEFAULT_SEGMENTS
) -> pd.DataFrame:
    """Name the segment of each customer, from the recency score and the value score.

    The value score is the mean of the frequency and the monetary score, halves rounded up.
    There is no agreed definition of these segments; this grid is the default one
    (`DEFAULT_SEGMENTS`), rows by recency score, columns by value score:

    === ============== =================== =================== =============== ===============
    R   V 1            V 2                 V 3                 V 4             V 5
    === ============== =================== =================== =============== ===============
    5   New customers  Potential loyalists Potential loyalists Champions       Champions
    4   Promising      Potential loyalists Potential loyalists Loyal customers Champions
    3   About to sleep About to sleep      Need attention      Loyal customers Loyal customers
    2   Hibernating    Hibernating         At risk             At risk         At risk
    1   Lost           Lost                At risk             Can't lose them Can't lose them
    === ============== =================== =================== =============== ===============

    Parameters
    ----------
    scores : DataFrame
        One row per customer, from `rfm_scores`: ``recency_score``, ``frequency_score``,
        ``monetary_score``. Other columns are kept. The number of bins is read from its
        ``attrs``; where a merge or a file has lost them, make sure that it is the number
        that `segments` are made for: 4 bins pass for 5 whose best score nobody reached.
    segments : sequence of SegmentRule, default=DEFAULT_SEGMENTS
        The rules, best segment first. Where several hold, the first one counts. Together
        they cover every pair of scores, from 1 to the highest score that they name.

    Returns
    -------
    DataFrame
        The rows and columns of `scores`, and

        - ``segment`` : str, name of the segment, in English; it is translated where shown

    Raises
    ------
    SchemaError
        If a column is missing, or holds something else than scores from 1 to the highest
        that `segments` name.
    ValueError
        If `segments` leave a pair of scores without a name, or were made for another
        number of bins than the ``attrs`` of `scores` state.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame(
    ...     {"recency_score": [5, 1], "frequency_score": [4, 5], "monetary_score": [5, 4]},
    ...     index=pd.Index(["ann", "bob"], name="customer_id"),
    ... )
    >>> rfm_segments(scores)[["segment"]]
                         segment
    customer_id
    ann                Champions
    bob          Can't lose them
    """
    columns = ["recency_score", "frequency_score", "monetary_score"]
    require_columns(scores.columns, columns, table="rfm_scores")
    grid = _grid(segments)
    _require_same_bins(scores, columns, n_bins=len(grid))
    recency, frequency, monetary = (scores[column].to_numpy("int64") for column in columns)
    value = (frequency + monetary + 1) // 2
    names = grid[recency - 1, value - 1].tolist()
    # The type is stated because no names at all would make numbers.
    return scores.assign(segment=pd.Series(names, index=scores.index, dtype="str"))


def segment_summary(
    segmented: pd.DataFrame, *, segments: Sequence[SegmentRule] = DEFAULT_SEGMENTS
) -> pd.DataFrame:
    """Describe each segment: its size, its revenue, and its typical customer.

    Parameters
    ----------
    segmented : DataFrame
        One row per customer, from `rfm_segments`: ``segment``, ``recency_days``,
        ``frequency``, ``monetary``.
    segments : sequence of SegmentRule, default=DEFAULT_SEGMENTS
        The rules that named the segments; they give the order of the rows.

    Returns
    -------
    DataFrame
        Indexed by ``segment``, best first, only segments that hold a customer; a segment
        that `segments` do not name comes last.

        - ``n_customers`` : int, >= 1
        - ``customer_share`` : float, 0-1, part of all customers
        - ``revenue`` : float, sum of ``monetary``, in the currency of the table
        - ``revenue_share`` : float, part of all revenue, negative for net refunds; NaN if
          all revenue is not above zero
        - ``median_recency_days`` : float, days since the last purchase
        - ``mean_frequency`` : float, orders per customer
        - ``mean_monetary`` : float, revenue per customer

    Raises
    ------
    SchemaError
        If a column is missing, or a customer has no segment.

    Examples
    --------
    >>> import pandas as pd
    >>> segmented = pd.DataFrame({
    ...     "segment": ["Lost", "Champions", "Lost"],
    ...     "recency_days": [300, 2, 500],
    ...     "frequency": [1, 8, 2],
    ...     "monetary": [20.0, 150.0, 30.0],
    ... })
    >>> segment_summary(segmented)[["n_customers", "revenue", "revenue_share"]]
               n_customers  revenue  revenue_share
    segment
    Champions            1    150.0           0.75
    Lost                 2     50.0           0.25
    """
    columns = ["segment", "recency_days", "frequency", "monetary"]
    require_columns(segmented.columns, columns, table="rfm_segments")
    _require_segments(segmented["segment"])
    groups = segmented.groupby(segmented["segment"].astype(object), sort=True)
    total = segmented["monetary"].sum()
    summary = pd.DataFrame(
        {
            "n_customers": groups.size(),
            "customer_share": groups.size() / len(segmented),
            "revenue": groups["monetary"].sum(),
            "revenue_share": groups["monetary"].sum() / (total if total > 0 else np.nan),
            "median_recency_days": groups["recency_days"].median(),
            "mean_frequency": groups["frequency"].mean(),
            "mean_monetary": groups["monetary"].mean(),
        }
    )
    order = [name for name in _names(segments) if name in summary.index]
    others = [name for name in summary.index if name not in order]
    return summary.loc[[*order, *others]]


def _names(segments: Iterable[SegmentRule]) -> list[str]:
    return list(dict.fromkeys(rule.segment for rule in segments))


def _grid(segments: Sequence[SegmentRule]) -> NDArray[np.object_]:
    """Return the name of each pair of scores; rows by recency, columns by value, from 1."""
    n_bins = max((max(rule.recency[1], rule.value[1]) for rule in segments), default=1)
    grid = np.full((n_bins, n_bins), None, dtype=object)
    for rule in reversed(segments):  # so that the first rule is written last
        rows, columns = (
            slice(rule.recency[0] - 1, rule.recency[1]),
            slice(rule.value[0] - 1, rule.value[1]),
        )
        grid[rows, columns] = rule.segment
    uncovered = np.argwhere(grid == None) + 1  # noqa: E711
    if len(uncovered):
        cells = [_("recency {r}, value {v}", r=r, v=v) for r, v in uncovered.tolist()]
        raise ValueError(
            _n(
                "segments leave {n} pair of scores without a name: {cells}. Add a rule, or "
                "end with SegmentRule('Others', recency=(1, {n_bins}), value=(1, {n_bins})).",
                "segments leave {n} pairs of scores without a name: {cells}. Add rules, or "
                "end with SegmentRule('Others', recency=(1, {n_bins}), value=(1, {n_bins})).",
                len(cells),
                cells=quoted(cells, most=6),
                n_bins=n_bins,
            )
        )
    return grid


def _require_same_bins(scores: pd.DataFrame, columns: list[str], *, n_bins: int) -> None:
    made_with = scores.attrs.get("n_bins", n_bins)
    if made_with != n_bins:
        raise ValueError(
            _(
                "The scores go from 1 to {made_with}, the segments from 1 to {n_bins}. Pass "
                "segments made for {made_with} bins, or score with n_bins={n_bins}.",
                made_with=made_with,
                n_bins=n_bins,
            )
        )
    outside = scores.index[~scores[columns].isin(range(1, n_bins + 1)).all(axis=1)]
    if len(outside):
        raise SchemaError(
            _n(
                "{n} customer has a score that is not a whole number from 1 to {n_bins}: "
                "{examples}. Make scores with custintel.segmentation.rfm_scores(rfm).",
                "{n} customers have scores that are not whole numbers from 1 to {n_bins}: "
                "{examples}. Make scores with custintel.segmentation.rfm_scores(rfm).",
                len(outside),
                n_bins=n_bins,
                examples=quoted(outside, most=3),
            )
        )


def _require_segments(segment: pd.Series) -> None:
    missing = segment.index[segment.isna()]
    if len(missing):
        raise SchemaError(
            _n(
                "{n} customer has no segment: {examples}. "
                "Name it with custintel.segmentation.rfm_segments(scores).",
                "{n} customers have no segment: {examples}. "
                "Name them with custintel.segmentation.rfm_segments(scores).",
                len(missing),
                examples=quoted(missing, most=3),
            )
        )
