"""Net present value of a table of amounts to come."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from custintel._cashflows import discount_factors
from custintel._checks import (
    quoted,
    require_between,
    require_choice,
    require_columns,
    require_type,
)
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import DAYS_PER_YEAR, Day, Span, as_day
from custintel.errors import SchemaError
from custintel.value._elementwise import float_column

CashFlowTiming = Literal["end", "middle", "start"]
_PERIODS_BEFORE_END = {"end": 0.0, "middle": 0.5, "start": 1.0}


@dataclass(frozen=True, slots=True, eq=False)
class NetPresentValue:
    """What a table of cash flows is worth now, and how that was found.

    Attributes
    ----------
    total : float
        Net present value, in the currency of the amounts.
    table : DataFrame
        The cash flows in order of time, with the labels that they came with.

        - ``period`` or ``due_on`` : as given
        - ``amount`` : float, currency
        - ``discount_factor`` : float, in 0-1: worth now of an amount of 1
        - ``present_value``, ``cumulative_present_value`` : float, currency
    annual_discount_rate : float
        Effective rate a year.
    timing : str or None
        When in its period an amount comes; None if amounts have a date.
    """

    total: float
    table: pd.DataFrame
    annual_discount_rate: float
    timing: CashFlowTiming | None


def net_present_value(
    cash_flows: pd.DataFrame,
    *,
    annual_discount_rate: float,
    timing: CashFlowTiming = "end",
    period_length: str = "1Y",
    as_of: Day | None = None,
) -> NetPresentValue:
    """Discount the amounts of a table to now and add them up.

    Amounts come by ``period`` (0 is now, 1 the first period from now on), or, if `as_of` is
    given, on the day ``due_on``. Spreadsheets agree with ``timing="end"``: their NPV takes its
    first amount for that of period 1. Their XNPV counts years of 365 days; here a year is
    365.25 days, as everywhere in custintel.

    Parameters
    ----------
    cash_flows : DataFrame
        ``amount``, currency, negative for what is paid; and ``period``, whole numbers from 0,
        or ``due_on``, dates. A period or day may stand in several rows.
    annual_discount_rate : float
        Effective rate a year, 0-10: 0.1 for 10 %.
    timing : {"end", "middle", "start"}, default="end"
        When in its period an amount comes. Period 0 is now in any case. Dates ignore it.
    period_length : str, default="1Y"
        Length of a period with its unit: ``"1M"``, ``"1Y"``. Dates ignore it.
    as_of : date-like, optional
        Now, for amounts with dates; none may come before it.

    Returns
    -------
    NetPresentValue
        ``total``, and ``table`` with one row per amount, in order of time:

        - ``period`` or ``due_on``, ``amount``, ``discount_factor``, ``present_value``,
          ``cumulative_present_value``

    Raises
    ------
    SchemaError
        If a column is missing, an amount, period or date is missing or impossible, or a date
        comes before `as_of`.
    ValueError
        If the rate, the timing or the length of a period is not one.
    TypeError
        If `cash_flows` is not a table.

    References
    ----------
    Brealey, R. A., Myers, S. C. and Allen, F. (2017). Principles of corporate finance, 12th
    edition, chapter 2. New York: McGraw-Hill.

    Examples
    --------
    >>> import pandas as pd
    >>> campaign = pd.DataFrame({"period": [0, 1, 2], "amount": [-100.0, 60.0, 72.0]})
    >>> worth = net_present_value(campaign, annual_discount_rate=0.2)
    >>> round(worth.total, 2), worth.table["present_value"].round(2).to_list()
    (0.0, [-100.0, 50.0, 50.0])
    """
    require_between(annual_discount_rate, 0, 10, name="annual_discount_rate")
    require_choice(timing, _PERIODS_BEFORE_END, name="timing")
    when = "period" if as_of is None else "due_on"
    asked = _("a pandas DataFrame with the columns {when!r} and 'amount'", when=when)
    require_type(cash_flows, pd.DataFrame, name="cash_flows", what=asked)
    require_columns(cash_flows.columns, [when, "amount"], table="cash_flows")
    if as_of is None:
        years = _years_by_period(cash_flows["period"], timing, Span.parse(period_length))
    else:
        years = _years_by_date(cash_flows["due_on"], as_day(as_of))
    amount = _amounts(cash_flows["amount"])
    factor = discount_factors(years, annual_discount_rate)
    worth = pd.DataFrame(
        {
            when: cash_flows[when],
            "amount": amount,
            "discount_factor": factor,
            "present_value": amount * factor,
        }
    ).iloc[np.argsort(years, kind="stable")]
    table = worth.assign(cumulative_present_value=worth["present_value"].cumsum())
    return NetPresentValue(
        total=float(table["present_value"].sum()),
        table=table,
        annual_discount_rate=annual_discount_rate,
        timing=timing if as_of is None else None,
    )


def _years_by_period(period: pd.Series, timing: CashFlowTiming, length: Span) -> Floats:
    number = float_column(period).to_numpy()
    with np.errstate(invalid="ignore"):
        wrong = ~(np.isfinite(number) & (number >= 0) & (number == np.floor(number)))
    _require_none(period, wrong, _("a whole number of periods from now, 0 or more"))
    return np.maximum(number - _PERIODS_BEFORE_END[timing], 0.0) * length.to("Y")


def _years_by_date(due_on: pd.Series, now: pd.Timestamp) -> Floats:
    if not pd.api.types.is_datetime64_dtype(due_on):
        raise SchemaError(
            _(
                "Column 'due_on' of table 'cash_flows' holds no dates without time zone, but "
                "{kind}. Convert it: pd.to_datetime(cash_flows['due_on'], format=…).",
                kind=due_on.dtype,
            )
        )
    days = (due_on.dt.normalize() - now).dt.days.to_numpy(dtype=float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        wrong = ~(days >= 0)
    _require_none(due_on, wrong, _("a date on or after as_of, {day:%Y-%m-%d}", day=now))
    return np.asarray(days / DAYS_PER_YEAR)


def _amounts(amount: pd.Series) -> Floats:
    values = float_column(amount).to_numpy()
    _require_none(amount, ~np.isfinite(values), _("a finite number"))
    return np.asarray(values)


def _require_none(column: pd.Series, wrong: np.ndarray, expected: str) -> None:
    n = int(np.count_nonzero(wrong))
    if n:
        rows = [f"{label}: {value}" for label, value in column[wrong].head(3).items()]
        raise SchemaError(
            _n(
                "Column {column!r} of table 'cash_flows' holds {expected}; {n} of {total} rows "
                "does not, {examples}. Correct it, or leave it out.",
                "Column {column!r} of table 'cash_flows' holds {expected}; {n} of {total} rows "
                "do not, such as {examples}. Correct them, or leave them out.",
                n,
                column=column.name,
                expected=expected,
                total=len(column),
                examples=quoted(rows, most=3),
            )
        )
