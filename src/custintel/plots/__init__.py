"""Plots of finished tables. They draw on the axes given or on new ones, and return them."""

from custintel.plots.equity import equity_bars
from custintel.plots.purchases import holdout_bars, tracking_lines
from custintel.plots.retention import cohort_heatmap
from custintel.plots.revenue import growth_bars, lorenz_curve, revenue_over_time
from custintel.plots.segmentation import segment_bars

__all__ = [
    "cohort_heatmap",
    "equity_bars",
    "growth_bars",
    "holdout_bars",
    "lorenz_curve",
    "revenue_over_time",
    "segment_bars",
    "tracking_lines",
]
