"""Recommendations, and how often they hit, are the same from every engine."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from custintel.affinity import recommend, recommendation_trial

CUT, AS_OF = "2024-06-30", "2025-02-28"

# Some lines of the data have no product, of which each table warns.
pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")


@pytest.fixture(scope="session")
def transactions(transactions: pd.DataFrame) -> pd.DataFrame:
    """The lines of the other tests with products, some missing, and sizes, which are numbers."""
    rng = np.random.default_rng(11)
    n = len(transactions)
    product = np.minimum(rng.exponential(6, n).astype(int), 30)
    names = np.array([*(f"é{i}" for i in range(31)), None], dtype=object)
    return transactions.assign(
        # As objects, so that what is missing stays None on its way to other engines.
        product_id=pd.Series(names[np.where(rng.random(n) < 0.03, 31, product)], dtype=object),
        size=rng.integers(1, 12, n),
    )


def test_every_engine_recommends_the_same(engine_frame: Any, transactions: pd.DataFrame) -> None:
    expected = recommend(transactions, as_of=AS_OF)
    assert len(expected) == 5 * 149
    pd.testing.assert_frame_equal(recommend(engine_frame, as_of=AS_OF), expected)


def test_every_engine_recommends_the_same_numbers_and_repeats(
    engine_frame: Any, transactions: pd.DataFrame
) -> None:
    asked = {"as_of": AS_OF, "by": "size", "owned": "allow", "customers": ["c001", "c149"]}
    expected = recommend(transactions, **asked)
    assert len(expected) == 10
    pd.testing.assert_frame_equal(recommend(engine_frame, **asked), expected)


def test_every_engine_tries_the_same(engine_frame: Any, transactions: pd.DataFrame) -> None:
    expected = recommendation_trial(transactions, calibration_end=CUT, as_of=AS_OF)
    found = recommendation_trial(engine_frame, calibration_end=CUT, as_of=AS_OF)
    assert expected.hits["n_hits"].min() > 10
    pd.testing.assert_frame_equal(found.hits, expected.hits)
    pd.testing.assert_frame_equal(found.customers, expected.customers)
    assert found.difference == expected.difference
