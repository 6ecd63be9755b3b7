import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.revenue import amounts_from_index, totals_from_index

SHARES = {"new": 0.25, "old": 0.75}


@pytest.fixture
def index():
    """Return the index of amounts 10, 20, 30 and 80, 100, 90."""
    table = pd.DataFrame({2021: [10, 80], 2022: [20, 100], 2023: [30, 90]}, index=["new", "old"])
    return table.mul(100).div(table[2021], axis=0)


def test_totals_are_those_of_the_amounts_behind(index):
    totals = totals_from_index(index, SHARES)
    assert totals["total"].tolist() == pytest.approx([100, 100 * 120 / 90, 100 * 120 / 90])
    assert totals["growth"].tolist() == pytest.approx([np.nan, 120 / 90 - 1, 0], nan_ok=True)
    of_last = totals_from_index(index, SHARES, base="2023")
    assert of_last["total"].tolist() == pytest.approx([75, 100, 100])
    pd.testing.assert_series_equal(of_last["growth"], totals["growth"])


def test_amounts_add_up_to_the_totals(index):
    amounts = amounts_from_index(index, SHARES, base=2023)
    assert amounts.to_numpy().tolist() == [
        pytest.approx([100 * 10 / 120, 100 * 20 / 120, 25]),
        pytest.approx([100 * 80 / 120, 100 * 100 / 120, 75]),
    ]
    assert list(amounts.index) == ["new", "old"]


def test_bounds_by_hand_when_the_shares_alone_are_rounded(index):
    # Total 2021 / total 2023 = share of new / 3 + share of old / 1.125, with new 0.245-0.255.
    tiny = 1e-12
    totals = totals_from_index(index, SHARES, index_rounding=tiny, base=2023)
    ends = totals.loc["2021", ["total_low", "total_high"]].tolist()
    expected = [100 * (new / 3 + (1 - new) / 1.125) for new in (0.255, 0.245)]
    assert ends == pytest.approx(expected, abs=1e-9)
    assert totals.loc["2023", ["total_low", "total_high"]].tolist() == [100, 100]


def test_bounds_by_hand_when_the_index_alone_is_rounded():
    index = pd.DataFrame({2021: [100], 2022: [104]}, index=["all"])
    totals = totals_from_index(index, {"all": 1.0}, index_rounding=1.0)
    assert totals.loc["2022", ["growth_low", "growth_high"]].tolist() == pytest.approx(
        [0.035, 0.045]
    )


def test_shares_that_do_not_quite_make_one_are_moved_within_rounding(index):
    amounts = amounts_from_index(index, {"new": 0.25, "old": 0.74}, base=2023)
    assert amounts.iloc[:, -1].tolist() == pytest.approx([25.5, 74.5])
    assert amounts.iloc[:, -1].sum() == pytest.approx(100)


def test_a_total_that_may_have_been_zero_allows_any_growth():
    index = pd.DataFrame({2021: [100], 2022: [0], 2023: [50]}, index=["all"])
    totals = totals_from_index(index, {"all": 1.0})
    assert totals["growth_high"].tolist()[1:] == [pytest.approx(0.005 - 1), np.inf]
    assert totals["growth_low"].tolist()[1:] == [pytest.approx(-1.0), pytest.approx(98.0)]
    assert totals["total"].tolist() == [100, 0, 50]
    assert totals["growth"].isna().tolist() == [True, False, True]


@pytest.mark.parametrize("function", [totals_from_index, amounts_from_index])
def test_a_total_of_zero_is_no_base(function):
    index = pd.DataFrame({2021: [0], 2022: [100], 2023: [50]}, index=["all"])
    with pytest.raises(ValueError, match="All index numbers of 2021 are zero"):
        function(index, {"all": 1.0})
    assert function(index, {"all": 1.0}, base=2022).notna().to_numpy().any()


def test_one_period_is_its_own_total():
    totals = totals_from_index(pd.DataFrame({2021: [100]}, index=["all"]), {"all": 1.0})
    assert totals[["total", "total_low", "total_high"]].to_numpy().tolist() == [[100] * 3]
    assert totals["growth"].isna().all()


def test_inputs_stay_as_they_are(index):
    shares = pd.Series(SHARES)
    before = index.copy(), shares.copy()
    totals_from_index(index, shares)
    amounts_from_index(index, shares)
    pd.testing.assert_frame_equal(index, before[0])
    pd.testing.assert_series_equal(shares, before[1])


@pytest.mark.parametrize("function", [totals_from_index, amounts_from_index])
@pytest.mark.parametrize(
    ("shares", "error", "message"),
    [
        ({"new": 0.25}, SchemaError, "1 item of the table has no share: 'old'"),
        ({**SHARES, "x": 0.0}, SchemaError, "1 label of last_share is no item of the table: 'x'"),
        ({"new": 25, "old": 75}, ValueError, "2 shares do not lie in 0-1: 'new', 'old'"),
        ({"new": 0.25, "old": 0.5}, ValueError, "add up to 0.75, and with rounding to between"),
        ({"new": None, "old": 1}, SchemaError, "1 figure of last_share is missing"),
        ([0.25, 0.75], TypeError, "last_share is a Series or a mapping: got list"),
    ],
)
def test_unusable_shares_are_refused(index, function, shares, error, message):
    with pytest.raises(error, match=message):
        function(index, shares)


@pytest.mark.parametrize("function", [totals_from_index, amounts_from_index])
def test_unusable_tables_are_refused(index, function):
    with pytest.raises(ValueError, match="none of its periods is 100 throughout"):
        function(index + 1, SHARES)
    with pytest.raises(ValueError, match="none of its periods is 100 throughout"):
        function(index.iloc[:0], {})
    with pytest.raises(SchemaError, match="1 item of this table has a negative index: 'new'"):
        function(index.assign(**{"2022": [-1.0, 100.0]}).drop(columns=2022), SHARES)
    with pytest.raises(SchemaError, match=r"1 amount of this table lies beyond .*, in 'new 2024'"):
        function(index.assign(**{"2024": [1e308, 100.0]}), SHARES)
    with pytest.raises(ValueError, match=r"1 item may have an index of zero.*'new'"):
        function(index.assign(**{"2024": [0.0, 100.0]}), SHARES)
    with pytest.raises(ValueError, match="1999 is not a period of this table"):
        function(index, SHARES, base=1999)


def test_only_an_index_that_may_have_been_zero_before_rounding_is_refused(index):
    low = index.assign(**{"2024": [0.5, 100.0]})
    assert amounts_from_index(low, SHARES).shape == (2, 4)
    with pytest.raises(ValueError, match=r"1 item may have an index of zero.*'new'"):
        totals_from_index(low, SHARES, index_rounding=1.0)


@pytest.mark.parametrize("rounding", [0, -1, np.nan])
def test_roundings_are_above_zero(index, rounding):
    with pytest.raises(ValueError, match="rounding lies between 0 and inf"):
        totals_from_index(index, SHARES, index_rounding=rounding)
    with pytest.raises(ValueError, match="share_rounding lies between 0 and 1"):
        totals_from_index(index, SHARES, share_rounding=rounding)
