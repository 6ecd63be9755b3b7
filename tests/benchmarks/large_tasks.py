"""The main tables of each family, from a Parquet file of 10 million order lines."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import duckdb

from custintel import affinity, retention, revenue, segmentation, tables

from .measuring import Task

AS_OF = "2024-12-31"
# A name of its own for each size: the file is made once and read by every task.
_FOLDER = Path(gettempdir())
_LINES = """
    WITH orders AS (
        SELECT number, floor(600000 * power(random(), 1.7))::BIGINT AS customer,
               floor(1096 * random())::INT AS day, floor(86400 * random())::INT AS second,
               floor(5 * power(random(), 1.5))::INT AS channel
        FROM range({n} * 2 // 5) AS made(number)
    ),
    lines AS (
        SELECT orders.*, floor(2000 * power(random(), 2.2))::INT AS product,
               random() AS u, random() AS v
        FROM range({n}) AS made(line) JOIN orders ON orders.number = line * 2 // 5
    )
    SELECT 'o' || number AS order_id, 'c' || customer AS customer_id,
           TIMESTAMP '2022-01-01' + to_days(day) + to_seconds(second) AS ordered_at,
           'p' || product AS product_id, 'category ' || product % 20 AS category,
           'channel ' || channel AS channel,
           'coach ' || (customer * 7 + channel) % 40 AS partner_id,
           'a' || customer % 20000 AS account_id, 1 + floor(3 * u) AS quantity,
           round(CASE WHEN v < 0.03 THEN -1 ELSE 1 END * (5 + 95 * u), 2) AS revenue,
           round(3 + 50 * u, 2) AS cost, round(greatest(50 * (v - 0.8), 0), 2) AS discount
    FROM lines
"""


def order_lines(n: int) -> Path:
    """Return a Parquet file of `n` lines, made unless it is there."""
    path = _FOLDER / f"custintel-order-lines-{n}.parquet"
    if not path.is_file():
        making = path.with_suffix(f".{os.getpid()}")
        connection = duckdb.connect()
        connection.execute("SET threads = 1; SELECT setseed(0.42)")
        connection.execute(f"COPY ({_LINES.format(n=n)}) TO '{making}' (FORMAT parquet)")
        making.rename(path)
    return path


def _told(table: Any) -> list[float]:
    return [float(len(table))]


MAIN_TABLES: dict[str, Callable[[Path], Any]] = {
    "revenue_table by product": lambda t: revenue.revenue_table(t, as_of=AS_OF, by="product_id"),
    "revenue_table by customer": lambda t: revenue.revenue_table(t, as_of=AS_OF, by="customer_id"),
    "channel_table": lambda t: revenue.channel_table(t, as_of=AS_OF),
    "channel_mix": lambda t: revenue.channel_mix(t, as_of=AS_OF),
    "partner_table": lambda t: revenue.partner_table(t, as_of=AS_OF),
    "margin_table": lambda t: revenue.margin_table(t, as_of=AS_OF, by="category"),
    "price_volume_mix": lambda t: revenue.price_volume_mix(t, as_of=AS_OF),
    "new_customer_revenue": lambda t: revenue.new_customer_revenue(t, as_of=AS_OF),
    "new_product_revenue": lambda t: revenue.new_product_revenue(t, as_of=AS_OF),
    "rfm_table": lambda t: segmentation.rfm_table(t, as_of=AS_OF),
    "decayed_rfm": lambda t: segmentation.decayed_rfm(t, as_of=AS_OF),
    "segment_migration": lambda t: segmentation.segment_migration(t, dates=("2023-12-31", AS_OF)),
    "product_pairs": lambda t: affinity.product_pairs(t, as_of=AS_OF, min_support=100),
    "product_pairs of customers": lambda t: affinity.product_pairs(
        t, as_of=AS_OF, min_support=1000, basket="customer"
    ),
    "next_purchase": lambda t: affinity.next_purchase(t, as_of=AS_OF),
    "next_purchase within a year": lambda t: affinity.next_purchase(
        t, as_of=AS_OF, basis="within", horizon="12M"
    ),
    "transition_table": lambda t: affinity.transition_table(t, as_of=AS_OF),
    "interpurchase_times": lambda t: affinity.interpurchase_times(t, as_of=AS_OF, by="channel"),
    "basket_statistics": lambda t: affinity.basket_statistics(t, as_of=AS_OF, by="channel"),
    "company_propensity": lambda t: affinity.company_propensity(t, as_of=AS_OF),
    "promotion_dependency": lambda t: affinity.promotion_dependency(t, as_of=AS_OF),
    "category_breadth": lambda t: affinity.category_breadth(t, as_of=AS_OF),
    "recommend": lambda t: affinity.recommend(t, as_of=AS_OF),
    "cohort_table": lambda t: retention.cohort_table(t, as_of=AS_OF, period="Q"),
    "purchase_history": lambda t: tables.purchase_history(t, as_of=AS_OF),
}

# Every line is seen by the features of the first; the second has labels besides.
SNAPSHOTS: dict[str, Callable[[Path], Any]] = {
    "snapshot to score": lambda t: (
        tables.snapshot(t, as_of=AS_OF, window="12M", horizon="6M", labels=()).features
    ),
    "snapshot to learn": lambda t: (
        tables.snapshot(t, as_of="2024-06-30", window="12M", horizon="6M").features
    ),
}

TASKS = {
    (name, "custintel"): Task(order_lines, lambda path, make=make: _told(make(path)))
    for name, make in (MAIN_TABLES | SNAPSHOTS).items()
}
