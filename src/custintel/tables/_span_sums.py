"""Sums, breadth and trends of what happened to customers, over the spans of a cut.

All spans end on the day of the cut. So one pass over the events sums them for every span, and
something lies in a span exactly if its last day does.
"""

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._frames import is_missing, to_pandas
from custintel._text import mark as N_
from custintel.tables._feature_tables import EVER, Feature
from custintel.tables._snapshot_cuts import Cut

Found = tuple[Feature, pd.Series]

_KEY = "customer_id"
_LAST = "last_"
_LEAST = 0.5  # what a half of the window without events counts as, so that a logarithm exists


def of_known_customers(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return the lines that say whose they are: callers and visitors need not be known."""
    return lines.filter(~is_missing(_KEY, lines.collect_schema()[_KEY]))


def is_told(lines: nw.LazyFrame[Any], column: str) -> nw.Expr:
    """Return whether each line has a value in a column."""
    return ~is_missing(column, lines.collect_schema()[column])


def amount(lines: nw.LazyFrame[Any], column: str) -> nw.Expr:
    """Return a column of amounts, 0 where it is missing."""
    return nw.when(is_told(lines, column)).then(nw.col(column)).otherwise(0.0)


def as_one(condition: nw.Expr) -> nw.Expr:
    """Return 1 where a condition holds and 0 elsewhere, missing ones included."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)


def span_sums(
    lines: nw.LazyFrame[Any],
    cut: Cut,
    amounts: Mapping[str, nw.Expr],
    *,
    last: Mapping[str, nw.Expr] | None = None,
) -> pd.DataFrame:
    """Return, for each customer with lines, the sums of amounts over each span and over all days.

    Parameters
    ----------
    lines : LazyFrame
        ``customer_id``, ``day`` and what the amounts are made of; none later than the cut.
    cut : Cut
        Where the spans end.
    amounts : mapping of str to Expr
        What each line adds, never missing.
    last : mapping of str to Expr, optional
        Conditions whose last day is wanted.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, floats: ``<amount>_<span>``, ``<amount>_ever``, ``first`` and
        ``last`` day, and ``last_<condition>``, NaN where it never held.
    """
    met = {
        f"{_LAST}{name}": nw.when(held).then(nw.col("day")) for name, held in (last or {}).items()
    }
    made = lines.select(_KEY, "day", **amounts, **met)
    within = {
        f"{name}_{span}": nw.when(nw.col("day") >= first).then(nw.col(name)).otherwise(0)
        for name in amounts
        for span, first in cut.first_days.items()
    }
    summed = (
        made.with_columns(**within)
        .group_by(_KEY)
        .agg(
            *(nw.col(name).sum() for name in within),
            *(nw.col(name).sum().alias(f"{name}_{EVER}") for name in amounts),
            *(nw.col(name).max() for name in met),
            nw.col("day").min().alias("first"),
            nw.col("day").max().alias("last"),
        )
    )
    return one_row_each(summed)


def breadth(lines: nw.LazyFrame[Any], cut: Cut, column: str, customers: pd.Index) -> pd.DataFrame:
    """Return how many different values of a column each customer has in each span.

    Returns
    -------
    DataFrame
        Indexed like `customers`, floats: a column per span; ``n_lines`` of the window with a
        value, and ``most``, those of the commonest value.
    """
    told = lines.filter(is_told(lines, column)).select(
        _KEY,
        each=nw.col(column),
        on=nw.col("day"),
        in_window=as_one(nw.col("day") >= cut.first_day),
    )
    each = told.group_by(_KEY, "each").agg(nw.col("on").max(), nw.col("in_window").sum())
    within = {span: as_one(nw.col("on") >= first) for span, first in cut.first_days.items()}
    counted = (
        each.with_columns(**within, n_lines=nw.col("in_window"), most=nw.col("in_window"))
        .group_by(_KEY)
        .agg(*(nw.col(name).sum() for name in [*within, "n_lines"]), nw.col("most").max())
    )
    return one_row_each(counted).reindex(customers, fill_value=0.0)


def one_row_each(customers: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Return one row per customer of any engine as floats, indexed and sorted by the id."""
    table = to_pandas(customers)
    table[_KEY] = table[_KEY].astype("str")
    return table.set_index(_KEY).sort_index().astype("float64")


def of_each_span(feature: Feature, values: pd.DataFrame, cut: Cut, prefix: str = "") -> list[Found]:
    """Return a feature over each span, from the columns that are named for the spans."""
    return [(feature.over(span), values[f"{prefix}{span}"]) for span in cut.first_days]


def largest_share(feature: Feature, broad: pd.DataFrame, cut: Cut) -> Found:
    """Return the share of the commonest value in the window, from `breadth`; NaN of nothing."""
    share = (broad["most"] / broad["n_lines"]).where(broad["n_lines"] > 0)
    return feature.over(cut.window), share


def mean_of(total: pd.Series, n: pd.Series) -> pd.Series:
    """Return a mean; NaN of nothing."""
    return (total / n).where(n > 0)


def days_since(
    name: str, table: str, meaning: str, last: pd.Series, cut: Cut, unit: str = N_("days")
) -> Found:
    """Return the days from a day of each customer to the cut; NaN without one."""
    feature = Feature(name, table, meaning, unit, span=EVER, without=np.nan)
    return feature, cut.last_day - last


def trend(
    name: str, table: str, meaning: str, sums: pd.DataFrame, prefix: str, cut: Cut
) -> list[Found]:
    """Return how the newest half of the window compares with the half before, as a logarithm.

    Each half counts as half an event at least; without any event it is 0. A window of one day
    has no halves.
    """
    if len(cut.first_days) == 1:
        return []
    window, half = [*cut.first_days][:2]
    new = sums[f"{prefix}{half}"]
    old = (sums[f"{prefix}{window}"] - new).clip(lower=0)
    feature = Feature(name, table, meaning, N_("logarithm of a ratio"), span=EVER).over(window)
    ratio = new.clip(lower=_LEAST) / old.clip(lower=_LEAST)
    change = pd.Series(np.log(ratio.to_numpy()), index=ratio.index)
    return [(feature, change.where(new + old > 0, 0.0))]
