"""Canonical tables, and what every analysis reads: one row per customer."""

from custintel.tables._event_tables import BuiltEvents
from custintel.tables._keyed_tables import BuiltTable
from custintel.tables.accounts import build_accounts, inspect_accounts
from custintel.tables.campaign_events import build_campaign_events, inspect_campaign_events
from custintel.tables.campaigns import build_campaigns, inspect_campaigns
from custintel.tables.cases import build_cases, inspect_cases
from custintel.tables.company_units import by_account
from custintel.tables.customers import build_customers, inspect_customers
from custintel.tables.daily import daily_purchases
from custintel.tables.future_use import find_future_use
from custintel.tables.history import purchase_history, purchase_holdout
from custintel.tables.joined_columns import add_columns
from custintel.tables.leads import build_leads, inspect_leads
from custintel.tables.leaks import find_leaks, require_no_leaks
from custintel.tables.occasions import occasion_history
from custintel.tables.products import build_products, inspect_products
from custintel.tables.purchase_labels import PurchaseLabel
from custintel.tables.regularity import regularity_history
from custintel.tables.snapshots import Snapshot, snapshot
from custintel.tables.surveys import build_surveys, inspect_surveys
from custintel.tables.touches import build_touches, inspect_touches
from custintel.tables.transactions import (
    BuiltTransactions,
    build_transactions,
    inspect_transactions,
)
from custintel.tables.web_events import build_web_events, inspect_web_events

__all__ = [
    "BuiltEvents",
    "BuiltTable",
    "BuiltTransactions",
    "PurchaseLabel",
    "Snapshot",
    "add_columns",
    "build_accounts",
    "build_campaign_events",
    "build_campaigns",
    "build_cases",
    "build_customers",
    "build_leads",
    "build_products",
    "build_surveys",
    "build_touches",
    "build_transactions",
    "build_web_events",
    "by_account",
    "daily_purchases",
    "find_future_use",
    "find_leaks",
    "inspect_accounts",
    "inspect_campaign_events",
    "inspect_campaigns",
    "inspect_cases",
    "inspect_customers",
    "inspect_leads",
    "inspect_products",
    "inspect_surveys",
    "inspect_touches",
    "inspect_transactions",
    "inspect_web_events",
    "occasion_history",
    "purchase_history",
    "purchase_holdout",
    "regularity_history",
    "require_no_leaks",
    "snapshot",
]
