"""Logistic regression for dozens of customers: few columns, and the penalty of Firth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats, normal_quantile
from custintel.models._labelled_rows import LabelledRows
from custintel.models._logistic_regression import firth_logistic, intercept_beside
from custintel.models._ridge_learner import HeldBack, RidgeLearner

_EVENTS_PER_COLUMN = 10
_SMALLEST_SPREAD = 1e-8  # below it a column is constant but for rounding
_SAME = 0.9  # of the variance of a column: it would only repeat those chosen before


@dataclass(frozen=True, slots=True, eq=False)
class FirthLearner:
    """A regression of which most coefficients are 0, and the covariance of all."""

    ridge: RidgeLearner  # its intercept brings the mean probability to the share of events
    covariance: Floats


def half_width(matrix: Floats, covariance: Floats, level: float) -> Floats:
    """Return half the width of the interval of each row's log odds."""
    full = np.column_stack([np.ones(len(matrix)), matrix])
    variance = np.einsum("ij,jk,ik->i", full, covariance, full)
    return np.asarray(normal_quantile(level) * np.sqrt(variance))


def fit_firth(matrix: Floats, rows: LabelledRows) -> FirthLearner:
    """Return the regression on the strongest columns, one for each ten cases of the rarer class.

    Firth's penalty draws probabilities to one half; the intercept is set so that their mean is
    the share of events again (FLIC: Puhr et al. 2017, Statistics in Medicine 36, 2302-2317).
    """
    n_columns = max(int(rows.n_rarer // _EVENTS_PER_COLUMN), 1)
    chosen = strongest_columns(matrix, rows, n_columns)
    found = firth_logistic(matrix[:, chosen], rows.outcome, rows.weight)
    coefficients = np.zeros(matrix.shape[1] + 1)
    coefficients[1:][chosen] = found.coefficients[1:]
    offset = matrix[:, chosen] @ found.coefficients[1:]
    coefficients[0] = intercept_beside(offset, rows.outcome, rows.weight)
    covariance = np.zeros((len(coefficients), len(coefficients)))
    places = [0, *(at + 1 for at in chosen)]
    covariance[np.ix_(places, places)] = found.covariance
    return FirthLearner(RidgeLearner(coefficients, float(len(chosen))), covariance)


def firth_held_back(matrix: Floats, rows: LabelledRows, fold: NDArray[np.intp]) -> HeldBack:
    """Return the log odds of each row by a regression of the other folds, columns chosen anew."""
    logits = np.empty(len(matrix))
    for number in range(int(fold.max()) + 1):
        held = fold == number
        logits[held] = fit_firth(matrix[~held], rows.of(~held)).ridge.logits(matrix[held])
    return HeldBack(logits, np.nan)


def strongest_columns(matrix: Floats, rows: LabelledRows, n: int) -> list[int]:
    """Return the columns that by themselves go most with the outcome, none made of the others."""
    share = rows.weight / rows.n_rows
    around = matrix - share @ matrix
    spread = np.sqrt(share @ around**2)
    varies = spread > _SMALLEST_SPREAD  # of columns whose spread among all rows is 1
    standard = around / np.where(varies, spread, 1.0)
    strength = np.abs((share * (rows.outcome - share @ rows.outcome)) @ standard)
    correlation = (standard * share[:, None]).T @ standard
    chosen: list[int] = []
    for at in np.argsort(-np.round(strength, 12), kind="stable"):
        if len(chosen) == n:
            break
        beside = correlation[chosen, at]
        told = beside @ np.linalg.solve(correlation[np.ix_(chosen, chosen)], beside)
        if varies[at] and told < _SAME:
            chosen.append(int(at))
    return chosen
