"""A million paths over 30 channels, from pandas and from DuckDB; `make bench` runs it.

A Markov chain of the third order has 27,000 states then.
"""

import pytest

from .attribution_tasks import N_CHANNELS, files
from .measuring import measure

N_PATHS = 1_000_000
MOST_MEGABYTES = 1000


@pytest.fixture(autouse=True)
def _only_when_benchmarks_run(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("benchmark_skip"):
        pytest.skip("benchmarks run by `make bench`")


@pytest.mark.parametrize(
    ("method", "most_seconds"), [("markov", 10), ("shapley", 10), ("markov_3", 40)]
)
def test_a_million_paths(method: str, most_seconds: float) -> None:
    files(N_PATHS)
    engines = ("pandas", "duckdb")
    found = {name: measure(f"attribution_tasks.{method}", name, N_PATHS) for name in engines}
    for engine, each in found.items():
        print(  # noqa: T201 - the figures are what the run is for
            f"\n{method}, {engine}: {each.wall_seconds:.1f} s ({each.seconds:.1f} s of the "
            f"processor), {each.added_megabytes:,.0f} MB added, peak {each.peak_megabytes:,.0f} MB"
        )
    assert found["pandas"].numbers == pytest.approx(found["duckdb"].numbers, rel=1e-9)
    assert len(found["pandas"].numbers) == N_CHANNELS
    for each in found.values():
        # What else the machine does counts little in the time of the processor.
        assert each.seconds < most_seconds
        assert each.added_megabytes < MOST_MEGABYTES
