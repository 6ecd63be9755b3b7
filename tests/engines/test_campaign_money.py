"""Costs, returns, loops and triggers of campaigns are the same from every engine."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from custintel._frames import as_narwhals
from custintel.campaigns import (
    ContactLimit,
    CustomerRecords,
    Holdout,
    NoAnswerRule,
    PurchaseRule,
    StageRule,
    StockRule,
    campaign_roi,
    closed_loop,
    cost_per_result,
    due_triggers,
)

AS_OF = "2024-02-28"
EVENTS = ["sent", "sent", "bounced", "opened", "clicked", "information_request", "lead", "sale"]
EVENTS += ["unsubscribed", "complained"]

pytestmark = [
    pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning"),
    pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning"),
]


@pytest.fixture(scope="session")
def transactions() -> pd.DataFrame:
    """1,500 rows that can be read as events, leads, sales, calls and surveys alike."""
    rng = np.random.default_rng(105)
    n = 1500
    start = np.datetime64("2023-12-30T00:00:00", "us")
    seconds = rng.integers(0, 70, n) * 86_400 + rng.choice([0, 43_200, 86_399], n)
    at = start + seconds.astype("timedelta64[s]")
    campaigns = np.array(["c0", "c1", "c2", "ghost", None], dtype=object)
    revenue = np.round(rng.choice([0.0, 1.0, 1.0, -0.3], n) * rng.gamma(2, 20, n), 2)
    return pd.DataFrame(
        {
            "campaign_id": pd.Series(campaigns[rng.integers(0, 5, n)], dtype=object),
            "mailing_id": campaigns[rng.integers(0, 4, n)],
            "customer_id": [f"p{i:03d}" for i in rng.integers(0, 150, n)],
            "event": np.array(EVENTS)[rng.integers(0, len(EVENTS), n)],
            "is_machine": rng.random(n) < 0.3,
            "ordered_at": at,
            "order_id": [f"o{i}" for i in rng.integers(0, 900, n)],
            "lead_id": [f"l{i}" for i in range(n)],
            "status": np.array(["new", "qualified"])[rng.integers(0, 2, n)],
            "revenue": revenue,
            "cost": np.round(0.4 * revenue, 2),
            "score": rng.integers(1, 11, n).astype(float),
        }
    )


CAMPAIGNS = pd.DataFrame(
    {
        "campaign_id": ["c0", "c1", "c2"],
        "cost": [500.0, 80.0, None],
        "starts_at": pd.to_datetime(["2024-01-05", None, "2024-02-20"]),
        "channel": ["post", "e-mail", "post"],
    }
)
PEOPLE = pd.DataFrame({"customer_id": [f"p{i:03d}" for i in range(140)]})
ARMS = pd.DataFrame(
    {
        "campaign_id": "c0",
        "customer_id": PEOPLE["customer_id"],
        "arm": np.where(np.arange(140) % 3 == 0, "control", "letter"),
    }
)
RULES = [
    NoAnswerRule("again", "c1", to_campaign_id="c0", after="2W"),
    PurchaseRule("follow-up", "c2", after="1M"),
    StageRule("nurture", "c0", stage="qualified"),
    StockRule("seats", "c1", n_units=9, deadline="2024-03-02", conversion_rate=0.5),
]


EVENT = ["customer_id", "event", "is_machine", "revenue"]


def viewed(frame: Any, columns: list[str], at: str, campaign: str = "campaign_id") -> Any:
    """Return columns of the frame, its instant and its campaign under the names of a table."""
    found = as_narwhals(frame)
    names = {campaign: "campaign_id", "ordered_at": at}
    if found.implementation.is_pyarrow():
        chosen = frame.select([*names, *columns])
        return chosen.rename_columns([*names.values(), *columns])
    return found.select(*names, *columns).rename(names).to_native()


def as_events(frame: Any) -> Any:
    return viewed(frame, EVENT, "occurred_at", "mailing_id")


def records(frame: Any) -> CustomerRecords:
    return CustomerRecords(
        events=as_events(frame),
        transactions=frame,
        leads=viewed(frame, ["customer_id", "lead_id", "status"], "created_at"),
        calls=viewed(frame, ["customer_id"], "opened_at"),
        surveys=viewed(frame, ["customer_id", "score"], "answered_at"),
    )


def loop(frame: Any) -> pd.DataFrame:
    """Return the loop, its links below."""
    found = closed_loop(CAMPAIGNS, records(frame), as_of=AS_OF)
    return pd.concat([found.table.reset_index(), found.links])


def listed(frame: Any) -> pd.DataFrame:
    """Return who is due, and who is held back below."""
    found = due_triggers(
        RULES, PEOPLE, records(frame), as_of=AS_OF, window="1W", limit=ContactLimit(3)
    )
    assert len(found.due) > 5
    assert found.n_already_sent > 0
    return pd.concat([found.due, found.held_back])


TABLES: dict[str, Callable[[Any], pd.DataFrame]] = {
    "cost_per_result": lambda frame: cost_per_result(CAMPAIGNS, as_events(frame)),
    "campaign_roi": lambda frame: campaign_roi(CAMPAIGNS, frame, as_of=AS_OF),
    "campaign_roi, window": lambda frame: campaign_roi(
        CAMPAIGNS.ffill(), frame, as_of=AS_OF, window="30D"
    ),
    "campaign_roi, holdout": lambda frame: campaign_roi(
        CAMPAIGNS, frame, as_of=AS_OF, margin_rate=0.6, holdout=Holdout(ARMS)
    ),
    "closed_loop": loop,
    "due_triggers": listed,
}


@pytest.mark.parametrize("name", TABLES)
def test_every_engine_gives_the_table_of_pandas(
    name: str, engine_frame: Any, transactions: pd.DataFrame
) -> None:
    expected = TABLES[name](transactions)
    assert len(expected) >= 3
    pd.testing.assert_frame_equal(TABLES[name](engine_frame), expected, rtol=1e-9, atol=1e-9)
