"""Templates: the lines of the source, ready for the functions that read them."""

import pytest

from custintel._text import active_language
from custintel.projects import benefit_template, cost_template, project_cash_flows


def test_the_lines_are_those_of_the_source() -> None:
    assert cost_template().index.to_list() == [
        *("strategy_integration", "role_change", "process_change", "new_systems", "training"),
        *("ongoing_support", "data_storage_and_quality", "legacy_integration"),
    ]
    assert benefit_template().index.to_list() == [
        *("customer_satisfaction", "revenue_or_profitability"),
        *("process_efficiency", "competitive_advantage"),
    ]
    assert active_language() == "en"
    assert cost_template()["name"].is_unique


def test_filled_templates_become_cash_flows() -> None:
    costs, benefits = cost_template(n_periods=2), benefit_template(n_periods=2)
    costs["amount"], benefits["amount"] = 10.0, 40.0
    flows = project_cash_flows(costs, benefits)
    assert flows["cost"].to_list() == [60, 20, 20]
    assert flows["benefit"].to_list() == [0, 160, 160]


@pytest.mark.parametrize("n", [0, -1, 1.5, 1201, "3"])
def test_periods_are_a_whole_number(n: object) -> None:
    for template in (cost_template, benefit_template):
        with pytest.raises(ValueError, match="n_periods"):
            template(n_periods=n)
