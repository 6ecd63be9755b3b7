"""Returns of campaigns, attributed or incremental, and what is decided on them."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from custintel.campaigns import Holdout, campaign_decision, campaign_roi
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning

AS_OF = "2024-12-31"
CAMPAIGNS = pd.DataFrame(
    {
        "campaign_id": ["spring"],
        "campaign_name": ["Spring letter"],
        "cost": [100.0],
        "starts_at": pd.to_datetime(["2024-03-01"]),
    }
)


def sale(customer, day, revenue, *, campaign="spring", order=None, cost=0.0):
    return {
        "customer_id": customer,
        "ordered_at": pd.Timestamp(day),
        "revenue": revenue,
        "campaign_id": campaign,
        "order_id": order or f"{customer} {day}",
        "cost": cost,
    }


def sales(*rows):
    return pd.DataFrame(list(rows))


class TestAttributed:
    def test_refunds_are_netted_and_are_no_sales(self):
        table = sales(
            sale("ann", "2024-03-05", 300.0, order="1", cost=100.0),
            sale("ann", "2024-03-05", 50.0, order="1", cost=10.0),
            sale("ann", "2024-04-01", -50.0, order="2", cost=-10.0),
            sale("bob", "2024-04-01", 0.0, order="1"),
            sale("eve", "2024-04-01", 900.0, campaign=None),
        )
        row = campaign_roi(CAMPAIGNS, table, as_of=AS_OF).loc["spring"]
        assert row["n_sales"] == 2
        assert row["revenue"] == 300.0
        assert row["margin"] == 200.0
        assert row["romi"] == pytest.approx(1.0)
        assert row["revenue_is"] == "attributed"
        assert np.isnan(row["romi_low"])

    def test_only_the_window_counts_and_the_rest_is_told(self):
        table = sales(
            sale("ann", "2024-03-01", 10.0),
            sale("bob", "2024-03-31", 20.0),
            sale("eve", "2024-04-01", 40.0),
            sale("kim", "2024-02-29", 80.0),
        )
        with pytest.warns(WeakResultWarning, match="2 sales are credited to campaigns before"):
            row = campaign_roi(CAMPAIGNS, table, as_of=AS_OF, margin_rate=1.0, window="1M").loc[
                "spring"
            ]
        assert row["revenue"] == 30.0

    def test_the_whole_last_day_is_observed_and_no_later_one(self):
        table = sales(
            sale("ann", "2024-03-05 23:59:59", 10.0), sale("bob", "2024-03-06 00:00:00", 20.0)
        )
        row = campaign_roi(CAMPAIGNS, table, as_of="2024-03-05", margin_rate=1.0).loc["spring"]
        assert row["revenue"] == 10.0

    def test_events_of_sales_are_sales(self):
        events = pd.DataFrame(
            {
                "campaign_id": "spring",
                "customer_id": ["ann", "ann", "bob"],
                "event": ["sent", "sale", "sale"],
                "occurred_at": pd.to_datetime(["2024-03-01", "2024-03-02", "2024-03-02"]),
                "revenue": [np.nan, 400.0, np.nan],
            }
        )
        with pytest.warns(WeakResultWarning, match="1 sale has no revenue"):
            row = campaign_roi(CAMPAIGNS, events, as_of=AS_OF, margin_rate=0.5).loc["spring"]
        assert row["n_sales"] == 2
        assert row["romi"] == pytest.approx(1.0)

    def test_what_has_no_return_says_why(self):
        campaigns = pd.DataFrame({"campaign_id": ["a", "b", "c"], "cost": [None, 0.0, 10.0]})
        table = sales(
            sale("ann", "2024-03-05", 1.0, campaign="a"),
            sale("ann", "2024-03-05", 1.0, campaign="c", cost=np.nan),
        )
        with (
            pytest.warns(WeakResultWarning, match="1 campaign has no cost.*'a'"),
            pytest.warns(WeakResultWarning, match="1 campaign has no margin.*'c'"),
        ):
            roi = campaign_roi(campaigns, table, as_of=AS_OF)
        assert roi["reason"].tolist() == [
            "cost not known",
            "cost is zero",
            "cost of the goods not known",
        ]
        assert roi["romi"].isna().all()

    def test_sales_of_unknown_campaigns_are_counted(self):
        table = sales(
            sale("ann", "2024-03-05", 10.0), sale("bob", "2024-03-06", 20.0, campaign="ghost")
        )
        with pytest.warns(SetAsideWarning, match="'ghost'"):
            roi = campaign_roi(CAMPAIGNS, table, as_of=AS_OF)
        assert roi["revenue"].tolist() == [10.0]

    def test_without_any_margin_there_is_no_return(self):
        table = sales(sale("ann", "2024-03-05", 10.0)).drop(columns="cost")
        with pytest.raises(SchemaError, match="margin_rate"):
            campaign_roi(CAMPAIGNS, table, as_of=AS_OF)

    def test_no_sale_returns_minus_the_cost(self):
        table = sales(sale("ann", "2024-03-05", 10.0)).iloc[:0]
        row = campaign_roi(CAMPAIGNS, table, as_of=AS_OF, margin_rate=0.5).loc["spring"]
        assert row["romi"] == -1.0

    def test_a_campaign_to_come_has_no_return_yet(self):
        table = sales(sale("ann", "2024-02-01", 10.0))
        with pytest.warns(WeakResultWarning, match="begins after as_of.*'spring'"):
            roi = campaign_roi(CAMPAIGNS, table.iloc[:0], as_of="2024-02-29", margin_rate=0.5)
        assert roi["romi"].isna().all()
        assert roi["reason"].tolist() == ["not begun on as_of"]
        assert campaign_decision(roi)["decision"].tolist() == ["unclear"]

    @pytest.mark.parametrize(("as_of", "n"), [("2024-03-30", 1), ("2024-03-31", 0)])
    def test_a_window_that_is_not_over_is_told(self, as_of, n):
        table = sales(sale("ann", "2024-03-05", 10.0))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            campaign_roi(CAMPAIGNS, table, as_of=as_of, margin_rate=0.5, window="1M")
        assert ["not over on as_of: 'spring'" in str(each.message) for each in caught] == [True] * n

    def test_a_window_without_a_start_is_refused(self):
        table = sales(sale("ann", "2024-03-05", 10.0))
        for campaigns in (
            CAMPAIGNS.assign(starts_at=pd.NaT),
            CAMPAIGNS.drop(columns="starts_at"),
        ):
            with pytest.raises(SchemaError, match=r"no start.*'spring'"):
                campaign_roi(campaigns, table, as_of=AS_OF, margin_rate=0.5, window="1M")

    def test_days_with_a_time_zone_are_refused(self):
        table = sales(sale("ann", "2024-03-05", 10.0))
        campaigns = CAMPAIGNS.assign(starts_at=CAMPAIGNS["starts_at"].dt.tz_localize("UTC"))
        with pytest.raises(SchemaError, match=r"'starts_at'.*without time zone"):
            campaign_roi(campaigns, table, as_of=AS_OF)

    def test_two_sale_events_of_one_day_are_two_sales(self):
        events = pd.DataFrame(
            {
                "event_id": ["1", "2"],
                "campaign_id": "spring",
                "customer_id": "ann",
                "event": "sale",
                "occurred_at": pd.Timestamp("2024-03-02"),
                "revenue": [100.0, 200.0],
            }
        )
        row = campaign_roi(CAMPAIGNS, events, as_of=AS_OF, margin_rate=0.5).loc["spring"]
        assert (row["n_sales"], row["revenue"]) == (2, 300.0)

    def test_rows_set_aside_are_counted_as_rows(self):
        table = sales(
            sale("ann", "2024-03-05", 10.0, campaign="ghost", order="1"),
            sale("ann", "2024-03-05", 10.0, campaign="ghost", order="1"),
            sale("ann", "2024-04-05", -10.0, campaign="ghost", order="2"),
        )
        with pytest.warns(SetAsideWarning, match="3 rows of 'sales'"):
            campaign_roi(CAMPAIGNS, table, as_of=AS_OF)


@pytest.fixture
def trial():
    """200 customers, half of them held back; the letter adds 4 to what they buy."""
    rng = np.random.default_rng(5)
    names = [f"c{i:03d}" for i in range(200)]
    is_reached = np.arange(200) % 2 == 0
    revenue = np.round(rng.gamma(2, 10, 200) + 4 * is_reached, 2)
    arms = pd.DataFrame(
        {
            "campaign_id": "spring",
            "customer_id": names,
            "arm": np.where(is_reached, "letter", "control"),
        }
    )
    rows = [sale(n, "2024-03-10", r, campaign=None) for n, r in zip(names, revenue, strict=True)]
    # Before the campaign, and of somebody who was not assigned.
    rows += [sale("c000", "2024-02-01", 999.0), sale("stranger", "2024-03-10", 999.0)]
    return arms, sales(*rows).assign(campaign_id=None), revenue, is_reached


class TestIncremental:
    def test_equals_welchs_interval_times_those_reached(self, trial):
        arms, table, revenue, is_reached = trial
        roi = campaign_roi(
            CAMPAIGNS, table, as_of=AS_OF, margin_rate=0.5, holdout=Holdout(arms, level=0.9)
        )
        row = roi.loc["spring"]
        reached, held_back = 0.5 * revenue[is_reached], 0.5 * revenue[~is_reached]
        test = ttest_ind(reached, held_back, equal_var=False)
        interval = test.confidence_interval(0.9)
        assert row["revenue_is"] == "incremental"
        assert (row["n_reached"], row["n_held_back"], row["n_sales"]) == (100, 100, 100)
        assert row["margin"] == pytest.approx(100 * (reached.mean() - held_back.mean()))
        assert row["margin_low"] == pytest.approx(100 * interval.low)
        assert row["margin_high"] == pytest.approx(100 * interval.high)
        assert row["romi_low"] == pytest.approx((100 * interval.low - 100) / 100)
        assert row["p"] == pytest.approx(test.pvalue)
        assert row["revenue_high"] == pytest.approx(2 * row["margin_high"])

    def test_cost_of_goods_gives_the_margin_of_each_customer(self, trial):
        arms, table, *_rest = trial
        table = table.assign(cost=0.5 * table["revenue"])
        by_cost = campaign_roi(CAMPAIGNS, table, as_of=AS_OF, holdout=Holdout(arms))
        by_rate = campaign_roi(
            CAMPAIGNS, table, as_of=AS_OF, margin_rate=0.5, holdout=Holdout(arms)
        )
        pd.testing.assert_frame_equal(by_cost, by_rate)

    def test_purchases_count_from_the_assignment_on(self, trial):
        arms, table, *_rest = trial
        late = arms.assign(assigned_at=pd.Timestamp("2024-03-11"))
        row = campaign_roi(
            CAMPAIGNS, table, as_of=AS_OF, margin_rate=0.5, holdout=Holdout(late)
        ).loc["spring"]
        assert row["n_sales"] == 0
        assert row["revenue"] == 0.0

    def test_an_open_window_is_told(self, trial):
        arms, table, *_rest = trial
        with pytest.warns(WeakResultWarning, match="not over on as_of"):
            campaign_roi(
                CAMPAIGNS,
                table,
                as_of="2024-03-20",
                margin_rate=0.5,
                window="1M",
                holdout=Holdout(arms),
            )

    def test_a_campaign_without_control_is_attributed(self, trial):
        arms, table, *_rest = trial
        both = pd.concat([CAMPAIGNS, CAMPAIGNS.assign(campaign_id="autumn")])
        more = pd.concat([arms, arms[arms["arm"] == "letter"].assign(campaign_id="autumn")])
        with pytest.warns(WeakResultWarning, match="nobody held back.*'autumn'"):
            roi = campaign_roi(both, table, as_of=AS_OF, margin_rate=0.5, holdout=Holdout(more))
        assert roi["revenue_is"].tolist() == ["incremental", "attributed"]

    def test_an_unknown_control_names_the_arms(self, trial):
        arms, table, *_rest = trial
        with pytest.raises(ValueError, match="'control', 'letter'"):
            campaign_roi(
                CAMPAIGNS,
                table,
                as_of=AS_OF,
                margin_rate=0.5,
                holdout=Holdout(arms, control="placebo"),
            )

    def test_a_customer_assigned_twice_is_refused(self, trial):
        arms, table, *_rest = trial
        twice = pd.concat([arms, arms.head(1)])
        with pytest.raises(SchemaError, match="'c000'"):
            campaign_roi(CAMPAIGNS, table, as_of=AS_OF, margin_rate=1.0, holdout=Holdout(twice))

    def test_one_customer_in_a_group_has_no_interval(self, trial):
        arms, table, *_rest = trial
        few = arms.iloc[:3]
        row = campaign_roi(
            CAMPAIGNS, table, as_of=AS_OF, margin_rate=0.5, holdout=Holdout(few)
        ).loc["spring"]
        assert row["reason"] == "too few customers in one of the groups"

    def test_groups_that_do_not_vary_have_no_interval(self, trial):
        arms, table, *_rest = trial
        roi = campaign_roi(
            CAMPAIGNS, table.iloc[:0], as_of=AS_OF, margin_rate=0.5, holdout=Holdout(arms)
        )
        row = roi.loc["spring"]
        assert row["romi"] == -1.0
        assert np.isnan([row["romi_low"], row["romi_high"], row["p"]]).all()
        assert row["reason"] == "purchases do not vary within the groups"
        decided = campaign_decision(roi).loc["spring"]
        assert decided["decision"] == "unclear"
        assert "do not vary" in decided["reason"]

    def test_who_is_assigned_after_as_of_does_not_count_yet(self, trial):
        arms, table, *_rest = trial
        days = np.where(np.arange(200) < 150, "2024-03-02", "2025-01-01")
        later = arms.assign(assigned_at=pd.to_datetime(days))
        with pytest.warns(SetAsideWarning, match="50 customers of 'arms'"):
            roi = campaign_roi(
                CAMPAIGNS, table, as_of=AS_OF, margin_rate=0.5, holdout=Holdout(later)
            )
        alone = campaign_roi(
            CAMPAIGNS, table, as_of=AS_OF, margin_rate=0.5, holdout=Holdout(later.iloc[:150])
        )
        pd.testing.assert_frame_equal(roi, alone)

    @pytest.mark.parametrize("day", ["01/04/2024", pd.Timestamp("2024-04-01", tz="UTC")])
    def test_assignments_have_local_days(self, trial, day):
        arms, table, *_rest = trial
        holdout = Holdout(arms.assign(assigned_at=day))
        with pytest.raises(SchemaError, match="'assigned_at' of 'arms'"):
            campaign_roi(CAMPAIGNS, table, as_of=AS_OF, holdout=holdout)


def roi_of(**columns):
    usual = {
        "campaign_name": "Spring",
        "revenue_is": "incremental",
        "margin": 300.0,
        "cost": 100.0,
        "romi": 2.0,
        "romi_low": 1.0,
        "romi_high": 3.0,
        "reason": "",
    }
    return pd.DataFrame({**usual, **columns}, index=["spring"])


class TestDecision:
    @pytest.mark.parametrize(
        ("hurdle", "decision"), [(0.5, "go"), (2.0, "unclear"), (3.5, "no-go"), (1.0, "unclear")]
    )
    def test_the_interval_decides_on_incremental_revenue(self, hurdle, decision):
        decided = campaign_decision(roi_of(), hurdle=hurdle)
        assert decided["decision"].tolist() == [decision]
        assert np.isnan(decided.loc["spring", "needed_share"])

    @pytest.mark.parametrize(("hurdle", "decision"), [(0.0, "go"), (2.5, "no-go")])
    def test_the_share_that_must_be_caused_qualifies_attributed_revenue(self, hurdle, decision):
        roi = roi_of(revenue_is="attributed", romi_low=np.nan, romi_high=np.nan)
        row = campaign_decision(roi, hurdle=hurdle).loc["spring"]
        assert row["decision"] == decision
        # Counting that share alone, the return is the hurdle.
        assert (row["needed_share"] * 300 - 100) / 100 == pytest.approx(hurdle)

    def test_without_a_return_it_is_unclear_and_says_why(self):
        roi = roi_of(romi=np.nan, romi_low=np.nan, romi_high=np.nan, reason="cost is zero")
        row = campaign_decision(roi).loc["spring"]
        assert row["decision"] == "unclear"
        assert "cost is zero" in row["reason"]

    def test_an_empty_table_decides_nothing(self):
        assert campaign_decision(roi_of().iloc[:0]).empty
