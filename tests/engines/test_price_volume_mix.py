"""Price, volume and mix effects are the same from every engine."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from custintel.errors import WeakResultWarning
from custintel.revenue import price_volume_mix

AS_OF = "2025-02-28"


@pytest.fixture(scope="session")
def transactions() -> pd.DataFrame:
    """2,000 lines with refunds, gifts, unnamed products, and quantities that say nothing."""
    rng = np.random.default_rng(20240229)
    n = 2000
    start = np.datetime64("2023-06-30T00:00:00", "us")
    seconds = rng.integers(0, 800, n) * 86_400 + rng.choice([0, 1, 43_200, 86_399], n)
    products = np.array([f"p{i}" for i in range(12)] + [None], dtype=object)
    revenue = rng.choice([0.0, 1.0, 1.0, 1.0, -0.3], n) * rng.gamma(2, 20, n)
    return pd.DataFrame(
        {
            "ordered_at": start + seconds.astype("timedelta64[s]"),
            # As objects, so that every engine is given None and not NaN.
            "product_id": pd.Series(products[rng.integers(0, 13, n)], dtype=object),
            "channel": rng.choice(["web", "shop"], n),
            "quantity": rng.choice([1.0, 2.0, 2.5, 10.0, 0.0, -1.0, np.nan, np.inf], n),
            "revenue": np.round(revenue, 2),
        }
    )


@pytest.mark.parametrize(
    ("period", "by"), [("Y", "product_id"), ("M", "product_id"), ("Q", "channel")]
)
def test_every_engine_gives_the_effects_of_pandas(
    engine_frame: Any, transactions: pd.DataFrame, period: Any, by: str
) -> None:
    with pytest.warns(WeakResultWarning, match="purchase lines have no quantity above zero"):
        expected = price_volume_mix(transactions, as_of=AS_OF, period=period, by=by)
    with pytest.warns(WeakResultWarning, match="purchase lines have no quantity above zero"):
        found = price_volume_mix(engine_frame, as_of=AS_OF, period=period, by=by)
    assert len(expected) >= 2
    assert expected["n_unmeasured"].min() > 0
    # Effects are differences of sums, in which engines differ in the last bits.
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9, atol=1e-7)
    counts = ["n_both", "n_new", "n_lost", "n_unmeasured", "is_complete"]
    pd.testing.assert_frame_equal(found[counts], expected[counts])
