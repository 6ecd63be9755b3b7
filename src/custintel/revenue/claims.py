"""What is printed beside a table, to be audited: growth rates, totals, shares, sentences."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._checks import require_between
from custintel.revenue._labelled import Labelled, labelled_floats
from custintel.revenue._period_columns import period_named

Label = pd.Period | str | int


@dataclass(frozen=True, slots=True, eq=False)
class PrintedCagr:
    """A column of compound annual growth rates, from the table's first period to its last.

    Parameters
    ----------
    values : Series or mapping
        Rate of each item, 0.027 for 2.7 %. Items without a printed rate are left out.
    rounding : float
        The unit to which the rates were rounded: 0.001 for tenths of a percent.

    Raises
    ------
    SchemaError
        If labels repeat, or a rate is missing or not a number.
    TypeError
        If `values` is neither a Series nor a mapping.
    ValueError
        If `rounding` is not above zero.

    Examples
    --------
    >>> PrintedCagr({"north": 0.027, "south": -0.031}, rounding=0.001).rounding
    0.001
    """

    values: Labelled
    rounding: float

    def __post_init__(self) -> None:
        """Check the arguments."""
        _check(self.values, self.rounding)


@dataclass(frozen=True, slots=True, eq=False)
class PrintedTotals:
    """A row of totals of the table's items; of an index, the index of their total.

    Parameters
    ----------
    values : Series or mapping
        Total of each period, by labels such as 2005, "2005Q1", "2005-03", in the unit of the
        table. Periods without a printed total are left out.
    rounding : float
        The unit to which the totals were rounded.

    Raises
    ------
    SchemaError
        If labels repeat or are no periods, or a total is missing or not a number.
    TypeError
        If `values` is neither a Series nor a mapping.
    ValueError
        If `rounding` is not above zero.

    Examples
    --------
    >>> PrintedTotals({2008: 17.9, 2009: 18.6}, rounding=0.1).values[2009]
    18.6
    """

    values: Labelled
    rounding: float

    def __post_init__(self) -> None:
        """Check the arguments."""
        for label in _check(self.values, self.rounding).index:
            period_named(label)


@dataclass(frozen=True, slots=True, eq=False)
class PrintedShares:
    """A column of shares of the items in the total of one period.

    Shares of all items must add up to 1. Each share is recomputed from the table's amounts;
    beside an index, which has no amounts, they give the totals that it implies, on which
    printed totals and claims of growth are judged.

    Parameters
    ----------
    values : Series or mapping
        Share of each item, in 0-1: 0.25 for 25 %.
    rounding : float
        The unit to which the shares were rounded: 0.01 for whole percentages.
    period : Period, str or int, optional
        The period that they are shares of; by default the last.

    Raises
    ------
    SchemaError
        If labels repeat, a share is missing or not a number, or `period` is no period.
    TypeError
        If `values` is neither a Series nor a mapping.
    ValueError
        If `rounding` is not above zero.

    Examples
    --------
    >>> PrintedShares({"north": 0.67, "south": 0.33}, rounding=0.01, period=2009).period
    2009
    """

    values: Labelled
    rounding: float
    period: Label | None = None

    def __post_init__(self) -> None:
        """Check the arguments."""
        _check(self.values, self.rounding)
        if self.period is not None:
            period_named(self.period)


@dataclass(frozen=True, slots=True)
class GrowthClaim:
    """A sentence such as "revenue grew by 10 %": growth over the period before.

    Parameters
    ----------
    growth : float
        The growth, 0.1 for 10 %.
    rounding : float
        The unit to which it was rounded: 0.01 for "10 %", 0.001 for "10.0 %", 0.1 for
        "about 10 %".
    period : Period, str or int, optional
        The period that grew. Without one the claim is tried on every period.
    item : str, optional
        The item that grew; by default all together.

    Raises
    ------
    SchemaError
        If `period` is no period.
    TypeError
        If `growth` or `rounding` is not a number.
    ValueError
        If `growth` is not finite, or `rounding` is not above zero.

    Examples
    --------
    >>> GrowthClaim(0.1, rounding=0.01, period=2008)
    GrowthClaim(growth=0.1, rounding=0.01, period=2008, item=None)
    """

    growth: float
    rounding: float
    period: Label | None = None
    item: object = None

    def __post_init__(self) -> None:
        """Check the arguments."""
        require_between(self.growth, -np.inf, np.inf, name="growth", open_ends=True)
        require_between(self.rounding, 0, np.inf, name="rounding", open_ends=True)
        if self.period is not None:
            period_named(self.period)


Claim = PrintedCagr | PrintedTotals | PrintedShares | GrowthClaim


def _check(values: Labelled, rounding: float) -> "pd.Series[float]":
    require_between(rounding, 0, np.inf, name="rounding", open_ends=True)
    return labelled_floats(values, name="values")
