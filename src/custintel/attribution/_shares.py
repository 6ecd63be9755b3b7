"""How a total is split among channels, and how sure the split is.

The total is observed; what is estimated is its split, so that the bounds of a credit are the
total times the bounds of its share. They are Wilson intervals on the effective number of
conversions: those of a share that varies as little between conversions as this one does.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from custintel._intervals import Bounds, Floats, wilson_interval


class Moments(NamedTuple):
    """What is split, by path: the sum over its conversions, and the sum of squares."""

    total: Floats
    squares: Floats

    def size(self) -> float:
        """Return how many equal conversions are as informative (Kish)."""
        squares = float(self.squares.sum())
        return float(self.total.sum()) ** 2 / squares if squares > 0 else 0.0


class Split(NamedTuple):
    """Shares of the channels, the variance of each, and the equal conversions behind them."""

    share: Floats
    variance: Floats
    size: float

    def bounds(self, level: float) -> Bounds:
        """Return the interval of each share, NaN where there is nothing to split."""
        spread = self.share * (1 - self.share)
        with np.errstate(invalid="ignore", divide="ignore"):
            effect = np.where(spread > 1e-15, self.variance * self.size / spread, 1.0)
            # As if one more conversion had been seen, of one channel alone: a few
            # conversions that are alike do not make a share certain.
            n = self.size**2 / (effect * self.size + 1)
        low, high = wilson_interval(np.clip(self.share, 0.0, 1.0) * n, n, level)
        return Bounds(np.minimum(low, self.share), np.maximum(high, self.share))


def split_by_parts(parts: csr_matrix, moments: Moments) -> Split:
    """Split a total by what part of each conversion goes to each channel."""
    whole = float(moments.total.sum())
    if whole <= 0:
        nothing = np.full(parts.shape[1], np.nan)
        return Split(nothing, nothing, 0.0)
    share = parts.T @ moments.total / whole
    squared = parts.multiply(parts).T @ moments.squares
    crossed = parts.T @ moments.squares
    deviations = squared - 2 * share * crossed + share**2 * moments.squares.sum()
    return Split(share, np.maximum(deviations, 0.0) / whole**2, moments.size())
