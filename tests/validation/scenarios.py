"""The situations that models are tried in: parameters as practitioners meet them, and data.

A scenario is one entry of `SCENARIOS`. Parameters are drawn anew for each data set, so that the
sets spread over slow and frequent buyers, loyal and fickle ones, alike and different ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from custintel import models
from custintel._intervals import Estimates
from custintel.models.beta_geo_beta_binomial import BetaGeoBetaBinomialModel
from custintel.models.pareto_nbd import ParetoNBDModel
from custintel.models.shifted_beta_geo import ShiftedBetaGeoModel

from .rivals import (
    Rival,
    beta_geo_beta_binomial_rival,
    beta_geo_rival,
    gamma_gamma_rival,
    modified_beta_geo_rival,
    pareto_nbd_rival,
)
from .simulations import (
    Counts,
    Floats,
    Simulated,
    chances_until_leaving,
    contracts,
    in_whole_days,
    mean_amounts,
    observed,
    occasions,
    purchase_times,
)

N_CUSTOMERS = 2000
N_FUTURES = 100  # drawn for the bounds of a realised total
HORIZON_WEEKS, HORIZON = 26, "26W"
OCCASIONS_AHEAD = 5

Truth = dict[str, Any]  # numbers, by parameter


@dataclass(frozen=True, slots=True)
class Scenario:
    """One model, the parameters that it is tried with, and how its data come about."""

    title: str
    draw_truth: Callable[[np.random.Generator], Truth]
    simulate: Callable[[Truth, np.random.Generator], Simulated]
    unfitted: Callable[[], Any]
    known: Callable[[Truth], Any]  # the model with its true parameters
    expected: Callable[[Any, pd.DataFrame], Estimates]
    prediction: Callable[[Any, pd.DataFrame], models.PredictionInterval] | None = None
    rival: Rival | None = None
    rival_every: int = 1  # sets of which one is given to the rival
    is_hard: bool = False  # outside what intervals can be expected to hold in; only measured


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw evenly on the log scale."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _ages(rng: np.random.Generator) -> Floats:
    return rng.uniform(26, 78, N_CUSTOMERS)


def _young_ages(rng: np.random.Generator) -> Floats:
    """Draw ages at which few customers have purchased again, and fewer can be seen to have left."""
    return rng.uniform(2, 8, N_CUSTOMERS)


def _buying(rng: np.random.Generator, phases: int = 1) -> Truth:
    """Draw r and α: from a purchase in 30 weeks to one in 4, on average."""
    r, rate = _between(rng, 0.25, 1.5), _between(rng, 1 / 30, 1 / 4)
    return {"r": r, "alpha": r / (phases * rate)}


def _beta(rng: np.random.Generator, mean: tuple[float, float]) -> list[float]:
    """Draw the two parameters of a beta distribution, from nearly polarised to peaked."""
    share, size = _between(rng, *mean), _between(rng, 1, 5)
    return [share * size, (1 - share) * size]


def _leaving_by_chance(rng: np.random.Generator) -> Truth:
    a, b = _beta(rng, (0.1, 0.4))
    return {"a": a, "b": b}


def _beta_geo_truth(rng: np.random.Generator) -> Truth:
    return _buying(rng) | _leaving_by_chance(rng)


def _beta_geo_times(
    truth: Truth, ages: Floats, rng: np.random.Generator, *, at_first: bool = False, phases: int = 1
) -> Floats:
    n = len(ages)
    rate = rng.gamma(truth["r"], 1 / truth["alpha"], n)
    most = chances_until_leaving(truth["a"], truth["b"], n, rng) - at_first
    return purchase_times(rate, ages + HORIZON_WEEKS, most, rng, phases=phases)


def _beta_geo(truth: Truth, rng: np.random.Generator) -> Simulated:
    ages = _ages(rng)
    return observed(_beta_geo_times(truth, ages, rng), ages, HORIZON_WEEKS)


def _beta_geo_in_days(truth: Truth, rng: np.random.Generator) -> Simulated:
    ages = np.round(_ages(rng) * 7) / 7
    times = in_whole_days(_beta_geo_times(truth, ages, rng), rng)
    return observed(times, ages, HORIZON_WEEKS)


def _young_beta_geo(truth: Truth, rng: np.random.Generator) -> Simulated:
    ages = _young_ages(rng)
    return observed(_beta_geo_times(truth, ages, rng), ages, HORIZON_WEEKS)


def _modified_beta_geo(truth: Truth, rng: np.random.Generator) -> Simulated:
    ages = _ages(rng)
    return observed(_beta_geo_times(truth, ages, rng, at_first=True), ages, HORIZON_WEEKS)


def _regular(truth: Truth, rng: np.random.Generator) -> Simulated:
    ages = _ages(rng)
    times = _beta_geo_times(truth, ages, rng, at_first=True, phases=2)
    return observed(times, ages, HORIZON_WEEKS)


def _regular_truth(rng: np.random.Generator) -> Truth:
    return _buying(rng, phases=2) | _leaving_by_chance(rng)


_TRANSACTION, _DROPOUT = "transaction:income", "dropout:is_member"


def _covariates_truth(rng: np.random.Generator) -> Truth:
    effects = {_TRANSACTION: rng.uniform(-0.5, 0.5), _DROPOUT: rng.uniform(-0.7, 0.7)}
    return _beta_geo_truth(rng) | effects


def _with_covariates(truth: Truth, rng: np.random.Generator) -> Simulated:
    ages = _ages(rng)
    income = rng.normal(size=N_CUSTOMERS)
    is_member = (rng.random(N_CUSTOMERS) < 0.4).astype(float)
    rate = rng.gamma(truth["r"], 1 / truth["alpha"], N_CUSTOMERS)
    rate *= np.exp(truth[_TRANSACTION] * income)
    a = truth["a"] * np.exp(truth[_DROPOUT] * is_member)
    most = chances_until_leaving(a, truth["b"], N_CUSTOMERS, rng)
    times = purchase_times(rate, ages + HORIZON_WEEKS, most, rng)
    found = observed(times, ages, HORIZON_WEEKS)
    return Simulated(found.history.assign(income=income, is_member=is_member), found.realised)


def _known_with_covariates(truth: Truth) -> models.BetaGeoModel:
    return models.BetaGeoModel.from_parameters(
        **{name: truth[name] for name in ("r", "alpha", "a", "b")},
        transaction_coefficients={"income": truth[_TRANSACTION]},
        dropout_coefficients={"is_member": truth[_DROPOUT]},
    )


def _pareto_truth(rng: np.random.Generator) -> Truth:
    """Draw s and β such that half of the customers have left after 10 to 80 weeks."""
    s, median = _between(rng, 0.4, 1.5), _between(rng, 10, 80)
    return _buying(rng) | {"s": s, "beta": median / (2 ** (1 / s) - 1)}


def _pareto(truth: Truth, rng: np.random.Generator) -> Simulated:
    return _pareto_of(truth, _ages(rng), rng)


def _young_pareto(truth: Truth, rng: np.random.Generator) -> Simulated:
    return _pareto_of(truth, _young_ages(rng), rng)


def _pareto_of(truth: Truth, ages: Floats, rng: np.random.Generator) -> Simulated:
    n = len(ages)
    rate = rng.gamma(truth["r"], 1 / truth["alpha"], n)
    lifetime = rng.exponential(1 / rng.gamma(truth["s"], 1 / truth["beta"], n))
    until = np.minimum(lifetime, ages + HORIZON_WEEKS)
    times = purchase_times(rate, until, np.full(n, np.iinfo(np.int64).max), rng)
    return observed(times, ages, HORIZON_WEEKS)


def _amounts_truth(rng: np.random.Generator) -> Truth:
    p, q, mean = _between(rng, 1, 8), _between(rng, 2.5, 8), _between(rng, 10, 100)
    return {"p": p, "q": q, "v": mean * (q - 1) / p}


def _amounts(truth: Truth, rng: np.random.Generator) -> Simulated:
    frequency: Counts = rng.poisson(rng.gamma(0.8, 2.5, N_CUSTOMERS))
    return Simulated(mean_amounts(**truth, frequency=frequency, rng=rng), None)


def _occasions_truth(rng: np.random.Generator) -> Truth:
    alpha, beta = _beta(rng, (0.25, 0.7))
    gamma, delta = _beta(rng, (0.07, 0.3))
    return {"alpha": alpha, "beta": beta, "gamma": gamma, "delta": delta}


def _occasions(truth: Truth, rng: np.random.Generator) -> Simulated:
    buying = rng.beta(truth["alpha"], truth["beta"], N_CUSTOMERS)
    leaving = rng.beta(truth["gamma"], truth["delta"], N_CUSTOMERS)
    n_observed = rng.integers(6, 13, N_CUSTOMERS)
    return occasions(buying, leaving, n_observed, OCCASIONS_AHEAD, rng)


def _contracts(truth: Truth, rng: np.random.Generator) -> Simulated:
    leaving = rng.beta(truth["alpha"], truth["beta"], N_CUSTOMERS)
    return contracts(leaving, rng.integers(3, 11, N_CUSTOMERS), rng)


def _contracts_truth(rng: np.random.Generator) -> Truth:
    alpha, beta = _beta(rng, (0.1, 0.4))
    return {"alpha": alpha, "beta": beta}


def _purchases(model: Any, history: pd.DataFrame) -> Estimates:
    found: Estimates = model.expected_purchases(history, horizon=HORIZON)
    return found


def _prediction(model: Any, history: pd.DataFrame) -> models.PredictionInterval:
    found: models.PredictionInterval = model.prediction_interval(
        history, horizon=HORIZON, n_draws=N_FUTURES
    )
    return found


def _purchases_on_occasions(model: Any, history: pd.DataFrame) -> Estimates:
    found: Estimates = model.expected_purchases(history, n_occasions=OCCASIONS_AHEAD)
    return found


def _prediction_on_occasions(model: Any, history: pd.DataFrame) -> models.PredictionInterval:
    found: models.PredictionInterval = model.prediction_interval(
        history, n_occasions=OCCASIONS_AHEAD, n_draws=N_FUTURES
    )
    return found


def _spend(model: Any, history: pd.DataFrame) -> Estimates:
    found: Estimates = model.expected_spend(history)
    return found


def _periods(model: Any, history: pd.DataFrame) -> Estimates:
    found: Estimates = model.expected_periods(history, periods_ahead=OCCASIONS_AHEAD)
    return found


SCENARIOS = {
    "beta_geo": Scenario(
        "BG/NBD",
        _beta_geo_truth,
        _beta_geo,
        models.BetaGeoModel,
        lambda truth: models.BetaGeoModel.from_parameters(**truth),
        _purchases,
        _prediction,
        beta_geo_rival,
    ),
    "modified_beta_geo": Scenario(
        "MBG/NBD",
        _beta_geo_truth,
        _modified_beta_geo,
        models.ModifiedBetaGeoModel,
        lambda truth: models.ModifiedBetaGeoModel.from_parameters(**truth),
        _purchases,
        _prediction,
        modified_beta_geo_rival,
    ),
    "regular": Scenario(
        "MBG/CNBD-2",
        _regular_truth,
        _regular,
        lambda: models.ModifiedBetaGeoModel(regularity=2),
        lambda truth: models.ModifiedBetaGeoModel.from_parameters(**truth, regularity=2),
        _purchases,
        _prediction,
    ),
    "covariates": Scenario(
        "BG/NBD with covariates",
        _covariates_truth,
        _with_covariates,
        lambda: models.BetaGeoModel(
            transaction_covariates=["income"], dropout_covariates=["is_member"]
        ),
        _known_with_covariates,
        _purchases,
        _prediction,
    ),
    "pareto_nbd": Scenario(
        "Pareto/NBD",
        _pareto_truth,
        _pareto,
        ParetoNBDModel,
        lambda truth: ParetoNBDModel.from_parameters(**truth),
        _purchases,
        _prediction,
        pareto_nbd_rival,
        rival_every=20,
    ),
    "gamma_gamma": Scenario(
        "Gamma-gamma",
        _amounts_truth,
        _amounts,
        models.GammaGammaModel,
        lambda truth: models.GammaGammaModel.from_parameters(**truth),
        _spend,
        None,
        gamma_gamma_rival,
    ),
    "beta_geo_beta_binomial": Scenario(
        "BG/BB",
        _occasions_truth,
        _occasions,
        BetaGeoBetaBinomialModel,
        lambda truth: BetaGeoBetaBinomialModel.from_parameters(**truth),
        _purchases_on_occasions,
        _prediction_on_occasions,
        beta_geo_beta_binomial_rival,
    ),
    "shifted_beta_geo": Scenario(
        "sBG",
        _contracts_truth,
        _contracts,
        ShiftedBetaGeoModel,
        lambda truth: ShiftedBetaGeoModel.from_parameters(**truth),
        _periods,
    ),
    "beta_geo_in_days": Scenario(
        "BG/NBD, whole days",
        _beta_geo_truth,
        _beta_geo_in_days,
        models.BetaGeoModel,
        lambda truth: models.BetaGeoModel.from_parameters(**truth),
        _purchases,
        _prediction,
        is_hard=True,
    ),
    "young_beta_geo": Scenario(
        "BG/NBD, young customers",
        _beta_geo_truth,
        _young_beta_geo,
        models.BetaGeoModel,
        lambda truth: models.BetaGeoModel.from_parameters(**truth),
        _purchases,
        _prediction,
        beta_geo_rival,
        is_hard=True,
    ),
    "young_pareto_nbd": Scenario(
        "Pareto/NBD, young customers",
        _pareto_truth,
        _young_pareto,
        ParetoNBDModel,
        lambda truth: ParetoNBDModel.from_parameters(**truth),
        _purchases,
        _prediction,
        pareto_nbd_rival,
        rival_every=20,
        is_hard=True,
    ),
}
