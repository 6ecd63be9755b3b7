"""The difference between two rates of the same cases."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import wilson_interval


@dataclass(frozen=True, slots=True)
class PairedRates:
    """How many cases both ways hit, one of them alone, or neither."""

    both: int
    first_only: int
    second_only: int
    neither: int

    @classmethod
    def of(cls, first: NDArray[np.bool_], second: NDArray[np.bool_]) -> "PairedRates":
        """Count the cases by whether each way hit."""
        kinds = np.bincount(2 * first + second, minlength=4)
        neither, second_only, first_only, both = (int(n) for n in kinds)
        return cls(both, first_only, second_only, neither)

    def difference(self) -> float:
        """Return the first rate minus the second."""
        return (self.first_only - self.second_only) / self._n()

    def interval(self, level: float) -> tuple[float, float]:
        """Return the bounds of the difference by Newcombe (1998), Statistics in Medicine 17.

        His method 10: the Wilson bounds of both rates, put together with their correlation.

        >>> low, high = PairedRates(36, 12, 2, 0).interval(0.95)
        >>> round(low, 4), round(high, 4)
        (0.0569, 0.3404)
        """
        n, gap = self._n(), self.difference()
        first, second = self.both + self.first_only, self.both + self.second_only
        low, high = wilson_interval([first, second], [n, n], level)
        rates = np.array([first, second]) / n
        below, above = rates - low, high - rates
        down, up = self._width(below[0], above[1]), self._width(above[0], below[1])
        return max(gap - down, -1.0), min(gap + up, 1.0)

    def _n(self) -> int:
        return self.both + self.first_only + self.second_only + self.neither

    def _width(self, one: float, other: float) -> float:
        squared = one**2 - 2 * self._correlation() * one * other + other**2
        return float(np.sqrt(max(squared, 0.0)))

    def _correlation(self) -> float:
        """Return the φ of the two, corrected for continuity as Newcombe does."""
        first, second = self.both + self.first_only, self.both + self.second_only
        n = self._n()
        margins = float(first) * (n - first) * second * (n - second)
        if margins == 0:
            return 0.0
        cross = float(self.both) * self.neither - float(self.first_only) * self.second_only
        corrected = max(cross - n / 2, 0.0) if cross > 0 else cross
        return float(corrected / np.sqrt(margins))
