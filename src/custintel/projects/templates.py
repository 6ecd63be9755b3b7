"""Tables of the costs and benefits of a customer-intelligence project, ready to be filled."""

import numpy as np
import pandas as pd

from custintel._checks import require_between, require_count
from custintel._text import mark as N_
from custintel._text import translate as _

MOST_PERIODS = 1200  # a century of months

_ONCE, _RUNNING = False, True

_COSTS = {
    "strategy_integration": (
        _ONCE,
        N_("Integration of the new customer strategy"),
        N_("Design of the strategy, advice, and the time of those who decide"),
    ),
    "role_change": (
        _ONCE,
        N_("Change of people's roles"),
        N_("New descriptions of posts, recruiting, pay in the time of change"),
    ),
    "process_change": (
        _ONCE,
        N_("Change of processes"),
        N_("Redesign, and the output lost while people learn"),
    ),
    "new_systems": (
        _ONCE,
        N_("New systems"),
        N_("Hardware and software, bought or configured"),
    ),
    "training": (
        _ONCE,
        N_("Training of employees"),
        N_("Courses, and the working time of those who attend"),
    ),
    "ongoing_support": (
        _RUNNING,
        N_("Ongoing support of the process or system"),
        N_("Maintenance, licences by subscription, people who help users"),
    ),
    "data_storage_and_quality": (
        _RUNNING,
        N_("Data storage and data quality"),
        N_("Storage, cleaning, addresses and other data bought"),
    ),
    "legacy_integration": (
        _ONCE,
        N_("Integration or obsolescence of legacy systems"),
        N_("Interfaces, migration of data, book value of what is given up"),
    ),
}
_BENEFITS = {
    "customer_satisfaction": (
        N_("Higher customer satisfaction"),
        N_("Customers who stay because of it × their margin; not the score itself"),
    ),
    "revenue_or_profitability": (
        N_("More revenue or profitability"),
        N_("Additional revenue × contribution margin, measured against a group held out"),
    ),
    "process_efficiency": (
        N_("More efficient processes"),
        N_("Hours saved × cost of an hour, if the hours are put to other use"),
    ),
    "competitive_advantage": (
        N_("Competitive advantage"),
        N_("Margin of customers won from, or not lost to, competitors"),
    ),
}


def cost_template(*, n_periods: int = 3) -> pd.DataFrame:
    """Return a table of the cost lines of a customer-intelligence project, to be filled.

    Lines that come once stand in period 0, running ones in periods 1 to `n_periods`. Fill
    ``amount``, change the periods, drop or add lines, and give the table to
    `project_cash_flows` or `project_appraisal`. An amount left empty is refused there: write 0
    for what costs nothing.

    Parameters
    ----------
    n_periods : int, default=3
        Periods after now, usually years, 1 to 1200.

    Returns
    -------
    DataFrame
        Indexed by ``line``, eight lines.

        - ``name``, ``includes`` : str, what the line is, in the active language
        - ``first_period``, ``last_period`` : int, periods in which it comes; 0 is now
        - ``amount`` : float, currency **per period**; empty, to be filled

    Raises
    ------
    ValueError
        If `n_periods` is not a whole number of 1 to 1200.

    Examples
    --------
    >>> costs = cost_template(n_periods=2)
    >>> costs.loc[["training", "ongoing_support"], ["first_period", "last_period"]]
                     first_period  last_period
    line
    training                    0            0
    ongoing_support             1            2
    """
    _require_periods(n_periods)
    rows = [
        {
            "name": _(name),
            "includes": _(includes),
            "first_period": int(is_running),
            "last_period": n_periods if is_running else 0,
            "amount": np.nan,
        }
        for is_running, name, includes in _COSTS.values()
    ]
    return pd.DataFrame(rows, index=pd.Index(list(_COSTS), dtype=object, name="line"))


def benefit_template(*, n_periods: int = 3) -> pd.DataFrame:
    """Return a table of the benefit lines of a customer-intelligence project, to be filled.

    All lines stand in periods 1 to `n_periods`. A benefit counts once: customers who stay
    because they are satisfied are not to be counted again as revenue.

    Parameters
    ----------
    n_periods : int, default=3
        Periods after now, usually years, 1 to 1200.

    Returns
    -------
    DataFrame
        Indexed by ``line``, four lines.

        - ``name``, ``measured_by`` : str, what the line is and what makes money of it, in the
          active language
        - ``first_period``, ``last_period`` : int, periods in which it comes; 0 is now
        - ``success_rate`` : float, 0-1, part of the amount that is expected; 1 at first
        - ``amount`` : float, currency **per period**; empty, to be filled

    Raises
    ------
    ValueError
        If `n_periods` is not a whole number of 1 to 1200.

    Examples
    --------
    >>> benefits = benefit_template()
    >>> benefits["name"].to_list()[1:3]
    ['More revenue or profitability', 'More efficient processes']
    """
    _require_periods(n_periods)
    rows = [
        {
            "name": _(name),
            "measured_by": _(measured_by),
            "first_period": 1,
            "last_period": n_periods,
            "success_rate": 1.0,
            "amount": np.nan,
        }
        for name, measured_by in _BENEFITS.values()
    ]
    return pd.DataFrame(rows, index=pd.Index(list(_BENEFITS), dtype=object, name="line"))


def _require_periods(n_periods: object) -> None:
    require_count(n_periods, name="n_periods")
    require_between(n_periods, 1, MOST_PERIODS, name="n_periods")  # type: ignore[arg-type]
