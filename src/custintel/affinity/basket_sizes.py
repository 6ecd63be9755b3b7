"""How much an order holds: items, units, revenue."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import require_between
from custintel._frames import (
    Frame,
    day_number,
    has_column,
    is_missing,
    lazy,
    number_of_day,
    require_sums,
    to_pandas,
)
from custintel._intervals import Floats, wilson_interval
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel.affinity._order_cells import MeanPerOrder, OrderCells
from custintel.errors import SchemaError

TOTAL, MISSING = N_("total"), N_("(missing)")
_OPTIONAL = ("order_id", "customer_id", "product_id", "quantity")


def basket_statistics(
    transactions: Frame, *, as_of: Day, by: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Describe how many items an order holds, how many units, and what it brings.

    An order is what has at least one purchase line, and one of one customer: the same number
    of another customer is another order. Refunds are netted in its revenue; those
    of another order number take from the revenue of the group, and make no order. Without
    ``order_id`` each row is an order.

    Parameters
    ----------
    transactions : DataFrame
        ``ordered_at``, ``revenue``, the column `by`, and if there are any ``order_id``,
        ``customer_id``, ``product_id`` and ``quantity``; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    by : str, optional
        Column whose values are told apart: ``channel``, ``category`` … An order with lines
        in several groups counts in each, with its lines there. By default all orders are one
        row, ``total``.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1. Those of means take the
        orders as independent, and are NaN if there is one order only.

    Returns
    -------
    DataFrame
        Indexed by `by`, in the order of the names, lines without a value last as
        ``(missing)``. In a group of refunds alone all but the first three columns are NaN.

        - ``n_orders`` : int, orders with a purchase
        - ``n_products`` : float, different products bought; NaN without ``product_id``
        - ``revenue`` : float, net of refunds, in the currency of the table
        - ``items_per_order``, ``items_per_order_low``, ``items_per_order_high`` : float, >= 1,
          mean number of different products in an order, those without ``product_id`` taken
          for one; without that column, of lines
        - ``median_items`` : float, of the orders observed
        - ``p90_items`` : float, the smallest number that 90 % of the orders do not exceed
        - ``single_item_share``, ``single_item_share_low``, ``single_item_share_high`` : float,
          0-1, share of the orders with one item, with its Wilson interval
        - ``units_per_order``, ``units_per_order_low``, ``units_per_order_high`` : float, mean
          quantity of an order's purchase lines; NaN if the table has no ``quantity``, or a
          purchase line of the group none
        - ``revenue_per_order``, ``revenue_per_order_low``, ``revenue_per_order_high`` : float,
          ``revenue`` / ``n_orders``, in the currency of the table

    Raises
    ------
    SchemaError
        If a column is missing, there is no purchase, or an amount lies beyond 1e30.
    ValueError
        If `as_of` is not a date, or `level` not between 0 and 1.

    References
    ----------
    Cochran, W. G. (1977). Sampling techniques, 3rd edition. New York: Wiley. Section 6.3: the
    standard error of a ratio, here of revenue to orders.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "order_id": ["1", "1", "2", "3"],
    ...     "product_id": ["bread", "butter", "bread", "milk"],
    ...     "ordered_at": pd.Timestamp("2024-03-01"),
    ...     "revenue": [2.0, 3.0, 2.0, 1.0],
    ...     "channel": ["web", "web", "shop", "shop"],
    ... })
    >>> table = basket_statistics(transactions, as_of="2024-12-31", by="channel")
    >>> table[["n_orders", "items_per_order", "single_item_share", "revenue_per_order"]]
             n_orders  items_per_order  single_item_share  revenue_per_order
    channel
    shop            2              1.0                1.0                1.5
    web             1              2.0                0.0                5.0
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    last_day = as_day(as_of)
    found = [name for name in _OPTIONAL if has_column(transactions, name)]
    lines = _lines(transactions, by, found, number_of_day(last_day))
    require_sums(lines, {"revenue": "revenue", "units": "quantity"})
    cells = to_pandas(_cells(_orders(lines, found)))
    if not cells["n_items"].gt(0).any():
        raise SchemaError(
            _(
                "Table 'transactions' has no purchase on or before {day:%Y-%m-%d}.",
                day=last_day,
            )
        )
    cells = cells.assign(group=_named(cells["group"]))
    products = to_pandas(_products(lines)) if "product_id" in found else None
    return _described(cells, products, by, level)


def _lines(
    transactions: Frame, by: str | None, optional: list[str], last_day: int
) -> nw.LazyFrame[Any]:
    """Return the lines observed, by names that no column of the table can clash with."""
    columns = ["ordered_at", "revenue", *optional, *([] if by is None else [by])]
    is_bought = nw.col("revenue") >= 0
    quantity, is_lacking = nw.lit(0.0), is_bought
    if "quantity" in optional:
        is_lacking = is_bought & is_missing("quantity", nw.Float64())
        quantity = nw.when(is_bought & ~is_lacking).then(nw.col("quantity")).otherwise(0.0)
    return (
        lazy(transactions, list(dict.fromkeys(columns)))
        .filter(day_number("ordered_at") <= last_day)
        .select(
            group=nw.lit(TOTAL) if by is None else nw.col(by),
            order=nw.col("order_id") if "order_id" in optional else nw.lit(""),
            customer=nw.col("customer_id") if "customer_id" in optional else nw.lit(""),
            item=nw.col("product_id") if "product_id" in optional else nw.lit(""),
            revenue=nw.col("revenue"),
            units=quantity,
            bought=is_bought.cast(nw.Int64),
            lacking=is_lacking.cast(nw.Int64),
        )
    )


def _orders(lines: nw.LazyFrame[Any], optional: list[str]) -> nw.LazyFrame[Any]:
    """Return one row per order of a group: ``n_items`` (0 for refunds alone) and its sums."""
    sums = [nw.col(name).sum() for name in ("revenue", "units", "lacking")]
    if "order_id" not in optional:
        return lines.select("group", "revenue", "units", "lacking", n_items=nw.col("bought"))
    order = "group", "customer", "order"
    if "product_id" in optional:
        lines = lines.group_by(*order, "item").agg(nw.col("bought").max(), *sums)
    return lines.group_by(*order).agg(nw.col("bought").sum().alias("n_items"), *sums)


def _cells(orders: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return one row per group and number of items: enough for means, quantiles, variances."""
    return orders.group_by("group", "n_items").agg(
        nw.len().alias("n"),
        nw.col("revenue").mean().alias("revenue_mean"),
        nw.col("revenue").var().alias("revenue_variance"),
        nw.col("units").mean().alias("units_mean"),
        nw.col("units").var().alias("units_variance"),
        nw.col("lacking").sum(),
    )


def _products(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    bought = lines.filter(nw.col("bought") == 1, ~nw.col("item").is_null())
    return bought.group_by("group", "item").agg().group_by("group").agg(nw.len().alias("n"))


def _named(groups: "pd.Series[Any]") -> "pd.Series[Any]":
    # Plain Python objects: every engine has its own type of text and of nothing.
    plain = groups.astype(object)
    return plain.where(plain.notna(), MISSING)


def _described(
    cells: pd.DataFrame, products: pd.DataFrame | None, by: str | None, level: float
) -> pd.DataFrame:
    group, names = pd.factorize(cells["group"])
    orders = OrderCells(cells, group)
    n = orders.n_orders
    known = np.where(n > 0, n, np.nan)
    middle = orders.items_at(np.floor((n + 1) / 2)), orders.items_at(np.ceil((n + 1) / 2))
    single_low, single_high = wilson_interval(orders.n_single(), n, level)
    units = _with_bounds("units_per_order", orders.per_order("units"), level)
    table = pd.DataFrame(
        {
            "n_orders": n.astype(np.int64),
            "n_products": _n_products(products, names),
            "revenue": orders.total("revenue"),
            **_with_bounds("items_per_order", orders.items_per_order(), level, lowest=1.0),
            "median_items": (middle[0] + middle[1]) / 2,
            "p90_items": orders.items_at(np.ceil(0.9 * n * (1 - 1e-12))),
            "single_item_share": orders.n_single() / known,
            "single_item_share_low": single_low,
            "single_item_share_high": single_high,
            **{name: np.where(orders.lacking() > 0, np.nan, each) for name, each in units.items()},
            **_with_bounds("revenue_per_order", orders.per_order("revenue"), level),
        },
        index=pd.Index(names.to_list(), name=by),
    )
    is_last = np.array([name == MISSING for name in names])
    return table.iloc[np.lexsort((np.array([str(name) for name in names]), is_last))]


def _n_products(products: pd.DataFrame | None, names: pd.Index) -> Floats:
    if products is None:
        return np.full(len(names), np.nan)
    counts = dict(zip(_named(products["group"]), products["n"], strict=True))
    return np.array([float(counts.get(name, 0)) for name in names])


def _with_bounds(
    name: str, mean: MeanPerOrder, level: float, *, lowest: float = -np.inf
) -> dict[str, Floats]:
    bounds = mean.interval(level)
    low = np.maximum(bounds.low, lowest)
    return {name: mean.value, f"{name}_low": low, f"{name}_high": bounds.high}
