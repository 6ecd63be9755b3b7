"""Interactions by self-service are compared alike on every engine."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from custintel.campaigns import self_service_benefit

N = 400


@pytest.fixture(scope="module")
def calls() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    opened = pd.Timestamp("2024-02-28T22:15:10") + pd.to_timedelta(rng.integers(0, 9**7, N), "s")
    closed = opened + pd.to_timedelta(rng.integers(60, 400_000, N), "s")
    is_open, gave_up = rng.random(N) < 0.1, rng.random(N) < 0.15
    return pd.DataFrame(
        {
            "call_id": [f"k{i}" for i in range(N)],
            "channel": np.array(["web", "app", "phone", "mail"])[rng.integers(0, 4, N)],
            "reason": np.array(["bill", "fault", None], dtype=object)[rng.integers(0, 3, N)],
            "opened_at": pd.Series(opened).astype("datetime64[us]"),
            "closed_at": pd.Series(closed).astype("datetime64[us]").mask(is_open),
            "abandoned_at": pd.Series(opened).astype("datetime64[us]").where(gave_up),
            "cost": pd.Series(rng.gamma(2, 3, N)).mask(rng.random(N) < 0.2),
        }
    )


def compared(frame: Any) -> pd.DataFrame:
    return self_service_benefit(frame, self_service=["web", "app"], by="reason")


def cells(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {
        name: [
            None if pd.isna(each) else getattr(each, "to_pydatetime", lambda kept=each: kept)()
            for each in frame[name].to_list()
        ]
        for name in frame
    }


@pytest.mark.parametrize("engine", ["polars", "duckdb", "parquet file"])
def test_every_engine_gives_the_table_of_pandas(
    engine: str, calls: pd.DataFrame, tmp_path: Path
) -> None:
    frame: Any
    if engine == "polars":
        frame = pytest.importorskip("polars").LazyFrame(cells(calls))
    else:
        frame = duckdb.connect().from_df(calls)
    if engine == "parquet file":
        frame.write_parquet(str(tmp_path / "calls.parquet"))
        frame = tmp_path / "calls.parquet"
    expected = compared(calls)
    assert len(expected) == 9
    pd.testing.assert_frame_equal(compared(frame), expected, rtol=1e-9)


@pytest.mark.spark
def test_spark_gives_the_table_of_pandas(spark: Any, calls: pd.DataFrame) -> None:
    columns = cells(calls)
    frame = spark.createDataFrame(list(zip(*columns.values(), strict=True)), list(columns))
    pd.testing.assert_frame_equal(compared(frame), compared(calls), rtol=1e-9)
