"""Tables of amounts to come: how they are read, and what they are worth now."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from custintel._cashflows import discount_factors
from custintel._checks import require_between, require_choice, require_columns, require_type
from custintel._elementwise import float_column, require_rows
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._time import DAYS_PER_YEAR, Day, Span, as_day
from custintel.errors import SchemaError

CashFlowTiming = Literal["end", "middle", "start"]
_LARGEST = 1e15  # as in transactions: beyond it sums lose their cents
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
        If a column is missing, an amount, period or date is missing or impossible (an amount
        beyond 1e15 is), or a date comes before `as_of`.
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
    flows = read_cash_flows(cash_flows, timing=timing, period_length=period_length, as_of=as_of)
    factor = discount_factors(flows.years, annual_discount_rate)
    worth = pd.DataFrame(
        {
            flows.when: cash_flows[flows.when],
            "amount": flows.amount,
            "discount_factor": factor,
            "present_value": flows.amount * factor,
        }
    ).iloc[np.argsort(flows.years, kind="stable")]
    table = worth.assign(cumulative_present_value=worth["present_value"].cumsum())
    return NetPresentValue(
        total=float(table["present_value"].sum()),
        table=table,
        annual_discount_rate=annual_discount_rate,
        timing=timing if as_of is None else None,
    )


class CashFlows(NamedTuple):
    """Amounts in the order of their table, and in how many years they come."""

    when: str  # the column that says it
    years: Floats
    amount: Floats


def read_cash_flows(
    cash_flows: pd.DataFrame,
    *,
    timing: CashFlowTiming,
    period_length: str,
    as_of: Day | None = None,
) -> CashFlows:
    """Read a table with ``amount`` and ``period``, or ``due_on`` if `as_of` is given."""
    require_choice(timing, _PERIODS_BEFORE_END, name="timing")
    when = "period" if as_of is None else "due_on"
    asked = _("a pandas DataFrame with the columns {when!r} and 'amount'", when=when)
    require_type(cash_flows, pd.DataFrame, name="cash_flows", what=asked)
    require_columns(cash_flows.columns, [when, "amount"], table="cash_flows")
    if as_of is None:
        years = _years_by_period(cash_flows["period"], timing, Span.parse(period_length))
    else:
        years = _years_by_date(cash_flows["due_on"], as_day(as_of))
    return CashFlows(when, years, _amounts(cash_flows["amount"]))


def _years_by_period(period: pd.Series, timing: CashFlowTiming, length: Span) -> Floats:
    number = float_column(period).to_numpy()
    with np.errstate(invalid="ignore"):
        wrong = ~(np.isfinite(number) & (number >= 0) & (number == np.floor(number)))
    require_rows(
        period, wrong, _("a whole number of periods from now, 0 or more"), table="cash_flows"
    )
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
    require_rows(
        due_on, wrong, _("a date on or after as_of, {day:%Y-%m-%d}", day=now), table="cash_flows"
    )
    return np.asarray(days / DAYS_PER_YEAR)


def _amounts(amount: pd.Series) -> Floats:
    values = float_column(amount).to_numpy()
    with np.errstate(invalid="ignore"):
        wrong = ~(np.abs(values) <= _LARGEST)
    expected = _("a finite number, of at most {largest:g}", largest=_LARGEST)
    require_rows(amount, wrong, expected, table="cash_flows")
    return np.asarray(values)
