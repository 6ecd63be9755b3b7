"""What an action changed: comparison of arms, sample sizes, uplift."""

from custintel.experiments.arms import compare_arms
from custintel.experiments.comparison import ArmComparison
from custintel.experiments.holdouts import holdout_lift
from custintel.experiments.looks import LookPlan
from custintel.experiments.ranking_measures import uplift_measures
from custintel.experiments.sequences import lift_by_look
from custintel.experiments.sizes import (
    SampleSize,
    detectable_effect,
    power_curve,
    power_of,
    sample_size,
)
from custintel.experiments.targeting import TargetingProfit, targeting_profit
from custintel.experiments.uplift_curves import uplift_curve
from custintel.experiments.uplift_deciles import uplift_by_decile

__all__ = [
    "ArmComparison",
    "LookPlan",
    "SampleSize",
    "TargetingProfit",
    "compare_arms",
    "detectable_effect",
    "holdout_lift",
    "lift_by_look",
    "power_curve",
    "power_of",
    "sample_size",
    "targeting_profit",
    "uplift_by_decile",
    "uplift_curve",
    "uplift_measures",
]
