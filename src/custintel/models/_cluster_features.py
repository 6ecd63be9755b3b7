"""The features that customers are clustered by: read from a table, brought to one scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import boxcox1p, inv_boxcox1p

from custintel._checks import quoted
from custintel._intervals import Floats
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.models._customer_columns import CustomerColumns

DEFAULT_FEATURES = ("recency_days", "frequency", "monetary")
MISSING = N_("(missing)")

Codes = NDArray[np.int64]
_UNSEEN = -1  # code of a text that no fitted customer had: it differs from every mode
_LARGEST = 1e15  # beyond it, squares and their sums lose what distinguishes customers
_POWERS = (-5.0, 5.0)  # between which the Yeo-Johnson power is looked for


@dataclass(frozen=True, slots=True)
class Points:
    """Customers as points: one row each, numbers beside codes of texts."""

    numbers: Floats  # (n, number features)
    codes: Codes  # (n, text features)

    def __len__(self) -> int:
        """Return the number of customers."""
        return len(self.numbers)

    def of(self, rows: NDArray[np.intp] | slice) -> "Points":
        """Return the points of some rows."""
        return Points(self.numbers[rows], self.codes[rows])

    def distinct(self) -> NDArray[np.intp]:
        """Return for each point the number of its distinct row, counted in sorted order.

        Sorting makes everything that follows independent of the order of the customers.
        """
        columns = [*self.numbers.T, *self.codes.T]
        order = np.lexsort(columns[::-1])
        is_new = np.zeros(len(self), dtype=bool)
        for column in columns:
            ordered = column[order]
            is_new[1:] |= ordered[1:] != ordered[:-1]
        number = np.empty(len(self), dtype=np.intp)
        number[order] = np.cumsum(is_new)
        return number


@dataclass(frozen=True, slots=True)
class FeatureNames:
    """The features of a table, in the order given: those of numbers, and those of texts."""

    numbers: tuple[str, ...]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeatureSpace:
    """How a table's features become points in which distances mean something.

    Attributes
    ----------
    numbers : tuple of str
        Number features.
    powers : ndarray of shape (n_numbers, 2)
        Box-Cox powers of one plus the size of a number, above and below zero: 1 leaves it as
        it is, 0 is the logarithm.
    center, scale : ndarray of shape (n_numbers,)
        Mean and standard deviation of the transformed numbers.
    levels : dict of str to list of str
        The texts that each text feature had, sorted; a code is the place in this list.
    """

    numbers: tuple[str, ...]
    powers: Floats
    center: Floats
    scale: Floats
    levels: dict[str, list[str]]

    @property
    def names(self) -> FeatureNames:
        """The features, by kind."""
        return FeatureNames(self.numbers, tuple(self.levels))

    def points(self, table: pd.DataFrame, *, name: str) -> Points:
        """Return the customers of a table as points."""
        raw = read_numbers(table, self.numbers, name=name)
        codes = [
            pd.Index(levels).get_indexer(pd.Index(_texts(table, feature, name=name)))
            for feature, levels in self.levels.items()
        ]
        placed = np.array(codes, dtype=np.int64).reshape(len(codes), len(table)).T
        self._warn_of_unseen(placed)
        return Points(self.standardised(raw), placed)

    def standardised(self, raw: Floats) -> Floats:
        """Return number features on the common scale."""
        return (_transformed(raw, self.powers) - self.center) / self.scale

    def in_units(self, standardised: Floats) -> Floats:
        """Return numbers of the common scale in the units of the features."""
        values = standardised * self.scale + self.center
        above, below = self.powers.T
        inverse = np.where(
            values >= 0,
            inv_boxcox1p(np.maximum(values, 0), above),
            -inv_boxcox1p(np.maximum(-values, 0), below),
        )
        return np.where(above == 1, values, inverse)

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` reads."""
        return {
            "numbers": list(self.numbers),
            "powers": self.powers.tolist(),
            "center": self.center.tolist(),
            "scale": self.scale.tolist(),
            "levels": self.levels,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return the space that `to_dict` wrote."""
        numbers = tuple(stored["numbers"])
        powers = np.array(stored["powers"], dtype=float).reshape(len(numbers), 2)
        center, scale = (np.array(stored[name], dtype=float) for name in ("center", "scale"))
        levels = {
            str(name): [str(text) for text in kept] for name, kept in stored["levels"].items()
        }
        return cls(numbers, powers, center, scale, levels)

    def _warn_of_unseen(self, codes: Codes) -> None:
        for feature, column in zip(self.levels, codes.T, strict=True):
            n = int(np.count_nonzero(column == _UNSEEN))
            if n:
                warn(
                    _n(
                        "{n} customer has a {feature!r} that no customer of the fit had; it "
                        "counts as different from that of every cluster.",
                        "{n} customers have a {feature!r} that no customer of the fit had; it "
                        "counts as different from that of every cluster.",
                        n,
                        feature=feature,
                    ),
                    WeakResultWarning,
                )


def names_of(
    table: pd.DataFrame, features: Sequence[str], *, with_texts: bool, name: str
) -> FeatureNames:
    """Tell number features from text features; without texts all are to be numbers."""
    if not with_texts:
        return FeatureNames(tuple(features))
    columns = _columns(table, features, name=name)
    is_text = {feature: _holds_texts(columns.column(feature)) for feature in features}
    return FeatureNames(
        tuple(feature for feature in features if not is_text[feature]),
        tuple(feature for feature in features if is_text[feature]),
    )


def read_numbers(table: pd.DataFrame, features: Sequence[str], *, name: str) -> Floats:
    """Return number features as they stand in the table, one column each, once checked."""
    columns = _columns(table, features, name=name)
    read = np.empty((len(table), len(features)))
    for position, feature in enumerate(features):
        values = columns.numbers(feature)
        columns.refuse(
            np.abs(values) > _LARGEST,
            N_("{column} is beyond {most:g}, more than can be true,"),
            column=feature,
            most=_LARGEST,
        )
        read[:, position] = values
    return read


def read_codes(
    table: pd.DataFrame, features: Sequence[str], *, name: str
) -> tuple[Codes, dict[str, list[str]]]:
    """Return text features as codes, one column each, and the texts that the codes stand for."""
    codes, levels = np.empty((len(table), len(features)), dtype=np.int64), {}
    for position, feature in enumerate(features):
        found, texts = pd.factorize(_texts(table, feature, name=name), sort=True)
        codes[:, position] = found
        levels[feature] = [str(text) for text in texts]
    return codes, levels


def learn_space(
    raw: Floats, names: Sequence[str], weight: Floats, *, transform: str
) -> FeatureSpace:
    """Learn the common scale of number features; those that are all alike are left out."""
    powers = np.array([_powers(column, weight, transform) for column in raw.T]).reshape(-1, 2)
    transformed = _transformed(raw, powers)
    center = np.average(transformed, axis=0, weights=weight)
    scale = np.sqrt(np.average((transformed - center) ** 2, axis=0, weights=weight))
    # Of equal numbers, rounding can leave a standard deviation that is not quite zero.
    varies = (np.ptp(transformed[weight > 0], axis=0) > 0) & (scale > 0)
    numbers = tuple(name for name, kept in zip(names, varies, strict=True) if kept)
    return FeatureSpace(numbers, powers[varies], center[varies], scale[varies], levels={})


def _powers(values: Floats, weight: Floats, transform: str) -> tuple[float, float]:
    if transform == "none":
        return 1.0, 1.0
    if transform == "log":
        return 0.0, 0.0
    power = _yeo_johnson_power(values, weight)
    return power, 2.0 - power


def _yeo_johnson_power(values: Floats, weight: Floats) -> float:
    """Return the power of greatest likelihood (Yeo & Johnson 2000, eq. 3.1)."""
    from scipy.optimize import minimize_scalar

    total = weight.sum()
    log_sizes = float(weight @ (np.sign(values) * np.log1p(np.abs(values)))) / total

    def loss(power: float) -> float:
        with np.errstate(over="ignore", invalid="ignore"):
            moved = _transformed(values[:, None], np.array([[power, 2.0 - power]]))[:, 0]
            middle = np.average(moved, weights=weight)
            variance = float(np.average((moved - middle) ** 2, weights=weight))
        is_usable = np.isfinite(variance) and variance > 0
        return 0.5 * np.log(variance) - (power - 1) * log_sizes if is_usable else np.inf

    return float(minimize_scalar(loss, bounds=_POWERS, method="bounded").x)


def _transformed(raw: Floats, powers: Floats) -> Floats:
    """Return the numbers, each side of zero by its own power."""
    above, below = powers.T
    moved = np.where(
        raw >= 0, boxcox1p(np.maximum(raw, 0), above), -boxcox1p(np.maximum(-raw, 0), below)
    )
    return np.where((above == 1) & (below == 1), raw, moved)


def _texts(table: pd.DataFrame, feature: str, *, name: str) -> NDArray[np.object_]:
    """Return a text feature; missing texts are a group of their own."""
    column = _columns(table, [feature], name=name).column(feature)
    texts = column.astype(object)
    return texts.where(texts.notna(), MISSING).map(str).to_numpy(dtype=object)


def _holds_texts(column: pd.Series) -> bool:
    dtype = column.dtype
    if pd.api.types.is_bool_dtype(dtype):
        return True
    is_time = pd.api.types.is_datetime64_any_dtype(dtype) or dtype.kind == "m"
    return not (pd.api.types.is_numeric_dtype(dtype) or is_time)


def _columns(table: pd.DataFrame, features: Sequence[str], *, name: str) -> CustomerColumns:
    columns = CustomerColumns(
        table,
        name,
        _(
            "Fill in or leave out these customers first. Texts take part with "
            "method='k_prototypes'."
        ),
    )
    columns.require(*features)
    return columns


def warn_of_constants(names: list[str]) -> None:
    """Warn of features that do not distinguish customers."""
    if names:
        warn(
            _n(
                "{names} is the same for all customers and tells none apart: it is left out.",
                "{names} are the same for all customers and tell none apart: they are left out.",
                len(names),
                names=quoted(names),
            ),
            WeakResultWarning,
        )


def require_features(names: FeatureNames) -> None:
    """Refuse to cluster by nothing."""
    if not (names.numbers or names.texts):
        raise SchemaError(
            _(
                "No feature differs between customers, so that there is nothing to cluster "
                "them by. Give features that do."
            )
        )
