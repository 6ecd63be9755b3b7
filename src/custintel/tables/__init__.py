"""Canonical tables, and what every analysis reads: one row per customer."""

from custintel.tables._keyed_tables import BuiltTable
from custintel.tables.accounts import build_accounts, inspect_accounts
from custintel.tables.company_units import by_account
from custintel.tables.customers import build_customers, inspect_customers
from custintel.tables.daily import daily_purchases
from custintel.tables.history import purchase_history, purchase_holdout
from custintel.tables.joined_columns import add_columns
from custintel.tables.occasions import occasion_history
from custintel.tables.products import build_products, inspect_products
from custintel.tables.regularity import regularity_history
from custintel.tables.transactions import (
    BuiltTransactions,
    build_transactions,
    inspect_transactions,
)

__all__ = [
    "BuiltTable",
    "BuiltTransactions",
    "add_columns",
    "build_accounts",
    "build_customers",
    "build_products",
    "build_transactions",
    "by_account",
    "daily_purchases",
    "inspect_accounts",
    "inspect_customers",
    "inspect_products",
    "inspect_transactions",
    "occasion_history",
    "purchase_history",
    "purchase_holdout",
    "regularity_history",
]
