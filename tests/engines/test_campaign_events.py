"""Tables of campaign events are the same from every engine."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from custintel.campaigns import (
    campaign_funnel,
    check_events,
    compare_response,
    consent_check,
    contact_log,
    contact_pressure,
    email_kpis,
    engagement_stages,
    fatigue_curve,
    link_clicks,
    list_growth,
    marketing_events,
    objective_kpis,
    response_table,
    target_reach,
    unsubscribe_reasons,
    weekly_activity,
)

N = 1500
AS_OF = "2024-05-20"
EVENTS = "sent bounced delivered opened clicked information_request lead sale".split()
EVENTS += ["unsubscribed", "complained"]
CHANCES = [0.3, 0.05, 0.2, 0.15, 0.1, 0.05, 0.05, 0.05, 0.03, 0.02]

pytestmark = [
    pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning"),
    pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning"),
]


def some(rng: np.random.Generator, names: list[Any], where: Any = True) -> "pd.Series[Any]":
    return pd.Series(np.where(where, np.array(names, dtype=object)[rng.integers(0, 3, N)], None))


@pytest.fixture(scope="session")
def events() -> pd.DataFrame:
    """1,500 events in disorder, of campaigns that tell of deliveries, of sendings, or both."""
    rng = np.random.default_rng(5)
    kind = np.array(EVENTS)[rng.choice(10, N, p=CHANCES)]
    campaigns = np.array([f"m{i}" for i in rng.integers(0, 6, N)])
    kind[(campaigns == "m3") & (kind == "delivered")] = "sent"
    kind[(campaigns == "m4") & (kind == "sent")] = "delivered"
    contacts = rng.integers(0, 80, N)
    start = np.datetime64("2024-03-01T00:00:00", "us")
    types = np.array(["confirmation", "birthday", None] * 2, dtype=object)
    return pd.DataFrame(
        {
            "campaign_id": campaigns,
            "customer_id": [f"c{i:02d}" for i in contacts],
            "event": kind,
            "occurred_at": start + rng.integers(0, 86_400 * 90, N).astype("timedelta64[s]"),
            "is_machine": some(rng, [True, False, None]),
            "bounce_type": some(rng, ["hard", "soft", None], kind == "bounced"),
            "link": some(rng, ["shop", "Été", None], kind == "clicked"),
            "reason": some(rng, ["too many", "other", None], kind == "unsubscribed"),
            "revenue": np.where(kind == "sale", rng.integers(-5, 90, N), np.nan),
            "segment": np.array(["x", "y", None], dtype=object)[contacts % 3],
            "size": np.array([1.0, 2.5, np.nan])[contacts % 3],
            "campaign_type": types[[int(name[1]) for name in campaigns]],
        }
    )


@pytest.fixture(scope="session")
def customers() -> pd.DataFrame:
    days = pd.to_timedelta(np.arange(60), unit="D")
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:02d}" for i in range(60)],
            "created_at": pd.Timestamp("2024-02-01") + days,
            "email_opt_out": pd.Series([True, None, False, False] * 15, dtype=object),
            "email_bounced_at": [pd.NaT] * 50 + [pd.Timestamp("2024-03-05")] * 10,
        }
    )


ORDERS = pd.DataFrame(
    {
        "customer_id": [f"c{i % 30:02d}" for i in range(60)],
        "ordered_at": pd.Timestamp("2024-03-03"),
        "revenue": [5.0, -1.0, 0.0] * 20,
    }
)
CAMPAIGNS = pd.DataFrame({"campaign_id": ["m0", "m1"]})
OBJECTIVES = pd.DataFrame(
    {
        "campaign_id": [f"m{i}" for i in range(6)],
        "objective": ["sales", "loyalty", "prospects", "awareness", "sales", "sales"],
        "cost": [10.0, 20.0, 5.0, None, 1.0, 0.0],
    }
)

TABLES: dict[str, Callable[[Any, pd.DataFrame], pd.DataFrame]] = {
    "email_kpis": lambda frame, _c: email_kpis(frame),
    "email_kpis, other conventions": lambda frame, _c: email_kpis(
        frame, by="segment", opens="total", machine="counted", conversion_base="clicked"
    ),
    "email_kpis, numbers": lambda frame, _c: email_kpis(frame, by="size"),
    "email_kpis, hour": lambda frame, _c: email_kpis(frame, by="hour"),
    "email_kpis, weekday": lambda frame, _c: email_kpis(frame, by="weekday"),
    "campaign_funnel": lambda frame, _c: campaign_funnel(frame),
    "link_clicks": lambda frame, _c: link_clicks(frame),
    "contact_log": lambda frame, _c: contact_log(frame),
    "response_table": lambda frame, _c: response_table(frame, by="segment"),
    "unsubscribe_reasons": lambda frame, _c: unsubscribe_reasons(frame, by="segment"),
    "contact_pressure": lambda frame, _c: contact_pressure(frame, as_of=AS_OF),
    "fatigue_curve": lambda frame, _c: fatigue_curve(frame, window="10D", most=3),
    "consent_check": lambda frame, customers: consent_check(frame, customers).sendings,
    "check_events": lambda frame, customers: (
        check_events(frame, campaigns=CAMPAIGNS, customers=customers, as_of=AS_OF).found
    ),
    "engagement_stages": lambda frame, _c: engagement_stages(frame, ORDERS, as_of=AS_OF),
    "list_growth": lambda frame, customers: list_growth(frame, customers, as_of=AS_OF),
    "marketing_events": lambda frame, _c: email_kpis(marketing_events(frame)),
    "compare_response": lambda frame, _c: compare_response(
        frame, by="campaign_id", baseline="m2", outcome="sale"
    ),
    "compare_response, numbers": lambda frame, _c: compare_response(frame, by="size", baseline=1),
    "target_reach": lambda frame, customers: target_reach(frame, customers),
    "weekly_activity": lambda frame, _c: weekly_activity(frame, event="clicked"),
    "objective_kpis": lambda frame, _c: objective_kpis(OBJECTIVES, frame),
}


def as_flags(frame: pd.DataFrame) -> pd.DataFrame:
    """DuckDB takes flags beside nothing for text unless it is told."""
    return frame.assign(is_machine=frame["is_machine"].astype("boolean"))


def columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {
        name: [None if pd.isna(each) else each for each in frame[name].to_list()]
        if name != "occurred_at"
        else [at.to_pydatetime() for at in frame[name]]
        for name in frame
    }


def polars_frame(frame: pd.DataFrame, _path: Path) -> Any:
    return pytest.importorskip("polars").DataFrame(columns(frame))


def parquet_file(frame: pd.DataFrame, path: Path) -> Path:
    connection = duckdb.connect()
    connection.register("t", as_flags(frame))
    connection.execute(f"COPY t TO '{path / 'events.parquet'}'")
    return path / "events.parquet"


ENGINES: dict[str, Callable[[pd.DataFrame, Path], Any]] = {
    "pandas, flags of its own": lambda frame, _path: as_flags(frame),
    "polars, lazy": lambda frame, path: polars_frame(frame, path).lazy(),
    "duckdb": lambda frame, _path: duckdb.connect().from_df(as_flags(frame)),
    "parquet file": parquet_file,
}


@pytest.fixture(scope="session")
def expected(events: pd.DataFrame, customers: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {name: make(events, customers) for name, make in TABLES.items()}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_tables_of_pandas(
    engine: str,
    events: pd.DataFrame,
    customers: pd.DataFrame,
    expected: dict[str, pd.DataFrame],
    tmp_path: Path,
) -> None:
    frame = ENGINES[engine](events, tmp_path)
    for name, make in TABLES.items():
        assert len(expected[name]) >= 2
        found = make(frame, customers)
        pd.testing.assert_frame_equal(found, expected[name], rtol=1e-9, atol=1e-9, obj=name)


@pytest.mark.spark
@pytest.mark.parametrize("name", TABLES)
def test_spark_gives_the_table_of_pandas(
    name: str,
    spark: Any,
    events: pd.DataFrame,
    customers: pd.DataFrame,
    expected: dict[str, pd.DataFrame],
) -> None:
    cells = columns(events)
    rows = list(zip(*cells.values(), strict=True))
    assert isinstance(cells["occurred_at"][0], datetime)
    frame = spark.createDataFrame(rows, list(cells))
    found = TABLES[name](frame, customers)
    pd.testing.assert_frame_equal(found, expected[name], rtol=1e-9, atol=1e-9)
