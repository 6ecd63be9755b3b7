"""Features of messages of campaigns: what was sent, opened, clicked, answered or refused.

Opens and clicks by programs are left out where the table tells them apart. Rates are of
campaigns: tables of events rarely number their messages.
"""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._text import mark as N_
from custintel.tables._feature_tables import EVER, Feature, FeatureTable
from custintel.tables._snapshot_cuts import Cut
from custintel.tables._span_sums import (
    Found,
    as_one,
    days_since,
    mean_of,
    of_each_span,
    of_known_customers,
    one_row_each,
    span_sums,
    trend,
)

INSTANT = "occurred_at"
COLUMNS = ("customer_id", "campaign_id", "event", INSTANT)
OPTIONAL = ("is_machine",)

_KEY = "customer_id"
_TABLE = "campaign_events"
_BY_PEOPLE = ("opened", "clicked")
_RESPONSES = ("information_request", "lead", "sale")
_OF_SPANS = {
    "sent": Feature("n_sent", _TABLE, N_("messages sent"), N_("messages"), span=EVER),
    "opened": Feature("n_opens", _TABLE, N_("openings by the customer"), N_("openings"), span=EVER),
    "clicked": Feature("n_clicks", _TABLE, N_("clicks by the customer"), N_("clicks"), span=EVER),
    "answered": Feature(
        "n_campaign_responses",
        _TABLE,
        N_("requests for information, leads and sales"),
        N_("responses"),
        span=EVER,
    ),
}
_FLAGS = {
    "unsubscribed": Feature(
        "is_unsubscribed",
        _TABLE,
        N_("whether the customer ever unsubscribed"),
        N_("0 or 1"),
        span=EVER,
    ),
    "complained": Feature(
        "is_complainant",
        _TABLE,
        N_("whether the customer ever complained"),
        N_("0 or 1"),
        span=EVER,
    ),
    "bounced": Feature(
        "is_bounced", _TABLE, N_("whether a message ever bounced"), N_("0 or 1"), span=EVER
    ),
}
_CAMPAIGNS = Feature(
    "n_campaigns_received", _TABLE, N_("different campaigns delivered"), N_("campaigns"), span=EVER
)
_RATES = {
    "opened": Feature(
        "open_rate",
        _TABLE,
        N_("part of the campaigns delivered that were opened"),
        N_("0-1"),
        span=EVER,
        without=np.nan,
    ),
    "clicked": Feature(
        "click_rate",
        _TABLE,
        N_("part of the campaigns delivered that were clicked"),
        N_("0-1"),
        span=EVER,
        without=np.nan,
    ),
}


def messages_features(lines: nw.LazyFrame[Any], cut: Cut) -> FeatureTable:
    """Return the features of campaign events as of a cut.

    Parameters
    ----------
    lines : LazyFrame
        `COLUMNS`, those of `OPTIONAL` that exist, and ``day``, none later than the cut.
    cut : Cut
        Where the spans end.
    """
    known = of_known_customers(lines)
    happened = _events(known)
    counted = {name: as_one(happened[name]) for name in _OF_SPANS}
    last = {name: happened[name] for name in ("sent", "opened", *_FLAGS)}
    sums = span_sums(known, cut, counted, last=last)
    found: list[Found] = []
    for name, feature in _OF_SPANS.items():
        found += of_each_span(feature, sums, cut, f"{name}_")
    found += _of_campaigns(known, cut, sums.index)
    found += [(feature, sums[f"last_{name}"].notna() * 1.0) for name, feature in _FLAGS.items()]
    for name, days, meaning in (
        ("sent", "message_recency_days", N_("days since the last message was sent")),
        ("opened", "open_recency_days", N_("days since the customer last opened a message")),
    ):
        found.append(days_since(days, _TABLE, meaning, sums[f"last_{name}"], cut))
    told = N_("openings of the newest half to those of the half before, each at least 0.5")
    return FeatureTable.made(found + trend("trend_opens", _TABLE, told, sums, "opened_", cut))


def _events(lines: nw.LazyFrame[Any]) -> dict[str, nw.Expr]:
    """Return whether each line is an event of each kind that is counted."""
    event = nw.col("event")
    kinds = {name: event == name for name in ("sent", "delivered", *_BY_PEOPLE, *_FLAGS)}
    kinds["answered"] = event.is_in(_RESPONSES)
    kind_of_flag = lines.collect_schema().get("is_machine")
    if kind_of_flag is not None and kind_of_flag in (nw.Boolean, nw.Object):
        by_machine = (nw.col("is_machine") == nw.lit(value=True)).fill_null(value=False)
        kinds |= {name: kinds[name] & ~by_machine for name in _BY_PEOPLE}
    return kinds


def _of_campaigns(lines: nw.LazyFrame[Any], cut: Cut, customers: pd.Index) -> list[Found]:
    """Return how many campaigns were delivered, and the parts opened and clicked."""
    each = _campaigns(lines)
    within = {}
    for span, first in cut.first_days.items():
        is_in = nw.col("reached") >= first
        within[f"delivered_{span}"] = as_one(is_in)
        for name in _BY_PEOPLE:
            within[f"{name}_{span}"] = as_one(is_in & (nw.col(f"last_{name}") >= first))
    sums = each.with_columns(**within).group_by(_KEY).agg(*(nw.col(name).sum() for name in within))
    table = one_row_each(sums).reindex(customers, fill_value=0.0)
    found = of_each_span(_CAMPAIGNS, table, cut, "delivered_")
    for name, rate in _RATES.items():
        for span in cut.first_days:
            share = mean_of(table[f"{name}_{span}"], table[f"delivered_{span}"])
            found.append((rate.over(span), share))
    return found


def _campaigns(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return each customer's campaigns with the day on which they last reached them.

    That is the day of the last delivery; where deliveries are not logged, of the last message
    sent, if more were sent than bounced.
    """
    happened = _events(lines)
    days = ("sent", "delivered", *_BY_PEOPLE)
    each = (
        lines.select(
            _KEY,
            "campaign_id",
            **{f"last_{name}": nw.when(happened[name]).then(nw.col("day")) for name in days},
            **{f"n_{name}": as_one(happened[name]) for name in ("sent", "bounced")},
        )
        .group_by(_KEY, "campaign_id")
        .agg(
            *(nw.col(f"last_{name}").max() for name in days),
            *(nw.col(f"n_{name}").sum() for name in ("sent", "bounced")),
        )
    )
    sent = nw.when(nw.col("n_sent") > nw.col("n_bounced")).then(nw.col("last_sent"))
    return each.with_columns(got=sent).with_columns(reached=nw.coalesce("last_delivered", "got"))
