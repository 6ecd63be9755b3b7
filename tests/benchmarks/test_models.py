"""Fits and values beside lifetimes in the same run, and up to ten million customers.

`make bench` runs them, and writes the tables into the docs; the suite skips them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from .measuring import ROOT, Measurement, measure

PAGE = ROOT / "docs" / "guide" / "benchmarks.md"
LINEAR = 1.1  # the slope of cost over customers, on log scales
ROUNDS = 3  # of custintel; lifetimes, many times as slow, has one


@dataclass(frozen=True, slots=True)
class Race:
    """A task that both libraries do, and how much faster custintel has to be."""

    title: str
    ours: str
    theirs: str
    n_customers: int
    at_least: float
    agree_within: float  # relatively, in the numbers that come out


RACES = [
    Race("BG/NBD, fit", "beta_geo", "beta_geo", 1_000_000, 50, 1e-4),
    Race("Pareto/NBD, fit", "pareto_nbd", "pareto_nbd", 100_000, 40, 1e-3),
    Race("Gamma-gamma, fit", "gamma_gamma", "gamma_gamma", 1_000_000, 20, 1e-4),
    Race("Value of 12 months", "value", "value", 1_000_000, 100, 2e-3),
    Race(
        "Value of 12 months, with intervals", "value_with_intervals", "value", 1_000_000, 20, 2e-3
    ),
]
LIKE_FOR_LIKE = [race for race in RACES if race.ours == race.theirs]
SIZES = [10_000, 100_000, 1_000_000, 10_000_000]


@cache
def measured(task: str, library: str, n_customers: int, rounds: int) -> Measurement:
    """Measure a task once, however many tests ask for it."""
    return measure(task, library, n_customers, rounds=rounds)


def of_ours(race: Race) -> Measurement:
    return measured(race.ours, "custintel", race.n_customers, ROUNDS)


def of_theirs(race: Race) -> Measurement:
    return measured(race.theirs, "lifetimes", race.n_customers, 1)


@dataclass
class Results:
    """Rows of the tables, as they come in."""

    races: list[list[str]] = field(default_factory=list)
    sizes: list[list[str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def results() -> Iterator[Results]:
    """Collect the rows, then print them and write them into the docs."""
    collected = Results()
    yield collected
    heads = {
        "races": "Task|Customers|custintel|lifetimes|Ratio|Memory added|by lifetimes",
        "sizes": "Customers|Fit|Per million|Memory added|Peak of the process",
    }
    for name, head in heads.items():
        rows = getattr(collected, name)
        if rows:
            write_table(name, head.split("|"), rows)


@pytest.fixture(autouse=True)
def _only_when_benchmarks_run(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("benchmark_skip"):
        pytest.skip("benchmarks run by `make bench`")


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.ours)
def test_speed(race: Race, results: Results) -> None:
    ours, theirs = of_ours(race), of_theirs(race)
    ratio = theirs.seconds / ours.seconds
    results.races.append(
        [
            race.title,
            f"{race.n_customers:,}",
            f"{ours.seconds:.2f} s",
            f"{theirs.seconds:.1f} s",
            f"{ratio:.0f} ×",
            f"{ours.added_megabytes:.0f} MB",
            f"{theirs.added_megabytes:.0f} MB",
        ]
    )
    assert ours.numbers == pytest.approx(theirs.numbers, rel=race.agree_within)
    assert ratio >= race.at_least


@pytest.mark.parametrize("race", LIKE_FOR_LIKE, ids=lambda race: race.ours)
def test_added_memory_is_at_most_half(race: Race) -> None:
    assert of_ours(race).added_megabytes <= of_theirs(race).added_megabytes / 2


def test_ten_million_customers(results: Results) -> None:
    found = [measured("beta_geo", "custintel", n, ROUNDS) for n in SIZES]
    for n, each in zip(SIZES, found, strict=True):
        results.sizes.append(
            [
                f"{n:,}",
                f"{each.seconds:.3f} s",
                f"{each.seconds * 1e6 / n:.2f} s",
                f"{each.added_megabytes:,.0f} MB",
                f"{each.peak_megabytes:,.0f} MB",
            ]
        )
    assert found[-1].peak_megabytes < 8000
    slope = np.polyfit(np.log(SIZES), np.log([each.seconds for each in found]), 1)[0]
    assert slope < LINEAR


def write_table(name: str, head: list[str], rows: list[list[str]]) -> None:
    rule = ["---"] + ["--:"] * (len(head) - 1)
    table = "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *rows])
    print(f"\n{table}")  # noqa: T201 - the table is what the run is for
    text = Path(PAGE).read_text("utf-8")
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, after = text.split(start)[0], text.split(end)[1]
    PAGE.write_text(f"{before}{start}\n\n{table}\n\n{end}{after}", "utf-8")
