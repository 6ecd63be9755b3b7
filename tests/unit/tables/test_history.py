"""`purchase_history` and `purchase_holdout`: definition, refunds, edges and errors."""

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custintel.errors import ReadError, SchemaError, SetAsideWarning
from custintel.tables import purchase_history, purchase_holdout

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


def by_definition(rows: list[tuple[str, int, int]], as_of: int) -> dict[str, tuple[float, ...]]:
    """Work the history out one customer at a time, refunds on their purchase days."""
    found = {}
    for customer in {row[0] for row in rows}:
        own = [(day, amount) for who, day, amount in rows if who == customer and day <= as_of]
        days = sorted({day for day, amount in own if amount >= 0})
        if not days:
            continue
        net = dict.fromkeys(days, 0.0)
        for day, amount in own:
            earlier = [purchase for purchase in days if purchase <= day]
            net[earlier[-1] if earlier else days[0]] += amount
        repeats = [net[day] for day in days[1:]]
        mean = sum(repeats) / len(repeats) if repeats else 0.0
        found[customer] = (len(repeats), days[-1] - days[0], as_of - days[0], mean)
    return found


@pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")
@given(lines, st.integers(0, 45))
def test_history_equals_its_definition(rows: list[tuple[str, int, int]], as_of: int) -> None:
    expected = by_definition(rows, as_of)
    history = purchase_history(frame(rows), as_of=START + pd.Timedelta(days=as_of))
    assert sorted(history.index) == sorted(expected)
    for customer, values in expected.items():
        assert history.loc[customer].to_list() == pytest.approx(values, abs=1e-9)


@pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")
@given(lines, st.integers(0, 40))
def test_rows_after_as_of_change_nothing(rows: list[tuple[str, int, int]], cut: int) -> None:
    table, as_of = frame(rows), START + pd.Timedelta(days=cut)
    seen = table[table["ordered_at"] < as_of + pd.Timedelta(days=1)]
    pd.testing.assert_frame_equal(
        purchase_history(table, as_of=as_of), purchase_history(seen, as_of=as_of)
    )


def test_the_rules_of_counting(odd_orders: pd.DataFrame) -> None:
    history = purchase_history(odd_orders, as_of="2024-06-30")
    # Ada's two orders of one day are one purchase, her order of the last second counts.
    assert history.loc["ada"].to_list() == [1, 90, 90, 10.0]
    # Ben's refund is no purchase; Cleo's identical rows are one, her July order is not seen.
    assert history.loc["ben"].to_list() == [0, 0, 60, 0.0]
    assert history.loc["cleo"].to_list() == [0, 0, 122, 0.0]


def test_a_refund_lowers_the_purchase_before_it() -> None:
    rows = [("a", 0, 100), ("a", 10, 60), ("a", 15, -20), ("a", 20, 40), ("a", 30, -10)]
    history = purchase_history(frame(rows), as_of="2024-04-30")
    assert history.loc["a", "monetary_value"] == pytest.approx((60 - 20 + 40 - 10) / 2)


def test_customers_with_refunds_alone_are_left_out_and_counted() -> None:
    rows = frame([("a", 0, -5), ("b", 0, 5)])
    with pytest.warns(SetAsideWarning, match="1 customer has refunds but no purchase.*'a'"):
        history = purchase_history(rows, as_of="2024-04-30")
    assert list(history.index) == ["b"]


def test_one_customer_of_thousands_of_lines_is_no_burden() -> None:
    """A refund is compared with days, not with lines: a shop's guests are one customer."""
    n = 60_000
    rows = pd.DataFrame(
        {
            "customer_id": "guest",
            "ordered_at": START + pd.to_timedelta(np.arange(n) % 1000, unit="D"),
            "revenue": np.where(np.arange(n) % 400 == 7, -1.0, 2.0),
        }
    )
    tracemalloc.start()
    history = purchase_history(rows, as_of="2030-01-01")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert history["frequency"].item() == 999
    assert peak < 100_000_000


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("customer_id", None, r"rows without customer_id \(1\).*build_transactions"),
        ("ordered_at", pd.NaT, r"rows without ordered_at \(1\)"),
        ("revenue", float("nan"), r"rows without revenue \(1\)"),
    ],
)
def test_missing_cells_are_refused(
    column: str, value: object, told: str, few_orders: pd.DataFrame
) -> None:
    few_orders.loc[3, column] = value
    with pytest.raises(SchemaError, match=told):
        purchase_history(few_orders, as_of="2024-06-30")


def test_times_with_a_zone_and_texts_are_refused(few_orders: pd.DataFrame) -> None:
    aware = few_orders.assign(ordered_at=few_orders["ordered_at"].dt.tz_localize("Asia/Tokyo"))
    texts = few_orders.assign(ordered_at=few_orders["ordered_at"].dt.strftime("%Y-%m-%d"))
    for table in (aware, texts):
        with pytest.raises(SchemaError, match=r"without time zone.*build_transactions"):
            purchase_history(table, as_of="2024-06-30")


def test_types_of_the_result_do_not_depend_on_those_of_the_input(few_orders: pd.DataFrame) -> None:
    expected = purchase_history(few_orders, as_of="2024-06-30")
    others = few_orders.assign(
        revenue=few_orders["revenue"].astype(int),
        customer_id=few_orders["customer_id"].astype("category"),
    )
    pd.testing.assert_frame_equal(purchase_history(others, as_of="2024-06-30"), expected)


def test_ids_that_are_the_same_text_are_one_customer() -> None:
    rows = frame([("a", 0, 5), ("a", 3, 5)]).assign(customer_id=[1, "1"])
    assert purchase_history(rows, as_of="2024-04-30")["frequency"].to_dict() == {"1": 1}


def test_a_file_of_text_is_not_guessed_at(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("customer_id,ordered_at,revenue\n0001,05/03/2024,1\n", encoding="utf-8")
    with pytest.raises(ReadError, match="read_export"):
        purchase_history(path, as_of="2024-06-30")
    with pytest.raises(ReadError, match="no file"):
        purchase_history(tmp_path / "none.parquet", as_of="2024-06-30")


def test_nobody_yet_is_an_empty_table_with_its_columns() -> None:
    history = purchase_history(frame([("a", 10, 5)]), as_of=START)
    assert list(history.columns) == ["frequency", "recency", "T", "monetary_value"]
    assert history.index.name == "customer_id"
    assert history.empty


def test_the_input_is_left_alone(odd_orders: pd.DataFrame) -> None:
    before = odd_orders.copy(deep=True)
    purchase_history(odd_orders, as_of="2024-06-30")
    pd.testing.assert_frame_equal(odd_orders, before)


def test_a_missing_column_is_named_with_what_to_do(few_orders: pd.DataFrame) -> None:
    renamed = few_orders.rename(columns={"revenue": "revenu"})
    with pytest.raises(SchemaError, match=r"'revenue' \(nearest: 'revenu'\).*build_transactions"):
        purchase_history(renamed, as_of="2024-06-30")


@pytest.mark.parametrize(
    "as_of", ["today", "30/06/2024", "2024", None, 20240630, pd.NaT, "2024-06-30T00:00Z"]
)
def test_as_of_must_be_a_day(few_orders: pd.DataFrame, as_of: object) -> None:
    with pytest.raises(ValueError, match="as_of is a date without time zone"):
        purchase_history(few_orders, as_of=as_of)


def test_something_else_than_a_table_is_refused() -> None:
    with pytest.raises(TypeError, match="got list"):
        purchase_history([1, 2], as_of="2024-06-30")


def test_holdout_counts_purchase_days_after_the_cut(few_orders: pd.DataFrame) -> None:
    split = purchase_holdout(few_orders, calibration_end="2024-03-10", as_of="2024-05-31")
    assert split["holdout_purchases"].to_dict() == {"ada": 2, "ben": 1}
    assert set(split["holdout_days"]) == {82}
    pd.testing.assert_frame_equal(
        split.drop(columns=["holdout_purchases", "holdout_days"]),
        purchase_history(few_orders, as_of="2024-03-10"),
    )


def test_a_refund_in_the_holdout_is_no_purchase(odd_orders: pd.DataFrame) -> None:
    split = purchase_holdout(odd_orders, calibration_end="2024-05-02", as_of="2024-06-30")
    assert split["holdout_purchases"].to_dict() == {"ada": 1, "ben": 0, "cleo": 0}


def test_the_holdout_must_come_after_the_cut(few_orders: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="does not come after"):
        purchase_holdout(few_orders, calibration_end="2024-05-31", as_of="2024-05-31")
