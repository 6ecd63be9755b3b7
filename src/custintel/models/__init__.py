"""Models that are fitted on customers and forecast them, one per file."""

from custintel._intervals import Estimates
from custintel.models._coming_purchases import PredictionInterval
from custintel.models.beta_geo import BetaGeoModel
from custintel.models.gamma_gamma import GammaGammaModel
from custintel.models.modified_beta_geo import ModifiedBetaGeoModel

__all__ = [
    "BetaGeoModel",
    "Estimates",
    "GammaGammaModel",
    "ModifiedBetaGeoModel",
    "PredictionInterval",
]
