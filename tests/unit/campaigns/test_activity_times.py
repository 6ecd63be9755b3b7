"""When contacts are active, against the calendar of pandas."""

import numpy as np
import pandas as pd
import pytest

from custintel.campaigns import weekly_activity
from custintel.errors import SchemaError


@pytest.fixture(scope="module")
def events():
    rng = np.random.default_rng(2)
    n = 400
    at = pd.Timestamp("2023-12-25") + pd.to_timedelta(rng.integers(0, 86_400 * 100, n), unit="s")
    return pd.DataFrame(
        {
            "campaign_id": rng.choice(["m1", "m2"], n),
            "customer_id": rng.choice([f"c{i}" for i in range(60)], n),
            "event": rng.choice(["opened", "clicked", "sent"], n),
            "occurred_at": pd.Series(at).astype("datetime64[us]"),
            "is_machine": rng.random(n) < 0.2,
        }
    )


@pytest.mark.parametrize("event", ["opened", "clicked"])
def test_the_first_of_each_contact_and_campaign_counts(events, event):
    own = events[(events["event"] == event) & ~events["is_machine"]]
    first = own.groupby(["campaign_id", "customer_id"])["occurred_at"].min()
    expected = first.groupby([first.dt.day_of_week + 1, first.dt.hour]).size()
    table = weekly_activity(events, event=event)
    assert len(table) == 168
    found = table["n_contacts"]
    assert found.sum() == len(first)
    assert found[found > 0].to_dict() == expected.to_dict()
    assert table["share"].sum() == pytest.approx(1)


def test_nothing_that_happened_has_no_share(events):
    table = weekly_activity(events, event="sale")
    assert table["n_contacts"].eq(0).all()
    assert table["share"].isna().all()
    assert len(weekly_activity(events.iloc[:0])) == 168


def test_faults_are_told(events):
    with pytest.raises(ValueError, match="event is one of"):
        weekly_activity(events, event="open")
    with pytest.raises(SchemaError, match="lacks 'occurred_at'"):
        weekly_activity(events.drop(columns="occurred_at"))
