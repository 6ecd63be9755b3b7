"""The printed tables of the IMD case, and the errors printed in them."""

import pytest

from custintel.datasets import load_imd_programs, load_imd_top_customers

YEARS = [2005, 2006, 2007, 2008, 2009]


@pytest.fixture(scope="module")
def programs():
    return load_imd_programs()


@pytest.fixture(scope="module")
def shares():
    return load_imd_top_customers()


def test_programs_have_one_row_per_year_in_printed_order(programs):
    assert len(programs) == 12 * 5
    assert programs["year"].tolist() == YEARS * 12
    assert programs["program"].unique()[[0, 3, 11]].tolist() == [
        "Program for Executive Development",
        "Building on Talent",
        "High Performance Leadership",
    ]


def test_index_starts_at_100_and_shares_add_up_to_one(programs):
    first = programs[programs["year"] == 2005]
    assert set(first["revenue_index"]) == {100.0}
    assert first["share_2009"].sum() == pytest.approx(1)


def test_printed_rates_follow_from_the_index_save_one(programs):
    first, last = (
        programs[programs["year"] == year].set_index("program")["revenue_index"]
        for year in (2005, 2009)
    )
    printed = programs.groupby("program", sort=False)["cagr"].first()
    # Both indices are rounded to whole numbers, and the printed rate to 0.1 point; the base
    # year is 100 by definition.
    low = ((last - 0.5) / first) ** (1 / 4) - 1 - 0.0005
    high = ((last + 0.5) / first) ** (1 / 4) - 1 + 0.0005
    wrong = printed[(printed < low) | (printed > high)]
    assert wrong.to_dict() == {"Building on Talent": 0.001}


def test_column_sums_differ_from_the_printed_totals(shares):
    by_year = shares.groupby("year")
    assert (by_year["revenue_share"].sum() * 100).round(1).tolist() == [
        16.7,
        17.2,
        17.3,
        18.1,
        18.7,
    ]
    assert (by_year["total_share"].first() * 100).round(1).tolist() == [
        16.7,
        17.2,
        17.4,
        17.9,
        18.6,
    ]
    assert (by_year["total_share"].nunique() == 1).all()


def test_customers_are_in_the_order_of_their_mean_share(shares):
    means = shares.groupby("customer", sort=False)["revenue_share"].mean() * 100
    assert means.index.tolist() == [f"Customer {n}" for n in range(1, 11)]
    # Recomputed by hand from the printed table.
    assert means.round(2).tolist() == [7.22, 2.82, 1.56, 1.1, 0.9, 0.88, 0.84, 0.76, 0.76, 0.76]
