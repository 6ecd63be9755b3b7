"""What a project is worth: net present value, internal rate of return, payback and ROI."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel._present_value import CashFlowTiming, read_cash_flows
from custintel.projects.cash_flows import project_cash_flows
from custintel.projects.paybacks import periods_until
from custintel.projects.rates_of_return import internal_rates

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, eq=False)
class ProjectAppraisal:
    """The figures by which a project is judged, and all that they rest on.

    Attributes
    ----------
    net_present_value : float
        Present value of the benefits less that of the costs, currency of today.
    internal_rate_of_return : float
        Annual rate at which that is zero; NaN if there is none, or more than one.
    internal_rates_of_return : tuple of float
        All such rates, in order; empty if there is none. None is looked for in flows that
        change sign more than 100 times.
    payback, discounted_payback : float
        Periods until the running total of the amounts, or of their present values, stays at
        zero or above; infinite if that does not come. See `payback`.
    roi : float
        (benefit − cost) / cost, not discounted; NaN if the project costs nothing.
    benefit_cost_ratio : float
        Present value of the benefits divided by that of the costs: above 1 if the project is
        worth it; NaN if the project costs nothing.
    cost, benefit : float
        Totals, not discounted, currency.
    cash_flows : DataFrame
        From `project_cash_flows`.
    costs, benefits : DataFrame
        The lines, as given.
    annual_discount_rate : float
        Effective rate a year.
    timing : {"end", "middle", "start"}
        When in its period an amount comes.
    period_length : str
        Length of a period, such as ``"1Y"``.
    """

    net_present_value: float
    internal_rate_of_return: float
    internal_rates_of_return: tuple[float, ...]
    payback: float
    discounted_payback: float
    roi: float
    benefit_cost_ratio: float
    cost: float
    benefit: float
    cash_flows: pd.DataFrame
    costs: pd.DataFrame
    benefits: pd.DataFrame
    annual_discount_rate: float
    timing: CashFlowTiming
    period_length: str

    def plot(self, *, currency: str | None = None, ax: "Axes | None" = None) -> "Axes":
        """Draw the cash flows and when they have paid back.

        Parameters
        ----------
        currency : str, optional
            Currency of the amounts.
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            See `custintel.plots.cash_flow_bars`.

        Examples
        --------
        >>> line = {"first_period": [0], "last_period": [0]}
        >>> found = project_appraisal(
        ...     pd.DataFrame({**line, "amount": [5.0]}), pd.DataFrame({**line, "amount": [9.0]}),
        ...     annual_discount_rate=0.1,
        ... )
        >>> found.plot(currency="EUR").get_xlabel()
        'Period (0: now)'
        """
        from custintel.plots.projects import cash_flow_bars

        return cash_flow_bars(self.cash_flows, currency=currency, ax=ax)


def project_appraisal(
    costs: pd.DataFrame,
    benefits: pd.DataFrame,
    *,
    annual_discount_rate: float,
    timing: CashFlowTiming = "end",
    period_length: str = "1Y",
) -> ProjectAppraisal:
    """Appraise a project by its net present value, internal rate of return, payback and ROI.

    The net present value decides: it alone counts all amounts, their times and the price of
    money. The others tell how sure and how soon. They rest on the amounts as given; what
    happens if these are wrong is for `sensitivity_table` and `simulate_returns`.

    Parameters
    ----------
    costs, benefits : DataFrame
        Lines, as for `project_cash_flows`.
    annual_discount_rate : float
        Effective rate a year, 0-10: what the money would bring elsewhere at the same risk.
    timing : {"end", "middle", "start"}, default="end"
        When in its period an amount comes. Period 0 is now in any case.
    period_length : str, default="1Y"
        Length of a period with its unit: ``"1M"``, ``"1Y"``.

    Returns
    -------
    ProjectAppraisal
        The figures, the cash flows, and the inputs.

    Raises
    ------
    SchemaError
        If a column is missing, an amount is empty or impossible, or periods are.
    ValueError
        If there is no line, or the rate, the timing or the length of a period is not one.
    TypeError
        If one of the two is not a table.

    References
    ----------
    Brealey, R. A., Myers, S. C. and Allen, F. (2017). Principles of corporate finance, 12th
    edition, chapter 5. New York: McGraw-Hill.

    Examples
    --------
    >>> from custintel.projects import benefit_template, cost_template
    >>> costs, benefits = cost_template(), benefit_template()
    >>> costs["amount"] = [20_000, 5_000, 5_000, 60_000, 10_000, 8_000, 4_000, 0]
    >>> benefits["amount"] = [15_000, 60_000, 10_000, 0]
    >>> benefits.loc["revenue_or_profitability", "success_rate"] = 0.8
    >>> project = project_appraisal(costs, benefits, annual_discount_rate=0.1)
    >>> round(project.net_present_value), round(project.internal_rate_of_return, 3)
    (51698, 0.376)
    >>> round(project.payback, 2), round(project.roi, 2)
    (1.64, 0.61)
    """
    flows = project_cash_flows(
        costs,
        benefits,
        annual_discount_rate=annual_discount_rate,
        timing=timing,
        period_length=period_length,
    )
    rates = internal_rates(read_cash_flows(flows, timing=timing, period_length=period_length))
    cost, benefit = float(flows["cost"].sum()), float(flows["benefit"].sum())
    worth = flows[["cost", "benefit"]].mul(flows["discount_factor"], axis=0).sum()
    return ProjectAppraisal(
        net_present_value=float(flows["present_value"].sum()),
        internal_rate_of_return=rates[0] if len(rates) == 1 else np.nan,
        internal_rates_of_return=rates,
        payback=periods_until(flows["amount"].to_numpy()),
        discounted_payback=periods_until(flows["present_value"].to_numpy()),
        roi=(benefit - cost) / cost if cost else np.nan,
        benefit_cost_ratio=float(worth["benefit"] / (worth["cost"] or np.nan)),
        cost=cost,
        benefit=benefit,
        cash_flows=flows,
        costs=costs.copy(),
        benefits=benefits.copy(),
        annual_discount_rate=float(annual_discount_rate),
        timing=timing,
        period_length=period_length,
    )
