"""What the exports of campaigns tell: messages, effects, returns, and channels of purchases."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from custintel.errors import CustintelError
from custintel.report.assumptions import Assumptions
from custintel.report.campaign_credits import CreditResults, credit_results
from custintel.report.campaign_experiments import ExperimentResults, experiment_results
from custintel.report.campaign_groups import CampaignGroups, groups_of_campaigns
from custintel.report.campaign_messages import MessageResults, message_results
from custintel.report.campaign_returns import ReturnResults, return_results
from custintel.report.campaign_source import CAMPAIGN_TABLES, CampaignSource
from custintel.report.campaign_tested import tested_returns

_INSTANTS = {"campaign_events": "occurred_at", "touches": "occurred_at", "arms": "assigned_at"}


@dataclass(frozen=True, slots=True, eq=False)
class CampaignResults:
    """The analyses of campaigns, as far as their exports tell.

    A part is None where its tables are not given; where they are, `reasons` says by the name
    of the part why it could not be made.
    """

    messages: MessageResults | None = None
    returns: ReturnResults | None = None
    credits: CreditResults | None = None
    experiments: ExperimentResults | None = None
    tested: pd.DataFrame | None = None  # `tested_returns`
    groups: CampaignGroups | None = None
    n_after: dict[str, int] = field(default_factory=dict)  # rows after the last day, by table
    reasons: dict[str, str] = field(default_factory=dict)


def examine_campaigns(
    source: CampaignSource | None,
    purchases: pd.DataFrame,
    day: pd.Timestamp,
    assumptions: Assumptions,
) -> CampaignResults:
    """Make each analysis that the tables of campaigns allow, of what they tell up to a day."""
    if source is None:
        return CampaignResults()
    n_after: dict[str, int] = {}
    tables: dict[str, pd.DataFrame] = {}
    for name, each in source.tables().items():
        tables[name] = _up_to(each.table, _INSTANTS.get(name), day)
        n_after[name] = len(each.table) - len(tables[name])
    events, campaigns, touches, arms = (tables.get(name) for name in CAMPAIGN_TABLES)
    groups = groups_of_campaigns(campaigns, [events, arms], assumptions)
    made, reasons = _experiments(arms, source.control, campaigns, purchases, day, assumptions)
    tested = made.get("tested")
    parts: dict[str, Callable[[], Any]] = {}
    if events is not None:
        parts["messages"] = lambda: message_results(
            events, campaigns, purchases, groups, day, assumptions
        )
    if campaigns is not None and "cost" in campaigns:
        parts["returns"] = lambda: return_results(
            campaigns, events, purchases, groups, day, assumptions, tested
        )
    if touches is not None:
        parts["credits"] = lambda: credit_results(touches, purchases, day, assumptions)
    others, why_not = _made(parts)
    return CampaignResults(
        **made, **others, groups=groups, n_after=n_after, reasons=reasons | why_not
    )


def _experiments(
    arms: pd.DataFrame | None,
    control: str,
    campaigns: pd.DataFrame | None,
    purchases: pd.DataFrame,
    day: pd.Timestamp,
    assumptions: Assumptions,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what customers held back show of campaigns, and of their returns."""
    if arms is None:
        return {}, {}
    made, reasons = _made(
        {
            "experiments": lambda: experiment_results(
                arms, control, campaigns, purchases, day, assumptions
            )
        }
    )
    if campaigns is None or "cost" not in campaigns or not made:
        return made, reasons
    returns, why_not = _made(
        {
            "tested": lambda: tested_returns(
                campaigns, purchases, made["experiments"], day, assumptions
            )
        }
    )
    return made | returns, reasons | why_not


def _up_to(table: pd.DataFrame, column: str | None, day: pd.Timestamp) -> pd.DataFrame:
    if column is None or column not in table:
        return table
    is_later = table[column] >= day + pd.Timedelta(days=1)
    return table[~is_later].reset_index(drop=True)


def _made(parts: dict[str, Callable[[], Any]]) -> tuple[dict[str, Any], dict[str, str]]:
    made: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for name, make in parts.items():
        try:
            made[name] = make()
        except (CustintelError, ValueError) as error:
            reasons[name] = str(error)
    return made, reasons
