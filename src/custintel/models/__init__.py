"""Models that are fitted on customers and forecast them, one per file."""

from custintel._intervals import Estimates
from custintel.models._prediction import PredictionInterval
from custintel.models.beta_geo import BetaGeoModel
from custintel.models.beta_geo_beta_binomial import BetaGeoBetaBinomialModel
from custintel.models.churn import ChurnModel
from custintel.models.cluster_stability import ClusterChoice, choose_k
from custintel.models.clusters import CustomerClusters
from custintel.models.comparison import LikelihoodRatio, compare_models, likelihood_ratio_test
from custintel.models.gamma_gamma import GammaGammaModel
from custintel.models.lifetimes_fitters import from_lifetimes, to_lifetimes
from custintel.models.modified_beta_geo import ModifiedBetaGeoModel
from custintel.models.pareto_nbd import ParetoNBDModel
from custintel.models.propensity import PropensityModel
from custintel.models.shifted_beta_geo import ShiftedBetaGeoModel
from custintel.models.uplift import ClassTransformationUplift, TwoModelUplift
from custintel.models.uplift_folds import out_of_fold_uplift

__all__ = [
    "BetaGeoBetaBinomialModel",
    "BetaGeoModel",
    "ChurnModel",
    "ClassTransformationUplift",
    "ClusterChoice",
    "CustomerClusters",
    "Estimates",
    "GammaGammaModel",
    "LikelihoodRatio",
    "ModifiedBetaGeoModel",
    "ParetoNBDModel",
    "PredictionInterval",
    "PropensityModel",
    "ShiftedBetaGeoModel",
    "TwoModelUplift",
    "choose_k",
    "compare_models",
    "from_lifetimes",
    "likelihood_ratio_test",
    "out_of_fold_uplift",
    "to_lifetimes",
]
