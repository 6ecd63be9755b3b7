"""Drawing customers and purchases from the BG/NBD process."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats

_SMALLEST_PROBABILITY = 1e-18  # the generator of geometric numbers knows no smaller one


@dataclass(frozen=True, slots=True)
class DrawnPurchases:
    """Purchases in the order of customers and time; the first of each customer is at 0."""

    customer: NDArray[np.intp]
    time: Floats


def draw_beta_geo(
    parameters: Floats, observed_for: Floats, rng: np.random.Generator
) -> DrawnPurchases:
    """Draw one customer for each length of observation, in the time unit of the parameters."""
    r, alpha, a, b = parameters
    n = len(observed_for)
    rate = rng.gamma(r, 1 / alpha, n)
    leaving = np.clip(rng.beta(a, b, n), _SMALLEST_PROBABILITY, 1.0)
    n_if_staying = rng.poisson(rate * observed_for)
    n_before_leaving = rng.geometric(leaving)
    return draw_arrivals(n_if_staying, n_before_leaving, observed_for, rng)


def draw_arrivals(
    n_arrivals: NDArray[np.int64],
    n_at_most: NDArray[np.int64],
    lengths: Floats,
    rng: np.random.Generator,
) -> DrawnPurchases:
    """Spread arrivals evenly over each customer's length of time; keep the first ones.

    Given their number, the arrivals of a Poisson process are independent and uniform.
    """
    customers = np.arange(len(n_arrivals))
    customer = np.repeat(customers, n_arrivals)
    # Whole part and fraction: one sort orders all customers' times at once.
    time = np.sort(customer + rng.random(len(customer))) - customer
    rank = np.arange(len(customer)) - np.repeat(np.cumsum(n_arrivals) - n_arrivals, n_arrivals)
    kept = rank < n_at_most[customer]
    n_kept = np.minimum(n_arrivals, n_at_most)
    buyer = np.repeat(customers, n_kept + 1)
    is_first = np.concatenate([[True], buyer[1:] != buyer[:-1]])
    times = np.zeros(len(buyer))
    times[~is_first] = time[kept] * lengths[customer[kept]]
    return DrawnPurchases(buyer, times)
