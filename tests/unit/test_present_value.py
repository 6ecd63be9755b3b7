"""Net present value: timing, dates, order, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.value import net_present_value


@pytest.fixture
def flows() -> pd.DataFrame:
    return pd.DataFrame({"period": [2, 0, 1], "amount": [121.0, -100.0, 11.0]}, index=list("xyz"))


def test_the_table_runs_in_time_and_keeps_its_labels(flows: pd.DataFrame) -> None:
    before = flows.copy(deep=True)
    worth = net_present_value(flows, annual_discount_rate=0.1)
    assert worth.table.index.to_list() == ["y", "z", "x"]
    assert worth.table["present_value"].to_list() == pytest.approx([-100, 10, 100])
    assert worth.table["cumulative_present_value"].to_list() == pytest.approx([-100, -90, 10])
    assert (worth.total, worth.timing) == (pytest.approx(10), "end")
    pd.testing.assert_frame_equal(flows, before)


@pytest.mark.parametrize(("timing", "years"), [("end", 1.0), ("middle", 0.5), ("start", 0.0)])
def test_timing_moves_every_period_but_now(timing: str, years: float, flows: pd.DataFrame) -> None:
    worth = net_present_value(flows, annual_discount_rate=0.1, timing=timing)
    factors = [1, 1.1**-years, 1.1 ** -(years + 1)]
    assert worth.table["discount_factor"].to_list() == pytest.approx(factors)


def test_dates_count_from_as_of() -> None:
    dated = pd.DataFrame(
        {
            "due_on": pd.to_datetime(["2024-07-01T00:00", "2028-07-01T12:00"]),
            "amount": [5.0, 1.1**4],
        }
    )
    worth = net_present_value(dated, annual_discount_rate=0.1, as_of="2024-07-01")
    # Four years with a leap day are four mean years exactly.
    assert worth.table["present_value"].to_list() == pytest.approx([5, 1])
    assert worth.timing is None


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("amount", [1.0, np.nan, np.inf], "2 of 3 rows do not, such as '1: nan'"),
        ("period", [0, -1, 2], "1 of 3 rows does not, '1: -1'"),
        ("period", [0, 0.5, 1], "whole number of periods"),
    ],
)
def test_rows_that_cannot_be_discounted_are_named(
    column: str, values: list[float], told: str
) -> None:
    flows = pd.DataFrame({"period": [0, 1, 2], "amount": 1.0}).assign(**{column: values})
    with pytest.raises(SchemaError, match=told):
        net_present_value(flows, annual_discount_rate=0.1)


def test_dates_that_are_past_or_texts_are_refused(flows: pd.DataFrame) -> None:
    dated = pd.DataFrame({"due_on": pd.to_datetime(["2023-12-31"]), "amount": [1.0]})
    with pytest.raises(SchemaError, match="on or after as_of, 2024-01-01"):
        net_present_value(dated, annual_discount_rate=0.1, as_of="2024-01-01")
    with pytest.raises(SchemaError, match="to_datetime"):
        net_present_value(
            dated.assign(due_on=["2024-12-31"]), annual_discount_rate=0.1, as_of="2024-01-01"
        )
    with pytest.raises(SchemaError, match="due_on"):
        net_present_value(flows, annual_discount_rate=0.1, as_of="2024-01-01")
    with pytest.raises(ValueError, match="timing"):
        net_present_value(flows, annual_discount_rate=0.1, timing="late")


def test_nothing_is_worth_nothing(flows: pd.DataFrame) -> None:
    assert net_present_value(flows.iloc[:0], annual_discount_rate=0.1).total == 0.0


@pytest.mark.parametrize("column", ["period", "amount"])
@pytest.mark.parametrize(
    "values",
    [
        pd.Series(pd.to_datetime(["2024-01-01", "2024-02-01"])),
        pd.Series(pd.to_timedelta(["1D", "2D"])),
        pd.Series(pd.period_range("2024-01", periods=2, freq="M")),
    ],
)
def test_dates_and_spans_are_no_numbers(column: str, values: pd.Series) -> None:
    flows = pd.DataFrame({"period": [0, 1], "amount": [1.0, 2.0]}).assign(**{column: values})
    with pytest.raises(SchemaError, match=f"'{column}' .* 2 of 2 rows do not"):
        net_present_value(flows, annual_discount_rate=0.1)


def test_a_list_has_no_periods() -> None:
    with pytest.raises(TypeError, match="DataFrame with the columns 'period' and 'amount': got l"):
        net_present_value([-100, 60], annual_discount_rate=0.1)
    with pytest.raises(TypeError, match="columns 'due_on' and 'amount': got Series"):
        net_present_value(pd.Series([60]), annual_discount_rate=0.1, as_of="2024-01-01")
