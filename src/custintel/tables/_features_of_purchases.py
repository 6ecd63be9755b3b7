"""Features of when and for how much customers bought, from each customer's days with lines.

Days are summed once, and every span from them: a day lies in a span or outside it.
"""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._frames import is_missing, to_pandas
from custintel._text import mark as N_
from custintel.tables._feature_tables import EVER, YEAR_BEFORE, Feature, FeatureTable
from custintel.tables._snapshot_cuts import Cut, LabelDays

COLUMNS = ("customer_id", "ordered_at", "revenue")
OPTIONAL = ("quantity", "discount")

_KEY = "customer_id"
_TABLE = "transactions"
# Halves of the window without purchases count as half a purchase day, or as a hundredth of what
# was bought in both, so that the logarithm of their ratio exists and stays within bounds.
_LEAST_DAYS = 0.5
_LEAST_SHARE = 0.01

# What each day is summed to, and the features that are its sums over spans of days.
_SUMS = {
    "bought": Feature("n_purchase_days", _TABLE, N_("days with a purchase"), N_("days"), span=EVER),
    "n_lines": Feature("n_lines", _TABLE, N_("lines bought"), N_("lines"), span=EVER),
    "revenue": Feature(
        "revenue", _TABLE, N_("amount bought, less refunds"), N_("currency"), span=EVER
    ),
    "refunds": Feature(
        "refunds", _TABLE, N_("amount given back, 0 or more"), N_("currency"), span=EVER
    ),
    "quantity": Feature("quantity", _TABLE, N_("pieces bought"), N_("pieces"), span=EVER),
    "discount": Feature(
        "discount", _TABLE, N_("discounts on what was bought"), N_("currency"), span=EVER
    ),
}
_SEASONAL = ("bought", "revenue")
_OF_EVERY_SPAN = ("bought", "n_lines", "revenue", "refunds", "quantity", "discount")


def features_of(sums: pd.DataFrame, cut: Cut, *, is_seasonal: bool) -> FeatureTable:
    """Return the features that follow from `customer_sums`."""
    found = [
        *_span_sums(sums, cut),
        *_rhythm(sums, cut),
        *_trends(sums, cut),
        *_shares(sums, cut),
        *(_seasonal(sums) if is_seasonal else []),
    ]
    return FeatureTable.made(found)


def customer_sums(
    lines: nw.LazyFrame[Any], cut: Cut, season: LabelDays | None = None
) -> pd.DataFrame:
    """Return, for each customer with lines, sums over each span and over all days seen.

    `lines` have ``customer_id``, ``day``, ``revenue`` and those of `OPTIONAL` that exist; the
    `season` is the days that correspond to the labels', a year earlier. Columns are named for
    what is summed and the span, such as ``bought_12m``; also ``first`` and ``last`` purchase day,
    and the sums of the gaps between purchase days and of their squares.
    """
    spans = {span: nw.col("day") >= first for span, first in cut.first_days.items()}
    if season is not None:
        in_season = (nw.col("day") >= season.first_day) & (nw.col("day") <= season.last_day)
        spans[YEAR_BEFORE] = in_season & (nw.col("day") <= cut.last_day)
    days, summed = _days(lines)
    within = [
        nw.when(inside).then(nw.col(name)).otherwise(0).alias(f"{name}_{span}")
        for name in summed
        for span, inside in spans.items()
    ]
    names = [f"{name}_{span}" for name in summed for span in spans]
    everything = [nw.col(name).sum().alias(f"{name}_{EVER}") for name in summed]
    customers = (
        days.with_columns(*within)
        .group_by(_KEY)
        .agg(
            *(nw.col(name).sum() for name in names),
            *everything,
            nw.col("purchase_day").min().alias("first"),
            nw.col("purchase_day").max().alias("last"),
            nw.col("gap").sum().alias("gaps"),
            nw.col("squared_gap").sum().alias("squared_gaps"),
        )
    )
    return by_customer(customers)


def by_customer(customers: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Return one row per customer of any engine as floats, indexed and sorted by the id."""
    table = to_pandas(customers)
    table[_KEY] = table[_KEY].astype("str")
    return table.set_index(_KEY).sort_index().astype("float64")


def _days(lines: nw.LazyFrame[Any]) -> tuple[nw.LazyFrame[Any], list[str]]:
    """Return each customer's days with lines, and the names of what they are summed to."""
    amounts = _amounts(lines)
    summed = [*amounts, "bought", "weekend"]
    is_weekend = (nw.col("day") % 7 + 10) % 7 >= 5
    days = (
        lines.with_columns(**amounts)
        .group_by(_KEY, "day")
        .agg(*(nw.col(name).sum() for name in amounts))
        .with_columns(bought=(nw.col("n_lines") > 0).cast(nw.Int64))
        .with_columns(
            weekend=(is_weekend & (nw.col("bought") > 0)).cast(nw.Int64),
            purchase_day=nw.when(nw.col("bought") > 0).then(nw.col("day")),
            # Days with refunds alone stand apart, and are nobody's day before.
            before=nw.col("day").shift(1).over(_KEY, "bought", order_by="day"),
        )
    )
    gap = nw.when(nw.col("bought") > 0).then(nw.col("day") - nw.col("before")).otherwise(0)
    days = days.with_columns(gap=gap.fill_null(0).cast(nw.Int64))
    return days.with_columns(squared_gap=nw.col("gap") * nw.col("gap")), summed


def _amounts(lines: nw.LazyFrame[Any]) -> dict[str, nw.Expr]:
    """Return what each line adds to the sums of its day."""
    schema = lines.collect_schema()
    is_purchase = nw.col("revenue") >= 0

    def of_purchases(name: str) -> nw.Expr:
        is_told = is_purchase & ~is_missing(name, schema[name])
        return nw.when(is_told).then(nw.col(name)).otherwise(0.0)

    amounts = {
        "n_lines": is_purchase.cast(nw.Int64),
        "revenue": nw.col("revenue"),
        "purchases": nw.when(is_purchase).then(nw.col("revenue")).otherwise(0.0),
        "refunds": nw.when(~is_purchase).then(0.0 - nw.col("revenue")).otherwise(0.0),
    }
    amounts |= {name: of_purchases(name) for name in OPTIONAL if name in schema}
    if "discount" in schema:
        is_cheaper = is_purchase & ~is_missing("discount", schema["discount"])
        is_cheaper = is_cheaper & (nw.col("discount") > 0)
        amounts["cheaper"] = nw.when(is_cheaper).then(nw.col("revenue")).otherwise(0.0)
    return amounts


Found = tuple[Feature, pd.Series]


def _span_sums(sums: pd.DataFrame, cut: Cut) -> list[Found]:
    known = [name for name in _OF_EVERY_SPAN if f"{name}_{EVER}" in sums]
    spans = [(_SUMS[name], name, span) for name in known for span in cut.first_days]
    spans += [(_SUMS["bought"], "bought", EVER), (_SUMS["revenue"], "revenue", EVER)]
    return [(feature.over(span), sums[f"{name}_{span}"]) for feature, name, span in spans]


def _rhythm(sums: pd.DataFrame, cut: Cut) -> list[Found]:
    """Return recency, tenure, and how far apart the purchase days lie."""

    def days(name: str, meaning: str, unit: str = N_("days")) -> Feature:
        return Feature(name, _TABLE, meaning, unit, span=EVER, without=np.nan)

    n_gaps = (sums[f"bought_{EVER}"] - 1).clip(lower=0)
    mean = (sums["gaps"] / n_gaps).where(n_gaps > 0)
    recency = cut.last_day - sums["last"]
    # In whole numbers, exact however large; the difference of two means is not.
    squares = n_gaps * sums["squared_gaps"] - sums["gaps"] ** 2
    variance = (squares.clip(lower=0) / (n_gaps * (n_gaps - 1))).where(n_gaps > 1)
    return [
        (days("recency_days", N_("days since the last purchase")), recency),
        (days("tenure_days", N_("days since the first purchase")), cut.last_day - sums["first"]),
        (
            days(
                "mean_gap_days",
                N_("mean days from one purchase day to the next; missing with fewer than two"),
            ),
            mean,
        ),
        (
            days(
                "sd_gap_days",
                N_("standard deviation of the days between purchases; missing with fewer than 3"),
            ),
            np.sqrt(variance),
        ),
        (
            days(
                "recency_to_mean_gap",
                N_("days since the last purchase, in mean gaps; missing without a gap"),
                N_("gaps"),
            ),
            recency / mean,
        ),
    ]


def _trends(sums: pd.DataFrame, cut: Cut) -> list[Found]:
    """Return how the newest half of the window compares with the half before."""
    if len(cut.first_days) == 1:
        return []  # a single day has no halves
    window, half = [*cut.first_days][:2]
    unit = N_("logarithm of a ratio")
    features = (
        Feature(
            "trend_purchase_days",
            _TABLE,
            N_("purchase days of the newest half to those of the half before, each at least 0.5"),
            unit,
            span=EVER,
        ),
        Feature(
            "trend_purchases",
            _TABLE,
            N_(
                "amount bought in the newest half to that in the half before, each at least a "
                "hundredth of both; 0 without any"
            ),
            unit,
            span=EVER,
        ),
    )
    found = []
    for feature, name in zip(features, ("bought", "purchases"), strict=True):
        new = sums[f"{name}_{half}"]
        old = (sums[f"{name}_{window}"] - new).clip(lower=0)
        least = _LEAST_DAYS if name == "bought" else _LEAST_SHARE * (new + old)
        ratio = new.where(new > least, least) / old.where(old > least, least)
        trend = pd.Series(np.log(ratio.to_numpy()), ratio.index)
        found.append((feature.over(window), trend.where(new + old > 0, 0.0)))
    return found


def _shares(sums: pd.DataFrame, cut: Cut) -> list[Found]:
    """Return what part of the purchases of the window was of some kind; NaN of nothing."""
    kinds = [
        ("weekend_share", N_("part of the purchase days on a Saturday or Sunday"), "weekend"),
        ("refund_share", N_("amount given back, as a part of the amount bought"), "refunds"),
    ]
    if f"cheaper_{EVER}" in sums:
        told = N_("part of the amount bought that was bought at a discount")
        kinds.append(("discounted_share", told, "cheaper"))
    found = []
    for name, meaning, kind in kinds:
        whole = sums[f"{'bought' if kind == 'weekend' else 'purchases'}_{cut.window}"]
        unit = N_("a ratio") if kind == "refunds" else N_("0-1")
        feature = Feature(name, _TABLE, meaning, unit, span=EVER, without=np.nan)
        share = (sums[f"{kind}_{cut.window}"] / whole).where(whole > 0)
        found.append((feature.over(cut.window), share))
    return found


def _seasonal(sums: pd.DataFrame) -> list[Found]:
    """Return what the customers bought in the days of the labels, a year earlier."""
    return [(_SUMS[name].over(YEAR_BEFORE), sums[f"{name}_{YEAR_BEFORE}"]) for name in _SEASONAL]
