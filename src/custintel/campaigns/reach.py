"""How much of a target a campaign reached, and how many beside it."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._frames import Frame, has_column, opened, to_pandas
from custintel._intervals import normal_quantile
from custintel._lookups import looked_up, read_lookup
from custintel._text import translate as _
from custintel.campaigns._campaign_rows import quotient
from custintel.campaigns._message_totals import in_order, labels, require_one_value, with_interval
from custintel.campaigns._messages import TIMES, messages, with_delivery

_COLUMN = nw.col
_COUNTS = ("n_sent", "n_reached", "n_opened", "n_clicked", "n_exposures")


def target_reach(
    events: Frame, target: Frame, *, by: str | None = "campaign_id", level: float = 0.95
) -> pd.DataFrame:
    """Measure how many customers of a target got, opened and clicked, how often, and the waste.

    Reach is of customers, each once in a group, however many campaigns of it they got; how many
    of those reached open and click is left to chance and has an interval, who is reached is
    not.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, the column `by`, and
        ``is_machine`` if there is one; pandas, polars, DuckDB, PySpark, pyarrow, or the path of
        a Parquet file. Of a campaign without ``delivered`` rows, all that was sent and did not
        bounce was delivered. A bounce or a delivery proves a sending.
    target : DataFrame
        The customers to reach, such as a selection of them: ``customer_id``, as a column or as
        the index of a pandas frame; of any engine. Who stands in it twice counts once.
    by : str, optional
        Column whose values become the rows: ``"campaign_id"``, and after
        `custintel.tables.add_columns` channel …; None: one row, ``total``.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by `by`, in order of name, ``(missing)`` last; customers of the target save where
        it says otherwise.

        - ``n_target`` : int, customers of the target, the same on every row
        - ``n_sent``, ``n_reached``, ``n_opened``, ``n_clicked`` : int, who were sent something,
          to whom it was delivered, and who opened and clicked of it; machines do neither
        - ``reach`` : float, 0-1, ``n_reached`` ÷ ``n_target``
        - ``opened_share``, ``clicked_share`` : float, 0-1, ÷ ``n_reached``, each with its
          Wilson interval in ``…_low`` and ``…_high``; NaN if nobody was reached
        - ``n_exposures`` : int, messages delivered to them, one for each campaign
        - ``exposures_per_head`` : float, ``n_exposures`` ÷ ``n_reached``; 1 by campaign, and NaN
          if nobody was reached
        - ``gross_rating_points`` : float, 100 × ``n_exposures`` ÷ ``n_target``
        - ``n_outside`` : int, customers reached who are not of the target
        - ``outside_share`` : float, 0-1, ``n_outside`` ÷ all who were reached; NaN if nobody was

    Raises
    ------
    SchemaError
        If a column is missing, a customer of the target has no id, a word of ``event`` is not
        known, or `by` has several values for one contact in one campaign.
    ValueError
        If the target is empty, or `level` is not between 0 and 1.

    References
    ----------
    Farris, P. W., Bendle, N. T., Pfeifer, P. E. and Reibstein, D. J. (2010). Marketing
    metrics, 2nd edition. Upper Saddle River: Pearson. Chapter 9: reach, frequency and gross
    rating points.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": "may",
    ...     "customer_id": ["ann", "bob", "eve", "ann"],
    ...     "event": ["sent", "sent", "sent", "opened"],
    ...     "occurred_at": pd.Timestamp("2024-05-02"),
    ... })
    >>> target = pd.DataFrame({"customer_id": ["ann", "bob", "cyd", "dan"]})
    >>> target_reach(events, target)[["n_reached", "reach", "opened_share", "outside_share"]]
                 n_reached  reach  opened_share  outside_share
    campaign_id
    may                  2    0.5           0.5       0.333333
    """
    normal_quantile(level)
    ids = _ids(target)
    events = opened(events)
    is_whole = by in TIMES and not has_column(events, by or "")
    counted = to_pandas(_counted(events, by, ids))
    require_one_value(int(counted["is_divided"].sum()), by)
    counted["group"] = labels(counted["group"], is_whole=is_whole)
    is_inside = counted["in_target"] > 0
    inside, outside = (
        counted[which].set_index("group")[list(_COUNTS)] for which in (is_inside, ~is_inside)
    )
    groups = pd.Index(counted["group"].unique(), dtype=object)
    told = inside.reindex(groups, fill_value=0).astype("int64")
    n_outside = outside["n_reached"].reindex(groups, fill_value=0).astype("int64")
    return in_order(_table(told, n_outside, len(ids), level)).rename_axis(by)


def _ids(target: Frame) -> pd.DataFrame:
    if isinstance(target, pd.DataFrame) and target.index.name == "customer_id":
        target = target.index.to_frame(index=False)
    ids = read_lookup(target, ["customer_id"], table="target").drop_duplicates()
    if ids.empty:
        raise ValueError(_("The target has no customer. Give one row per customer to reach."))
    return ids.assign(in_target=1)


def _counted(events: Frame, by: str | None, ids: pd.DataFrame) -> nw.LazyFrame[Any]:
    """Return how many contacts of each group, in the target and outside it, came how far."""
    found = with_delivery(messages(events, by=by))
    reached = _COLUMN("was_delivered").cast(nw.Int64)
    flags = found.select(
        "group",
        "customer_id",
        "is_divided",
        n_sent=_COLUMN("was_sent").cast(nw.Int64),
        n_reached=reached,
        n_opened=reached * _COLUMN("n_opened"),
        n_clicked=reached * _COLUMN("n_clicked"),
    )
    once = ["n_sent", "n_reached", "n_opened", "n_clicked"]
    contacts = flags.group_by("group", "customer_id").agg(
        _COLUMN("is_divided").sum(),
        *(_COLUMN(name).max() for name in once),
        n_exposures=_COLUMN("n_reached").sum(),
    )
    placed = looked_up(contacts.to_native(), ids, on="customer_id")
    placed = placed.with_columns(in_target=_COLUMN("in_target").fill_null(0).cast(nw.Int64))
    return placed.group_by("group", "in_target").agg(
        *(_COLUMN(name).sum() for name in ("is_divided", *_COUNTS))
    )


def _table(
    told: pd.DataFrame, n_outside: "pd.Series[int]", n_target: int, level: float
) -> pd.DataFrame:
    n_reached = told["n_reached"]
    exposures, beside = told["n_exposures"].astype(float), n_outside.astype(float)
    return pd.DataFrame(
        {
            "n_target": pd.Series(n_target, told.index, dtype=np.int64),
            **{name: told[name] for name in _COUNTS[:-1]},
            "reach": n_reached / n_target,
            **with_interval("opened_share", told["n_opened"], n_reached, level),
            **with_interval("clicked_share", told["n_clicked"], n_reached, level),
            "n_exposures": told["n_exposures"],
            "exposures_per_head": quotient(exposures, n_reached),
            "gross_rating_points": 100 * exposures / n_target,
            "n_outside": n_outside,
            "outside_share": quotient(beside, beside + n_reached),
        }
    )
