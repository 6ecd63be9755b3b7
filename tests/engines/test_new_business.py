"""New business, margins and weekdays are the same from every engine."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from custintel.errors import WeakResultWarning
from custintel.revenue import (
    margin_table,
    new_customer_revenue,
    new_product_revenue,
    weekday_table,
)

AS_OF = "2025-02-28"

# Some lines have no cost and some products no launch date, of which the tables warn.
pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")


@pytest.fixture(scope="session")
def transactions(transactions: pd.DataFrame) -> pd.DataFrame:  # type: ignore[misc]
    """The shared lines with products, channels and costs, some of them missing."""
    rng = np.random.default_rng(8)
    n = len(transactions)
    products = np.array([*(f"p{i:02d}" for i in range(40)), None], dtype=object)
    channels = np.array(["web", "shop", "fair", None], dtype=object)
    cost = transactions["revenue"] * rng.uniform(0.2, 0.8, n)
    return transactions.assign(
        product_id=products[rng.integers(0, 41, n)],
        channel=channels[rng.integers(0, 4, n)],
        cost=cost.where(rng.random(n) > 0.1),
    )


@pytest.fixture(scope="session")
def products() -> pd.DataFrame:
    """Launch dates of 35 of the 40 products."""
    days = np.random.default_rng(9).integers(0, 1500, 35)
    return pd.DataFrame(
        {
            "product_id": [f"p{i:02d}" for i in range(35)],
            "launched_at": pd.Timestamp("2021-01-01") + pd.to_timedelta(days, unit="D"),
        }
    )


TABLES: dict[str, Callable[[Any, pd.DataFrame], pd.DataFrame]] = {
    "new_customer_revenue": lambda frame, _: new_customer_revenue(frame, as_of=AS_OF, period="M"),
    "new_product_revenue": lambda frame, _: new_product_revenue(frame, as_of=AS_OF, window="6M"),
    "new_product_revenue, launches": lambda frame, products: new_product_revenue(
        frame, products, as_of=AS_OF, period="Q", window="1Y"
    ),
    "margin_table": lambda frame, _: margin_table(frame, as_of=AS_OF),
    "margin_table, channels": lambda frame, _: margin_table(
        frame, as_of=AS_OF, by="channel", period="Q"
    ),
    "weekday_table": lambda frame, _: weekday_table(frame, as_of=AS_OF),
    "weekday_table, channels": lambda frame, _: weekday_table(frame, as_of=AS_OF, by="channel"),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_engine_gives_the_table_of_pandas(
    name: str, engine_frame: Any, transactions: pd.DataFrame, products: pd.DataFrame
) -> None:
    expected = TABLES[name](transactions, products)
    assert len(expected) >= 1
    found = TABLES[name](engine_frame, products)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9, atol=1e-9)


def test_products_may_be_of_another_engine(
    engine_frame: Any, transactions: pd.DataFrame, products: pd.DataFrame
) -> None:
    polars = pytest.importorskip("polars")
    launches = polars.DataFrame(
        {
            "product_id": products["product_id"].to_list(),
            "launched_at": [at.date() for at in products["launched_at"]],
        }
    )
    with pytest.warns(WeakResultWarning, match="5 products have no launch date"):
        found = new_product_revenue(engine_frame, launches, as_of=AS_OF)
    expected = new_product_revenue(transactions, products, as_of=AS_OF)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9, atol=1e-9)
