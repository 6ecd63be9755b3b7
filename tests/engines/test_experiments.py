"""Comparisons of arms are the same from every engine."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from custintel.experiments import LookPlan, compare_arms, lift_by_look

pytestmark = [
    pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning"),
    pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning"),
]


@pytest.fixture(scope="session")
def transactions() -> pd.DataFrame:
    """Results of 1,200 customers: some in two arms, without arm, outcome or covariate."""
    rng = np.random.default_rng(65)
    n = 1200
    arms = np.array(["none", "mail", "Été", None], dtype=object)
    revenue = np.where(rng.random(n) < 0.3, np.round(rng.gamma(2, 20, n), 1), 0.0)
    found = pd.DataFrame(
        {
            "customer_id": [f"c{i:04d}" for i in range(n)],
            "ordered_at": pd.Timestamp("2024-03-01").to_datetime64().astype("datetime64[us]"),
            "arm": pd.Series(arms[rng.choice(4, n, p=[0.4, 0.3, 0.29, 0.01])], dtype=object),
            "look": rng.integers(1, 4, n),
            "amount": np.where(rng.random(n) < 0.02, np.nan, revenue),
            "is_buyer": revenue > 0,
            "before": np.where(rng.random(n) < 0.05, np.nan, rng.gamma(2, 10, n)),
        }
    )
    torn = found.iloc[:5].assign(arm=["none", "mail", "none", "mail", "Été"])
    return pd.concat([found, torn[torn["arm"] != found["arm"].iloc[:5]]], ignore_index=True)


def rates(frame: Any) -> pd.DataFrame:
    """Compare who bought."""
    return compare_arms(frame, outcome="is_buyer", control="none").table


def adjusted(frame: Any) -> pd.DataFrame:
    """Compare amounts, adjusted by a covariate."""
    return compare_arms(frame, outcome="amount", control="none", covariate="before").table


def resampled(frame: Any) -> pd.DataFrame:
    """Compare amounts by the bootstrap."""
    return compare_arms(frame, outcome="amount", control="none", test="bootstrap").tests


def permuted(frame: Any) -> pd.DataFrame:
    """Compare amounts by the permutation test."""
    return compare_arms(frame, outcome="amount", control="none", test="permutation").tests


def looks(frame: Any) -> pd.DataFrame:
    """Compare look by look."""
    return lift_by_look(frame, outcome="amount", control="none", plan=LookPlan(3))


TABLES: dict[str, Callable[[Any], pd.DataFrame]] = {
    each.__name__: each for each in (rates, adjusted, resampled, permuted, looks)
}


@pytest.mark.parametrize("name", TABLES)
def test_every_engine_gives_the_table_of_pandas(
    name: str, engine_frame: Any, transactions: pd.DataFrame
) -> None:
    expected = TABLES[name](transactions)
    assert len(expected) >= 3
    pd.testing.assert_frame_equal(TABLES[name](engine_frame), expected, rtol=1e-9, atol=1e-9)
