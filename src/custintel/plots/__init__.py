"""Plots of finished tables. They draw on the axes given or on new ones, and return them."""

from custintel.plots.affinity import attach_bars, basket_size_bars, offer_bars, pair_lifts
from custintel.plots.alive import alive_path
from custintel.plots.attribution import (
    attribution_dots,
    credit_bars,
    path_bars,
    removal_effect_bars,
)
from custintel.plots.audit import audit_intervals
from custintel.plots.backtest import backtest_lines, calibration_points
from custintel.plots.budgets import budget_bars, elasticity_intervals
from custintel.plots.campaign_loops import campaign_budget_bars, loop_funnel
from custintel.plots.campaign_reach import (
    reach_bars,
    response_differences,
    self_service_differences,
)
from custintel.plots.campaign_returns import break_even_line, cost_intervals, roi_intervals
from custintel.plots.campaign_times import activity_heatmap, due_trigger_heatmap
from custintel.plots.campaigns import (
    fatigue_lines,
    funnel_bars,
    kpi_intervals,
    link_bars,
    list_growth_bars,
    pressure_bars,
)
from custintel.plots.channels import best_channel_intervals, channel_bars
from custintel.plots.clusters import cluster_profile_heatmap, cluster_stability_plot
from custintel.plots.concentration import concentration_lines, decile_bars, mover_bars
from custintel.plots.customer_rates import inactivity_lines, retention_lines
from custintel.plots.decisions import budget_value_curve, plan_bars, warning_lines
from custintel.plots.equity import equity_bars, equity_curve
from custintel.plots.event_studies import event_study_lines
from custintel.plots.experiments import lift_intervals, look_lines, power_lines
from custintel.plots.forecasts import forecast_heatmap, frequency_bars
from custintel.plots.growth import contribution_bars, implied_growth
from custintel.plots.habits import breadth_bars, promotion_bars, propensity_heatmap
from custintel.plots.largest import customer_share_bars, revenue_share_bars
from custintel.plots.lift_matrix import pair_matrix
from custintel.plots.lookalikes import lookalike_curve
from custintel.plots.margins import margin_bars, marketing_rate_bars
from custintel.plots.migration import migration_heatmap, segment_flow_bars
from custintel.plots.mix import channel_mix_heatmap
from custintel.plots.partners import partner_intervals
from custintel.plots.prediction_drivers import (
    drift_bars,
    partial_dependence_lines,
    prediction_driver_bars,
)
from custintel.plots.predictions import calibration_plot, gains_curve, profit_curve
from custintel.plots.price_volume import price_volume_mix_bars
from custintel.plots.profiles import profile_bars, profile_differences
from custintel.plots.profitability import whale_plot
from custintel.plots.project_risk import driver_bars, outcome_histogram, sensitivity_bars
from custintel.plots.projects import (
    cash_flow_bars,
    ownership_lines,
    project_cost_bars,
    project_progress_lines,
)
from custintel.plots.purchases import holdout_bars, tracking_lines
from custintel.plots.recommendations import recommendation_hits
from custintel.plots.referrals import referral_bars
from custintel.plots.retention import cohort_heatmap
from custintel.plots.revenue import growth_bars, lorenz_curve, revenue_over_time
from custintel.plots.sales import new_business_bars, portfolio_bubbles
from custintel.plots.sales_forecast import forecast_fan, seasonal_profile
from custintel.plots.scenarios import tornado
from custintel.plots.segmentation import segment_bars
from custintel.plots.sequences import interpurchase_curve, next_purchase_bars, transition_heatmap
from custintel.plots.staying import second_purchase_lines, survival_lines
from custintel.plots.survival import survival_curve
from custintel.plots.uplift import targeting_profit_curve, uplift_decile_bars, uplift_gain_curve

__all__ = [
    "activity_heatmap",
    "alive_path",
    "attach_bars",
    "attribution_dots",
    "audit_intervals",
    "backtest_lines",
    "basket_size_bars",
    "best_channel_intervals",
    "breadth_bars",
    "break_even_line",
    "budget_bars",
    "budget_value_curve",
    "calibration_plot",
    "calibration_points",
    "campaign_budget_bars",
    "cash_flow_bars",
    "channel_bars",
    "channel_mix_heatmap",
    "cluster_profile_heatmap",
    "cluster_stability_plot",
    "cohort_heatmap",
    "concentration_lines",
    "contribution_bars",
    "cost_intervals",
    "credit_bars",
    "customer_share_bars",
    "decile_bars",
    "drift_bars",
    "driver_bars",
    "due_trigger_heatmap",
    "elasticity_intervals",
    "equity_bars",
    "equity_curve",
    "event_study_lines",
    "fatigue_lines",
    "forecast_fan",
    "forecast_heatmap",
    "frequency_bars",
    "funnel_bars",
    "gains_curve",
    "growth_bars",
    "holdout_bars",
    "implied_growth",
    "inactivity_lines",
    "interpurchase_curve",
    "kpi_intervals",
    "lift_intervals",
    "link_bars",
    "list_growth_bars",
    "look_lines",
    "lookalike_curve",
    "loop_funnel",
    "lorenz_curve",
    "margin_bars",
    "marketing_rate_bars",
    "migration_heatmap",
    "mover_bars",
    "new_business_bars",
    "next_purchase_bars",
    "offer_bars",
    "outcome_histogram",
    "ownership_lines",
    "pair_lifts",
    "pair_matrix",
    "partial_dependence_lines",
    "partner_intervals",
    "path_bars",
    "plan_bars",
    "portfolio_bubbles",
    "power_lines",
    "prediction_driver_bars",
    "pressure_bars",
    "price_volume_mix_bars",
    "profile_bars",
    "profile_differences",
    "profit_curve",
    "project_cost_bars",
    "project_progress_lines",
    "promotion_bars",
    "propensity_heatmap",
    "reach_bars",
    "recommendation_hits",
    "referral_bars",
    "removal_effect_bars",
    "response_differences",
    "retention_lines",
    "revenue_over_time",
    "revenue_share_bars",
    "roi_intervals",
    "seasonal_profile",
    "second_purchase_lines",
    "segment_bars",
    "segment_flow_bars",
    "self_service_differences",
    "sensitivity_bars",
    "survival_curve",
    "survival_lines",
    "targeting_profit_curve",
    "tornado",
    "tracking_lines",
    "transition_heatmap",
    "uplift_decile_bars",
    "uplift_gain_curve",
    "warning_lines",
    "whale_plot",
]
