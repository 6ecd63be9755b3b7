"""Data that come with the package, as a report reads them."""

import pandas as pd

from custintel._text import translate as _
from custintel.datasets import dataset_path, simulate_campaigns, simulate_crm
from custintel.report.campaign_source import CampaignSource, campaign_source_from_tables
from custintel.report.source import Source, read_source, source_from_table
from custintel.tables import add_columns

HELD_BACK_SHARE = 0.2  # of `simulate_campaigns`
_N_CONTACTS = 1500
_BY_POST = "direct mail"


def music_store() -> Source:
    """Return the purchases of CDs of 1997 and 1998, as they were."""
    return read_source([dataset_path("cdnow_master.csv")], currency="USD")


def business_school() -> Source:
    """Return the purchases of an invented business school, with every useful column."""
    crm = simulate_crm(random_state=1)
    sold = add_columns(crm.transactions, crm.customers, on="customer_id", columns="account_id")
    return source_from_table(sold, name=_("an invented business school"))


def mail_order_shop() -> tuple[Source, CampaignSource]:
    """Return the purchases of an invented mail-order shop, and its year of campaigns."""
    simulated = simulate_campaigns(_N_CONTACTS, random_state=1)
    purchases = source_from_table(simulated.transactions, name=_("an invented mail-order shop"))
    tables = {
        "campaign_events": simulated.events,
        "campaigns": simulated.campaigns,
        "touches": _touches(simulated.events, simulated.campaigns),
        "arms": simulated.arms,
    }
    return purchases, campaign_source_from_tables(tables)


def _touches(events: pd.DataFrame, campaigns: pd.DataFrame) -> pd.DataFrame:
    """Return what reached a customer: clicks by people, and letters, which nobody clicks."""
    placed: pd.DataFrame = add_columns(events, campaigns, on="campaign_id", columns="channel")
    is_click = (placed["event"] == "clicked") & ~placed["is_machine"]
    is_letter = (placed["event"] == "sent") & (placed["channel"] == _BY_POST)
    reached = placed[is_click | is_letter]
    kind = reached["event"].map({"clicked": "click", "sent": "letter"})
    columns = ["event_id", "customer_id", "channel", "occurred_at", "campaign_id"]
    return reached[columns].rename(columns={"event_id": "touch_id"}).assign(kind=kind)
