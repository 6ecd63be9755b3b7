"""How far contacts have come: from a click to a form, a purchase, and purchases again."""

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import require_columns
from custintel._frames import Frame, day_number, has_column, lazy, number_of_day, to_pandas
from custintel._intervals import normal_quantile
from custintel._time import Day, as_day
from custintel.campaigns._message_totals import with_interval
from custintel.campaigns._messages import read_events

STEPS = ("contacted", "clicked", "form", "purchase", "repeat")


def engagement_stages(
    events: Frame, transactions: Frame | None = None, *, as_of: Day
) -> pd.DataFrame:
    """Find how far each contact has come: contacted, clicked, form, purchase, repeat.

    The stage is the highest that a contact has reached, whichever way: who buys without a click
    is a buyer.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, and ``is_machine`` if there
        is one, whose clicks do not count; pandas, polars, DuckDB, PySpark, pyarrow, or the path
        of a Parquet file.
    transactions : DataFrame, optional
        ``customer_id``, ``ordered_at``, ``revenue`` and ``order_id`` if there is one, of any
        engine: all purchases of the contacts. Refunds are none. Without it, the ``sale`` events
        are the purchases, and those that no campaign is credited with are not seen.
    as_of : date-like
        Last day observed, included; later events and purchases are ignored.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, one row per contact in `events`.

        - ``n_clicks`` : int, clicks of people
        - ``n_forms`` : int, information requests and leads
        - ``n_purchases`` : int, orders, or sales
        - ``stage`` : str, ``contacted``, ``clicked``, ``form``, ``purchase`` or ``repeat`` (two
          purchases or more)

    Raises
    ------
    SchemaError
        If a column is missing, or a word of ``event`` is not known.
    ValueError
        If `as_of` is not a date.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": "may",
    ...     "customer_id": ["ann", "bob", "ann", "bob", "bob"],
    ...     "event": ["sent", "sent", "clicked", "sale", "sale"],
    ...     "occurred_at": pd.Timestamp("2024-05-02"),
    ... })
    >>> engagement_stages(events, as_of="2024-12-31")["stage"].to_dict()
    {'ann': 'clicked', 'bob': 'repeat'}
    """
    last_day = number_of_day(as_day(as_of))
    found = read_events(events, ["campaign_id", "customer_id", "event", "occurred_at"])
    event = nw.col("event")
    flags = {
        "n_clicks": (event == "clicked") & ~nw.col("is_machine"),
        "n_forms": event.is_in(["information_request", "lead"]),
        "n_purchases": event == "sale",
    }
    numbered = found.filter(day_number("occurred_at") <= last_day).with_columns(
        **{name: flag.cast(nw.Int64) for name, flag in flags.items()}
    )
    per_contact = numbered.group_by("customer_id").agg(*(nw.col(name).sum() for name in flags))
    table = to_pandas(per_contact).astype({"customer_id": "str"}).set_index("customer_id")
    if transactions is not None:
        bought = _purchases(transactions, last_day)
        table["n_purchases"] = bought.reindex(table.index, fill_value=0)
    table = table.astype("int64").sort_index()
    clicks, forms, purchases = (table[name].to_numpy() for name in flags)
    reached = [purchases > 1, purchases > 0, forms > 0, clicks > 0]
    place = np.select(reached, [4, 3, 2, 1], default=0)
    return table.assign(stage=np.array(STEPS, dtype=object)[place])


def _purchases(transactions: Frame, last_day: int) -> "pd.Series[int]":
    """Return the orders with a purchase of each customer."""
    order = ["order_id"] if has_column(transactions, "order_id") else []
    lines = lazy(transactions, ["customer_id", "ordered_at", "revenue", *order])
    is_seen = (day_number("ordered_at") <= last_day) & (nw.col("revenue") >= 0)
    bought = lines.filter(is_seen).select("customer_id", *order)
    orders = bought.unique() if order else bought
    counts = to_pandas(orders.group_by("customer_id").agg(n=nw.len()))
    return counts.astype({"customer_id": "str"}).set_index("customer_id")["n"].astype("int64")


def engagement_ladder(stages: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Count the contacts at each step of engagement, and those who went on to the next.

    Parameters
    ----------
    stages : DataFrame
        From `engagement_stages`: ``stage``.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by ``stage``, the five steps in their order.

        - ``n_contacts`` : int, whose highest step it is
        - ``n_reached`` : int, who came as far or further
        - ``share`` : float, 0-1, ``n_reached`` over all contacts; NaN without any
        - ``conversion``, ``conversion_low``, ``conversion_high`` : float, 0-1, part of those who
          reached the step before, with its Wilson interval; NaN of the first, or without any

    Raises
    ------
    SchemaError
        If the column ``stage`` is missing.
    ValueError
        If `level` is not between 0 and 1.

    Examples
    --------
    >>> stages = pd.DataFrame({"stage": ["contacted", "contacted", "clicked", "purchase"]})
    >>> engagement_ladder(stages)[["n_contacts", "n_reached", "conversion"]]
               n_contacts  n_reached  conversion
    stage
    contacted           2          4         NaN
    clicked             1          2         0.5
    form                0          1         0.5
    purchase            1          1         1.0
    repeat              0          0         0.0
    """
    require_columns(stages.columns, ["stage"], table="engagement_stages")
    normal_quantile(level)
    steps = pd.Index(STEPS, name="stage")
    n = stages["stage"].value_counts().reindex(steps, fill_value=0).astype("int64")
    reached = n[::-1].cumsum()[::-1]
    before = reached.shift(1, fill_value=0)
    return pd.DataFrame(
        {
            "n_contacts": n,
            "n_reached": reached,
            "share": reached / max(len(stages), 1) if len(stages) else reached * np.nan,
            **with_interval("conversion", reached.where(before > 0, 0), before, level),
        }
    )
