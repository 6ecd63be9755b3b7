"""Logistic regression with a quadratic penalty, or with that of Firth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import ConvergenceError

_MOST_STEPS = 200
_TOLERANCE = 1e-13
_FINE = 1e-22  # for steps that shrink by a factor, not by their square
_ROUNDING = 1e-12
_BLOCK = 1024  # rows
_LONGEST_STEP = 5.0  # of a coefficient, so that the first steps do not overshoot


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """Coefficients, the intercept first, and their covariance."""

    coefficients: Floats
    covariance: Floats


def ridge_logistic(design: Floats, outcome: Floats, weight: Floats, penalty: float) -> Floats:
    """Return the intercept and the coefficients that minimise a penalised loss.

    It is Σ w (log(1 + exp η) − y η) + penalty / 2 Σ β²; the intercept is not penalised.
    `outcome` may lie between 0 and 1.

    >>> x = np.array([[-1.0], [0.0], [0.0], [1.0]])
    >>> ridge_logistic(x, np.array([0.0, 1, 0, 1]), np.ones(4), 1.0)[1:].round(4).tolist()
    [0.6748]
    """
    return next(ridge_path(design, outcome, weight, (penalty,)))


def ridge_path(
    design: Floats, outcome: Floats, weight: Floats, penalties: Sequence[float]
) -> Iterator[Floats]:
    """Give what `ridge_logistic` returns for each penalty, each search starting at the last answer.

    >>> x = np.array([[-1.0], [0.0], [0.0], [1.0]])
    >>> path = ridge_path(x, np.array([0.0, 1, 0, 1]), np.ones(4), [1.0, 0.5])
    >>> [each[1:].round(4).tolist() for each in path]
    [[0.6748], [1.0426]]
    """
    full = np.column_stack([np.ones(len(design)), design])
    rate = np.average(outcome, weights=weight)
    beta = np.zeros(full.shape[1])
    beta[0] = np.log(rate / (1 - rate))
    information = _information(full, weight, expit(full @ beta))
    for penalty in penalties:
        shrunk = np.full(len(beta), float(penalty))
        shrunk[0] = 0.0
        beta, information = _ridge_minimum(full, outcome, weight, shrunk, beta, information)
        yield beta


def _ridge_minimum(
    full: Floats,
    outcome: Floats,
    weight: Floats,
    shrunk: Floats,
    beta: Floats,
    information: Floats,
) -> tuple[Floats, Floats]:
    """Return the coefficients of least loss, and the information there.

    Nearly all the time goes into the information. That of other coefficients, given at first,
    serves as long as each step brings us ten times nearer; the last step has its own.
    """
    logits = full @ beta
    loss = log_loss(logits, outcome, weight) + float(shrunk @ beta**2) / 2
    is_own, last_gain = False, np.inf
    for _step in range(_MOST_STEPS):
        p = expit(logits)
        gradient = full.T @ (weight * (outcome - p)) - shrunk * beta
        if is_own:
            information = _information(full, weight, p)
        step = np.linalg.solve(information + np.diag(shrunk), gradient)
        gain = float(gradient @ step)
        is_there = gain <= _TOLERANCE * (1 + abs(loss))
        if is_there and is_own:
            return np.asarray(beta + step), information
        is_own = is_there or gain > last_gain / 100  # gains are squares of distances
        last_gain = gain
        # Newton's step, halved until the loss falls.
        for half in range(40):
            trial = beta + step / 2**half
            logits = full @ trial
            found = log_loss(logits, outcome, weight) + float(shrunk @ trial**2) / 2
            if found <= loss + _ROUNDING * (1 + abs(loss)):
                break
        beta, loss = trial, found
    raise _not_converged()


def firth_logistic(design: Floats, outcome: Floats, weight: Floats) -> LogisticFit:
    """Return the maximum of the likelihood times the root of the information's determinant.

    That is the mode under Jeffreys' prior: Firth (1993, Biometrika 80, 27-38) removes the
    first-order bias with it, and Heinze & Schemper (2002, Statistics in Medicine 21, 2409-2419)
    show that it is finite where the outcomes are separated.

    >>> alone = firth_logistic(np.empty((10, 0)), np.repeat([1.0, 0], [2, 8]), np.ones(10))
    >>> round(float(expit(alone.coefficients[0])), 4)  # (2 + 1/2) / (10 + 1)
    0.2273
    """
    full = np.column_stack([np.ones(len(design)), design])
    beta = np.zeros(full.shape[1])
    value = _firth_value(full, outcome, weight, beta)
    for _step in range(_MOST_STEPS):
        p = expit(full @ beta)
        information = _information(full, weight, p)
        covariance = np.linalg.inv(information)
        leverage = weight * p * (1 - p) * np.einsum("ij,jk,ik->i", full, covariance, full)
        score = full.T @ (weight * (outcome - p) + leverage * (0.5 - p))
        # Of the score as the leverages stand: without them the step of a column that one row
        # fills would be twice too long, and never settle.
        step = np.linalg.solve(_information(full, weight + leverage, p), score)
        if float(score @ step) <= _FINE * (1 + abs(value)):
            return LogisticFit(np.asarray(beta + step), np.asarray(covariance, np.float64))
        step *= min(1.0, _LONGEST_STEP / np.abs(step).max())
        for half in range(40):
            trial = beta + step / 2**half
            found = _firth_value(full, outcome, weight, trial)
            if found >= value - _ROUNDING * (1 + abs(value)):
                break
        beta, value = trial, found
    raise _not_converged()


def intercept_beside(offset: Floats, outcome: Floats, weight: Floats) -> float:
    """Return the intercept under which the mean probability is the share of the outcomes.

    >>> round(intercept_beside(np.zeros(4), np.array([1.0, 0, 0, 0]), np.ones(4)), 4)
    -1.0986
    """
    rate = float(np.average(outcome, weights=weight))
    middle = float(np.average(offset, weights=weight))
    low, high = (float(np.log(rate / (1 - rate)) - end) for end in (offset.max(), offset.min()))
    intercept = float(np.clip(np.log(rate / (1 - rate)) - middle, low, high))
    for _step in range(_MOST_STEPS):
        p = expit(intercept + offset)
        excess = float(weight @ (outcome - p))
        # The answer stays between two ends that close in, should a step leave them.
        low, high = (intercept, high) if excess > 0 else (low, intercept)
        slope = float(weight @ (p * (1 - p)))
        trial = intercept + excess / slope if slope > 0 else np.inf
        trial = trial if low <= trial <= high else (low + high) / 2
        if abs(trial - intercept) <= 1e-13 * (1 + abs(intercept)):
            return trial
        intercept = trial
    return intercept


def log_loss(logits: Floats, outcome: Floats, weight: Floats) -> float:
    """Return the sum of the weighted negative log-likelihood of outcomes."""
    return float(weight @ (np.logaddexp(0, logits) - outcome * logits))


def _information(full: Floats, weight: Floats, p: Floats) -> Floats:
    found = np.zeros((full.shape[1], full.shape[1]))
    root = np.sqrt(weight * p * (1 - p))
    # In blocks that stay in the cache; of a matrix times itself BLAS does one half.
    for at in range(0, len(full), _BLOCK):
        rows = full[at : at + _BLOCK] * root[at : at + _BLOCK, None]
        found += rows.T @ rows
    return found


def _firth_value(full: Floats, outcome: Floats, weight: Floats, beta: Floats) -> float:
    eta = full @ beta
    sign, log_determinant = np.linalg.slogdet(_information(full, weight, expit(eta)))
    if sign <= 0:
        return -np.inf
    return float(log_determinant) / 2 - log_loss(eta, outcome, weight)


def _not_converged() -> ConvergenceError:
    return ConvergenceError(
        _(
            "The logistic regression did not settle in {n} steps. Leave out features that say "
            "the same, or shrink more: penalty=10.",
            n=_MOST_STEPS,
        )
    )
