"""Cash flows of a project: lines spread over periods, and lines that cannot be."""

import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.projects import net_present_value, project_cash_flows


@pytest.fixture
def costs() -> pd.DataFrame:
    return pd.DataFrame(
        {"first_period": [0, 1, 2], "last_period": [0, 3, 2], "amount": [100.0, 10.0, 5.0]},
        index=["system", "support", "upgrade"],
    )


@pytest.fixture
def benefits() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "first_period": [1, 2],
            "last_period": [2, 3],
            "amount": [80.0, 60.0],
            "success_rate": [0.5, 1.0],
        },
        index=["sales", "efficiency"],
    )


def test_lines_are_spread_and_added_up(costs: pd.DataFrame, benefits: pd.DataFrame) -> None:
    before = costs.copy(deep=True), benefits.copy(deep=True)
    flows = project_cash_flows(costs, benefits)
    assert flows["period"].to_list() == [0, 1, 2, 3]
    assert flows["cost"].to_list() == [100, 10, 15, 10]
    assert flows["benefit"].to_list() == [0, 40, 100, 60]
    assert flows["amount"].to_list() == [-100, 30, 85, 50]
    assert flows["cumulative_amount"].to_list() == [-100, -70, 15, 65]
    assert flows["is_paid_back"].to_list() == [False, False, True, True]
    pd.testing.assert_frame_equal(costs, before[0])
    pd.testing.assert_frame_equal(benefits, before[1])


def test_months_are_discounted_as_parts_of_a_year(
    costs: pd.DataFrame, benefits: pd.DataFrame
) -> None:
    rate = {"annual_discount_rate": 0.2, "period_length": "1M"}
    flows = project_cash_flows(costs, benefits, **rate)
    expected = [amount * 1.2 ** (-t / 12) for t, amount in enumerate([-100, 30, 85, 50])]
    assert flows["present_value"].to_list() == pytest.approx(expected)
    assert flows["cumulative_present_value"].iloc[-1] == pytest.approx(sum(expected))
    assert net_present_value(flows, **rate).total == pytest.approx(sum(expected))


def test_costs_alone_never_pay_back(costs: pd.DataFrame, benefits: pd.DataFrame) -> None:
    flows = project_cash_flows(costs, benefits.iloc[:0])
    assert not flows["is_paid_back"].any()
    assert flows["benefit"].eq(0).all()


def test_a_rate_of_success_is_none_of_the_costs(
    costs: pd.DataFrame, benefits: pd.DataFrame
) -> None:
    flows = project_cash_flows(costs.assign(success_rate=0.1), benefits)
    assert flows["cost"].sum() == 135
    without = project_cash_flows(costs, benefits.drop(columns="success_rate"))
    assert without["benefit"].sum() == 160 + 120


def test_empty_lines_are_named(costs: pd.DataFrame, benefits: pd.DataFrame) -> None:
    costs.loc[["system", "upgrade"], "amount"] = None
    with pytest.raises(SchemaError, match=r"2 lines of 3 in table 'costs' .* 'system', 'upgrade'"):
        project_cash_flows(costs, benefits)
    with pytest.raises(ValueError, match="hold no line"):
        project_cash_flows(costs.iloc[:0], benefits.iloc[:0])


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("amount", -1.0, "'amount' of table 'costs' .* between 0 and"),
        ("amount", 1e300, "1 of 3 rows does not"),
        ("amount", "ten", "'amount'"),
        ("first_period", 1.5, "whole number between 0 and 1200"),
        ("last_period", 10**9, "whole number between 0 and 1200"),
        ("last_period", float("nan"), "whole number"),
    ],
)
def test_impossible_cells_are_named(
    column: str, value: object, told: str, costs: pd.DataFrame, benefits: pd.DataFrame
) -> None:
    wrong = costs.astype({column: object})
    wrong.loc["system", column] = value
    with pytest.raises(SchemaError, match=told):
        project_cash_flows(wrong, benefits)


def test_periods_run_forwards(costs: pd.DataFrame, benefits: pd.DataFrame) -> None:
    costs.loc["support", "last_period"] = 0
    with pytest.raises(SchemaError, match=r"does not come before first_period.*'support: 0'"):
        project_cash_flows(costs, benefits)
    with pytest.raises(SchemaError, match="lacks 'amount'"):
        project_cash_flows(costs.drop(columns="amount"), benefits)
    with pytest.raises(TypeError, match="costs is a pandas DataFrame"):
        project_cash_flows([1, 2], benefits)
    with pytest.raises(SchemaError, match="'success_rate' of table 'benefits'"):
        project_cash_flows(costs.iloc[:1], benefits.assign(success_rate=50))
