"""Plots of campaigns' returns, costs, loops and event studies, drawn from hostile tables too."""

import numpy as np
import pandas as pd
import pytest

from custintel import plots
from custintel.campaigns import direct_mail_plan
from custintel.errors import SchemaError

HOSTILE = "A $x^2$ <b>name</b> that never ends, " * 4
STEPS = ["n_sent", "n_delivered", "n_responses", "n_leads", "n_buyers", "n_called", "n_surveyed"]
RATES = ["response_rate", "lead_rate", "buyer_rate", "call_rate", "survey_rate"]


def roi_of(n):
    is_incremental = np.arange(n) % 2 == 0
    romi = np.linspace(-1, 3, n)
    return pd.DataFrame(
        {
            "campaign_name": [f"{i} {HOSTILE}" for i in range(n)],
            "revenue_is": np.where(is_incremental, "incremental", "attributed"),
            "romi": romi,
            "romi_low": np.where(is_incremental, romi - 1, np.nan),
            "romi_high": np.where(is_incremental, romi + 1, np.nan),
        }
    )


def costs_of(n):
    cost = np.linspace(1, 9, n)
    high = np.where(np.arange(n) % 3 == 0, np.inf, cost + 2)
    table = {"cost_per_sale": cost, "cost_per_sale_low": cost / 2, "cost_per_sale_high": high}
    return pd.DataFrame(table, index=[f"{i} {HOSTILE}" for i in range(n)])


def budgets_of(n):
    names = [f"{i} {HOSTILE}" for i in range(n)]
    return pd.DataFrame(
        {
            "campaign_name": names,
            "budget": 30.0,
            "cost": np.nan,
            "committed": 30.0,
            "annual_share": 0.3,
        }
    )


DRAWN = {
    "roi_intervals": lambda n: plots.roi_intervals(roi_of(n), hurdle=0.2),
    "cost_intervals": lambda n: plots.cost_intervals(costs_of(n), result="sale", currency="$"),
    "campaign_budget_bars": lambda n: plots.campaign_budget_bars(budgets_of(n), currency="$"),
}


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("n", [0, 1, 60])
def test_any_number_of_rows_is_drawn(name, n, tmp_path):
    ax = DRAWN[name](n)
    ax.figure.savefig(tmp_path / "plot.png")
    if n == 0:
        assert len(ax.texts) == 1
    elif n == 60:
        assert " of 60" in ax.get_title(loc="left")
        assert len(ax.get_yticklabels()) in {20, 30}


def test_campaigns_without_a_return_are_counted():
    roi = roi_of(3)
    roi.loc[1, "romi"] = np.nan
    ax = plots.roi_intervals(roi)
    assert ax.get_title(loc="left") == "Return on campaigns (1 without one left out)"
    assert len(ax.get_yticklabels()) == 2


def test_points_of_the_loop_are_the_counts():
    figures = [1000.0, 990, 100, 30, 6, np.nan, np.nan, 0.1, 0.3, 0.2, np.nan, np.nan, 0.6]
    table = pd.DataFrame([figures], columns=[*STEPS, *RATES, "romi"], index=["a"])
    ax = plots.loop_funnel(table.assign(campaign_name=HOSTILE), "a")
    assert ax.lines[0].get_xdata().tolist() == [1000, 990, 100, 30, 6]
    assert ax.texts[-1].get_text() == "6, 20.0% of leads"
    with pytest.raises(ValueError, match="'a'"):
        plots.loop_funnel(table.assign(campaign_name="A"), "b")


def test_a_loop_of_nobody_says_so():
    table = pd.DataFrame([[0.0] * 13], columns=[*STEPS, *RATES, "romi"], index=["a"])
    ax = plots.loop_funnel(table.assign(campaign_name="A"), "a")
    assert ax.texts[0].get_text() == "Nobody was reached."


@pytest.mark.parametrize(
    ("margin", "title"),
    [
        (10.0, "Profit of the mailing: breaks even at 5.00% of responses"),
        (0.1, "Profit of the mailing: never breaks even"),
    ],
)
def test_break_even_is_in_the_title(margin, title):
    plan = direct_mail_plan(
        1000, costs={"postage": 500}, response_rate=0.1, margin_per_response=margin
    )
    assert plots.break_even_line(plan).get_title(loc="left") == title


def test_without_a_margin_there_is_no_line():
    plan = direct_mail_plan(1000, costs={"postage": 500}, response_rate=0.1)
    assert not plots.break_even_line(plan).lines


@pytest.mark.parametrize("name", ["roi_intervals", "cost_intervals", "campaign_budget_bars"])
def test_other_tables_are_refused(name):
    with pytest.raises(SchemaError, match="lacks"):
        getattr(plots, name)(pd.DataFrame({"x": [1]}))


def test_event_study_without_peaks_or_rows():
    table = pd.DataFrame(
        {
            "observed": [1.0],
            "expected": 1.0,
            "expected_low": 0.5,
            "expected_high": 2.0,
            "is_after": True,
        },
        index=pd.to_datetime(["2024-01-01"]),
    )
    peaks = pd.DataFrame({"peak_on": pd.to_datetime([]), "lift": []})
    ax = plots.event_study_lines(table, peaks)
    assert ax.get_title(loc="left") == "Before and after: nothing stands out"
    assert plots.event_study_lines(table.iloc[:0], peaks).texts
