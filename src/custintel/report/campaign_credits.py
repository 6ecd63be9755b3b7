"""Which channels touched the customers before they bought, and what methods credit to them."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from custintel import _formats as formats
from custintel._text import translate as _
from custintel.attribution import (
    attribute,
    attribute_paths,
    attribution_comparison,
    attribution_paths,
)
from custintel.errors import SchemaError
from custintel.report.assumptions import Assumptions
from custintel.report.named_groups import few_as_one, is_filled, with_shown_names
from custintel.report.remarks import warnings_kept

LOOKBACK, LOOKBACK_DAYS = "30D", 30
METHODS = ("first", "last", "linear", "position", "time_decay", "markov", "shapley")
FEW_CONVERSIONS = 30  # below which the intervals are rough


@dataclass(frozen=True, slots=True, eq=False)
class CreditResults:
    """What seven methods credit to each channel, of the purchases since the first touch."""

    comparison: pd.DataFrame  # `attribution_comparison`
    since: pd.Timestamp  # day of the first touch
    n_conversions: int
    n_touched: int  # of these, with a touch in the time before
    revenue: float
    n_touches: int
    n_refunded: int  # orders since then that brought less than nothing
    are_days: bool  # whether the purchases tell no time of the day
    has_cost: bool
    remarks: tuple[str, ...]


def credit_results(
    touches: pd.DataFrame, purchases: pd.DataFrame, day: pd.Timestamp, assumptions: Assumptions
) -> CreditResults:
    """Share out the purchases up to a day among the channels that touched the customers."""
    if touches.empty:
        raise SchemaError(_("no touch is as early as {day}", day=formats.date(day)))
    if not touches["customer_id"].isin(purchases["customer_id"]).any():
        raise SchemaError(
            _(
                "none of the customers who were touched is among those who bought: give both "
                "tables the same ids"
            )
        )
    channels = _named_channels(touches, assumptions)
    since = channels["occurred_at"].min().normalize()
    are_days = bool((purchases["ordered_at"] == purchases["ordered_at"].dt.normalize()).all())
    orders = _orders(purchases[purchases["ordered_at"] >= since], are_days=are_days)
    bought = orders[(orders["revenue"] >= 0) & orders["is_purchase"]]
    paths = attribution_paths(channels, bought, as_of=day, lookback=LOOKBACK)
    n_touched = int(paths.loc[paths["path"].map(len) > 0, "n_conversions"].sum())
    if not n_touched:
        raise SchemaError(
            _("no purchase came within {n} days after a touch of its customer", n=LOOKBACK_DAYS)
        )
    with warnings_kept() as remarks:
        credits = _credits(channels, bought, paths, day, assumptions.level)
        cost = _cost(channels)
        rate = 1.0 if assumptions.margin_rate is None else assumptions.margin_rate
        comparison = attribution_comparison(credits, cost=cost, margin_rate=rate)
    return CreditResults(
        comparison=comparison,
        since=since,
        n_conversions=len(bought),
        n_touched=n_touched,
        revenue=float(bought["revenue"].sum()),
        n_touches=len(channels),
        n_refunded=len(orders) - len(bought),
        are_days=are_days,
        has_cost=cost is not None,
        remarks=tuple(remarks),
    )


def _named_channels(touches: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Return the touches with channels as shown, those of fewer than five customers as one."""
    shown = with_shown_names(touches, ["channel"], assumptions)
    is_any = pd.Series(True, shown.index)
    merged = few_as_one(shown["channel"], shown["customer_id"], counted=is_any)
    return shown.assign(channel=merged.astype("str"))


def _orders(purchases: pd.DataFrame, *, are_days: bool) -> pd.DataFrame:
    """Return one row per order, with its first instant and the sum of its lines."""
    lines = purchases.assign(is_purchase=purchases["revenue"] >= 0)
    key = ["customer_id", "order_id"] if "order_id" in lines else [lines.index]
    sums: dict[str, Any] = {
        "customer_id": ("customer_id", "first"),
        "occurred_at": ("ordered_at", "min"),
        "revenue": ("revenue", "sum"),
        "is_purchase": ("is_purchase", "max"),
    }
    orders: pd.DataFrame = lines.groupby(key, sort=False).agg(**sums).reset_index(drop=True)
    if are_days:  # a touch on the day of the purchase is taken to come before it
        last = pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)
        orders["occurred_at"] = orders["occurred_at"] + last
    return orders


def _credits(
    touches: pd.DataFrame,
    bought: pd.DataFrame,
    paths: pd.DataFrame,
    day: pd.Timestamp,
    level: float,
) -> dict[str, pd.DataFrame]:
    credits = {}
    for method in METHODS:
        if method == "time_decay":  # paths do not tell when their touches were
            credits[method] = attribute(
                touches, bought, method=method, as_of=day, lookback=LOOKBACK, level=level
            )
        else:
            credits[method] = attribute_paths(paths, method=method, level=level)
    return credits


def _cost(touches: pd.DataFrame) -> "pd.Series[float] | None":
    """Return the cost of each channel all of whose touches have one; None if none has."""
    if not is_filled(touches, "cost"):
        return None
    is_known = touches["cost"].notna().groupby(touches["channel"]).all()
    sums = touches.groupby("channel")["cost"].sum()
    known = sums[is_known]
    return known if len(known) else None
