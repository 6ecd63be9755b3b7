"""The BG/NBD model finds the parameters that data were simulated with, and its intervals hold.

A seeded sample runs with the suite; `make validate` runs the whole.
"""

import os

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from custintel.errors import ConvergenceError
from custintel.models import BetaGeoModel

N_SETS = 1000 if os.environ.get("CUSTINTEL_VALIDATION") == "whole" else 20
N_CUSTOMERS = 2000
TRUTHS = [  # weeks: from CDNOW's slow buyers to frequent ones, from few leavers to many
    {"r": 0.24, "alpha": 4.4, "a": 0.8, "b": 2.4},
    {"r": 0.6, "alpha": 10.0, "a": 0.5, "b": 3.0},
    {"r": 1.5, "alpha": 6.0, "a": 1.2, "b": 2.0},
    {"r": 0.9, "alpha": 3.0, "a": 2.0, "b": 6.0},
]
LEVEL = 0.95


def simulated(truth: dict[str, float], seed: int) -> pd.DataFrame:
    purchases = BetaGeoModel.from_parameters(**truth).simulate(
        N_CUSTOMERS, duration="52W", random_state=seed
    )
    days = purchases.groupby("customer_id")["days_since_first"]
    return pd.DataFrame({"frequency": days.count() - 1, "recency": days.max(), "T": 364.0})


@pytest.mark.validation
def test_intervals_cover_the_truth() -> None:
    held: dict[str, list[bool]] = {name: [] for name in (*TRUTHS[0], "total")}
    refused = 0
    for seed in range(N_SETS):
        truth = TRUTHS[seed % len(TRUTHS)]
        history = simulated(truth, seed)
        try:
            model = BetaGeoModel().fit(history)
        except ConvergenceError:
            refused += 1
            continue
        for name, row in model.summary(level=LEVEL).iterrows():
            held[str(name)].append(row["low"] <= truth[str(name)] <= row["high"])
        # The expectation depends on the parameters alone once the histories are given.
        everyone = np.zeros(N_CUSTOMERS, dtype=np.intp)
        total = model.expected_purchases(history, horizon="26W").sums(everyone, 1)
        bounds = total.interval(LEVEL)
        exact = BetaGeoModel.from_parameters(**truth).expected_purchases(history, horizon="26W")
        held["total"].append(bool(bounds.low[0] <= exact.value.sum() <= bounds.high[0]))
    assert refused <= 0.1 * N_SETS
    parameters = np.concatenate([held[name] for name in TRUTHS[0]])
    assert _is_covered(parameters), {name: np.mean(values) for name, values in held.items()}
    assert _is_covered(np.array(held["total"])), np.mean(held["total"])


def _is_covered(held: np.ndarray) -> bool:
    """Tell whether the share held is within 2.5 points of the level, chance allowed for."""
    n = len(held)
    low = binom.ppf(0.001, n, LEVEL - 0.025) / n
    high = binom.ppf(0.999, n, LEVEL + 0.025) / n
    return bool(low <= held.mean() <= high)
