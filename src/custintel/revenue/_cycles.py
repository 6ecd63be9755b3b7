"""Seasons of the year: how many periods make one, and that none of them is missing."""

import pandas as pd

from custintel._text import translate as _
from custintel._time import PERIOD_MONTHS, Span
from custintel.errors import SchemaError

_SEASONS = {"M": "month", "Q": "quarter"}


def season_name(periods: pd.PeriodIndex) -> str | None:
    """Return ``"month"`` or ``"quarter"``, None for years.

    >>> season_name(pd.period_range("2024Q1", periods=2, freq="Q"))
    'quarter'
    """
    return _SEASONS.get(_unit(periods))


def cycle_length(periods: pd.PeriodIndex) -> int:
    """Return how many of the periods make a year.

    >>> cycle_length(pd.period_range("2024Q1", periods=2, freq="Q"))
    4
    """
    return 12 // months_per_period(periods)


def months_per_period(periods: pd.PeriodIndex) -> int:
    """Return the months of each of the periods."""
    return PERIOD_MONTHS[_unit(periods)]


def require_gapless(periods: pd.PeriodIndex) -> None:
    """Raise `SchemaError` if a period is missing between the first and the last."""
    n = len(periods)
    span = periods[-1].ordinal - periods[0].ordinal + 1 if n else 0
    if span != n:
        raise SchemaError(
            _(
                "Periods are missing between {first} and {last}: {n} of {span} are there. If "
                "nothing was sold in the others, add them with 0.0.",
                first=periods[0],
                last=periods[-1],
                n=n,
                span=span,
            )
        )


def whole_months(text: str, *, name: str) -> int:
    """Return the months of a span such as ``"12M"`` or ``"3Y"``; days and weeks are refused.

    >>> whole_months("3Y", name="window")
    36
    """
    span = Span.parse(text)
    months = span.count * {"M": 1, "Y": 12}.get(span.unit, 0)
    if months < 1 or not float(months).is_integer():
        raise ValueError(
            _("{name} is whole months or years, such as '12M': got {text!r}.", name=name, text=text)
        )
    return int(months)


def _unit(periods: pd.PeriodIndex) -> str:
    return periods.freqstr.split("-")[0]
