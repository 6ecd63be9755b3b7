"""The average value per customer is the same from every engine."""

from typing import Any

import pandas as pd

from custintel.value import value_per_customer


def test_every_engine_gives_the_averages_of_pandas(
    engine_frame: Any, transactions: pd.DataFrame
) -> None:
    expected = value_per_customer(transactions, as_of="2025-02-28", by="customer_id")
    assert len(expected) >= 100
    found = value_per_customer(engine_frame, as_of="2025-02-28", by="customer_id")
    pd.testing.assert_frame_equal(
        found, expected, rtol=1e-9, atol=1e-9, check_index_type=False, check_dtype=True
    )
