"""Rates, silences and stages are the same from every engine."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from custintel import retention

AS_OF = "2025-02-28"


@pytest.fixture(scope="session")
def transactions(transactions: pd.DataFrame) -> pd.DataFrame:
    """The transactions, with a category that is missing now and then."""
    rng = np.random.default_rng(1)
    category = rng.choice(["books", "games", None], len(transactions), p=[0.6, 0.35, 0.05])
    return transactions.assign(category=category)


TABLES: dict[str, Callable[[Any], pd.DataFrame]] = {
    "rates": lambda frame: retention.retention_rates(
        frame, as_of=AS_OF, inactive_after="3M", period="Q", by="category"
    ),
    "repeats": lambda frame: retention.repeat_rates(frame, as_of=AS_OF, by="category"),
    "inactivity": lambda frame: retention.inactivity_windows(
        frame, as_of=AS_OF, within="3M", windows=["1M", "2M", "3M"]
    ),
    "second": lambda frame: retention.second_purchase(
        frame, as_of=AS_OF, within="3M", by="category"
    ),
    "risk": lambda frame: retention.consumption_risk(frame, as_of=AS_OF),
    "stages": lambda frame: retention.lifecycle_stages(frame, as_of=AS_OF, at_risk_after="2M"),
}


@pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")
def test_every_engine_gives_the_tables_of_pandas(
    engine_frame: Any, transactions: pd.DataFrame
) -> None:
    for name, table in TABLES.items():
        expected = table(transactions)
        assert len(expected) >= 3, name
        pd.testing.assert_frame_equal(table(engine_frame), expected, rtol=1e-9)
