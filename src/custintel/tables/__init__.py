"""Canonical tables, and what every analysis reads: one row per customer."""

from custintel.tables.daily import daily_purchases
from custintel.tables.history import purchase_history, purchase_holdout
from custintel.tables.occasions import occasion_history
from custintel.tables.regularity import regularity_history
from custintel.tables.transactions import (
    BuiltTransactions,
    build_transactions,
    inspect_transactions,
)

__all__ = [
    "BuiltTransactions",
    "build_transactions",
    "daily_purchases",
    "inspect_transactions",
    "occasion_history",
    "purchase_history",
    "purchase_holdout",
    "regularity_history",
]
