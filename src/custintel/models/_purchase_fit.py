"""Maximum likelihood of models of repeat purchases, from starts that the data suggest."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import ConvergenceError
from custintel.models._design import Design
from custintel.models._history import Purchases
from custintel.models._newton import (
    Climb,
    Escape,
    Likelihood,
    Penalty,
    best_end,
    climb,
    is_coefficient,
    require_maximum,
)

_SUBSAMPLE = 20_000  # customers that find the start for a larger number


@dataclass(frozen=True, slots=True)
class PurchaseProblem:
    """Customers to fit a model on, and what the model says of itself."""

    purchases: Purchases  # times in the model's unit
    weight: Floats
    design: Design
    names: tuple[str, ...]
    likelihood_of: Callable[[Purchases, Floats, Design], Likelihood]
    starts_of: Callable[[float], list[Floats]]
    explain: Callable[[Escape], str]
    penalty: float

    def explained(self, escape: Escape) -> str:
        """Say in an analyst's words what it means that parameters escape."""
        unlimited = sorted(filter(is_coefficient, escape.growing | escape.shrinking))
        return _unlimited(unlimited) if unlimited else self.explain(escape)

    def likelihood(self) -> Likelihood:
        """Return the log-likelihood of these customers."""
        return self.likelihood_of(self.purchases, self.weight, self.design)

    def sampled(self) -> "PurchaseProblem | None":
        """Return the problem of every n-th customer; None if there are too few."""
        stride = len(self.purchases.T) // _SUBSAMPLE
        some = slice(None, None, stride)
        if stride < 2:
            return None
        purchases, weight = self.purchases.of(some), self.weight[some]
        if not (weight * purchases.frequency).any():
            return None
        return replace(self, purchases=purchases, weight=weight, design=self.design.of(some))

    def without_covariates(self) -> "PurchaseProblem":
        """Return the problem of customers who share all parameters."""
        return replace(self, design=Design(self.design.n_parameters))


def fit_purchases(problem: PurchaseProblem) -> Climb:
    """Return the maximum of the likelihood, or raise with what the data look like instead."""
    return require_fit(problem, highest_end(problem))


def require_fit(problem: PurchaseProblem, end: Climb) -> Climb:
    """Return the end of the search if it is a maximum, else raise."""
    return require_maximum(end, names=problem.names, explain=problem.explained)


def highest_end(problem: PurchaseProblem) -> Climb:
    """Return where the search ends: a maximum, or where the likelihood goes on rising."""
    _require_repeats(problem)
    design, back = problem.design.standardised(problem.weight)
    searched = replace(problem, design=design)
    usual = _usual_starts(searched)
    penalty = Penalty(problem.penalty, usual[0])
    starts = _better_starts(searched, usual, penalty)
    return replace(best_end(searched.likelihood(), starts, penalty), back=back)


def _usual_starts(problem: PurchaseProblem) -> list[Floats]:
    """Return points of usual shape on the data's own scale of time, with no effect of covariates.

    The first is also what a penalty draws to, so that the unit of time changes no fit.
    """
    purchases, weight = problem.purchases, problem.weight
    time_per_repeat = float(weight @ purchases.T) / float(weight @ purchases.frequency)
    none = np.zeros(problem.design.n_coefficients())
    return [np.append(start, none) for start in problem.starts_of(time_per_repeat)]


def _better_starts(problem: PurchaseProblem, usual: list[Floats], penalty: Penalty) -> list[Floats]:
    """Put before the usual starts what fewer customers, or fewer parameters, lead to."""
    some = problem.sampled()
    if some is not None:
        found = climb(
            penalty.applied_to(some.likelihood()), _better_starts(some, usual, penalty)[0]
        )
        return [found.log_parameters, *usual] if found.is_maximum else usual
    if not problem.design.terms:
        return usual
    k = problem.design.n_parameters
    shared = Penalty(penalty.weight, usual[0][:k])
    plain = climb(shared.applied_to(problem.without_covariates().likelihood()), usual[0][:k])
    if not plain.is_maximum:
        return usual
    return [np.append(plain.log_parameters, usual[0][k:]), *usual]


def _require_repeats(problem: PurchaseProblem) -> None:
    if not (problem.weight * problem.purchases.frequency).any():
        raise ConvergenceError(
            _(
                "None of the {n} customers has purchased again, so that nothing tells how often "
                "customers purchase or when they leave. {advice}",
                n=round(float(problem.weight.sum())),
                advice=advice(),
            )
        )


def _unlimited(coefficients: list[str]) -> str:
    return _(
        "No effect of {names} is large enough: the customers of some value look as if they never "
        "purchased again, never left, or all left at once. Merge such values with others, or "
        "leave the covariate out. {advice}",
        names=", ".join(coefficients),
        advice=advice(),
    )


def advice() -> str:
    """Say what to do with data that do not tell all parameters."""
    return _(
        "Check that as_of is the last day that the data cover; then observe the customers for "
        "longer, or fit more of them together, or give a small penalty such as penalty=0.1, or "
        "use from_parameters(…) with the estimates of comparable customers."
    )
