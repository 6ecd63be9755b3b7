"""What customers will bring: lifetime value, customer equity, and the fit behind them."""

from custintel._present_value import NetPresentValue, net_present_value
from custintel.value.alive import alive_path
from custintel.value.backtesting import Backtest, backtest
from custintel.value.choice import ModelChoice
from custintel.value.concentration import EquityConcentration, equity_concentration
from custintel.value.constant_retention import (
    break_even_retention,
    expected_lifetime,
    margin_multiple,
    simple_lifetime_value,
)
from custintel.value.equity import CustomerEquity, customer_equity, value_deciles
from custintel.value.forecast_grid import forecast_matrix
from custintel.value.future import FutureEquity, TotalEquity, future_equity, total_equity
from custintel.value.keeping import RetentionOrAcquisition, retention_or_acquisition
from custintel.value.lifetime import LifetimeValues, customer_lifetime_value
from custintel.value.marketing_cost import berger_nasr_value, blattberg_deighton_value
from custintel.value.migration import migration_value
from custintel.value.new_customers import NewCustomerValue, new_customer_value
from custintel.value.per_customer import value_per_customer
from custintel.value.repeat_counts import frequency_fit
from custintel.value.scenarios import EquityAssumptions, equity_scenarios
from custintel.value.tracking import holdout_fit, purchase_tracking
from custintel.value.wallet import (
    ShareOfWallet,
    WalletAllocation,
    share_of_wallet,
    wallet_allocation,
)

__all__ = [
    "Backtest",
    "CustomerEquity",
    "EquityAssumptions",
    "EquityConcentration",
    "FutureEquity",
    "LifetimeValues",
    "ModelChoice",
    "NetPresentValue",
    "NewCustomerValue",
    "RetentionOrAcquisition",
    "ShareOfWallet",
    "TotalEquity",
    "WalletAllocation",
    "alive_path",
    "backtest",
    "berger_nasr_value",
    "blattberg_deighton_value",
    "break_even_retention",
    "customer_equity",
    "customer_lifetime_value",
    "equity_concentration",
    "equity_scenarios",
    "expected_lifetime",
    "forecast_matrix",
    "frequency_fit",
    "future_equity",
    "holdout_fit",
    "margin_multiple",
    "migration_value",
    "net_present_value",
    "new_customer_value",
    "purchase_tracking",
    "retention_or_acquisition",
    "share_of_wallet",
    "simple_lifetime_value",
    "total_equity",
    "value_deciles",
    "value_per_customer",
    "wallet_allocation",
]
