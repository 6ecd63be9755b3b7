"""Worked examples of what campaigns cost and return, told by others."""

import pandas as pd
import pytest

from custintel.campaigns import campaign_roi, direct_mail_plan


def test_return_on_marketing_investment():
    """A practitioner's example: spend 10,000, revenue 50,000, margin 60 %: 2.0, and factor 5.0."""
    campaigns = pd.DataFrame({"campaign_id": ["c"], "cost": [10_000.0]})
    sales = pd.DataFrame(
        {
            "customer_id": ["ann"],
            "ordered_at": pd.to_datetime(["2024-05-01"]),
            "revenue": [50_000.0],
            "campaign_id": ["c"],
        }
    )
    row = campaign_roi(campaigns, sales, as_of="2024-12-31", margin_rate=0.6).loc["c"]
    assert (row["romi"], row["roas"]) == pytest.approx((2.0, 5.0))


def test_postage_of_a_mailing():
    """The course: 100,000 pieces, about 17,000 $ of postage, 10 % answer."""
    plan = direct_mail_plan(100_000, costs={"postage": 17_000}, response_rate=0.10)
    assert plan.cost_per_piece == pytest.approx(0.17)
    assert plan.cost_per_response == pytest.approx(1.70)
    assert plan.cost_per_1000_responses == pytest.approx(1700.0)
    assert plan.n_responses == pytest.approx(10_000)
    assert plan.covers == "postage only"
