"""The printed shares of ten customers (IMD case, course "AMR 63", 2019), as movers and groups."""

import pandas as pd
import pytest

from custintel.datasets import load_imd_top_customers
from custintel.errors import WeakResultWarning
from custintel.revenue import concentration_intervals, major_customers, movers, top_customers

HHI = [0.280, 0.224, 0.217, 0.185, 0.226]
# Customers of 2009 by their printed share, largest first; 4 and 10, 3 and 9 are equal.
RANKED_2009 = [1, 2, 4, 10, 6, 3, 9, 7, 8, 5]


@pytest.fixture(scope="module")
def customers():
    return load_imd_top_customers().pivot_table("revenue_share", "customer", "year", sort=False)


@pytest.fixture(scope="module")
def moves(customers):
    return movers(customers, before=2005, after=2009, total=1.0)


def test_ranks_of_2009(moves):
    by_rank = moves.sort_values("rank_after").index
    assert by_rank.tolist() == [f"Customer {i}" for i in RANKED_2009]


def test_ranks_are_those_of_the_largest_customers(customers, moves):
    top = top_customers(customers, panel="per_period", total=1.0)
    in_2009 = top[top["period"] == pd.Period("2009")].set_index("customer")["rank"]
    assert moves["rank_after"].astype(int).to_dict() == in_2009.to_dict()


def test_gains_and_losses_in_points(moves):
    # 10: 0.0 to 1.3 %, 2: 1.7 to 3.7 %, 3: 2.4 to 0.9 %, 1: 8.1 to 7.6 %.
    change = (100 * moves["share_change"]).round(1)
    assert change[["Customer 2", "Customer 10", "Customer 1", "Customer 3"]].tolist() == [
        *(2.0, 1.3, -0.5, -1.5)
    ]
    assert [moves.index[0], moves.index[-1]] == ["Customer 2", "Customer 3"]


def test_the_one_without_share_in_2005_is_new(moves):
    status = moves["status"].to_dict()
    assert {name for name, each in status.items() if each != "stayed"} == {"Customer 10"}
    assert status["Customer 10"] == "new"


def test_no_customer_brings_a_tenth(customers):
    assert major_customers(customers, total=1.0).empty
    largest = major_customers(customers, total=1.0, threshold=0.081)
    assert largest[["period", "customer"]].astype(str).to_numpy().tolist() == [
        ["2005", "Customer 1"]
    ]


def test_hhi_within_the_ten_and_its_weak_interval(customers):
    with pytest.warns(WeakResultWarning, match="5 periods have fewer than 30 customers"):
        hhi = concentration_intervals(customers).xs("hhi", level="measure")
    assert hhi["value"].tolist() == pytest.approx(HHI, abs=0.0005)
    assert ((hhi["low"] < hhi["value"]) & (hhi["value"] < hhi["high"])).all()
