"""The appraisal of a project: figures worked out by hand, inputs kept."""

import math

import pandas as pd
import pytest

from custintel.projects import internal_rate_of_return, payback, project_appraisal


def lines(*rows: tuple[int, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["first_period", "last_period", "amount"])


def test_figures_by_hand() -> None:
    costs, benefits = lines((0, 0, 100.0), (1, 2, 10.0)), lines((1, 2, 82.0))
    found = project_appraisal(costs, benefits, annual_discount_rate=0.2)
    # Amounts −100, 72, 72.
    assert found.net_present_value == pytest.approx(-100 + 60 + 50)
    assert (found.cost, found.benefit) == (120, 164)
    assert found.roi == pytest.approx(44 / 120)
    in_present_values = (82 / 1.2 + 82 / 1.44) / (100 + 10 / 1.2 + 10 / 1.44)
    assert found.benefit_cost_ratio == pytest.approx(in_present_values)
    assert found.payback == pytest.approx(1 + 28 / 72)
    assert found.discounted_payback == pytest.approx(1.8)
    assert found.internal_rate_of_return == internal_rate_of_return(found.cash_flows)
    assert found.payback == payback(found.cash_flows)
    assert found.internal_rates_of_return == (found.internal_rate_of_return,)
    pd.testing.assert_frame_equal(found.costs, costs)
    assert (found.annual_discount_rate, found.timing, found.period_length) == (0.2, "end", "1Y")


def test_what_a_project_does_not_have() -> None:
    costs_alone = project_appraisal(
        lines((0, 0, 5.0)), lines((1, 1, 0.0)), annual_discount_rate=0.1
    )
    assert math.isnan(costs_alone.internal_rate_of_return)
    assert costs_alone.internal_rates_of_return == ()
    assert costs_alone.payback == math.inf
    free = project_appraisal(lines((0, 0, 0.0)), lines((0, 0, 5.0)), annual_discount_rate=0.1)
    assert math.isnan(free.roi)
    assert math.isnan(free.benefit_cost_ratio)
    assert free.payback == 0.0


def test_two_rates_are_both_kept_and_none_is_the_rate() -> None:
    costs, benefits = lines((0, 0, 100.0), (2, 2, 132.0)), lines((1, 1, 230.0))
    found = project_appraisal(costs, benefits, annual_discount_rate=0.15)
    assert found.internal_rates_of_return == pytest.approx((0.1, 0.2))
    assert math.isnan(found.internal_rate_of_return)
    assert found.net_present_value > 0


def test_inputs_changed_later_change_nothing() -> None:
    costs = lines((0, 0, 100.0))
    found = project_appraisal(costs, lines((1, 1, 120.0)), annual_discount_rate=0.1)
    costs["amount"] = 0.0
    assert found.costs["amount"].to_list() == [100.0]
