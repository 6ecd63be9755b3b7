"""What holds of cohorts, whatever the orders."""

import warnings

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custintel.errors import SetAsideWarning
from custintel.retention import cohort_table

START = pd.Timestamp("2023-11-20")
line = st.tuples(
    st.sampled_from("abcde"), st.integers(0, 500), st.integers(-2_000, 9_000).map(lambda n: n / 100)
)
orders = st.lists(line, min_size=1, max_size=30)


def transactions(lines):
    customers, days, revenue = zip(*lines, strict=True)
    ordered_at = START + pd.to_timedelta(list(days), unit="D")
    return pd.DataFrame({"customer_id": customers, "ordered_at": ordered_at, "revenue": revenue})


def cohorts_of(lines, last, period):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SetAsideWarning)
        return cohort_table(
            transactions(lines), as_of=START + pd.Timedelta(days=last), period=period
        )


@settings(max_examples=60)
@given(orders, st.integers(0, 500), st.sampled_from("MQY"))
def test_cohorts_equal_their_definition(lines, last, period):
    found = cohorts_of(lines, last, period)
    as_of = START + pd.Timedelta(days=last)
    bought: dict[str, set[pd.Period]] = {}
    for customer, day, revenue in lines:
        if day <= last and revenue >= 0:
            when = (START + pd.Timedelta(days=day)).to_period(period)
            bought.setdefault(customer, set()).add(when)
    expected = {}
    for cohort in {min(periods) for periods in bought.values()}:
        members = [periods for periods in bought.values() if min(periods) == cohort]
        for number in range((as_of.to_period(period) - cohort).n + 1):
            active = sum(cohort + number in periods for periods in members)
            expected[cohort, number] = (len(members), active)
    keys = zip(found["cohort"], found["period_number"], strict=True)
    counts = zip(found["n_customers"], found["n_active"], strict=True)
    assert dict(zip(keys, counts, strict=True)) == expected


@settings(max_examples=40)
@given(orders, st.integers(0, 500), st.sampled_from("MQY"))
def test_all_revenue_of_customers_with_a_purchase_is_there(lines, last, period):
    found = cohorts_of(lines, last, period)
    observed = [each for each in lines if each[1] <= last]
    buyers = {customer for customer, _day, revenue in observed if revenue >= 0}
    revenue = sum(amount for customer, _day, amount in observed if customer in buyers)
    assert found["revenue"].sum() == pytest.approx(revenue, abs=1e-6)
    rates = found["retention_rate"]
    assert (found["retention_rate_low"] <= rates).all()
    assert (rates <= found["retention_rate_high"]).all()


@settings(max_examples=30)
@given(orders, st.randoms(), st.integers(0, 500))
def test_order_of_lines_and_lines_after_as_of_do_not_matter(lines, random, last):
    shuffled = random.sample(lines, len(lines))
    past = [each for each in lines if each[1] <= last] or [("a", 501, 1.0)]
    first, second = cohorts_of(shuffled, last, "M"), cohorts_of(past, last, "M")
    pd.testing.assert_frame_equal(first, second)
