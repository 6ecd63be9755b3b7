"""What it means when the BG/BB likelihood has no maximum, in an analyst's words."""

import numpy as np

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import ConvergenceError
from custintel.models._beta_geo_beta_binomial_history import Occasions
from custintel.models._newton import Escape

_FEWEST_OCCASIONS = 3  # two make four histories: three figures for four parameters
_NEVER_LEAVES = 1e-3  # mean probability of leaving before an occasion


def require_occasions(occasions: Occasions, weight: Floats) -> None:
    """Refuse customers who were observed on no occasion, with whom a search has no start."""
    if not (weight * occasions.n_periods).any():
        raise ConvergenceError(
            _(
                "None of the {n} customers was observed on any occasion. {advice}",
                n=round(float(weight.sum())),
                advice=advice(),
            )
        )


def require_information(occasions: Occasions, weight: Floats) -> None:
    """Refuse customers whose purchases cannot tell four parameters, whatever they are."""
    is_used = weight > 0
    most = int(occasions.n_periods[is_used].max())
    if most < _FEWEST_OCCASIONS:
        raise ConvergenceError(
            _(
                "No customer was observed for more than {most} occasions, and the four parameters "
                "need {fewest} at least. {advice}",
                most=most,
                fewest=_FEWEST_OCCASIONS,
                advice=advice(),
            )
        )
    if not occasions.frequency[is_used].any():
        raise ConvergenceError(
            _(
                "None of the {n} customers purchased on any occasion, so that nothing tells how "
                "often customers purchase or when they leave. {advice}",
                n=round(float(weight.sum())),
                advice=advice(),
            )
        )


def explain_escape(escape: Escape) -> str:
    """Say which simpler situation the data look like, and what to do."""
    return _("{situation} {advice}", situation=_situation(escape), advice=advice())


def advice() -> str:
    """Say what to do with data that do not tell all parameters."""
    return _(
        "Count shorter periods as occasions, so that there are more of them, or fit more customers "
        "together, or give a small penalty such as penalty=0.1, or use "
        "BetaGeoBetaBinomialModel.from_parameters(…) with the estimates of comparable customers."
    )


def _situation(escape: Escape) -> str:
    alpha, beta, gamma, delta = (escape.parameters[k] for k in ("alpha", "beta", "gamma", "delta"))
    if gamma / (gamma + delta) < _NEVER_LEAVES:
        return _(
            "The data look as if nobody ever dropped out: this is the limit where BG/BB becomes "
            "the beta-binomial model, which has no departures."
        )
    if {"gamma", "delta"} <= escape.growing:
        return _(
            "The data look as if all customers had the same probability of leaving before an "
            "occasion, about {probability:.2g}.",
            probability=gamma / (gamma + delta),
        )
    if {"alpha", "beta"} <= escape.growing:
        return _(
            "The data look as if all customers had the same probability of purchasing on an "
            "occasion, about {probability:.2g}.",
            probability=alpha / (alpha + beta),
        )
    if escape.shrinking & {"beta"} or escape.growing & {"alpha"}:
        return _("The data look as if customers purchased on every occasion until they left.")
    if escape.shrinking & {"alpha"} or escape.growing & {"beta"}:
        return _("The data look as if hardly anybody purchased.")
    if {"gamma", "delta"} <= escape.shrinking:
        return _(
            "The data look like two kinds of customers: those who never leave, and those who leave "
            "before the first occasion."
        )
    return _("The data do not tell these parameters apart.")


def usual_starts(occasions: Occasions, weight: Floats) -> list[Floats]:
    """Return points to start from: of usual shape, and of customers who hardly leave."""
    bought = float(weight @ occasions.frequency) / float(weight @ occasions.n_periods)
    share = min(max(bought, 0.01), 0.99)
    return [
        np.log([2 * share, 2 * (1 - share), 0.5, 2.0]),
        np.log([share, 1 - share, 0.5, 10.0]),
        np.log([4 * share, 4 * (1 - share), 2.0, 5.0]),
    ]
