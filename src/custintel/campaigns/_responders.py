"""How many contacts each campaign wrote to, and how many of any it made respond.

A contact counts once in a campaign and kind of event, however often it happened. Unlike the
rates of e-mails, responses count whether or not the contact was written to: those to an
advertisement in a magazine have no sending.
"""

from typing import Any

import narwhals as nw
import pandas as pd

from custintel._frames import Frame, day_number, has_column, lazy, number_of_day, to_pandas
from custintel._time import Day, as_day
from custintel.campaigns._messages import RESPONSES, require_known_events

_KINDS = ("sent", "bounced", "delivered", *RESPONSES)
COUNTS = ("n_sent", "n_delivered", "n_responses", "n_information_requests", "n_leads", "n_sales")


def responders(events: Frame, *, as_of: Day | None = None) -> pd.DataFrame:
    """Return the contacts of each campaign by what became of them, indexed by ``campaign_id``.

    ``n_sent``, ``n_delivered`` (those with a delivery; in a campaign without any, sent less
    bounced), ``n_responses`` (with any response), ``n_information_requests``, ``n_leads``,
    ``n_sales``; ``revenue`` of the sales; ``n_rows``. Later events than `as_of` are ignored.
    """
    has_revenue = has_column(events, "revenue")
    wanted = ["campaign_id", "customer_id", "event", "occurred_at"]
    found = lazy(events, [*wanted, *(["revenue"] if has_revenue else [])], table="campaign_events")
    require_known_events(found)
    if as_of is not None:
        found = found.filter(day_number("occurred_at") <= number_of_day(as_day(as_of)))
    amount = nw.col("revenue").fill_null(0.0) if has_revenue else nw.lit(0.0)
    is_of = {f"is_{kind}": (nw.col("event") == kind).cast(nw.Int64) for kind in _KINDS}
    flags = found.select(
        campaign=nw.col("campaign_id"),
        contact=nw.col("customer_id"),
        amount=nw.when(nw.col("event") == "sale").then(amount).otherwise(0.0),
        **is_of,
    )
    contacts = flags.group_by("campaign", "contact").agg(
        *(nw.col(name).max() for name in is_of), nw.col("amount").sum(), n_rows=nw.len()
    )
    return _settled(to_pandas(_by_campaign(contacts)))


def _by_campaign(contacts: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    col = nw.col
    bounced, delivered = col("is_bounced"), col("is_delivered")
    responses = [col(f"is_{kind}") for kind in RESPONSES]
    any_response = (responses[0] + responses[1] + responses[2]) > 0
    # A bounce and a delivery prove a sending.
    is_sent = (col("is_sent") + bounced + delivered) > 0
    flagged = contacts.select(
        "campaign",
        "amount",
        "n_rows",
        n_sent=is_sent.cast(nw.Int64),
        n_bounced=bounced,
        n_delivered=delivered,
        n_responses=any_response.cast(nw.Int64),
        n_information_requests=responses[0],
        n_leads=responses[1],
        n_sales=responses[2],
    )
    sums = ["n_rows", "n_bounced", *COUNTS]
    return flagged.group_by("campaign").agg(
        *(col(name).sum() for name in sums), revenue=col("amount").sum()
    )


def _settled(totals: pd.DataFrame) -> pd.DataFrame:
    table = totals.set_index(pd.Index(totals["campaign"].astype(object), name="campaign_id"))
    table = table.drop(columns="campaign").sort_index()
    whole = [name for name in table if name != "revenue"]
    table = table.astype(dict.fromkeys(whole, "int64") | {"revenue": float})
    told = table["n_delivered"] > 0
    table["n_delivered"] = table["n_delivered"].where(told, table["n_sent"] - table["n_bounced"])
    return table[["n_rows", *COUNTS, "revenue"]]
