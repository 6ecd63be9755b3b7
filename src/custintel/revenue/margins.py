"""What is left of the revenue: gross margins, and what marketing takes of the sales."""

from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel import _formats as formats
from custintel._checks import quoted, require_choice, require_type
from custintel._frames import (
    Frame,
    as_counts,
    day_number,
    lazy,
    month_number,
    number_of_day,
    to_pandas,
)
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import PERIOD_MONTHS, Day, as_day
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue._groups import labels
from custintel.revenue._period_columns import by_period
from custintel.revenue._ranking import places
from custintel.revenue.periods import TOTAL

_SUMS = ("revenue", "uncosted", "cost", "n_lines", "n_uncosted")


def margin_table(
    transactions: Frame,
    *,
    as_of: Day,
    by: str | None = None,
    period: Literal["Y", "Q", "M"] | None = None,
) -> pd.DataFrame:
    """Measure the gross margin of each item, and what it rests on.

    The gross margin is revenue − cost of what was sold. Lines without a cost have no margin:
    they are left out of it, refunds among them, and shown beside it, so that a rate that
    rests on half of the revenue cannot be taken for one of the whole.

    Parameters
    ----------
    transactions : DataFrame
        ``ordered_at``, ``revenue``, ``cost`` (of the whole line, negative or zero for goods
        that came back) and the column `by`; pandas, polars, DuckDB, PySpark, pyarrow, or the
        path of a Parquet file.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    by : str, optional
        Column whose values become the rows. Lines without a value are one row,
        ``(missing)``. By default all lines are one row, ``total``.
    period : {"Y", "Q", "M"}, optional
        Calendar years, quarters or months told apart; by default all time together.

    Returns
    -------
    DataFrame
        Indexed by the item (named as `by`), and by ``period`` if periods are told apart; the
        largest revenue first, equal ones by name, and periods in order of time. Only items
        and periods with a line have a row.

        - ``revenue`` : float, net of refunds, currency of the table
        - ``revenue_without_cost`` : float, the part of it that is left out of the margin
        - ``cost`` : float, currency
        - ``gross_margin`` : float, currency; NaN if no line has a cost
        - ``margin_rate`` : float, ``gross_margin`` / revenue of the lines with a cost; NaN
          if that revenue is not above zero
        - ``n_lines`` : int
        - ``n_without_cost`` : int, lines without a cost

    Raises
    ------
    SchemaError
        If a column is missing.
    ValueError
        If `as_of` is not a date, or `period` is unknown.

    Warns
    -----
    WeakResultWarning
        If lines have no cost, with their number and revenue.

    References
    ----------
    Farris, P. W., Bendle, N. T., Pfeifer, P. E. and Reibstein, D. J. (2010). Marketing
    metrics, 2nd edition, chapter 3. Upper Saddle River: Pearson.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "ordered_at": pd.to_datetime(["2024-03-01", "2024-05-01", "2024-06-01"]),
    ...     "revenue": [100.0, 300.0, 50.0],
    ...     "cost": [60.0, 210.0, 25.0],
    ...     "channel": ["web", "shop", "web"],
    ... })
    >>> margins = margin_table(transactions, as_of="2024-12-31", by="channel")
    >>> margins[["revenue", "gross_margin", "margin_rate"]].round(3)
             revenue  gross_margin  margin_rate
    channel
    shop       300.0          90.0        0.300
    web        150.0          65.0        0.433
    """
    if period is not None:
        require_choice(period, tuple(PERIOD_MONTHS), name="period")
    last_day = number_of_day(as_day(as_of))
    sums = to_pandas(_sums(transactions, by, last_day, PERIOD_MONTHS.get(period or "", 0)))
    _warn_of_uncosted(sums)
    sums = sums.assign(item=labels(sums["item"], None).to_numpy())
    # A value that is itself "(missing)" is one of two of that name.
    together = sums.groupby(["item", "period"], sort=False)[list(_SUMS)].sum().reset_index()
    ordered = together.iloc[_largest_first(together)]
    names = pd.Index(ordered["item"].to_list(), name=by, dtype=None if len(ordered) else object)
    if period is None:
        return _margins(ordered, names)
    periods = pd.PeriodIndex(
        [pd.Period(ordinal=int(each), freq=period) for each in ordered["period"]], freq=period
    )
    return _margins(ordered, pd.MultiIndex.from_arrays([names, periods], names=[by, "period"]))


def marketing_to_sales(sales: "pd.Series[Any]", spend: "pd.Series[Any]") -> pd.DataFrame:
    """Divide the marketing spend of each period by its sales.

    Parameters
    ----------
    sales : Series
        Sales by period, such as ``revenue_table(transactions, as_of=…).loc["total"]``. The
        index holds periods, or labels such as 2005, "2005Q1", "2005-03".
    spend : Series
        Marketing spend of the same periods, in the same currency.

    Returns
    -------
    DataFrame
        Indexed by ``period``, in order of time. `custintel.plots.marketing_rate_bars` draws it.

        - ``sales``, ``spend`` : float, currency
        - ``marketing_rate`` : float, ``spend`` / ``sales``; NaN if these are not above zero

    Raises
    ------
    SchemaError
        If periods repeat or differ between the two, or an amount is missing or not a number.
    TypeError
        If `sales` or `spend` is no Series.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.Series([200.0, 250.0], index=[2023, 2024])
    >>> spend = pd.Series([10.0, 15.0], index=["2023", "2024"])
    >>> marketing_to_sales(sales, spend)
            sales  spend  marketing_rate
    period
    2023    200.0   10.0            0.05
    2024    250.0   15.0            0.06
    """
    sold, spent = (_of_periods(given, name) for given, name in ((sales, "sales"), (spend, "spend")))
    apart = sold.index.symmetric_difference(spent.index)
    if len(apart):
        raise SchemaError(
            _(
                "sales and spend are of different periods: {examples} in one of them alone. If "
                "nothing was spent there, say so: spend.reindex(sales.index, fill_value=0.0).",
                examples=quoted(apart, most=3),
            )
        )
    together = pd.DataFrame({"sales": sold, "spend": spent}).rename_axis("period")
    rate = together["spend"] / together["sales"].where(together["sales"] > 0)
    return together.assign(marketing_rate=rate)


def _of_periods(given: "pd.Series[Any]", name: str) -> "pd.Series[float]":
    require_type(given, pd.Series, name=name, what=_("a Series of amounts by period"))
    # A row of a table, so that its labels and amounts are checked like those of any other.
    row = pd.DataFrame([given.to_list()], index=[name], columns=given.index)
    return by_period(row).iloc[0]


def _sums(transactions: Frame, by: str | None, last_day: int, months: int) -> nw.LazyFrame[Any]:
    columns = dict.fromkeys(["ordered_at", "revenue", "cost", *([] if by is None else [by])])
    has_none = nw.col("cost").is_null() | nw.col("cost").is_nan()
    return (
        lazy(transactions, list(columns))
        .filter(day_number("ordered_at") <= last_day)
        .select(
            "revenue",
            item=nw.lit(TOTAL) if by is None else nw.col(by),
            period=month_number("ordered_at") // months if months else nw.lit(0),
            uncosted=nw.when(has_none).then(nw.col("revenue")).otherwise(0.0),
            cost=nw.when(has_none).then(0.0).otherwise(nw.col("cost")),
            n_lines=nw.lit(1),
            n_uncosted=has_none.cast(nw.Int64),
        )
        .group_by("item", "period")
        .agg(*(nw.col(name).sum() for name in _SUMS))
    )


def _largest_first(sums: pd.DataFrame) -> NDArray[np.intp]:
    # Engines add up in different orders: totals equal to a hundredth of a cent are equal.
    totals = sums.groupby("item", sort=False)["revenue"].sum().round(4)
    place = dict(zip(totals.index, places(totals), strict=True))
    return np.lexsort((sums["period"].to_numpy("int64"), sums["item"].map(place).to_numpy("int64")))


def _margins(sums: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    revenue, uncosted, cost = (sums[name].to_numpy(float) for name in _SUMS[:3])
    n_lines, n_uncosted = (sums[name].to_numpy(float) for name in _SUMS[3:])
    costed = revenue - uncosted
    margin = np.where(n_uncosted < n_lines, costed - cost, np.nan)
    rate = np.divide(margin, costed, where=costed > 0, out=np.full(len(margin), np.nan))
    table = pd.DataFrame(
        {
            "revenue": revenue,
            "revenue_without_cost": uncosted,
            "cost": cost,
            "gross_margin": margin,
            "margin_rate": rate,
            "n_lines": n_lines,
            "n_without_cost": n_uncosted,
        },
        index=index,
    )
    return as_counts(table, ["n_lines", "n_without_cost"])


def _warn_of_uncosted(sums: pd.DataFrame) -> None:
    n, revenue = int(sums["n_uncosted"].sum()), float(sums["revenue"].sum())
    if n:
        message = _n(
            "{n} of {n_lines} lines has no cost; its revenue, {amount} of {revenue}, "
            "is left out of the margins. Fill the column 'cost'.",
            "{n} of {n_lines} lines have no cost; their revenue, {amount} of "
            "{revenue}, is left out of the margins. Fill the column 'cost'.",
            n,
            n_lines=int(sums["n_lines"].sum()),
            amount=formats.number(float(sums["uncosted"].sum()), 2),
            revenue=formats.number(revenue, 2),
        )
        warn(message, WeakResultWarning)
