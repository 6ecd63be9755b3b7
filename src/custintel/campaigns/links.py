"""Which links of a campaign are clicked."""

from typing import Any

import narwhals as nw
import pandas as pd

from custintel._frames import Frame, as_counts, opened, to_pandas
from custintel._intervals import normal_quantile
from custintel.campaigns._message_totals import labels, with_interval
from custintel.campaigns._messages import messages, read_events, with_delivery

_COUNTS = ["n_clicked", "clicks", "machine_clicks"]


def link_clicks(events: Frame, *, level: float = 0.95) -> pd.DataFrame:
    """Measure how many contacts clicked each link of each campaign.

    A contact counts once per link and campaign. Who clicked two links counts for both, so that
    the rates of links may add up to more than the campaign's. Clicks of machines
    (``is_machine``) are set apart: filters of spam follow every link.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, ``link``, and
        ``is_machine`` if there is one; pandas, polars, DuckDB, PySpark, pyarrow, or the path of
        a Parquet file. Of a campaign without ``delivered`` rows, all that was sent and did not
        bounce was delivered. Clicks without a link are one row, ``(missing)``.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per campaign and link; campaigns by name, the most clicked link first, equal
        ones by name.

        - ``campaign_id``, ``link`` : str
        - ``n_delivered`` : int, contacts that the campaign was delivered to
        - ``n_clicked`` : int, of these, who clicked the link
        - ``clicks`` : int, all clicks of people on it
        - ``machine_clicks`` : int, of machines
        - ``ctr``, ``ctr_low``, ``ctr_high`` : float, 0-1, ``n_clicked`` ÷ ``n_delivered`` with
          its Wilson interval; NaN if nothing was delivered
        - ``click_share`` : float, 0-1, part of the campaign's clicks of people; NaN if none

    Raises
    ------
    SchemaError
        If a column is missing, or a word of ``event`` is not known.
    ValueError
        If `level` is not between 0 and 1.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": "may",
    ...     "customer_id": ["ann", "bob", "ann", "ann", "bob"],
    ...     "event": ["sent", "sent", "clicked", "clicked", "clicked"],
    ...     "occurred_at": pd.Timestamp("2024-05-02"),
    ...     "link": [None, None, "shop", "terms", "shop"],
    ... })
    >>> link_clicks(events)[["link", "n_clicked", "clicks", "ctr"]]
        link  n_clicked  clicks  ctr
    0   shop          2       2  1.0
    1  terms          1       1  0.5
    """
    normal_quantile(level)
    events = opened(events)
    reached = with_delivery(messages(events, by=None)).filter(nw.col("was_delivered") == 1)
    per_campaign = to_pandas(reached.group_by("campaign_id").agg(n=nw.len()))
    delivered = per_campaign.set_index("campaign_id")["n"]
    table = _per_link(events, reached)
    n_delivered = table["campaign_id"].map(delivered).fillna(0).astype("int64")
    own = table.groupby("campaign_id")["clicks"].transform("sum")
    return pd.DataFrame(
        {
            "campaign_id": table["campaign_id"],
            "link": table["link"],
            "n_delivered": n_delivered,
            **{name: table[name] for name in _COUNTS},
            **with_interval("ctr", table["n_clicked"], n_delivered, level),
            "click_share": table["clicks"] / own.where(own > 0),
        }
    )


def _per_link(events: Frame, reached: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Return the clicks of each campaign and link, in the order of the result."""
    column = nw.col
    keys = ["campaign_id", "customer_id"]
    found = read_events(events, [*keys, "event", "occurred_at", "link"])
    by_machine = column("is_machine").cast(nw.Int64)
    contacts = (
        found.filter(column("event") == "clicked")
        .with_columns(machine_clicks=by_machine, clicks=1 - by_machine)
        .group_by(*keys, "link")
        .agg(column("clicks").sum(), column("machine_clicks").sum())
        .join(reached.select(*keys, "was_delivered"), on=keys, how="left")
    )
    is_counted = (column("clicks") > 0) & (column("was_delivered") == 1)
    per_link = (
        contacts.with_columns(n_clicked=is_counted.fill_null(value=False).cast(nw.Int64))
        .group_by("campaign_id", "link")
        .agg(*(column(name).sum() for name in _COUNTS))
    )
    table = as_counts(to_pandas(per_link), _COUNTS)
    table = table.assign(campaign_id=table["campaign_id"].astype(str), link=labels(table["link"]))
    order = ["campaign_id", "n_clicked", "clicks", "link"]
    return table.sort_values(order, ascending=[True, False, False, True], ignore_index=True)
