"""What comes next is the same from every engine, ties included."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from custintel.affinity import (
    interpurchase_distribution,
    interpurchase_times,
    next_purchase,
    transition_table,
)

AS_OF = "2025-02-28"


@pytest.fixture(scope="session")
def transactions() -> pd.DataFrame:
    """2,400 lines: orders of several lines, refunds, lines without product, ties within days."""
    rng = np.random.default_rng(20240601)
    n = 2400
    order = np.sort(rng.integers(0, 1500, n))
    customer = rng.integers(0, 120, 1500)[order]
    # Ids whose order as text is not that of the numbers, nor that of the rows.
    number = rng.permutation(1500)[order]
    day = rng.integers(0, 30, 1500)[order] * 28
    seconds = rng.choice([0, 43_200, 86_399], n)
    at = np.datetime64("2023-01-31T00:00:00", "us")
    product = rng.choice(["é", "a", "B", "ab", None], n, p=[0.3, 0.3, 0.2, 0.15, 0.05])
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in customer],
            "order_id": [f"o{i}" for i in number],
            "ordered_at": at + (day * 86_400 + seconds).astype("timedelta64[s]"),
            "product_id": pd.Series(product, dtype=object),
            "size": rng.integers(1, 4, n),
            "revenue": rng.choice([10.0, 0.0, -3.0], n, p=[0.85, 0.05, 0.1]),
        }
    ).sample(frac=1, random_state=1, ignore_index=True)


TABLES: dict[str, Callable[[Any], pd.DataFrame]] = {
    "next": lambda frame: next_purchase(frame, as_of=AS_OF, min_support=1),
    "next, all": lambda frame: next_purchase(frame, as_of=AS_OF, repeats="all", min_support=1),
    "within": lambda frame: next_purchase(
        frame, as_of=AS_OF, basis="within", horizon="3M", exclude_owned=True, min_support=1
    ),
    "next, sizes": lambda frame: next_purchase(frame, as_of=AS_OF, by="size", min_support=1),
    "transitions": lambda frame: transition_table(frame, as_of=AS_OF, horizon="6M", n_items=3),
    "interpurchase": lambda frame: interpurchase_times(frame, as_of=AS_OF, by="product_id"),
    "distribution": lambda frame: interpurchase_distribution(frame, as_of=AS_OF),
}
FEWEST_ROWS = {"next, sizes": 9, "interpurchase": 5}


@pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")
@pytest.mark.parametrize("name", TABLES)
def test_every_engine_gives_the_table_of_pandas(
    name: str, engine_frame: Any, transactions: pd.DataFrame
) -> None:
    expected = TABLES[name](transactions)
    assert len(expected) >= FEWEST_ROWS.get(name, 15)
    pd.testing.assert_frame_equal(TABLES[name](engine_frame), expected, rtol=1e-9, atol=0)


def test_the_data_hold_ties(transactions: pd.DataFrame) -> None:
    with pytest.warns(UserWarning, match="told by order_id alone"):
        next_purchase(transactions, as_of=AS_OF)
