"""One task in a process of its own: how long it takes, and how much memory it adds.

``python -m tests.benchmarks.measuring TASK LIBRARY SIZE ROUNDS`` prints JSON. A task is one of
``tasks.py``, or is named with its module, such as ``affinity_tasks.pairs``. The time is that of
the processor, so that what else the machine does counts little; of several rounds the shortest.
The memory is the peak of the resident set in the first round, above what the process held before
it; allocations of compiled code are in it, which tracemalloc does not see. Linux only.
"""

import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one task took."""

    seconds: float  # of the processor, all threads together
    wall_seconds: float
    added_megabytes: float
    peak_megabytes: float  # of the whole process
    numbers: list[float]


@dataclass(frozen=True, slots=True)
class Task:
    """One task: its data are prepared unmeasured; what is done returns numbers to compare."""

    prepare: Callable[[int], Any]
    run: Callable[[Any], list[float]]


def measure(task: str, library: str, n_customers: int, *, rounds: int = 1) -> Measurement:
    """Run one task in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.measuring"]
    done = subprocess.run(
        [*command, task, library, str(n_customers), str(rounds)],
        cwd=ROOT,
        # Threads of the linear algebra would wait for one another on two shared cores.
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Measurement(**json.loads(done.stdout.splitlines()[-1]))


def _measured(task: str, library: str, n_customers: int, rounds: int) -> dict[str, object]:
    # Only the module of the task: the libraries that others need would count as its memory.
    module, _dot, name = task.rpartition(".")
    what: Task = import_module(f".{module or 'tasks'}", __package__).TASKS[name, library]
    data = what.prepare(n_customers)
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = _resident("VmRSS")
    start, wall_start = time.process_time(), time.perf_counter()
    numbers = what.run(data)
    seconds, wall_seconds = [time.process_time() - start], time.perf_counter() - wall_start
    peak = _resident("VmHWM")
    for _round in range(1, rounds):
        start = time.process_time()
        what.run(data)
        seconds.append(time.process_time() - start)
    return {
        "seconds": min(seconds),
        "wall_seconds": wall_seconds,
        "added_megabytes": peak - before,
        "peak_megabytes": peak,
        "numbers": numbers,
    }


def _resident(name: str) -> float:
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024 / _MEGABYTE


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    task, library, n_customers, rounds = sys.argv[1:]
    result = _measured(task, library, int(n_customers), int(rounds))
    sys.stdout.write("\n" + json.dumps(result) + "\n")
