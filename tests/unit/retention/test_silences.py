"""Windows of inactivity, second purchases, habits and stages."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, SetAsideWarning
from custintel.retention import (
    consumption_risk,
    inactivity_windows,
    lifecycle_stages,
    second_purchase,
    second_purchase_curve,
)

START = pd.Timestamp("2022-01-01")
AS_OF = "2024-12-30"


def simulated(n=500, mean_gap=60.0, stop=0.0, seed=5):
    """Draw customers who purchase at exponential gaps, and stop after each with a probability."""
    rng = np.random.default_rng(seed)
    gaps = np.maximum(np.rint(rng.exponential(mean_gap, (n, 60))), 1)
    days = rng.integers(0, 365, (n, 1)) + np.cumsum(gaps, axis=1)
    left = np.cumsum(rng.random((n, 60)) < stop, axis=1) - (rng.random((n, 60)) < 0)
    alive = np.column_stack([np.ones(n, bool), left[:, :-1] == 0])
    customer, place = np.nonzero(alive & (days < 1095))
    at = START + pd.to_timedelta(days[customer, place], unit="D")
    return pd.DataFrame({"customer_id": customer, "ordered_at": at.as_unit("us"), "revenue": 1.0})


@pytest.fixture(scope="module")
def steady():
    return simulated()


def test_return_rates_of_customers_without_memory_are_known(steady):
    windows = inactivity_windows(
        steady, as_of=AS_OF, within="90D", windows=["30D", "60D", "120D"], level=0.999
    )
    truth = 1 - np.exp(-90 / 60)
    assert (windows["return_rate_low"] <= truth).all()
    assert (windows["return_rate_high"] >= truth).all()
    assert windows["is_followed"].all()
    # The naive share takes those who have not had the time yet for lost.
    assert (windows["n_returned"] / windows["n_silences"] < windows["return_rate"]).all()
    assert not windows["is_chosen"].any()


def test_the_first_window_below_the_limit_is_chosen():
    table = simulated(mean_gap=30.0, stop=0.2)
    windows = inactivity_windows(
        table, as_of=AS_OF, within="6M", windows=["12M", "1M", "3M", "6M"], return_below=0.2
    )
    assert windows.index.tolist() == ["1M", "3M", "6M", "12M"]
    assert windows["return_rate"].is_monotonic_decreasing
    assert windows["is_chosen"].sum() == 1
    below = windows["return_rate"] < 0.2
    assert windows["is_chosen"].idxmax() == below.idxmax()


def test_a_window_that_was_not_followed_is_never_chosen():
    table = simulated(n=40, mean_gap=20.0, stop=0.3)
    windows = inactivity_windows(table, as_of=AS_OF, within="24M", windows=["1M", "24M"])
    assert not windows.loc["24M", "is_followed"]
    assert not windows.loc["24M", "is_chosen"]
    # Nobody came back after two years: the upper bound knows how few were followed.
    assert windows.loc["24M", "return_rate"] == 0
    assert 0 < windows.loc["24M", "return_rate_high"] < 1


def test_second_purchases_follow_the_exponential(steady):
    second = second_purchase(steady, as_of=AS_OF, within="60D", level=0.999).loc["total"]
    assert second["second_rate_low"] <= 1 - np.exp(-1) <= second["second_rate_high"]
    assert second["median_days"] == pytest.approx(60 * np.log(2), rel=0.2)
    curve = second_purchase_curve(steady, as_of=AS_OF)
    at = curve[curve["days"] <= 60].iloc[-1]
    whole = second_purchase(steady, as_of=AS_OF, within="60D").loc["total"]
    assert at["second_share"] == whole["second_rate"]
    assert at["second_share_high"] == whole["second_rate_high"]


def lines(*rows):
    columns = ["customer_id", "ordered_at", "revenue", "shop"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"]))


@pytest.fixture
def few():
    return lines(
        ("ann", "2024-01-01", 9.0, "web"),
        ("ann", "2024-02-01", 9.0, "store"),
        ("bob", "2024-01-01", 9.0, "web"),
        ("bob", "2024-01-01", 9.0, "store"),
        ("cy", "2024-01-01", 9.0, "web"),
        ("dee", "2024-01-01", -9.0, "web"),
        ("dee", "2024-01-11", 9.0, None),
    )


def test_groups_are_those_of_the_first_day(few):
    second = second_purchase(few, as_of="2024-04-30", within="60D", by="shop")
    assert second.index.tolist() == ["(missing)", "(several)", "web"]
    assert second["n_customers"].tolist() == [1, 1, 2]
    assert second["second_rate"].tolist() == [0, 0, 0.5]
    assert second["is_followed"].all()
    # One customer who did not come back says next to nothing.
    assert second.loc["(missing)", "second_rate_high"] == pytest.approx(0.975)


def test_ratings_count_from_the_answer_and_only_before_the_second_purchase(few):
    ratings = pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "bob", "cy", "zoe"],
            "answered_at": pd.to_datetime(
                ["2024-01-11", "2024-01-11", "2024-02-01", "2023-12-01", "2024-01-01"]
            ),
            "score": [9, 7, 3, 10, 10],
        }
    )
    curve = second_purchase_curve(few, ratings, as_of="2024-04-30")
    # Ann gave 7, the lower of the day; from the answer it took 21 days, not 31.
    assert curve[["group", "days"]].to_numpy().tolist() == [["from 7 to below 9", 21]]
    second = second_purchase(few, ratings, as_of="2024-04-30", within="60D")
    # Cy answered before the first purchase, Dee never.
    assert second["n_customers"].to_dict() == {
        "(not rated in time)": 2,
        "below 7": 1,
        "from 7 to below 9": 1,
    }


def test_unusable_arguments_of_second_purchases(few):
    ratings = pd.DataFrame({"customer_id": ["a"], "answered_at": ["soon"], "score": [1]})
    with pytest.raises(SchemaError, match="'answered_at' of type"):
        second_purchase(few, ratings, as_of="2024-04-30", within="60D")
    with pytest.raises(ValueError, match="give one of the two"):
        second_purchase(few, ratings, as_of="2024-04-30", within="60D", by="shop")
    with pytest.raises(ValueError, match="increasing scores"):
        second_purchase(few, as_of="2024-04-30", within="60D", cuts=(9, 7))
    with pytest.raises(ValueError, match="longer than any"):
        inactivity_windows(few, as_of="2024-04-30", within="1M", windows=["24M"])


def test_quantiles_of_gaps_equal_numpys_and_shrink_by_weight(steady):
    risk = consumption_risk(steady, as_of=AS_OF, quantile=0.8, prior_gaps=5)
    gaps = steady.sort_values(["customer_id", "ordered_at"]).groupby("customer_id")["ordered_at"]
    by_customer = gaps.apply(lambda at: np.diff(np.unique(at)) / np.timedelta64(1, "D"))
    for customer in ("0", "17", "401"):
        own = by_customer[int(customer)]
        assert risk.loc[customer, "n_gaps"] == len(own)
        assert risk.loc[customer, "own_days"] == pytest.approx(
            np.quantile(own, 0.8, method="weibull")
        )
    known = risk[risk["n_gaps"] > 0]
    weight = known["n_gaps"] / (known["n_gaps"] + 5)
    common = np.log(known["threshold_days"]) - weight * np.log(known["own_days"])
    np.testing.assert_allclose(common / (1 - weight), (common / (1 - weight)).iloc[0])


def test_about_as_many_as_said_are_flagged_wrongly():
    """All go on as before, so each flag is a false alarm."""
    table = simulated(n=2000, mean_gap=60.0, seed=9)
    ends = pd.date_range("2024-03-01", "2024-12-30", periods=4)
    shares = []
    for end in ends:
        days = consumption_risk(table, as_of=end, quantile=0.9)
        shares.append(days["is_at_risk"].mean())
    # Looked at on a day, not at a purchase: without memory the silence so far is as long as a
    # whole gap. Thresholds from few gaps are uneven, which adds to one in ten.
    assert 0.08 < np.mean(shares) < 0.14


def test_reasons_are_told_for_flags_alone(few):
    with pytest.raises(SchemaError, match="on two days"):
        consumption_risk(few[few["customer_id"] != "ann"], as_of="2024-04-30")
    risk = consumption_risk(few, as_of="2024-04-30")
    assert risk.loc["ann", "reason"] == (
        "No purchase for 89 days; up to 31 would be usual for this customer, by 1 gap."
    )
    assert risk.loc["cy", "reason"].startswith("No second purchase for 120 days")
    early = consumption_risk(few, as_of="2024-02-05")
    assert early.loc["ann", "reason"] == ""


def test_stages_and_their_borders():
    table = lines(
        ("new", "2024-10-01", 9.0, ""),
        ("active", "2024-07-01", 9.0, ""),
        ("risky", "2024-06-30", 9.0, ""),
        ("still", "2024-01-01", 9.0, ""),
        ("lost", "2023-12-31", 9.0, ""),
        ("back", "2023-01-01", 9.0, ""),
        ("back", "2024-10-01", 9.0, ""),
        ("gift", "2024-12-31", -1.0, ""),
    )
    known = pd.DataFrame({"customer_id": ["new", "who", "gift"]})
    stages = lifecycle_stages(table, known, as_of="2024-12-31")["stage"]
    assert stages.astype(str).to_dict() == {
        "active": "active",
        "back": "returned",
        "gift": "prospect",
        "lost": "lost",
        "new": "new",
        "risky": "at risk",
        "still": "at risk",
        "who": "prospect",
    }
    with pytest.warns(SetAsideWarning, match="'gift'"):
        alone = lifecycle_stages(table, as_of="2024-12-31")
    assert len(alone) == 6
    assert alone.loc["back", "n_purchases"] == 2
    with pytest.raises(ValueError, match="not longer than"):
        lifecycle_stages(table, as_of="2024-12-31", lost_after="6M")


def test_whoever_was_never_lost_has_not_returned():
    """Twelve months to the day: lost only at the end of the day on which they came."""
    table = lines(
        ("in time", "2023-06-15", 9.0, ""),
        ("in time", "2024-06-15", 9.0, ""),
        ("late", "2023-06-15", 9.0, ""),
        ("late", "2024-06-16", 9.0, ""),
    )
    stages = lifecycle_stages(table, as_of="2024-06-20")["stage"]
    assert stages.astype(str).to_dict() == {"in time": "active", "late": "returned"}
    eve = lifecycle_stages(table, as_of="2024-06-14")["stage"]
    assert eve.tolist() == ["at risk", "at risk"]


def test_who_comes_back_later_bounds_the_share_that_came_in_time():
    """None of 100 came back within 30 days, all of them later."""
    first = pd.DataFrame({"customer_id": range(100), "ordered_at": START, "revenue": 1.0})
    later = START + pd.to_timedelta(np.arange(60, 160), unit="D")
    both = pd.concat([first, first.assign(ordered_at=later)], ignore_index=True)
    second = second_purchase(both, as_of=AS_OF, within="30D").loc["total"]
    assert second["n_followed"] == 100
    assert second["second_rate_high"] == pytest.approx(1 - 0.025 ** (1 / 100))
    # Of who was not followed so long nothing is known.
    short = second_purchase(first, as_of="2022-01-10", within="30D").loc["total"]
    assert (short["is_followed"], short["second_rate_high"]) == (False, 1.0)


def test_windows_are_named():
    table = simulated(50)
    with pytest.raises(ValueError, match="windows lists spans to try"):
        inactivity_windows(table, as_of=AS_OF, within="1M", windows=[])
    found = inactivity_windows(table, as_of=AS_OF, within="1M", windows="30D")
    assert found.index.tolist() == ["30D"]
