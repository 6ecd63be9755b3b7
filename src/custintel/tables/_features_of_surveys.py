"""Features of what customers answered: how often, how well they judge, and which way it goes.

Answers count from the day they were given. Whether a question stays unanswered is known only
later, so a question without an answer says nothing here.
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
    breadth,
    days_since,
    is_told,
    mean_of,
    of_each_span,
    of_known_customers,
    one_row_each,
    span_sums,
)

INSTANT = "answered_at"
COLUMNS = ("customer_id", INSTANT, "score")
OPTIONAL = ("scale_min", "scale_max", "survey_id")

_KEY = "customer_id"
_TABLE = "surveys"
_SCALE = N_("0-1 of the scale; as it stands without a scale")
_N = Feature("n_survey_answers", _TABLE, N_("answers to questions"), N_("answers"), span=EVER)
_DAYS = Feature("n_answer_days", _TABLE, N_("days with an answer"), N_("days"), span=EVER)
_SURVEYS = Feature("n_surveys", _TABLE, N_("different surveys answered"), N_("surveys"), span=EVER)
_MEAN = Feature("mean_score", _TABLE, N_("mean score given"), _SCALE, span=EVER, without=np.nan)
_LOWEST = Feature(
    "lowest_score", _TABLE, N_("lowest score given"), _SCALE, span=EVER, without=np.nan
)
_NEWEST = Feature(
    "newest_score",
    _TABLE,
    N_("mean of the scores given on the last day with one"),
    _SCALE,
    span=EVER,
    without=np.nan,
)
_CHANGE = Feature(
    "score_change",
    _TABLE,
    N_("mean score of the newest half less that of the half before; missing without both"),
    _SCALE,
    span=EVER,
    without=np.nan,
)


def surveys_features(lines: nw.LazyFrame[Any], cut: Cut) -> FeatureTable:
    """Return the features of answers to surveys as of a cut.

    Parameters
    ----------
    lines : LazyFrame
        `COLUMNS`, those of `OPTIONAL` that exist, and ``day``, that of the answer, none later
        than the cut.
    cut : Cut
        Where the spans end.
    """
    known = _on_one_scale(of_known_customers(lines))
    is_scored = ~nw.col("on_scale").is_null()
    amounts = {
        "n": nw.lit(1).cast(nw.Int64),
        "scored": as_one(is_scored),
        "score": nw.when(is_scored).then(nw.col("on_scale")).otherwise(0.0),
    }
    sums = span_sums(known, cut, amounts)
    found = of_each_span(_N, sums, cut, "n_")
    found += of_each_span(_DAYS, breadth(known, cut, "day", sums.index), cut)
    if "survey_id" in known.collect_schema().names():
        found += of_each_span(_SURVEYS, breadth(known, cut, "survey_id", sums.index), cut)
    found += [
        (_MEAN.over(span), mean_of(sums[f"score_{span}"], sums[f"scored_{span}"]))
        for span in cut.first_days
    ]
    scored = known.filter(is_scored)
    found += [(_NEWEST, _newest(scored, sums.index)), _lowest(scored, cut, sums.index)]
    found += _change(sums, cut)
    last = N_("days since the last answer")
    found.append(days_since("survey_recency_days", _TABLE, last, sums["last"], cut))
    return FeatureTable.made(found)


def _on_one_scale(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return the lines with their score between 0 and 1, missing where the scale is."""
    score = nw.col("score").cast(nw.Float64)
    is_known = is_told(lines, "score")
    if {"scale_min", "scale_max"} <= {*lines.collect_schema().names()}:
        low, high = (nw.col(name).cast(nw.Float64) for name in ("scale_min", "scale_max"))
        is_known = is_known & is_told(lines, "scale_min") & is_told(lines, "scale_max")
        is_known = is_known & (high > low)
        # A scale without width would divide by zero, even where the quotient is not used.
        width = nw.when(high > low).then(high - low).otherwise(1.0)
        score = (score - low) / width
    return lines.with_columns(on_scale=nw.when(is_known).then(score))


def _newest(scored: nw.LazyFrame[Any], customers: pd.Index) -> pd.Series:
    """Return the mean of the scores of each customer's last day with one."""
    # A window over the customer would do, if old releases of DuckDB could plan it.
    last = scored.group_by(_KEY).agg(nw.col("day").max())
    newest = scored.join(last, on=[_KEY, "day"]).select(
        _KEY, "on_scale", n=nw.lit(1).cast(nw.Int64)
    )
    sums = one_row_each(newest.group_by(_KEY).agg(nw.col("on_scale", "n").sum()))
    return (sums["on_scale"] / sums["n"]).reindex(customers)


def _lowest(scored: nw.LazyFrame[Any], cut: Cut, customers: pd.Index) -> Found:
    within = scored.filter(nw.col("day") >= cut.first_day)
    lowest = one_row_each(within.group_by(_KEY).agg(nw.col("on_scale").min()))
    return _LOWEST.over(cut.window), lowest["on_scale"].reindex(customers)


def _change(sums: pd.DataFrame, cut: Cut) -> list[Found]:
    if len(cut.first_days) == 1:
        return []  # a single day has no halves
    window, half = [*cut.first_days][:2]
    new = mean_of(sums[f"score_{half}"], sums[f"scored_{half}"])
    n_old = sums[f"scored_{window}"] - sums[f"scored_{half}"]
    old = mean_of(sums[f"score_{window}"] - sums[f"score_{half}"], n_old)
    return [(_CHANGE.over(window), new - old)]
