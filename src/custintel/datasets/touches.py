"""Touches and conversions drawn from a Markov chain of channels that is known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._checks import require_count
from custintel._intervals import Floats
from custintel.datasets._random import draw_from, seed_of

_CHANNELS = ["search", "e-mail", "display", "social", "direct mail"]
_COSTS = [1.2, 0.05, 0.4, 0.3, 0.9]
_FIRST_DAY = np.datetime64("2024-01-01", "us")
_DAYS = 300  # within which paths begin
_LONGEST_GAP = 36 * 3600  # seconds between two touches
_SPEND = (2.0, 40.0)  # shape and scale of the gamma distribution of the revenue
_START = [0.40, 0.10, 0.25, 0.20, 0.05]
# After each channel: the next one, a conversion, nothing more.
_MOVES = [
    [0.15, 0.15, 0.05, 0.05, 0.02, 0.18, 0.40],
    [0.20, 0.15, 0.02, 0.05, 0.03, 0.15, 0.40],
    [0.12, 0.03, 0.20, 0.12, 0.01, 0.02, 0.50],
    [0.15, 0.05, 0.15, 0.15, 0.01, 0.04, 0.45],
    [0.25, 0.05, 0.02, 0.03, 0.05, 0.10, 0.50],
]


@dataclass(frozen=True, slots=True, eq=False)
class TouchesTruth:
    """The chain that the touches are drawn from.

    Parameters
    ----------
    transitions : DataFrame
        Probabilities of the next step (columns) after each one (index, with ``(start)``): the
        channels, ``(conversion)`` and ``(null)``.
    conversion_probability : float
        Probability that a path ends in a conversion, 0-1.
    channels : DataFrame
        Indexed by ``channel``: ``removal_effect``, part of the conversions that is lost
        without it, and ``share``, its removal effect over the sum of all.

    Examples
    --------
    >>> from custintel.datasets import simulate_touches
    >>> truth = simulate_touches(10, random_state=1).truth
    >>> round(truth.conversion_probability, 4)
    0.1965
    """

    transitions: pd.DataFrame
    conversion_probability: float
    channels: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedTouches:
    """Touches and conversions, and the chain that they are drawn from.

    Parameters
    ----------
    touches : DataFrame
        A canonical touches table: ``touch_id``, ``customer_id``, ``channel``, ``kind``,
        ``occurred_at``, ``cost``.
    conversions : DataFrame
        ``conversion_id``, ``customer_id``, ``occurred_at``, ``revenue``.
    truth : TouchesTruth
        The chain.

    Examples
    --------
    >>> from custintel.datasets import simulate_touches
    >>> list(simulate_touches(10, random_state=1).conversions)
    ['conversion_id', 'customer_id', 'occurred_at', 'revenue']
    """

    touches: pd.DataFrame
    conversions: pd.DataFrame
    truth: TouchesTruth


def simulate_touches(n_paths: int, *, random_state: int | np.random.Generator) -> SimulatedTouches:
    """Draw the paths of customers through five channels, to a conversion or to nothing.

    Each customer has one path, which begins in 2024. Two touches lie 36 hours apart at most,
    so that a lookback of 30 days holds nearly every path whole; a conversion comes within the
    hour of the last touch. What a conversion brings does not
    depend on its path.

    Parameters
    ----------
    n_paths : int
        Number of paths, 1 or more.
    random_state : int or numpy.random.Generator
        The same number gives the same paths.

    Returns
    -------
    SimulatedTouches
        Touches, conversions, and the chain.

    Examples
    --------
    >>> simulated = simulate_touches(1000, random_state=1)
    >>> len(simulated.touches), len(simulated.conversions)
    (1830, 236)
    """
    require_count(n_paths, name="n_paths")
    rng = np.random.default_rng(seed_of(random_state))
    walks = _walks(n_paths, rng)
    channels = walks[walks["state"] < len(_CHANNELS)].reset_index(drop=True)
    seconds = _seconds(channels["path"].to_numpy(), n_paths, rng)
    converted = walks.loc[walks["state"] == len(_CHANNELS), "path"].to_numpy()
    last = channels.groupby("path").size().cumsum().to_numpy() - 1
    after = seconds[last[converted]] + rng.integers(60, 3600, len(converted))
    n = len(channels)
    touches = pd.DataFrame(
        {
            "touch_id": "t" + pd.Series(np.arange(1, n + 1)).astype("str"),
            "customer_id": "c" + (channels["path"] + 1).astype("str"),
            "channel": np.array(_CHANNELS, dtype=object)[channels["state"]],
            "kind": "click",
            "occurred_at": _FIRST_DAY + seconds.astype("timedelta64[s]"),
            "cost": np.array(_COSTS)[channels["state"]],
        }
    ).astype({"channel": "str"})
    customer = pd.Series(converted + 1).astype("str")
    conversions = pd.DataFrame(
        {
            "conversion_id": "s" + customer,
            "customer_id": "c" + customer,
            "occurred_at": _FIRST_DAY + after.astype("timedelta64[s]"),
            "revenue": rng.gamma(*_SPEND, len(converted)).round(2),
        }
    )
    return SimulatedTouches(touches, conversions, _truth())


def _walks(n_paths: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return each step of each path in order, to its end; the states after the channels end it."""
    moves = np.array([[*_START, 0.0, 0.0], *_MOVES])
    path, state = np.arange(n_paths), np.full(n_paths, -1)
    steps = []
    while len(path):
        state = draw_from(moves, state + 1, rng)
        steps.append(pd.DataFrame({"path": path, "state": state}))
        goes_on = state < len(_CHANNELS)
        path, state = path[goes_on], state[goes_on]
    return pd.concat(steps).sort_values("path", kind="stable")


def _seconds(
    path: "np.ndarray[tuple[int], np.dtype[np.intp]]", n: int, rng: np.random.Generator
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Return when each touch was: a beginning for each path, and gaps from there on."""
    begin = rng.integers(0, _DAYS * 86_400, n)
    is_first = np.r_[True, path[1:] != path[:-1]]
    gap = np.where(is_first, 0, rng.integers(60, _LONGEST_GAP, len(path)))
    upto = np.cumsum(gap)
    return np.asarray(begin[path] + upto - upto[is_first][path], np.int64)


def _truth() -> TouchesTruth:
    moves, start = np.array(_MOVES), np.array(_START)
    n = len(_CHANNELS)
    whole = _probability(start, moves[:, :n], moves[:, n])
    without = np.empty(n)
    for taken in range(n):
        left = np.arange(n) != taken
        without[taken] = _probability(start[left], moves[np.ix_(left, left)], moves[left, n])
    effect = 1 - without / whole
    steps = pd.DataFrame(
        np.vstack([[*_START, 0.0, 0.0], moves]),
        index=pd.Index(["(start)", *_CHANNELS], name="step"),
        columns=[*_CHANNELS, "(conversion)", "(null)"],
    )
    channels = pd.DataFrame(
        {"removal_effect": effect, "share": effect / effect.sum()},
        index=pd.Index(_CHANNELS, name="channel"),
    )
    return TouchesTruth(steps, whole, channels)


def _probability(start: Floats, moves: Floats, converts: Floats) -> float:
    """Return the probability that a chain is absorbed by a conversion."""
    return float(start @ np.linalg.solve(np.eye(len(start)) - moves, converts))
