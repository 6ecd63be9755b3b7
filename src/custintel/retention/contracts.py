"""Retention of customers, and of revenue, where contracts tell who stays."""

from typing import Literal

import numpy as np
import pandas as pd

from custintel._frames import Frame, number_of_day
from custintel._intervals import Floats, normal_quantile, wilson_interval
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel.errors import SchemaError
from custintel.retention._contracts import read_contracts, values_of
from custintel.retention._purchase_days import MISSING, TOTAL
from custintel.retention._spans import Stretch, named, stretches

_EPOCH = pd.Timestamp("1970-01-01")
_ROUNDING = 1e-12


def contract_retention(
    contracts: Frame,
    *,
    as_of: Day,
    period: Literal["M", "Q", "Y"] | tuple[Day, Day] = "Y",
    by: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count the customers under contract who stay in each period, and the revenue that stays.

    A customer is there on a day if one of the customer's contracts runs on it, and is worth
    the values of all that do. The start of a period is the eve of its first day, its end its
    last day. A contract that ends on the last day of a period still runs at its end, and is
    lost in the next one, unless another follows it.

    Three rates that are often confused: customer (logo) retention counts heads; **gross**
    revenue retention counts what is left of the revenue of the start, each customer at most
    with what they were worth then; **net** revenue retention counts the growth of these
    customers too, and can be above 1. New customers are in none of them.

    Parameters
    ----------
    contracts : DataFrame
        ``customer_id``, ``started_at``, ``ended_at`` (the last day on which it runs; missing
        while no end is known), ``value`` (what it brings per year, or per any unit of time that
        all share, 0 or more, in one currency), and the column `by`; of any engine.
    as_of : date-like
        Last day observed, included. Periods that were not over by then are not listed.
    period : {"M", "Q", "Y"} or (date-like, date-like), default="Y"
        Calendar months, quarters or years; or the first and the last day of one period.
    by : str, optional
        Column whose values are told apart. A customer belongs to each value with contracts of
        theirs. Contracts without one are ``(missing)``.
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per group and period, in order.

        - ``group`` : str, value of `by`, or ``total``
        - ``period`` : Period, or str for a period of two days
        - ``n_start``, ``n_end`` : int, customers at the start and at the end
        - ``n_kept``, ``n_lost`` : int, those of the start who are there at the end, or not
        - ``n_new`` : int, those of the end who were not there at the start
        - ``retention_rate`` : float, 0-1, ``n_kept`` ÷ ``n_start``; this and all rates are NaN
          without customers, or without value, at the start
        - ``retention_rate_low``, ``retention_rate_high`` : float, 0-1, Wilson interval
        - ``churn_rate`` : float, 0-1, ``n_lost`` ÷ ``n_start``; its bounds are 1 minus those of
          the retention rate
        - ``start_value``, ``end_value`` : float, value of all at the start and at the end
        - ``lost_value`` : float, >= 0, that of the customers lost
        - ``contraction_value``, ``expansion_value`` : float, >= 0, by how much customers who
          stayed went down, or up
        - ``new_value`` : float, >= 0, that of the new customers at the end
        - ``gross_revenue_retention`` : float, 0-1, (start − lost − contraction) ÷ start value
        - ``gross_revenue_retention_low``, ``gross_revenue_retention_high`` : float, 0-1, Wilson
          interval of as many equal customers as the values are worth, (Σ value)² ÷ Σ value²
        - ``net_revenue_retention`` : float, >= 0, gross plus expansion ÷ start value
        - ``net_revenue_retention_low``, ``net_revenue_retention_high`` : float, > 0, interval
          of a ratio of sums on the logarithmic scale; NaN with one customer at the start, where
          all of the value went, or where all values changed alike, such as when all customers
          stay with what they had: then nothing tells how far the rate may vary

    Raises
    ------
    SchemaError
        If a column is missing or of another type, a contract has no start, ends before it
        starts or has no value, or none had started.
    ValueError
        If an argument is not as described.

    References
    ----------
    Kish, L. (1965). Survey Sampling. Wiley: the effective number of unequal units.

    Cochran, W. G. (1977). Sampling Techniques, 3rd ed. Wiley, section 2.11: the variance of a
    ratio.

    Examples
    --------
    Of 100, 200 and 100 at the end of 2023 the second goes down to 150, the third leaves, the
    first rises to 160.

    >>> import pandas as pd
    >>> contracts = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cy"],
    ...     "started_at": pd.to_datetime(
    ...         ["2023-01-01", "2024-01-01", "2023-01-01", "2024-01-01", "2023-06-01"]),
    ...     "ended_at": pd.to_datetime(["2023-12-31", None, "2023-12-31", None, "2024-05-31"]),
    ...     "value": [100.0, 160.0, 200.0, 150.0, 100.0],
    ... })
    >>> rates = contract_retention(contracts, as_of="2024-12-31").set_index("period")
    >>> rates[["n_start", "n_kept", "gross_revenue_retention", "net_revenue_retention"]]
            n_start  n_kept  gross_revenue_retention  net_revenue_retention
    period
    2023          0       0                      NaN                    NaN
    2024          3       2                    0.625                  0.775
    """
    normal_quantile(level)
    last_day = as_day(as_of)
    found = read_contracts(contracts, ["value", *([] if by is None else [by])], last_day=last_day)
    if found.empty:
        raise SchemaError(
            _("Table 'contracts' has none that started by {day:%Y-%m-%d}.", day=last_day)
        )
    group = TOTAL if by is None else found[by].astype("str").mask(found[by].isna(), MISSING)
    found = found.assign(group=group, value=values_of(found))
    earliest = _EPOCH + pd.Timedelta(days=int(found["started"].min()))
    periods = stretches(period, earliest=earliest, as_of=last_day)
    cells = [_sums(found, each) for each in periods]
    groups = sorted(found["group"].unique())
    names = named([each.name for each in periods])
    table = pd.DataFrame(
        [cell.loc[group] for group in groups for cell in cells],
        columns=cells[0].columns if cells else _SUMS,
    ).reset_index(drop=True)
    table.insert(0, "group", pd.Index(np.repeat(groups, len(periods)), dtype="str"))
    table.insert(1, "period", names.take(np.tile(np.arange(len(periods)), len(groups))))
    return _rates(table, level)


_COUNTS = ["n_start", "n_kept", "n_lost", "n_new", "n_end"]
_VALUES = ["start_value", "lost_value", "contraction_value", "expansion_value", "new_value"]
_SUMS = [*_COUNTS, *_VALUES, "end_value", "effective_n", "log_variance"]


def _sums(contracts: pd.DataFrame, stretch: Stretch) -> pd.DataFrame:
    """Return the counts and sums of each group in a period."""
    first, last = number_of_day(stretch.first), number_of_day(stretch.last)
    customers = pd.DataFrame({"start": _on(contracts, first - 1), "end": _on(contracts, last)})
    start, end = customers["start"].fillna(0.0), customers["end"].fillna(0.0)
    was, stays = customers["start"].notna(), customers["end"].notna()
    cells = pd.DataFrame(
        {
            "n_start": was,
            "n_kept": was & stays,
            "n_lost": was & ~stays,
            "n_new": ~was & stays,
            "n_end": stays,
            "start_value": start,
            "lost_value": start.where(was & ~stays, 0.0),
            "contraction_value": (start - end).clip(lower=0).where(was & stays, 0.0),
            "expansion_value": (end - start).clip(lower=0).where(was & stays, 0.0),
            "new_value": end.where(~was, 0.0),
            "end_value": end,
        }
    )
    kept = end.where(was, 0.0)
    moments = pd.DataFrame({"xx": start**2, "xy": start * kept, "yy": kept**2, "y": kept})
    levels = contracts["group"].unique()
    sums = cells.groupby("group").sum().reindex(levels, fill_value=0)
    squares = moments.groupby("group").sum().reindex(levels, fill_value=0.0)
    sums = sums.assign(effective_n=_ratio(sums["start_value"] ** 2, squares["xx"]))
    return sums.assign(log_variance=_log_variance(sums, squares))[_SUMS]


def _on(contracts: pd.DataFrame, day: int) -> "pd.Series[float]":
    """Return the value of each customer of each group with a contract that runs on a day."""
    runs = contracts[(contracts["started"] <= day) & (contracts["ended"] >= day)]
    return runs.groupby(["group", "customer_id"])["value"].sum().astype(float)


def _log_variance(sums: pd.DataFrame, squares: pd.DataFrame) -> "pd.Series[float]":
    """Return the variance of the logarithm of end ÷ start value of the customers of the start."""
    n, x, y = sums["n_start"], sums["start_value"], squares["y"]
    ratio = _ratio(y, x)
    # Of y − r·x, whose sum is 0 by the making of r.
    residual = squares["yy"] - 2 * ratio * squares["xy"] + ratio**2 * squares["xx"]
    # Where all changed alike nothing tells of the spread, which does not mean that there is none.
    residual = residual.where(residual > _ROUNDING * squares["yy"])
    small_sample = _ratio(n, (n - 1).clip(lower=0))
    return small_sample * _ratio(residual, y**2)


def _ratio(part: "pd.Series[float]", whole: "pd.Series[float]") -> "pd.Series[float]":
    return part / whole.where(whole > 0)


def _rates(table: pd.DataFrame, level: float) -> pd.DataFrame:
    counts = table[_COUNTS].astype("int64")
    start = table["start_value"].astype(float)
    rate = _ratio(counts["n_kept"].astype(float), counts["n_start"].astype(float))
    low, high = _wilson(rate, counts["n_start"].astype(float), level)
    gross = _ratio(start - table["lost_value"] - table["contraction_value"], start)
    gross = gross.clip(0, 1)
    gross_low, gross_high = _wilson(gross, table["effective_n"].astype(float), level)
    kept = start - table["lost_value"] - table["contraction_value"] + table["expansion_value"]
    net = _ratio(kept, start)
    spread = np.exp(normal_quantile(level) * np.sqrt(table["log_variance"].astype(float)))
    return pd.DataFrame(
        {
            "group": table["group"],
            "period": table["period"],
            **counts.to_dict("series"),
            "retention_rate": rate,
            "retention_rate_low": low,
            "retention_rate_high": high,
            "churn_rate": 1 - rate,
            "churn_rate_low": 1 - high,
            "churn_rate_high": 1 - low,
            **table[[*_VALUES, "end_value"]].astype(float).to_dict("series"),
            "gross_revenue_retention": gross,
            "gross_revenue_retention_low": gross_low,
            "gross_revenue_retention_high": gross_high,
            "net_revenue_retention": net,
            "net_revenue_retention_low": net / spread,
            "net_revenue_retention_high": net * spread,
        }
    )


def _wilson(
    rate: "pd.Series[float]", trials: "pd.Series[float]", level: float
) -> tuple[Floats, Floats]:
    """Return the Wilson interval of rates, NaN without trials."""
    known = (rate.notna() & (trials > 0)).to_numpy()
    n = np.where(known, trials.fillna(0.0), 1.0)
    low, high = wilson_interval(rate.fillna(0.0).to_numpy(float) * n, n, level)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)
