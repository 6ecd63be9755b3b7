"""Concave response curves: each further amount spent on a channel brings less than the last.

``a`` is the scale and ``b`` the shape. The shape is estimated as a number without bounds,
``theta``: its logit for the power curve, its logarithm for the others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

from custintel._intervals import Floats

Numbers = Floats | np.float64
Function = Callable[[Any, Any, Any], Floats]  # of single numbers, or of arrays
_WIDEST = 25.0  # of theta, beyond which elasticities are 0 or 1 to all digits that matter


@dataclass(frozen=True, slots=True)
class Curve:
    """One family of curves, as functions of the spend, the scale and the shape.

    ``spend_at`` is the inverse of ``marginal``; ``elasticity`` depends on spend and shape.
    """

    response: Function
    marginal: Function
    spend_at: Function
    elasticity: Callable[[Any, Any], Floats]
    is_power: bool = False

    def shape(self, theta: Numbers) -> Floats:
        """Return the shape of an estimate without bounds."""
        return np.asarray(expit(theta) if self.is_power else np.exp(theta))

    def theta(self, shape: Numbers) -> Floats:
        """Return the estimate without bounds of a shape."""
        return np.asarray(logit(shape) if self.is_power else np.log(shape))

    def slope(self, spend: Floats, theta: float) -> Floats:
        """Return the derivative of the logarithm of the response by theta."""
        b = self.shape(np.float64(theta))
        if self.is_power:
            return np.asarray(np.log(spend) * b * (1 - b))
        return -self.elasticity(spend, b)

    def theta_of_elasticity(self, spend: float, elasticity: float) -> float:
        """Return the theta with which the response has an elasticity at a spend."""
        if self.is_power:
            return float(logit(elasticity))
        at, middle = np.float64(spend), float(np.log(spend))

        def excess(theta: float) -> float:
            return float(self.elasticity(at, self.shape(np.float64(theta)))) - elasticity

        return float(brentq(excess, middle - _WIDEST * 20, middle + _WIDEST))


def _log_elasticity(x: Numbers, b: Numbers) -> Floats:
    u = x / b
    return np.asarray(u / ((1 + u) * np.log1p(u)))


def _exponential_elasticity(x: Numbers, b: Numbers) -> Floats:
    u = x / b
    with np.errstate(over="ignore"):
        return np.asarray(u / np.expm1(u))


CURVES = {
    "power": Curve(
        response=lambda x, a, b: np.asarray(a * x**b),
        marginal=lambda x, a, b: a * b * x ** (b - 1),
        spend_at=lambda slope, a, b: (a * b / slope) ** (1 / (1 - b)),
        elasticity=lambda x, b: np.asarray(b + 0 * x),
        is_power=True,
    ),
    "log": Curve(
        response=lambda x, a, b: a * np.log1p(x / b),
        marginal=lambda x, a, b: a / (b + x),
        spend_at=lambda slope, a, b: a / slope - b,
        elasticity=_log_elasticity,
    ),
    "exponential": Curve(
        response=lambda x, a, b: -a * np.expm1(-x / b),
        marginal=lambda x, a, b: a / b * np.exp(-x / b),
        spend_at=lambda slope, a, b: b * np.log(a / (b * slope)),
        elasticity=_exponential_elasticity,
    ),
}
