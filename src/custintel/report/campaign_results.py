"""What the exports of campaigns tell: messages, returns, and which channels led to purchases."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from custintel.errors import CustintelError
from custintel.report.assumptions import Assumptions
from custintel.report.campaign_credits import CreditResults, credit_results
from custintel.report.campaign_groups import CampaignGroups, campaign_groups
from custintel.report.campaign_messages import MessageResults, message_results
from custintel.report.campaign_returns import ReturnResults, return_results
from custintel.report.campaign_source import CampaignSource

_INSTANTS = {"campaign_events": "occurred_at", "touches": "occurred_at"}


@dataclass(frozen=True, slots=True, eq=False)
class CampaignResults:
    """The analyses of campaigns, as far as their exports tell.

    A part is None where its tables are not given; where they are, `reasons` says by the name
    of the part why it could not be made.
    """

    messages: MessageResults | None = None
    returns: ReturnResults | None = None
    credits: CreditResults | None = None
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
    events, campaigns, touches = (
        tables.get(name) for name in ("campaign_events", "campaigns", "touches")
    )
    groups = campaign_groups(campaigns, events, assumptions)
    parts: dict[str, Callable[[], Any]] = {}
    if events is not None:
        parts["messages"] = lambda: message_results(
            events, campaigns, purchases, groups, day, assumptions
        )
    if campaigns is not None and "cost" in campaigns:
        parts["returns"] = lambda: return_results(
            campaigns, events, purchases, groups, day, assumptions
        )
    if touches is not None:
        parts["credits"] = lambda: credit_results(touches, purchases, day, assumptions)
    made, reasons = _made(parts)
    return CampaignResults(**made, groups=groups, n_after=n_after, reasons=reasons)


def _up_to(table: pd.DataFrame, column: str | None, day: pd.Timestamp) -> pd.DataFrame:
    if column is None:
        return table
    return table[table[column] < day + pd.Timedelta(days=1)].reset_index(drop=True)


def _made(parts: dict[str, Callable[[], Any]]) -> tuple[dict[str, Any], dict[str, str]]:
    made: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for name, make in parts.items():
        try:
            made[name] = make()
        except (CustintelError, ValueError) as error:
            reasons[name] = str(error)
    return made, reasons
