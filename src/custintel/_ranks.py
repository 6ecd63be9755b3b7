"""How well scores tell two outcomes apart: the area under the ROC curve, from midranks.

The area (AUC) is the chance that a case with the outcome has a higher score than one without,
a tie counting one half. It is exact, and its errors need no resampling.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import SchemaError


@dataclass(frozen=True, slots=True, eq=False)
class AucEstimates:
    """Areas under the ROC curve of several scores of the same cases, and their joint errors.

    Attributes
    ----------
    value : ndarray of shape (n_scores,)
        The areas, 0-1.
    covariance : ndarray of shape (n_scores, n_scores)
        Of the areas, after DeLong et al. (1988). NaN where only one case, or group of them,
        has the outcome, or only one has not: it does not tell how much they vary. Zero where a
        score separates the outcomes without fault, which is no proof of certainty.
    """

    value: Floats
    covariance: Floats

    def standard_error(self) -> Floats:
        """Return the standard error of each area."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    def difference_error(self, first: int, second: int) -> float:
        """Return the standard error of the difference between two of the areas."""
        between = self.covariance[np.ix_([first, second], [first, second])]
        variance = between[0, 0] + between[1, 1] - 2 * between[0, 1]
        # Two equal scores differ by rounding alone, which may fall below zero.
        return float(np.sqrt(np.maximum(variance, 0.0)))


def auc(score: ArrayLike, outcome: ArrayLike) -> float:
    """Return the chance that a case with the outcome has the higher score; ties count half.

    >>> auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    0.75
    """
    values, is_case = _read(np.asarray(score)[None, :], outcome)
    n_cases = int(is_case.sum())
    ranks = rankdata(values[0])[is_case].sum()
    return float((ranks / n_cases - (n_cases + 1) / 2) / (len(is_case) - n_cases))


def auc_variance(score: ArrayLike, outcome: ArrayLike) -> float:
    """Return the variance of `auc` after DeLong et al. (1988).

    >>> round(auc_variance([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 12)
    0.125
    """
    return float(auc_estimates(np.asarray(score)[None, :], outcome).covariance[0, 0])


def auc_estimates(
    scores: ArrayLike, outcome: ArrayLike, *, group: NDArray[np.intp] | None = None
) -> AucEstimates:
    """Return the areas of several scores, one a row, of the same cases, with their covariance.

    The structural components of DeLong, DeLong & Clarke-Pearson (1988, Biometrics 44, 837-845)
    are found from midranks as in Sun & Xu (2014, IEEE Signal Processing Letters 21, 1389-1393),
    in n log n steps for n cases. Cases of one `group`, such as a customer on several days, may
    go together: their components are added up (Obuchowski 1997, Biometrics 53, 567-578).

    >>> areas = auc_estimates([[1, 2, 3, 4, 5], [1, 2, 4, 3, 5]], [0, 0, 0, 1, 1])
    >>> areas.value.round(3).tolist(), round(areas.difference_error(0, 1), 3)
    ([1.0, 0.833], 0.236)
    """
    values, is_case = _read(np.asarray(scores), outcome)
    of_all = rankdata(values, axis=1)
    n_cases, n_others = int(is_case.sum()), int((~is_case).sum())
    above = (of_all[:, is_case] - rankdata(values[:, is_case], axis=1)) / n_others
    below = 1 - (of_all[:, ~is_case] - rankdata(values[:, ~is_case], axis=1)) / n_cases
    _ids, number = np.unique(
        np.arange(len(is_case)) if group is None else group, return_inverse=True
    )
    n_groups = int(number.max()) + 1
    errors = _errors(above, number[is_case], n_groups) + _errors(below, number[~is_case], n_groups)
    return AucEstimates(above.mean(axis=1), np.asarray(errors @ errors.T))


def _errors(components: Floats, number: NDArray[np.intp], n_groups: int) -> Floats:
    """Return what each group adds to the error of each mean; NaN if they are of one group."""
    n = len(np.unique(number))
    if n < 2:
        return np.full((len(components), n_groups), np.nan)
    around = components - components.mean(axis=1, keepdims=True)
    sums = np.stack([np.bincount(number, weights=each, minlength=n_groups) for each in around])
    return np.asarray(sums * np.sqrt(n / (n - 1)) / len(number))


def _read(scores: NDArray[np.generic], outcome: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    values = np.asarray(scores, np.float64)
    outcomes = np.asarray(outcome, np.float64)
    if values.ndim != 2 or outcomes.shape != values.shape[1:]:
        raise SchemaError(
            _(
                "Scores and outcomes do not belong together: {scores} scores, {outcomes} "
                "outcomes. Give one of each per case.",
                scores=values.shape[-1],
                outcomes=outcomes.size,
            )
        )
    n_missing = int(np.isnan(values).any(axis=0).sum())
    if n_missing:
        raise SchemaError(
            _(
                "{n} of {total} scores are missing. Leave these cases out, or score them.",
                n=n_missing,
                total=len(outcomes),
            )
        )
    is_case = outcomes == 1
    if not np.isin(outcomes, (0, 1)).all() or is_case.all() or not is_case.any():
        raise SchemaError(
            _(
                "An outcome is 0 or 1, and both occur: here {ones} of {total} are 1 and {zeros} "
                "are 0. Take more cases, or another outcome.",
                ones=int(is_case.sum()),
                total=len(outcomes),
                zeros=int((outcomes == 0).sum()),
            )
        )
    return values, is_case
