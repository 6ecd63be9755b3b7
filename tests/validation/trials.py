"""One data set: fitted, and each interval held against the truth."""

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from custintel._intervals import normal_quantile
from custintel.errors import ConvergenceError, WeakResultWarning

from .scenarios import N_CUSTOMERS, SCENARIOS, Scenario, Truth
from .simulations import Simulated

LEVEL = 0.95

PARAMETER, EXPECTED, REALISED = "parameters", "expected total", "realised total"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one interval held its target, and how far off its middle was."""

    quantity: str
    name: str
    is_held: bool
    shift: float  # middle less target, in standard errors


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one data set."""

    scenario: str
    seed: int
    has_result: bool = False
    refusal: str = ""  # which parameters run away; empty with a result
    fault: str = ""  # any other end, a warning of numpy's included
    verdicts: tuple[Verdict, ...] = ()
    is_rival_asked: bool = False
    gain: float = np.nan  # of log-likelihood over the rival's; NaN if that did not end


def run_trial(scenario_name: str, seed: int, *, with_rival: bool = False) -> Trial:
    """Simulate and fit one data set, and tell how it ended."""
    scenario = SCENARIOS[scenario_name]
    rng = np.random.default_rng([seed, *scenario_name.encode()])
    truth = scenario.draw_truth(rng)
    data = scenario.simulate(truth, rng)
    trial = Trial(scenario_name, seed)
    ours = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # Spend and frequency are drawn independently: a correlation is chance.
            warnings.simplefilter("ignore", WeakResultWarning)
            model = scenario.unfitted().fit(data.history)
            verdicts = _verdicts(scenario, model, truth, data)
            trial = replace(trial, has_result=True, verdicts=verdicts)
            ours = model.parameters_.tolist()
    except ConvergenceError as refusal:
        trial = _refused(trial, refusal)
    except Exception as error:  # to be counted, whatever it is
        trial = replace(trial, fault=f"{type(error).__name__}: {error}")
    if with_rival and scenario.rival is not None and seed % scenario.rival_every == 0:
        return replace(trial, is_rival_asked=True, gain=scenario.rival(data.history, ours))
    return trial


def _refused(trial: Trial, refusal: ConvergenceError) -> Trial:
    """Tell which parameters run away; a refusal that does not say so is a fault."""
    table = refusal.diagnosis
    if table is None or not np.isfinite(table[["value", "gradient"]].to_numpy()).all():
        return replace(trial, fault=f"a refusal without diagnosis: {refusal}")
    moving = table[table["moves"] != ""]
    if moving.empty:
        return replace(trial, fault=f"a refusal that names no parameter: {refusal}")
    said = ", ".join(f"{name} {where}" for name, where in moving["moves"].items())
    return replace(trial, refusal=said)


def _verdicts(scenario: Scenario, model: Any, truth: Truth, data: Simulated) -> tuple[Verdict, ...]:
    rows = model.summary(level=LEVEL).loc[list(truth)]
    found = [
        _verdict(PARAMETER, str(name), row, truth[str(name)], is_log=":" not in str(name))
        for name, row in rows[["low", "high"]].iterrows()
    ]
    found.append(_of_expected_total(scenario, model, truth, data))
    if scenario.prediction is not None and data.realised is not None:
        ahead = scenario.prediction(model, data.history)
        bounds = pd.Series({"low": ahead.total_low, "high": ahead.total_high})
        realised = float(data.realised.sum())
        found.append(_verdict(REALISED, REALISED, bounds, realised, is_log=False))
    return tuple(found)


def _of_expected_total(scenario: Scenario, model: Any, truth: Truth, data: Simulated) -> Verdict:
    """Hold the interval of the sum over customers against what the true parameters give."""
    everyone = np.zeros(N_CUSTOMERS, dtype=np.intp)
    bounds = scenario.expected(model, data.history).sums(everyone, 1).interval(LEVEL)
    ends = pd.Series({"low": bounds.low[0], "high": bounds.high[0]})
    exact = float(scenario.expected(scenario.known(truth), data.history).value.sum())
    return _verdict(EXPECTED, EXPECTED, ends, exact, is_log=True)


def _verdict(
    quantity: str, name: str, bounds: pd.Series, target: float, *, is_log: bool
) -> Verdict:
    low, high = float(bounds["low"]), float(bounds["high"])
    if not (np.isfinite([low, high, target]).all() and low < high):
        raise AssertionError(f"the interval of {name} is {low} to {high}, of {target}")
    ends = np.log([low, high, target]) if is_log else np.array([low, high, target])
    error = (ends[1] - ends[0]) / (2 * normal_quantile(LEVEL))
    shift = float((ends[0] + ends[1]) / 2 - ends[2]) / error
    return Verdict(quantity, name, low <= target <= high, shift)
