"""How customers move between segments from one day to another."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_columns, require_type
from custintel._frames import Frame
from custintel._intervals import normal_quantile, wilson_interval
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day, as_day
from custintel.segmentation._by_customer import MISSING, Series, labelled, series_by_customer
from custintel.segmentation.rfm import rfm_table
from custintel.segmentation.scores import rfm_scores
from custintel.segmentation.segments import DEFAULT_SEGMENTS, SegmentRule, rfm_segments

NEW = N_("(not yet a customer)")
GONE = N_("(no longer a customer)")
_COLUMNS = ["before", "after", "n_customers", "share"]


def migration_table(
    before: Series, after: Series, *, order: Sequence[str] | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Count the customers who went from each segment to each other one.

    Parameters
    ----------
    before : Series
        Segment of each customer at the first day, indexed by ``customer_id``.
    after : Series
        Segment of each customer at the second day, likewise.
    order : sequence of str, optional
        Segments in the order wanted, best first; those that it does not name follow. By
        default the order of the categories, or else that of `DEFAULT_SEGMENTS`, then of the
        names.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row for each pair of segments, also those between which nobody moved. Customers
        whom only `after` knows come from ``(not yet a customer)``, those whom only `before`
        knows go to ``(no longer a customer)``; a segment that is not known is ``(missing)``.
        `segment_flows` sums the table up, and `custintel.plots.migration_heatmap` draws it.

        - ``before`` : str, segment at the first day
        - ``after`` : str, segment at the second day
        - ``n_customers`` : int, >= 0; together all customers of both days
        - ``share`` : float, 0-1, part of the customers of ``before``; the shares of a
          segment add up to 1; NaN for a segment that had no customer before
        - ``share_low``, ``share_high`` : float, Wilson interval, NaN where ``share`` is

    Raises
    ------
    SchemaError
        If a customer repeats or has no id.

    Examples
    --------
    >>> import pandas as pd
    >>> before = pd.Series({"ann": "A", "bob": "A", "eve": "B"})
    >>> after = pd.Series({"ann": "A", "bob": "B", "eve": "B", "joe": "B"})
    >>> moves = migration_table(before, after)
    >>> moves.query("n_customers > 0")[["before", "after", "n_customers", "share"]]
                     before after  n_customers  share
    0                     A     A            1    0.5
    1                     A     B            1    0.5
    3                     B     B            1    1.0
    5  (not yet a customer)     B            1    1.0
    """
    normal_quantile(level)
    old = series_by_customer(before, name="before")
    new = series_by_customer(after, name="after")
    everybody = old.index.union(new.index)
    names = _ordered(labelled(old), labelled(new), order)
    start = _places(old, everybody, names, NEW)
    end = _places(new, everybody, names, GONE)
    rows = [*names, *([NEW] if (start == len(names)).any() else [])]
    columns = [*names, *([GONE] if (end == len(names)).any() else [])]
    counts = np.bincount(start * (len(names) + 1) + end, minlength=(len(names) + 1) ** 2)
    square = counts.reshape(len(names) + 1, -1)[: len(rows), : len(columns)]
    return _tidy(square, rows, columns, level)


def segment_flows(migration: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Sum up for each segment who stayed, who came and who went.

    Parameters
    ----------
    migration : DataFrame
        From `migration_table`: ``before``, ``after``, ``n_customers``.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by ``segment``, in the order of the table.
        ``n_after = n_before - n_to_others - n_left + n_from_others + n_new``.

        - ``n_before`` : int, customers at the first day
        - ``n_to_others`` : int, who are in another segment at the second day
        - ``n_left`` : int, who are in no segment then
        - ``n_from_others`` : int, who came from another segment
        - ``n_new`` : int, who were in no segment at the first day
        - ``n_after`` : int, customers at the second day
        - ``net`` : int, ``n_after`` − ``n_before``
        - ``stay_rate`` : float, 0-1, part of ``n_before`` who are in the same segment at both
          days; NaN for a segment that had no customer before
        - ``stay_low``, ``stay_high`` : float, Wilson interval, NaN where ``stay_rate`` is

    Raises
    ------
    SchemaError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> before = pd.Series({"ann": "A", "bob": "A", "eve": "B"})
    >>> after = pd.Series({"ann": "A", "bob": "B", "eve": "B", "joe": "B"})
    >>> flows = segment_flows(migration_table(before, after))
    >>> flows[["n_before", "n_to_others", "n_from_others", "n_new", "n_after", "net"]]
             n_before  n_to_others  n_from_others  n_new  n_after  net
    segment
    A               2            1              0      0        1   -1
    B               1            0              1      1        3    2
    """
    require_columns(migration.columns, _COLUMNS[:3], table="migration_table")
    moved = migration.assign(same=migration["before"] == migration["after"])
    n = moved["n_customers"]
    is_new, is_gone = moved["before"] == NEW, moved["after"] == GONE
    names = [name for name in dict.fromkeys(moved["before"]) if name != NEW]
    names += [name for name in dict.fromkeys(moved["after"]) if name not in {*names, GONE}]

    def count(which: "pd.Series[bool]", of: str) -> "pd.Series[int]":
        return n[which].groupby(moved[of]).sum().reindex(names, fill_value=0).astype("int64")

    stayed = count(moved["same"], "before")
    flows = pd.DataFrame(
        {
            "n_before": count(~is_new, "before"),
            "n_to_others": count(~(moved["same"] | is_new | is_gone), "before"),
            "n_left": count(is_gone & ~is_new, "before"),
            "n_from_others": count(~(moved["same"] | is_new | is_gone), "after"),
            "n_new": count(is_new & ~is_gone, "after"),
            "n_after": count(~is_gone, "after"),
        }
    )
    low, high = wilson_interval(stayed, flows["n_before"], level)
    return flows.assign(
        net=flows["n_after"] - flows["n_before"],
        stay_rate=stayed / flows["n_before"].where(flows["n_before"] > 0),
        stay_low=low,
        stay_high=high,
    ).rename_axis("segment")


def segment_migration(
    transactions: Frame,
    *,
    dates: Sequence[Day],
    segments: Sequence[SegmentRule] = DEFAULT_SEGMENTS,
    cuts: Mapping[str, Sequence[float]] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count how customers moved between RFM segments from one day to another.

    Each day knows only what was bought up to it. Without `cuts` the scores are ranks among
    the customers of their day: a customer can then move because the others did. With cuts the
    bounds are the same at both days, and only the customer's own purchases count.

    Parameters
    ----------
    transactions : DataFrame
        As for `rfm_table`, of any engine.
    dates : sequence of date-like
        The two days, earlier one first; each is observed whole.
    segments : sequence of SegmentRule, default=DEFAULT_SEGMENTS
        As for `rfm_segments`.
    cuts : mapping of str to sequence of float, optional
        As for `rfm_scores`.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        The `migration_table` of the two days, in the order of `segments`. Nobody is
        ``(no longer a customer)``: who stays away moves towards the worst segments.

        - ``before``, ``after`` : str, segments
        - ``n_customers`` : int, >= 0
        - ``share``, ``share_low``, ``share_high`` : float, 0-1, part of the customers of
          ``before`` and its Wilson interval; NaN for a segment that had no customer before

    Raises
    ------
    SchemaError
        If a column is missing.
    ValueError
        If `dates` are not two days in order, or `segments` or `cuts` are not as described.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann", "joe"],
    ...     "ordered_at": pd.to_datetime(["2023-02-01", "2023-12-01", "2024-12-01", "2024-12-15"]),
    ...     "revenue": [50.0, 20.0, 90.0, 30.0],
    ... })
    >>> moves = segment_migration(transactions, dates=["2023-12-31", "2024-12-31"])
    >>> moves.query("n_customers > 0")[["before", "after", "n_customers"]].reset_index(drop=True)
                     before                after  n_customers
    0   Potential loyalists                 Lost            1
    1               At risk      Loyal customers            1
    2  (not yet a customer)  Potential loyalists            1
    """
    first, last = _two_days(dates)
    order = list(dict.fromkeys(rule.segment for rule in segments))
    found = []
    for day in (first, last):
        scores = rfm_scores(
            rfm_table(transactions, as_of=day),
            n_bins=max((max(rule.recency[1], rule.value[1]) for rule in segments), default=2),
            cuts=cuts,
        )
        found.append(rfm_segments(scores, segments=segments)["segment"])
    return migration_table(found[0], found[1], order=order, level=level)


def _two_days(dates: Sequence[Day]) -> tuple[pd.Timestamp, pd.Timestamp]:
    two = _("two dates, such as ('2023-12-31', '2024-12-31')")
    require_type(dates, (list, tuple), name="dates", what=two)
    if len(dates) != 2:
        raise ValueError(_("dates are {what}: got {n}.", what=two, n=len(dates)))
    first, last = (as_day(day, name="dates") for day in dates)
    if first >= last:
        raise ValueError(
            _(
                "dates are in the order of time: {last:%Y-%m-%d} does not come after "
                "{first:%Y-%m-%d}.",
                first=first,
                last=last,
            )
        )
    return first, last


def _ordered(old: Series, new: Series, order: Sequence[str] | None) -> list[str]:
    """Return the names of all segments, best first; the one that is not known is last."""
    found = _merged(list(old.cat.categories), list(new.cat.categories))
    clash = sorted({NEW, GONE} & set(found))
    if clash:
        raise ValueError(
            _n(
                "{n} segment is named {names}, which stands for customers without one.",
                "{n} segments are named {names}, which stand for customers without one.",
                len(clash),
                names=quoted(clash),
            )
        )
    given = [str(name) for name in order] if order is not None else _usual_order(found)
    names = [name for name in dict.fromkeys([*given, *found]) if name in found]
    return [*(name for name in names if name != MISSING), *({MISSING} & set(found))]


def _merged(old: list[str], new: list[str]) -> list[str]:
    """Return the names of two lists in an order that keeps that of each, as far as it can."""
    merged = list(old)
    for i, name in enumerate(new):
        if name not in merged:
            before = [merged.index(other) for other in new[:i] if other in merged]
            merged.insert(max(before, default=-1) + 1, name)
    return merged


def _usual_order(found: list[str]) -> list[str]:
    usual = list(dict.fromkeys(rule.segment for rule in DEFAULT_SEGMENTS))
    return usual if set(usual) & set(found) else found


def _places(
    segments: Series, everybody: pd.Index, names: list[str], absent: str
) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Return the place of each customer's segment among `names`, `absent` being the last."""
    texts = labelled(segments).astype(object).reindex(everybody, fill_value=absent)
    return pd.Index([*names, absent], dtype=object).get_indexer(pd.Index(texts, dtype=object))


def _tidy(
    square: "np.ndarray[tuple[int, int], np.dtype[np.intp]]",
    rows: list[str],
    columns: list[str],
    level: float,
) -> pd.DataFrame:
    n = square.sum(axis=1, keepdims=True) + np.zeros_like(square)
    low, high = wilson_interval(square.ravel(), n.ravel(), level)
    share = np.divide(square, n, where=n > 0, out=np.full(square.shape, np.nan))
    return pd.DataFrame(
        {
            "before": np.repeat(np.array(rows, dtype=object), len(columns)),
            "after": np.tile(np.array(columns, dtype=object), len(rows)),
            "n_customers": square.ravel().astype("int64"),
            "share": share.ravel(),
            "share_low": low,
            "share_high": high,
        }
    )
