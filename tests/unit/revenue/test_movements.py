import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.revenue import movers


@pytest.fixture
def table():
    """Return six customers of two years, each with another fate; both years sum up to 100."""
    rows = {
        "stays": [40.0, 30.0],
        "leaves": [30.0, 5.0],
        "lost": [20.0, 0.0],
        "enters": [10.0, 25.0],
        "new": [0.0, 40.0],
        "refunds": [0.0, -3.0],
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=[2023, 2024])


def test_each_fate_has_its_status(table):
    found = movers(table, before=2023, after=2024, n=3)
    assert found["status"].to_dict() == {
        "new": "new",
        "enters": "entered",
        "stays": "stayed",
        "lost": "lost",
        "leaves": "left",
    }


def test_shares_changes_and_ranks(table):
    found = movers(table, before=2023, after=2024, n=3)
    assert list(found.index) == ["new", "enters", "stays", "lost", "leaves"]
    assert found["share_change"].tolist() == pytest.approx([0.4, 0.15, -0.1, -0.2, -0.25])
    assert found["share_after"].tolist() == pytest.approx([0.4, 0.25, 0.3, 0.0, 0.05])
    assert found["rank_before"].tolist()[1:] == [4, 1, 3, 2]
    assert found["rank_before"].isna().tolist() == [True, False, False, False, False]
    assert found["rank_change"].dropna().tolist() == [1, -1, -2]


def test_shares_of_a_stated_total(table):
    found = movers(table, before=2023, after=2024, n=3, total=1000)
    assert found.loc["new", "share_change"] == pytest.approx(0.04)


def test_a_wider_list_holds_refunds_nowhere(table):
    assert "refunds" not in movers(table, before=2023, after=2024, n=10).index


def test_the_first_in_time_comes_before(table):
    with pytest.raises(ValueError, match="before 2024 does not come before after 2023"):
        movers(table, before=2024, after=2023)
    with pytest.raises(ValueError, match="2022 is not a period"):
        movers(table, before=2022, after=2023)


@pytest.mark.parametrize("n", [0, 1.5, True, None])
def test_n_is_a_count(table, n):
    with pytest.raises(ValueError, match="n is a whole number"):
        movers(table, before=2023, after=2024, n=n)


def test_empty_and_unreadable_tables(table):
    assert movers(table.iloc[:0], before=2023, after=2024).empty
    nothing = movers(table * 0, before=2023, after=2024)
    assert nothing.empty
    with pytest.raises(SchemaError, match="more than once"):
        movers(pd.concat([table, table]), before=2023, after=2024)


def test_input_is_left_alone(table):
    before = table.copy(deep=True)
    movers(table, before=2023, after=2024)
    pd.testing.assert_frame_equal(table, before)
