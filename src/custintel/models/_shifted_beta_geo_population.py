"""What becomes of a cohort of contracts: all start alike, those who leave early go first."""

from dataclasses import dataclass

import numpy as np

from custintel._intervals import Floats
from custintel.models._design import Design
from custintel.models._process import Expectation
from custintel.models._renewals_ahead import Ahead, expected_renewals, log_staying


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers with their own parameters, of whom each has the same weight at the start.

    Derivatives are by the log parameters and the coefficients.
    """

    theta: Floats
    design: Design

    def survival(self, n_renewals: Floats) -> Expectation:
        """Return the share still there after each number of renewals."""
        return _stacked([self._survival_after(n) for n in n_renewals.tolist()])

    def retention(self, n_renewals: Floats) -> Expectation:
        """Return the share who renew once more, of those who have renewed so often."""
        return _stacked([self._mean_of_those_there(n, Ahead(1, 1.0)) for n in n_renewals.tolist()])

    def residual(self, n_renewals: Floats, ahead: Ahead) -> Expectation:
        """Return the mean (discounted) renewals ahead of those who have renewed so often."""
        return _stacked([self._mean_of_those_there(n, ahead) for n in n_renewals.tolist()])

    def _survival_after(self, n: float) -> Expectation:
        staying = self._log_staying(n)
        share = np.exp(staying.value)
        return _mean(share, share[:, None] * staying.jacobian, np.ones_like(share))

    def _mean_of_those_there(self, n: float, ahead: Ahead) -> Expectation:
        staying = self._log_staying(n)
        a, b = self._parameters()
        coming = self._by_theta(expected_renewals(a, b + n, ahead), n)
        if not np.isfinite(coming.value).all():
            return Expectation(np.array([np.inf]), np.zeros((1, coming.jacobian.shape[1])))
        # Relative to the largest, so that the weights do not all vanish.
        there = np.exp(staying.value - staying.value.max())
        middle = float(there @ coming.value / there.sum())
        drift = (coming.value - middle)[:, None] * staying.jacobian
        return _mean(coming.value, coming.jacobian + drift, there)

    def _log_staying(self, n: float) -> Expectation:
        a, b = self._parameters()
        return self._by_theta(log_staying(a, b, np.full_like(b, n)), 0.0)

    def _parameters(self) -> tuple[Floats, Floats]:
        alpha, beta = self.design.parameters(self.theta)
        return np.atleast_1d(alpha), np.atleast_1d(beta)

    def _by_theta(self, found: Expectation, n: Floats | float) -> Expectation:
        beta = self._parameters()[1]
        return Expectation(found.value, self.design.chain(by_log_beta(found.jacobian, beta, n)))


def by_log_beta(jacobian: Floats, beta: Floats, n_renewals: Floats | float) -> Floats:
    """Turn derivatives by ln a and ln (β + n) into those by ln α and ln β."""
    return np.column_stack([jacobian[:, 0], jacobian[:, 1] * beta / (beta + n_renewals)])


def _mean(values: Floats, jacobian: Floats, weight: Floats) -> Expectation:
    # The sum is divided once, so that the mean of ones is exactly 1.
    mean = np.array([weight @ values]) / weight.sum()
    return Expectation(mean, (weight @ jacobian)[None, :] / weight.sum())


def _stacked(parts: list[Expectation]) -> Expectation:
    return Expectation(
        np.concatenate([part.value for part in parts]),
        np.concatenate([part.jacobian for part in parts]),
    )
