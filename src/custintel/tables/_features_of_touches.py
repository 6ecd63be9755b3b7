"""Features of contacts with marketing: how many, how recent, on how many channels."""

from typing import Any

import narwhals as nw
import numpy as np

from custintel._text import mark as N_
from custintel.tables._feature_tables import EVER, Feature, FeatureTable
from custintel.tables._snapshot_cuts import Cut
from custintel.tables._span_sums import (
    amount,
    breadth,
    days_since,
    largest_share,
    of_each_span,
    of_known_customers,
    span_sums,
    trend,
)

INSTANT = "occurred_at"
COLUMNS = ("customer_id", "channel", INSTANT)
OPTIONAL = ("campaign_id", "cost")

_TABLE = "touches"
_N = Feature("n_touches", _TABLE, N_("contacts with marketing"), N_("contacts"), span=EVER)
_COST = Feature("touch_cost", _TABLE, N_("what these contacts cost"), N_("currency"), span=EVER)
_BREADTH = {
    "day": Feature(
        "n_touch_days", _TABLE, N_("days with a contact with marketing"), N_("days"), span=EVER
    ),
    "channel": Feature(
        "n_touch_channels",
        _TABLE,
        N_("different channels of contacts with marketing"),
        N_("channels"),
        span=EVER,
    ),
    "campaign_id": Feature(
        "n_touch_campaigns",
        _TABLE,
        N_("different campaigns of contacts with marketing"),
        N_("campaigns"),
        span=EVER,
    ),
}
_LARGEST = Feature(
    "largest_touch_channel_share",
    _TABLE,
    N_("part of the contacts with marketing that were on the commonest channel"),
    N_("0-1"),
    span=EVER,
    without=np.nan,
)


def touches_features(lines: nw.LazyFrame[Any], cut: Cut) -> FeatureTable:
    """Return the features of touches as of a cut.

    Parameters
    ----------
    lines : LazyFrame
        `COLUMNS`, those of `OPTIONAL` that exist, and ``day``, none later than the cut.
    cut : Cut
        Where the spans end.
    """
    known = of_known_customers(lines)
    present = known.collect_schema().names()
    amounts = {"n": nw.lit(1).cast(nw.Int64)}
    if "cost" in present:
        amounts["cost"] = amount(known, "cost")
    sums = span_sums(known, cut, amounts)
    broad = {name: breadth(known, cut, name, sums.index) for name in _BREADTH if name in present}
    found = of_each_span(_N, sums, cut, "n_")
    for name, values in broad.items():
        found += of_each_span(_BREADTH[name], values, cut)
    if "cost" in present:
        found += of_each_span(_COST, sums, cut, "cost_")
    found += [
        largest_share(_LARGEST, broad["channel"], cut),
        days_since(
            "touch_recency_days",
            _TABLE,
            N_("days since the last contact with marketing"),
            sums["last"],
            cut,
        ),
        *trend(
            "trend_touches",
            _TABLE,
            N_("contacts of the newest half to those of the half before, each at least 0.5"),
            sums,
            "n_",
            cut,
        ),
    ]
    return FeatureTable.made(found)
