"""What it means when the likelihood of contracts has no maximum, in an analyst's words."""

import numpy as np

from custintel._text import translate as _
from custintel.errors import ConvergenceError
from custintel.models._newton import Escape
from custintel.models._shifted_beta_geo_history import WeightedContracts

_NEVER_LEAVES = 1e-4  # mean probability of leaving at a renewal


def require_information(data: WeightedContracts) -> None:
    """Refuse contracts that cannot tell two parameters, whatever they are."""
    contracts = data.contracts.of(np.flatnonzero(data.weight > 0))
    n, decisions = round(float(data.weight.sum())), contracts.n_decisions()
    if decisions.max() == 0:
        problem = _("None of the {n} customers has come to a first renewal.", n=n)
    elif not contracts.has_left.any():
        problem = _(
            "All of the {n} customers have renewed whenever they could: the data only say that "
            "hardly anybody leaves.",
            n=n,
        )
    elif contracts.has_left.all() and decisions.min() == decisions.max():
        problem = _("All of the {n} customers left at the same renewal.", n=n)
    elif decisions.max() == 1:
        problem = _(
            "The {n} customers have been seen at one renewal only. That tells the share who "
            "leave, not how much customers differ, by which retention rises later.",
            n=n,
        )
    else:
        return
    raise ConvergenceError(_("{problem} {advice}", problem=problem, advice=advice()))


def explain_escape(escape: Escape) -> str:
    """Say which simpler situation the data look like, and what to do."""
    return _("{situation} {advice}", situation=_situation(escape), advice=advice())


def advice() -> str:
    """Say what to do with data that do not tell both parameters."""
    return _(
        "Wait for another renewal, or fit more customers together, or give a small penalty such "
        "as penalty=0.1, or use ShiftedBetaGeoModel.from_parameters(…) with the estimates of "
        "comparable customers."
    )


def _situation(escape: Escape) -> str:
    alpha, beta = escape.parameters["alpha"], escape.parameters["beta"]
    leaving = alpha / (alpha + beta)
    if any(":" in name for name in escape.growing | escape.shrinking):
        return _(
            "A covariate tells exactly who leaves, or a group of customers has no leaver at all; "
            "leave the covariate out, or join the group with another."
        )
    if leaving < _NEVER_LEAVES:
        return _("The data look as if hardly anybody left.")
    if {"alpha", "beta"} <= escape.growing:
        return _(
            "The data look as if all customers had the same probability of leaving at each "
            "renewal, about {probability:.2g}, or one that rises with time: retention does not "
            "grow as it would if those likely to leave left first. This is the limit where the "
            "model becomes the geometric one, with a constant retention rate.",
            probability=leaving,
        )
    if {"alpha", "beta"} <= escape.shrinking or "alpha" in escape.shrinking:
        return _(
            "The data look like two kinds of customers: those who leave at the first renewal, "
            "and those who never leave."
        )
    if "beta" in escape.shrinking or "alpha" in escape.growing:
        return _("The data look as if everybody left at the first renewal.")
    return _("The data do not tell these parameters apart.")
