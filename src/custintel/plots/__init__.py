"""Plots of finished tables. They draw on the axes given or on new ones, and return them."""

from custintel.plots.alive import alive_path
from custintel.plots.backtest import backtest_lines, calibration_points
from custintel.plots.equity import equity_bars, equity_curve
from custintel.plots.forecasts import forecast_heatmap, frequency_bars
from custintel.plots.purchases import holdout_bars, tracking_lines
from custintel.plots.retention import cohort_heatmap
from custintel.plots.revenue import growth_bars, lorenz_curve, revenue_over_time
from custintel.plots.scenarios import tornado
from custintel.plots.segmentation import segment_bars
from custintel.plots.survival import survival_curve

__all__ = [
    "alive_path",
    "backtest_lines",
    "calibration_points",
    "cohort_heatmap",
    "equity_bars",
    "equity_curve",
    "forecast_heatmap",
    "frequency_bars",
    "growth_bars",
    "holdout_bars",
    "lorenz_curve",
    "revenue_over_time",
    "segment_bars",
    "survival_curve",
    "tornado",
    "tracking_lines",
]
