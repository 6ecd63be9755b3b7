"""Features of calls and cases: how many, about what, how long they took, and which are open.

A case that is answered, given up or closed after the day of the cut is, as of that day, not yet.
What a case cost is known once it is over.
"""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._frames import day_number, second_number
from custintel._text import mark as N_
from custintel.tables._feature_tables import EVER, Feature, FeatureTable
from custintel.tables._snapshot_cuts import Cut
from custintel.tables._span_sums import (
    Found,
    amount,
    as_one,
    breadth,
    days_since,
    is_told,
    mean_of,
    of_each_span,
    of_known_customers,
    one_row_each,
    span_sums,
    trend,
)

INSTANT = "opened_at"
COLUMNS = ("customer_id", INSTANT)
OPTIONAL = ("answered_at", "abandoned_at", "closed_at", "reason", "channel", "cost")

_KEY = "customer_id"
_TABLE = "cases"
_ENDS = ("abandoned_at", "closed_at")
_LATER = ("answered_at", *_ENDS)
_HOUR = 3600  # seconds
_OF_SPANS = {
    "n": Feature("n_cases", _TABLE, N_("cases opened"), N_("cases"), span=EVER),
    "abandoned": Feature(
        "n_abandoned_cases", _TABLE, N_("cases given up by the customer"), N_("cases"), span=EVER
    ),
    "cost": Feature(
        "case_cost", _TABLE, N_("cost of the cases opened and over"), N_("currency"), span=EVER
    ),
}
_BREADTH = {
    "reason": Feature(
        "n_case_reasons", _TABLE, N_("different reasons of cases"), N_("reasons"), span=EVER
    ),
    "channel": Feature(
        "n_case_channels", _TABLE, N_("different channels of cases"), N_("channels"), span=EVER
    ),
}
_MEANS = {
    "answered_at": Feature(
        "mean_answer_hours",
        _TABLE,
        N_("mean time to the answer, of cases answered"),
        N_("hours"),
        span=EVER,
        without=np.nan,
    ),
    "closed_at": Feature(
        "mean_closing_hours",
        _TABLE,
        N_("mean time to the end, of cases closed"),
        N_("hours"),
        span=EVER,
        without=np.nan,
    ),
}
_OPEN = Feature(
    "n_open_cases", _TABLE, N_("cases neither closed nor given up"), N_("cases"), span=EVER
)
_OLDEST = Feature(
    "oldest_open_case_days",
    _TABLE,
    N_("days since the oldest open case was opened"),
    N_("days"),
    span=EVER,
    without=np.nan,
)


def cases_features(lines: nw.LazyFrame[Any], cut: Cut) -> FeatureTable:
    """Return the features of cases as of a cut.

    Parameters
    ----------
    lines : LazyFrame
        `COLUMNS`, those of `OPTIONAL` that exist, and ``day``, that of the opening, none later
        than the cut.
    cut : Cut
        Where the spans end.
    """
    known = of_known_customers(lines)
    present = known.collect_schema().names()
    done = [name for name in _LATER if name in present]
    known = _as_of(known, cut, done)
    sums = span_sums(known, cut, _amounts(known, done))
    found: list[Found] = []
    for name in (each for each in _OF_SPANS if f"{each}_{EVER}" in sums):
        found += of_each_span(_OF_SPANS[name], sums, cut, f"{name}_")
    for name in (each for each in _BREADTH if each in known.collect_schema()):
        found += of_each_span(_BREADTH[name], breadth(known, cut, name, sums.index), cut)
    for name in (each for each in _MEANS if each in done):
        hours, n = sums[f"hours_{name}_{cut.window}"], sums[f"is_{name}_{cut.window}"]
        found.append((_MEANS[name].over(cut.window), mean_of(hours, n)))
    if "closed_at" in done:
        found += _open_ones(known, cut, done, sums.index)
    last = N_("days since the last case was opened")
    told = N_("cases of the newest half to those of the half before, each at least 0.5")
    found.append(days_since("case_recency_days", _TABLE, last, sums["last"], cut))
    return FeatureTable.made(found + trend("trend_cases", _TABLE, told, sums, "n_", cut))


def _as_of(lines: nw.LazyFrame[Any], cut: Cut, done: list[str]) -> nw.LazyFrame[Any]:
    """Return the lines with ``is_<instant>``, 1 for what has come by the day of the cut, else 0.

    Instants of later days are compared with the cut and with nothing else: nobody knew them.
    """
    if not done:
        return lines
    told = {f"is_told_{name}": is_told(lines, name) for name in done}
    # pandas has no whole numbers for the parts of nothing.
    filled = {name: nw.coalesce(name, INSTANT) for name in done}
    come = {
        f"is_{name}": as_one(nw.col(f"is_told_{name}") & (day_number(name) <= cut.last_day))
        for name in done
    }
    return lines.with_columns(**told).with_columns(**filled).with_columns(**come)


def _amounts(lines: nw.LazyFrame[Any], done: list[str]) -> dict[str, nw.Expr]:
    """Return what each case adds to the sums of its customer."""
    amounts = {"n": nw.lit(1).cast(nw.Int64)}
    for name in (each for each in _MEANS if each in done):
        hours = (second_number(name) - second_number(INSTANT)).cast(nw.Float64) / _HOUR
        amounts[f"is_{name}"] = nw.col(f"is_{name}")
        amounts[f"hours_{name}"] = nw.when(nw.col(f"is_{name}") == 1).then(hours).otherwise(0.0)
    if "abandoned_at" in done:
        amounts["abandoned"] = nw.col("is_abandoned_at")
    if "cost" in lines.collect_schema():
        # Without the end of any case, it is known when the case is opened.
        cost = amount(lines, "cost")
        is_known = _is_over(done) if "closed_at" in done else nw.lit(value=True)
        amounts["cost"] = nw.when(is_known).then(cost).otherwise(0.0)
    return amounts


def _is_over(done: list[str]) -> nw.Expr:
    """Return whether a case is closed or given up by the day of the cut."""
    n_ends = sum((nw.col(f"is_{name}") for name in _ENDS if name in done), nw.lit(0))
    return n_ends > 0


def _open_ones(
    lines: nw.LazyFrame[Any], cut: Cut, done: list[str], customers: pd.Index
) -> list[Found]:
    still = lines.filter(~_is_over(done)).select(_KEY, "day", n=nw.lit(1).cast(nw.Int64))
    counted = one_row_each(still.group_by(_KEY).agg(nw.col("n").sum(), nw.col("day").min()))
    counted = counted.reindex(customers)
    return [(_OPEN, counted["n"].fillna(0.0)), (_OLDEST, cut.last_day - counted["day"])]
