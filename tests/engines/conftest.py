"""The same transactions as each engine holds them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

ENGINES = [
    "pandas",
    "pandas, large",
    "polars",
    "polars, lazy",
    "duckdb",
    "pyarrow",
    "parquet file",
    pytest.param("spark", marks=pytest.mark.spark),
]


@pytest.fixture(scope="session")
def transactions() -> pd.DataFrame:
    """2,000 lines that hold ties, refunds, zero amounts, leap days and last seconds of days."""
    rng = np.random.default_rng(20240229)
    n = 2000
    days = rng.integers(0, 800, n)
    seconds = rng.choice([0, 1, 43_200, 86_399], n)
    start = np.datetime64("2023-06-30T00:00:00", "us")
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:03d}" for i in rng.integers(0, 150, n)],
            "order_id": [f"o{i}" for i in rng.integers(0, 1500, n)],
            "ordered_at": start + (days * 86_400 + seconds).astype("timedelta64[s]"),
            "revenue": np.round(rng.choice([0.0, 1.0, 1.0, 1.0, -0.3], n) * rng.gamma(2, 20, n), 2),
        }
    )


@pytest.fixture(params=ENGINES)
def engine_frame(
    request: pytest.FixtureRequest,
    transactions: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    """The transactions as one engine's frame."""
    if request.param == "pandas, large":
        monkeypatch.setattr("custintel._frames._LARGE", 1)
        return transactions
    if request.param == "spark":
        return _spark_frame(request.getfixturevalue("spark"), transactions)
    make: dict[str, Callable[[], Any]] = {
        "pandas": lambda: transactions,
        "polars": lambda: _polars_frame(transactions),
        "polars, lazy": lambda: _polars_frame(transactions).lazy(),
        "duckdb": lambda: duckdb.connect().from_df(transactions),
        "pyarrow": lambda: _pyarrow_table(transactions),
        "parquet file": lambda: _file(transactions, tmp_path / "t.parquet"),
    }
    return make[request.param]()


def _columns(transactions: pd.DataFrame) -> dict[str, list[Any]]:
    columns = {
        name: [None if pd.isna(value) else value for value in transactions[name].to_list()]
        for name in transactions
    }
    for name in transactions.select_dtypes("datetime"):
        instants = transactions[name]
        columns[name] = [None if pd.isna(at) else at.to_pydatetime() for at in instants]
    return columns


def _polars_frame(transactions: pd.DataFrame) -> Any:
    polars = pytest.importorskip("polars")
    return polars.DataFrame(_columns(transactions))


def _pyarrow_table(transactions: pd.DataFrame) -> Any:
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.table(_columns(transactions))


# Kept with their tables: Spark takes longer to be given rows than most tests take with them.
_SPARK_FRAMES: list[tuple[pd.DataFrame, Any]] = []


def _spark_frame(spark: Any, transactions: pd.DataFrame) -> Any:
    for known, frame in _SPARK_FRAMES:
        if known is transactions:
            return frame
    columns = _columns(transactions)
    rows = list(zip(*columns.values(), strict=True))
    frame = spark.createDataFrame(rows, list(columns)).cache()
    _SPARK_FRAMES.append((transactions, frame))
    return frame


def _file(transactions: pd.DataFrame, path: Path) -> Path:
    connection = duckdb.connect()
    connection.register("t", transactions)
    connection.execute(f"COPY t TO '{path}'")
    return path
