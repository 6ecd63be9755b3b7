import math
import warnings

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue import growth_table, index_table


def one_item(amounts, labels):
    return pd.DataFrame([amounts], index=["item"], columns=labels, dtype=float)


def test_index_of_the_first_period_or_of_another():
    table = pd.DataFrame({2004: [50, 80], 2005: [60, 60]}, index=["north", "south"])
    assert index_table(table).to_dict("list") == {
        pd.Period("2004"): [100, 100],
        pd.Period("2005"): [120, 75],
    }
    assert index_table(table, base="2005")[pd.Period("2004")].round(2).tolist() == [83.33, 133.33]


def test_index_without_base_is_missing_and_told():
    table = pd.DataFrame({2004: [0, -5, 10], 2005: [60, 60, 20]}, index=["new", "back", "old"])
    with pytest.warns(WeakResultWarning, match="2 of 3 items have no index.*'new', 'back'"):
        index = index_table(table)
    assert index.isna().all(axis=1).tolist() == [True, True, False]
    assert index.loc["old"].tolist() == [100, 200]


def test_index_of_a_base_that_is_not_there():
    with pytest.raises(ValueError, match="2003 is not a period of this table; it has '2004'"):
        index_table(one_item([1, 2], [2004, 2005]), base=2003)


@pytest.mark.parametrize(
    ("labels", "n_years"),
    [
        ([2005, 2009], 4),
        (["2005", "2006", "2009"], 4),
        (pd.period_range("2020Q1", periods=6, freq="Q"), 1.25),
        (["2024-01", "2024-02", "2024-07"], 0.5),
        (pd.period_range("2020", periods=3, freq="Y-JUN"), 2),
    ],
)
def test_years_are_counted_between_labels(labels, n_years):
    amounts = np.linspace(100, 150, len(labels))
    growth = growth_table(one_item(amounts, labels))
    assert growth.loc["item", "n_years"] == n_years
    # The definition of compound growth, the other way round.
    assert 100 * (1 + growth.loc["item", "cagr"]) ** n_years == pytest.approx(150)


def test_periods_are_put_in_order():
    shuffled = one_item([3, 1, 2], [2007, 2005, 2006])
    in_order = one_item([1, 2, 3], [2005, 2006, 2007])
    pd.testing.assert_frame_equal(growth_table(shuffled), growth_table(in_order))
    assert growth_table(shuffled).loc["item", "growth"] == pytest.approx(0.5)


def test_shares_are_of_the_last_period():
    table = pd.DataFrame({2004: [1.0, 1.0], 2005: [30.0, 10.0]}, index=["a", "b"])
    assert growth_table(table)["share"].tolist() == [0.75, 0.25]


@pytest.mark.parametrize(
    ("amounts", "cagr", "growth"),
    [
        ([0, 5, 10], None, 1.0),
        ([-4, 5, 10], None, 1.0),
        ([5, 0, 10], math.sqrt(2) - 1, None),
        ([5, -1, 10], math.sqrt(2) - 1, None),
        ([5, 10, -5], None, -1.5),
    ],
)
def test_growth_without_a_base_is_missing_and_told(amounts, cagr, growth):
    with pytest.warns(WeakResultWarning, match="1 of 1 items lacks a growth rate.*'item'"):
        row = growth_table(one_item(amounts, [2003, 2004, 2005])).loc["item"]
    expected = [math.nan if value is None else value for value in (cagr, growth)]
    assert row[["cagr", "growth"]].tolist() == pytest.approx(expected, nan_ok=True)


def test_an_item_that_ends_has_lost_everything():
    row = growth_table(one_item([10, 5, 0], [2003, 2004, 2005])).loc["item"]
    assert row[["cagr", "growth"]].tolist() == [-1, -1]


def test_one_period_has_no_growth():
    with pytest.warns(WeakResultWarning, match="one period"):
        row = growth_table(one_item([10], [2004])).loc["item"]
    assert row["n_years"] == 0
    assert row[["cagr", "growth"]].isna().all()


def test_share_of_nothing_is_missing():
    with pytest.warns(WeakResultWarning):
        growth = growth_table(one_item([0, 0], [2004, 2005]))
    assert growth["share"].isna().all()


def test_rounding_of_amounts_touches_both_ends():
    row = growth_table(one_item([10, 20], [2004, 2005]), rounding=2).loc["item"]
    assert row[["cagr_low", "cagr_high"]].tolist() == pytest.approx([19 / 11 - 1, 21 / 9 - 1])


def test_rounding_of_an_index_leaves_its_base_alone():
    table = pd.DataFrame({2004: [100, 100], 2005: [120, 80]}, index=["a", "b"])
    growth = growth_table(table, rounding=1)
    assert growth["cagr_low"].tolist() == pytest.approx([0.195, -0.205])
    assert growth["cagr_high"].tolist() == pytest.approx([0.205, -0.195])


def test_a_first_figure_that_may_be_zero_allows_any_growth():
    row = growth_table(one_item([1, 0], [2004, 2005]), rounding=2).loc["item"]
    assert row[["cagr_low", "cagr_high"]].tolist() == [-1, math.inf]


def test_rounding_is_above_zero():
    with pytest.raises(ValueError, match="rounding"):
        growth_table(one_item([1, 2], [2004, 2005]), rounding=0)


def test_no_item_gives_no_row():
    table = pd.DataFrame(columns=[2004, 2005], dtype=float)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert growth_table(table).shape == (0, 6)
        assert index_table(table).shape == (0, 2)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"name": ["a"], 2004: [1.0]}), "got 'name'.*set_index"),
        (pd.DataFrame({24: [1.0]}), "got 24"),
        (pd.DataFrame({2004.0: [1.0]}), "got 2004.0"),
        (pd.DataFrame({"2004-13": [1.0]}), "got '2004-13'"),
        (pd.DataFrame({pd.Timestamp("2004-01-01"): [1.0]}), "got Timestamp"),
        (pd.DataFrame({"2004": [1.0], "2005Q1": [2.0]}), "mix periods of 2 lengths"),
        (pd.DataFrame({"2004": [1.0], 2004: [2.0]}), "1 label of .*'2004'"),
        (pd.DataFrame({2004: [1.0, 2.0]}, index=["a", "a"]), "1 label of .*'a'"),
        (pd.DataFrame({2004: ["1", "n/a"]}), "1 column .* numbers: '2004'"),
        (pd.DataFrame({2004: [1.0], 2005: [np.nan]}, index=["a"]), "1 amount .*'a 2005'"),
        (pd.DataFrame({2004: [np.inf]}, index=["a"]), "1 amount "),
        (pd.DataFrame(index=["a"]), "no period"),
    ],
)
def test_unreadable_tables_are_refused(table, message):
    with pytest.raises(SchemaError, match=message):
        growth_table(table)


def test_input_is_left_alone():
    table = one_item([3, 1], [2007, 2005])
    before = table.copy(deep=True)
    growth_table(table, rounding=1)
    index_table(table, base=2007)
    pd.testing.assert_frame_equal(table, before)
