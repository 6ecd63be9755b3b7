"""Log-likelihood of the gamma-gamma model, with its derivatives by the log parameters.

A customer whose x repeat purchases have mean amount z contributes (Fader & Hardie 2013,
equation 1):

    − ln B(px, q) + q ln v + (px − 1) ln z + px ln x − (px + q) ln(v + xz).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, psi, zeta

from custintel._intervals import Floats
from custintel.models._history import Spend
from custintel.models._newton import Curve

_BLOCK = 8192  # rows whose temporaries stay in a core's cache


@dataclass(frozen=True, slots=True)
class GammaGammaLikelihood:
    """The log-likelihood of given customers, as a function of ln (p, q, v)."""

    x: Floats
    total: Floats  # amount of the x purchases together
    weight: Floats
    counts: Floats  # distinct values of x …
    count_weights: Floats  # … and the weight of the customers with each
    log_mean: float  # weighted sum of ln z
    x_log_total: float  # weighted sum of x ln(xz)

    @classmethod
    def of(cls, spend: Spend, weight: Floats) -> "GammaGammaLikelihood":
        """Prepare the likelihood of customers with at least one repeat purchase."""
        x, total = spend.frequency, spend.frequency * spend.monetary_value
        by_count = np.bincount(x.astype(np.intp), weight)
        counts = np.flatnonzero(by_count)
        w_log_total = weight * np.log(total)
        return cls(
            x=x,
            total=total,
            weight=weight,
            counts=counts.astype(float),
            count_weights=by_count[counts].astype(float),
            log_mean=float(w_log_total.sum() - by_count[counts] @ np.log(counts)),
            x_log_total=float(w_log_total @ x),
        )

    def __call__(self, log_parameters: Floats) -> Curve:
        """Return the log-likelihood at a point."""
        p, q, v = parameters = np.exp(log_parameters)
        value, gradient, hessian = self._counts_part(p, q)
        log_sum, reciprocals = self._amounts(v)
        n = self.count_weights.sum()
        inverse, x_inverse, inverse_2, x_inverse_2 = reciprocals
        value += p * self.x_log_total - self.log_mean
        value += q * n * np.log(v) - p * log_sum[1] - q * log_sum[0]
        gradient += [
            self.x_log_total - log_sum[1],
            n * np.log(v) - log_sum[0],
            q * n / v - p * x_inverse - q * inverse,
        ]
        hessian[0, 2] = hessian[2, 0] = -x_inverse
        hessian[1, 2] = hessian[2, 1] = n / v - inverse
        hessian[2, 2] = -q * n / v**2 + p * x_inverse_2 + q * inverse_2
        scaled = parameters * gradient
        hessian = hessian * np.outer(parameters, parameters) + np.diag(scaled)
        return Curve(float(value), scaled, hessian)

    def _counts_part(self, p: float, q: float) -> tuple[float, Floats, Floats]:
        """Sum − ln B(px, q), with its derivatives by p, q and v."""
        x, w = self.counts, self.count_weights
        both, first = p * x + q, p * x
        psi_both, slope_both = psi(both), zeta(2, both)  # zeta(2, ·) is the trigamma function
        gradient = np.array([w @ (x * (psi_both - psi(first))), w @ (psi_both - psi(q)), 0.0])
        hessian = np.zeros((3, 3))
        hessian[0, 0] = w @ (x**2 * (slope_both - zeta(2, first)))
        hessian[0, 1] = hessian[1, 0] = w @ (x * slope_both)
        hessian[1, 1] = w @ (slope_both - zeta(2, q))
        return -float(w @ betaln(first, q)), gradient, hessian

    def _amounts(self, v: float) -> tuple[Floats, Floats]:
        """Return the sums over customers of ln(v + xz), and of the powers of its reciprocal.

        The first without and with the factor x; the second likewise, for the reciprocal and
        for its square.
        """
        logs, reciprocals = np.zeros(2), np.zeros(4)
        for start in range(0, len(self.x), _BLOCK):
            rows = slice(start, start + _BLOCK)
            w, w_x = self.weight[rows], self.weight[rows] * self.x[rows]
            sums = v + self.total[rows]
            log, inverse = np.log(sums), 1 / sums
            square = inverse * inverse
            logs += [w @ log, w_x @ log]
            reciprocals += [w @ inverse, w_x @ inverse, w @ square, w_x @ square]
        return logs, reciprocals
