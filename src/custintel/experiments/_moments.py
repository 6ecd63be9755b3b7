"""Sizes, means and spreads of arms, and their adjustment by what was known before."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._differences import Groups
from custintel._intervals import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Means of the outcome and the covariate, and sums around them, of arms.

    Arrays whose last axis is the arms, so that many experiments can be done at once.
    """

    n: Floats
    mean: Floats
    squares: Floats
    x_mean: Floats
    x_squares: Floats
    products: Floats

    @classmethod
    def of_sums(cls, sums: pd.DataFrame, y_middle: float, x_middle: float) -> "Moments":
        """Return the moments of arms, rows, from their sums around the middles."""
        n = sums["n"].to_numpy(float)
        y, x = sums["y"].to_numpy(float), sums["x"].to_numpy(float)
        each = np.maximum(n, 1.0)
        return cls(
            n=n,
            mean=np.where(n > 0, y_middle + y / each, np.nan),
            squares=np.maximum(sums["yy"].to_numpy(float) - y * y / each, 0.0),
            x_mean=np.where(n > 0, x_middle + x / each, np.nan),
            x_squares=np.maximum(sums["xx"].to_numpy(float) - x * x / each, 0.0),
            products=sums["xy"].to_numpy(float) - x * y / each,
        )

    def groups(self, *, is_rate: bool) -> Groups:
        """Return the arms as they are."""
        if not is_rate:
            return Groups(self.n, self.mean, self.squares, is_rate)
        # From whole successes, so that no rate is below 0 or above 1 in its last digit.
        rate = np.rint(self.n * self.mean) / np.where(self.n > 0, self.n, np.nan)
        return Groups(self.n, rate, self.squares, is_rate)

    def covariates(self) -> Groups:
        """Return the arms' covariates."""
        return Groups(self.n, self.x_mean, self.x_squares, is_rate=False)

    def slope(self) -> Floats:
        """Return θ, by how much the outcome rises with the covariate within arms; shape (…, 1)."""
        spread = self.x_squares.sum(axis=-1, keepdims=True)
        together = self.products.sum(axis=-1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(spread > 0, together / spread, 0.0))

    def adjusted(self) -> Groups:
        """Return the arms adjusted by the covariate, as Deng et al. (2013) do: CUPED."""
        theta, n = self.slope(), self.n
        middle = (n * self.x_mean).sum(axis=-1, keepdims=True) / n.sum(axis=-1, keepdims=True)
        squares = self.squares - 2 * theta * self.products + theta**2 * self.x_squares
        # The slope takes a degree of freedom, as in any regression.
        free = n.sum(axis=-1, keepdims=True) - n.shape[-1]
        squares = np.maximum(squares, 0.0) * np.maximum(free, 2.0) / np.maximum(free - 1, 1.0)
        return Groups(n, self.mean - theta * (self.x_mean - middle), squares, is_rate=False)

    def variance_reduction(self) -> Floats:
        """Return the part of the variance within arms that the covariate explains, ρ²."""
        spread = self.squares.sum(axis=-1) * self.x_squares.sum(axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = self.products.sum(axis=-1) ** 2 / spread
        return np.asarray(np.where(spread > 0, share, 0.0))


def skewness_of_lifts(sums: pd.DataFrame) -> Floats:
    """Return the skewness of each lift over the first arm; 0 where nothing varies.

    The skewness of equal arms cancels; that of a small arm beside a large one remains.
    """
    n = np.maximum(sums["n"].to_numpy(float), 1.0)
    first, second, third = (sums[name].to_numpy(float) / n for name in ("y", "yy", "yyy"))
    variance = np.maximum(second - first**2, 0.0) / n
    cubed = (third - 3 * first * second + 2 * first**3) / n**2
    spread = variance[1:] + variance[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        skewness = (cubed[1:] - cubed[0]) / spread**1.5
    return np.where(spread * n[1:] > 1e-12 * second[1:], skewness, 0.0)
