"""On how many occasions each customer purchased, for purchase models in discrete time.

Input is the canonical ``transactions`` table of any engine; output is one row per customer.
"""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from custintel._frames import (
    Frame,
    Output,
    as_counts,
    day_number,
    finish,
    lazy,
    month_number,
    number_of_day,
    warn_refunds_alone,
)
from custintel._text import translate as _
from custintel._time import Day, Span, as_day

_KEY = "customer_id"
_WHOLE = {"D": ("D", 1), "W": ("D", 7), "M": ("M", 1), "Y": ("M", 12)}


def occasion_history(
    transactions: Frame, *, as_of: Day, period: str = "1Y", output: Output = "pandas"
) -> Any:
    """Count the periods in which each customer purchased, for models in discrete time.

    Each period is one occasion, on which a customer purchases or does not; how often within
    the period does not matter. Whole periods are counted back from `as_of`, so the last one
    ends on that day, and none is cut short: with `as_of` the 31st of December and a `period`
    of ``"1Y"`` they are calendar years. Periods of months and years end on the same day of
    the month as `as_of`, or on the last day of a month that is too short; if `as_of` is the
    last day of its month, all end on last days.

    The period of a customer's first purchase is that of the acquisition, and no occasion:
    further purchases within it do not count, and how much of it was left does not matter. A
    refund (negative line) is never a purchase. Customers with refunds alone are left out, and
    a warning counts them (not with native output).

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included, and last day of the last period.
    period : str, default="1Y"
        Length of a period, with its unit: whole days, weeks, calendar months or years, such
        as ``"4W"``, ``"3M"``.
    output : {"pandas", "native"}, default="pandas"
        ``"native"`` returns the engine's own frame, unsorted, with ``customer_id`` as a
        column: for results too large for memory.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, sorted, one row per customer with a purchase.

        - ``frequency`` : int, occasions with a purchase, >= 0
        - ``recency`` : int, number of the last occasion with a purchase, counted from 1; 0 if
          there is none. In periods, not in days as in `purchase_history`
        - ``n_periods`` : int, occasions from the one after the acquisition to `as_of`; 0 for
          customers acquired in the last period

    Raises
    ------
    SchemaError
        If a column is missing.
    ValueError
        If `as_of` is not a date, or `period` not a whole number of days or months.

    References
    ----------
    Fader, P. S., Hardie, B. G. S. and Shang, J. (2010). Customer-base analysis in a
    discrete-time noncontractual setting. Marketing Science 29(6), 1086-1108.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2021-05-01", "2022-03-01", "2022-07-01", "2023-02-01"]),
    ...     "revenue": [10.0, 20.0, 40.0, 5.0],
    ... })
    >>> occasion_history(transactions, as_of="2024-12-31", period="1Y")
                 frequency  recency  n_periods
    customer_id
    ann                  1        1          3
    bob                  0        0          1
    """
    end = as_day(as_of)
    history = _occasions(_lines_by_period(transactions, end, _calendar(period)))
    if output == "native":
        return history.filter(nw.col("frequency") >= 0).to_native()
    table = finish(history, index=_KEY, output=output)
    warn_refunds_alone(table.index[table["frequency"] < 0])
    columns = ["frequency", "recency", "n_periods"]
    return as_counts(table[table["frequency"] >= 0], columns)


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The length of a period, in whole days or whole months."""

    n: int
    unit: str  # "D" or "M"

    def periods_before(self, end: pd.Timestamp) -> nw.Expr:
        """Return how many periods before the last one, which ends on `end`, a line falls in."""
        if self.unit == "D":
            return (number_of_day(end) - day_number("ordered_at")) // self.n
        # After the day on which its month's period ends, a line belongs to the next month's;
        # no day comes after a last day of the month, which the 31st stands for.
        last = 31 if end.is_month_end else end.day
        is_after = (nw.col("ordered_at").dt.day() > last).cast(nw.Int64)
        month_of_end = (end.year - 1970) * 12 + end.month - 1
        return (month_of_end - month_number("ordered_at") - is_after) // self.n


def _calendar(period: str) -> _Calendar:
    span = Span.parse(period)
    unit, each = _WHOLE[span.unit]
    n = span.count * each
    if not n.is_integer():
        raise ValueError(
            _(
                "period is a whole number of days, weeks, months or years: got {period!r}, "
                "try '1M'.",
                period=period,
            )
        )
    return _Calendar(int(n), unit)


def _lines_by_period(
    transactions: Frame, end: pd.Timestamp, calendar: _Calendar
) -> nw.LazyFrame[Any]:
    """Return ``bought`` for each customer and period with lines, counted back in ``before``."""
    return (
        lazy(transactions, [_KEY, "ordered_at", "revenue"])
        .filter(day_number("ordered_at") <= number_of_day(end))
        .with_columns(
            before=calendar.periods_before(end),
            bought=(nw.col("revenue") >= 0).cast(nw.Int64),
        )
        .group_by(_KEY, "before")
        .agg(nw.col("bought").max())
    )


def _occasions(periods: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return one row per customer; the frequency of those with refunds alone is −1."""
    when_bought = nw.when(nw.col("bought") > 0).then(nw.col("before"))
    first, last = nw.coalesce("first", nw.lit(0)), nw.coalesce("last", nw.lit(0))
    return (
        periods.with_columns(when_bought=when_bought)
        .group_by(_KEY)
        .agg(
            nw.col("bought").sum().alias("n"),
            nw.col("when_bought").max().alias("first"),
            nw.col("when_bought").min().alias("last"),
        )
        .select(
            _KEY,
            (nw.col("n").cast(nw.Int64) - 1).alias("frequency"),
            (first - last).cast(nw.Int64).alias("recency"),
            first.cast(nw.Int64).alias("n_periods"),
        )
    )
