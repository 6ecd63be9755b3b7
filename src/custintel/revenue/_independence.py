"""How far a table of two characteristics is from what it would be if they were independent."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from custintel._intervals import Bounds, Floats, normal_quantile, wilson_interval
from custintel._significance import fisher_two_sided

# Below this expectation the normal distribution is no longer near enough (Cochran 1954).
_FEW = 5.0


@dataclass(frozen=True, slots=True)
class Crossing:
    """A table of amounts or counts, with what is needed to tell chance from pattern.

    Arrays of shape (n_rows, n_columns). ``squares`` adds up the squared amounts of the units
    in each cell; ``counts`` holds the units. All three are the same if `is_count`.
    """

    observed: Floats
    squares: Floats
    counts: Floats
    is_count: bool

    def expected(self) -> Floats:
        """Return what each cell would hold under independence, NaN if the whole is not above 0."""
        return _expected(self.observed)

    def residuals(self) -> Floats:
        """Return observed minus expected in standard errors under independence.

        For counts these are Haberman's (1973) adjusted residuals. For amounts the variance is
        that of the sum over units of what each moves the difference by.
        """
        row, column = _parts(self.observed)
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.is_count:
                variance = self.expected() * (1 - row) * (1 - column)
            else:
                weights = (1 - row) * (1 - column), -(1 - row) * column, -row * (1 - column)
                variance = self._variance(*weights, row * column)
            residuals = (self.observed - self.expected()) / np.sqrt(variance)
        is_told = (variance > 0) & self._can_differ()
        return np.where(is_told, residuals, np.nan)

    def p(self) -> Floats:
        """Return the two-sided p of each cell: exact where little is expected, else normal.

        Amounts have no exact test: NaN where fewer than five units are expected.
        """
        count = self.counts
        row, column, whole = _margins(count)
        expected = _expected(count)
        four = expected, row - expected, column - expected, whole - row - column + expected
        least = np.minimum.reduce(four)
        p = 2 * ndtr(-np.abs(self.residuals()))
        is_rare = least < _FEW
        if not self.is_count:
            return np.where(is_rare, np.nan, p)
        p[is_rare] = fisher_two_sided(count[is_rare], row[is_rare], column[is_rare], whole[is_rare])
        return np.where(self._can_differ(), p, np.nan)

    def lift(self, level: float) -> tuple[Floats, Bounds]:
        """Return observed ÷ expected, with the interval by the delta method on the log scale.

        Of counts of zero the upper bound follows from Wilson's interval of the row's share.
        """
        row, column, whole = _margins(self.observed)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            lift = self.observed / np.where(self.expected() > 0, self.expected(), np.nan)
            cell = 1 / self.observed
            weights = cell - 1 / row - 1 / column + 1 / whole, 1 / whole - 1 / row
            variance = self._variance(*weights, 1 / whole - 1 / column, 1 / whole)
            half = normal_quantile(level) * np.sqrt(variance)
            known = self.observed > 0
            low = np.where(known, lift * np.exp(-half), np.nan)
            high = np.where(known, lift * np.exp(half), np.nan)
            if self.is_count:
                most = wilson_interval(0 * row, row, level)[1] * whole / column
                is_none = (self.observed == 0) & np.isfinite(lift)
                low, high = np.where(is_none, 0.0, low), np.where(is_none, most, high)
        return lift, Bounds(low, high)

    def _variance(self, cell: Floats, row: Floats, column: Floats, rest: Floats) -> Floats:
        """Add up the squares of what units weigh: in the cell, its row, its column, elsewhere."""
        squares = self.squares
        in_row, in_column, whole = _margins(squares)
        others = whole - in_row - in_column + squares
        parts = cell**2 * squares + row**2 * (in_row - squares)
        return np.asarray(parts + column**2 * (in_column - squares) + rest**2 * others)

    def _can_differ(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        row, column, whole = _margins(self.counts)
        return np.asarray((row > 0) & (row < whole) & (column > 0) & (column < whole))


def _margins(table: Floats) -> tuple[Floats, Floats, Floats]:
    shape = table.shape
    row = np.broadcast_to(table.sum(axis=1, keepdims=True), shape)
    column = np.broadcast_to(table.sum(axis=0, keepdims=True), shape)
    return row, column, np.full(shape, table.sum())


def _parts(table: Floats) -> tuple[Floats, Floats]:
    row, column, whole = _margins(table)
    whole = np.where(whole > 0, whole, np.nan)
    return row / whole, column / whole


def _expected(table: Floats) -> Floats:
    row, _column, _whole = _margins(table)
    return np.asarray(row * _parts(table)[1])
