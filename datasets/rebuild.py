"""Make the CDNOW and donations files again from the wheel of lifetimes 0.11.3.

Run ``python datasets/rebuild.py [FOLDER]`` in an environment with lifetimes (the extra
``test`` has it); the files are written beside this script, or into FOLDER. Numbers are
copied as text, so nothing is rounded; rows keep their order, and none is dropped.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import distribution
from pathlib import Path

HERE = Path(__file__).parent


def cdnow_sample(source: Path) -> Iterator[list[str]]:
    """Yield the header and the rows of ``cdnow_sample.csv``."""
    yield ["customer_id", "master_id", "ordered_at", "quantity", "revenue"]
    for line in (source / "CDNOW_sample.txt").read_text("ascii").splitlines():
        master_id, customer_id, day, quantity, revenue = line.split()
        yield [customer_id, master_id, _iso(day), quantity, revenue]


def cdnow_master(source: Path) -> Iterator[list[str]]:
    """Yield the header and the rows of ``cdnow_master.csv``."""
    yield ["customer_id", "ordered_at", "quantity", "revenue"]
    for line in (source / "CDNOW_master.txt").read_text("ascii").splitlines()[1:]:
        customer_id, day, quantity, revenue = line.split()
        yield [customer_id, _iso(day), quantity, revenue]


def donations(source: Path) -> Iterator[list[str]]:
    """Yield the header and the rows of ``donations.csv``."""
    yield ["frequency", "recency", "n_periods", "n_donors"]
    for line in (source / "donations.csv").read_text("ascii").splitlines()[1:]:
        yield line.split(",")


def rebuild(folder: Path) -> None:
    """Write the three files into `folder`."""
    source = Path(str(distribution("lifetimes").locate_file("lifetimes/datasets")))
    for rows in (cdnow_sample, cdnow_master, donations):
        _write(folder / f"{rows.__name__}.csv", rows(source))


def _iso(day: str) -> str:
    return datetime.strptime(day, "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a day has no zone


def _write(path: Path, rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding="ascii", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    rebuild(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
