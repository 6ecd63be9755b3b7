"""A seeded sample of the validation: every data set ends well, and intervals hold.

With CUSTINTEL_VALIDATION=whole it has 1,000 data sets per model; `make validate` runs as many
on several processes, and writes the tables into the docs.
"""

import os
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from .scenarios import SCENARIOS
from .tables import Coverage, coverage_table, coverages, faults, rival_table
from .trials import EXPECTED, PARAMETER, REALISED, Trial, Verdict, run_trial

N_SETS = 1000 if os.environ.get("CUSTINTEL_VALIDATION") == "whole" else 16
USUAL = [name for name, scenario in SCENARIOS.items() if not scenario.is_hard]
WITH_RIVAL = [name for name in USUAL if SCENARIOS[name].rival is not None]
REFUSED_AT_MOST = 0.1

pytestmark = pytest.mark.validation


@cache
def trials_of(name: str) -> tuple[Trial, ...]:
    """Return the trials of one scenario."""
    return tuple(run_trial(name, seed) for seed in range(N_SETS))


def pooled(quantity: str) -> Coverage:
    """Return the coverage of one quantity over all models."""
    trials = [each for name in USUAL for each in trials_of(name)]
    some = [each for each in coverages(trials) if each.quantity == quantity]
    verdicts = tuple(verdict for each in some for verdict in each.verdicts)
    n_results = sum(each.n_results for each in some)
    return Coverage("all", quantity, len(trials), n_results, len(trials) - n_results, verdicts)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_data_set_ends_in_a_result_or_a_diagnosed_refusal(name: str) -> None:
    trials = trials_of(name)
    assert faults(trials) == []
    assert [bool(each.verdicts) != bool(each.refusal) for each in trials] == [True] * N_SETS
    share = np.mean([each.has_result for each in trials])
    assert SCENARIOS[name].is_hard or share >= 1 - REFUSED_AT_MOST


@pytest.mark.parametrize("name", USUAL)
def test_intervals_of_each_model_hold(name: str) -> None:
    found = coverages(trials_of(name))
    assert {each.quantity for each in found} >= {PARAMETER, EXPECTED}
    outside = {each.quantity: each.share for each in found if not each.is_within_band()}
    assert outside == {}


@pytest.mark.parametrize("quantity", [PARAMETER, EXPECTED, REALISED])
def test_intervals_of_all_models_hold(quantity: str) -> None:
    every = pooled(quantity)
    assert every.is_within_band(), every.share
    assert every.is_spread_within_band(), every.spread


@pytest.mark.parametrize("quantity", [PARAMETER, EXPECTED, REALISED])
@pytest.mark.parametrize("factor", [0.7, 1.8])
def test_intervals_of_another_width_would_be_seen(quantity: str, factor: float) -> None:
    every = pooled(quantity)
    verdicts = tuple(replace(each, shift=each.shift / factor) for each in every.verdicts)
    assert not replace(every, verdicts=verdicts).is_spread_within_band()


@pytest.mark.parametrize("name", WITH_RIVAL)
def test_lifetimes_finds_no_better_maximum(name: str) -> None:
    trial = run_trial(name, 0, with_rival=True)
    assert trial.has_result
    assert trial.is_rival_asked
    assert trial.gain > -1e-3  # of log-likelihood, by lifetimes' own function


def test_tables_say_what_was_found() -> None:
    held = Verdict(PARAMETER, "r", True, 0.5), Verdict(PARAMETER, "alpha", False, -2.5)
    trials = [
        Trial("beta_geo", 0, True, verdicts=held, is_rival_asked=True, gain=0.25),
        Trial("beta_geo", 1, True, verdicts=(held[0], held[0]), is_rival_asked=True),
        Trial("beta_geo", 2, refusal="a towards zero"),
    ]
    row = "| BG/NBD | parameters | 3 | 66.7 % | 33.3 % | 75.0 % | alpha: 0.0 % | -0.25 |"
    assert row in coverage_table(trials)
    row = "| BG/NBD | 2 | 100.0 % | 50.0 % | 1 | +0.25 | +0.25 | +0.25 |"
    assert row in rival_table(trials)
