"""Plots of projects: what is drawn is what the tables say."""

import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.plots import (
    cash_flow_bars,
    driver_bars,
    outcome_histogram,
    ownership_lines,
    project_cost_bars,
    project_progress_lines,
    sensitivity_bars,
)
from custintel.projects import (
    SystemCosts,
    Uniform,
    project_appraisal,
    sensitivity_table,
    simulate_returns,
    tec_roi,
    total_cost_of_ownership,
    track_project,
)

HOSTILE = "$x_1$ = <script> a very long name that nobody would ever give"


@pytest.fixture
def appraisal():
    costs = pd.DataFrame({"first_period": [0], "last_period": [0], "amount": [100_000.0]})
    benefits = pd.DataFrame({"first_period": [1], "last_period": [3], "amount": [60_000.0]})
    return project_appraisal(costs, benefits, annual_discount_rate=0.1)


@pytest.fixture
def sensitivity():
    ranges = {"price": (8, 12), HOSTILE: (90, 130)}
    base = {"price": 10, HOSTILE: 100}
    return sensitivity_table(
        lambda **given: given["price"] - given[HOSTILE] / 10, base, ranges=ranges
    )


@pytest.fixture
def simulated():
    inputs = {"benefit": Uniform(0, 40_000), "cost": Uniform(0, 20_000)}
    return simulate_returns(lambda benefit, cost: benefit - cost, inputs, n_draws=500)


def texts(ax):
    ax.figure.canvas.draw()
    return [ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()]


def test_cash_flows_are_drawn_in_their_unit(appraisal):
    ax = appraisal.plot(currency="EUR")
    costs, benefits = ax.containers
    assert [bar.get_height() for bar in costs] == [-100, 0, 0, 0]
    assert [bar.get_height() for bar in benefits] == [0, 60, 60, 60]
    total = ax.get_lines()[0].get_ydata()
    assert total[-1] == pytest.approx(appraisal.net_present_value / 1000)
    assert texts(ax)[0] == "Cash flows, paid back by period 2"
    assert "thousand EUR" in ax.get_ylabel()
    assert ax.get_lines()[2].get_xdata()[0] == 2


def test_a_project_that_does_not_pay_back_says_so(appraisal):
    flows = appraisal.cash_flows.assign(is_paid_back=False)
    ax = cash_flow_bars(flows.iloc[:1], currency="$A$")
    assert "not paid back" in texts(ax)[0]
    assert ax.get_ylabel().count(r"\$") == 2


def test_the_outlook_sets_out_from_what_was_observed(appraisal):
    plan = appraisal.cash_flows
    track = track_project(plan, plan.iloc[:2].assign(benefit=[0.0, 50_000.0]))
    ax = project_progress_lines(track, currency="EUR")
    planned, observed, outlook = (line.get_ydata() for line in ax.get_lines()[:3])
    assert planned.tolist() == [-100, -40, 20, 80]
    assert observed[:2].tolist() == [-100, -50]
    assert outlook[1:].tolist() == [-50, 10, 70]
    assert pd.isna(outlook[0])


def test_systems_are_drawn_from_low_to_high():
    systems = {"hosted": SystemCosts(monthly_cost_per_user=(50, 100)), HOSTILE: SystemCosts(9e4)}
    table = total_cost_of_ownership(systems, n_users=10, n_years=2)
    ax = ownership_lines(table, currency="EUR")
    high, low = ax.get_lines()[:2]
    assert high.get_ydata().tolist() == [0, 12, 24]
    assert low.get_ydata().tolist() == [0, 6, 12]
    texts(ax)
    nine = {f"{HOSTILE} {i}": SystemCosts(i) for i in range(9)}
    many = ownership_lines(total_cost_of_ownership(nine, n_users=1))
    assert "7 first of 9" in many.get_title(loc="left")


def test_costs_are_drawn_with_their_shares():
    tec = tec_roi(1000, implementation_cost=30, upkeep_cost=10, gross_profit=90, success_rate=0.5)
    ax = project_cost_bars(tec.cost_table(), currency="EUR")
    assert [bar.get_width() for bar in ax.patches][:2] == [30, 10]
    assert [text.get_text() for text in ax.texts][:2] == ["75.0%", "25.0%"]
    assert "15 first of 18" in project_cost_bars(pd.concat([tec.cost_table()] * 3)).get_title(
        loc="left"
    )


def test_swings_reach_from_the_base_to_each_end(sensitivity):
    ax = sensitivity_bars(sensitivity, currency="USD")
    low, high = ax.containers
    assert [bar.get_x() + bar.get_width() for bar in low] == pytest.approx([-2, 1])
    assert [bar.get_x() + bar.get_width() for bar in high] == pytest.approx([2, -3])
    texts(ax)
    many = sensitivity_bars(pd.concat([sensitivity] * 30))
    assert "12 of 60" in many.get_title(loc="left")


def test_losses_are_drawn_apart(simulated):
    ax = simulated.plot(currency="USD")
    losses = sum(bar.get_height() for bar in ax.containers[0])
    figures = simulated.figures["value"]
    assert losses == pytest.approx(figures["loss_probability"])
    assert max(bar.get_x() + bar.get_width() for bar in ax.containers[0]) == pytest.approx(0)
    lines = [line.get_xdata()[0] for line in ax.get_lines()]
    assert lines == figures[["mean", "outcome_low", "outcome_high"]].to_list()
    # Several dollar signs are no formula.
    assert ax.get_xlabel().count(r"\$") == 3
    texts(ax)


def test_drivers_are_drawn_with_their_intervals(simulated):
    ax = driver_bars(simulated.drivers)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(
        simulated.drivers["rank_correlation"].to_list()
    )
    assert "12 first of 60" in driver_bars(pd.concat([simulated.drivers] * 30)).get_title(
        loc="left"
    )
    texts(ax)


def test_nothing_to_draw_is_said_and_other_tables_are_refused(appraisal, sensitivity, simulated):
    tec = tec_roi(1, implementation_cost=3, upkeep_cost=1, gross_profit=9, success_rate=0.5)
    plan = appraisal.cash_flows
    drawn = {
        cash_flow_bars: plan,
        project_progress_lines: track_project(plan, plan),
        ownership_lines: total_cost_of_ownership({"own": SystemCosts(1)}, n_users=1),
        project_cost_bars: tec.cost_table(),
        sensitivity_bars: sensitivity,
        driver_bars: simulated.drivers,
    }
    for plot, table in drawn.items():
        assert plot(table.iloc[:0]).texts[0].get_text().startswith("No ")
        with pytest.raises(SchemaError):
            plot(pd.DataFrame({"other": [1]}))
    empty = outcome_histogram(simulated.histogram().iloc[:0], simulated.figures)
    assert empty.texts[0].get_text().startswith("No ")
    with pytest.raises(SchemaError, match="loss_probability"):
        outcome_histogram(simulated.histogram(), simulated.figures.iloc[:2])
