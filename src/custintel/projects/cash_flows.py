"""The cash flows of a project, period by period, from its lines of costs and benefits."""

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_columns, require_type
from custintel._elementwise import require_rows
from custintel._intervals import Floats
from custintel._present_value import CashFlowTiming, net_present_value
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError
from custintel.projects._amounts import LARGEST, amount_column, whole_column
from custintel.projects.paybacks import is_paid_back
from custintel.projects.templates import MOST_PERIODS

_LINE = ["first_period", "last_period", "amount"]


def project_cash_flows(
    costs: pd.DataFrame,
    benefits: pd.DataFrame,
    *,
    annual_discount_rate: float = 0.0,
    timing: CashFlowTiming = "end",
    period_length: str = "1Y",
) -> pd.DataFrame:
    """Spread lines of costs and benefits over the periods of a project, and add them up.

    Parameters
    ----------
    costs : DataFrame
        One row per line, as `cost_template` makes it: ``first_period``, ``last_period``, whole
        numbers from 0 (0 is now) to 1200; ``amount``, currency **per period**, 0 or more. The
        index names the lines in messages; other columns are ignored.
    benefits : DataFrame
        Likewise, as `benefit_template` makes it; an amount may be negative. ``success_rate``,
        0-1, is the part of the amount that is expected; 1 if the column is missing.
    annual_discount_rate : float, default=0.0
        Effective rate a year, 0-10: 0.1 for 10 %.
    timing : {"end", "middle", "start"}, default="end"
        When in its period an amount comes. Period 0 is now in any case.
    period_length : str, default="1Y"
        Length of a period with its unit: ``"1M"``, ``"1Y"``.

    Returns
    -------
    DataFrame
        One row per period, from 0 to the last of any line.

        - ``period`` : int
        - ``cost``, ``benefit`` : float, currency; benefits times their success rate
        - ``amount`` : float, ``benefit`` − ``cost``
        - ``cumulative_amount`` : float, its running total
        - ``discount_factor`` : float, in 0-1: worth now of an amount of 1
        - ``present_value``, ``cumulative_present_value`` : float, currency of today
        - ``is_paid_back`` : bool, whether ``cumulative_present_value`` is 0 or more from this
          period to the last

    Raises
    ------
    SchemaError
        If a column is missing, an amount is empty or impossible, or periods are.
    ValueError
        If there is no line at all, or the rate, the timing or the length of a period is not
        one.
    TypeError
        If one of the two is not a table.

    Examples
    --------
    >>> import pandas as pd
    >>> costs = pd.DataFrame(
    ...     {"first_period": [0, 1], "last_period": [0, 2], "amount": [100.0, 10.0]},
    ...     index=["system", "support"],
    ... )
    >>> benefits = pd.DataFrame(
    ...     {"first_period": 1, "last_period": 2, "amount": 140.0, "success_rate": 0.5},
    ...     index=["revenue"],
    ... )
    >>> flows = project_cash_flows(costs, benefits, annual_discount_rate=0.2)
    >>> flows[["cost", "benefit", "amount", "cumulative_amount", "present_value"]].round(1)
        cost  benefit  amount  cumulative_amount  present_value
    0  100.0      0.0  -100.0             -100.0         -100.0
    1   10.0     70.0    60.0              -40.0           50.0
    2   10.0     70.0    60.0               20.0           41.7
    """
    paid = _lines(costs, table="costs", least=0.0)
    earned = _lines(benefits, table="benefits", least=-LARGEST)
    lines = pd.concat([paid, earned])
    if lines.empty:
        raise ValueError(
            _("costs and benefits hold no line: fill cost_template() and benefit_template().")
        )
    n = int(lines["last_period"].max()) + 1
    cost, benefit = _by_period(paid, n), _by_period(earned, n)
    flows = pd.DataFrame(
        {"period": np.arange(n), "cost": cost, "benefit": benefit, "amount": benefit - cost}
    )
    worth = net_present_value(
        flows,
        annual_discount_rate=annual_discount_rate,
        timing=timing,
        period_length=period_length,
    ).table
    return flows.assign(
        cumulative_amount=flows["amount"].cumsum(),
        discount_factor=worth["discount_factor"],
        present_value=worth["present_value"],
        cumulative_present_value=worth["cumulative_present_value"],
        is_paid_back=is_paid_back(worth["present_value"].to_numpy()),
    )


def _lines(lines: pd.DataFrame, *, table: str, least: float) -> pd.DataFrame:
    """Return the periods and the expected amount of each line, checked."""
    asked = _("a pandas DataFrame with the columns {columns}", columns=quoted(_LINE))
    require_type(lines, pd.DataFrame, name=table, what=asked)
    require_columns(lines.columns, _LINE, table=table)
    _require_filled(lines["amount"], table)
    first, last = (
        whole_column(lines, name, table_name=table, most=MOST_PERIODS)
        for name in ("first_period", "last_period")
    )
    not_before = _("a period that does not come before first_period")
    require_rows(lines["last_period"], last < first, not_before, table=table)
    amount = amount_column(lines, "amount", table_name=table, low=least)
    if "success_rate" in lines.columns and table == "benefits":
        amount = amount * amount_column(lines, "success_rate", table_name=table, high=1.0)
    return pd.DataFrame({"first_period": first, "last_period": last, "amount": amount})


def _require_filled(amount: pd.Series, table: str) -> None:
    is_empty = amount.isna()
    n = int(is_empty.sum())
    if n:
        raise SchemaError(
            _n(
                "{n} line of {total} in table {table!r} has no amount: {lines}. Write 0 for "
                "what does not count, or drop the line.",
                "{n} lines of {total} in table {table!r} have no amount, such as {lines}. Write 0 "
                "for what does not count, or drop the lines.",
                n,
                table=table,
                total=len(amount),
                lines=quoted(amount.index[is_empty], most=3),
            )
        )


def _by_period(lines: pd.DataFrame, n: int) -> Floats:
    total = np.zeros(n)
    for first, last, amount in lines.itertuples(index=False):
        total[int(first) : int(last) + 1] += amount
    return total
