import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue import compare_lines

LINES = {"a": "open", "b": "open", "c": "partner"}


@pytest.fixture
def table():
    """Return open programmes of 80, 80, 80 and partner programmes of 20, 40, 60."""
    columns = {2021: [50.0, 30.0, 20.0], 2022: [60.0, 20.0, 40.0], 2023: [55.0, 25.0, 60.0]}
    return pd.DataFrame(columns, index=["a", "b", "c"])


def measure(table, name, lines=LINES):
    compared = compare_lines(table, lines)
    return {line: rows[name].tolist() for line, rows in compared.groupby("line", sort=False)}


def known(*values):
    return pytest.approx([np.nan, *values], nan_ok=True)


def test_amounts_growth_and_shares_of_lines(table):
    assert measure(table, "amount") == {"open": [80, 80, 80], "partner": [20, 40, 60]}
    assert measure(table, "share") == {
        "open": pytest.approx([80 / 100, 80 / 120, 80 / 140]),
        "partner": pytest.approx([20 / 100, 40 / 120, 60 / 140]),
    }
    assert measure(table, "growth") == {"open": known(0, 0), "partner": known(1, 0.5)}
    assert measure(table, "cagr") == {"open": known(0, 0), "partner": known(1, 3**0.5 - 1)}


def test_contributions_add_up_to_the_growth_of_the_whole(table):
    added = measure(table, "contribution")
    assert added == {"open": known(0, 0), "partner": known(0.2, 20 / 120)}
    sums = compare_lines(table, LINES).groupby("period")["contribution"].sum(min_count=1)
    assert sums.tolist() == known(120 / 100 - 1, 140 / 120 - 1)


def test_mix_effect_is_what_constant_shares_would_not_have_grown(table):
    # In 2023 partner programmes grew by half. With a fifth of the revenue, as in 2021, that is
    # ten points; with the third that they had become it is 16.7.
    assert measure(table, "mix_effect") == {
        "open": known(0, 0),
        "partner": known(0, 20 / 120 - 0.1),
    }


def test_a_line_that_is_new_is_all_mix(table):
    table.loc["c", 2021] = 0.0
    assert measure(table, "growth")["partner"] == known(np.nan, 0.5)
    assert measure(table, "cagr")["partner"] == known(np.nan, np.nan)
    assert measure(table, "contribution")["partner"] == known(0.5, 20 / 120)
    assert measure(table, "mix_effect")["partner"] == known(0.5, 20 / 120)


def test_a_line_that_begins_anew_has_no_mix_effect(table):
    table.loc["c", 2022] = 0.0
    assert measure(table, "mix_effect")["partner"] == known(0.0, np.nan)
    assert measure(table, "contribution")["partner"] == known(-0.2, 60 / 80)


def test_the_largest_line_comes_first_and_equal_ones_by_name(table):
    lines = {"a": "z", "b": "y", "c": "x"}
    assert list(measure(table, "amount", lines)) == ["x", "z", "y"]
    table[2023] = 10.0
    assert list(measure(table, "amount", lines)) == ["x", "y", "z"]


def test_items_without_a_line_are_one_line_and_told(table):
    with pytest.warns(WeakResultWarning, match="1 of 3 items has no line.*'b'"):
        compared = compare_lines(table, {"a": "open", "c": "partner", "not sold": "open"})
    by_line = compared.groupby("line")["amount"].sum()
    assert by_line.to_dict() == {"open": 165, "partner": 120, "(missing)": 75}
    assert compared["amount"].sum() == table.to_numpy().sum()
    with pytest.warns(WeakResultWarning, match="1 of 3 items has no line"):
        compare_lines(table, pd.Series({"a": "open", "b": None, "c": "open"}))


def test_one_period_has_amounts_and_shares_alone(table):
    compared = compare_lines(table[[2021]], LINES)
    assert compared["share"].tolist() == [0.8, 0.2]
    assert compared[["growth", "cagr", "contribution", "mix_effect"]].isna().all(axis=None)


def test_quarters_grow_by_the_year(table):
    quarters = table.set_axis(pd.period_range("2021Q1", periods=3, freq="Q"), axis=1)
    assert measure(quarters, "cagr")["partner"] == known(2**4 - 1, 3**2 - 1)


@pytest.mark.parametrize("shape", [(0, 3), (0, 0)])
def test_empty_tables_give_no_rows(table, shape):
    compared = compare_lines(table.iloc[: shape[0], : shape[1]], LINES)
    assert len(compared) == 0
    assert list(compared) == [
        *("line", "period", "amount", "share", "growth", "cagr", "contribution", "mix_effect")
    ]


def test_unusable_lines_are_refused(table):
    with pytest.raises(SchemaError, match=r"None of the 3 items of the table has a line.*'x'"):
        compare_lines(table, {"x": "open"})
    with pytest.raises(SchemaError, match="1 item has several lines: 'a'"):
        compare_lines(table, pd.Series(["open", "partner"], index=["a", "a"]))
    with pytest.raises(TypeError, match="lines is a Series or a mapping: got list"):
        compare_lines(table, ["open"])


def test_index_numbers_do_not_add_up_and_that_is_told(table):
    index = table.mul(100).div(table[2021], axis=0)
    with pytest.warns(WeakResultWarning, match="as in an index, whose numbers do not add up"):
        compare_lines(index, LINES)
