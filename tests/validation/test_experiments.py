"""A seeded sample of the experiments that `make validate` draws 20,000 times.

With CUSTINTEL_VALIDATION=whole the suite draws as many.
"""

import os
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_ind

from .event_studies import N_BEFORE, quiet_series
from .experiments import (
    BANDS,
    CASES,
    HELD,
    REJECTED,
    Share,
    experiments_table,
    share_of,
    variance_ratio,
)

IS_WHOLE = os.environ.get("CUSTINTEL_VALIDATION") == "whole"
N_RUNS = 20_000 if IS_WHOLE else 1000
SLOW = ("permutation", "bootstrap", "event_study")
HELD_TO_A_BAND = [
    name
    for name, case in CASES.items()
    if case.band is not None and (IS_WHOLE or not name.startswith(SLOW))
]
MEASURED = [name for name, case in CASES.items() if case.band is None]

pytestmark = pytest.mark.validation


@pytest.mark.parametrize("name", HELD_TO_A_BAND)
def test_shares_are_within_their_bands(name: str) -> None:
    found = share_of(name, N_RUNS)
    assert found.is_within_band(), found.value


def test_looks_without_a_plan_would_be_seen() -> None:
    found = share_of("five_looks", N_RUNS)
    assert found.value == pytest.approx(0.142, abs=0.04)
    assert not replace(found, case=CASES["pocock"]).is_within_band()


@pytest.mark.parametrize("name", [name for name in MEASURED if name.startswith("welch")])
def test_heavy_tails_do_not_ruin_welch(name: str) -> None:
    found = share_of(name, N_RUNS if IS_WHOLE else 100)
    assert found.value < 0.2 if found.case.quantity == REJECTED else found.value > 0.8


@pytest.mark.parametrize("test", ["permutation", "bootstrap"])
def test_heavy_tails_are_resampled(test: str) -> None:
    n_runs = N_RUNS if IS_WHOLE else 30
    assert share_of(f"{test}, 2 × 500", n_runs).value < 0.25
    assert share_of(f"{test} held, 2 × 500", n_runs).value > 0.75


def test_event_studies_allow_for_memory() -> None:
    n_runs = N_RUNS if IS_WHOLE else 100
    found = share_of("event_study, 0.8", n_runs)
    assert found.is_within_band(), found.value
    # Before against after, as if no week remembered the last one, finds a change in most.
    series = quiet_series(n_runs, 0.8, np.random.default_rng(1))
    weeks = ttest_ind(series[:, N_BEFORE:], series[:, :N_BEFORE], axis=1, equal_var=False)
    assert not replace(found, n_yes=int((weeks.pvalue <= 0.05).sum())).is_within_band()


@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.9])
def test_cuped_multiplies_the_variance(correlation: float) -> None:
    ratio = variance_ratio(correlation, n_runs=N_RUNS)
    # Of two variances that share part of their errors.
    assert ratio == pytest.approx(1 - correlation**2, rel=6 * correlation / np.sqrt(N_RUNS) + 0.02)


@pytest.mark.parametrize(("quantity", "wrong"), [(REJECTED, 0.08), (HELD, 0.9)])
def test_wrong_shares_would_be_seen(quantity: str, wrong: float) -> None:
    name = {REJECTED: "welch_normal", HELD: "newcombe"}[quantity]
    for value, is_right in ((np.mean(BANDS[quantity]), True), (wrong, False)):
        found = Share(CASES[name], round(1000 * value), 1000)
        assert found.is_within_band() is is_right


def test_the_table_says_what_was_found() -> None:
    row = "| Welch, normal, 2 × 500 | A/A rejected | 20,000 | 4.92 % |"
    assert row in experiments_table([Share(CASES["welch_normal"], 983, 20_000)])
