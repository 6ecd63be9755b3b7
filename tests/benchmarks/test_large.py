"""Ten million order lines: each main table within a minute and 6 GB; `make bench` runs it.

A snapshot of some sixty features within a minute and a half.
"""

import pytest

from .large_tasks import MAIN_TABLES, SNAPSHOTS, order_lines
from .measuring import measure

N_LINES = 10_000_000
MOST_SECONDS, MOST_MEGABYTES = 60, 6000
MOST_SECONDS_OF_A_SNAPSHOT = 90


@pytest.fixture(autouse=True)
def _only_when_benchmarks_run(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("benchmark_skip"):
        pytest.skip("benchmarks run by `make bench`")


@pytest.mark.parametrize("table", MAIN_TABLES | SNAPSHOTS)
def test_ten_million_lines(table: str) -> None:
    order_lines(N_LINES)
    found = measure(f"large_tasks.{table}", "custintel", N_LINES)
    print(  # noqa: T201 - the figures are what the run is for
        f"\n{table}: {found.wall_seconds:.1f} s ({found.seconds:.1f} s of the processor), peak "
        f"{found.peak_megabytes:,.0f} MB; {found.numbers[0]:,.0f} rows"
    )
    most = MOST_SECONDS_OF_A_SNAPSHOT if table in SNAPSHOTS else MOST_SECONDS
    assert found.wall_seconds < most
    assert found.peak_megabytes < MOST_MEGABYTES
