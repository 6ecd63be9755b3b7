"""The forecast that any other has to beat: what was sold a year before is sold again."""

import numpy as np

from custintel._intervals import Floats


def repeated(amounts: Floats, cycle: int, steps: int) -> Floats:
    """Return the last cycle over and over.

    >>> repeated(np.array([1.0, 2.0, 3.0, 4.0]), 2, 3).tolist()
    [3.0, 4.0, 3.0]
    """
    last = amounts[-cycle:]
    return np.resize(last, steps)


def possible_paths(amounts: Floats, cycle: int, normal: Floats) -> Floats:
    """Return possible futures, steps × paths, made of standard normal draws.

    Each season takes a random walk from one year to the next (Hyndman and Athanasopoulos
    2021, section 5.5).
    """
    changes = amounts[cycle:] - amounts[:-cycle]
    errors: Floats = normal * np.sqrt((changes**2).mean())
    steps = len(normal)
    for step in range(cycle, steps):
        errors[step] += errors[step - cycle]
    return repeated(amounts, cycle, steps)[:, None] + errors


def scale_of_errors(amounts: Floats, cycle: int) -> float:
    """Return the mean absolute error of this forecast, one cycle ahead, within a series."""
    return float(np.abs(amounts[cycle:] - amounts[:-cycle]).mean())
