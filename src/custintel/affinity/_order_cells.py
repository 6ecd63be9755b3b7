"""Means and quantiles of orders that are counted by group and number of items."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from custintel._intervals import Bounds, Floats


@dataclass(frozen=True, slots=True, eq=False)
class MeanPerOrder:
    """What an order holds on average, in each group; NaN in groups without an order.

    ``squares`` are the sums of squared deviations, ``n`` the numbers of orders.
    """

    value: Floats
    squares: Floats
    n: Floats

    def interval(self, level: float) -> Bounds:
        """Return Student's bounds of the means, NaN where there is one order only."""
        is_enough = self.n > 1
        n = np.where(is_enough, self.n, 2.0)
        half = stdtrit(n - 1, 0.5 + level / 2) * np.sqrt(self.squares / (n - 1) / n)
        half = np.where(is_enough, half, np.nan)
        return Bounds(self.value - half, self.value + half)


class OrderCells:
    """Cells of ``n`` orders of one group with the same ``n_items``, 0 for refunds alone.

    `cells` hold ``revenue_mean``, ``revenue_variance`` and the same of ``units``, which are
    enough for the figures of whole groups.
    """

    def __init__(
        self, cells: pd.DataFrame, group: "np.ndarray[tuple[int], np.dtype[np.intp]]"
    ) -> None:
        order = np.lexsort((cells["n_items"], group))
        self._cells = cells.iloc[order].fillna({"revenue_variance": 0.0, "units_variance": 0.0})
        self._group = group[order]
        self._n = self._cells["n"].to_numpy(float)
        self._is_order = self._cells["n_items"].to_numpy(float) > 0
        self.n_orders: Floats = self._summed(self._n * self._is_order)

    def n_single(self) -> Floats:
        """Return the numbers of orders with one item."""
        return self._summed(self._n * (self._cells["n_items"].to_numpy(float) == 1))

    def total(self, name: str) -> Floats:
        """Return the sums of revenue or units, refunds without an order included."""
        return self._summed(self._n * self._cells[f"{name}_mean"].to_numpy(float))

    def lacking(self) -> Floats:
        """Return how many purchase lines have no quantity."""
        return self._summed(self._cells["lacking"].to_numpy(float))

    def items_per_order(self) -> MeanPerOrder:
        """Return the mean number of items."""
        items = self._cells["n_items"].to_numpy(float)
        return self._per_order(items, np.zeros(len(items)))

    def per_order(self, name: str) -> MeanPerOrder:
        """Return the mean revenue or units, as a ratio of sums."""
        mean, variance = (self._cells[f"{name}_{of}"] for of in ("mean", "variance"))
        return self._per_order(mean.to_numpy(float), variance.to_numpy(float))

    def items_at(self, rank: Floats) -> Floats:
        """Return the number of items of the order at a rank, from 1, within each group."""
        n = self._n * self._is_order
        before = np.r_[0.0, np.cumsum(self.n_orders)[:-1]]
        place = np.searchsorted(np.cumsum(n), before + np.clip(rank, 1, None))
        items = self._cells["n_items"].to_numpy(float)[np.minimum(place, len(n) - 1)]
        return np.where(self.n_orders > 0, items, np.nan)

    def _per_order(self, mean: Floats, variance: Floats) -> MeanPerOrder:
        """Return the ratio of a sum to the orders; what is in no order counts in the sum."""
        n_orders = np.where(self.n_orders > 0, self.n_orders, np.nan)
        ratio = self._summed(self._n * mean) / n_orders
        deviation = mean - ratio[self._group] * self._is_order
        squares = self._summed((self._n - 1) * variance + self._n * deviation**2)
        return MeanPerOrder(ratio, squares, self.n_orders)

    def _summed(self, values: Floats) -> Floats:
        return np.bincount(self._group, values, int(self._group.max(initial=-1)) + 1).astype(float)
