"""What one feature alone foretells: the least that a model has to beat."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from custintel._intervals import Floats
from custintel._ranks import auc
from custintel.evaluation._logistic_line import LogisticFit, fit_logistic
from custintel.evaluation._predictions import Flags

# Keeps the line finite where one feature tells the outcomes apart without fault.
_RIDGE = 1e-3
# Customers that a category's own rate has to outweigh.
_PRIOR_CUSTOMERS = 20.0
_N_FOLDS = 5


class OneFeature(Protocol):
    """A single feature, turned into a probability."""

    def probability(self, column: pd.Series) -> Floats:
        """Return the probability of each customer."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """One feature, and how well it ranked the customers it was fitted on.

    Attributes
    ----------
    name : str
        Of the feature.
    fitted : OneFeature
        What turns it into a probability.
    train_auc : float
        On the training cuts, 0-1.
    """

    name: str
    fitted: OneFeature
    train_auc: float


def best_baselines(
    features: pd.DataFrame, is_event: Flags, *, n: int, rng: np.random.Generator
) -> list[Baseline]:
    """Return the `n` features that alone rank the customers best, the best first.

    All of this happens before the test, so that the choice among many cannot profit from it.
    """
    fold = _folds_of_customers(features.index, rng)
    found = [_baseline(features[name], is_event, fold) for name in features.columns]
    return sorted(found, key=lambda each: -each.train_auc)[:n]


def _baseline(column: pd.Series, is_event: Flags, fold: Floats) -> Baseline:
    name = str(column.name)
    if pd.api.types.is_numeric_dtype(column.dtype):
        line = _NumberLine.fit(column, is_event)
        return Baseline(name, line, auc(line.probability(column), is_event))
    # A category of one customer knows that customer: others' folds have to tell its rate.
    foretold = np.empty(len(column))
    for each in np.unique(fold):
        is_out = fold == each
        rates = _CategoryRates.fit(column[~is_out], is_event[~is_out])
        foretold[is_out] = rates.probability(column[is_out])
    return Baseline(name, _CategoryRates.fit(column, is_event), auc(foretold, is_event))


@dataclass(frozen=True, slots=True)
class _NumberLine:
    """A logistic line of a number; without a number, a level of its own."""

    unit: float
    middle: float
    spread: float
    has_missing: bool
    line: LogisticFit

    @classmethod
    def fit(cls, column: pd.Series, is_event: Flags) -> "_NumberLine":
        values = _numbers(column)
        known = values[~np.isnan(values)]
        sizes = np.abs(known[known != 0])
        unit = float(np.median(sizes)) if len(sizes) else 1.0
        scaled = _signed_log(known / unit)
        middle = float(scaled.mean()) if len(scaled) else 0.0
        spread = float(scaled.std()) if len(scaled) else 0.0
        empty = LogisticFit(np.empty(0), np.empty((0, 0)))
        unfitted = cls(unit, middle, spread or 1.0, len(known) < len(values), empty)
        line = fit_logistic(unfitted._columns(values), is_event, ridge=_RIDGE)
        return cls(unit, middle, unfitted.spread, unfitted.has_missing, line)

    def probability(self, column: pd.Series) -> Floats:
        return self.line.probability(self._columns(_numbers(column)))

    def _columns(self, values: Floats) -> Floats:
        is_missing = np.isnan(values)
        z = (_signed_log(values / self.unit) - self.middle) / self.spread
        columns = [np.ones(len(values)), np.where(is_missing, 0.0, z)]
        return np.column_stack([*columns, is_missing] if self.has_missing else columns)


@dataclass(frozen=True, slots=True)
class _CategoryRates:
    """The share of events of each category, drawn towards that of all."""

    rates: "pd.Series[float]"
    overall: float

    @classmethod
    def fit(cls, column: pd.Series, is_event: Flags) -> "_CategoryRates":
        overall = float(is_event.mean())
        texts = column.astype("string").fillna("").to_numpy(object)
        grouped = pd.Series(is_event.astype(np.float64)).groupby(texts)
        n = grouped.size()
        return cls((grouped.sum() + _PRIOR_CUSTOMERS * overall) / (n + _PRIOR_CUSTOMERS), overall)

    def probability(self, column: pd.Series) -> Floats:
        texts = column.astype("string").fillna("").to_numpy(object)
        found = self.rates.reindex(texts).fillna(self.overall)
        return np.asarray(found.to_numpy(np.float64), np.float64)


def _signed_log(values: Floats) -> Floats:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def _numbers(column: pd.Series) -> Floats:
    largest = np.finfo(np.float64).max / 4
    values = column.to_numpy(np.float64, na_value=np.nan)
    return np.asarray(np.clip(values, -largest, largest), np.float64)


def _folds_of_customers(index: pd.Index, rng: np.random.Generator) -> Floats:
    level = "customer_id" if "customer_id" in index.names else None
    labels = index.get_level_values(level) if level else index
    code, customers = pd.factorize(labels)
    return np.asarray((rng.permutation(len(customers)) % _N_FOLDS)[code])
