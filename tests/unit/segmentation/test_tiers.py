"""`value_tiers`: two conventions, ties, and rounding."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custintel.errors import SchemaError
from custintel.segmentation import segment_table, value_tiers


def spend(*amounts: float) -> pd.Series:
    return pd.Series(amounts, index=[f"c{i:02d}" for i in range(len(amounts))], dtype=float)


def test_tiers_of_customers_in_their_own_order() -> None:
    tiers = value_tiers(spend(1, 9, 5, 7, 3, 2, 4, 8, 6, 10))
    assert tiers.index.tolist() == [f"c{i:02d}" for i in range(10)]
    assert "".join(tiers["tier"]) == "CACBCCCBBA"
    assert tiers["rank"].tolist() == [10, 2, 6, 4, 8, 9, 7, 3, 5, 1]
    best = tiers.sort_values("rank")
    assert best["customer_share"].tolist() == pytest.approx(np.arange(1, 11) / 10)
    assert best["value_share"].tolist() == pytest.approx(np.arange(10, 0, -1).cumsum() / 55)


def test_deciles() -> None:
    tiers = value_tiers(
        spend(*range(1, 51)), shares=[0.1] * 10, names=[str(i) for i in range(1, 11)]
    )
    assert tiers["tier"].value_counts().tolist() == [5] * 10
    assert tiers["tier"].tolist()[-5:] == ["1"] * 5


def test_the_customer_who_crosses_the_bound_is_in_the_better_tier() -> None:
    # Alone worth 90 % of all: by "up to 80 %" the largest customer would not be in A.
    assert value_tiers(spend(90, 6, 4), of="value")["tier"].tolist() == ["A", "B", "C"]
    # 40 + 40 are 80 % to the cent: the bound is reached, and the next one is in B.
    tiers = value_tiers(spend(40, 40, 10, 5, 5), of="value")
    assert tiers["tier"].tolist() == ["A", "A", "B", "B", "C"]


def test_who_is_worth_nothing_is_in_the_last_tier() -> None:
    tiers = value_tiers(spend(10, 0, -5), of="value")
    assert tiers["tier"].tolist() == ["A", "C", "C"]
    assert tiers["value_share"].tolist() == [1.0, 1.0, 1.0]


def test_equal_customers_are_ranked_by_id_whatever_their_order() -> None:
    same = spend(*[7] * 10)
    tiers = value_tiers(same.iloc[::-1])
    assert tiers.loc[["c00", "c01"], "tier"].tolist() == ["A", "A"]
    assert tiers["rank"].tolist() == list(range(10, 0, -1))


def test_tiers_are_summed_up_as_segments() -> None:
    tiers = value_tiers(spend(50, 30, 10, 5, 5))
    table = segment_table(tiers["tier"], tiers["value"])
    assert table.index.tolist() == ["A", "B", "C"]
    assert table["revenue_share"].tolist() == [0.5, 0.4, 0.1]


amounts = st.lists(st.integers(-50, 1000), min_size=1, max_size=60)


@given(amounts)
def test_sizes_of_tiers_are_rounded_to_the_nearest(values: list[int]) -> None:
    sizes = value_tiers(spend(*values))["tier"].value_counts()
    n = len(values)
    # floor(x + ½) in whole numbers, of a fifth and of a half.
    first, both = (2 * n + 5) // 10, (2 * n + 2) // 4
    assert [sizes["A"], sizes["B"], sizes["C"]] == [first, both - first, n - both]


@given(amounts.filter(lambda values: max(values) > 0))
def test_tiers_of_value_are_the_fewest_customers_that_reach_it(values: list[int]) -> None:
    tiers = value_tiers(spend(*values), of="value")
    positive = sorted((value for value in values if value > 0), reverse=True)
    total, reached, count = sum(positive), 0, 0
    while reached * 5 < total * 4:
        reached += positive[count]
        count += 1
    assert (tiers["tier"] == "A").sum() == count
    assert (tiers.sort_values("rank")["value"].diff().dropna() <= 0).all()


def test_what_makes_no_tiers_is_refused() -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        value_tiers(spend(1), shares=[0.5, 0.4, 0.3])
    with pytest.raises(ValueError, match="add up to 1"):
        value_tiers(spend(1), shares=[1.1, -0.1, 0.0])
    with pytest.raises(ValueError, match="same tiers"):
        value_tiers(spend(1), shares=[0.5, 0.5])
    with pytest.raises(ValueError, match="same tiers"):
        value_tiers(spend(1), names=["A", "A", "B"])
    with pytest.raises(ValueError, match="of is one of"):
        value_tiers(spend(1), of="revenue")  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="worth more than zero"):
        value_tiers(spend(0, -1), of="value")
    with pytest.raises(SchemaError, match="missing or infinite"):
        value_tiers(spend(1, np.nan))
    assert value_tiers(spend()).empty
    assert value_tiers(spend(0, -1))["value_share"].isna().all()


def test_customers_equal_on_paper_are_ranked_by_id():
    # The sum is larger than 0.3 in the last digit alone.
    tiers = value_tiers(pd.Series({"zoe": 0.1 + 0.2, "ann": 0.3, "bob": 0.1}))
    assert tiers["rank"].to_dict() == {"zoe": 2, "ann": 1, "bob": 3}
