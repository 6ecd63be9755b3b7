"""Logistic regression on a few columns, by Newton's method: lines through logits."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from custintel._intervals import Floats
from custintel.evaluation._predictions import Flags

_MOST_STEPS = 60
_CLOSE = 1e-10


@dataclass(frozen=True, slots=True)
class LogisticFit:
    """Coefficients of a logistic regression.

    Attributes
    ----------
    coefficients : ndarray of shape (k,)
        By maximum likelihood.
    covariance : ndarray of shape (k, k)
        Inverse of the information.
    """

    coefficients: Floats
    covariance: Floats

    def probability(self, columns: Floats) -> Floats:
        """Return the probability that the line gives."""
        return np.asarray(expit(columns @ self.coefficients))


def fit_logistic(
    columns: Floats, is_event: Flags, *, offset: Floats | None = None, ridge: float = 0.0
) -> LogisticFit:
    """Fit by Newton's method with halved steps; `ridge` shrinks every coefficient a little.

    Without a ridge there has to be a maximum: the columns must not tell the outcomes apart.
    """
    n_columns = columns.shape[1]
    given = np.zeros(len(columns)) if offset is None else offset
    beta = np.zeros(n_columns)
    loss = _loss(columns, is_event, given, beta, ridge)
    for _step in range(_MOST_STEPS):
        p = expit(given + columns @ beta)
        gradient = columns.T @ (p - is_event) + ridge * beta
        information = _information(columns, p, ridge)
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        size = 1.0
        while size > _CLOSE:
            tried = beta - size * step
            reached = _loss(columns, is_event, given, tried, ridge)
            if reached <= loss:
                break
            size /= 2
        is_done = bool(np.abs(gradient @ step) < _CLOSE * (1 + abs(loss)))
        beta, loss = tried, min(reached, loss)
        if is_done:
            break
    p = expit(given + columns @ beta)
    information = _information(columns, p, ridge)
    covariance = np.asarray(np.linalg.pinv(information, hermitian=True), np.float64)
    return LogisticFit(beta, covariance)


def _information(columns: Floats, p: Floats, ridge: float) -> Floats:
    weighted = columns * (p * (1 - p))[:, None]
    return np.asarray(columns.T @ weighted + ridge * np.eye(columns.shape[1]))


def _loss(columns: Floats, is_event: Flags, offset: Floats, beta: Floats, ridge: float) -> float:
    logits = offset + columns @ beta
    loss = np.logaddexp(0.0, logits).sum() - logits[is_event].sum()
    return float(loss + ridge * beta @ beta / 2)
