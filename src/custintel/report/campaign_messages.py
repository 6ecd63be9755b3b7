"""What became of the messages of campaigns: how far they came, and against whose will."""

import warnings
from dataclasses import dataclass

import pandas as pd

from custintel import _formats as formats
from custintel._text import translate as _
from custintel.campaigns import (
    ConsentCheck,
    campaign_funnel,
    check_events,
    consent_check,
    contact_pressure,
    email_kpis,
    pressure_distribution,
)
from custintel.errors import SchemaError, WeakResultWarning
from custintel.report.assumptions import Assumptions
from custintel.report.campaign_groups import CampaignGroups, owed_campaigns
from custintel.report.named_groups import few_as_one

PRESSURE_WINDOW, PRESSURE_DAYS, MOST_SENDINGS = "30D", 30, 8
_OF_SENDING = ("sent", "bounced", "delivered")
_OF_READING = ("opened", "clicked")


@dataclass(frozen=True, slots=True, eq=False)
class MessageResults:
    """How far the messages of campaigns came, all together, by kind and by campaign.

    A message is one contact in one campaign. Campaigns that write to nobody have none.
    """

    n_campaigns: int  # that wrote to somebody, and whose log tells of openings or clicks
    n_contacts: int  # to whom these wrote, each once
    n_known: int  # of these, customers with a purchase
    n_untracked: int  # campaigns that wrote, as by post, and whose log tells of neither
    n_campaigns_without: int  # that wrote to nobody, as far as the log tells
    tells_opens: bool  # False: no campaign is tracked, and all that wrote are counted
    funnel: pd.DataFrame
    total: pd.Series  # `email_kpis` of the same campaigns
    kinds: pd.DataFrame | None  # `email_kpis` of all that wrote, most messages first
    by: str | None  # column of the kinds
    campaigns: pd.DataFrame  # likewise
    tells_machines: bool
    pressure: pd.DataFrame | None  # `pressure_distribution`; None: nobody was written to lately
    consent: ConsentCheck
    n_kept_out: int  # messages owed to customers, such as confirmations, not in the check
    checks: pd.DataFrame  # of `check_events`, those with findings


def message_results(
    events: pd.DataFrame,
    campaigns: pd.DataFrame | None,
    purchases: pd.DataFrame,
    groups: CampaignGroups,
    day: pd.Timestamp,
    assumptions: Assumptions,
) -> MessageResults:
    """Measure the messages up to a day."""
    level = assumptions.level
    wrote = events.loc[events["event"].isin(_OF_SENDING), "campaign_id"].unique()
    sent = _grouped(events[events["campaign_id"].isin(wrote)], groups)
    if sent.empty:
        raise SchemaError(
            _(
                "nobody was written to, as far as the events up to {day} tell: none of them is a "
                "sending, a delivery or a bounce",
                day=formats.date(day),
            )
        )
    tracked = _tracked(sent)
    tells_opens = len(tracked) > 0
    tracked = tracked if tells_opens else sent
    with warnings.catch_warnings():
        # Of what was not delivered and had an answer all the same, the section tells itself.
        warnings.simplefilter("ignore", WeakResultWarning)
        funnel = campaign_funnel(tracked, by=None, level=level)
        total = email_kpis(tracked, by=None, level=level).iloc[0]
        kinds = email_kpis(sent, by="kind", level=level) if groups.by else None
        by_campaign = email_kpis(sent, by="group", level=level)
    pressure = contact_pressure(sent, as_of=day, window=PRESSURE_WINDOW, most=MOST_SENDINGS)
    marketing = sent[~sent["campaign_id"].isin(owed_campaigns(campaigns))]
    found = check_events(events, campaigns=campaigns).table
    contacts = tracked.loc[tracked["event"].isin(_OF_SENDING), "customer_id"].unique()
    n_campaigns = tracked["campaign_id"].nunique()
    return MessageResults(
        n_campaigns=n_campaigns,
        n_contacts=len(contacts),
        n_known=int(pd.Index(contacts).isin(purchases["customer_id"]).sum()),
        n_untracked=len(wrote) - n_campaigns,
        n_campaigns_without=events["campaign_id"].nunique() - len(wrote),
        tells_opens=tells_opens,
        funnel=funnel,
        total=total,
        kinds=None if kinds is None else _largest_first(kinds),
        by=groups.by,
        campaigns=_largest_first(by_campaign),
        tells_machines="is_machine" in events,
        pressure=pressure_distribution(pressure) if pressure["n_sent"].any() else None,
        consent=consent_check(marketing, level=level),
        n_kept_out=_n_messages(sent) - _n_messages(marketing),
        checks=found[found["n_events"] > 0],
    )


def _tracked(sent: pd.DataFrame) -> pd.DataFrame:
    """Return the events of campaigns whose log tells of openings or clicks at all."""
    answered = sent.loc[sent["event"].isin(_OF_READING), "campaign_id"].unique()
    return sent[sent["campaign_id"].isin(answered)]


def _grouped(sent: pd.DataFrame, groups: CampaignGroups) -> pd.DataFrame:
    """Return the events with their ``kind`` and ``group``, those of few contacts as one."""
    is_sending = sent["event"].isin(_OF_SENDING)
    named = {"kind": groups.kind_of(sent["campaign_id"]), "group": sent["campaign_id"]}
    merged = {
        name: few_as_one(values.astype(object), sent["customer_id"], counted=is_sending)
        for name, values in named.items()
    }
    return sent.assign(**merged)


def _largest_first(kpis: pd.DataFrame) -> pd.DataFrame:
    return kpis.sort_values("n_sent", ascending=False, kind="stable")


def _n_messages(sent: pd.DataFrame) -> int:
    of_sending = sent.loc[sent["event"].isin(_OF_SENDING), ["campaign_id", "customer_id"]]
    return len(of_sending.drop_duplicates())
