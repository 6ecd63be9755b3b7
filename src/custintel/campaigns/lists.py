"""How a list of addresses grows: who joins, and who leaves it."""

import narwhals as nw
import pandas as pd

from custintel._checks import quoted, require_choice
from custintel._frames import Frame, as_narwhals, has_column, lazy, to_pandas
from custintel._text import translate_plural as _n
from custintel._time import PERIOD_MONTHS, Day, as_day
from custintel._warnings import warn
from custintel.campaigns._messages import read_events
from custintel.errors import SchemaError, SetAsideWarning

# Of several on one instant the first counts.
_REMOVALS = ("complained", "hard_bounced", "unsubscribed")


def list_growth(events: Frame, customers: Frame, *, as_of: Day, period: str = "M") -> pd.DataFrame:
    """Measure the growth of the list of contacts: those who joined, and those who left it.

    A contact joins when his or her row in `customers` was made, and leaves at the first of an
    unsubscription, a hard bounce or a complaint, once and for good.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, and ``bounce_type`` if there
        is one, without which no bounce is hard; pandas, polars, DuckDB, PySpark, pyarrow, or the
        path of a Parquet file.
    customers : DataFrame
        ``customer_id``, ``created_at``, and if there are any ``email`` (those without are not on
        the list) and ``email_opt_out``, of any engine. Contacts without ``created_at``, and
        those who opted out at a time that no event tells, are left out, and counted in a
        warning. Contacts of `events` alone were never on the list: `check_events` counts them.
    as_of : date-like
        Last day observed, included; a period that it cuts is counted so far.
    period : {"M", "Q", "Y"}, default="M"
        Length of the periods.

    Returns
    -------
    DataFrame
        Indexed by ``period``, from that of the first contact to that of `as_of`, each one.

        - ``n_start`` : int, contacts on the list when the period begins
        - ``n_new`` : int, joined
        - ``n_unsubscribed``, ``n_hard_bounced``, ``n_complained`` : int, left, each once
        - ``n_end`` : int, ``n_start`` + ``n_new`` − those who left
        - ``growth_rate`` : float, (``n_end`` − ``n_start``) ÷ ``n_start``; NaN if that is 0
        - ``removal_rate`` : float, those who left ÷ ``n_start``; NaN likewise. Who joins and
          leaves in one period is among them, so that it may be above 1

    Raises
    ------
    SchemaError
        If a column is missing, a word of ``event`` is not known, or a ``customer_id`` comes
        more than once in `customers`.
    ValueError
        If `as_of` or `period` is not as described.

    Warns
    -----
    SetAsideWarning
        If contacts are left out.

    Examples
    --------
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "cleo"],
    ...     "created_at": pd.to_datetime(["2024-01-05", "2024-01-20", "2024-02-03"]),
    ... })
    >>> events = pd.DataFrame({
    ...     "campaign_id": "may",
    ...     "customer_id": ["bob"],
    ...     "event": ["unsubscribed"],
    ...     "occurred_at": pd.to_datetime(["2024-02-10"]),
    ... })
    >>> growth = list_growth(events, customers, as_of="2024-02-29")
    >>> growth[["n_start", "n_new", "n_unsubscribed", "n_end", "growth_rate"]]
             n_start  n_new  n_unsubscribed  n_end  growth_rate
    period
    2024-01        0      2               0      2          NaN
    2024-02        2      1               1      2          0.0
    """
    require_choice(period, tuple(PERIOD_MONTHS), name="period")
    end = as_day(as_of) + pd.Timedelta(days=1)
    left = _left(events)
    joined = _joined(customers, set(left["customer_id"]))
    joined = joined[joined < end]
    left = left[left["customer_id"].isin(joined.index) & (left["at"] < end)]
    # Whose row was made after leaving joined and left at once.
    joined_at = joined.reindex(left["customer_id"]).set_axis(left.index)
    at = left["at"].where(left["at"] > joined_at, joined_at)
    left = left.assign(period=at.dt.to_period(period))
    first = joined.min().to_period(period) if len(joined) else end.to_period(period) + 1
    last = as_day(as_of).to_period(period)
    periods = pd.period_range(first, last, freq=period, name="period")
    counts = {"n_new": _per_period(joined.dt.to_period(period), periods)}
    for how in ("unsubscribed", "hard_bounced", "complained"):
        counts[f"n_{how}"] = _per_period(left.loc[left["how"] == how, "period"], periods)
    return _measured(pd.DataFrame(counts, index=periods))


def _measured(counts: pd.DataFrame) -> pd.DataFrame:
    removed = counts.drop(columns="n_new").sum(axis=1)
    end = (counts["n_new"] - removed).cumsum()
    start = end.shift(1, fill_value=0)
    base = start.where(start > 0)
    return pd.DataFrame(
        {
            "n_start": start,
            **{str(name): counts[name] for name in counts},
            "n_end": end,
            "growth_rate": (end - start) / base,
            "removal_rate": removed / base,
        }
    )


def _per_period(found: "pd.Series[pd.Period]", periods: pd.PeriodIndex) -> "pd.Series[int]":
    return found.value_counts().reindex(periods, fill_value=0).astype("int64")


def _left(events: Frame) -> pd.DataFrame:
    """Return when and how each contact left the list first."""
    told = ["bounce_type"] if has_column(events, "bounce_type") else []
    columns = ["campaign_id", "customer_id", "event", "occurred_at"]
    found = read_events(events, [*columns, *told])
    event = nw.col("event")
    is_hard = (nw.col("bounce_type") == "hard").fill_null(value=False) if told else nw.lit(False)
    gone = found.filter(
        event.is_in(["unsubscribed", "complained"]) | ((event == "bounced") & is_hard)
    )
    first = gone.group_by("customer_id", "event").agg(at=nw.col("occurred_at").min())
    table = to_pandas(first).astype({"customer_id": "str", "at": "datetime64[us]"})
    how = table["event"].astype("str").replace({"bounced": "hard_bounced"})
    table = table.assign(how=how, place=how.map({name: i for i, name in enumerate(_REMOVALS)}))
    ordered = table.sort_values(["customer_id", "at", "place"])
    return ordered.drop_duplicates("customer_id")[["customer_id", "at", "how"]]


def _joined(customers: Frame, has_left: set[str]) -> "pd.Series[pd.Timestamp]":
    """Return when each contact joined the list, once those who never were on it are left out."""
    names = as_narwhals(customers).collect_schema().names()
    told = [name for name in ("email", "email_opt_out") if name in names]
    known = to_pandas(lazy(customers, ["customer_id", "created_at", *told], table="customers"))
    known["customer_id"] = known["customer_id"].astype("str")
    if "email" in told:
        known = known[known["email"].notna()]
    undated = known["created_at"].isna()
    if "email_opt_out" in told:
        opted = known["email_opt_out"].astype("boolean").fillna(False).astype(bool)
        undated |= opted & ~known["customer_id"].isin(has_left)
    if undated.any():
        names_left_out = known.loc[undated, "customer_id"]
        message = _n(
            "{n} contact is left out of the list, as nothing tells when he or she joined, or "
            "opted out: {examples}.",
            "{n} contacts are left out of the list, as nothing tells when they joined, or opted "
            "out: {examples}.",
            len(names_left_out),
            examples=quoted(names_left_out, most=3),
        )
        warn(message, SetAsideWarning)
    kept = known[~undated].set_index("customer_id")["created_at"].astype("datetime64[us]")
    repeated = kept.index[kept.index.duplicated()].unique()
    if len(repeated):
        raise SchemaError(
            _n(
                "{n} customer_id of 'customers' comes more than once: {examples}. Make the table "
                "with custintel.tables.build_customers(raw), one row each.",
                "{n} customer_ids of 'customers' come more than once: {examples}. Make the table "
                "with custintel.tables.build_customers(raw), one row each.",
                len(repeated),
                examples=quoted(repeated, most=3),
            )
        )
    return kept.sort_index()
