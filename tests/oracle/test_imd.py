"""The printed tables of the IMD case (course "AMR 63", 2019): T1 programmes, T2 customers."""

import pandas as pd
import pytest

from custintel.datasets import load_imd_programs, load_imd_top_customers
from custintel.revenue import concentration_table, growth_table, index_table, top_customers

WRONG = "Building on Talent"

# Sums of the ten printed shares, by hand; the printed totals of 2007-2009 differ from them.
T2_SUMS = {2005: 0.167, 2006: 0.172, 2007: 0.173, 2008: 0.181, 2009: 0.187}
T2_HHI = {2005: 0.280, 2006: 0.224, 2007: 0.217, 2008: 0.185, 2009: 0.226}
T2_GINI = {2005: 0.572, 2006: 0.495, 2007: 0.460, 2008: 0.398, 2009: 0.479}


@pytest.fixture(scope="module")
def programs():
    printed = load_imd_programs()
    return printed.pivot_table("revenue_index", "program", "year", sort=False)


@pytest.fixture(scope="module")
def printed_cagr():
    return load_imd_programs().drop_duplicates("program").set_index("program")["cagr"]


@pytest.fixture(scope="module")
def customers():
    return load_imd_top_customers().pivot_table("revenue_share", "customer", "year", sort=False)


def test_printed_growth_is_within_what_rounding_allows_for_eleven_of_twelve(programs, printed_cagr):
    growth = growth_table(programs, rounding=1.0)
    assert set(growth["n_years"]) == {4}
    # The growth rates are themselves printed to a tenth of a percent.
    possible = (growth["cagr_low"] <= printed_cagr + 0.0005) & (
        printed_cagr - 0.0005 <= growth["cagr_high"]
    )
    assert list(possible.index[~possible]) == [WRONG]


def test_the_wrong_growth_rate_is_put_right(programs, printed_cagr):
    row = growth_table(programs, rounding=1.0).loc[WRONG]
    assert printed_cagr[WRONG] == 0.001
    assert row["cagr"] == pytest.approx(0.0099, abs=0.00005)
    assert [round(row["cagr_low"], 4), round(row["cagr_high"], 4)] == [0.0086, 0.0111]


def test_five_columns_taken_for_five_years_would_not_give_the_printed_rates(programs, printed_cagr):
    five = (programs[2009] / programs[2005]) ** (1 / 5) - 1
    assert ((five - printed_cagr).abs() > 0.001).sum() > 6


def test_an_index_is_its_own_index(programs):
    again = index_table(programs, base=2005)
    pd.testing.assert_frame_equal(
        again.set_axis(programs.columns, axis=1), programs, check_exact=False
    )


def test_sums_of_the_ten_customers(customers):
    top = top_customers(customers, total=1.0)
    tenth = top[top["rank"] == 10]
    found = dict(zip(tenth["period"].dt.year, tenth["cumulative_share"], strict=True))
    assert found == pytest.approx(T2_SUMS, abs=1e-12)


def test_the_printed_order_is_that_of_the_mean_share(customers):
    in_2005 = top_customers(customers, total=1.0).head(10)
    assert in_2005["customer"].tolist() == [f"Customer {i}" for i in range(1, 11)]


def test_hhi_within_the_ten(customers):
    measures = concentration_table(customers)
    found = dict(zip(measures.index.year, measures["hhi"], strict=True))
    assert found == pytest.approx(T2_HHI, abs=0.0005)


def test_gini_within_the_ten(customers):
    measures = concentration_table(customers)
    # Customer 10 is printed with 0.0 % in 2005. Here it is no customer of that year; counting
    # one who brings nothing raises the index of n others from G to 1 - n / (n + 1) (1 - G).
    counted = measures["n_customers"] / 10
    with_all_ten = 1 - counted * (1 - measures["gini"])
    assert measures["n_customers"].tolist() == [9, 10, 10, 10, 10]
    found = dict(zip(measures.index.year, with_all_ten, strict=True))
    assert found == pytest.approx(T2_GINI, abs=0.0005)
