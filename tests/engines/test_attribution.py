"""Paths and credits are the same from every engine."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from custintel.attribution import TimeDecay, attribute, attribution_paths

AS_OF = "2024-03-31"


@pytest.fixture(scope="session")
def transactions() -> pd.DataFrame:
    """2,000 events with ties of every kind; their revenue and ids serve as conversions."""
    rng = np.random.default_rng(9)
    n = 2000
    days, seconds = rng.integers(0, 100, n), rng.choice([0, 43_200, 86_399], n)
    start = np.datetime64("2024-01-01T00:00:00", "us")
    channels = np.array(["web", "mail", "Été", "(start)", "a > b"], dtype=object)
    segments = np.array(["x", "y", None], dtype=object)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:03d}" for i in rng.integers(0, 150, n)],
            "occurred_at": start + (days * 86_400 + seconds).astype("timedelta64[s]"),
            "touch_id": rng.integers(0, 900, n),
            "conversion_id": [f"o{i}" for i in rng.integers(0, 1500, n)],
            "channel": pd.Series(channels[rng.integers(0, 5, n)], dtype=object),
            "segment": pd.Series(segments[rng.integers(0, 3, n)], dtype=object),
            "campaign_id": rng.integers(0, 12, n),
            "revenue": np.round(rng.gamma(2, 20, n), 2),
        }
    )


@pytest.fixture(scope="session")
def conversions(transactions: pd.DataFrame) -> pd.DataFrame:
    """Some customers' conversions, in pandas whatever holds the touches."""
    rows = transactions.iloc[::9]
    later = rows["occurred_at"] + pd.Timedelta("5D")
    return rows[["customer_id", "revenue"]].assign(occurred_at=later)


def test_every_engine_gives_the_paths_of_pandas(
    engine_frame: Any, transactions: pd.DataFrame, conversions: pd.DataFrame
) -> None:
    expected = attribution_paths(transactions, conversions, as_of=AS_OF, repeats="collapse")
    assert len(expected) > 200
    found = attribution_paths(engine_frame, conversions, as_of=AS_OF, repeats="collapse")
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9)


@pytest.mark.parametrize(("method", "by"), [("markov", "campaign_id"), (TimeDecay(), "segment")])
def test_every_engine_gives_the_credits_of_pandas(
    method: Any, by: str, engine_frame: Any, transactions: pd.DataFrame
) -> None:
    expected, found = (
        attribute(frame, frame, method=method, as_of=AS_OF, by=by)
        for frame in (transactions, engine_frame)
    )
    assert len(expected) >= 3
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9, atol=1e-9)


def test_days_without_a_time_are_instants_at_midnight(transactions: pd.DataFrame) -> None:
    polars = pytest.importorskip("polars")
    whole = transactions.assign(occurred_at=transactions["occurred_at"].dt.normalize())
    dated = polars.DataFrame(
        {
            "customer_id": whole["customer_id"].to_list(),
            "occurred_at": [at.date() for at in whole["occurred_at"]],
            "channel": whole["channel"].to_list(),
            "touch_id": whole["touch_id"].to_list(),
        }
    )
    done = whole[["customer_id", "occurred_at"]].iloc[::5]
    expected, found = (attribution_paths(frame, done, as_of=AS_OF) for frame in (whole, dated))
    pd.testing.assert_frame_equal(found, expected)


def test_numbers_that_are_missing_here_and_there_name_touches_of_one_instant() -> None:
    polars = pytest.importorskip("polars")
    noon = pd.Timestamp("2024-03-01 12:00").to_pydatetime()
    steps = polars.DataFrame(
        {
            "customer_id": ["ann"] * 3,
            "occurred_at": [noon] * 3,
            "step": [1, 2, None],
            "touch_id": ["t3", "t2", "t1"],
        }
    )
    done = pd.DataFrame({"customer_id": ["ann"], "occurred_at": [noon]})
    for frame in (steps, steps.lazy()):
        found = attribution_paths(frame, done, as_of=AS_OF, by="step")
        assert found["path"].tolist() == [("(missing)", "2", "1")]
