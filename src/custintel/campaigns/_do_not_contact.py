"""Who must not be written to: opted out, unsubscribed, complained, bounced, or too often."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._frames import (
    Frame,
    as_narwhals,
    day_number,
    lazy,
    number_of_day,
    to_pandas,
)
from custintel._text import mark as N_
from custintel._time import Span, window_start
from custintel.campaigns._due_dates import as_days
from custintel.campaigns.trigger_rules import ContactLimit

_OPTED_OUT, _COMPLAINED = N_("opted out"), N_("complained")
_UNSUBSCRIBED, _BOUNCED = N_("unsubscribed"), N_("bounced")
_UNKNOWN, _LIMIT = N_("not a known customer"), N_("contact limit")


def sendings(events: Frame | None, campaigns: Sequence[str], last: pd.Timestamp) -> pd.DataFrame:
    """Return the last day on which each of some campaigns wrote to each customer."""
    if events is None:
        empty = pd.DataFrame({"campaign_id": [], "customer_id": []}, dtype=object)
        return empty.assign(sent_on=pd.Series(dtype="datetime64[us]"))
    sent = _sent(events, last).filter(nw.col("campaign_id").is_in(sorted(set(campaigns))))
    found = to_pandas(sent.group_by("campaign_id", "customer_id").agg(nw.col("day").max()))
    return pd.DataFrame(
        {
            "campaign_id": found["campaign_id"].astype(object),
            "customer_id": found["customer_id"].astype(object),
            "sent_on": as_days(found["day"]),
        }
    )


def held_back(
    contacts: "pd.Series[Any]",
    people: pd.DataFrame,
    events: Frame | None,
    last: pd.Timestamp,
    limit: ContactLimit | None,
) -> "pd.Series[str]":
    """Return why each contact, in order of rank, must not be made; empty where it may."""
    refusals = _refusals(events, last)
    about = people.set_index("customer_id")
    reasons = {
        _UNKNOWN: ~contacts.isin(about.index),
        _OPTED_OUT: contacts.isin(_flagged(about, "email_opt_out")),
        _COMPLAINED: contacts.isin(refusals["complained"]),
        _UNSUBSCRIBED: contacts.isin(refusals["unsubscribed"]),
        _BOUNCED: contacts.isin([*_bounced(about, last), *refusals["bounced"]]),
    }
    why = pd.Series(
        np.select([each.to_numpy() for each in reasons.values()], list(reasons), default=""),
        index=contacts.index,
        dtype=object,
    )
    if limit is None:
        return why
    planned = contacts[why == ""]
    before = planned.map(_n_sent(events, last, limit)).fillna(0)
    total = before + planned.groupby(planned).cumcount() + 1
    why[total.index[total > limit.n]] = _LIMIT
    return why


def _sent(events: Frame, last: pd.Timestamp) -> nw.LazyFrame[Any]:
    columns = ["campaign_id", "customer_id", "event", "occurred_at"]
    found = lazy(events, columns, table="campaign_events")
    day = day_number("occurred_at")
    sent = found.filter(nw.col("event") == "sent", day <= number_of_day(last))
    return sent.select("campaign_id", "customer_id", day=day)


def _n_sent(events: Frame | None, last: pd.Timestamp, limit: ContactLimit) -> "pd.Series[Any]":
    """Return how often each customer was written to in the time of the limit."""
    if events is None:
        return pd.Series(dtype=float)
    first = number_of_day(window_start(last, Span.parse(limit.within)))
    recent = _sent(events, last).filter(nw.col("day") >= first)
    found = to_pandas(recent.group_by("customer_id").agg(n=nw.len()))
    return pd.Series(found["n"].to_numpy(float), index=found["customer_id"].astype(object))


def _refusals(events: Frame | None, last: pd.Timestamp) -> dict[str, list[Any]]:
    """Return the customers who complained, who unsubscribed, and who bounced for good."""
    if events is None:
        return {"complained": [], "unsubscribed": [], "bounced": []}
    is_told = "bounce_type" in as_narwhals(events).collect_schema().names()
    columns = ["campaign_id", "customer_id", "event", "occurred_at"]
    wanted = [*columns, *(["bounce_type"] if is_told else [])]
    found = lazy(events, wanted, table="campaign_events").filter(
        day_number("occurred_at") <= number_of_day(last)
    )
    event = nw.col("event")
    is_hard = (event == "bounced") & (nw.col("bounce_type") == "hard") if is_told else None
    refused = event.is_in(["complained", "unsubscribed"])
    if is_hard is not None:
        refused = refused | is_hard.fill_null(value=False)
    rows = to_pandas(found.filter(refused).select("customer_id", "event").unique())
    ids = rows["customer_id"].astype(object)
    return {name: ids[rows["event"] == name].tolist() for name in _KINDS}


_KINDS = ("complained", "unsubscribed", "bounced")


def _flagged(about: pd.DataFrame, name: str) -> list[Any]:
    if name not in about:
        return []
    is_set = about[name].astype("boolean").fillna(value=False).astype(bool)
    return list(about.index[is_set])


def _bounced(about: pd.DataFrame, last: pd.Timestamp) -> list[Any]:
    if "email_bounced_at" not in about:
        return []
    at = pd.to_datetime(about["email_bounced_at"])
    return list(about.index[at < last + pd.Timedelta(days=1)])
