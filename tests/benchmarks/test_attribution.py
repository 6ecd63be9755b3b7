"""A million paths over 30 channels, from pandas and from DuckDB; `make bench` runs it."""

import pytest

from .attribution_tasks import N_CHANNELS, files
from .measuring import measure

N_PATHS = 1_000_000
MOST_SECONDS, MOST_MEGABYTES = 10, 1000


@pytest.fixture(autouse=True)
def _only_when_benchmarks_run(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("benchmark_skip"):
        pytest.skip("benchmarks run by `make bench`")


@pytest.mark.parametrize("method", ["markov", "shapley"])
def test_a_million_paths(method: str) -> None:
    files(N_PATHS)
    found = {
        engine: measure(f"attribution_tasks.{method}", engine, N_PATHS)
        for engine in ("pandas", "duckdb")
    }
    for engine, each in found.items():
        print(  # noqa: T201 - the figures are what the run is for
            f"\n{method}, {engine}: {each.wall_seconds:.1f} s ({each.seconds:.1f} s of the "
            f"processor), {each.added_megabytes:,.0f} MB added, peak {each.peak_megabytes:,.0f} MB"
        )
    assert found["pandas"].numbers == pytest.approx(found["duckdb"].numbers, rel=1e-9)
    assert len(found["pandas"].numbers) == N_CHANNELS
    for each in found.values():
        assert each.wall_seconds < MOST_SECONDS
        assert each.added_megabytes < MOST_MEGABYTES
