import pandas as pd
import pytest

from custintel.revenue import major_customers


@pytest.fixture
def table():
    columns = {2023: [10.0, 9.9, 80.1], 2024: [50.0, 50.0, -20.0]}
    return pd.DataFrame(columns, index=pd.Index(["ann", "bob", "eve"], name="company"))


def test_a_tenth_counts_exactly(table):
    majors = major_customers(table)
    assert majors[["period", "company"]].astype(str).to_numpy().tolist() == [
        ["2023", "eve"],
        ["2023", "ann"],
        ["2024", "ann"],
        ["2024", "bob"],
    ]
    assert majors["revenue_share"].tolist() == pytest.approx([0.801, 0.1, 0.5, 0.5])


def test_another_threshold_and_total(table):
    assert major_customers(table, threshold=0.6)["company"].tolist() == ["eve"]
    assert major_customers(table, total=700)["company"].tolist() == ["eve"]
    # More than ten customers may hold a tenth of a total that is not the sum.
    many = pd.DataFrame({2024: [1.0] * 15}, index=[f"c{i:02d}" for i in range(15)])
    assert len(major_customers(many, total=10)) == 15


def test_a_period_without_one_has_no_row():
    many = pd.DataFrame({2024: [1.0] * 15}, index=range(15))
    assert major_customers(many).empty
    assert list(major_customers(many).columns) == [
        "period",
        "customer_id",
        "revenue",
        "revenue_share",
    ]


@pytest.mark.parametrize("n", [3, 7, 10])
def test_a_share_of_the_threshold_itself_is_listed(n):
    # A third has no end in digits: rounding the share alone would put it below.
    equal = pd.DataFrame({2024: [5.0] * n}, index=range(n))
    assert len(major_customers(equal, threshold=1 / n)) == n


@pytest.mark.parametrize("threshold", [0, -0.1, 10])
def test_threshold_is_a_share_above_zero(table, threshold):
    with pytest.raises(ValueError, match="threshold"):
        major_customers(table, threshold=threshold)
