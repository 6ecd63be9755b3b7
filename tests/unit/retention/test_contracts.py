"""Retention under contract, and durations: by hand, and by bookkeeping."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.retention import contract_durations, contract_retention


def contracts(*rows):
    columns = ["customer_id", "started_at", "ended_at", "value"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(
        started_at=pd.to_datetime(table["started_at"]), ended_at=pd.to_datetime(table["ended_at"])
    )


@pytest.fixture
def few():
    """At the eve of 2024: Ann 100, Bob 200, Cy 100; at its end Ann 160, Bob 150, Dee 40."""
    return contracts(
        ("ann", "2023-01-01", "2023-12-31", 100.0),
        ("ann", "2024-01-01", None, 160.0),
        ("bob", "2023-01-01", "2023-12-31", 200.0),
        ("bob", "2024-01-01", None, 150.0),
        ("cy", "2023-06-01", "2024-12-30", 100.0),
        ("dee", "2024-02-01", "2024-12-31", 40.0),
    )


def test_a_year_by_hand(few):
    rates = contract_retention(few, as_of="2024-12-31").set_index("period")
    year = rates.loc[pd.Period("2024")]
    assert year[["n_start", "n_kept", "n_lost", "n_new", "n_end"]].tolist() == [3, 2, 1, 1, 3]
    money = ["start_value", "lost_value", "contraction_value", "expansion_value", "new_value"]
    assert year[[*money, "end_value"]].tolist() == [400, 100, 50, 60, 40, 350]
    assert year["gross_revenue_retention"] == 250 / 400
    assert year["net_revenue_retention"] == 310 / 400
    assert year["gross_revenue_retention_low"] < 0.625 < year["gross_revenue_retention_high"] < 1
    assert year["net_revenue_retention_low"] < 0.775 < year["net_revenue_retention_high"]
    assert year["churn_rate_low"] == 1 - year["retention_rate_high"]


def test_churn_of_the_worked_example():
    """3,245 of 52,430 customers lost in a month: 6.19 %."""
    n, lost = 52_430, 3_245
    ends = pd.Series(pd.NaT, index=range(n), dtype="datetime64[us]")
    ends.iloc[:lost] = pd.Timestamp("2024-02-10")
    table = pd.DataFrame({"customer_id": np.arange(n), "ended_at": ends, "value": 1.0})
    table["started_at"] = pd.Timestamp("2024-01-05")
    february = contract_retention(table, as_of="2024-02-29", period="M").iloc[-1]
    assert round(february["churn_rate"], 4) == 0.0619
    assert february["gross_revenue_retention"] == pytest.approx(february["retention_rate"])
    # Of equal customers gross revenue retention is customer retention, bounds included.
    assert february["gross_revenue_retention_low"] == pytest.approx(february["retention_rate_low"])


def random_contracts(n=300):
    rng = np.random.default_rng(3)
    start = pd.Timestamp("2021-06-01") + pd.to_timedelta(rng.integers(0, 1200, n), unit="D")
    end = start + pd.to_timedelta(rng.integers(0, 900, n), unit="D")
    return pd.DataFrame(
        {
            "customer_id": rng.integers(0, 90, n),
            "started_at": start.as_unit("us"),
            "ended_at": pd.Series(end.as_unit("us")).where(rng.random(n) < 0.7),
            "value": rng.gamma(2, 50, n),
            "plan": rng.choice(["a", "b", None], n),
        }
    )


@pytest.mark.parametrize("by", [None, "plan"])
def test_the_books_balance(by):
    rates = contract_retention(random_contracts(), as_of="2024-12-31", period="Q", by=by)
    after = rates["start_value"] - rates["lost_value"] - rates["contraction_value"]
    after += rates["expansion_value"] + rates["new_value"]
    np.testing.assert_allclose(after, rates["end_value"])
    assert (rates["n_start"] - rates["n_lost"] + rates["n_new"] == rates["n_end"]).all()
    # What stands at the end of a quarter stands at the start of the next.
    for _group, rows in rates.groupby("group"):
        np.testing.assert_allclose(rows["end_value"][:-1], rows["start_value"][1:])
    known = rates.dropna(subset="gross_revenue_retention")
    assert (known["gross_revenue_retention"] <= known["net_revenue_retention"] + 1e-12).all()
    assert known["gross_revenue_retention"].between(0, 1).all()


def test_intervals_of_net_revenue_cover():
    rng = np.random.default_rng(11)
    n, n_sets, truth = 150, 250, 0.8 * np.exp(0.18**2 / 2)
    value, kept = rng.gamma(2, 50, n * n_sets), rng.random(n * n_sets) < 0.8
    later = np.where(kept, value * np.exp(rng.normal(0, 0.18, n * n_sets)), np.nan)
    first = pd.DataFrame({"customer_id": np.arange(n * n_sets), "value": value})
    first["set"] = first["customer_id"] // n
    first["started_at"] = pd.Timestamp("2023-01-01")
    second = first.assign(value=later, started_at=pd.Timestamp("2024-01-01"))
    table = pd.concat([first, second.dropna(subset="value")], ignore_index=True)
    is_first = table["started_at"] == pd.Timestamp("2023-01-01")
    table["ended_at"] = (table["started_at"] + pd.Timedelta(days=364)).where(is_first)
    rates = contract_retention(table, as_of="2024-12-31", by="set")
    rates = rates[rates["period"] == pd.Period("2024")]
    low, high = rates["net_revenue_retention_low"], rates["net_revenue_retention_high"]
    assert len(rates) == n_sets
    # 95 % expected; 91 % is three standard errors below.
    assert ((low <= truth) & (truth <= high)).mean() > 0.91
    # Gross revenue: each at most with the value of the start.
    expected = 0.8 * np.minimum(np.exp(rng.normal(0, 0.18, 200_000)), 1).mean()
    low, high = rates["gross_revenue_retention_low"], rates["gross_revenue_retention_high"]
    assert ((low <= expected) & (expected <= high)).mean() > 0.91


def test_no_period_over_is_an_empty_table(few):
    rates = contract_retention(few, as_of="2023-03-31")
    assert rates.empty
    assert "net_revenue_retention_high" in rates.columns


def test_spells_join_what_follows_without_a_break(few):
    durations = contract_durations(few, as_of="2025-01-31")
    rows = durations[["customer_id", "duration_days", "is_ended"]].to_numpy().tolist()
    assert rows == [
        ["ann", 762, False],  # from 2023-01-01 on, the year 2024 being a leap year
        ["bob", 762, False],
        ["cy", 579, True],
        ["dee", 335, True],
    ]
    split = contracts(("ann", "2024-01-01", "2024-01-31", 1), ("ann", "2024-02-11", None, 1))
    assert contract_durations(split, as_of="2024-03-31")["spell"].tolist() == [1, 2]
    assert contract_durations(split, as_of="2024-03-31", pause="9D")["spell"].tolist() == [1, 2]
    assert contract_durations(split, as_of="2024-03-31", pause="10D")["spell"].tolist() == [1]


def test_a_contract_within_another_does_not_end_the_spell():
    table = contracts(("ann", "2024-01-01", None, 1), ("ann", "2024-01-05", "2024-01-10", 1))
    durations = contract_durations(table, as_of="2024-01-31")
    assert durations[["duration_days", "is_ended"]].to_numpy().tolist() == [[31, False]]


def test_late_observation_leaves_out_what_was_over_before(few):
    table = few.assign(plan=list("xyxyxy"))
    durations = contract_durations(
        table, as_of="2024-12-31", observed_from="2024-03-01", keep=["plan"]
    )
    by_customer = durations.set_index("customer_id")
    assert by_customer.loc["dee", "entered_days"] == 29  # 1 to 29 February
    assert by_customer.loc["dee", "duration_days"] == 335
    assert not by_customer.loc["dee", "is_ended"]  # its last day is the last one observed
    assert by_customer["plan"].tolist() == ["x", "x", "x", "y"]
    old = contracts(("ann", "2020-01-01", "2020-12-31", 1), ("bob", "2020-01-01", None, 1))
    seen = contract_durations(old, as_of="2024-12-31", observed_from="2024-01-01")
    assert seen["customer_id"].tolist() == ["bob"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": -1.0}, "no 'value' of 0 or more"),
        ({"started_at": pd.NaT}, "no 'started_at'|holds"),
        ({"ended_at": pd.Timestamp("2020-01-01")}, "end before they start"),
        ({"started_at": "2024-01-01"}, "without time zone"),
    ],
)
def test_wrong_contracts_are_named(few, change, message):
    with pytest.raises(SchemaError, match=message):
        contract_retention(few.assign(**change), as_of="2024-12-31")


def test_nothing_started_yet_is_said_and_inputs_are_left_alone(few):
    before = few.copy(deep=True)
    for function in (contract_retention, contract_durations):
        with pytest.raises(SchemaError, match="has none that"):
            function(few, as_of="2020-01-01")
        function(few, as_of="2024-12-31")
    pd.testing.assert_frame_equal(few, before)


def test_values_written_as_text_are_added_up_as_numbers(few):
    values = few["value"].map("{:g}".format).astype("str")
    texts = contract_retention(few.assign(value=values), as_of="2024-12-31")
    pd.testing.assert_frame_equal(texts, contract_retention(few, as_of="2024-12-31"))
    both = contracts(("ann", "2023-01-01", None, "100"), ("ann", "2023-01-01", None, "50"))
    assert contract_retention(both, as_of="2023-12-31")["end_value"].tolist() == [150]


def test_where_all_stay_with_what_they_had_nothing_tells_how_far_net_revenue_varies():
    table = contracts(*((each, "2023-01-01", None, 10.1 * len(each)) for each in ("a", "bb")))
    year = contract_retention(table, as_of="2024-12-31").iloc[-1]
    assert year["net_revenue_retention"] == 1
    assert year[["net_revenue_retention_low", "net_revenue_retention_high"]].isna().all()
    assert year["gross_revenue_retention_low"] < 0.5


def test_who_may_come_back_within_the_pause_is_not_known_to_have_left():
    table = contracts(("ann", "2024-01-01", "2024-01-31", 1), ("bob", "2024-01-01", None, 1))
    for as_of, is_ended in (("2024-02-10", False), ("2024-02-11", True)):
        durations = contract_durations(table, as_of=as_of, pause="10D")
        assert durations["is_ended"].tolist() == [is_ended, False]
        assert durations["duration_days"].iloc[0] == 31
    # A contract that starts on the 11th would have joined the spell.
    again = contracts(("ann", "2024-01-01", "2024-01-31", 1), ("ann", "2024-02-11", None, 1))
    assert len(contract_durations(again, as_of="2024-02-11", pause="10D")) == 1


def test_columns_that_cannot_be_kept_are_named(few):
    for keep in ("plan", ["customer_id"], ["is_ended"]):
        with pytest.raises(ValueError, match="keep lists further columns"):
            contract_durations(few, as_of="2024-12-31", keep=keep)
    with pytest.raises(SchemaError, match="'ended' of 'contracts' has a name"):
        contract_retention(few.assign(ended="yes"), as_of="2024-12-31", by="ended")
