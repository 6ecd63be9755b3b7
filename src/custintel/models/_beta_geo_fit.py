"""Maximum likelihood of the BG/NBD model."""

import numpy as np

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import ConvergenceError
from custintel.models._beta_geo_likelihood import BetaGeoLikelihood
from custintel.models._beta_geo_limits import advice, explain_escape
from custintel.models._history import Purchases
from custintel.models._newton import Climb, climb, maximise

PARAMETERS = ("r", "alpha", "a", "b")
_SUBSAMPLE = 20_000  # customers that find the start for a larger number


def fit_beta_geo(purchases: Purchases, weight: Floats | None, days_per_unit: float) -> Climb:
    """Return the maximum of the likelihood, or raise with what the data look like instead."""
    _require_repeats(purchases, weight)
    return maximise(
        BetaGeoLikelihood.of(purchases, weight, days_per_unit),
        _starts(purchases, weight, days_per_unit),
        names=PARAMETERS,
        explain=explain_escape,
    )


def _require_repeats(purchases: Purchases, weight: Floats | None) -> None:
    repeats = purchases.frequency if weight is None else weight * purchases.frequency
    if not repeats.any():
        raise ConvergenceError(
            _(
                "None of the {n} customers has purchased again, so that nothing tells how often "
                "customers purchase or when they leave. {advice}",
                n=len(repeats),
                advice=advice(),
            )
        )


def _starts(purchases: Purchases, weight: Floats | None, days_per_unit: float) -> list[Floats]:
    """Return points to start from: of usual shape, and what a subsample of many says."""
    w = np.ones_like(purchases.T) if weight is None else weight
    time_per_repeat = float(w @ purchases.T) / days_per_unit / float(w @ purchases.frequency)
    usual = np.log([0.5, 0.5 * time_per_repeat, 0.5, 2.0])
    steady = np.log([1.0, 1.0 * time_per_repeat, 0.1, 5.0])
    stride = len(w) // _SUBSAMPLE
    some = slice(None, None, stride)
    if stride < 2 or not (w * purchases.frequency)[some].any():
        return [usual, steady]
    some_weight = None if weight is None else weight[some]
    part = BetaGeoLikelihood.of(purchases.of(some), some_weight, days_per_unit)
    sampled = climb(part, usual)
    return [sampled.log_parameters, usual, steady] if sampled.is_maximum else [usual, steady]
