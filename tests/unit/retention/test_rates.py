"""Retention rates without contracts: counted by hand, and against another way of counting."""

import numpy as np
import pandas as pd
import pytest

from custintel._intervals import wilson_interval
from custintel.errors import SchemaError, SetAsideWarning
from custintel.retention import annual_rate, repeat_rates, retention_rates


def lines(*rows, columns=("customer_id", "ordered_at", "revenue")):
    table = pd.DataFrame(rows, columns=list(columns))
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"]))


@pytest.fixture
def base():
    """On the eve of 2024 Ann, Bob and Cy are active within 12 months, and Dee is not."""
    return lines(
        ("ann", "2023-01-01", 9.0),
        ("bob", "2023-06-01", 9.0),
        ("cy", "2023-12-31", 9.0),
        ("dee", "2022-06-01", 9.0),
        ("ann", "2024-03-01", 9.0),  # kept
        ("cy", "2024-12-31", 9.0),  # kept by an order of the last day
        ("dee", "2024-05-01", 9.0),  # returned
        ("eve", "2024-07-01", 9.0),  # new
        ("bob", "2025-01-01", 9.0),  # too late: lost in 2024
    )


def test_counts_of_a_year(base):
    rates = retention_rates(base, as_of="2025-06-30", inactive_after="12M").set_index("period")
    year = rates.loc[pd.Period("2024")]
    counts = ["n_start", "n_kept", "n_lost", "n_new", "n_returned", "n_brief", "n_end"]
    assert year[counts].tolist() == [3, 2, 1, 1, 1, 0, 4]
    assert year["retention_rate"] == (4 - 2) / 3  # (E − N) / S, with all who came in as N
    assert year["churn_rate"] == pytest.approx(1 / 3)
    low, high = wilson_interval(2, 3, 0.95)
    assert (year["retention_rate_low"], year["retention_rate_high"]) == (low, high)
    # 2025 was not over; the data start too late to know who was active before 2023.
    assert rates.index.astype(str).tolist() == ["2022", "2023", "2024"]
    assert rates["is_settled"].tolist() == [False, False, True]
    assert np.isnan(rates["retention_rate"].iloc[0])


def test_brief_customers_come_and_go_within_a_period(base):
    rates = retention_rates(base, as_of="2024-12-31", inactive_after="3M").set_index("period")
    year = rates.loc[pd.Period("2024")]
    # At its end only Cy has purchased in three months; Ann, Dee and Eve came and went.
    assert year[["n_start", "n_kept", "n_end", "n_brief"]].tolist() == [1, 1, 1, 3]


def test_loyal_share_of_the_french_practitioner():
    """25 loyal customers of 30, 5 of them new, are 83 % of the base: no retention rate."""
    old = [(f"o{i}", day, 1.0) for i in range(40) for day in ["2023-06-01"]]
    stayed = [(f"o{i}", "2024-06-01", 1.0) for i in range(25)]
    new = [(f"n{i}", "2024-06-01", 1.0) for i in range(5)]
    table = lines(("x", "2022-12-01", 1.0), *old, *stayed, *new)
    given = {"as_of": "2024-12-31", "inactive_after": "12M"}
    end = retention_rates(table, convention="end", **given).iloc[-1]
    assert round(end["retention_rate"], 2) == 0.83
    start = retention_rates(table, **given).iloc[-1]
    assert start["retention_rate"] == 25 / 40
    assert start["churn_rate"] == end["churn_rate"] == 15 / 40


def brute_force(table, first, last, silence):
    """Count with sets of customers and pandas' own offsets."""
    day = table["ordered_at"].dt.normalize()

    def active(at):
        since = at + pd.Timedelta(days=1) - pd.DateOffset(months=silence)
        return set(table["customer_id"][(day >= since) & (day <= at)])

    start, end = active(first - pd.Timedelta(days=1)), active(last)
    before = set(table["customer_id"][day < first])
    came = end - start
    return [len(start), len(start & end), len(came - before), len(came & before), len(end)]


@pytest.mark.parametrize("period", ["M", "Q", "Y"])
def test_counts_equal_those_of_sets(period):
    rng = np.random.default_rng(7)
    n = 400
    at = pd.Timestamp("2022-01-15") + pd.to_timedelta(rng.integers(0, 1000, n), unit="D")
    table = pd.DataFrame(
        {"customer_id": rng.integers(0, 60, n), "ordered_at": at.as_unit("us"), "revenue": 1.0}
    )
    rates = retention_rates(table, as_of="2024-10-31", inactive_after="4M", period=period)
    assert len(rates) == {"M": 34, "Q": 11, "Y": 2}[period]
    for row in rates.itertuples():
        first, last = row.period.start_time, row.period.end_time.normalize()
        ours = [row.n_start, row.n_kept, row.n_new, row.n_returned, row.n_end]
        assert ours == brute_force(table, first, last, 4)
        assert row.n_lost == row.n_start - row.n_kept


def test_groups_and_a_period_of_two_days(base):
    table = base.assign(shop=["a", "b", "a", "b", "a", "a", None, "a", "b"])
    given = {"as_of": "2025-06-30", "inactive_after": "12M", "period": ("2024-01-01", "2024-12-31")}
    rates = retention_rates(table, by="shop", **given)
    assert rates["group"].tolist() == ["(missing)", "a", "b"]
    assert rates["period"].unique().tolist() == ["2024-01-01/2024-12-31"]
    assert rates[["n_start", "n_kept", "n_end"]].to_numpy().tolist() == [
        [0, 0, 1],
        [2, 2, 3],
        [1, 0, 0],
    ]


def test_unusable_arguments_are_refused(base):
    for period in (
        "W",
        ("2024-01-01",),
        ("2024-12-31", "2024-01-01"),
        ("2024-01-01", "2026-01-01"),
    ):
        with pytest.raises(ValueError, match="period"):
            retention_rates(base, as_of="2025-06-30", inactive_after="12M", period=period)
    with pytest.raises(ValueError, match="convention"):
        retention_rates(base, as_of="2025-06-30", inactive_after="12M", convention="loyal")
    with pytest.raises(ValueError, match="A span is"):
        retention_rates(base, as_of="2025-06-30", inactive_after=365)
    with pytest.raises(SchemaError, match="no purchase on or before 2020-01-01"):
        retention_rates(base, as_of="2020-01-01", inactive_after="12M")


def test_refunds_alone_are_told_and_inputs_left_alone(base):
    table = pd.concat([base, lines(("zoe", "2024-02-01", -5.0))], ignore_index=True)
    before = table.copy(deep=True)
    with pytest.warns(SetAsideWarning, match="'zoe'"):
        rates = retention_rates(table, as_of="2024-12-31", inactive_after="12M")
    pd.testing.assert_frame_equal(table, before)
    pd.testing.assert_frame_equal(
        rates, retention_rates(base, as_of="2024-12-31", inactive_after="12M")
    )


def test_annual_rates():
    assert annual_rate(0.97) == pytest.approx(0.6938, abs=5e-5)  # the practitioners' example
    assert annual_rate([0.5, 1.0], period="Q").tolist() == [0.0625, 1.0]
    assert annual_rate(0.7, period="Y") == 0.7
    with pytest.raises(ValueError, match="retention_rate"):
        annual_rate(97)


def test_repeat_rates_by_hand(few_orders):
    table = few_orders.assign(shop=["a", "a", "a", "b", "a", "a", "b", "a"])
    total = repeat_rates(table, as_of="2024-06-30").loc["total"]
    # Ada 4, Ben 3, Cleo 1: eight purchases, of which five repeat.
    assert total[["n_customers", "n_repeaters", "n_purchases"]].tolist() == [3, 2, 8]
    assert total["repeat_purchase_share"] == 5 / 8
    assert total["loyalty_index"] == pytest.approx(100)
    by_shop = repeat_rates(table, as_of="2024-06-30", by="shop")
    assert by_shop["repeat_rate"].tolist() == [1.0, 0.0]
    # Two of four customers of a shop repeat there; in shop a both do.
    assert by_shop["loyalty_index"].tolist() == [200.0, 0.0]
    may = repeat_rates(table, as_of="2024-05-31", window="1M").loc["total"]
    assert may[["n_customers", "n_repeaters", "n_purchases"]].tolist() == [2, 1, 3]


def test_a_window_without_a_purchase_is_refused(few_orders):
    with pytest.raises(SchemaError, match="Nobody purchased in the 1M that end with 2025-12-31"):
        repeat_rates(few_orders, as_of="2025-12-31", window="1M")


def test_a_day_counts_once_whatever_the_type_of_its_group():
    table = pd.DataFrame(
        {
            "customer_id": "ann",
            "ordered_at": pd.Timestamp("2024-01-01"),
            "revenue": 1.0,
            "shop": pd.Series([1, "1", None, "(missing)"], dtype=object),
        }
    )
    repeats = repeat_rates(table, as_of="2024-12-31", by="shop")
    assert repeats["n_purchases"].to_dict() == {"(missing)": 1, "1": 1}


def test_customers_can_be_the_groups():
    table = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "bob"],
            "ordered_at": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01"]),
            "revenue": 1.0,
        }
    )
    repeats = repeat_rates(table, as_of="2024-12-31", by="customer_id")
    assert repeats["n_repeaters"].to_dict() == {"ann": 0, "bob": 1}
