"""What is measured of sequences: what comes next, by custintel and in SQL by DuckDB's LEAD.

The SQL counts what `next_purchase` counts: the pairs, the cases of either item, the median gap,
and the squares of each customer's cases, on which the intervals rest. Not in it are the
intervals themselves and the tests.
"""

import duckdb
import numpy as np
import pandas as pd

from custintel.affinity import next_purchase

from .measuring import Task

AS_OF = "2022-12-31"
N_PRODUCTS = 500
FEWEST = 5
LEAD = f"""
    WITH steps AS (
        SELECT customer_id, product_id AS antecedent,
               lead(product_id) OVER turn AS consequent,
               lead(ordered_at::DATE) OVER turn - ordered_at::DATE AS gap
        FROM events WHERE revenue >= 0 AND ordered_at < DATE '{AS_OF}' + 1
        WINDOW turn AS (PARTITION BY customer_id ORDER BY ordered_at::DATE, {{order}} product_id)
    ),
    followed AS (SELECT * FROM steps WHERE consequent IS NOT NULL),
    pairs AS (
        SELECT antecedent, consequent, count(*) AS n, median(gap) AS median_gap
        FROM followed GROUP BY ALL
    ),
    by_customer AS (
        SELECT antecedent, consequent, customer_id, count(*) AS k FROM followed GROUP BY ALL
    ),
    squares AS (
        SELECT antecedent, consequent, sum(k * k) AS k_squared FROM by_customer GROUP BY ALL
    )
    SELECT *, sum(n) OVER (PARTITION BY antecedent) AS n_observed,
           sum(n) OVER (PARTITION BY consequent) AS n_any
    FROM pairs JOIN squares USING (antecedent, consequent)
    QUALIFY n >= {FEWEST}
"""


def events(n: int) -> pd.DataFrame:
    """Return purchases of one product each, by customers with five of them on average."""
    rng = np.random.default_rng(1)
    seconds = rng.integers(0, 1095 * 86_400, n).astype("timedelta64[s]")
    popularity = np.cumsum(1 / (np.arange(N_PRODUCTS) + 5.0))
    product = np.searchsorted(popularity / popularity[-1], rng.random(n))
    return pd.DataFrame(
        {
            "customer_id": pd.Series(rng.integers(0, n // 5, n)).astype("str"),
            "ordered_at": np.datetime64("2020-01-01", "us") + seconds,
            "product_id": "product " + pd.Series(product).astype("str"),
            "revenue": 10.0,
        }
    )


def events_of_orders(n: int) -> pd.DataFrame:
    """Return the same purchases with the numbers of their orders."""
    number = np.random.default_rng(2).permutation(n)
    return events(n).assign(order_id=pd.Series(number).astype("str"))


def _next_purchases(transactions: pd.DataFrame) -> list[float]:
    found = next_purchase(transactions, as_of=AS_OF, repeats="all", min_support=FEWEST)
    columns = ["n_followed", "n_observed", "median_gap_days"]
    return [float(len(found)), *found[columns].sum().astype(float)]


def _by_lead(transactions: pd.DataFrame) -> list[float]:
    connection = duckdb.connect()
    connection.register("events", transactions)
    order = "order_id," if "order_id" in transactions else ""
    found = connection.execute(LEAD.format(order=order)).df()
    return [float(len(found)), *found[["n", "n_observed", "median_gap"]].sum().astype(float)]


TASKS = {
    ("next_purchase", "custintel"): Task(events, _next_purchases),
    ("next_purchase", "duckdb"): Task(events, _by_lead),
    ("next_purchase_of_orders", "custintel"): Task(events_of_orders, _next_purchases),
    ("next_purchase_of_orders", "duckdb"): Task(events_of_orders, _by_lead),
}
