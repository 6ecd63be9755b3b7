"""What results, mailings and the year cost, and what leads may bring."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2
from statsmodels.stats.proportion import proportion_confint

from custintel.campaigns import (
    budget_table,
    cost_per_result,
    direct_mail_plan,
    potential_sales,
)
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning

DAY = pd.Timestamp("2024-03-01")


def events_of(campaign, **counts):
    """Return events of one campaign: so many contacts, from the first on, with each event."""
    rows = [(campaign, f"c{i}", event) for event, count in counts.items() for i in range(count)]
    table = pd.DataFrame(rows, columns=["campaign_id", "customer_id", "event"])
    return table.assign(occurred_at=DAY)


class TestCostPerResult:
    def test_1000_responses_are_not_1000_contacts(self):
        campaigns = pd.DataFrame({"campaign_id": ["mail"], "cost": [17_000.0]})
        events = events_of("mail", sent=1000, information_request=100, sale=10)
        row = cost_per_result(campaigns, events).loc["mail"]
        assert row["cpm"] == pytest.approx(17_000.0)
        assert row["cost_per_1000_responses"] == pytest.approx(170_000.0)
        assert row["cost_per_sale"] == pytest.approx(1700.0)
        assert np.isnan(row["cost_per_lead"])

    def test_interval_is_that_of_the_share_of_those_written_to(self):
        campaigns = pd.DataFrame({"campaign_id": ["mail"], "cost": [500.0]})
        events = events_of("mail", sent=400, information_request=30)
        row = cost_per_result(campaigns, events, level=0.9).loc["mail"]
        low, high = proportion_confint(30, 400, alpha=0.1, method="wilson")
        assert row["cost_per_response_low"] == pytest.approx(500 / (400 * high))
        assert row["cost_per_response_high"] == pytest.approx(500 / (400 * low))

    def test_interval_without_sendings_is_garwoods(self):
        campaigns = pd.DataFrame({"campaign_id": ["ads"], "cost": [500.0], "n_addresses": [3]})
        row = cost_per_result(campaigns, events_of("ads", lead=7)).loc["ads"]
        assert np.isnan(row["cpm"])
        for name, n in {"cost_per_lead": 7, "cost_per_address": 3}.items():
            assert row[name] == pytest.approx(500 / n)
            assert row[f"{name}_low"] == pytest.approx(500 / (chi2.ppf(0.975, 2 * n + 2) / 2))
            assert row[f"{name}_high"] == pytest.approx(500 / (chi2.ppf(0.025, 2 * n) / 2))

    def test_without_a_result_nothing_bounds_its_cost_from_above(self):
        campaigns = pd.DataFrame({"campaign_id": ["ads"], "cost": [500.0]})
        row = cost_per_result(campaigns, events_of("ads", lead=1)).loc["ads"]
        assert np.isnan(row["cost_per_sale"])
        assert row["cost_per_sale_high"] == np.inf
        assert row["cost_per_sale_low"] == pytest.approx(500 / (chi2.ppf(0.975, 2) / 2))

    def test_campaigns_without_a_cost_are_left_out_and_counted(self):
        campaigns = pd.DataFrame(
            {"campaign_id": ["a", "b"], "cost": [100.0, None], "channel": "post"}
        )
        events = pd.concat([events_of("a", sent=10, lead=2), events_of("b", sent=10, lead=9)])
        with pytest.warns(WeakResultWarning, match="1 campaign has no cost.*'b'"):
            row = cost_per_result(campaigns, events, by="channel").loc["post"]
        assert row["n_without_cost"] == 1
        assert row["n_leads"] == 2
        assert row["cost_per_lead"] == pytest.approx(50.0)

    def test_events_of_unknown_campaigns_are_counted(self):
        campaigns = pd.DataFrame({"campaign_id": ["a"], "cost": [100.0]})
        events = pd.concat([events_of("a", lead=2), events_of("ghost", lead=3)])
        with pytest.warns(SetAsideWarning, match="3 rows of 'campaign_events' name 1 campaign"):
            table = cost_per_result(campaigns, events)
        assert table["n_leads"].tolist() == [2]

    def test_missing_values_of_by_are_a_row(self):
        campaigns = pd.DataFrame(
            {"campaign_id": ["a", "b"], "cost": 5.0, "channel": ["post", None]}
        )
        assert list(cost_per_result(campaigns, events_of("a", lead=1), by="channel").index) == [
            "post",
            "(missing)",
        ]

    @pytest.mark.parametrize("cost", [-1.0, np.inf, 1e20])
    def test_impossible_costs_are_refused(self, cost):
        campaigns = pd.DataFrame({"campaign_id": ["a"], "cost": [cost]})
        with pytest.raises(SchemaError, match="'cost'"):
            cost_per_result(campaigns, events_of("a", lead=1))

    def test_a_campaign_of_two_rows_is_refused(self):
        campaigns = pd.DataFrame({"campaign_id": ["a", "a"], "cost": 5.0})
        with pytest.raises(SchemaError, match="1 ids come more than once: 'a'"):
            cost_per_result(campaigns, events_of("a", lead=1))

    def test_no_campaign_gives_an_empty_table(self):
        campaigns = pd.DataFrame(
            {"campaign_id": pd.Series([], dtype=object), "cost": pd.Series([], dtype=float)}
        )
        assert cost_per_result(campaigns, events_of("a", lead=1).iloc[:0]).empty

    def test_inputs_are_not_changed(self):
        campaigns = pd.DataFrame({"campaign_id": ["a"], "cost": [5]})
        events = events_of("a", lead=1)
        before = campaigns.copy(), events.copy()
        cost_per_result(campaigns, events)
        pd.testing.assert_frame_equal(campaigns, before[0])
        pd.testing.assert_frame_equal(events, before[1])


class TestBudgetTable:
    def test_commitments_run_down_the_year_in_order_of_start(self):
        campaigns = pd.DataFrame(
            {
                "campaign_id": ["late", "early", "someday"],
                "budget": [20.0, 30.0, 10.0],
                "cost": [None, 33.0, 0.0],
                "starts_at": pd.to_datetime(["2024-09-01", "2024-03-01", None]),
            }
        )
        table = budget_table(campaigns, annual_budget=100.0)
        assert list(table.index) == ["early", "late", "someday"]
        assert table["remaining"].tolist() == [67.0, 47.0, 47.0]
        assert table["annual_share"].tolist() == pytest.approx([0.33, 0.2, 0.0])
        assert table["variance"].tolist() == pytest.approx([3.0, np.nan, -10.0], nan_ok=True)

    def test_a_spent_year_and_unknown_amounts_are_told(self):
        campaigns = pd.DataFrame(
            {"campaign_id": ["a", "b"], "budget": [60.0, None], "cost": [70.0, None]}
        )
        with (
            pytest.warns(WeakResultWarning, match="neither cost nor budget.*'b'"),
            pytest.warns(WeakResultWarning, match="budget is spent"),
        ):
            table = budget_table(campaigns, annual_budget=65.0)
        assert table["remaining"].tolist() == [-5.0, -5.0]

    def test_the_year_has_a_budget(self):
        campaigns = pd.DataFrame({"campaign_id": ["a"], "budget": [6.0], "cost": [7.0]})
        with pytest.raises(ValueError, match="annual_budget"):
            budget_table(campaigns, annual_budget=0)


class TestDirectMail:
    def test_break_even_rate_earns_exactly_the_cost(self):
        costs = {"postage": 17_000.0, "printing": 21_000.0}
        plan = direct_mail_plan(100_000, costs=costs, response_rate=0.1, margin_per_response=11.4)
        again = direct_mail_plan(
            100_000,
            costs=costs,
            response_rate=plan.break_even_response_rate,
            margin_per_response=11.4,
        )
        assert again.profit == pytest.approx(0.0, abs=1e-8)
        assert plan.break_even_responses == pytest.approx(38_000 / 11.4)

    def test_without_responses_or_margin_nothing_breaks_even(self):
        plan = direct_mail_plan(10, costs={"other": 5}, response_rate=0, margin_per_response=0)
        assert plan.cost_per_response == np.inf
        assert plan.break_even_responses == np.inf
        assert plan.covers == "other only"

    @pytest.mark.parametrize(
        ("arguments", "match"),
        [
            ({"n_pieces": 0}, "n_pieces"),
            ({"costs": {}}, "none"),
            ({"costs": {"stamps": 5}}, "'stamps'"),
            ({"costs": {"postage": -5}}, "postage"),
            ({"response_rate": 1.1}, "response_rate"),
        ],
    )
    def test_impossible_plans_are_refused(self, arguments, match):
        usual = {"n_pieces": 10, "costs": {"postage": 5}, "response_rate": 0.1} | arguments
        with pytest.raises(ValueError, match=match):
            direct_mail_plan(usual.pop("n_pieces"), **usual)


class TestPotentialSales:
    def test_series_keep_their_labels(self):
        leads = pd.Series({"web": 100, "fair": 40})
        sales = potential_sales(leads, conversion_rate=0.25, average_value=10.0)
        assert sales.to_dict() == {"web": 250.0, "fair": 100.0}

    def test_rates_above_one_are_refused(self):
        with pytest.raises(ValueError, match="conversion_rate"):
            potential_sales(10, conversion_rate=25)
