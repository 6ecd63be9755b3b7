"""Plots of finished tables. They draw on the axes given or on new ones, and return them."""

from custintel.plots.affinity import attach_bars, basket_size_bars, offer_bars, pair_lifts
from custintel.plots.alive import alive_path
from custintel.plots.audit import audit_intervals
from custintel.plots.backtest import backtest_lines, calibration_points
from custintel.plots.channels import best_channel_intervals, channel_bars
from custintel.plots.clusters import cluster_profile_heatmap, cluster_stability_plot
from custintel.plots.concentration import concentration_lines, decile_bars, mover_bars
from custintel.plots.equity import equity_bars, equity_curve
from custintel.plots.forecasts import forecast_heatmap, frequency_bars
from custintel.plots.growth import contribution_bars, implied_growth
from custintel.plots.habits import breadth_bars, promotion_bars, propensity_heatmap
from custintel.plots.lift_matrix import pair_matrix
from custintel.plots.lookalikes import lookalike_curve
from custintel.plots.migration import migration_heatmap, segment_flow_bars
from custintel.plots.mix import channel_mix_heatmap
from custintel.plots.partners import partner_intervals
from custintel.plots.price_volume import price_volume_mix_bars
from custintel.plots.profiles import profile_bars, profile_differences
from custintel.plots.profitability import whale_plot
from custintel.plots.purchases import holdout_bars, tracking_lines
from custintel.plots.recommendations import recommendation_hits
from custintel.plots.retention import cohort_heatmap
from custintel.plots.revenue import growth_bars, lorenz_curve, revenue_over_time
from custintel.plots.sales import margin_bars, new_business_bars, portfolio_bubbles
from custintel.plots.sales_forecast import forecast_fan, seasonal_profile
from custintel.plots.scenarios import tornado
from custintel.plots.segmentation import segment_bars
from custintel.plots.sequences import interpurchase_curve, next_purchase_bars, transition_heatmap
from custintel.plots.survival import survival_curve

__all__ = [
    "alive_path",
    "attach_bars",
    "audit_intervals",
    "backtest_lines",
    "basket_size_bars",
    "best_channel_intervals",
    "breadth_bars",
    "calibration_points",
    "channel_bars",
    "channel_mix_heatmap",
    "cluster_profile_heatmap",
    "cluster_stability_plot",
    "cohort_heatmap",
    "concentration_lines",
    "contribution_bars",
    "decile_bars",
    "equity_bars",
    "equity_curve",
    "forecast_fan",
    "forecast_heatmap",
    "frequency_bars",
    "growth_bars",
    "holdout_bars",
    "implied_growth",
    "interpurchase_curve",
    "lookalike_curve",
    "lorenz_curve",
    "margin_bars",
    "migration_heatmap",
    "mover_bars",
    "new_business_bars",
    "next_purchase_bars",
    "offer_bars",
    "pair_lifts",
    "pair_matrix",
    "partner_intervals",
    "portfolio_bubbles",
    "price_volume_mix_bars",
    "profile_bars",
    "profile_differences",
    "promotion_bars",
    "propensity_heatmap",
    "recommendation_hits",
    "revenue_over_time",
    "seasonal_profile",
    "segment_bars",
    "segment_flow_bars",
    "survival_curve",
    "tornado",
    "tracking_lines",
    "transition_heatmap",
    "whale_plot",
]
