"""Intervals of rankings hold, and the best share is not flattered.

With CUSTINTEL_VALIDATION=whole there are 1,000 experiments, otherwise a seeded sample.
"""

import os
from functools import cache

import numpy as np
import pandas as pd
import pytest

from custintel.datasets import SimulatedExperiment, simulate_experiment
from custintel.experiments import targeting_profit, uplift_curve, uplift_measures
from custintel.experiments._rank_resampling import _MOST_GROUPS

IS_WHOLE = os.environ.get("CUSTINTEL_VALIDATION") == "whole"
N_SETS = 1000 if IS_WHOLE else 10
N_CHOICES = 1000 if IS_WHOLE else 16
N_CUSTOMERS = 2000
VALUE, COST = 40.0, 1.0
MEASURED = {"outcome": "converted", "control": "control"}
POINTS = (0.1, 0.3, 0.5, 0.9)

pytestmark = pytest.mark.validation


def scores_of(experiment: SimulatedExperiment, seed: int) -> "pd.Series[float]":
    """Return scores that know the effect of the mail half and half."""
    noise = np.random.default_rng(seed).normal(0, 0.08, len(experiment.truth))
    return experiment.truth["uplift"] + noise


@cache
def true_gain() -> "pd.Series[float]":
    """Return the expected gain by share, of scores like these among many customers."""
    many = simulate_experiment(400_000, random_state=99)
    order = np.argsort(-scores_of(many, 99).to_numpy())
    gain = many.truth["uplift"].to_numpy()[order].cumsum() / len(order)
    shares = np.arange(101) / 100
    met = np.arange(len(order) + 1) / len(order)
    return pd.Series(np.interp(shares, met, np.append(0.0, gain)), index=shares)


@cache
def true_profit() -> "pd.Series[float]":
    """Return the expected profit per customer by share."""
    gain = true_gain()
    return VALUE * gain - COST * gain.index.to_numpy()


@cache
def true_measures() -> dict[str, float]:
    gain = true_gain()
    area = float(((gain.to_numpy()[1:] + gain.to_numpy()[:-1]) / 2).mean())
    above = area - float(gain.iloc[-1]) / 2
    return {"qini_area": above, "auuc": area, "auuc_above_random": above}


@cache
def trials() -> pd.DataFrame:
    """Return whether each interval held the truth."""
    return pd.DataFrame([trial(seed) for seed in range(N_SETS)])


def trial(seed: int) -> dict[str, bool]:
    experiment = simulate_experiment(N_CUSTOMERS, random_state=seed)
    scores, table = scores_of(experiment, seed), experiment.table
    measures = uplift_measures(scores, table, **MEASURED)
    curve = uplift_curve(scores, table, **MEASURED)
    found: dict[str, bool] = {
        name: measures.loc[name, "low"] <= truth <= measures.loc[name, "high"]
        for name, truth in true_measures().items()
    }
    for share in POINTS:
        row = curve.loc[share]
        found[f"gain at {share}"] = row["gain_low"] <= true_gain()[share] <= row["gain_high"]
    return found


@cache
def choices() -> pd.DataFrame:
    """Return what came of each choice of the best share."""
    return pd.DataFrame([choice(seed) for seed in range(N_CHOICES)])


def choice(seed: int) -> dict[str, float]:
    experiment = simulate_experiment(N_CUSTOMERS, random_state=seed)
    worth = {"value": VALUE, "cost": COST, "n_customers": 1.0}
    profit = targeting_profit(scores_of(experiment, seed), experiment.table, **worth, **MEASURED)
    best, true = profit.policies.loc["best_share"], true_profit()
    # How much too high a profit is hangs on the experiment more than on the choice. What the
    # share that is truly best has of that is no luck, and is taken off.
    errors = profit.table["profit"] - true
    return {
        "held": best["profit_low"] <= true[profit.best_share] <= best["profit_high"],
        "luck": errors[profit.best_share] - errors[true.idxmax()],
        "optimism": profit.optimism,
    }


def test_intervals_hold_the_truth() -> None:
    held = trials().astype(float).mean()
    held["best share"] = choices()["held"].mean()
    # Three standard errors of a share of 0.95; percentile intervals may be a little short.
    error = np.sqrt(0.95 * 0.05 / N_SETS)
    assert (held >= 0.94 - 3 * error).all(), held.to_dict()
    assert (held <= 0.96 + 3 * error).all(), held.to_dict()


def chance(values: "pd.Series[float]") -> float:
    """Return three standard errors of a mean."""
    return float(3 * values.std() / np.sqrt(N_CHOICES))


def test_best_share_is_not_flattered() -> None:
    luck = choices()["luck"]
    left = luck - choices()["optimism"]
    # Customers who choose are fewer than all, and choose a little worse: that is taken off too.
    assert left.mean() < chance(left)
    assert -left.mean() < 0.5 * luck.mean() + chance(left)


def test_a_flattered_best_share_would_be_seen() -> None:
    luck = choices()["luck"]
    assert luck.mean() > chance(luck)


def test_customers_are_more_than_the_groups_that_resamples_keep() -> None:
    assert N_CUSTOMERS > 4 * _MOST_GROUPS
