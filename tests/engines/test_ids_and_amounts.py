"""Ids are text and amounts floats, whatever the engine; what is missing stays missing."""

from typing import Any

import duckdb
import pandas as pd
import pytest

from custintel._frames import lazy, to_pandas

MAKE = {
    "pandas": lambda table: table,
    "polars": lambda table: pytest.importorskip("polars").from_pandas(table).lazy(),
    "duckdb": lambda table: duckdb.connect().from_df(table),
    "pyarrow": lambda table: pytest.importorskip("pyarrow").Table.from_pandas(table),
}


@pytest.mark.parametrize("engine", MAKE)
def test_whole_numbers_become_texts(engine: str) -> None:
    table = pd.DataFrame(
        {
            "customer_id": [1, 2, 3],
            "product_id": pd.array([10, None, 12], dtype="Int64"),
            "revenue": [1, 2, 3],
            "cost": [1, 1, 1],
        }
    )
    found = _sorted(to_pandas(lazy(MAKE[engine](table), list(table.columns))))
    assert found["customer_id"].tolist() == ["1", "2", "3"]
    assert found["product_id"].isna().tolist() == [False, True, False]
    assert found["product_id"].dropna().tolist() == ["10", "12"]
    assert found["revenue"].tolist() == [1.0, 2.0, 3.0]
    assert found["cost"].dtype == float


@pytest.mark.spark
def test_on_spark(spark: Any) -> None:
    frame = spark.createDataFrame([(1, 10, 1), (2, None, 2)], ["customer_id", "product_id", "cost"])
    found = _sorted(to_pandas(lazy(frame, ["customer_id", "product_id", "cost"])))
    assert found["customer_id"].tolist() == ["1", "2"]
    assert found["product_id"].isna().tolist() == [False, True]
    assert found["cost"].tolist() == [1.0, 2.0]


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("customer_id", ignore_index=True)
