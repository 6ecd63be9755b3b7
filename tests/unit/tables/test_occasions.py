"""`occasion_history`: periods counted back from a day, and the purchases in them."""

import calendar

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custintel.datasets import load_donations
from custintel.errors import SchemaError, SetAsideWarning
from custintel.tables import occasion_history

START = pd.Timestamp("2023-12-20")
lines = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 600), st.integers(-50, 200)), min_size=1
)
COLUMNS = ["frequency", "recency", "n_periods"]


def frame(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
    customers, days, amounts = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "customer_id": customers,
            "ordered_at": [START + pd.Timedelta(days=day, hours=day % 24) for day in days],
            "revenue": [float(amount) for amount in amounts],
        }
    )


def months_before(end: pd.Timestamp, months: int) -> pd.Timestamp:
    """Go back by calendar months; last days of months stay last days."""
    number = end.year * 12 + end.month - 1 - months
    year, month = number // 12, number % 12 + 1
    longest = calendar.monthrange(year, month)[1]
    return pd.Timestamp(year, month, longest if end.is_month_end else min(end.day, longest))


def period_ends(end: pd.Timestamp, period: str) -> list[pd.Timestamp]:
    """Return the last days of the periods, the last first, far enough back."""
    n, unit = int(period[:-1]), period[-1]
    if unit in "DW":
        step = pd.Timedelta(days=n * (7 if unit == "W" else 1))
        return [end - k * step for k in range(800)]
    return [months_before(end, k * n * (12 if unit == "Y" else 1)) for k in range(60)]


def by_definition(
    rows: list[tuple[str, int, int]], end: pd.Timestamp, period: str
) -> dict[str, list[int]]:
    ends = period_ends(end, period)
    found = {}
    for customer in {row[0] for row in rows}:
        own = [day for who, day, amount in rows if who == customer and amount >= 0]
        days = [day for day in (START + pd.Timedelta(days=n) for n in own) if day <= end]
        if days:
            back = {sum(day <= each for each in ends) - 1 for day in days}
            first = max(back)
            occasions = sorted(first - each for each in back if each < first)
            found[customer] = [len(occasions), max(occasions, default=0), first]
    return found


@pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")
@given(lines, st.integers(0, 650), st.sampled_from(["1Y", "3M", "1M", "2W", "10D", "1D"]))
def test_occasions_equal_their_definition(
    rows: list[tuple[str, int, int]], as_of: int, period: str
) -> None:
    end = START + pd.Timedelta(days=as_of)
    table = occasion_history(frame(rows), as_of=end, period=period)
    found = {customer: row.to_list() for customer, row in table[COLUMNS].iterrows()}
    assert found == by_definition(rows, end, period)


@pytest.mark.parametrize("end", ["2024-02-29", "2023-02-28", "2024-04-30", "2024-03-30"])
@given(day=st.integers(0, 400))
def test_ends_of_short_months(end: str, day: int) -> None:
    """Every day of the year before falls in the period that the calendar says."""
    last = pd.Timestamp(end)
    rows = [("a", (last - START).days - day, 1)]
    table = occasion_history(frame(rows), as_of=last, period="1M")
    assert {"a": table.loc["a"].to_list()} == by_definition(rows, last, "1M")


def test_the_donations_come_back_from_their_gifts() -> None:
    """Any gifts with the published frequency and recency give the published patterns again."""
    published = load_donations().set_index(COLUMNS)["n_donors"]
    rows, donor = [], 0
    for (frequency, recency, _), n_donors in published.items():
        years = [0, *range(1, frequency), recency] if frequency else [0]
        for _each in range(n_donors):
            donor += 1
            rows += [(str(donor), f"{1995 + year}-07-01", 25.0) for year in years]
    gifts = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"])
    gifts["ordered_at"] = pd.to_datetime(gifts["ordered_at"])
    table = occasion_history(gifts, as_of="2001-12-31", period="1Y")
    counted = table.value_counts().sort_index()
    assert counted.to_dict() == published.to_dict()


def test_purchases_of_the_acquisition_period_are_no_occasions() -> None:
    rows = [("a", 0, 5), ("a", 3, 5), ("b", 0, 5), ("b", 30, 5)]  # from 20 December 2023
    table = occasion_history(frame(rows), as_of="2024-12-31", period="1Y")
    assert table.loc["a"].to_list() == [0, 0, 1]
    assert table.loc["b"].to_list() == [1, 1, 1]


def test_a_day_more_is_another_cut() -> None:
    rows = [("a", 0, 5), ("a", 12, 5)]  # 20 December 2023 and 1 January 2024
    by_year = occasion_history(frame(rows), as_of="2024-12-31", period="1Y")
    shifted = occasion_history(frame(rows), as_of="2025-01-01", period="1Y")
    assert by_year.loc["a"].to_list() == [1, 1, 1]
    assert shifted.loc["a"].to_list() == [0, 0, 1]


def test_lengths_in_two_units_are_one() -> None:
    rows = [("a", 0, 5), ("a", 300, 5), ("b", 77, 5), ("b", 500, 5)]
    for one, other in [("1Y", "12M"), ("0.5Y", "6M"), ("2W", "14D")]:
        pd.testing.assert_frame_equal(
            occasion_history(frame(rows), as_of="2025-08-17", period=one),
            occasion_history(frame(rows), as_of="2025-08-17", period=other),
        )


@pytest.mark.parametrize("period", ["1.5M", "0.1Y", "2.5D"])
def test_parts_of_months_and_days_are_refused(period: str, few_orders: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="whole number of days, weeks, months or years"):
        occasion_history(few_orders, as_of="2024-06-30", period=period)


def test_refunds_are_no_purchases_and_alone_are_counted() -> None:
    rows = frame([("a", 0, -5), ("b", 0, 5), ("b", 400, -5)])
    with pytest.warns(SetAsideWarning, match="1 customer has refunds but no purchase.*'a'"):
        table = occasion_history(rows, as_of="2025-12-31", period="1Y")
    assert table.to_dict("index") == {"b": {"frequency": 0, "recency": 0, "n_periods": 2}}


def test_nobody_yet_is_an_empty_table_with_its_columns() -> None:
    table = occasion_history(frame([("a", 10, 5)]), as_of=START)
    assert list(table.columns) == COLUMNS
    assert table.empty


def test_the_input_is_left_alone(odd_orders: pd.DataFrame) -> None:
    before = odd_orders.copy(deep=True)
    occasion_history(odd_orders, as_of="2024-06-30", period="1M")
    pd.testing.assert_frame_equal(odd_orders, before)


def test_a_missing_column_is_named(few_orders: pd.DataFrame) -> None:
    with pytest.raises(SchemaError, match=r"'revenue'.*build_transactions"):
        occasion_history(few_orders.drop(columns="revenue"), as_of="2024-06-30")
