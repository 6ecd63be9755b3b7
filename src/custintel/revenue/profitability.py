"""What is left of the revenue after the cost of the goods and the cost to serve."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_type
from custintel._frames import Frame, lazy
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue._groups import days_observed, group_totals, largest_first, with_rows
from custintel.revenue.cost_drivers import COUNTED, CostDriver

_COLUMNS = ["n_orders", "revenue", "cost", "margin", "cost_to_serve", "profit", "profit_rate"]


def profitability_table(
    transactions: Frame,
    drivers: Sequence[CostDriver],
    *,
    as_of: Day,
    window: str | None = None,
    by: str = "customer_id",
) -> pd.DataFrame:
    """Take the cost of the goods and the cost to serve off the revenue of each customer.

    The cost to serve is activity-based: every driver shares out a pool of costs in proportion
    to an activity, or charges a rate for each unit of it. A pool is shared out whole.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``, ``cost``, the columns `by` and those that
        the drivers name, and, if there is one, ``order_id``; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file. Without ``order_id`` each row is an order.
    drivers : sequence of CostDriver
        The costs of serving customers; with none the profit is the margin.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    window : str, optional
        Length of the time that is measured, such as ``"12M"``, up to `as_of`; by default all
        of it. The pools of costs are of the same time. Months and years are calendar ones.
    by : str, default="customer_id"
        Column whose values become the rows: ``account_id``, ``channel``, ``product_id`` …
        Lines without a value are one row, ``(missing)``.

    Returns
    -------
    DataFrame
        Indexed by `by`, largest profit first, equal ones by name. Who has an activity but no
        transaction is a row too.

        - ``n_orders`` : int, orders with a purchase
        - ``revenue`` : float, net of refunds, currency
        - ``cost`` : float, cost of the goods, currency
        - ``margin`` : float, ``revenue`` − ``cost``
        - one column per driver, named as it : float, currency, >= 0. Of a pool they add up to
          its cost
        - ``cost_to_serve`` : float, sum of the drivers, currency, >= 0
        - ``profit`` : float, ``margin`` − ``cost_to_serve``
        - ``profit_rate`` : float, ``profit`` ÷ ``revenue``; NaN if that is not above zero

    Raises
    ------
    SchemaError
        If a column is missing, a line lacks its cost, an activity is negative or no number,
        or nobody has any of the activity that a pool is shared out by.
    TypeError
        If `drivers` holds something else than `CostDriver`.
    ValueError
        If `as_of` or `window` is not one, or two drivers have the same name, or that of
        another column of the result.

    Warns
    -----
    WeakResultWarning
        If cells of a column that a driver adds up are missing, which count as 0.

    References
    ----------
    Cooper, R. and Kaplan, R. S. (1991). Profit priorities from activity-based costing.
    Harvard Business Review 69(3), 130-135.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-03-01", "2024-05-01", "2024-05-01"]),
    ...     "revenue": [100.0, 50.0, 30.0],
    ...     "cost": [40.0, 20.0, 15.0],
    ... })
    >>> calls = pd.Series({"ann": 1, "bob": 4})
    >>> drivers = [
    ...     CostDriver("shipping", "orders", rate=5.0),
    ...     CostDriver("calls", calls, cost=20.0),
    ... ]
    >>> table = profitability_table(transactions, drivers, as_of="2024-12-31")
    >>> table[["margin", "shipping", "calls", "profit"]]
                 margin  shipping  calls  profit
    customer_id
    ann            90.0      10.0    4.0    76.0
    bob            15.0       5.0   16.0    -6.0
    """
    _require_drivers(drivers)
    lazy(transactions, ["cost"])  # without it there is no margin: say so before all else
    columns = list(dict.fromkeys(_column_of(driver) for driver in drivers if _column_of(driver)))
    days = days_observed(as_of, window)
    totals = group_totals(transactions, by=by, days=days, sums=columns)
    _require_costs(totals)
    _warn_of_unknown(totals, columns)
    given = {driver.name: _given(driver, by) for driver in drivers if _is_given(driver)}
    for activity in given.values():
        totals = with_rows(totals, activity.index)
    served = pd.DataFrame(index=totals.index)
    for driver in drivers:
        activity = given[driver.name] if driver.name in given else _found(driver, totals, columns)
        served[driver.name] = _charged(driver, activity.reindex(totals.index).fillna(0.0))
    return largest_first(_profits(totals, served), "profit")


def _profits(totals: pd.DataFrame, served: pd.DataFrame) -> pd.DataFrame:
    revenue, cost = totals["revenue"].astype(float), totals["cost"].astype(float)
    cost_to_serve = served.sum(axis=1).astype(float)
    profit = revenue - cost - cost_to_serve
    return pd.DataFrame(
        {
            "n_orders": totals["n_orders"],
            "revenue": revenue,
            "cost": cost,
            "margin": revenue - cost,
            **{name: served[name] for name in served},
            "cost_to_serve": cost_to_serve,
            "profit": profit,
            "profit_rate": profit / revenue.where(revenue > 0),
        }
    )


def _is_given(driver: CostDriver) -> bool:
    return isinstance(driver.activity, pd.Series)


def _column_of(driver: CostDriver) -> str:
    """Return the column of the transactions that a driver adds up, or nothing."""
    activity = driver.activity
    return activity if isinstance(activity, str) and activity not in COUNTED else ""


def _given(driver: CostDriver, by: str) -> "pd.Series[float]":
    """Return the activity that a driver holds, by the names of the rows."""
    held = pd.Series(driver.activity)
    names = held.index.astype("str") if by.endswith("_id") else held.index
    activity = pd.to_numeric(held.set_axis(names), errors="coerce").astype(float)
    _require_amounts(driver, activity)
    return activity


def _found(driver: CostDriver, totals: pd.DataFrame, columns: list[str]) -> "pd.Series[float]":
    """Return the activity that a driver counts or adds up in the transactions."""
    column = _column_of(driver)
    name = f"sum_{columns.index(column)}" if column else COUNTED[str(driver.activity)]
    activity = totals[name].astype(float)
    _require_amounts(driver, activity)
    return activity


def _charged(driver: CostDriver, activity: "pd.Series[float]") -> "pd.Series[float]":
    if driver.rate is not None:
        return activity * float(driver.rate)
    cost, whole = float(driver.cost or 0.0), float(activity.sum())
    if whole > 0:
        return activity / whole * cost
    if cost > 0:
        raise SchemaError(
            _(
                "The cost of {name!r} cannot be shared out, because nobody has any of its "
                "activity up to the last day observed. Name another activity, or leave it out.",
                name=driver.name,
            )
        )
    return activity


def _require_drivers(drivers: Sequence[CostDriver]) -> None:
    what = _("a list of custintel.revenue.CostDriver")
    require_type(drivers, Sequence, name="drivers", what=what)
    for driver in drivers:
        require_type(driver, CostDriver, name="drivers", what=what)
    times = Counter([driver.name for driver in drivers] + _COLUMNS)
    taken = [name for name, n in times.items() if n > 1]
    if taken:
        raise ValueError(
            _(
                "Each driver has a name of its own, which is none of {columns}: got {names} twice.",
                columns=", ".join(_COLUMNS),
                names=quoted(taken, most=3),
            )
        )


def _require_amounts(driver: CostDriver, activity: "pd.Series[float]") -> None:
    wrong = [*activity.index[~(np.isfinite(activity) & (activity >= 0))]]
    wrong += [*activity.index[activity.index.duplicated()]]
    if wrong:
        raise SchemaError(
            _n(
                "The activity of {name!r} comes twice, or is not a number of 0 or more, for {n} "
                "row: {examples}. Add up what belongs together, and give 0 for none.",
                "The activity of {name!r} comes twice, or is not a number of 0 or more, for {n} "
                "rows: {examples}. Add up what belongs together, and give 0 for none.",
                len(wrong),
                name=driver.name,
                examples=quoted(wrong, most=3),
            )
        )


def _require_costs(totals: pd.DataFrame) -> None:
    without = totals.index[totals["n_without_cost"] > 0]
    if len(without):
        raise SchemaError(
            _n(
                "{n} line has no cost, so that profits would be wrong, of {examples}. Fill the "
                "column 'cost' of 'transactions', with 0 where there was none.",
                "{n} lines have no cost, so that profits would be wrong, of {examples}. Fill the "
                "column 'cost' of 'transactions', with 0 where there was none.",
                int(totals["n_without_cost"].sum()),
                examples=quoted(without, most=3),
            )
        )


def _warn_of_unknown(totals: pd.DataFrame, columns: list[str]) -> None:
    n = int(totals["n_unknown"].sum())
    if n:
        message = _n(
            "{n} cell of {columns} is missing on lines of purchases, and counts as 0.",
            "{n} cells of {columns} are missing on lines of purchases, and count as 0.",
            n,
            columns=quoted(columns, most=3),
        )
        warn(message, WeakResultWarning)
