"""A snapshot is the same from every engine."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from custintel.models import ModifiedBetaGeoModel
from custintel.tables import PurchaseLabel, Snapshot, snapshot

# One customer has refunds alone; the sectors of customers are those of the export.
pytestmark = [
    pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning"),
    pytest.mark.filterwarnings("ignore:.*as of the export"),
]


@pytest.fixture(scope="session")
def transactions(transactions: pd.DataFrame) -> pd.DataFrame:
    """The lines of all engine tests, with what was bought and where; some of it not known."""
    rng = np.random.default_rng(7)
    n = len(transactions)
    known = rng.random(n) > 0.1
    return transactions.assign(
        product_id=np.where(known, [f"p{i}" for i in rng.integers(0, 30, n)], None),
        category=np.where(known, rng.choice(["tea", "coffee", "cups"], n), None),
        channel=rng.choice(["shop", "web"], n),
        quantity=np.where(known, rng.integers(1, 5, n).astype(float), np.nan),
        discount=np.round(rng.choice([0.0, 0.0, 1.0], n) * rng.gamma(2, 3, n), 2),
    )


def taken(frame: Any) -> Snapshot:
    return snapshot(
        frame,
        as_of=["2024-02-29", "2024-09-30"],
        window="12M",
        gap="1W",
        horizon="3M",
        labels={
            "is_churned": "is_churned",
            "n": "n_purchases",
            "revenue": "revenue",
            "tea": PurchaseLabel(category="tea", channel=["web", "shop"]),
        },
        purchase_model=ModifiedBetaGeoModel(penalty=0.1),
        population="ever_bought",
    )


@pytest.fixture(scope="module")
def expected(transactions: pd.DataFrame) -> Snapshot:
    return taken(transactions)


def test_every_engine_gives_the_snapshot_of_pandas(engine_frame: Any, expected: Snapshot) -> None:
    found = taken(engine_frame)
    # A purchase model's maximum is found to its own tolerance.
    fitted = [name for name in expected.features if name.startswith("purchase_model")]
    assert len(fitted) == 3
    # Amounts that cancel leave the last bits of what was added.
    pd.testing.assert_frame_equal(
        found.features.drop(columns=fitted),
        expected.features.drop(columns=fitted),
        rtol=1e-9,
        atol=1e-9,
    )
    pd.testing.assert_frame_equal(
        found.features[fitted], expected.features[fitted], rtol=1e-6, atol=1e-9
    )
    pd.testing.assert_frame_equal(found.labels, expected.labels, rtol=1e-9, atol=1e-9)
    pd.testing.assert_frame_equal(found.dictionary, expected.dictionary)
    pd.testing.assert_frame_equal(found.days, expected.days)


def test_the_snapshot_of_these_tests_holds_something(expected: Snapshot) -> None:
    assert expected.features.shape[1] >= 60
    assert expected.features.nunique().min() >= 2
    assert expected.labels.nunique().min() >= 2


def test_customers_known_without_purchase_are_the_same_too(
    engine_frame: Any, transactions: pd.DataFrame, tmp_path: Path
) -> None:
    customers = pd.DataFrame(
        {
            "customer_id": [f"c{i:03d}" for i in range(200)],
            "created_at": pd.date_range("2023-01-01", periods=200, freq="3D"),
            "sector": ["a", "b", None, "c"] * 50,
        }
    )
    path = tmp_path / "customers.parquet"
    duckdb.from_df(customers).write_parquet(str(path))
    tables = {"transactions": engine_frame, "customers": path}
    both = [
        snapshot(
            given,
            as_of="2024-06-30",
            window="6M",
            labels=(),
            population="known",
            attributes=["sector"],
        )
        for given in (tables, {"transactions": transactions, "customers": customers})
    ]
    assert both[0].days["n_without_purchase"].item() > 20
    pd.testing.assert_frame_equal(both[0].features, both[1].features, rtol=1e-9, atol=1e-9)
