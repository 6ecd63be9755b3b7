"""What campaigns earned on what they cost, where customers held back show what they caused."""

import pandas as pd

from custintel.campaigns import Holdout, campaign_decision, campaign_roi
from custintel.report.assumptions import Assumptions
from custintel.report.campaign_experiments import HELD_BACK, WINDOW, ExperimentResults
from custintel.report.campaign_groups import owed_campaigns


def tested_returns(
    campaigns: pd.DataFrame,
    purchases: pd.DataFrame,
    experiments: ExperimentResults,
    day: pd.Timestamp,
    assumptions: Assumptions,
) -> pd.DataFrame | None:
    """Return `campaign_roi` of campaigns with customers held back, dearest first.

    With ``decision``, ``is_owed`` and ``margin_is``: ``"rate"``, ``"cost of goods"`` or, if
    nothing tells the margin, ``"revenue"``. Campaigns without a cost, and those whose groups
    have other sizes than planned, are left out. None if no other is left.
    """
    trusted = experiments.campaigns.index[~experiments.campaigns["is_mismatched"]]
    is_tested = campaigns["campaign_id"].isin(trusted) & campaigns["cost"].notna()
    tested = campaigns[is_tested]
    if tested.empty:
        return None
    arms = experiments.arms[experiments.arms["campaign_id"].isin(tested["campaign_id"])]
    # Whatever a sale is credited to: those held back show what would have come anyway.
    bought = purchases.assign(campaign_id=pd.Series(pd.NA, purchases.index, dtype="string"))
    margin_is, rate = _margin(purchases, assumptions)
    roi = campaign_roi(
        tested,
        bought,
        as_of=day,
        margin_rate=rate,
        window=WINDOW,
        holdout=Holdout(arms, control=HELD_BACK, level=assumptions.level),
    )
    decided = roi.assign(
        decision=campaign_decision(roi)["decision"],
        is_owed=roi.index.isin(owed_campaigns(campaigns)),
        margin_is=margin_is,
    )
    return decided.sort_values("cost", ascending=False, kind="stable")


def _margin(purchases: pd.DataFrame, assumptions: Assumptions) -> tuple[str, float | None]:
    if assumptions.margin_rate is not None:
        return "rate", assumptions.margin_rate
    if "cost" in purchases and purchases["cost"].notna().any():
        return "cost of goods", None
    return "revenue", 1.0
