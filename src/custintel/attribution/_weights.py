"""What part of a conversion each touch of its path gets, by the rules that need no model."""

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_matrix

from custintel._intervals import Floats
from custintel.attribution._paths import Flags, Paths


def first_touch(paths: Paths) -> Floats:
    """Give all to the first touch."""
    return np.asarray(paths.position() == 0, float)


def last_touch(paths: Paths) -> Floats:
    """Give all to the last touch."""
    return _is_last(paths).astype(float)


def equal_parts(paths: Paths) -> Floats:
    """Give every touch the same."""
    return np.repeat(1 / np.maximum(paths.length, 1), paths.length)


def by_position(paths: Paths, first: float, last: float) -> Floats:
    """Give the first and the last touch their parts, and those between them the rest."""
    length = np.repeat(paths.length, paths.length)
    part = (1 - first - last) / np.maximum(length - 2, 1)
    part = np.where(paths.position() == 0, first, np.where(_is_last(paths), last, part))
    both = first + last
    # Nothing lies between two touches: they share it as their parts are to one another.
    ends = np.where(paths.position() == 0, first, last) / both if both > 0 else np.float64(0.5)
    part = np.where(length == 2, ends, part)
    return np.where(length == 1, 1.0, part)


def by_age(paths: Paths, half_life_days: float) -> Floats:
    """Give a touch half of what one gets that is a half-life nearer to the conversion."""
    age = paths.age_days
    if age is None:
        raise AssertionError("ages are asked for before")
    # Seen from the last touch, else powers of long ages would all be 0.
    last = np.repeat(age[np.cumsum(paths.length)[paths.length > 0] - 1], _touched(paths))
    power = np.exp2((last - age) / half_life_days)
    total = np.bincount(paths.of_touch(), power, len(paths.length))
    return power / np.repeat(total, paths.length)


def per_distinct_channel(paths: Paths) -> Floats:
    """Give every distinct channel of a path the same, at its first touch.

    That is the Shapley value of the game in which a set of channels is worth the conversions
    of the paths that need no other channel: each path is a unanimity game of its own.
    """
    key = paths.of_touch() * max(len(paths.names), 1) + paths.channel
    is_new = np.zeros(len(key), dtype=bool)
    is_new[np.unique(key, return_index=True)[1]] = True
    n_distinct = np.bincount(paths.of_touch()[is_new], minlength=len(paths.length))
    return is_new / np.repeat(n_distinct, paths.length)


def by_channel(paths: Paths, rule: Callable[[Paths], Floats]) -> csr_matrix:
    """Return the part of each channel (column) in each path (row); rows add up to 1."""
    bounds = np.concatenate([[0], np.cumsum(paths.length)])
    parts = csr_matrix(
        (rule(paths), paths.channel, bounds), shape=(len(paths.length), len(paths.names))
    )
    parts.sum_duplicates()
    return parts


def _touched(paths: Paths) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return paths.length[paths.length > 0]


def _is_last(paths: Paths) -> Flags:
    return np.asarray(paths.position() == np.repeat(paths.length, paths.length) - 1)
