"""Ids are text and amounts floats, whatever the engine; what is missing stays missing."""

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from custintel._frames import lazy, plain_text, to_pandas

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


@pytest.mark.parametrize("engine", MAKE)
def test_whole_numbers_with_gaps_are_written_without_decimals(engine: str) -> None:
    numbers = [10.0, None, 2.0**62, 0.5, -3.0]
    table = pd.DataFrame({"revenue": [1.0, 2.0, 3.0, 4.0, 5.0], "account_id": numbers})
    found = to_pandas(lazy(MAKE[engine](table), list(table.columns)))
    texts = found.sort_values("revenue")["account_id"]
    assert texts.isna().tolist() == [False, True, False, False, False]
    assert texts.dropna().tolist() == ["10", "4611686018427387904", "0.5", "-3"]
    assert texts.dropna().tolist() == [plain_text(each) for each in numbers if each is not None]


def test_infinite_ids_and_those_of_nullable_floats() -> None:
    table = pd.DataFrame({"account_id": [np.inf, -np.inf, 7.0]})
    assert to_pandas(lazy(table, ["account_id"]))["account_id"].tolist() == ["inf", "-inf", "7"]
    nullable = pd.DataFrame({"account_id": pd.array([10.0, None, 2.5], dtype="Float64")})
    texts = to_pandas(lazy(nullable, ["account_id"]))["account_id"]
    assert texts.dropna().tolist() == ["10", "2.5"]


@pytest.mark.spark
def test_on_spark(spark: Any) -> None:
    frame = spark.createDataFrame([(1, 10, 1), (2, None, 2)], ["customer_id", "product_id", "cost"])
    found = _sorted(to_pandas(lazy(frame, ["customer_id", "product_id", "cost"])))
    assert found["customer_id"].tolist() == ["1", "2"]
    assert found["product_id"].isna().tolist() == [False, True]
    assert found["cost"].tolist() == [1.0, 2.0]
    floats = spark.createDataFrame([(1.0, 10.0), (2.0, None)], ["customer_id", "account_id"])
    found = _sorted(to_pandas(lazy(floats, ["customer_id", "account_id"])))
    assert found["customer_id"].tolist() == ["1", "2"]
    assert found["account_id"].fillna("none").tolist() == ["10", "none"]


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("customer_id", ignore_index=True)
