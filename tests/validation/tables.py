"""What the trials add up to: coverage by model and quantity, and the comparison with lifetimes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri
from scipy.stats import binom, chi2

from .scenarios import SCENARIOS
from .trials import EXPECTED, LEVEL, PARAMETER, REALISED, Trial, Verdict

_BAND = (LEVEL - 0.025, LEVEL + 0.025)  # where coverage may be
_CHANCE = 0.001  # of an honest interval's being found outside, on either side


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often the intervals of one quantity of one model held their target."""

    scenario: str
    quantity: str
    n_sets: int
    n_results: int
    n_refusals: int
    verdicts: tuple[Verdict, ...]

    @property
    def share(self) -> float:
        """Return the share of the intervals that held."""
        return float(np.mean([each.is_held for each in self.verdicts]))

    @property
    def shift(self) -> float:
        """Return how far off the middles were on average, in standard errors."""
        return float(np.mean([each.shift for each in self.verdicts]))

    @property
    def spread(self) -> float:
        """Return the mean square of the shifts, which is 1 if standard errors are right."""
        return float(np.mean([each.shift**2 for each in self.verdicts]))

    def worst(self) -> "Coverage":
        """Return the coverage of the parameter that is farthest from the level."""
        names = dict.fromkeys(each.name for each in self.verdicts)
        return max((self.of(name) for name in names), key=lambda each: abs(each.share - LEVEL))

    def of(self, name: str) -> "Coverage":
        """Return the coverage of one parameter."""
        some = tuple(each for each in self.verdicts if each.name == name)
        return replace(self, quantity=name, verdicts=some)

    def is_within_band(self) -> bool:
        """Tell whether coverage is 2.5 points from the level at most, chance allowed for.

        The parameters of one data set are estimated together, so that chance is that of as
        many intervals as there are data sets.
        """
        n = self.n_results
        low = binom.ppf(_CHANCE, n, _BAND[0]) / n
        high = binom.ppf(1 - _CHANCE, n, _BAND[1]) / n
        return bool(low <= self.share <= high)

    def is_spread_within_band(self) -> bool:
        """Tell the same from the spread, which a few data sets tell more sharply."""
        n = self.n_results
        wide, narrow = ((ndtri(0.975) / ndtri(0.5 + each / 2)) ** 2 for each in _BAND)
        low = narrow * chi2.ppf(_CHANCE, n) / n
        high = wide * chi2.ppf(1 - _CHANCE, n) / n
        return bool(low <= self.spread <= high)


def coverages(trials: Sequence[Trial]) -> list[Coverage]:
    """Return the coverage of each quantity of each model that was tried."""
    found = []
    for name in SCENARIOS:
        tried = [each for each in trials if each.scenario == name]
        n_results = sum(each.has_result for each in tried)
        n_refusals = sum(bool(each.refusal) for each in tried)
        for quantity in (PARAMETER, EXPECTED, REALISED):
            verdicts = tuple(
                verdict
                for each in tried
                for verdict in each.verdicts
                if verdict.quantity == quantity
            )
            if verdicts:
                found.append(Coverage(name, quantity, len(tried), n_results, n_refusals, verdicts))
    return found


def coverage_table(trials: Sequence[Trial]) -> str:
    """Write the coverages as a table in Markdown."""
    head = "Model|Intervals of|Sets|With a result|Refused|Coverage|Worst parameter|Shift"
    return _markdown(head, [_coverage_row(each) for each in coverages(trials)])


def _coverage_row(each: Coverage) -> list[str]:
    worst = ""
    if each.quantity == PARAMETER:
        lowest = each.worst()
        worst = f"{lowest.quantity.replace('_', ' ')}: {_percent(lowest.share)}"
    return [
        SCENARIOS[each.scenario].title,
        each.quantity,
        f"{each.n_sets:,}",
        _percent(each.n_results / each.n_sets),
        _percent(each.n_refusals / each.n_sets),
        _percent(each.share),
        worst,
        f"{each.shift:+.2f}",
    ]


def rival_table(trials: Sequence[Trial]) -> str:
    """Write the comparison with lifetimes as a table in Markdown."""
    head = (
        "Model|Sets|custintel: with a result|lifetimes: with a result|Both"
        "|Mean difference of log-likelihood|Largest|Smallest"
    )
    rows = []
    for name, scenario in SCENARIOS.items():
        tried = [each for each in trials if each.scenario == name and each.is_rival_asked]
        if tried:
            rows.append([scenario.title, *_rival_row(tried)])
    return _markdown(head, rows)


def _rival_row(tried: Sequence[Trial]) -> list[str]:
    n = len(tried)
    gains = np.array([each.gain for each in tried if each.has_result and np.isfinite(each.gain)])
    return [
        f"{n:,}",
        _percent(float(np.mean([each.has_result for each in tried]))),
        _percent(float(np.mean([np.isfinite(each.gain) for each in tried]))),
        f"{len(gains):,}",
        f"{gains.mean():+.2g}",
        f"{gains.max():+.2g}",
        f"{gains.min():+.2g}",
    ]


def refusals(trials: Sequence[Trial]) -> dict[str, int]:
    """Count the refusals of each model by what they say."""
    said = [f"{SCENARIOS[each.scenario].title}: {each.refusal}" for each in trials if each.refusal]
    return {text: said.count(text) for text in sorted(set(said))}


def faults(trials: Sequence[Trial]) -> list[str]:
    """Name the data sets that ended neither in a result nor in a diagnosed refusal."""
    return [f"{each.scenario}, seed {each.seed}: {each.fault}" for each in trials if each.fault]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _markdown(head: str, rows: Sequence[Sequence[str]]) -> str:
    columns = head.split("|")
    # Text is set to the left, numbers to the right.
    rule = [
        "---" if i == 0 or name in ("Intervals of", "Worst parameter") else "--:"
        for i, name in enumerate(columns)
    ]
    lines = [columns, rule, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
