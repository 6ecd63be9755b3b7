"""What is measured of attribution: a million paths over 30 channels, from touches to credits."""

import os
from pathlib import Path
from tempfile import gettempdir
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd

from custintel.attribution import MarkovChain, attribute

from .measuring import Task

AS_OF = "2025-12-31"
N_CHANNELS = 30
METHODS = {"markov": "markov", "shapley": "shapley", "markov_3": MarkovChain(3)}
_FOLDER = Path(gettempdir())


class Files(NamedTuple):
    """Where touches and conversions are."""

    touches: Path
    conversions: Path


def files(n: int) -> Files:
    """Return the Parquet files of `n` paths, a fifth of which convert; made unless there."""
    found = Files(*(_FOLDER / f"custintel-{name}-{n}.parquet" for name in Files._fields))
    if not all(path.is_file() for path in found):
        connection = duckdb.connect()
        for name, table in zip(Files._fields, _tables(n), strict=True):
            making = _FOLDER / f"custintel-{name}-{n}.{os.getpid()}"
            connection.register("made", table)
            connection.execute(f"COPY made TO '{making}' (FORMAT parquet)")
            making.rename(getattr(found, name))
    return found


def _tables(n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(1)
    length = rng.geometric(0.3, n)
    who = np.repeat(np.arange(n), length)
    first = np.cumsum(length) - length
    popularity = np.cumsum(1 / (np.arange(N_CHANNELS) + 3.0))
    channel = np.searchsorted(popularity / popularity[-1], rng.random(len(who)))
    gap = rng.integers(1, 86_400, len(who))
    gap[first] = rng.integers(0, 300 * 86_400, n)
    upto = np.cumsum(gap)
    at = upto - np.repeat(upto[first] - gap[first], length)
    start = np.datetime64("2024-01-01", "us")
    touches = pd.DataFrame(
        {
            "touch_id": pd.Series(np.arange(len(who))).astype("str"),
            "customer_id": pd.Series(who).astype("str"),
            "occurred_at": start + at.astype("timedelta64[s]"),
            "channel": np.array([f"channel {i}" for i in range(N_CHANNELS)], object)[channel],
        }
    )
    converts = np.flatnonzero(rng.random(n) < 0.2)
    after = at[(first + length - 1)[converts]] + 60
    conversions = pd.DataFrame(
        {
            "customer_id": pd.Series(converts).astype("str"),
            "occurred_at": start + after.astype("timedelta64[s]"),
            "revenue": rng.gamma(2, 50, len(converts)).round(2),
        }
    )
    return touches, conversions


def _relations(n: int) -> Any:
    connection = duckdb.connect()
    return [connection.read_parquet(str(path)) for path in files(n)]


def _frames(n: int) -> Any:
    return [relation.df() for relation in _relations(n)]


def _credits(method: str, tables: Any) -> list[float]:
    chosen = METHODS[method]
    found = attribute(*tables, method=chosen, as_of=AS_OF, lookback="90D")
    return found.sort_index()["conversions"].tolist()


TASKS = {
    (method, engine): Task(prepare, lambda tables, method=method: _credits(method, tables))
    for method in METHODS
    for engine, prepare in (("pandas", _frames), ("duckdb", _relations))
}
