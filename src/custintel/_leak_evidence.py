"""What gives a leaking feature away, one feature and one label at a time.

Each check returns the evidence in words, or None where there is none. Chance is guarded
against: what few rows show by accident is no evidence.
"""

from dataclasses import dataclass
from math import comb

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr

from custintel._intervals import wilson_interval
from custintel._ranks import auc
from custintel._text import translate as _
from custintel._text import translate_plural as _n

# By these names exports keep what is written down once a relation has ended.
FILLED_LATER = (
    *("closed_at", "churned_at", "ended_at", "cancelled_at", "canceled_at", "terminated_at"),
    *("left_at", "lost_at", "won_at", "deleted_at", "deactivated_at", "unsubscribed_at"),
    *("closed_on", "churned_on", "ended_on", "cancelled_on", "canceled_on", "terminated_on"),
    *("is_churned", "is_lost", "is_won", "churn_reason", "cancellation_reason", "lost_reason"),
)
_RAREST = 1_000_000  # ways in which as many rows could have been picked; fewer may be chance
_FEWEST_VALUES = 10
_EXACT = 1 - 1e-9
_LEVEL = 0.95
_IDS = "customer_id"


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A label, and whether it says yes or no; labels of amounts are compared by their order."""

    values: NDArray[np.float64]

    @property
    def is_binary(self) -> bool:
        """Return whether the label is 0 or 1, and both occur."""
        return {*np.unique(self.values)} == {0.0, 1.0}


def copies(feature: pd.Series, outcome: Outcome) -> str | None:
    """Return evidence that a feature is the label itself, or says the same in other words."""
    if not outcome.is_binary:
        return _same_order(feature, outcome)
    codes, values = pd.factorize(feature, use_na_sentinel=False)
    n_ones = int(outcome.values.sum())
    if len(values) != 2 or comb(len(codes), n_ones) < _RAREST:
        return None
    is_same = codes == outcome.values
    if not (is_same.all() or not is_same.any()):
        return None
    return _("one value goes with 1 and the other with 0, on all {n} rows", n=len(codes))


def _same_order(feature: pd.Series, outcome: Outcome) -> str | None:
    if not _is_number(feature):
        return None
    told = feature.notna().to_numpy() & np.isfinite(outcome.values)
    values, wanted = feature.to_numpy(float)[told], outcome.values[told]
    if min(len(np.unique(values)), len(np.unique(wanted))) < _FEWEST_VALUES:
        return None
    if abs(float(spearmanr(values, wanted).statistic)) < _EXACT:
        return None
    return _("the {n} rows are in the order of the label, or in its reverse", n=len(values))


def separates(feature: pd.Series, outcome: Outcome, limit: float) -> str | None:
    """Return evidence that a feature alone tells the label better than is likely honest."""
    if not outcome.is_binary:
        return None
    told = feature.notna().to_numpy()
    labels = outcome.values[told]
    if {*np.unique(labels)} != {0.0, 1.0}:
        return None
    area = _too_good(_scores(feature[told], labels), labels, limit)
    if area is None:
        return None
    return _("alone it has an AUC of {best:.3f} ({low:.3f}-{high:.3f})", **area)


def missing_by_label(feature: pd.Series, outcome: Outcome, limit: float) -> str | None:
    """Return evidence that the label can be told from whether a feature is missing."""
    is_missing = feature.isna().to_numpy()
    if not outcome.is_binary or not 0 < is_missing.sum() < len(is_missing):
        return None
    area = _too_good(is_missing.astype(float), outcome.values, limit)
    if area is None:
        return None
    return _("whether it is missing has an AUC of {best:.3f} ({low:.3f}-{high:.3f})", **area)


def filled_for_one_label(feature: pd.Series, outcome: Outcome) -> str | None:
    """Return evidence that a feature is filled only for one value of the label."""
    is_filled = feature.notna().to_numpy()
    n_filled = int(is_filled.sum())
    if not outcome.is_binary or not 0 < n_filled < len(is_filled):
        return None
    values = np.unique(outcome.values[is_filled])
    if len(values) > 1:
        return None
    n_alike = int((outcome.values == values[0]).sum())
    if comb(len(is_filled), n_filled) < _RAREST * comb(n_alike, n_filled):
        return None
    return _n(
        "filled on {n} row, whose label is {label:.0f}",
        "filled on {n} rows, whose label is {label:.0f} without exception",
        n_filled,
        label=float(values[0]),
    )


def after_as_of(feature: pd.Series, as_of: NDArray[np.datetime64]) -> str | None:
    """Return evidence that a feature holds instants after the day as of which it is known."""
    if feature.dtype.kind != "M" and not isinstance(feature.dtype, pd.DatetimeTZDtype):
        return None
    instants = pd.Series(feature.to_numpy(), dtype=feature.dtype)
    days = (
        instants.dt.tz_localize(None) if instants.dt.tz is not None else instants
    ).dt.normalize()
    is_late = (days > pd.Series(as_of)).to_numpy()
    n = int(is_late.sum())
    if not n:
        return None
    latest = days[is_late].iloc[0]
    return _n(
        "{n} row holds an instant after as_of, {day:%Y-%m-%d}",
        "{n} rows hold instants after as_of, the first of them {day:%Y-%m-%d}",
        n,
        day=latest,
    )


def _too_good(
    score: NDArray[np.float64], labels: NDArray[np.float64], limit: float
) -> dict[str, float] | None:
    """Return an area, either way round, and its interval if that lies above the limit.

    The variance of the area is at most A (1 − A) ÷ the smaller number of cases, so that the
    interval of a proportion of as many holds it; it has a width even at an area of 1.
    """
    area = auc(score, labels)
    n_fewer = int(min(labels.sum(), len(labels) - labels.sum()))
    best = max(area, 1 - area)
    low, high = wilson_interval(best * n_fewer, n_fewer, _LEVEL)
    if not float(low) > limit:
        return None
    return {"best": best, "low": float(low), "high": float(high)}


def _scores(feature: pd.Series, labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a feature as numbers; of categories, the rate of the label in other rows.

    A rate among the row's own would know its label. So every other customer takes the rates of
    the rest, and the reverse.
    """
    if _is_number(feature):
        return np.asarray(feature.to_numpy(float), np.float64)
    if feature.dtype.kind == "M":
        return np.asarray(feature.astype("int64").to_numpy(), np.float64)
    is_even = _every_other(feature.index)
    score = np.full(len(feature), labels.mean())
    text = feature.astype(str).reset_index(drop=True)
    for own in (is_even, ~is_even):
        rates = pd.Series(labels[~own]).groupby(text[~own].to_numpy()).mean()
        score[own] = text[own].map(rates).fillna(labels.mean()).to_numpy(float)
    return score


def _every_other(index: pd.Index) -> NDArray[np.bool_]:
    """Return one half of the customers, whatever the order of the rows; without ids, of rows."""
    if _IDS in index.names:
        ids = index.get_level_values(_IDS).astype(str)
        is_even = pd.factorize(ids, sort=True)[0] % 2 == 0
        if not is_even.all():
            return np.asarray(is_even)
    return np.asarray(np.arange(len(index)) % 2 == 0)


def _is_number(feature: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(feature)
