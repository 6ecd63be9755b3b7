"""The shifted beta-geometric likelihood, with its derivatives by the log parameters.

A customer who renewed k times and then left has the likelihood α (β)_k / (α + β)_{k+1}, one
whose contract still runs (β)_k / (α + β)_k, where (c)_n is the rising factorial.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._intervals import Floats
from custintel.models._design import Design, RowCurve
from custintel.models._newton import Curve
from custintel.models._rising_factorial import log_rising, log_rising_up_to
from custintel.models._shifted_beta_geo_history import Contracts, WeightedContracts


@dataclass(frozen=True, slots=True)
class ShiftedBetaGeoLikelihood:
    """The log-likelihood of weighted contracts as a function of log parameters, coefficients."""

    contracts: Contracts
    weight: Floats
    design: Design

    @classmethod
    def of(cls, data: WeightedContracts, design: Design) -> "ShiftedBetaGeoLikelihood":
        """Take customers alike, in contract and covariates, together."""
        columns = [data.contracts.n_renewals, data.contracts.has_left]
        columns.extend(column for term in design.terms for column in term.values.T)
        alike = pd.DataFrame(dict(enumerate(columns))).groupby([*range(len(columns))], sort=False)
        kind = alike.ngroup().to_numpy()
        rows = np.unique(kind, return_index=True)[1]
        return cls(
            data.contracts.of(rows), np.bincount(kind, data.weight).astype(float), design.of(rows)
        )

    def __call__(self, theta: Floats) -> Curve:
        """Return the log-likelihood and its derivatives."""
        alpha = self.design.parameters(theta)[0]
        rows = _rows(alpha, float(np.exp(theta[1])), self.contracts)
        return self.design.gather(rows, self.weight)


def _rows(alpha: Floats, beta: float, contracts: Contracts) -> RowCurve:
    n_renewals = contracts.n_renewals.astype(np.intp)
    renewed = log_rising_up_to(beta, int(n_renewals.max()))  # β is common to all customers
    decided = log_rising(alpha + beta, contracts.n_decisions())
    by_alpha, by_beta = alpha / (alpha + beta), beta / (alpha + beta)
    mixed = decided.bend - decided.slope
    value = contracts.has_left * np.log(alpha) + renewed.value[n_renewals] - decided.value
    slopes = np.stack(
        [
            contracts.has_left - by_alpha * decided.slope,
            renewed.slope[n_renewals] - by_beta * decided.slope,
        ]
    )
    bends = {
        (0, 0): -by_alpha * decided.slope - by_alpha**2 * mixed,
        (0, 1): -by_alpha * by_beta * mixed,
        (1, 1): renewed.bend[n_renewals] - by_beta * decided.slope - by_beta**2 * mixed,
    }
    return RowCurve(value, slopes, bends)
