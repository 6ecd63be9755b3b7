"""Spreading purchases over time."""

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.models._process import DrawnPurchases


def draw_arrivals(
    n_arrivals: NDArray[np.int64],
    n_at_most: NDArray[np.int64],
    lengths: Floats,
    rng: np.random.Generator,
    *,
    every: int = 1,
) -> DrawnPurchases:
    """Spread arrivals evenly over each customer's length of time; keep the first ones.

    Given their number, the arrivals of a Poisson process are independent and uniform. With
    `every` above 1, only each such arrival is a purchase.
    """
    customers = np.arange(len(n_arrivals))
    customer = np.repeat(customers, n_arrivals)
    # Whole part and fraction: one sort orders all customers' times at once.
    time = np.sort(customer + rng.random(len(customer))) - customer
    rank = np.arange(len(customer)) - np.repeat(np.cumsum(n_arrivals) - n_arrivals, n_arrivals)
    n_kept = np.minimum(n_arrivals // every, n_at_most)
    kept = ((rank + 1) % every == 0) & (rank < every * n_kept[customer])
    buyer = np.repeat(customers, n_kept + 1)
    is_first = np.concatenate([[True], buyer[1:] != buyer[:-1]])
    times = np.zeros(len(buyer))
    times[~is_first] = time[kept] * lengths[customer[kept]]
    return DrawnPurchases(buyer, times)
