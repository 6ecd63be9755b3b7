"""Canonical tables, and what every analysis reads: one row per customer."""

from custintel.tables._event_tables import BuiltEvents
from custintel.tables._keyed_tables import BuiltTable
from custintel.tables.accounts import build_accounts, inspect_accounts
from custintel.tables.campaign_events import build_campaign_events, inspect_campaign_events
from custintel.tables.campaigns import build_campaigns, inspect_campaigns
from custintel.tables.company_units import by_account
from custintel.tables.customers import build_customers, inspect_customers
from custintel.tables.daily import daily_purchases
from custintel.tables.history import purchase_history, purchase_holdout
from custintel.tables.joined_columns import add_columns
from custintel.tables.leads import build_leads, inspect_leads
from custintel.tables.occasions import occasion_history
from custintel.tables.products import build_products, inspect_products
from custintel.tables.regularity import regularity_history
from custintel.tables.touches import build_touches, inspect_touches
from custintel.tables.transactions import (
    BuiltTransactions,
    build_transactions,
    inspect_transactions,
)

__all__ = [
    "BuiltEvents",
    "BuiltTable",
    "BuiltTransactions",
    "add_columns",
    "build_accounts",
    "build_campaign_events",
    "build_campaigns",
    "build_customers",
    "build_leads",
    "build_products",
    "build_touches",
    "build_transactions",
    "by_account",
    "daily_purchases",
    "inspect_accounts",
    "inspect_campaign_events",
    "inspect_campaigns",
    "inspect_customers",
    "inspect_leads",
    "inspect_products",
    "inspect_touches",
    "inspect_transactions",
    "occasion_history",
    "purchase_history",
    "purchase_holdout",
    "regularity_history",
]
