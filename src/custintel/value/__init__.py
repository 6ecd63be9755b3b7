"""What customers will bring: lifetime value, customer equity, and the fit behind them."""

from custintel.value.equity import CustomerEquity, customer_equity, value_deciles
from custintel.value.lifetime import LifetimeValues, customer_lifetime_value
from custintel.value.tracking import holdout_fit, purchase_tracking

__all__ = [
    "CustomerEquity",
    "LifetimeValues",
    "customer_equity",
    "customer_lifetime_value",
    "holdout_fit",
    "purchase_tracking",
    "value_deciles",
]
