"""A regression whose errors remember the last one, and its forecast with all its doubts.

The restricted likelihood tells the autocorrelation, because least squares and the likelihood
itself take it too small in short series, which makes intervals too narrow.
"""

from dataclasses import dataclass

import numpy as np

from custintel._intervals import Floats

_AUTOCORRELATIONS = np.linspace(-0.95, 0.98, 49)
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What is expected of the periods that follow, and the covariance of its errors."""

    mean: Floats
    covariance: Floats
    autocorrelation: float
    degrees_of_freedom: float
    fitted: Floats


def forecast(y: Floats, x: Floats, x_after: Floats) -> Forecast:
    """Return the forecast for rows `x_after` that follow `y` ~ `x` with AR(1) errors.

    It is the mixture of the forecasts by each autocorrelation, weighted by its restricted
    likelihood, as nobody knows the true one.
    """
    each = [_given(rho, y, x, x_after) for rho in _AUTOCORRELATIONS]
    log_weights = np.array([one.log_likelihood for one in each])
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    means = np.stack([one.mean for one in each])
    mean = weights @ means
    away = means - mean
    within = np.tensordot(weights, np.stack([one.covariance for one in each]), axes=1)
    return Forecast(
        mean=mean,
        covariance=within + (away * weights[:, None]).T @ away,
        autocorrelation=float(weights @ _AUTOCORRELATIONS),
        degrees_of_freedom=float(max(len(y) - x.shape[1], 1)),
        fitted=weights @ np.stack([one.fitted for one in each]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """The forecast if the autocorrelation were known, and how likely that is."""

    mean: Floats
    covariance: Floats
    fitted: Floats  # of the periods before, from all that came before each
    log_likelihood: float


def _given(rho: float, y: Floats, x: Floats, x_after: Floats) -> _Given:
    y_white, x_white = _whitened(rho, y), _whitened(rho, x)
    inverse = np.linalg.pinv(x_white.T @ x_white)
    coefficients = inverse @ x_white.T @ y_white
    freedom = max(len(y) - x.shape[1], 1)
    squares = max(float(((y_white - x_white @ coefficients) ** 2).sum()), _NOTHING)
    error = y - x @ coefficients
    steps = np.arange(1, len(x_after) + 1)
    memory = rho**steps
    apart = np.abs(steps[:, None] - steps[None, :])
    together = steps[:, None] + steps[None, :]
    noise = (rho**apart - rho**together) / (1 - rho**2)
    unknown = x_after - memory[:, None] * x[-1]
    _sign, log_det = np.linalg.slogdet(x_white.T @ x_white)
    return _Given(
        mean=x_after @ coefficients + memory * error[-1],
        covariance=squares / freedom * (noise + unknown @ inverse @ unknown.T),
        fitted=x @ coefficients + np.concatenate([[0.0], rho * error[:-1]]),
        log_likelihood=-0.5 * (freedom * np.log(squares) + log_det - np.log(1 - rho**2)),
    )


def _whitened(rho: float, values: Floats) -> Floats:
    """Return values whose errors are independent (Prais & Winsten 1954)."""
    white = values.astype(float).copy()
    white[1:] -= rho * values[:-1]
    white[0] *= np.sqrt(1 - rho**2)
    return white
