"""What comes next among a million events, beside DuckDB's LEAD; `make bench` runs it."""

import pytest

from .measuring import measure

N_EVENTS = 1_000_000
ROUNDS = 5


@pytest.fixture(autouse=True)
def _only_when_benchmarks_run(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("benchmark_skip"):
        pytest.skip("benchmarks run by `make bench`")


@pytest.mark.parametrize("task", ["next_purchase", "next_purchase_of_orders"])
def test_what_comes_next_is_no_slower_than_lead(task: str) -> None:
    ours, theirs = (
        measure(f"sequence_tasks.{task}", library, N_EVENTS, rounds=ROUNDS)
        for library in ("custintel", "duckdb")
    )
    print(  # noqa: T201 - the figures are what the run is for
        f"\n{task}: {ours.numbers[0]:,.0f} pairs; custintel {ours.seconds:.2f} s, "
        f"{ours.added_megabytes:.0f} MB; LEAD {theirs.seconds:.2f} s, "
        f"{theirs.added_megabytes:.0f} MB; {theirs.seconds / ours.seconds:.1f} ×"
    )
    assert ours.numbers == pytest.approx(theirs.numbers, rel=1e-12)
    assert ours.numbers[0] > 10_000
    assert ours.seconds <= theirs.seconds
