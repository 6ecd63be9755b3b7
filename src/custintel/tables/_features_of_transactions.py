"""Features of transactions: when, for how much, what and where customers bought."""

from typing import Any

import narwhals as nw
import pandas as pd

from custintel._frames import (
    Frame,
    as_narwhals,
    day_number,
    is_missing,
    lazy,
    require_sums,
    to_pandas,
)
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import MixedCurrencyError
from custintel.tables import _features_of_baskets as baskets
from custintel.tables import _features_of_purchases as purchases
from custintel.tables._feature_tables import FeatureTable
from custintel.tables._snapshot_cuts import Cut, LabelDays

_AMOUNTS = ("revenue", "quantity", "discount")


def transaction_lines(transactions: Frame) -> nw.LazyFrame[Any]:
    """Return the lines that features and labels read, with the number of their ``day``."""
    present = as_narwhals(transactions).collect_schema().names()
    known = [name for name in (*purchases.OPTIONAL, *baskets.OPTIONAL) if name in present]
    currency = ["currency"] if "currency" in present else []
    lines = lazy(transactions, [*purchases.COLUMNS, *known, *currency])
    require_sums(lines, {name: name for name in _AMOUNTS if name in {*known, "revenue"}})
    if currency:
        _require_one_currency(lines)
    days = lines.with_columns(day=day_number("ordered_at"))
    return days.select(purchases.COLUMNS[0], "day", "revenue", *known)


def transaction_features(
    lines: nw.LazyFrame[Any], cut: Cut, *, season: LabelDays | None
) -> FeatureTable:
    """Return every feature of the lines up to the day of a cut, of all customers with lines."""
    seen = lines.filter(nw.col("day") <= cut.last_day)
    sums = purchases.customer_sums(seen, cut, season)
    counted = purchases.features_of(sums, cut, is_seasonal=season is not None)
    bought = baskets.basket_features(seen, cut)
    customers = counted.values.index
    broad = bought.of(customers)
    spans = [*cut.first_days]
    orders = [f"n_orders_{span}" for span in spans]
    # Without numbers of orders, each line is one.
    n_orders = (
        broad[orders]
        if orders[0] in broad
        else counted.values[[f"n_lines_{span}" for span in spans]]
    )
    amounts = sums[[f"purchases_{span}" for span in spans]]
    values = baskets.mean_order_values(
        amounts.set_axis(spans, axis="columns"), n_orders.set_axis(spans, axis="columns"), spans
    )
    joined = pd.concat([counted.values, broad, values.values], axis="columns")
    return FeatureTable(joined, (*counted.features, *bought.features, *values.features))


def _require_one_currency(lines: nw.LazyFrame[Any]) -> None:
    is_told = ~is_missing("currency", lines.collect_schema()["currency"])
    counted = to_pandas(
        lines.filter(is_told).group_by("currency").agg(nw.len().alias("n"))
    ).sort_values(["n", "currency"], ascending=[False, True])
    if len(counted) > 1:
        raise MixedCurrencyError(
            _(
                "The revenue of 'transactions' is in several currencies: {counts}. Convert it to "
                "one, or make a snapshot of each.",
                counts=", ".join(
                    _n("{n} row in {code}", "{n} rows in {code}", int(n), code=code)
                    for code, n in zip(counted["currency"][:6], counted["n"][:6], strict=True)
                ),
            )
        )
