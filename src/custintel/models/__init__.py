"""Models that are fitted on customers and forecast them, one per file."""

from custintel._intervals import Estimates
from custintel.models.beta_geo import BetaGeoModel
from custintel.models.gamma_gamma import GammaGammaModel

__all__ = ["BetaGeoModel", "Estimates", "GammaGammaModel"]
