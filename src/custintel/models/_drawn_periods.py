"""How many contract periods customers begin in futures that are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.models._design import Design
from custintel.models._renewals_ahead import draw_renewals
from custintel.models._shifted_beta_geo_history import Contracts

_CELLS = 20_000_000  # draws held at once


@dataclass(frozen=True, slots=True)
class DrawnPeriods:
    """Periods begun by all customers in each future, and what each customer's draws tell."""

    totals: Floats  # shape (number of futures,)
    quantiles: NDArray[np.int64]  # shape (n, number of tails)


def drawn_periods(
    thetas: Floats,
    contracts: Contracts,
    design: Design,
    *,
    most: int,
    tails: Sequence[float],
    rng: np.random.Generator,
) -> DrawnPeriods:
    """Draw one future for each theta, of up to `most` periods; none of those who have left."""
    running = np.flatnonzero(contracts.has_left == 0)
    totals = np.zeros(len(thetas))
    quantiles = np.zeros((len(contracts.has_left), len(tails)), dtype=np.int64)
    if not len(running):
        return DrawnPeriods(totals, quantiles)
    for rows in np.array_split(running, 1 + len(running) * len(thetas) // _CELLS):
        renewed, some = contracts.n_renewals[rows], design.of(rows)
        begun = np.stack([_renewals(theta, some, renewed, most, rng) for theta in thetas])
        totals += begun.sum(axis=1)
        quantiles[rows] = np.quantile(begun, tails, axis=0, method="inverted_cdf").T
    return DrawnPeriods(totals, quantiles)


def _renewals(
    theta: Floats, design: Design, renewed: Floats, most: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    alpha, beta = design.parameters(theta)
    return draw_renewals(np.broadcast_to(alpha, renewed.shape), beta + renewed, most, rng)
