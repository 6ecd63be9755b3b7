"""What a fit learns of its columns: how each becomes numbers, and what was never seen."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.models._predictor_columns import Predictors, Texts

_FEWEST_OF_A_CATEGORY = 10  # rows; rarer categories are one, called other
_MOST_CATEGORIES = 100  # of a text; postal codes would fill the memory, and tell one by one little
_SMALLEST_UNIT = 1e-250
_SMALLEST_SPREAD = 1e-10  # relative; below it a column is constant but for rounding


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """How a column of numbers is read: 0 of `unit` stands for no logarithm."""

    name: str
    unit: float
    fill: float
    has_gaps: bool

    def values(self, numbers: Floats, *, is_filled: bool) -> Floats:
        """Return the numbers on the scale of the design."""
        scaled = numbers
        if self.unit:
            scaled = np.sign(numbers) * np.log1p(np.abs(numbers) / self.unit)
        return np.where(np.isnan(scaled), self.fill, scaled) if is_filled else scaled


@dataclass(frozen=True, slots=True)
class TextColumn:
    """How a column of texts is read: the levels that have a column, and all that were seen."""

    name: str
    levels: tuple[str, ...]
    seen: tuple[str, ...]
    has_gaps: bool


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Columns as a fit reads them.

    Attributes
    ----------
    numbers, texts : tuple
        How each column of the fit is read.
    is_filled : bool
        Whether gaps are filled, and columns standardised, as a linear model needs it.
    names, sources : tuple of str
        The columns of the matrix, and the features that they are made from.
    center, scale : ndarray
        Subtracted from each column of the matrix, and what it is divided by.
    kept : ndarray of int
        Places of the columns of the matrix among all that could be made; others are constant.
    """

    numbers: tuple[NumberColumn, ...]
    texts: tuple[TextColumn, ...]
    is_filled: bool
    names: tuple[str, ...]
    sources: tuple[str, ...]
    center: Floats
    scale: Floats
    kept: NDArray[np.intp]

    def matrix(self, predictors: Predictors) -> Floats:
        """Return the matrix of a table's features."""
        columns = _columns(self.numbers, self.texts, predictors, is_filled=self.is_filled)
        raw = [values for _name, _source, values in columns]
        chosen = np.column_stack([raw[at] for at in self.kept])
        return np.asarray((chosen - self.center) / self.scale)

    def n_unseen(self, predictors: Predictors) -> NDArray[np.int64]:
        """Return how many of each row's texts the fit had not seen."""
        n = np.zeros(len(predictors.index), dtype=np.int64)
        for column in self.texts:
            texts = predictors.texts[column.name]
            is_known = ~pd.isna(texts)
            n += is_known & ~pd.Index(texts, dtype=object).isin(column.seen)
        return n

    def to_dict(self) -> dict[str, Any]:
        """Return the design as plain numbers and texts."""
        return {
            "numbers": [[c.name, c.unit, c.fill, c.has_gaps] for c in self.numbers],
            "texts": [[c.name, [*c.levels], [*c.seen], c.has_gaps] for c in self.texts],
            "is_filled": self.is_filled,
            "names": [*self.names],
            "sources": [*self.sources],
            "center": self.center.tolist(),
            "scale": self.scale.tolist(),
            "kept": self.kept.tolist(),
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Return the design that `to_dict` wrote."""
        return cls(
            tuple(NumberColumn(*each) for each in stored["numbers"]),
            tuple(
                TextColumn(name, tuple(levels), tuple(seen), has_gaps)
                for name, levels, seen, has_gaps in stored["texts"]
            ),
            bool(stored["is_filled"]),
            tuple(stored["names"]),
            tuple(stored["sources"]),
            np.array(stored["center"], np.float64),
            np.array(stored["scale"], np.float64),
            np.array(stored["kept"], np.intp),
        )


def learned_design(
    predictors: Predictors, weight: Floats, *, is_filled: bool, with_logs: bool
) -> Design:
    """Return how columns become numbers, learned from customers with weights."""
    order = predictors.in_order()
    numbers = tuple(
        _number_column(name, predictors.numbers[name], weight, with_logs=with_logs)
        for name in order
        if name in predictors.numbers
    )
    texts = tuple(
        _text_column(name, predictors.texts[name], weight)
        for name in order
        if name in predictors.texts
    )
    columns = _columns(numbers, texts, predictors, is_filled=is_filled)
    center, spread = _moments([values for _n, _s, values in columns], weight)
    kept = np.flatnonzero(spread > _SMALLEST_SPREAD * np.abs(center))
    if not len(kept):
        raise SchemaError(
            _(
                "All {n} features are constant: {names}. They tell nothing of who is who; give "
                "some that differ between customers.",
                n=len(order),
                names=", ".join(map(repr, order[:6])),
            )
        )
    n = len(kept)
    return Design(
        numbers,
        texts,
        is_filled,
        tuple(columns[at][0] for at in kept),
        tuple(columns[at][1] for at in kept),
        center[kept] if is_filled else np.zeros(n),
        spread[kept] if is_filled else np.ones(n),
        kept,
    )


def weighted_median(values: Floats, weight: Floats) -> float:
    """Return the median of values of which each stands for several.

    >>> weighted_median(np.array([1.0, 2.0, 9.0]), np.array([1.0, 2.0, 3.0]))
    5.5
    """
    order = np.argsort(values)
    total = np.cumsum(weight[order])
    half = total[-1] / 2
    low = np.searchsorted(total, half, side="left")
    high = min(np.searchsorted(total, half, side="right"), len(values) - 1)
    return float((values[order[low]] + values[order[high]]) / 2)


def _number_column(name: str, values: Floats, weight: Floats, *, with_logs: bool) -> NumberColumn:
    is_known = ~np.isnan(values)
    if not is_known.any():
        return NumberColumn(name, 0.0, 0.0, has_gaps=False)
    size, is_some = np.abs(values), is_known & (values != 0)
    unit = 0.0
    # Amounts are measured in the usual amount, so that the currency does not matter.
    if with_logs and is_some.any():
        unit = max(weighted_median(size[is_some], weight[is_some]), _SMALLEST_UNIT)
    read = NumberColumn(name, unit, 0.0, has_gaps=False)
    scaled = read.values(values[is_known], is_filled=False)
    fill = weighted_median(scaled, weight[is_known])
    return NumberColumn(name, unit, fill, has_gaps=bool(not is_known.all()))


def _text_column(name: str, texts: Texts, weight: Floats) -> TextColumn:
    is_known = ~pd.isna(texts)
    codes, seen = pd.factorize(texts[is_known], sort=True)
    n = np.bincount(codes, weights=weight[is_known], minlength=len(seen))
    often = np.argsort(-n, kind="stable")[:_MOST_CATEGORIES]
    levels = [seen[at] for at in sorted(often) if n[at] >= _FEWEST_OF_A_CATEGORY]
    return TextColumn(
        name,
        tuple(map(str, levels)),
        tuple(map(str, seen)),
        has_gaps=bool(not is_known.all()),
    )


def _columns(
    numbers: tuple[NumberColumn, ...],
    texts: tuple[TextColumn, ...],
    predictors: Predictors,
    *,
    is_filled: bool,
) -> list[tuple[str, str, Floats]]:
    """Return every column that could be made: its name, the feature it is of, its values."""
    made = []
    for number in numbers:
        values = predictors.numbers[number.name]
        made.append((number.name, number.name, number.values(values, is_filled=is_filled)))
        if is_filled and number.has_gaps:
            gaps = np.isnan(values).astype(np.float64)
            made.append((f"{number.name} missing", number.name, gaps))
    for text in texts:
        found = predictors.texts[text.name]
        is_gap: NDArray[np.bool_] = np.asarray(pd.isna(found))
        is_listed = is_gap.copy()
        for level in text.levels:
            is_level = found == level
            is_listed |= is_level
            made.append((f"{text.name} = {level}", text.name, is_level.astype(np.float64)))
        made.append((f"{text.name} other", text.name, (~is_listed).astype(np.float64)))
        if text.has_gaps:
            made.append((f"{text.name} missing", text.name, is_gap.astype(np.float64)))
    return made


def _moments(columns: list[Floats], weight: Floats) -> tuple[Floats, Floats]:
    """Return the mean and the spread of each column, without its gaps."""
    center, spread = np.zeros(len(columns)), np.zeros(len(columns))
    for at, values in enumerate(columns):
        is_known = ~np.isnan(values)
        if not is_known.any():
            continue
        known, w = values[is_known], weight[is_known]
        # Around the middle first: sums of large numbers would lose the small differences.
        around = (known.min() + known.max()) / 2
        mean = np.average(known - around, weights=w)
        center[at] = around + mean
        spread[at] = np.sqrt(np.average((known - around - mean) ** 2, weights=w))
        # Gaps tell something of their own to a model that can read them.
        if not is_known.all() and spread[at] == 0:
            share = np.average(is_known, weights=weight)
            spread[at] = np.sqrt(share * (1 - share)) * max(abs(center[at]), 1.0)
    return center, spread


def warn_unseen(unseen: NDArray[np.int64]) -> None:
    """Warn of the rows that have texts which the fit had not seen."""
    n = int((unseen > 0).sum())
    if n:
        warn(
            _n(
                "{n} of {total} rows has a text that the fit had not seen; it is read as any "
                "other. Its column n_unseen in probabilities(X) is above 0.",
                "{n} of {total} rows have texts that the fit had not seen; they are read as any "
                "other. Their column n_unseen in probabilities(X) is above 0.",
                n,
                total=len(unseen),
            ),
            WeakResultWarning,
        )
