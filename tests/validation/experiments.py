"""Experiments drawn many times: do tests reject too often, and do intervals hold?

An A/A experiment treats both arms alike, so whatever it finds is chance. Many are drawn at
once, and given to the functions that `compare_arms` itself calls.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from custintel._differences import Groups
from custintel.experiments._arm_tests import adjusted_p
from custintel.experiments._lifts import pearson_p, relative_bounds
from custintel.experiments._moments import Moments
from custintel.experiments._resampling import Outcomes, bootstrapped, permuted
from custintel.experiments._sample_ratio import sample_ratio_p
from custintel.experiments.looks import LookPlan

from .event_studies import rejects as event_study_rejects

Floats = NDArray[np.float64]

LEVEL = 0.95
REJECTED, HELD = "A/A rejected", "interval held"
BANDS = {REJECTED: (0.045, 0.055), HELD: (0.94, 0.96)}
AT_MOST = (0.0, 0.05)
_CHANCE = 0.001
_NUMBERS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of experiment, and a yes or no for each one drawn.

    ``draw`` gets how many to draw and a generator; `band` is where the share of yes may be, or
    None where it is only measured.
    """

    title: str
    quantity: str
    draw: Callable[[int, np.random.Generator], NDArray[np.bool_]]
    customers: int  # in all arms, which limits how many experiments are drawn at once
    band: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Share:
    """How often the answer was yes."""

    case: Case
    n_yes: int
    n_runs: int

    @property
    def value(self) -> float:
        """Return the share of yes."""
        return self.n_yes / self.n_runs

    def is_within_band(self) -> bool:
        """Tell whether the share is where it may be, chance allowed for."""
        if self.case.band is None:
            return True
        low, high = self.case.band
        least = binom.ppf(_CHANCE, self.n_runs, low) / self.n_runs if low else 0.0
        most = binom.ppf(1 - _CHANCE, self.n_runs, high) / self.n_runs
        return bool(least <= self.value <= most)


def share_of(name: str, n_runs: int) -> Share:
    """Draw the experiments of one case, and count."""
    case = CASES[name]
    rng = np.random.default_rng([*name.encode()])
    at_once = max(_NUMBERS_AT_ONCE // case.customers, 1)
    sizes = [min(at_once, n_runs - start) for start in range(0, n_runs, at_once)]
    return Share(case, sum(int(case.draw(size, rng).sum()) for size in sizes), n_runs)


def experiments_table(shares: Sequence[Share]) -> str:
    """Write the shares as a table in Markdown."""
    rows = [
        f"| {each.case.title} | {each.case.quantity} | {each.n_runs:,} | {100 * each.value:.2f} % |"
        for each in shares
    ]
    head = ["| Experiment | What is counted | Runs | Share |", "| --- | --- | --: | --: |"]
    return "\n".join([*head, *rows])


def variance_ratio(correlation: float, *, n_runs: int, n: int = 200) -> float:
    """Return the variance of the lift after CUPED over that before it, over many A/A tests."""
    rng = np.random.default_rng(63)
    y, x = _correlated(correlation, n_runs, n, rng)
    moments = moments_of(y, x)
    lifts = [
        arms.mean[:, 1] - arms.mean[:, 0]
        for arms in (moments.adjusted(), moments.groups(is_rate=False))
    ]
    return float(lifts[0].var() / lifts[1].var())


def moments_of(y: Floats, x: Floats | None = None) -> Moments:
    """Return the moments of experiments × arms × customers, by their definition."""
    x = np.zeros_like(y) if x is None else x
    away, e = y - y.mean(axis=-1, keepdims=True), x - x.mean(axis=-1, keepdims=True)
    n = np.full(y.shape[:-1], y.shape[-1], np.float64)
    sums = [(each).sum(axis=-1) for each in (away**2, e**2, away * e)]
    return Moments(n, y.mean(axis=-1), sums[0], x.mean(axis=-1), sums[1], sums[2])


def _rates(
    sizes: tuple[int, int], rates: tuple[float, float], size: int, rng: np.random.Generator
) -> list[Groups]:
    arms = []
    for n, rate in zip(sizes, rates, strict=True):
        mean = rng.binomial(n, rate, size) / n
        arms.append(Groups(np.full(size, float(n)), mean, n * mean * (1 - mean), True))
    return arms


def _rejects_rates(size, rng, *, sizes, rate, test):
    control, treated = _rates(sizes, (rate, rate), size, rng)
    p = pearson_p(treated, control) if test == "chi-square" else treated.p(control)
    return p <= 1 - LEVEL


def _holds_rates(size, rng, *, sizes, rates):
    control, treated = _rates(sizes, rates, size, rng)
    bounds = treated.difference(control, LEVEL)
    return (bounds.low <= rates[1] - rates[0]) & (rates[1] - rates[0] <= bounds.high)


def _holds_ratio(size, rng, *, sizes, rates):
    control, treated = _rates(sizes, rates, size, rng)
    bounds, truth = relative_bounds(treated, control, LEVEL), rates[1] / rates[0] - 1
    return (bounds.low <= truth) & (truth <= bounds.high)


def _means(
    draws: Callable[..., Floats], sizes: tuple[int, int], size: int, rng: np.random.Generator
) -> list[Groups]:
    parts = [moments_of(draws((size, n), rng)) for n in sizes]
    return [each.groups(is_rate=False) for each in parts]


def _normal(shape, rng):
    return 100 + 30 * rng.standard_normal(shape)


def _gamma(shape, rng):
    return rng.gamma(2.0, 25.0, shape)


def _revenue(shape, rng, times=1.0):
    """Draw revenue of which one customer in ten has some, lognormal with σ = 1.2."""
    return np.where(rng.random(shape) < 0.1 * times, rng.lognormal(3.5, 1.2, shape), 0.0)


_MEAN_REVENUE = 0.1 * np.exp(3.5 + 1.2**2 / 2)


def _rejects_means(size, rng, *, draws, sizes):
    control, treated = _means(draws, sizes, size, rng)
    return treated.p(control) <= 1 - LEVEL


def _holds_means(size, rng, *, draws, sizes, lift):
    control, treated = _means(draws, sizes, size, rng)
    bounds = Groups(treated.n, treated.mean + lift, treated.squares, False).difference(
        control, LEVEL
    )
    return (bounds.low <= lift) & (lift <= bounds.high)


def _holds_fieller(size, rng, *, draws, sizes, lift, mean):
    control, treated = _means(draws, sizes, size, rng)
    bounds = relative_bounds(_raised(treated, lift), control, LEVEL)
    return (bounds.low <= lift / mean) & (lift / mean <= bounds.high)


def _raised(treated: Groups, lift: float) -> Groups:
    return Groups(treated.n, treated.mean + lift, treated.squares, False)


def _resampled(sizes, rng, *, test, raised):
    """Draw one experiment, whose treated arm has `raised` times as many buyers, and resample it."""
    arms = [_revenue(n, rng, times) for n, times in zip(sizes, (1.0, raised), strict=True)]
    gap = arms[1].mean() - arms[0].mean()
    error = np.sqrt(sum(each.var(ddof=1) / len(each) for each in arms))
    if test == "permutation":
        cells = Outcomes.of(*np.unique(np.concatenate(arms), return_counts=True))
        return permuted(cells, len(arms[1]), rng), float(gap), float(error)
    control, treated = (Outcomes.of(*np.unique(each, return_counts=True)) for each in arms)
    return bootstrapped(treated, control, rng), float(gap), float(error)


def _rejects_resampled(size, rng, *, sizes, test):
    found = (_resampled(sizes, rng, test=test, raised=1.0) for _run in range(size))
    return np.array([drawn.p(gap, error) <= 1 - LEVEL for drawn, gap, error in found])


def _holds_resampled(size, rng, *, sizes, test, raised):
    lift = (raised - 1) * _MEAN_REVENUE
    held = []
    for _run in range(size):
        drawn, gap, error = _resampled(sizes, rng, test=test, raised=raised)
        low, high = drawn.bounds(gap, error, LEVEL)
        held.append(low <= lift <= high)
    return np.array(held)


def _holds_heavy(size, rng, *, sizes, raised):
    control = moments_of(_revenue((size, sizes[0]), rng)).groups(is_rate=False)
    treated = moments_of(_revenue((size, sizes[1]), rng, raised)).groups(is_rate=False)
    bounds, lift = treated.difference(control, LEVEL), (raised - 1) * _MEAN_REVENUE
    return (bounds.low <= lift) & (lift <= bounds.high)


def _correlated(
    correlation: float, size: int, n: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    x = rng.standard_normal((size, 2, n))
    noise = rng.standard_normal((size, 2, n))
    return 100 + 30 * (correlation * x + np.sqrt(1 - correlation**2) * noise), 50 + 20 * x


def _adjusted(size: int, rng: np.random.Generator, n: int) -> tuple[Groups, Groups]:
    arms = moments_of(*_correlated(0.6, size, n, rng)).adjusted()
    control, treated = (
        Groups(arms.n[:, i], arms.mean[:, i], arms.squares[:, i], False) for i in (0, 1)
    )
    return control, treated


def _rejects_adjusted(size, rng, *, n):
    control, treated = _adjusted(size, rng, n)
    return treated.p(control) <= 1 - LEVEL


def _holds_adjusted(size, rng, *, n, lift):
    control, treated = _adjusted(size, rng, n)
    bounds = Groups(treated.n, treated.mean + lift, treated.squares, False).difference(
        control, LEVEL
    )
    return (bounds.low <= lift) & (lift <= bounds.high)


def _rejects_any_of_three(size, rng, *, correction):
    arms = moments_of(_normal((size, 4, 200), rng))
    control = Groups(arms.n[:, :1], arms.mean[:, :1], arms.squares[:, :1], False)
    treated = Groups(arms.n[:, 1:], arms.mean[:, 1:], arms.squares[:, 1:], False)
    return (adjusted_p(treated.p(control), correction) <= 1 - LEVEL).any(axis=-1)


def _rejects_ratio(size, rng):
    return (
        sample_ratio_p(rng.multinomial(10_000, [0.45, 0.45, 0.1], size), [0.45, 0.45, 0.1]) < 0.001
    )


def _rejects_at_a_look(size, rng, *, plan):
    limits = [0.05] * 5 if plan is None else plan.limits(level=LEVEL)["p"].to_list()
    y = _normal((size, 2, 1000), rng)
    found = np.zeros(size, dtype=bool)
    for look, limit in enumerate(limits, start=1):
        control, treated = (
            moments_of(y[:, arm, : 200 * look]).groups(is_rate=False) for arm in (0, 1)
        )
        found |= treated.p(control) <= limit
    return found


def _aa(title, draw, customers, band=BANDS[REJECTED], **settings):
    return Case(title, REJECTED, partial(draw, **settings), customers, band)


def _coverage(title, draw, customers, **settings):
    return Case(title, HELD, partial(draw, **settings), customers, BANDS[HELD])


_CHI, _EXACT = "chi-square", "Fisher"
CASES = {
    "chi_square": _aa(
        "Chi-square, rate 10 %, 2 × 1,000",
        _rejects_rates,
        2,
        sizes=(1000, 1000),
        rate=0.1,
        test=_CHI,
    ),
    "chi_square_rare": _aa(
        "Chi-square, rate 2 %, 2 × 5,000",
        _rejects_rates,
        2,
        sizes=(5000, 5000),
        rate=0.02,
        test=_CHI,
    ),
    "chi_square_holdout": _aa(
        "Chi-square, rate 10 %, 500 against 4,500",
        _rejects_rates,
        2,
        sizes=(500, 4500),
        rate=0.1,
        test=_CHI,
    ),
    "fisher": _aa(
        "Fisher, rate 10 %, 2 × 1,000",
        _rejects_rates,
        100,
        AT_MOST,
        sizes=(1000, 1000),
        rate=0.1,
        test=_EXACT,
    ),
    "fisher_small": _aa(
        "Fisher, rate 3 %, 2 × 100",
        _rejects_rates,
        100,
        AT_MOST,
        sizes=(100, 100),
        rate=0.03,
        test=_EXACT,
    ),
    "welch_normal": _aa(
        "Welch, normal, 2 × 500", _rejects_means, 1000, draws=_normal, sizes=(500, 500)
    ),
    "welch_gamma": _aa(
        "Welch, gamma of shape 2, 2 × 500", _rejects_means, 1000, draws=_gamma, sizes=(500, 500)
    ),
    "welch_holdout": _aa(
        "Welch, gamma of shape 2, 200 against 1,800",
        _rejects_means,
        2000,
        draws=_gamma,
        sizes=(200, 1800),
    ),
    "cuped": _aa("Welch after CUPED, ρ = 0.6, 2 × 500", _rejects_adjusted, 4000, n=500),
    "holm": _aa(
        "Holm, any of three arms, normal, 4 × 200",
        _rejects_any_of_three,
        800,
        AT_MOST,
        correction="holm",
    ),
    "sample_ratio": _aa(
        "Sample ratio, 10,000 in three arms, p below 0.001", _rejects_ratio, 100, (0.0005, 0.0015)
    ),
    "five_looks": _aa("Welch at five looks, no plan", _rejects_at_a_look, 2000, None, plan=None),
    "obrien_fleming": _aa(
        "Welch at five looks, O'Brien and Fleming", _rejects_at_a_look, 2000, plan=LookPlan(5)
    ),
    "pocock": _aa(
        "Welch at five looks, Pocock", _rejects_at_a_look, 2000, plan=LookPlan(5, boundary="pocock")
    ),
    "spending": _aa(
        "Welch at five looks, Lan and DeMets",
        _rejects_at_a_look,
        2000,
        plan=LookPlan(5, boundary="spending"),
    ),
    "always_valid": _aa(
        "Welch at five looks, always valid",
        _rejects_at_a_look,
        2000,
        AT_MOST,
        plan=LookPlan(5, boundary="always_valid"),
    ),
    "newcombe": _coverage(
        "Newcombe, 10 % against 12 %, 2 × 1,000",
        _holds_rates,
        2,
        sizes=(1000, 1000),
        rates=(0.1, 0.12),
    ),
    "newcombe_holdout": _coverage(
        "Newcombe, 2 % against 3 %, 1,000 against 9,000",
        _holds_rates,
        2,
        sizes=(1000, 9000),
        rates=(0.02, 0.03),
    ),
    "donner_zou": _coverage(
        "Donner and Zou, 10 % against 12 %, 2 × 1,000",
        _holds_ratio,
        2,
        sizes=(1000, 1000),
        rates=(0.1, 0.12),
    ),
    "welch_interval": _coverage(
        "Welch, gamma of shape 2, lift 5, 2 × 500",
        _holds_means,
        1000,
        draws=_gamma,
        sizes=(500, 500),
        lift=5.0,
    ),
    "fieller": _coverage(
        "Fieller, gamma of shape 2, lift 10 %, 2 × 500",
        _holds_fieller,
        1000,
        draws=_gamma,
        sizes=(500, 500),
        lift=5.0,
        mean=50.0,
    ),
    "cuped_interval": _coverage(
        "Welch after CUPED, lift 5, 2 × 500", _holds_adjusted, 4000, n=500, lift=5.0
    ),
}
for _rho, _band in ((0.5, (0.035, 0.055)), (0.8, (0.05, 0.08))):
    CASES[f"event_study, {_rho}"] = _aa(
        f"Event study, 62 weeks, autocorrelation {_rho}",
        event_study_rejects,
        62,
        _band,
        autocorrelation=_rho,
    )
_HEAVY = {
    "2 × 500": (500, 500),
    "2 × 5,000": (5000, 5000),
    "2 × 50,000": (50_000, 50_000),
    "500 treated of 5,000": (4500, 500),
    "500 held out of 5,000": (500, 4500),
}
_RESAMPLED = {"permutation": "Permutation", "bootstrap": "Bootstrap-t"}
for _title, _sizes in _HEAVY.items():
    CASES[f"welch, {_title}"] = _aa(
        f"Welch, heavy-tailed revenue, {_title}",
        _rejects_means,
        sum(_sizes),
        None,
        draws=_revenue,
        sizes=_sizes,
    )
    for _test, _name in _RESAMPLED.items():
        CASES[f"{_test}, {_title}"] = _aa(
            f"{_name}, heavy-tailed revenue, {_title}",
            _rejects_resampled,
            sum(_sizes),
            BANDS[REJECTED] if _test == "permutation" else None,
            sizes=_sizes,
            test=_test,
        )
for _title in ("2 × 500", "500 held out of 5,000"):
    _sizes = _HEAVY[_title]
    CASES[f"welch held, {_title}"] = Case(
        f"Welch, heavy-tailed revenue, lift 20 %, {_title}",
        HELD,
        partial(_holds_heavy, sizes=_sizes, raised=1.2),
        sum(_sizes),
        None,
    )
    for _test, _name in _RESAMPLED.items():
        CASES[f"{_test} held, {_title}"] = Case(
            f"{_name}, heavy-tailed revenue, lift 20 %, {_title}",
            HELD,
            partial(_holds_resampled, sizes=_sizes, test=_test, raised=1.2),
            sum(_sizes),
            None,
        )
