"""What goes together and what comes next: pairs, sequences, propensities, recommendations."""

from custintel.affinity.attach import attach_rate
from custintel.affinity.basket_sizes import basket_statistics
from custintel.affinity.breadth import category_breadth
from custintel.affinity.complements import complementary_offers
from custintel.affinity.discounts import promotion_dependency
from custintel.affinity.heavy_use import company_propensity
from custintel.affinity.interpurchase import interpurchase_distribution, interpurchase_times
from custintel.affinity.itemsets import itemset_rules
from custintel.affinity.next_purchases import next_purchase
from custintel.affinity.pairs import product_pairs
from custintel.affinity.recommendation_trials import RecommendationTrial, recommendation_trial
from custintel.affinity.recommendations import recommend
from custintel.affinity.transitions import transition_table

__all__ = [
    "RecommendationTrial",
    "attach_rate",
    "basket_statistics",
    "category_breadth",
    "company_propensity",
    "complementary_offers",
    "interpurchase_distribution",
    "interpurchase_times",
    "itemset_rules",
    "next_purchase",
    "product_pairs",
    "promotion_dependency",
    "recommend",
    "recommendation_trial",
    "transition_table",
]
