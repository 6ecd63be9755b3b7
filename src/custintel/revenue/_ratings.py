"""Scores that customers gave, added up by who was rated, on any engine."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import quoted
from custintel._frames import Frame, day_number, has_column, is_missing, lazy, to_pandas
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, SetAsideWarning
from custintel.revenue._groups import labels


def read_ratings(
    ratings: Frame, *, by: str, scale: tuple[float, float], last_day: int
) -> pd.DataFrame:
    """Return ``n``, ``mean`` and ``squares`` (of deviations from it) of the scores, by group."""
    low, high = _checked(scale)
    dated = ["answered_at"] if has_column(ratings, "answered_at") else []
    found = lazy(ratings, [by, "score", *dated], table="ratings")
    schema = found.collect_schema()
    if not schema["score"].is_numeric():
        raise SchemaError(
            _(
                "Column 'score' of 'ratings' holds {kind}; convert it to numbers.",
                kind=schema["score"],
            )
        )
    if dated:
        _require_instants(schema["answered_at"])
        found = found.filter(day_number("answered_at") <= last_day)
    is_scored = ~is_missing("score", schema["score"])
    scores = found.select(group=nw.col(by), score=nw.col("score").cast(nw.Float64), known=is_scored)
    _warn_without_score(scores)
    scores = scores.filter(nw.col("known"))
    _require_within(scores, low, high)
    return _summed(scores, by, middle=(low + high) / 2)


def _summed(scores: nw.LazyFrame[Any], by: str, *, middle: float) -> pd.DataFrame:
    away = nw.col("score") - middle  # sums of small numbers keep their digits
    sums = to_pandas(
        scores.with_columns(away=away, square=away * away)
        .group_by("group")
        .agg(n=nw.len(), away=nw.col("away").sum(), square=nw.col("square").sum())
    )
    table = sums[["n", "away", "square"]].astype(float).set_axis(labels(sums["group"], by))
    table = table.groupby(level=0, sort=False).sum()
    mean = table["away"] / table["n"]
    squares = (table["square"] - table["n"] * mean**2).clip(lower=0.0)
    return pd.DataFrame({"n": table["n"], "mean": mean + middle, "squares": squares})


def _checked(scale: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in scale)
    except (TypeError, ValueError):
        low = high = np.nan
    if not (np.isfinite([low, high]).all() and low < high):
        raise ValueError(
            _(
                "scale is the lowest and the highest score, such as (1, 10): got {scale!r}.",
                scale=scale,
            )
        )
    return low, high


def _require_instants(dtype: nw.dtypes.DType) -> None:
    if not isinstance(dtype, nw.Date | nw.Datetime):
        raise SchemaError(
            _(
                "Column 'answered_at' of 'ratings' holds {kind}; convert it to dates, or leave "
                "it out.",
                kind=dtype,
            )
        )


def _warn_without_score(scores: nw.LazyFrame[Any]) -> None:
    count = to_pandas(scores.select(n=(1 - nw.col("known").cast(nw.Int64)).sum()))["n"].iloc[0]
    n = 0 if pd.isna(count) else int(count)
    if n:
        message = _n(
            "{n} rating has no score, and is left out.",
            "{n} ratings have no score, and are left out.",
            n,
        )
        warn(message, SetAsideWarning)


def _require_within(scores: nw.LazyFrame[Any], low: float, high: float) -> None:
    outside = (nw.col("score") < low) | (nw.col("score") > high)
    found = to_pandas(scores.filter(outside).group_by("score").agg(n=nw.len()))
    if len(found):
        raise SchemaError(
            _n(
                "{n} score of 'ratings' is outside the scale from {low:g} to {high:g}: "
                "{examples}. Correct it, or give the scale that was used: scale=(…, …).",
                "{n} scores of 'ratings' are outside the scale from {low:g} to {high:g}: "
                "{examples}. Correct them, or give the scale that was used: scale=(…, …).",
                int(found["n"].sum()),
                low=low,
                high=high,
                examples=quoted(sorted(found["score"]), most=3),
            )
        )
