"""Pairs of a wide catalogue beside mlxtend, each in a process of its own; `make bench` runs it.

custintel starts from order lines, and also tests each pair and gives it intervals. mlxtend
has its best case: a sparse frame of orders × products, fpgrowth, sets of two at most. It is
timed twice: from the same order lines, and without the making of that frame.
"""

from functools import cache

import pytest

from .measuring import Measurement, measure

N_BASKETS = 150_000
ROUNDS = 3  # of custintel; mlxtend, many times as slow, has one
FASTER, LEANER = 25, 10


@cache
def measured(task: str, library: str, rounds: int = 1) -> Measurement:
    """Measure a task once, however many tests ask for it."""
    return measure(f"affinity_tasks.{task}", library, N_BASKETS, rounds=rounds)


@pytest.fixture(autouse=True)
def _only_when_benchmarks_run(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("benchmark_skip"):
        pytest.skip("benchmarks run by `make bench`")


@pytest.mark.parametrize("task", ["pairs", "pairs_of_encoded"])
def test_pairs_are_found_faster_and_in_less_memory(task: str) -> None:
    ours, theirs = measured("pairs", "custintel", ROUNDS), measured(task, "mlxtend")
    print(  # noqa: T201 - the figures are what the run is for
        f"\n{task}: {ours.numbers[0]:,.0f} rules; custintel {ours.seconds:.2f} s, "
        f"{ours.added_megabytes:.0f} MB; mlxtend {theirs.seconds:.1f} s, "
        f"{theirs.added_megabytes:,.0f} MB; {theirs.seconds / ours.seconds:.0f} ×"
    )
    assert ours.numbers == pytest.approx(theirs.numbers, rel=1e-9)
    assert ours.numbers[0] > 10_000
    assert theirs.seconds / ours.seconds >= FASTER
    assert ours.added_megabytes <= theirs.added_megabytes / LEANER
