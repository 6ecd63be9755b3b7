"""Features of what customers did on the website: how much, how recently, how widely they looked.

Visitors who are not known as customers are nobody's.
"""

from typing import Any

import narwhals as nw

from custintel._text import mark as N_
from custintel.tables._feature_tables import EVER, Feature, FeatureTable
from custintel.tables._snapshot_cuts import Cut
from custintel.tables._span_sums import (
    as_one,
    breadth,
    days_since,
    is_told,
    of_each_span,
    of_known_customers,
    span_sums,
    trend,
)

INSTANT = "occurred_at"
COLUMNS = ("customer_id", INSTANT)
OPTIONAL = ("page", "section", "search_term")

_TABLE = "web_events"
_N = Feature("n_web_events", _TABLE, N_("events on the website"), N_("events"), span=EVER)
_SEARCHES = Feature(
    "n_searches", _TABLE, N_("events with a search term"), N_("searches"), span=EVER
)
_BREADTH = {
    "day": Feature(
        "n_visit_days", _TABLE, N_("days with an event on the website"), N_("days"), span=EVER
    ),
    "page": Feature("n_pages", _TABLE, N_("different pages seen"), N_("pages"), span=EVER),
    "section": Feature(
        "n_sections", _TABLE, N_("different sections seen"), N_("sections"), span=EVER
    ),
    "search_term": Feature(
        "n_search_terms", _TABLE, N_("different search terms"), N_("terms"), span=EVER
    ),
}


def visits_features(lines: nw.LazyFrame[Any], cut: Cut) -> FeatureTable:
    """Return the features of web events as of a cut.

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
    if "search_term" in present:
        amounts["searches"] = as_one(is_told(known, "search_term"))
    sums = span_sums(known, cut, amounts)
    found = of_each_span(_N, sums, cut, "n_")
    for name in (each for each in _BREADTH if each in present):
        found += of_each_span(_BREADTH[name], breadth(known, cut, name, sums.index), cut)
    if "search_term" in present:
        found += of_each_span(_SEARCHES, sums, cut, "searches_")
    found += [
        days_since(
            "visit_recency_days",
            _TABLE,
            N_("days since the last event on the website"),
            sums["last"],
            cut,
        ),
        days_since(
            "visit_tenure_days",
            _TABLE,
            N_("days since the first event on the website"),
            sums["first"],
            cut,
        ),
        *trend(
            "trend_web_events",
            _TABLE,
            N_("events of the newest half to those of the half before, each at least 0.5"),
            sums,
            "n_",
            cut,
        ),
    ]
    return FeatureTable.made(found)
