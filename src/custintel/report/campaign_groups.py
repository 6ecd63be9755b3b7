"""How campaigns are grouped and called in a report: by kind, small ones as one."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from custintel.campaigns import email_types
from custintel.report.assumptions import Assumptions
from custintel.report.named_groups import MISSING, is_filled, with_shown_names

_KINDS = ("campaign_type", "channel")  # what tells campaigns apart best


@dataclass(frozen=True, slots=True, eq=False)
class CampaignGroups:
    """What each campaign is called, and which kind it is of.

    ``names`` and ``kinds`` are indexed by ``campaign_id``; ``by`` is the column of the kinds,
    None if the table of campaigns has none that is filled.
    """

    names: "pd.Series[str]"
    kinds: "pd.Series[str]"
    by: str | None

    def kind_of(self, campaign_ids: "pd.Series[str]") -> "pd.Series[str]":
        """Return the kind of each campaign, ``(missing)`` where none is known."""
        return campaign_ids.map(self.kinds).fillna(MISSING)

    def name_of(self, campaign_id: object) -> str:
        """Return what a campaign is called; what is no campaign keeps its name."""
        return str(self.names.get(str(campaign_id), str(campaign_id)))


def groups_of_campaigns(
    campaigns: pd.DataFrame | None, others: Sequence[pd.DataFrame | None], assumptions: Assumptions
) -> CampaignGroups:
    """Return names and kinds of all campaigns that the table of them or another one knows."""
    ids = pd.Index([], dtype=object)
    for table in (campaigns, *others):
        if table is not None:
            ids = ids.union(pd.Index(table["campaign_id"].dropna().unique(), dtype=object))
    known = pd.DataFrame({"campaign_id": ids}, index=ids)
    by = None
    if campaigns is not None:
        told = [name for name in ("campaign_name", *_KINDS) if is_filled(campaigns, name)]
        known = known.join(campaigns.set_index("campaign_id")[told])
        by = next((name for name in _KINDS if name in told), None)
    columns = [str(name) for name in known.columns]
    shown = with_shown_names(known, columns, assumptions)
    kinds = shown[by] if by else pd.Series(MISSING, ids, dtype=object)
    return CampaignGroups(_told_apart(shown), kinds.dropna(), by)


def owed_campaigns(campaigns: pd.DataFrame | None) -> "pd.Series[str]":
    """Return the campaigns that are owed to customers, such as confirmations: no marketing."""
    if campaigns is None or "campaign_type" not in campaigns:
        return pd.Series(dtype=object)
    kinds = email_types()
    owed = kinds.index[~kinds["is_marketing"]]
    return campaigns.loc[campaigns["campaign_type"].isin(owed), "campaign_id"]


def _told_apart(shown: pd.DataFrame) -> "pd.Series[str]":
    """Return the name of each campaign, with its id where others have the same name."""
    ids = shown["campaign_id"]
    if "campaign_name" not in shown:
        return ids
    names = shown["campaign_name"].fillna(ids)
    is_shared = names.duplicated(keep=False)
    return names.where(~is_shared, names + " (" + ids + ")")
