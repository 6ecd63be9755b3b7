"""Returns on spend: how they hang together, columns of them, and what has none."""

import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.projects import break_even_volume, return_on_investment, roas, romi


def test_the_return_breaks_even_at_the_inverse_of_the_margin() -> None:
    assert romi(400, contribution_margin=0.25, spend=100) == pytest.approx(0)
    assert roas(400, spend=100) == pytest.approx(1 / 0.25)


def test_columns_are_reckoned_row_by_row_and_keep_their_labels() -> None:
    revenue = pd.Series({"mail": 500.0, "web": 90.0})
    found = romi(revenue, contribution_margin=0.5, spend=pd.Series({"mail": 100.0, "web": 60.0}))
    assert found.to_dict() == {"mail": pytest.approx(1.5), "web": pytest.approx(-0.25)}
    assert roas([10, 20], spend=[5, 5]).tolist() == [2, 4]


def test_a_rate_of_return_is_of_the_cost() -> None:
    assert return_on_investment(150, cost=100) == pytest.approx(0.5)
    assert return_on_investment(0, cost=100) == -1.0


def test_a_fixed_cost_is_earned_back_unit_by_unit() -> None:
    assert break_even_volume(1000, unit_margin=3) * 3 == pytest.approx(1000)
    assert break_even_volume(0, unit_margin=3) == 0.0


@pytest.mark.parametrize("spend", [0, -5, float("nan"), float("inf"), "much", 1e300])
def test_without_a_positive_spend_there_is_no_return(spend: object) -> None:
    for ratio in (
        lambda: romi(1, contribution_margin=0.5, spend=spend),
        lambda: roas(1, spend=spend),
        lambda: return_on_investment(1, cost=spend),
        lambda: break_even_volume(1, unit_margin=spend),
    ):
        with pytest.raises(ValueError, match="is"):
            ratio()


def test_zeros_are_counted_and_named() -> None:
    spend = pd.Series({"mail": 0.0, "web": 60.0, "shop": 0.0})
    with pytest.raises(ValueError, match="2 values of 3 are not, such as 'mail': 0, 'shop': 0"):
        roas(100, spend=spend)
    with pytest.raises(ValueError, match="contribution_margin is between 0 and 1"):
        romi(1, contribution_margin=60, spend=1)
    with pytest.raises(SchemaError, match="labels differ"):
        roas(pd.Series({"a": 1.0}), spend=pd.Series({"b": 1.0}))
