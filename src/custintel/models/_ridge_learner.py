"""Logistic regression as a predictive model learns it: the penalty chosen on held-back folds."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.models._labelled_rows import LabelledRows
from custintel.models._logistic_regression import log_loss, ridge_logistic, ridge_path

# 1 / penalty is the variance that the coefficients, per standard deviation of a feature,
# have a priori: from 3 standard deviations of log odds to next to none.
PENALTIES = tuple(float(10 ** (power / 2)) for power in range(8, -3, -1))


@dataclass(frozen=True, slots=True, eq=False)
class HeldBack:
    """What models say of customers whom they had not seen, and the setting that they had."""

    logits: Floats
    setting: float


@dataclass(frozen=True, slots=True, eq=False)
class RidgeLearner:
    """A fitted logistic regression of standardised columns."""

    coefficients: Floats  # the intercept first
    penalty: float

    def logits(self, matrix: Floats) -> Floats:
        """Return the log odds of the event."""
        return np.asarray(self.coefficients[0] + matrix @ self.coefficients[1:])

    def to_dict(self) -> dict[str, Any]:
        """Return what is learned as plain numbers."""
        return {"coefficients": self.coefficients.tolist(), "penalty": self.penalty}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Return what `to_dict` wrote."""
        return cls(np.array(stored["coefficients"], np.float64), float(stored["penalty"]))


def fit_ridge(matrix: Floats, rows: LabelledRows, penalty: float) -> RidgeLearner:
    """Return the logistic regression of all rows."""
    return RidgeLearner(ridge_logistic(matrix, rows.outcome, rows.weight, penalty), penalty)


def ridge_held_back(
    matrix: Floats,
    rows: LabelledRows,
    fold: NDArray[np.intp],
    *,
    penalty: float | None,
    is_cautious: bool,
) -> HeldBack:
    """Return the log odds of each row by a regression of the other folds.

    The penalty is the one whose log odds lose least; if `is_cautious`, the strongest whose loss
    is within one standard error of that (Breiman et al. 1984), the folds being what varies.
    """
    penalties = PENALTIES if penalty is None else (float(penalty),)
    logits = np.empty((len(penalties), len(matrix)))
    n_folds = int(fold.max()) + 1
    losses = np.empty((len(penalties), n_folds))
    for number in range(n_folds):
        held = fold == number
        seen, unseen = rows.of(~held), rows.of(held)
        path = ridge_path(matrix[~held], seen.outcome, seen.weight, penalties)
        not_seen = matrix[held]
        for at, beta in enumerate(path):
            said = beta[0] + not_seen @ beta[1:]
            logits[at, held] = said
            losses[at, number] = log_loss(said, unseen.outcome, unseen.weight)
    chosen = _least(losses, is_cautious=is_cautious)
    return HeldBack(logits[chosen], penalties[chosen])


def _least(losses: Floats, *, is_cautious: bool) -> int:
    """Return the place of the least loss; `losses` has the strongest penalty first."""
    best = int(losses.sum(axis=1).argmin())
    if not is_cautious:
        return best
    excess = losses - losses[best]
    n_folds = losses.shape[1]
    error = excess.std(axis=1, ddof=1) * np.sqrt(n_folds)
    return int(np.flatnonzero(excess.sum(axis=1) <= error)[0])
