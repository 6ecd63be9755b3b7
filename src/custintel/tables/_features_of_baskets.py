"""Features of what customers bought and where: orders, and the breadth of their purchases.

The spans of a cut all end on its day. So something lies in a span exactly if its last day does,
and one look at the last day of each order, product, category and channel counts them in every
span at once.
"""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._frames import is_missing
from custintel._text import mark as N_
from custintel.tables._feature_tables import EVER, Feature, FeatureTable
from custintel.tables._features_of_purchases import Found, by_customer
from custintel.tables._snapshot_cuts import Cut

OPTIONAL = ("order_id", "product_id", "category", "channel")

_KEY = "customer_id"
_TABLE = "transactions"
_COUNTS = {
    "order_id": Feature("n_orders", _TABLE, N_("orders"), N_("orders"), span=EVER),
    "product_id": Feature(
        "n_products", _TABLE, N_("different products bought"), N_("products"), span=EVER
    ),
    "category": Feature(
        "n_categories", _TABLE, N_("different categories bought"), N_("categories"), span=EVER
    ),
    "channel": Feature(
        "n_channels", _TABLE, N_("different channels bought in"), N_("channels"), span=EVER
    ),
}
_LARGEST = {
    "category": Feature(
        "largest_category_share",
        _TABLE,
        N_("part of the lines bought, of those whose category is known, in the commonest one"),
        N_("0-1"),
        span=EVER,
        without=np.nan,
    ),
    "channel": Feature(
        "largest_channel_share",
        _TABLE,
        N_("part of the lines bought, of those whose channel is known, in the commonest one"),
        N_("0-1"),
        span=EVER,
        without=np.nan,
    ),
}
_MEAN_ORDER = Feature(
    "mean_order_value",
    _TABLE,
    N_("amount bought per order, before refunds"),
    N_("currency"),
    span=EVER,
    without=np.nan,
)


def basket_features(lines: nw.LazyFrame[Any], cut: Cut) -> FeatureTable:
    """Return features of what was bought up to the day of a cut.

    Parameters
    ----------
    lines : LazyFrame
        ``customer_id``, ``day``, ``revenue`` and those of `OPTIONAL` that exist.
    cut : Cut
        Where the spans end.
    """
    present = lines.collect_schema().names()
    tables = [_breadth(lines, cut, column) for column in OPTIONAL if column in present]
    everyone: pd.Index = pd.Index([], dtype="str", name=_KEY)
    for table in tables:
        everyone = everyone.union(table.values.index)
    values = [table.of(everyone) for table in tables]
    joined = pd.concat(values, axis="columns") if values else pd.DataFrame(index=everyone)
    return FeatureTable(joined, tuple(each for table in tables for each in table.features))


def mean_order_values(
    purchases: pd.DataFrame, orders: pd.DataFrame, spans: Sequence[str]
) -> FeatureTable:
    """Return the amount bought per order of each span; NaN without orders.

    Parameters
    ----------
    purchases : DataFrame
        Amounts bought, a column per span, indexed by ``customer_id``.
    orders : DataFrame
        Numbers of orders, likewise.
    spans : sequence of str
        The columns.
    """
    found: list[Found] = []
    for span in spans:
        n_orders = orders[span]
        found.append((_MEAN_ORDER.over(span), (purchases[span] / n_orders).where(n_orders > 0)))
    return FeatureTable.made(found)


def _breadth(lines: nw.LazyFrame[Any], cut: Cut, column: str) -> FeatureTable:
    """Return how many different values of a column were bought in each span."""
    is_told = ~is_missing(column, lines.collect_schema()[column])
    in_window = (nw.col("day") >= cut.first_day).cast(nw.Int64)
    each = (
        lines.filter((nw.col("revenue") >= 0) & is_told)
        .select(_KEY, column, "day", in_window=in_window)
        .group_by(_KEY, column)
        .agg(nw.col("day").max().alias("last"), nw.col("in_window").sum().alias("n_lines"))
    )
    within = {
        f"n_{span}": (nw.col("last") >= first).cast(nw.Int64)
        for span, first in cut.first_days.items()
    }
    sums = by_customer(
        each.with_columns(**within, most=nw.col("n_lines"))
        .group_by(_KEY)
        .agg(*(nw.col(name).sum() for name in [*within, "n_lines"]), nw.col("most").max())
    )
    found = [(_COUNTS[column].over(span), sums[f"n_{span}"]) for span in cut.first_days]
    if column in _LARGEST:
        share = (sums["most"] / sums["n_lines"]).where(sums["n_lines"] > 0)
        found.append((_LARGEST[column].over(cut.window), share))
    return FeatureTable.made(found)
