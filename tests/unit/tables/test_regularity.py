"""`regularity_history`: the purchase history, and the intervals between purchases."""

import math
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custintel.errors import SchemaError, SetAsideWarning
from custintel.tables import purchase_history, regularity_history

START = pd.Timestamp("2024-02-20")
lines = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 40), st.integers(-50, 200)), min_size=1
)


def frame(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
    customers, days, amounts = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "customer_id": customers,
            "ordered_at": [START + pd.Timedelta(days=day, hours=day % 24) for day in days],
            "revenue": [float(amount) for amount in amounts],
        }
    )


def intervals(rows: list[tuple[str, int, int]], customer: str, as_of: int) -> list[int]:
    days = {day for who, day, amount in rows if who == customer and amount >= 0 and day <= as_of}
    return [later - earlier for earlier, later in pairwise(sorted(days))]


@pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")
@given(lines, st.integers(0, 45))
def test_intervals_equal_their_definition(rows: list[tuple[str, int, int]], as_of: int) -> None:
    history = regularity_history(frame(rows), as_of=START + pd.Timedelta(days=as_of))
    for customer, row in history.iterrows():
        own = intervals(rows, str(customer), as_of)
        assert row["sum_log_intervals"] == pytest.approx(sum(map(math.log, own)), abs=1e-12)
        assert row["longest_pause"] == max(own, default=0)


@pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")
@given(lines, st.integers(0, 45))
def test_the_rest_is_the_purchase_history(rows: list[tuple[str, int, int]], as_of: int) -> None:
    table, day = frame(rows), START + pd.Timedelta(days=as_of)
    history = regularity_history(table, as_of=day)
    measures = ["sum_log_intervals", "longest_pause"]
    pd.testing.assert_frame_equal(
        history.drop(columns=measures), purchase_history(table, as_of=day)
    )
    assert list(history.columns[-2:]) == measures


@pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")
@given(lines)
def test_equal_intervals_have_the_largest_sum(rows: list[tuple[str, int, int]]) -> None:
    """By Jensen's inequality n intervals give n ln(recency / n) at most."""
    history = regularity_history(frame(rows), as_of="2024-06-30")
    again = history[history["frequency"] > 0]
    for n, recency, total in zip(
        again["frequency"], again["recency"], again["sum_log_intervals"], strict=True
    ):
        assert 0 <= total <= n * math.log(recency / n) + 1e-9


def test_a_refund_makes_no_interval() -> None:
    rows = [("a", 0, 100), ("a", 10, 60), ("a", 10, -20), ("a", 15, -20), ("a", 30, 40)]
    history = regularity_history(frame(rows), as_of="2024-04-30")
    assert history.loc["a", "sum_log_intervals"] == pytest.approx(math.log(10) + math.log(20))
    assert history.loc["a", "longest_pause"] == 20


def test_customers_with_refunds_alone_are_left_out_and_counted() -> None:
    rows = frame([("a", 0, -5), ("b", 0, 5)])
    with pytest.warns(SetAsideWarning, match="1 customer has refunds but no purchase.*'a'"):
        history = regularity_history(rows, as_of="2024-04-30")
    assert list(history.index) == ["b"]


def test_nobody_yet_is_an_empty_table_with_its_columns() -> None:
    history = regularity_history(frame([("a", 10, 5)]), as_of=START)
    assert list(history.columns[-2:]) == ["sum_log_intervals", "longest_pause"]
    assert history.empty


def test_the_input_is_left_alone(odd_orders: pd.DataFrame) -> None:
    before = odd_orders.copy(deep=True)
    regularity_history(odd_orders, as_of="2024-06-30")
    pd.testing.assert_frame_equal(odd_orders, before)


def test_a_missing_column_is_named(few_orders: pd.DataFrame) -> None:
    with pytest.raises(SchemaError, match=r"'ordered_at'.*build_transactions"):
        regularity_history(few_orders.drop(columns="ordered_at"), as_of="2024-06-30")
