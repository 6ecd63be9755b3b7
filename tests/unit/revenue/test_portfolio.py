import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.revenue import growth_table, portfolio_matrix


@pytest.fixture
def table():
    """Return items that sum up to 100 and, four years later, to 146.41: 10 % a year."""
    rows = {
        "star": [30.0, 60.0],
        "cow": [60.0, 60.0],
        "question": [5.0, 20.0],
        "dog": [5.0, 6.41],
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=[2020, 2024])


def test_the_four_fields(table):
    matrix = portfolio_matrix(table)
    assert matrix["quadrant"].to_dict() == {
        "cow": "cash cows",
        "star": "stars",
        "question": "question marks",
        "dog": "dogs",
    }
    assert matrix["growth_cut"].tolist() == pytest.approx([0.1] * 4)
    assert matrix["share_cut"].tolist() == [0.25] * 4
    assert matrix["share"].sum() == pytest.approx(1)
    assert matrix["relative_share"].tolist() == pytest.approx([1, 1, 1 / 3, 6.41 / 60])


def test_growth_is_that_of_the_growth_table(table):
    expected = growth_table(table)["cagr"]
    assert portfolio_matrix(table)["growth"].to_dict() == pytest.approx(expected.to_dict())


def test_cuts_can_be_given(table):
    matrix = portfolio_matrix(table, growth_cut=0.5, share_cut=0.4)
    assert matrix["quadrant"].to_dict() == {
        "cow": "cash cows",
        "star": "cash cows",
        "question": "dogs",
        "dog": "dogs",
    }


def test_growth_can_be_measured_from_a_later_period(table):
    later = table.assign(**{"2022": [60.0, 60.0, 20.0, 6.41]})
    assert portfolio_matrix(later, since=2022)["growth"].tolist() == pytest.approx([0] * 4)


def test_equal_items_are_on_the_cut_by_name():
    alike = pd.DataFrame({2020: [0.1] * 3, 2024: [0.3] * 3}, index=list("bac"))
    matrix = portfolio_matrix(alike)
    assert list(matrix.index) == list("abc")
    # As large as an average item, and growing no faster than all together.
    assert set(matrix["quadrant"]) == {"cash cows"}


def test_items_that_begin_or_end():
    rows = {"new": [0.0, 30.0], "gone": [50.0, 0.0], "between": [0.0, -2.0], "all": [50.0, 70.0]}
    matrix = portfolio_matrix(pd.DataFrame.from_dict(rows, orient="index", columns=[2023, 2024]))
    assert matrix.loc["new", "growth"] == np.inf
    assert matrix.loc["gone", "growth"] == -1
    assert np.isnan(matrix.loc["between", "growth"])
    assert matrix["quadrant"].to_dict() == {
        "all": "stars",
        "new": "question marks",
        "gone": "dogs",
        "between": "dogs",
    }
    assert matrix["share"].to_dict() == {"all": 0.7, "new": 0.3, "gone": 0, "between": 0}


def test_one_item_is_a_cash_cow():
    matrix = portfolio_matrix(pd.DataFrame({2023: [1.0], 2024: [3.0]}, index=["a"]))
    assert matrix["quadrant"].tolist() == ["cash cows"]


@pytest.mark.parametrize(
    ("change", "arguments", "error", "message"),
    [
        (lambda t: t[[2024]], {}, SchemaError, "1 periods; growth needs two"),
        (lambda t: t * [1, 0], {}, SchemaError, "No item has revenue in 2024"),
        (lambda t: t.iloc[:0], {}, SchemaError, "No item has revenue in 2024"),
        (lambda t: t * [0, 1], {}, ValueError, "Give growth_cut, or a later since"),
        (lambda t: t, {"since": 2024}, ValueError, "since 2024 is the last period"),
        (lambda t: t, {"since": 2021}, ValueError, "2021 is not a period"),
        (lambda t: t, {"share_cut": 25}, ValueError, "share_cut lies between 0 and 1"),
        (lambda t: t, {"growth_cut": np.nan}, ValueError, "growth_cut lies between"),
        (lambda t: t, {"growth_cut": "high"}, TypeError, "growth_cut is a number"),
    ],
)
def test_unusable_tables_and_cuts_are_refused(table, change, arguments, error, message):
    with pytest.raises(error, match=message):
        portfolio_matrix(change(table), **arguments)


def test_input_is_left_alone(table):
    before = table.copy(deep=True)
    portfolio_matrix(table)
    pd.testing.assert_frame_equal(table, before)
