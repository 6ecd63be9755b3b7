"""Run the whole validation, print its tables, and write them into the docs.

``python -m tests.validation`` takes hours on two cores; ``--sets``, ``--rival-sets``,
``--models`` and ``--runs`` take less of it, and ``--resume`` goes on where a run was broken off.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

from .experiments import CASES, Share, experiments_table, share_of
from .scenarios import SCENARIOS
from .tables import coverage_table, coverages, faults, refusals, rival_table
from .trials import Trial, Verdict, run_trial

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "guide" / "validation.md"
KEPT = ROOT / ".validation" / "trials.jsonl"


def main() -> int:
    """Return 0 if every data set ended well and each coverage is within its band."""
    asked = _arguments()
    KEPT.parent.mkdir(exist_ok=True)
    if not asked.resume:
        KEPT.unlink(missing_ok=True)
    _run(asked, {(each.scenario, each.seed) for each in _kept()})
    trials = sorted(_kept(), key=lambda each: each.seed)
    shares = _shares(asked)
    tables = {
        "coverage": coverage_table(trials),
        "lifetimes": rival_table(trials),
        "experiments": experiments_table(shares),
    }
    for name, table in tables.items():
        _print(table)
        _write_between(PAGE, name, table)
    for text, n in refusals(trials).items():
        _print(f"refused {n}: {text}")
    outside = [
        f"{each.scenario}, {each.quantity}: {each.share:.3f}"
        for each in coverages(trials)
        if not SCENARIOS[each.scenario].is_hard and not each.is_within_band()
    ]
    outside += [
        f"{each.case.title}: {each.value:.4f}" for each in shares if not each.is_within_band()
    ]
    wrong = faults(trials)
    _print("Neither result nor refusal: " + ("; ".join(wrong) or "none"))
    _print("Outside the band: " + ("; ".join(outside) or "none"))
    return int(bool(wrong or outside))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.validation", description=__doc__)
    parser.add_argument("--sets", type=int, default=1000, help="data sets per model")
    parser.add_argument("--rival-sets", type=int, default=1000, help="of them given to lifetimes")
    parser.add_argument("--models", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--runs", type=int, default=20_000, help="experiments of each kind")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--resume", action="store_true", help="keep what was tried before")
    return parser.parse_args()


def _run(asked: argparse.Namespace, done: set[tuple[str, int]]) -> None:
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # of the processes to come
    jobs = [
        (name, seed)
        for seed in range(asked.sets)
        for name in asked.models
        if (name, seed) not in done
    ]
    with ProcessPoolExecutor(asked.processes) as pool, KEPT.open("a", encoding="utf-8") as file:
        running = [
            pool.submit(run_trial, name, seed, with_rival=seed < asked.rival_sets)
            for name, seed in jobs
        ]
        for n, each in enumerate(as_completed(running), start=1):
            file.write(json.dumps(asdict(each.result())) + "\n")
            if n % 100 == 0:
                file.flush()
                _print(f"{n} of {len(jobs)}")


def _shares(asked: argparse.Namespace) -> list[Share]:
    with ProcessPoolExecutor(asked.processes) as pool:
        return list(pool.map(share_of, CASES, [asked.runs] * len(CASES)))


def _kept() -> Iterator[Trial]:
    if not KEPT.exists():
        return
    for line in KEPT.read_text("utf-8").splitlines():
        stored = json.loads(line)
        verdicts = tuple(Verdict(**each) for each in stored.pop("verdicts"))
        yield Trial(**stored, verdicts=verdicts)


def _write_between(page: Path, name: str, table: str) -> None:
    """Put a table between its two marks on a page."""
    text = page.read_text("utf-8")
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, rest = text.split(start)
    after = rest.split(end)[1]
    page.write_text(f"{before}{start}\n\n{table}\n\n{end}{after}", "utf-8")


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
