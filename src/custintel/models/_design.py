"""How covariates move a model's parameters from customer to customer.

A covariate multiplies one parameter: its logarithm is ln p + ± z·γ for a customer with
covariates z. Everything is linear in the logarithms and the coefficients, so derivatives by
them follow from those by the customer's own log parameters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.models._newton import Curve

Rows = slice | NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class RowCurve:
    """Each customer's log-likelihood, with its derivatives by the customer's log parameters."""

    value: Floats  # shape (n,)
    slopes: Floats  # shape (k, n)
    bends: dict[tuple[int, int], Floats]  # second derivatives by i ≤ j; zero where left out

    def summed(self, weight: Floats) -> Curve:
        """Return the weighted sum over customers who share all parameters."""
        k = len(self.slopes)
        hessian = np.zeros((k, k))
        for (i, j), bend in self.bends.items():
            hessian[i, j] = hessian[j, i] = weight @ bend
        return Curve(float(weight @ self.value), self.slopes @ weight, hessian)


@dataclass(frozen=True, slots=True)
class Term:
    """Covariates of one parameter: the coefficient's direction is in the sign of the values."""

    position: int  # of the parameter
    values: Floats  # shape (n, number of covariates)


@dataclass(frozen=True, slots=True)
class Design:
    """The covariates of some customers; the coefficients follow the log parameters in order."""

    n_parameters: int
    terms: tuple[Term, ...] = ()

    def of(self, rows: Rows) -> "Design":
        """Return the covariates of some of the customers."""
        terms = (Term(term.position, term.values[rows]) for term in self.terms)
        return Design(self.n_parameters, tuple(terms))

    def n_coefficients(self) -> int:
        """Return how many coefficients there are."""
        return sum(term.values.shape[1] for term in self.terms)

    def moves(self, position: int) -> bool:
        """Tell whether a parameter differs between customers."""
        return any(term.position == position for term in self.terms)

    def parameters(self, theta: Floats) -> Floats:
        """Return the parameters: of shape (k,) if all customers share them, else (k, n)."""
        base = theta[: self.n_parameters]
        if not self.terms:
            return np.asarray(np.exp(base))
        logs = np.repeat(base[:, None], len(self.terms[0].values), axis=1)
        for term, coefficients in self._with_coefficients(theta):
            logs[term.position] += term.values @ coefficients
        return np.asarray(np.exp(logs))

    def standardised(self, weight: Floats) -> tuple["Design", Floats]:
        """Return covariates of mean 0 and spread 1, and the matrix that leads theta back.

        A search among their coefficients does not depend on the units of the covariates.
        """
        back = np.eye(self.n_parameters + self.n_coefficients())
        terms, at = [], self.n_parameters
        for term in self.terms:
            mean = np.average(term.values, axis=0, weights=weight)
            spread = np.sqrt(np.average((term.values - mean) ** 2, axis=0, weights=weight))
            spread[spread == 0] = 1.0
            terms.append(Term(term.position, (term.values - mean) / spread))
            own = np.arange(at, at + len(mean))
            back[own, own] = 1 / spread
            back[term.position, own] = -mean / spread
            at += len(mean)
        return Design(self.n_parameters, tuple(terms)), back

    def gather(self, rows: RowCurve, weight: Floats) -> Curve:
        """Return the weighted sum, with its derivatives by log parameters and coefficients."""
        if not self.terms:
            return rows.summed(weight)
        spread = self._spread()
        n = len(spread)
        gradient = np.array([column @ (weight * rows.slopes[j]) for j, column in spread])
        hessian = np.zeros((n, n))
        for (i, j), bend in rows.bends.items():
            weighted = weight * bend
            for p, (at_p, z_p) in enumerate(spread):
                for q, (at_q, z_q) in enumerate(spread):
                    if (at_p, at_q) in {(i, j), (j, i)}:
                        hessian[p, q] += (z_p * weighted) @ z_q
        return Curve(float(weight @ rows.value), gradient, hessian)

    def chain(self, jacobian: Floats) -> Floats:
        """Turn derivatives by the customers' log parameters, (n, k), into those by theta."""
        if not self.terms:
            return jacobian
        return np.column_stack([column * jacobian[:, j] for j, column in self._spread()])

    def _spread(self) -> list[tuple[int, Floats]]:
        """Return, for each entry of theta, the parameter that it moves and by how much."""
        n = len(self.terms[0].values)
        base = [(j, np.ones(n)) for j in range(self.n_parameters)]
        return base + [(t.position, column) for t in self.terms for column in t.values.T]

    def _with_coefficients(self, theta: Floats) -> list[tuple[Term, Floats]]:
        ends = self.n_parameters + np.cumsum([term.values.shape[1] for term in self.terms])
        starts = [self.n_parameters, *ends[:-1]]
        return [
            (term, theta[start:end])
            for term, start, end in zip(self.terms, starts, ends, strict=True)
        ]


def total(parts: Sequence[Curve]) -> Curve:
    """Add up curves."""
    return Curve(
        sum(part.value for part in parts),
        np.sum([part.gradient for part in parts], axis=0),
        np.sum([part.hessian for part in parts], axis=0),
    )
