"""Tables of channels, partners and profits are the same from every engine."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from custintel.revenue import (
    CostDriver,
    channel_mix,
    channel_table,
    customer_channels,
    partner_table,
    profitability_table,
)

AS_OF = "2025-02-28"
CHANCES = [0.4, 0.3, 0.2, 0.05, 0.05]

# Some customers of the data have refunds alone; some lines lack what a driver adds up.
pytestmark = [
    pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning"),
    pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning"),
]


@pytest.fixture(scope="session")
def transactions() -> pd.DataFrame:
    """2,000 lines with ties of the first day, lines without channel, product or fee."""
    rng = np.random.default_rng(63)
    n = 2000
    days, seconds = rng.integers(0, 300, n) // 4, rng.choice([0, 43_200, 86_399], n)
    start = np.datetime64("2024-12-20T00:00:00", "us")
    channels = np.array(["web", "shop", "phone", "Été", None], dtype=object)
    products = np.array([*(f"p{i}" for i in range(12)), None], dtype=object)
    fee = np.where(rng.random(n) < 0.1, np.nan, rng.integers(0, 9, n))
    revenue = rng.choice([0.0, 1.0, 1.0, 1.0, -0.3], n) * rng.gamma(2, 20, n)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:03d}" for i in rng.integers(0, 150, n)],
            "order_id": [f"o{i}" for i in rng.integers(0, 1500, n)],
            "ordered_at": start + (days * 86_400 + seconds).astype("timedelta64[s]"),
            "revenue": np.round(revenue, 2),
            "cost": np.round(0.4 * revenue, 2),
            "fee": fee,
            "n_calls": rng.integers(0, 4, n),
            "score": rng.integers(1, 11, n),
            "channel": pd.Series(channels[rng.choice(5, n, p=CHANCES)], dtype=object),
            "product_id": pd.Series(products[rng.integers(0, 13, n)], dtype=object),
            "partner_id": rng.integers(0, 8, n),
        }
    )


RATINGS = pd.DataFrame({"partner_id": [0, 0, 1, 2, 2, 2, 9], "score": [7, 9, 4, 8, 8, 9, 6]})
DRIVERS = [
    CostDriver("handling", "orders", rate=4.0),
    CostDriver("returns", "refunds", cost=500.0),
    CostDriver("fees", "fee", cost=900.0),
    CostDriver("calls", "n_calls", rate=0.5),
]

TABLES: dict[str, Callable[[Any], pd.DataFrame]] = {
    "channel_table": lambda frame: channel_table(frame, as_of=AS_OF, spend={"web": 900, "fax": 5}),
    "channel_table, window": lambda frame: channel_table(frame, as_of=AS_OF, window="1M"),
    "channel_table, by id": lambda frame: channel_table(frame, as_of=AS_OF, by="partner_id"),
    "channel_mix, orders": lambda frame: channel_mix(frame, as_of=AS_OF),
    "channel_mix, customers": lambda frame: channel_mix(frame, as_of=AS_OF, measure="customers"),
    "channel_mix, revenue": lambda frame: channel_mix(frame, as_of=AS_OF, measure="revenue"),
    "customer_channels": lambda frame: customer_channels(
        frame, pd.Series({f"c{i:03d}": i % 3 for i in range(149)}), as_of=AS_OF
    ),
    "partner_table": lambda frame: partner_table(frame, RATINGS, as_of=AS_OF),
    "partner_table, ratings of the engine": lambda frame: partner_table(frame, frame, as_of=AS_OF),
    "profitability_table": lambda frame: profitability_table(frame, DRIVERS, as_of=AS_OF),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_engine_gives_the_table_of_pandas(
    name: str, engine_frame: Any, transactions: pd.DataFrame
) -> None:
    expected = TABLES[name](transactions)
    assert len(expected) >= 5
    pd.testing.assert_frame_equal(TABLES[name](engine_frame), expected, rtol=1e-9, atol=1e-9)
