"""Maximum likelihood of the gamma-gamma model."""

import numpy as np

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import ConvergenceError
from custintel.models._gamma_gamma_likelihood import GammaGammaLikelihood
from custintel.models._history import Spend
from custintel.models._newton import Climb, Escape, Penalty, climb, maximise

PARAMETERS = ("p", "q", "v")
_SUBSAMPLE = 20_000  # customers that find the start for a larger number


def fit_gamma_gamma(spend: Spend, weight: Floats, *, n_given: int, penalty: float) -> Climb:
    """Return the maximum of the likelihood, or raise with what the data look like instead."""
    if not len(weight):
        raise ConvergenceError(
            _(
                "None of the {n} customers has both a repeat purchase (frequency > 0) and a "
                "mean amount above zero (monetary_value > 0). {advice}",
                n=n_given,
                advice=_advice(),
            )
        )
    mean = float(np.average(spend.monetary_value, weights=weight))
    usual = np.log([3.0, 3.0, mean * 2 / 3])  # also what a penalty draws to
    return maximise(
        GammaGammaLikelihood.of(spend, weight),
        _starts(spend, weight, usual),
        names=PARAMETERS,
        explain=explain_escape,
        penalty=Penalty(penalty, usual),
    )


def _starts(spend: Spend, weight: Floats, usual: Floats) -> list[Floats]:
    """Put before the usual start what a subsample of many leads to."""
    stride = len(weight) // _SUBSAMPLE
    if stride < 2:
        return [usual]
    some = slice(None, None, stride)
    sampled = climb(GammaGammaLikelihood.of(spend.of(some), weight[some]), usual)
    return [sampled.log_parameters, usual] if sampled.is_maximum else [usual]


def explain_escape(escape: Escape) -> str:
    """Say which simpler situation the data look like, and what to do."""
    return _("{situation} {advice}", situation=_situation(escape), advice=_advice())


def _situation(escape: Escape) -> str:
    if "p" in escape.growing and "q" not in escape.growing:
        return _("The data look as if each customer always spent the same amount.")
    if "q" in escape.growing:
        return _("The data look as if all customers spent the same amount on average.")
    if "q" in escape.shrinking:
        return _("The data look as if a few customers spent more than any mean can tell.")
    return _("The data do not tell these parameters apart.")


def _advice() -> str:
    return _(
        "Check the amounts for lists of equal prices and for extremes; then observe the "
        "customers for longer, or fit more of them together, or give a small penalty such as "
        "penalty=0.1, or use "
        "GammaGammaModel.from_parameters(…) with the estimates of comparable customers."
    )
