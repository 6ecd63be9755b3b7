"""Intervals of credits hold the true shares of a known chain as often as they say.

With CUSTINTEL_VALIDATION=whole there are 2,000 samples of each size.
"""

import os

import numpy as np
import pandas as pd
import pytest

from custintel.attribution import attribute_paths, attribution_paths, removal_effects
from custintel.datasets import simulate_touches

IS_WHOLE = os.environ.get("CUSTINTEL_VALIDATION") == "whole"
N_SETS = 2000 if IS_WHOLE else 60
N_TRUTH = 1_000_000 if IS_WHOLE else 100_000
METHODS = ["last", "linear", "shapley", "markov"]

pytestmark = [
    pytest.mark.validation,
    pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning"),
]


@pytest.fixture(scope="module")
def population() -> pd.DataFrame:
    """Return so many paths of the chain that their shares are its own."""
    drawn = simulate_touches(N_TRUTH, random_state=1)
    return attribution_paths(drawn.touches, drawn.conversions, as_of="2025-12-31", lookback="90D")


def samples(population: pd.DataFrame, n_paths: int) -> list[pd.DataFrame]:
    """Draw paths from the population, again and again."""
    counts = population[["n_conversions", "n_nulls"]].to_numpy().ravel()
    rng = np.random.default_rng(n_paths)
    found = []
    for _set in range(N_SETS):
        drawn = rng.multinomial(n_paths, counts / counts.sum()).reshape(-1, 2)
        table = population[["path"]].assign(n_conversions=drawn[:, 0], n_nulls=drawn[:, 1])
        found.append(table[drawn.sum(axis=1) > 0])
    return found


def band(n: int) -> tuple[float, float]:
    """Return where the share of intervals that hold lies, with 3.5 errors of that share."""
    error = 3.5 * np.sqrt(0.95 * 0.05 / n)
    return 0.94 - error, 0.965 + error


@pytest.mark.parametrize("n_paths", [500, 5000])
def test_intervals_of_shares_and_effects_hold(population: pd.DataFrame, n_paths: int) -> None:
    true = {name: attribute_paths(population, method=name)["share"] for name in METHODS}
    effects = simulate_touches(1, random_state=1).truth.channels["removal_effect"]
    held: dict[str, list[bool]] = {name: [] for name in [*METHODS, "removal"]}
    for sample in samples(population, n_paths):
        for name in METHODS:
            table = attribute_paths(sample, method=name).reindex(true[name].index)
            is_in = table["share_low"].le(true[name]) & table["share_high"].ge(true[name])
            held[name] += is_in[table["share"].notna()].tolist()
        removal = removal_effects(sample).reindex(effects.index).dropna()
        own = effects[removal.index]
        is_in = removal["removal_effect_low"].le(own) & removal["removal_effect_high"].ge(own)
        held["removal"] += is_in.tolist()
    shares = {name: float(np.mean(each)) for name, each in held.items()}
    print(f"\n{n_paths} paths: {shares}")  # noqa: T201 - the figures are what the run is for
    low, high = band(N_SETS)  # the channels of one sample count as one
    assert {name: share for name, share in shares.items() if not low <= share <= high} == {}
