"""Canonical tables, and what every analysis reads: one row per customer."""

from custintel.tables.daily import daily_purchases
from custintel.tables.history import purchase_history, purchase_holdout

__all__ = [
    "daily_purchases",
    "purchase_history",
    "purchase_holdout",
]
