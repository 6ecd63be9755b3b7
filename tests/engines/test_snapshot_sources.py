"""Features of events are the same whatever engine holds the events."""

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from custintel._time import Span
from custintel.tables._snapshot_cuts import Cut
from custintel.tables._snapshot_sources import Sources

N = 300
CUT = Cut.at(pd.Timestamp("2024-02-29"), Span.parse("12M"))


def instants(rng: np.random.Generator) -> pd.Series:
    seconds = rng.integers(0, 500 * 86_400, N)
    at = pd.Series(pd.Timestamp("2023-01-01") + pd.to_timedelta(seconds, "s"))
    return at.astype("datetime64[us]")


def some(rng: np.random.Generator, *values: object) -> Any:
    return np.array(values, dtype=object)[rng.integers(0, len(values), N)]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(11)
    who, opened = some(rng, "a", "b", "c"), instants(rng)
    answered = opened + pd.Timedelta(hours=30)
    columns: dict[str, dict[str, Any]] = {
        "touches": {
            "channel": some(rng, "search", "mail"),
            "occurred_at": instants(rng),
            "campaign_id": some(rng, "k", "l", None),
            "cost": pd.Series(rng.random(N)).mask(rng.random(N) < 0.2),
        },
        "campaign_events": {
            "campaign_id": some(rng, "k", "l", "m", "n"),
            "event": some(rng, "sent", "delivered", "bounced", "opened", "clicked", "lead"),
            "occurred_at": instants(rng),
            "is_machine": some(rng, True, False),
        },
        "cases": {
            "opened_at": opened,
            "answered_at": answered.mask(rng.random(N) < 0.3),
            "closed_at": (answered + pd.Timedelta(days=40)).mask(rng.random(N) < 0.3),
            "reason": some(rng, "bill", None),
            "cost": pd.Series(rng.random(N)),
        },
        "surveys": {
            "answered_at": instants(rng).mask(rng.random(N) < 0.1),
            "score": pd.Series(rng.integers(0, 11, N)).astype(float),
            "scale_min": pd.Series([0.0] * N),
            "scale_max": pd.Series([10.0] * N),
        },
        "web_events": {
            "occurred_at": instants(rng),
            "page": some(rng, "home", "jobs"),
            "search_term": some(rng, "pool", None),
        },
    }
    return {name: pd.DataFrame({"customer_id": who, **each}) for name, each in columns.items()}


def cells(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {
        name: [
            None if pd.isna(each) else getattr(each, "to_pydatetime", lambda kept=each: kept)()
            for each in frame[name].to_list()
        ]
        for name in frame
    }


def assert_alike(frames: dict[str, Any], tables: dict[str, pd.DataFrame]) -> None:
    pairs = zip(Sources.read(frames).features(CUT), Sources.read(tables).features(CUT), strict=True)
    for found, expected in pairs:
        assert found.features == expected.features
        assert len(expected.values) == 3
        pd.testing.assert_frame_equal(found.values, expected.values, rtol=1e-9)


@pytest.mark.parametrize("engine", ["polars", "duckdb", "pyarrow"])
def test_every_engine_gives_the_features_of_pandas(
    engine: str, tables: dict[str, pd.DataFrame]
) -> None:
    module = pytest.importorskip(engine)

    def made(frame: pd.DataFrame) -> Any:
        if engine == "polars":
            return module.LazyFrame(cells(frame))
        if engine == "pyarrow":
            return module.table(cells(frame))
        return duckdb.connect().from_df(frame)

    assert_alike({name: made(frame) for name, frame in tables.items()}, tables)


@pytest.mark.spark
def test_spark_gives_the_features_of_pandas(spark: Any, tables: dict[str, pd.DataFrame]) -> None:
    frames = {}
    for name, frame in tables.items():
        columns = cells(frame)
        rows = list(zip(*columns.values(), strict=True))
        frames[name] = spark.createDataFrame(rows, list(columns))
    assert_alike(frames, tables)
