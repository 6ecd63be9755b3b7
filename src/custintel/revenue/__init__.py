"""Revenue by period, its growth, and its concentration on few customers."""

from custintel.revenue.associations import channel_mix
from custintel.revenue.audit import TableAudit, audit_table
from custintel.revenue.channel_choice import best_channel
from custintel.revenue.channels import channel_table
from custintel.revenue.claims import GrowthClaim, PrintedCagr, PrintedShares, PrintedTotals
from custintel.revenue.concentration import concentration_curve, concentration_table
from custintel.revenue.contributions import growth_contributions
from custintel.revenue.cost_drivers import CostDriver
from custintel.revenue.deciles import decile_table
from custintel.revenue.forecast import SalesForecast, forecast_sales
from custintel.revenue.growth import growth_table, index_table
from custintel.revenue.implied_totals import amounts_from_index, totals_from_index
from custintel.revenue.largest import major_customers, top_customers
from custintel.revenue.lines import compare_lines
from custintel.revenue.main_channels import customer_channels
from custintel.revenue.margins import margin_table, marketing_to_sales
from custintel.revenue.movements import movers
from custintel.revenue.new_business import new_customer_revenue, new_product_revenue
from custintel.revenue.partners import partner_table
from custintel.revenue.periods import revenue_table
from custintel.revenue.portfolio import portfolio_matrix
from custintel.revenue.price_volume import price_volume_mix
from custintel.revenue.profitability import profitability_table
from custintel.revenue.referrals import referral_rate
from custintel.revenue.resampling import concentration_intervals
from custintel.revenue.seasonality import seasonality_table, weekday_table
from custintel.revenue.whale_curves import WhaleCurve, whale_curve

__all__ = [
    "CostDriver",
    "GrowthClaim",
    "PrintedCagr",
    "PrintedShares",
    "PrintedTotals",
    "SalesForecast",
    "TableAudit",
    "WhaleCurve",
    "amounts_from_index",
    "audit_table",
    "best_channel",
    "channel_mix",
    "channel_table",
    "compare_lines",
    "concentration_curve",
    "concentration_intervals",
    "concentration_table",
    "customer_channels",
    "decile_table",
    "forecast_sales",
    "growth_contributions",
    "growth_table",
    "index_table",
    "major_customers",
    "margin_table",
    "marketing_to_sales",
    "movers",
    "new_customer_revenue",
    "new_product_revenue",
    "partner_table",
    "portfolio_matrix",
    "price_volume_mix",
    "profitability_table",
    "referral_rate",
    "revenue_table",
    "seasonality_table",
    "top_customers",
    "totals_from_index",
    "weekday_table",
    "whale_curve",
]
