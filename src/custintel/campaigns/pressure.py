"""How often contacts are written to, and whether that tires them."""

import narwhals as nw
import pandas as pd

from custintel._checks import require_columns, require_count
from custintel._frames import (
    Frame,
    as_counts,
    day_number,
    number_of_day,
    to_pandas,
)
from custintel._time import Day, Span, as_day, window_start
from custintel.campaigns._messages import read_events, sendings

_COLUMNS = ["campaign_id", "customer_id", "event", "occurred_at"]


def contact_pressure(
    events: Frame, *, as_of: Day, window: str = "30D", most: int = 8
) -> pd.DataFrame:
    """Count how often each contact was written to lately, and find those above a limit.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``; pandas, polars, DuckDB,
        PySpark, pyarrow, or the path of a Parquet file. Of a campaign without ``sent`` rows,
        deliveries and bounces count as sendings.
    as_of : date-like
        Last day observed, included; later events are ignored.
    window : str, default="30D"
        Length of the time that is counted, up to `as_of`. Months and years are calendar ones.
    most : int, default=8
        Sendings in the window that are not too many. The default, about two a week, is a rule
        of thumb: see what `fatigue_curve` says of your contacts.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, one row per contact who was ever written to.

        - ``n_sent`` : int, sendings in the window
        - ``n_campaigns`` : int, campaigns that they were of
        - ``days_since_last`` : int, days from the last sending of all to `as_of`
        - ``is_above`` : bool, ``n_sent`` above `most`

    Raises
    ------
    SchemaError
        If a column is missing, or a word of ``event`` is not known.
    ValueError
        If `as_of`, `window` or `most` is not as described.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": ["m1", "m2", "m1"],
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "event": "sent",
    ...     "occurred_at": pd.to_datetime(["2024-05-02", "2024-05-20", "2024-01-31"]),
    ... })
    >>> contact_pressure(events, as_of="2024-05-31", most=1)
                 n_sent  n_campaigns  days_since_last  is_above
    customer_id
    ann               2            2               11      True
    bob               0            0              121     False
    """
    require_count(most, name="most")
    last = as_day(as_of)
    first, last_day = number_of_day(window_start(last, Span.parse(window))), number_of_day(last)
    day = nw.col("day")
    sent = sendings(read_events(events, _COLUMNS)).with_columns(day=day_number("occurred_at"))
    of_campaign = (
        sent.filter(day <= last_day)
        .with_columns(n_sent=(day >= first).cast(nw.Int64))
        .group_by("customer_id", "campaign_id")
        .agg(nw.col("n_sent").sum(), day.max())
    )
    per_contact = (
        of_campaign.with_columns(n_campaigns=(nw.col("n_sent") > 0).cast(nw.Int64))
        .group_by("customer_id")
        .agg(nw.col("n_sent").sum(), nw.col("n_campaigns").sum(), day.max())
    )
    table = as_counts(to_pandas(per_contact), ["n_sent", "n_campaigns", "day"])
    table = table.astype({"customer_id": "str"}).set_index("customer_id").sort_index()
    table["days_since_last"] = last_day - table.pop("day")
    return table.assign(is_above=table["n_sent"] > most)


def pressure_distribution(pressure: pd.DataFrame) -> pd.DataFrame:
    """Count the contacts by how often they were written to.

    Parameters
    ----------
    pressure : DataFrame
        From `contact_pressure`: ``n_sent`` and ``is_above``.

    Returns
    -------
    DataFrame
        Indexed by ``n_sent``, from 0 to the most of any contact, every number in between.

        - ``n_contacts`` : int
        - ``share`` : float, 0-1, part of all contacts
        - ``share_or_more`` : float, 0-1, part of those written to as often or more
        - ``is_above`` : bool, above the limit

    Raises
    ------
    SchemaError
        If a column is missing.

    Examples
    --------
    >>> pressure = pd.DataFrame({"n_sent": [0, 2, 2, 3], "is_above": [False, False, False, True]})
    >>> pressure_distribution(pressure)
            n_contacts  share  share_or_more  is_above
    n_sent
    0                1   0.25           1.00     False
    1                0   0.00           0.75     False
    2                2   0.50           0.75     False
    3                1   0.25           0.25      True
    """
    require_columns(pressure.columns, ["n_sent", "is_above"], table="contact_pressure")
    n_sent = pressure["n_sent"].astype("int64")
    numbers = pd.RangeIndex(int(n_sent.max()) + 1 if len(n_sent) else 0, name="n_sent")
    n = n_sent.value_counts().reindex(numbers, fill_value=0).astype("int64")
    share = n / max(len(n_sent), 1)
    allowed = n_sent[~pressure["is_above"].astype(bool)]
    least = n_sent[pressure["is_above"].astype(bool)].min()
    is_above = numbers >= least if len(allowed) < len(n_sent) else numbers < 0
    counted = n[::-1].cumsum()[::-1] / max(len(n_sent), 1)
    return pd.DataFrame(
        {"n_contacts": n, "share": share, "share_or_more": counted, "is_above": is_above}
    )
