"""Reading contracts, and survivors by period, that the shifted beta-geometric model learns from."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.models._customer_columns import MOST_PERIODS, CustomerColumns


@dataclass(frozen=True, slots=True)
class Contracts:
    """How often customers renewed, and whether they then left: one entry per customer."""

    n_renewals: Floats
    has_left: Floats  # 1 if the contract was not renewed once more, 0 if it still runs

    def of(self, rows: NDArray[np.intp] | slice) -> "Contracts":
        """Return the entries of some customers."""
        return Contracts(self.n_renewals[rows], self.has_left[rows])

    def n_decisions(self) -> Floats:
        """Return on how many renewals each customer has decided."""
        return self.n_renewals + self.has_left


@dataclass(frozen=True, slots=True)
class WeightedContracts:
    """Contracts that differ, with the number of customers of each kind."""

    contracts: Contracts
    weight: Floats


def read_contracts(history: pd.DataFrame) -> Contracts:
    """Return the columns of a table of contracts, once they are checked."""
    columns = CustomerColumns(
        history,
        "contracts",
        _(
            "It has one row per customer: n_periods, the contract periods begun, the first "
            "included, and is_active, whether the contract still runs."
        ),
    )
    columns.require("n_periods", "is_active")
    periods = columns.whole_numbers("n_periods", least=1, most=MOST_PERIODS)
    return Contracts(periods - 1, (~columns.flags("is_active")).astype(float))


def read_survivors(survivors: ArrayLike) -> WeightedContracts:
    """Return the customers of one cohort, of whom so many stayed through 0, 1, … renewals."""
    there = np.asarray(survivors, dtype=float)
    if there.ndim != 1 or len(there) < 2 or not np.isfinite(there).all():
        raise ValueError(
            _(
                "survivors are numbers of customers, first all of the cohort, then those still "
                "there after 1, 2, … renewals: got shape {shape}.",
                shape=there.shape,
            )
        )
    growth = np.diff(there)
    if growth.max() > 0 or there.min() < 0:
        at = int(growth.argmax()) if growth.max() > 0 else int(there.argmin()) - 1
        raise ValueError(
            _(
                "survivors never grow and are not negative: got {first:g} after {n} renewals, "
                "then {second:g}.",
                first=there[at],
                second=there[at + 1],
                n=at,
            )
        )
    if there[0] <= 1:
        raise ValueError(
            _(
                "survivors are numbers of customers, not shares: {n:g} customers to begin with "
                "tell nothing. Multiply the shares by the size of the cohort.",
                n=there[0],
            )
        )
    n = len(there) - 1
    n_renewals = np.append(np.arange(n), n).astype(float)
    contracts = Contracts(n_renewals, (np.arange(n + 1) < n).astype(float))
    return WeightedContracts(contracts, np.append(-np.diff(there), there[-1]))


def observed_survival(data: WeightedContracts) -> list[float]:
    """Return the share still there after 0, 1, … renewals, by Kaplan and Meier's product.

    It ends with the last renewal that anybody has decided on.
    """
    is_used = data.weight > 0
    weight, contracts = data.weight[is_used], data.contracts.of(np.flatnonzero(is_used))
    decisions = contracts.n_decisions().astype(int)
    at_risk = np.bincount(decisions, weight)[::-1].cumsum()[::-1][1:]
    leavers = np.bincount(decisions, weight * contracts.has_left)[1:]
    shares: list[float] = np.append(1.0, np.cumprod(1 - leavers / at_risk)).tolist()
    return shares
