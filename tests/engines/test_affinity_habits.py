"""Propensities and habits are the same from every engine."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from custintel.affinity import category_breadth, company_propensity, promotion_dependency

AS_OF = "2025-02-28"


@pytest.fixture(scope="session")
def transactions(transactions: pd.DataFrame) -> pd.DataFrame:
    """The transactions, with categories and discounts, some of them missing."""
    rng = np.random.default_rng(1)
    n = len(transactions)
    category = rng.choice(["books", "games", "films", None], n, p=[0.5, 0.3, 0.15, 0.05])
    discount = pd.Series(rng.choice([0.0, 2.5], n)).where(rng.random(n) < 0.9)
    return transactions.assign(category=category, discount=discount)


@pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")
@pytest.mark.parametrize(
    "table",
    [
        lambda frame: company_propensity(frame, as_of=AS_OF, unit="customer_id"),
        lambda frame: promotion_dependency(frame, as_of=AS_OF),
        lambda frame: promotion_dependency(frame, as_of=AS_OF, by="category"),
        lambda frame: category_breadth(frame, as_of=AS_OF),
    ],
    ids=["propensity", "promotion", "promotion by category", "breadth"],
)
def test_every_engine_gives_the_table_of_pandas(
    table: Callable[[Any], pd.DataFrame], engine_frame: Any, transactions: pd.DataFrame
) -> None:
    expected = table(transactions)
    assert len(expected) >= 4
    pd.testing.assert_frame_equal(
        table(engine_frame), expected, rtol=1e-9, atol=1e-9, check_index_type=False
    )
