"""A rule selects the same rows from every engine, in a frame of the same kind."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pytest

from custintel.segmentation import select

RULES = [
    "revenue > 0",
    "not revenue > 0",
    "0 <= revenue < 25.5 and customer_id >= 'c050'",
    "customer_id in ['c001', 'c002', 'c149'] or revenue < -10",
    "customer_id not in ['c001', 'c002']",
    "ordered_at <= '2024-02-29'",
    "ordered_at == '2024-02-29' or ordered_at == '2023-12-31'",
    "ordered_at != '2024-02-29'",
    "'2024-02-28T23:59:59' <= ordered_at < '2024-03-01T00:00:01'",
    "ordered_at in ['2024-02-29', '2024-12-31']",
    "revenue in [0, 1.5]",
    "revenue in [0, 7]",
    "ordered_at <= '9999-12-31' and revenue > 0",
    "customer_id < order_id and revenue is not missing",
    "revenue is missing",
    "revenue != 1.5 or customer_id == 'c001'",
    "not (revenue > 0 or ordered_at > '2024-06-30')",
]


@pytest.fixture(scope="module")
def transactions() -> pd.DataFrame:
    """Lines of which every tenth has no revenue: NaN where an engine tells it from null."""
    rng = np.random.default_rng(20240229)
    n = 2000
    seconds = rng.integers(0, 800, n) * 86_400 + rng.choice([0, 1, 43_200, 86_399], n)
    revenue = np.round(rng.choice([0.0, 1.0, 1.0, -0.3], n) * rng.gamma(2, 20, n), 2)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:03d}" for i in rng.integers(0, 150, n)],
            "order_id": [f"o{i:04d}" for i in range(n)],
            "ordered_at": np.datetime64("2023-06-30", "us") + seconds.astype("timedelta64[s]"),
            "revenue": np.where(np.arange(n) % 10 == 0, np.nan, revenue),
        }
    )


def rows(frame: Any) -> list[tuple[Any, ...]]:
    found = nw.from_native(frame).lazy().collect("pyarrow").to_native().to_pylist()
    return sorted((row["order_id"], row["customer_id"]) for row in found)


@pytest.mark.parametrize("rule", RULES)
def test_every_engine_selects_the_rows_of_pandas(
    rule: str, engine_frame: Any, transactions: pd.DataFrame
) -> None:
    expected = select(transactions, rule)
    assert 0 < len(expected) < len(transactions)
    found = select(engine_frame, rule)
    if isinstance(engine_frame, pd.DataFrame):
        pd.testing.assert_frame_equal(found, expected)
    else:
        assert rows(found) == rows(expected)


def test_the_frame_stays_of_its_kind(engine_frame: Any) -> None:
    found = select(engine_frame, "revenue > 0")
    if not hasattr(engine_frame, "is_file"):
        assert type(found) is type(engine_frame)
    assert set(nw.from_native(found).collect_schema()) == {
        "customer_id",
        "order_id",
        "ordered_at",
        "revenue",
    }


@pytest.mark.spark
def test_the_days_of_spark_are_those_of_its_session(spark: Any) -> None:
    # Neither the zone of this process nor UTC decides, but the session's, as it shows times.
    zone = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    try:
        frame = spark.sql("SELECT timestamp'2024-12-31 23:30:00' AS ordered_at")
        assert select(frame, "ordered_at == '2024-12-31'").count() == 1
        assert select(frame, "ordered_at > '2024-12-31T23:29'").count() == 1
        assert select(frame, "ordered_at > '2024-12-31T23:30'").count() == 0
    finally:
        spark.conf.set("spark.sql.session.timeZone", zone)
