"""Who received, opened, clicked and answered what, and when."""

from typing import Any

import narwhals as nw
import pandas as pd

from custintel._frames import Frame, as_counts, has_column, opened, to_pandas
from custintel.campaigns._messages import RESPONSES, messages, read_events, with_delivery

_KEYS = ["campaign_id", "customer_id"]
_ACTIONS = ("opened", "clicked", *RESPONSES, "unsubscribed", "complained")
_INSTANTS = ["sent_at", *(f"{name}_at" for name in _ACTIONS)]
_COUNTS = {"n_opens": "opens", "n_clicks": "clicks", "n_sends": "sends", "n_sales": "sales"}
_MACHINES = {"n_machine_opens": "machine_opens", "n_machine_clicks": "machine_clicks"}


def contact_log(events: Frame) -> pd.DataFrame:
    """List what each contact did with each campaign: who received, opened, when, what.

    Meant for the people behind the figures: one row per contact and campaign, so that a large
    log gives a large table. Filter the events first where only some are asked for.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, and if there are any
        ``is_machine``, ``link`` and ``revenue``; pandas, polars, DuckDB, PySpark, pyarrow, or the
        path of a Parquet file. Of a campaign without ``delivered`` rows, all that was sent and
        did not bounce was delivered.

    Returns
    -------
    DataFrame
        One row per campaign and contact with an event, by name.

        - ``campaign_id``, ``customer_id`` : str
        - ``is_sent``, ``is_delivered``, ``is_opened``, ``is_clicked`` : bool; a bounce or a
          delivery proves a sending, a click an opening; machines neither open nor click
        - ``n_sends``, ``n_opens``, ``n_clicks``, ``n_sales`` : int, events, those of machines
          apart in ``n_machine_opens`` and ``n_machine_clicks``
        - ``sent_at``, ``opened_at``, ``clicked_at``, ``information_request_at``, ``lead_at``,
          ``sale_at``, ``unsubscribed_at``, ``complained_at`` : datetime, the first of each;
          missing where there is none. Without a ``sent`` row, ``sent_at`` is that of the first
          bounce or delivery
        - ``links`` : str, the links clicked by the contact, by name, with commas between them;
          empty without any
        - ``revenue`` : float, of sales, currency of the table

    Raises
    ------
    SchemaError
        If a column is missing, or a word of ``event`` is not known.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": "may",
    ...     "customer_id": ["ann", "ann", "ann", "bob"],
    ...     "event": ["sent", "clicked", "clicked", "sent"],
    ...     "occurred_at": pd.to_datetime(["2024-05-02", "2024-05-03", "2024-05-04", "2024-05-02"]),
    ...     "link": [None, "shop", "terms", None],
    ... })
    >>> contact_log(events)[["customer_id", "is_opened", "n_clicks", "links"]]
      customer_id  is_opened  n_clicks        links
    0         ann       True         2  shop, terms
    1         bob      False         0
    """
    events = opened(events)
    flags = {"is_sent": "was_sent", "is_delivered": "was_delivered"}
    flags |= {"is_opened": "n_opened", "is_clicked": "n_clicked"}
    counts = _COUNTS | _MACHINES
    told = with_delivery(messages(events, by=None)).select(
        *_KEYS,
        "sent_at",
        "revenue",
        **{name: nw.col(source) for name, source in (flags | counts).items()},
    )
    table = to_pandas(told.join(_instants(events), on=_KEYS))
    table = as_counts(table, list(counts)).astype(dict.fromkeys(flags, bool))
    table = table.astype(dict.fromkeys(_KEYS, "str") | dict.fromkeys(_INSTANTS, "datetime64[us]"))
    ordered = table.sort_values(_KEYS, ignore_index=True)
    ordered["links"] = _links(events, ordered)
    return ordered[[*_KEYS, *flags, *counts, *_INSTANTS, "links", "revenue"]]


def _instants(events: Frame) -> nw.LazyFrame[Any]:
    """Return when each contact of each campaign did each thing first."""
    found = read_events(events, [*_KEYS, "event", "occurred_at"])
    is_own = ~(nw.col("is_machine") & nw.col("event").is_in(["opened", "clicked"]))
    first = {
        f"{name}_at": nw.when((nw.col("event") == name) & is_own).then(nw.col("occurred_at"))
        for name in _ACTIONS
    }
    return found.with_columns(**first).group_by(_KEYS).agg(*(nw.col(name).min() for name in first))


def _links(events: Frame, log: pd.DataFrame) -> list[str]:
    """Return the links that each contact of the log clicked, in its order."""
    if not has_column(events, "link"):
        return [""] * len(log)
    found = read_events(events, [*_KEYS, "event", "occurred_at", "link"])
    is_own_click = (nw.col("event") == "clicked") & ~nw.col("is_machine")
    clicked = found.filter(is_own_click & ~nw.col("link").is_null())
    pairs = to_pandas(clicked.select(*_KEYS, "link").unique())
    pairs = pairs.astype("str").sort_values([*_KEYS, "link"])
    joined = pairs.groupby(_KEYS)["link"].agg(", ".join)
    return joined.reindex(pd.MultiIndex.from_frame(log[_KEYS]), fill_value="").tolist()
