"""A project planned against the project as it goes."""

import numpy as np
import pandas as pd

from custintel._checks import require_columns, require_type
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.projects._amounts import LARGEST, amount_column, whole_column
from custintel.projects.templates import MOST_PERIODS


def track_project(plan: pd.DataFrame, actual: pd.DataFrame) -> pd.DataFrame:
    """Set what a project has cost and brought against its plan, period by period.

    The benefits of a customer-intelligence project come after it has gone live, so it is
    followed beyond its end. All periods up to the last one of `actual` are taken as observed
    in full: within them, a period without a row has cost and brought nothing.

    Parameters
    ----------
    plan : DataFrame
        ``period``, whole numbers from 0 to 1200; ``cost``, currency, 0 or more; ``benefit``,
        currency. From `project_cash_flows`, or made by hand; a period may stand in several
        rows, which are added up.
    actual : DataFrame
        The same columns, as booked so far.

    Returns
    -------
    DataFrame
        One row per period, from 0 to the last of either table.

        - ``period`` : int
        - ``is_observed`` : bool, whether it is not after the last period of `actual`
        - ``planned_cost``, ``planned_benefit`` : float, currency
        - ``actual_cost``, ``actual_benefit`` : float; NaN where not observed, as all
          that follow save the planned ones and the outlook
        - ``cost_variance``, ``benefit_variance`` : float, actual − planned: a cost above zero
          is bad, a benefit above zero good
        - ``planned_cumulative``, ``actual_cumulative`` : float, running totals of benefit −
          cost
        - ``cumulative_variance`` : float, actual − planned
        - ``planned_roi``, ``actual_roi`` : float, (benefit − cost) / cost to date; NaN before
          the first cost
        - ``outlook`` : float, running total as observed, and from there on by the plan

    Raises
    ------
    SchemaError
        If a column is missing, or holds what is no period or amount.
    TypeError
        If one of the two is not a table.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = pd.DataFrame({"period": [0, 1, 2], "cost": [100, 10, 10], "benefit": [0, 80, 80]})
    >>> actual = pd.DataFrame({"period": [0, 1], "cost": [120, 10], "benefit": [0, 70]})
    >>> track = track_project(plan, actual)
    >>> track[["period", "planned_cumulative", "actual_cumulative", "outlook"]]
       period  planned_cumulative  actual_cumulative  outlook
    0       0              -100.0             -120.0   -120.0
    1       1               -30.0              -60.0    -60.0
    2       2                40.0                NaN     10.0
    """
    planned, booked = _by_period(plan, "plan"), _by_period(actual, "actual")
    n_observed = len(booked)
    periods = pd.RangeIndex(max(len(planned), n_observed))
    planned = planned.reindex(periods, fill_value=0.0)
    seen = booked.reindex(periods)
    gain, planned_gain = seen["benefit"] - seen["cost"], planned["benefit"] - planned["cost"]
    table = pd.DataFrame(
        {
            "period": np.arange(len(periods)),
            "is_observed": np.arange(len(periods)) < n_observed,
            "planned_cost": planned["cost"],
            "planned_benefit": planned["benefit"],
            "actual_cost": seen["cost"],
            "actual_benefit": seen["benefit"],
            "cost_variance": seen["cost"] - planned["cost"],
            "benefit_variance": seen["benefit"] - planned["benefit"],
            "planned_cumulative": planned_gain.cumsum(),
            "actual_cumulative": gain.cumsum(),
        }
    )
    return table.assign(
        cumulative_variance=table["actual_cumulative"] - table["planned_cumulative"],
        planned_roi=_roi_to_date(planned),
        actual_roi=_roi_to_date(seen),
        outlook=gain.fillna(planned_gain).cumsum(),
    )


def _by_period(flows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return cost and benefit of each period from 0 to the last one."""
    columns = ["period", "cost", "benefit"]
    asked = _("a pandas DataFrame with the columns 'period', 'cost' and 'benefit'")
    require_type(flows, pd.DataFrame, name=name, what=asked)
    require_columns(flows.columns, columns, table=name)
    period = whole_column(flows, "period", table_name=name, most=MOST_PERIODS).astype(int)
    cost = amount_column(flows, "cost", table_name=name)
    benefit = amount_column(flows, "benefit", table_name=name, low=-LARGEST)
    return pd.DataFrame({"cost": _sums(period, cost), "benefit": _sums(period, benefit)})


def _sums(period: "np.ndarray", amounts: Floats) -> Floats:
    return np.bincount(period, amounts).astype(float)


def _roi_to_date(flows: pd.DataFrame) -> "pd.Series[float]":
    cost, benefit = flows["cost"].cumsum(), flows["benefit"].cumsum()
    return ((benefit - cost) / cost.where(cost > 0)).astype(float)
