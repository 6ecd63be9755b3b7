import numpy as np
import pandas as pd
import pytest

from custintel._intervals import wilson_interval
from custintel.errors import SchemaError, SetAsideWarning
from custintel.retention import cohort_table


def lines(*rows):
    columns = ["customer_id", "ordered_at", "revenue"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"]))


def rows_of(cohorts, *columns):
    named = cohorts.assign(cohort=cohorts["cohort"].astype(str))
    return [tuple(row) for row in named[list(columns)].itertuples(index=False)]


def test_months(few_orders):
    cohorts = cohort_table(few_orders, as_of="2024-05-31")
    assert rows_of(cohorts, "cohort", "period_number", "n_customers", "n_active", "revenue") == [
        # Ada and Ben came in January; Ben again in February and March, Ada in March and May.
        ("2024-01", 0, 2, 2, 120),
        ("2024-01", 1, 2, 1, 100),
        ("2024-01", 2, 2, 2, 110),
        ("2024-01", 3, 2, 0, 0),
        ("2024-01", 4, 2, 1, 70),
        ("2024-05", 0, 1, 1, 600),
    ]
    assert cohorts["retention_rate"].tolist() == [1, 0.5, 1, 0, 0.5, 1]
    assert cohorts["is_complete"].all()


def test_quarters_and_years(few_orders):
    quarterly = cohort_table(few_orders, as_of="2024-09-30", period="Q")
    assert rows_of(quarterly, "cohort", "period_number", "n_customers", "n_active") == [
        ("2024Q1", 0, 2, 2),
        ("2024Q1", 1, 2, 1),
        ("2024Q1", 2, 2, 0),
        ("2024Q2", 0, 1, 1),
        ("2024Q2", 1, 1, 0),
    ]
    yearly = cohort_table(few_orders, as_of="2025-06-30", period="Y")
    assert rows_of(yearly, "cohort", "period_number", "n_active", "revenue", "is_complete") == [
        ("2024", 0, 3, 1000, True),
        ("2024", 1, 0, 0, False),
    ]


@pytest.mark.parametrize(("as_of", "complete"), [("2024-02-28", False), ("2024-02-29", True)])
def test_a_period_is_complete_when_its_last_day_was_observed(as_of, complete):
    cohorts = cohort_table(lines(("ada", "2024-01-01", 5.0)), as_of=as_of)
    assert cohorts["is_complete"].tolist() == [True, complete]


def test_intervals_are_wilsons_but_for_the_first_period(few_orders):
    cohorts = cohort_table(few_orders, as_of="2024-05-31", level=0.9)
    low, high = wilson_interval([1, 2, 0, 1], [2, 2, 2, 2], 0.9)
    assert cohorts["retention_rate_low"].tolist() == pytest.approx([1, *low, 1])
    assert cohorts["retention_rate_high"].tolist() == pytest.approx([1, *high, 1])


def test_refunds_are_netted_but_are_no_purchases(odd_orders):
    cohorts = cohort_table(odd_orders, as_of="2024-06-30")
    by_cohort = cohorts.groupby(cohorts["cohort"].astype(str))
    assert by_cohort["revenue"].sum().to_dict() == {"2024-02": 40, "2024-04": 60, "2024-05": 50}
    may = cohorts[cohorts["cohort"] == pd.Period("2024-05")]
    assert may["n_active"].tolist() == [1, 0]
    assert may["revenue"].tolist() == [50, 0]


def test_a_later_refund_makes_negative_revenue_without_activity():
    table = lines(("ada", "2024-01-01", 50.0), ("ada", "2024-02-01", -20.0))
    cohorts = cohort_table(table, as_of="2024-02-29")
    assert rows_of(cohorts, "period_number", "n_active", "revenue") == [(0, 1, 50), (1, 0, -20)]


def test_a_refund_before_the_first_purchase_is_netted_in_period_0():
    table = lines(("ada", "2024-01-01", -20.0), ("ada", "2024-03-01", 50.0))
    cohorts = cohort_table(table, as_of="2024-03-31")
    assert rows_of(cohorts, "cohort", "period_number", "revenue") == [("2024-03", 0, 30)]


def test_a_zero_amount_is_a_purchase():
    table = lines(("ada", "2024-01-01", 0.0), ("ada", "2024-02-01", 0.0))
    assert cohort_table(table, as_of="2024-02-29")["n_active"].tolist() == [1, 1]


def test_refunds_alone_are_told_and_belong_to_no_cohort():
    table = lines(
        ("ada", "2024-01-01", 9.0), ("ben", "2024-01-02", -3.0), ("cleo", "2024-02-02", -4.5)
    )
    with pytest.warns(SetAsideWarning, match="2 customers have refunds of 7.50.*'ben', 'cleo'"):
        cohorts = cohort_table(table, as_of="2024-02-29")
    assert cohorts["n_customers"].tolist() == [1, 1]
    assert cohorts["revenue"].sum() == 9


def test_all_refunds_and_no_lines_make_no_cohort(few_orders):
    none = cohort_table(few_orders, as_of="2023-12-31")
    with pytest.warns(SetAsideWarning, match="3 customers"):
        refunds = cohort_table(few_orders.assign(revenue=-1.0), as_of="2024-12-31")
    for cohorts in (none, refunds):
        assert cohorts.empty
        assert list(cohorts.columns) == [
            "cohort",
            "period_number",
            "n_customers",
            "n_active",
            "retention_rate",
            "retention_rate_low",
            "retention_rate_high",
            "revenue",
            "is_complete",
        ]


def test_types_of_columns(few_orders):
    cohorts = cohort_table(few_orders, as_of="2024-06-30")
    assert isinstance(cohorts["cohort"].dtype, pd.PeriodDtype)
    counts = ["period_number", "n_customers", "n_active"]
    assert {cohorts[name].dtype for name in counts} == {np.dtype("int64")}
    assert cohorts["is_complete"].dtype == bool


def test_unusable_arguments_are_refused(few_orders):
    with pytest.raises(ValueError, match="period is one of 'M', 'Q', 'Y'"):
        cohort_table(few_orders, as_of="2024-06-30", period="W")
    with pytest.raises(ValueError, match="level"):
        cohort_table(few_orders, as_of="2024-06-30", level=95)
    with pytest.raises(SchemaError, match="'customer_id'"):
        cohort_table(few_orders.drop(columns="customer_id"), as_of="2024-06-30")


def test_input_is_left_alone(odd_orders):
    before = odd_orders.copy(deep=True)
    cohort_table(odd_orders, as_of="2024-06-30")
    pd.testing.assert_frame_equal(odd_orders, before)


def test_cohorts_of_a_frame_that_duckdb_scans(odd_orders):
    # DuckDB 1.5 refused to plan the window by which cohorts were found.
    duckdb = pytest.importorskip("duckdb")
    scanned = duckdb.connect().from_df(odd_orders)
    expected = cohort_table(odd_orders, as_of="2024-06-30")
    pd.testing.assert_frame_equal(cohort_table(scanned, as_of="2024-06-30"), expected)
