import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue import growth_contributions


@pytest.fixture
def table():
    """Return amounts whose sums are 200, 220, 209."""
    columns = {2021: [120.0, 80.0, 0.0], 2022: [100.0, 100.0, 20.0], 2023: [100.0, 99.0, 10.0]}
    return pd.DataFrame(columns, index=["a", "b", "new"])


def test_each_step_adds_up_to_the_growth_of_the_whole(table):
    added = growth_contributions(table)
    assert added["item"].tolist() == ["a", "b", "new"] * 2
    assert added["period"].astype(str).tolist() == ["2022"] * 3 + ["2023"] * 3
    assert added["before"].tolist() == [120, 80, 0, 100, 100, 20]
    assert added["after"].tolist() == [100, 100, 20, 100, 99, 10]
    assert added["contribution"].tolist() == pytest.approx([-0.1, 0.1, 0.1, 0, -1 / 220, -10 / 220])
    assert added["growth_share"].tolist() == pytest.approx([-1, 1, 1, 0, 1 / 11, 10 / 11])
    total = table.sum()
    by_step = added.groupby("period")["contribution"].sum().tolist()
    assert by_step == pytest.approx([220 / 200 - 1, 209 / 220 - 1])
    assert by_step == pytest.approx((total / total.shift() - 1).dropna().tolist())


def test_one_step_since_an_earlier_period(table):
    added = growth_contributions(table, since=2021)
    assert added["period"].astype(str).unique().tolist() == ["2023"]
    assert added["contribution"].tolist() == pytest.approx([-0.1, 19 / 200, 10 / 200])
    pd.testing.assert_frame_equal(
        growth_contributions(table, since="2022"),
        growth_contributions(table).iloc[3:].reset_index(drop=True),
    )


def test_periods_are_put_in_order(table):
    pd.testing.assert_frame_equal(
        growth_contributions(table[[2023, 2021, 2022]]), growth_contributions(table)
    )


def test_changes_that_cancel_have_no_shares_of_the_growth():
    table = pd.DataFrame({2021: [0.1, 0.2], 2022: [0.3, 0.0]}, index=["a", "b"])
    added = growth_contributions(table)
    assert added["contribution"].tolist() == pytest.approx([2 / 3, -2 / 3])
    assert added["growth_share"].isna().all()


def test_growth_on_nothing_is_missing_and_told():
    table = pd.DataFrame({2021: [-5, 5], 2022: [5, 5], 2023: [10, 5]}, index=["a", "b"])
    with pytest.warns(WeakResultWarning, match="1 period has no contributions.*'2022'"):
        added = growth_contributions(table)
    assert added["contribution"].isna().tolist() == [True, True, False, False]
    assert added["growth_share"].tolist() == [1, 0, 1, 0]


def test_growth_on_less_than_nothing_is_missing_as_well():
    # More was refunded than sold: divided by it, every gain would be a loss.
    table = pd.DataFrame({2021: [-30.0, 5.0], 2022: [10.0, 5.0]}, index=["a", "b"])
    with pytest.warns(WeakResultWarning, match="1 period has no contributions.*'2022'"):
        added = growth_contributions(table)
    assert added["contribution"].isna().all()
    assert added["growth_share"].tolist() == [1, 0]


def test_index_numbers_do_not_add_up_and_that_is_told():
    index = pd.DataFrame({2021: [100, 100], 2022: [110, 120]}, index=["a", "b"])
    with pytest.warns(WeakResultWarning, match="as in an index, whose numbers do not add up"):
        growth_contributions(index)
    # One item is its own total.
    assert growth_contributions(index.iloc[:1])["contribution"].tolist() == pytest.approx([0.1])


@pytest.mark.parametrize("shape", [(0, 3), (3, 1), (0, 0)])
def test_tables_without_a_step_give_no_rows(table, shape):
    added = growth_contributions(table.iloc[: shape[0], : shape[1]])
    assert len(added) == 0
    assert list(added) == ["period", "item", "before", "after", "contribution", "growth_share"]


def test_unusable_arguments_are_refused(table):
    with pytest.raises(ValueError, match="since 2023 is the last period"):
        growth_contributions(table, since=2023)
    with pytest.raises(ValueError, match="1999 is not a period"):
        growth_contributions(table, since=1999)
    with pytest.raises(SchemaError, match="1 amount of this table is missing"):
        growth_contributions(table.replace(99.0, np.nan))


def test_inputs_stay_as_they_are(table):
    before = table.copy()
    growth_contributions(table)
    pd.testing.assert_frame_equal(table, before)
