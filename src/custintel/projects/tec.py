"""Return on a CRM project as the Technology Evaluation Centers state it, and put right."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from custintel._cashflows import discount_factors, geometric_sum
from custintel._checks import require_between, require_count
from custintel.projects._amounts import amount

Basis = Literal["as stated", "fixed costs apart"]
_YEARLY = ("storage_cost", "upgrade_cost")


@dataclass(frozen=True, slots=True, eq=False)
class TecRoi:
    """Return on a CRM project in money and as a rate, with all that it rests on.

    Attributes
    ----------
    roi : float
        ``gross_profit`` − ``cost``: an **amount of money**, in the currency of the costs.
    roi_rate : float
        ``roi`` / ``cost``, what is usually called ROI; NaN if the project costs nothing.
    cost : float
        Whole cost of the project, currency.
    gross_profit : float
        Customers × gross profit per customer × success rate, currency, over all years.
    break_even_success_rate : float
        Success rate at which ``roi`` is 0; above 1, the project cannot pay back. Infinite
        without gross profit.
    break_even_customers : float
        Number of customers from which ``roi`` is 0 or more: 0 where each customer brings what
        he costs and nothing is fixed, infinite where each costs more than he brings.
    costs : dict of str to float
        ``cost`` by line, currency, in the order of the formula.
    n_customers, gross_profit_per_customer, success_rate : float
        As given; the gross profit a year.
    n_years : int
        Years counted.
    annual_discount_rate : float
        Effective rate a year.
    basis : {"as stated", "fixed costs apart"}
        Whether all costs are per customer, or only some of them.
    """

    roi: float
    roi_rate: float
    cost: float
    gross_profit: float
    break_even_success_rate: float
    break_even_customers: float
    costs: dict[str, float]
    n_customers: float
    gross_profit_per_customer: float
    success_rate: float
    n_years: int
    annual_discount_rate: float
    basis: Basis

    def cost_table(self) -> pd.DataFrame:
        """Return the cost of each line.

        Returns
        -------
        DataFrame
            Indexed by ``line``, in the order of the formula.

            - ``cost`` : float, currency, of all customers and years
            - ``cost_share`` : float, in 0-1; NaN if the project costs nothing
            - ``cost_per_customer`` : float, currency; NaN without customers

        Examples
        --------
        >>> found = tec_roi(
        ...     100, implementation_cost=3, upkeep_cost=1, gross_profit=9, success_rate=0.5
        ... )
        >>> found.cost_table().loc[["implementation_cost", "upkeep_cost"], "cost_share"].to_list()
        [0.75, 0.25]
        """
        cost = pd.Series(self.costs, dtype=float)
        cost.index = pd.Index(list(self.costs), dtype=object, name="line")
        return pd.DataFrame(
            {
                "cost": cost,
                "cost_share": cost / (self.cost or np.nan),
                "cost_per_customer": cost / (self.n_customers or np.nan),
            }
        )


def tec_roi(  # noqa: PLR0913 - the quantities that the formula has
    n_customers: float,
    *,
    implementation_cost: float,
    upkeep_cost: float,
    gross_profit: float,
    success_rate: float,
    hardware_cost: float = 0.0,
    storage_cost: float = 0.0,
    training_cost: float = 0.0,
    upgrade_cost: float = 0.0,
) -> TecRoi:
    """Reckon the return on a CRM project by the formula of the Technology Evaluation Centers.

    Cost = customers × (implementation + upkeep + hardware + storage + training + upgrades);
    return = customers × gross profit × success rate − cost. The result is an amount of money,
    not a rate, and **all costs are per customer**, those too that do not grow with their
    number, such as hardware: divide them by the number of customers before. So the sign of the
    result does not depend on how many customers there are. Years and interest do not come into
    it. `corrected_tec_roi` keeps fixed costs apart and counts years.

    Parameters
    ----------
    n_customers : float
        Customers, 0 or more.
    implementation_cost : float
        Cost of putting the system in place, **per customer**, currency, 0 or more, as all that
        follow.
    upkeep_cost : float
        Maintenance per customer: people added to support the system, and overheads.
    gross_profit : float
        Gross profit per customer, currency. The source says "your gross profit"; multiplied
        by the number of customers it can only be that of one of them.
    success_rate : float
        Part of that profit that the project is expected to bring, 0-1; from several factors by
        `weighted_success_rate`.
    hardware_cost, storage_cost, training_cost, upgrade_cost : float, default=0.0
        Further costs **per customer**.

    Returns
    -------
    TecRoi
        The return in money and as a rate, the cost by line, and what would break even.

    Raises
    ------
    ValueError
        If a number is negative, missing or beyond 1e15, or the success rate not in 0-1.
    TypeError
        If one of them is no number.

    References
    ----------
    Abrell, T. Article on CRM strategies, part 4. Technology Evaluation Centers; read in French
    ("Clients des stratégies de GRC, 4e partie").

    Examples
    --------
    >>> project = tec_roi(
    ...     10_000, implementation_cost=20, upkeep_cost=5, gross_profit=60, success_rate=0.5
    ... )
    >>> project.cost, project.roi, project.roi_rate
    (250000.0, 50000.0, 0.2)
    >>> round(project.break_even_success_rate, 3)
    0.417
    """
    lines = _read(
        implementation_cost=implementation_cost,
        upkeep_cost=upkeep_cost,
        hardware_cost=hardware_cost,
        storage_cost=storage_cost,
        training_cost=training_cost,
        upgrade_cost=upgrade_cost,
    )
    earning = _earning(n_customers, gross_profit, success_rate)
    return _result(lines, {}, earning, basis="as stated")


def corrected_tec_roi(  # noqa: PLR0913 - the quantities of tec_roi, and time
    n_customers: float,
    *,
    implementation_cost: float,
    upkeep_cost: float,
    gross_profit: float,
    success_rate: float,
    hardware_cost: float = 0.0,
    storage_cost: float = 0.0,
    training_cost: float = 0.0,
    upgrade_cost: float = 0.0,
    n_years: int = 1,
    annual_discount_rate: float = 0.0,
) -> TecRoi:
    """Reckon the return on a CRM project with its fixed costs apart, over several years.

    As `tec_roi`, but hardware, storage, training and upgrades are costs of the whole project
    and do not grow with the customers; implementation, hardware and training are paid once, at
    the start; upkeep, storage, upgrades and gross profit come at the end of each year and are
    discounted. With no fixed cost, one year and no interest, both give the same.

    Parameters
    ----------
    n_customers : float
        Customers, 0 or more.
    implementation_cost : float
        **Per customer**, once, currency, 0 or more, as all costs.
    upkeep_cost : float
        **Per customer and year**: people added to support the system, and overheads.
    gross_profit : float
        Gross profit per customer and year, currency.
    success_rate : float
        Part of that profit that the project is expected to bring, 0-1.
    hardware_cost : float, default=0.0
        **Of the whole project**, once; other costs of the start may be added to it.
    storage_cost : float, default=0.0
        **Of the whole project**, a year.
    training_cost : float, default=0.0
        **Of the whole project**, once.
    upgrade_cost : float, default=0.0
        **Of the whole project**, a year.
    n_years : int, default=1
        Years counted, 1 to 100.
    annual_discount_rate : float, default=0.0
        Effective rate a year, 0-10: 0.1 for 10 %.

    Returns
    -------
    TecRoi
        The return in money of today and as a rate, the cost by line, and what would break
        even.

    Raises
    ------
    ValueError
        If a number is negative, missing or beyond 1e15, or a rate or number of years not one.
    TypeError
        If one of them is no number.

    Examples
    --------
    >>> project = corrected_tec_roi(
    ...     10_000, implementation_cost=5, upkeep_cost=5, gross_profit=60, success_rate=0.5,
    ...     hardware_cost=150_000,
    ... )
    >>> project.roi, project.break_even_customers
    (50000.0, 7500.0)
    """
    require_count(n_years, name="n_years")
    require_between(n_years, 1, 100, name="n_years")
    require_between(annual_discount_rate, 0, 10, name="annual_discount_rate")
    earning = _earning(
        n_customers, gross_profit, success_rate, n_years=n_years, rate=annual_discount_rate
    )
    per_customer = _read(implementation_cost=implementation_cost, upkeep_cost=upkeep_cost)
    fixed = _read(
        hardware_cost=hardware_cost,
        storage_cost=storage_cost,
        training_cost=training_cost,
        upgrade_cost=upgrade_cost,
    )
    for costs, name in ((per_customer, "upkeep_cost"), *((fixed, each) for each in _YEARLY)):
        costs[name] *= earning.of_yearly
    return _result(per_customer, fixed, earning, basis="fixed costs apart")


@dataclass(frozen=True, slots=True)
class _Earning:
    """What a project brings."""

    n_customers: float
    yearly_profit: float  # per customer
    success_rate: float
    n_years: int
    rate: float
    of_yearly: float  # what 1 at the end of each year is worth now

    def per_customer(self) -> float:
        """Return what a customer would bring at a success rate of 1."""
        return self.yearly_profit * self.of_yearly


def _earning(
    n_customers: float,
    gross_profit: float,
    success_rate: float,
    *,
    n_years: int = 1,
    rate: float = 0.0,
) -> _Earning:
    return _Earning(
        n_customers=amount(n_customers, name="n_customers"),
        yearly_profit=amount(gross_profit, name="gross_profit"),
        success_rate=amount(success_rate, name="success_rate", high=1.0),
        n_years=n_years,
        rate=rate,
        of_yearly=_annuity(n_years, rate),
    )


def _annuity(n_years: int, rate: float) -> float:
    if rate == 0:
        return float(n_years)
    factor = discount_factors(1, rate)
    return float(factor * geometric_sum(factor, n_years))


def _read(**costs: float) -> dict[str, float]:
    return {name: amount(cost, name=name) for name, cost in costs.items()}


def _result(
    per_customer: dict[str, float], fixed: dict[str, float], earning: _Earning, *, basis: Basis
) -> TecRoi:
    n = earning.n_customers
    costs = {name: n * cost for name, cost in per_customer.items()} | fixed
    cost = sum(costs.values())
    could_bring = n * earning.per_customer()
    brought = could_bring * earning.success_rate
    left = earning.per_customer() * earning.success_rate - sum(per_customer.values())
    return TecRoi(
        roi=brought - cost,
        roi_rate=(brought - cost) / cost if cost else np.nan,
        cost=cost,
        gross_profit=brought,
        break_even_success_rate=_least(cost, could_bring),
        break_even_customers=_least(sum(fixed.values()), left),
        costs=costs,
        n_customers=n,
        gross_profit_per_customer=earning.yearly_profit,
        success_rate=earning.success_rate,
        n_years=earning.n_years,
        annual_discount_rate=earning.rate,
        basis=basis,
    )


def _least(cost: float, each: float) -> float:
    """Return how many times `each` covers the cost; infinite if it never does."""
    if each > 0:
        return cost / each
    return 0.0 if cost == each == 0 else np.inf
