import numpy as np
import pandas as pd
import pytest

from custintel.affinity import interpurchase_distribution, interpurchase_times
from custintel.errors import SchemaError


def table(rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "channel"])
    ordered_at = pd.to_datetime(frame["ordered_at"], format="ISO8601")
    return frame.assign(ordered_at=ordered_at, revenue=1.0)


@pytest.fixture
def visits():
    """Gaps of 10 and 30 days that are over; of 20, 25 and 40 days that run on to 31 March."""
    return table(
        [
            ("ann", "2024-02-01", "web"),
            ("ann", "2024-02-11", "web"),
            ("ann", "2024-02-11T18:00", "web"),  # a second time on one day
            ("ann", "2024-03-11", "shop"),  # after 29 days
            ("ben", "2024-02-05", "shop"),
            ("ben", "2024-03-06", "shop"),  # after 30 days
            ("cid", "2024-02-20", None),
        ]
    )


AS_OF = "2024-03-31"


def test_gaps_that_run_on_are_counted_in(visits):
    row = interpurchase_times(visits, as_of=AS_OF).loc["total"]
    assert row[["n_customers", "n_gaps"]].tolist() == [3, 3]
    assert row["completed_median_days"] == 29
    assert row["completed_mean_days"] == pytest.approx(23)
    assert [row["completed_q25_days"], row["completed_q75_days"]] == [19.5, 29.5]
    # At risk: 6 at day 10; 3 at day 29, after 20 and 25 have left; 2 at day 30.
    curve = interpurchase_distribution(visits, as_of=AS_OF)
    assert curve["n_at_risk"].tolist() == [6, 3, 2]
    stay = [5 / 6, 5 / 6 * 2 / 3, 5 / 6 * 2 / 3 / 2]
    assert curve["followed_share"].tolist() == pytest.approx([1 - each for each in stay])
    assert row["q25_days"] == 29
    assert row["median_days"] == 30
    assert np.isnan(row["q75_days"])
    assert row["q75_days_high"] == np.inf


def test_by_a_column_gaps_are_within_its_values(visits):
    found = interpurchase_times(visits, as_of=AS_OF, by="channel")
    assert found.index.tolist() == ["(missing)", "shop", "web"]
    assert found.index.name == "channel"
    assert found["n_customers"].tolist() == [1, 2, 1]
    assert found["n_gaps"].tolist() == [0, 1, 1]
    # Web: 10 days; then 49 that run on. Shop: 30; 25 and 20 run on before anyone comes back.
    assert found["median_days"].fillna(-1).tolist() == [-1, 30, 10]
    assert found.loc["(missing)", ["completed_mean_days", "q25_days"]].isna().all()
    curve = interpurchase_distribution(visits, as_of=AS_OF, by="channel")
    assert curve["group"].tolist() == ["shop", "web"]
    assert curve["followed_share"].tolist() == [1.0, 0.5]


def test_bounds_hold_the_estimate_and_stay_within_0_and_1(visits):
    curve = interpurchase_distribution(visits, as_of=AS_OF)
    low, share, high = (curve[f"followed_share{end}"] for end in ("_low", "", "_high"))
    assert ((low >= 0) & (low < share) & (share < high) & (high <= 1)).all()
    # All followed: the upper bound is 1, the lower one is not.
    over = table([("ann", "2024-01-01", "x"), ("ann", "2024-01-05", "x")])
    row = interpurchase_distribution(over, as_of="2024-01-06").iloc[-1]
    assert row["followed_share"] == 0.5 if row["n_at_risk"] == 2 else 1.0
    assert 0 < row["followed_share_low"] < row["followed_share_high"] <= 1


def test_gaps_of_one_customer_count_for_less():
    days = pd.date_range("2024-01-01", periods=30, freq="2D").strftime("%Y-%m-%d")
    rows = [("fan", day, "x") for day in days]
    rows += [(f"c{i}", day, "x") for i in range(30) for day in ("2024-01-01", "2024-01-21")]
    mixed = interpurchase_distribution(table(rows), as_of="2024-03-01")
    half = mixed[mixed["days"] == 2].iloc[0]
    # As many gaps, each of a customer of its own.
    rows = [(f"f{i}", day, "x") for i in range(29) for day in ("2024-01-01", "2024-01-03")]
    rows += [(f"c{i}", day, "x") for i in range(30) for day in ("2024-01-01", "2024-01-21")]
    apart = interpurchase_distribution(table(rows), as_of="2024-03-01")
    half_apart = apart[apart["days"] == 2].iloc[0]
    width = half["followed_share_high"] - half["followed_share_low"]
    assert width > 1.5 * (half_apart["followed_share_high"] - half_apart["followed_share_low"])


def test_what_is_after_as_of_and_refunds_do_not_count(visits):
    refund = table([("cid", "2024-03-01", "web")]).assign(revenue=-1.0)
    late = table([("cid", "2024-04-01", "web")])
    found = interpurchase_times(pd.concat([visits, refund, late]), as_of=AS_OF)
    pd.testing.assert_frame_equal(found, interpurchase_times(visits, as_of=AS_OF))


def test_nobody_came_back(visits):
    found = interpurchase_times(visits.iloc[[0, 4]], as_of=AS_OF).loc["total"]
    assert found[["n_customers", "n_gaps"]].tolist() == [2, 0]
    assert found[["median_days", "median_days_low", "completed_mean_days"]].isna().all()
    assert found["median_days_high"] == np.inf
    curve = interpurchase_distribution(visits.iloc[[0]], as_of=AS_OF)
    assert len(curve) == 0
    assert "followed_share_low" in curve


def test_errors_are_told(visits):
    with pytest.raises(SchemaError, match="no purchase on or before 2023-01-01"):
        interpurchase_times(visits, as_of="2023-01-01")
    with pytest.raises(SchemaError, match="lacks 'chanel' "):
        interpurchase_times(visits, as_of=AS_OF, by="chanel")
    with pytest.raises(ValueError, match="level lies between"):
        interpurchase_distribution(visits, as_of=AS_OF, level=2)
