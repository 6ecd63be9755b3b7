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

N_SETS = 1000 if os.environ.get("CUSTINTEL_VALIDATION") == "whole" else 10
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
def true_measures() -> dict[str, float]:
    gain = true_gain()
    area = float(((gain.to_numpy()[1:] + gain.to_numpy()[:-1]) / 2).mean())
    above = area - float(gain.iloc[-1]) / 2
    return {"qini_area": above, "auuc": area, "auuc_above_random": above}


@cache
def trials() -> pd.DataFrame:
    """Return whether each interval held the truth, and the profit of each best share."""
    return pd.DataFrame([trial(seed) for seed in range(N_SETS)])


def trial(seed: int) -> dict[str, float]:
    experiment = simulate_experiment(N_CUSTOMERS, random_state=seed)
    scores, table = scores_of(experiment, seed), experiment.table
    measures = uplift_measures(scores, table, **MEASURED)
    curve = uplift_curve(scores, table, **MEASURED)
    found: dict[str, float] = {
        name: measures.loc[name, "low"] <= truth <= measures.loc[name, "high"]
        for name, truth in true_measures().items()
    }
    for share in POINTS:
        row = curve.loc[share]
        found[f"gain at {share}"] = row["gain_low"] <= true_gain()[share] <= row["gain_high"]
    profit = targeting_profit(scores, table, value=VALUE, cost=COST, n_customers=1.0, **MEASURED)
    worth = VALUE * true_gain()[profit.best_share] - COST * profit.best_share
    best = profit.policies.loc["best_share"]
    found["best share"] = best["profit_low"] <= worth <= best["profit_high"]
    found["too high"] = best["profit"] - worth
    found["too high as it looks"] = best["profit"] + profit.optimism - worth
    return found


def test_intervals_hold_the_truth() -> None:
    held = trials().drop(columns=["too high", "too high as it looks"]).astype(float).mean()
    # Three standard errors of a share of 0.95; percentile intervals may be a little short.
    error = np.sqrt(0.95 * 0.05 / N_SETS)
    assert (held >= 0.94 - 3 * error).all(), held.to_dict()
    assert (held <= 0.96 + 3 * error).all(), held.to_dict()


def test_best_share_is_not_flattered() -> None:
    errors = trials()[["too high", "too high as it looks"]].mean()
    error = trials()["too high"].std() / np.sqrt(N_SETS)
    assert errors["too high as it looks"] > 2 * error
    # At most a quarter of the luck is left, or three standard errors.
    assert abs(errors["too high"]) < max(0.25 * errors["too high as it looks"], 3 * error)


def test_customers_are_more_than_the_groups_that_resamples_keep() -> None:
    assert N_CUSTOMERS > 4 * _MOST_GROUPS
