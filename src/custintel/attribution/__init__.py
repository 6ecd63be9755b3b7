"""Which channels brought the conversions: paths, credits, budgets."""

from custintel.attribution.budgets import BudgetPlan, reallocate_budget
from custintel.attribution.comparison import attribution_comparison
from custintel.attribution.credits import attribute, attribute_paths
from custintel.attribution.methods import MarkovChain, PositionBased, TimeDecay
from custintel.attribution.paths import attribution_paths, split_paths
from custintel.attribution.removals import removal_effects
from custintel.attribution.responses import fit_response

__all__ = [
    "BudgetPlan",
    "MarkovChain",
    "PositionBased",
    "TimeDecay",
    "attribute",
    "attribute_paths",
    "attribution_comparison",
    "attribution_paths",
    "fit_response",
    "reallocate_budget",
    "removal_effects",
    "split_paths",
]
